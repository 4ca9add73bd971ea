"""The state machine of orders: what a shop's state asks of the ERP's document.

Shop and document states are canonical; each system's own words are tables in its mapping.
"""

from __future__ import annotations

from sync_cli.core.model import DocumentState, OrderState

HOLDS_STOCK = frozenset(
    {OrderState.ON_HOLD, OrderState.PROCESSING, OrderState.COMPLETED, OrderState.REFUNDED}
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


def wanted_document_state(state: OrderState) -> DocumentState:
    """The state that the ERP's document should reach for a shop order in `state`."""
    return DocumentState.CANCELLED if state in _CALLED_OFF else DocumentState.CONFIRMED


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
