"""The state machine of orders: what a shop's state asks of the ERP's document.

Shop and document states are canonical; each system's own words are tables in its mapping.
"""

from __future__ import annotations

from collections.abc import Mapping

from sync_cli.core.model import DocumentState, OrderState

HOLDS_STOCK = frozenset(
    {
        OrderState.ON_HOLD,
        OrderState.PROCESSING,
        OrderState.PARTIALLY_SHIPPED,
        OrderState.COMPLETED,
        OrderState.REFUNDED,
    }
)
"""States in which a shop order has taken its pieces from the stock (FACTS 4.4).

A refund by state alone puts nothing back; what a refund restocks, the line itself no longer
counts as reduced.
"""

_PROGRESS = (
    DocumentState.DRAFT,
    DocumentState.CONFIRMED,
    DocumentState.SHIPPED,
    DocumentState.DONE,
)
_CALLED_OFF = frozenset({OrderState.CANCELLED})

OURS: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.PENDING: frozenset({OrderState.PROCESSING, OrderState.CANCELLED}),
    OrderState.ON_HOLD: frozenset(
        {
            OrderState.PROCESSING,
            OrderState.PARTIALLY_SHIPPED,
            OrderState.COMPLETED,
            OrderState.CANCELLED,
        }
    ),
    OrderState.PROCESSING: frozenset(
        {OrderState.PARTIALLY_SHIPPED, OrderState.COMPLETED, OrderState.CANCELLED}
    ),
    OrderState.PARTIALLY_SHIPPED: frozenset({OrderState.COMPLETED}),
}
"""The changes of a shop order's state that the ERP's word may cause; all others are the shop's.

`refunded` is never among them: to write it makes a refund (FACTS 8.4).
"""


def wanted_document_state(state: OrderState) -> DocumentState:
    """The state that the ERP's document should reach for a shop order in `state`."""
    return DocumentState.CANCELLED if state in _CALLED_OFF else DocumentState.CONFIRMED


def may_become(here: OrderState, wanted: OrderState) -> bool:
    """Whether the ERP's word may bring a shop order from `here` to `wanted`."""
    return wanted in OURS.get(here, frozenset())


def left_out(state: OrderState) -> str:
    """Why an order in `state` is left out, where only other states are transferred."""
    return f"state {state} is not transferred"


def has_reached(here: str, wanted: str) -> bool:
    """Whether a document in state `here` is at `wanted` or beyond it.

    Unknown words count only if they are the same; a cancelled document has reached nothing else.
    """
    if here == wanted:
        return True
    names = [str(state) for state in _PROGRESS]
    if here not in names or wanted not in names:
        return False
    return names.index(here) >= names.index(wanted)
