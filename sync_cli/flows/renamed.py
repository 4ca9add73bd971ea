"""Records that are held under one name and go on under another: as a whole, or in parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sync_cli.core.item import Item
from sync_cli.core.plan import Operation, Skip
from sync_cli.core.routing import order_of
from sync_cli.state.store import State

DIVIDED = "it went over in parts"
NO_PART = "it is divided otherwise"


class Renamed:
    """What a route holds as its run begins, by the whole that each belongs to."""

    def __init__(self, state: State, route: str) -> None:
        self._state = state
        self._route = route
        self._held: defaultdict[str, set[str]] = defaultdict(set)
        for held in state.held(route):
            self._held[order_of(held.id)].add(held.id)

    def settled(self, operations: Sequence[Operation], current: Collection[str]) -> list[Operation]:
        """The operations, and the end of what was held of the same wholes under another name.

        `current` are the names that these wholes and their parts have by now, those among them of
        which nothing is to be done because they wait.
        """
        ids = {operation.item.id for operation in operations} | set(current)
        wholes = {operation.item.source: operation.item for operation in operations}
        stale = {
            id: wholes[whole]
            for whole in wholes
            for id in self._held.get(whole, ())
            if id not in ids
        }
        opened = self._state.open_intents(self._route, list(stale)) if stale else {}
        over = [
            Skip(Item(id, item.label), DIVIDED if item.part else NO_PART)
            for id, item in stale.items()
            if id not in opened
        ]
        return [*operations, *over]
