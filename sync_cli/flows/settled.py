"""What a person settled: a document that was dismissed is taken for booked by hand.

So is all that hangs on it, its payment and its credit notes; what hangs on other documents of the
same order goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sync_cli.core.routing import part_id
from sync_cli.state.store import State

ORDERS = "orders"
BY_HAND = "a person dismissed its document and so settled it by hand"


def settled_by_hand(state: State, lacking: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Of the parts of these orders that have no document those that a person dismissed.

    A whole order that was dismissed settles all of them.
    """
    names = [part_id(order, part) for order, parts in lacking.items() for part in parts]
    known = state.dismissed(ORDERS, [*lacking, *names]) if names else {}
    return {
        order: [part for part in parts if order in known or part_id(order, part) in known]
        for order, parts in lacking.items()
    }
