"""Whether a side may be believed: not if it is suddenly empty, far smaller, or half unreadable.

Said in a sentence instead of a flood of drifts.
"""

from __future__ import annotations

from msgspec import Struct

from sync_cli.core.fingerprint import digest
from sync_cli.core.outcome import Settlement
from sync_cli.engine.run import Run

ROUTE = "reconcile"
ENTITY = "reconcile"
LEAST = 10
"""Fewer records than these may halve without being suspected."""
UNREADABLE_SHARE = 5
"""One unreadable record of so many makes a side unreadable as a whole."""


class SideCount(Struct):
    """What was read of one side: `name` in plural words, such as "orders of the shop"."""

    name: str
    read: int = 0
    unreadable: int = 0
    first_problem: str = ""

    def spoiled(self, problem: str) -> None:
        """One record of it could not be read."""
        self.unreadable += 1
        self.first_problem = self.first_problem or problem


class Memory(Struct):
    """How many records each side had when they were last compared; kept in the state file.

    `scope` is a hash of what is read: other settings are another memory. `accept` takes the counts
    of today as right whatever they are.
    """

    run: Run
    scope: str
    accept: bool = False

    def doubts(self, side: SideCount) -> str:
        """Why this side must not be compared; "" if it may."""
        if side.unreadable * UNREADABLE_SHARE > side.read:
            return (
                f"{side.unreadable} of {side.read} {side.name} cannot be read, so that nothing"
                f" follows from comparing them. The first: {side.first_problem}"
            )
        before = self._last(side.name)
        if not self.accept and _has_shrunk(before, side.read):
            return (
                f"there are only {side.read} {side.name}, last time there were {before}. Find out"
                " first; if that is right, run `sync-cli reconcile --accept-counts`."
            )
        return ""

    def keep(self, *sides: SideCount) -> None:
        """Remember how many records these sides had, because they were believed."""
        facts = {side.name: f"{side.read} records" for side in sides}
        settlement = Settlement(self.scope, entity=ENTITY, facts=facts)
        self.run.state.settle(ROUTE, self.run.number, [settlement], self.run.now())

    def _last(self, name: str) -> int | None:
        text = self.run.state.facts(ENTITY, [self.scope]).get(self.scope, {}).get(name)
        return None if text is None else int(text.partition(" ")[0])


def scope_of(*settings: object) -> str:
    """The hash of what decides how many records are read."""
    return digest(list(settings))


def _has_shrunk(before: int | None, now: int) -> bool:
    if not before:
        return False
    return now == 0 or (before >= LEAST and now * 2 < before)
