"""Counts what became of the records of a plan: each record once, and only what was really done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sync_cli.core.item import Why
from sync_cli.core.outcome import Settlement
from sync_cli.core.plan import Defer, Operation, Reject, Skip

HELD = "held"
DEFER = "defer"
SKIP = "skip"


class Counting:
    """The records of some operations, and what each came to.

    A record that needs a call counts by its last settlement; one that was not reached, because a
    system went down, is not counted at all.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._calls: dict[str, list[str]] = {}
        self._came_to: dict[str, str] = {}
        for operation in operations:
            id = operation.item.id
            if isinstance(operation, Skip | Defer | Reject):
                self._came_to[id] = _closed_as(operation)
            else:
                self._calls.setdefault(id, []).append(_name(operation))

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Take note of what these records came to."""
        for settlement in settlements:
            calls = self._calls.get(settlement.id)
            if calls is not None and self._came_to.get(settlement.id) != HELD:
                self._came_to[settlement.id] = _settled_as(settlement, calls)

    def leave(self, record_id: str) -> None:
        """The record is not held after all, but left as it is."""
        self._came_to[record_id] = SKIP

    def planned(self) -> Counter[str]:
        """How many records would come to what, if all went well."""
        wanted = {id: calls[-1] for id, calls in self._calls.items()}
        held = {id: what for id, what in self._came_to.items() if what == HELD}
        return Counter({**self._came_to, **wanted, **held}.values())

    def done(self) -> Counter[str]:
        """How many records came to what."""
        return Counter(self._came_to.values())


def _settled_as(settlement: Settlement, calls: list[str]) -> str:
    if settlement.held is not None:
        return DEFER if settlement.held.why is Why.DEFERRED else HELD
    return calls.pop(0) if len(calls) > 1 else calls[0]


def _closed_as(operation: Skip | Defer | Reject) -> str:
    return HELD if isinstance(operation, Reject) else _name(operation)


def _name(operation: Operation) -> str:
    return type(operation).__name__.lower()
