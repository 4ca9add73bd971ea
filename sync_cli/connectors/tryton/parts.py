"""Writing calls for many records: what is refused for one record's sake is parted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sync_cli.connectors.base import InDoubt, NotSent, Result
from sync_cli.connectors.http import AnswerLost, CallNotSent, RequestRefused
from sync_cli.connectors.tryton.answers import TOO_LARGE
from sync_cli.connectors.tryton.wire import Wire
from sync_cli.core.errors import SyncError

T = TypeVar("T")


def unless_down(
    wire: Wire, work: Callable[[], list[Result]], otherwise: Callable[[str], list[Result]]
) -> list[Result]:
    """What `work` makes; if a reading call in it meets a fault of the system, what is known then.

    The fault itself is raised by the next call of the connector.
    """
    try:
        return work()
    except SyncError as fault:
        wire.http.remember_fault(fault)
        return otherwise(str(fault))


def in_parts(
    wire: Wire,
    items: Sequence[T],
    most: int,
    call: Callable[[Sequence[T]], Sequence[Result]],
    alone: Callable[[T, RequestRefused], Result],
) -> list[Result]:
    """The results of `call` for all items, `most` at a time, in order.

    Tryton does all of a call or nothing. A refused call is made again with each half, until the
    item that is to blame is alone: what was refused then is told by `alone`. A lost answer leaves
    its own part in doubt and repeats nothing.
    """
    became: dict[int, Result] = {}
    size = min(most, wire.pacing.batch)
    places = list(range(len(items)))
    waiting = [places[start : start + size] for start in range(0, len(items), size)]
    waiting.reverse()
    while waiting:
        part = waiting.pop()
        try:
            results = call([items[place] for place in part])
        except RequestRefused as refused:
            if refused.code == TOO_LARGE:
                wire.pacing.shrink_batch(len(part))
            if len(part) == 1:
                became[part[0]] = alone(items[part[0]], refused)
                continue
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
        except AnswerLost as lost:
            wire.pacing.shrink_batch(len(part))
            became.update((place, InDoubt(lost.why)) for place in part)
        except CallNotSent as unsent:
            became.update((place, NotSent(unsent.why)) for place in part)
        else:
            wire.pacing.grow_batch(len(part))
            became.update(zip(part, results, strict=True))
    return [became[place] for place in places]
