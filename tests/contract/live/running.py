"""Runs the suite before one living system: one line a promise, and nothing left behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from sync_cli.core.errors import SyncError
from tests.contract.cells import BROKEN, KEPT, Cell, cells_of, judge
from tests.contract.live.rig import MARK, LiveRig
from tests.contract.promises import Promise

PROMISE_SECONDS = 180
"""After so long a promise counts as broken."""
Tell = Callable[[str], None]


@dataclass
class Count:
    """How it went, promise by promise."""

    kept: int = 0
    broken: int = 0
    not_applicable: int = 0
    left: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kept} promises kept, {self.broken} broken, {self.not_applicable} not applicable"
        )


class TooSlow(Exception):
    """A promise took longer than it may."""


def run(rig: LiveRig, tell: Tell, count: Count, chosen: Sequence[Promise]) -> None:
    """Try the promises, tell each in a line, and remove all marked records, come what may."""
    try:
        for promise in chosen:
            said = [(cell, _said(cell, rig)) for cell in cells_of(rig) if cell.promise is promise]
            _tell(rig, said, tell, count)
    finally:
        left = _clean(rig, tell)
        count.left += len(left)


def _said(cell: Cell, rig: LiveRig) -> str:
    """What came of a cell; whatever goes wrong is told, and the others are still tried."""
    try:
        with _limit(PROMISE_SECONDS):
            return judge(cell, rig)
    except TooSlow:
        return f"{BROKEN}: it did not end within {PROMISE_SECONDS} s"
    except SyncError as fault:
        return f"{BROKEN}: {fault.sentence()}"
    except Exception as error:  # an unforeseen answer of a living system must not stop the others
        return f"{BROKEN}: {type(error).__name__}: {error}"


def _tell(rig: LiveRig, said: list[tuple[Cell, str]], tell: Tell, count: Count) -> None:
    title = f"{rig.name}: {said[0][0].promise.name.replace('-', ' ')}"
    broken = [(cell, words) for cell, words in said if words.startswith(BROKEN)]
    kept = [cell.record for cell, words in said if words == KEPT]
    records = f" ({', '.join(kept)})" if any(kept) else ""
    if broken:
        count.broken += 1
        tell(f"BROKEN {title}")
        for cell, words in broken:
            tell(f"         {cell.entity}: {words.removeprefix(f'{BROKEN}: ')}")
    elif kept:
        count.kept += 1
        tell(f"kept   {title}{records}")
    else:
        count.not_applicable += 1
        tell(f"n/a    {title}: {_reason(rig, [words for _, words in said])}")


def _reason(rig: LiveRig, reasons: list[str]) -> str:
    """The system's own reason before one of a single kind of record."""
    return next((words for words in reasons if words in rig.lacks.values()), reasons[0])


def _clean(rig: LiveRig, tell: Tell) -> list[str]:
    try:
        left = rig.clean()
    except Exception as error:  # it must be said, whatever it was
        left = [f"unknown: {type(error).__name__}: {error}"]
    for record in left:
        tell(f"LEFT   {rig.name}: {record} could not be removed; it carries the mark {MARK}")
    return left


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    """Raise TooSlow in what takes longer, where signals can be used."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _too_slow)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow
