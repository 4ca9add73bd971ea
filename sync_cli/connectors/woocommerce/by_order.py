"""Writing what hangs on orders: many orders at a time, but one writer an order.

Two calls at once on one order may each store their own idea of its metadata, and one is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sync_cli.connectors.base import Result
from sync_cli.connectors.pacing import Pacing

Placed = list[tuple[int, Result]]


def one_writer_an_order(
    pacing: Pacing, orders: Sequence[str], write: Callable[[int], Result]
) -> Iterator[Result]:
    """The results in order, each as soon as all before it are known.

    `orders` names the order of each call, `write` makes the call of a place.
    """
    groups: dict[str, list[int]] = {}
    for place, order in enumerate(orders):
        groups.setdefault(order, []).append(place)
    tasks = [partial(_one_after_another, write, places) for places in groups.values()]
    known: dict[int, Result] = {}
    place = 0
    for placed in pacing.run_in_order(tasks) if tasks else ():
        known.update(placed)
        while place in known:
            yield known.pop(place)
            place += 1


def _one_after_another(write: Callable[[int], Result], places: Sequence[int]) -> Placed:
    return [(place, write(place)) for place in places]
