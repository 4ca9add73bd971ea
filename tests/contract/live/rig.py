"""A rig before a living system: only its own marked records, and all of them removed at the end."""

from __future__ import annotations

import secrets
import time
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Protocol

from sync_cli.connectors.base import Identity
from sync_cli.connectors.pacing import Pacing
from tests.contract.rig import Ability, Fault, Rig
from tests.contract.rigs.wires import Marks

MARK = "sync-cli-live-"
"""What every record begins with that is made in a living system; nobody else uses it."""
NOT_FROM_OUTSIDE: Mapping[Ability, str] = {
    Ability.LOST_ANSWERS: "answers are only lost on purpose before a pretended system",
    Ability.OVERLOAD: "a living system is not overloaded or taken down on purpose",
    Ability.LATE_COMMIT: "the clock of a living system is not turned",
    Ability.FEW_RIGHTS: "there is only one user",
}
"""What cannot be shown from outside, of any system."""


class Time(Protocol):
    """How seconds pass: the module `time` is one."""

    def sleep(self, seconds: float, /) -> None:
        """Let so many seconds pass."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""


class LiveRig(Rig):
    """A living system, seen from outside.

    What it makes carries a mark that begins with `MARK`, so that also what a killed run left
    behind is found again.
    """

    slack = timedelta(seconds=5)
    """A web server before the shop has a clock of its own; a run reads minutes back in any case."""
    lacks: Mapping[Ability, str] = NOT_FROM_OUTSIDE

    def __init__(self, passing: Time = time) -> None:
        self._time = passing
        self._marks = Marks(f"{MARK}{secrets.token_hex(2)}")

    def mark(self) -> str:
        return self._marks.next()

    def identity(self) -> Identity:
        """Who answers; raises SyncError where nobody does."""
        with closing(self.open()) as connector:
            return connector.identify()

    def prepare(self) -> Identity:
        """Ask who answers, before anything is made; raises SyncError where nobody does."""
        return self.identity()

    def pacing(self) -> Pacing:
        """The pace of a connector."""
        return Pacing(sleep=self._time.sleep, monotonic=self._time.monotonic)

    def now(self) -> datetime:
        return self.identity().clock

    def pass_time(self, seconds: float) -> None:
        self._time.sleep(seconds)

    def fault(self, fault: Fault) -> None:
        raise AssertionError(f"{self.name}: no fault is injected into a living system")

    def heal(self) -> None:
        pass

    def waited(self) -> float:
        return 0.0

    @abstractmethod
    def clean(self) -> list[str]:
        """Remove every record that carries the mark, of killed runs too; names what remains."""
