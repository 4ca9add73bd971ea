"""The state machines of orders and documents, drawn by asking the program what it would do.

Nothing is written down here a second time: each arrow is an answer of the function that decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sync_cli.config.orders import OrdersSettings
from sync_cli.core.item import Applied, Item, Kind, Link, Rules, Target
from sync_cli.core.model import ZERO, Document, DocumentState, Order, OrderState
from sync_cli.core.plan import Advance, Reject, decide
from sync_cli.core.shipping import Shipped, StatusRules, due_state
from sync_cli.core.states import HOLDS_STOCK, has_reached, wanted_document_state
from sync_cli.flows.connecting import mappings_folder
from sync_cli.mapping.mapping_set import MappingSet, load_mappings
from tools.docs.markdown import code, table

SHOP = "woocommerce"
TASK = "task"
_NOW = datetime(2026, 1, 31, tzinfo=UTC)
_WORDS = (
    ("the ERP cancelled it", DocumentState.CANCELLED, Shipped.NOTHING, False),
    ("the ERP says it is paid", DocumentState.CONFIRMED, Shipped.NOTHING, True),
    ("part of it has left", DocumentState.CONFIRMED, Shipped.PART, True),
    ("all of it has left", DocumentState.SHIPPED, Shipped.ALL, True),
)
"""What the ERP may say of a document: in words, its state, what has left, whether it is paid."""
_ASKED = {
    DocumentState.CONFIRMED: "the order is transferred",
    DocumentState.CANCELLED: "the order is cancelled",
}

Edge = tuple[str, str, str]
"""From, to, why."""


def order_machine() -> str:
    """The changes of a shop order's state that the ERP's word causes, as Mermaid."""
    return _drawn(order_edges())


def document_machine() -> str:
    """The changes of a document's state, ours and the ERP's own, as Mermaid."""
    return _drawn(document_edges(), {TASK: "a task for a person"})


def order_edges() -> Iterator[Edge]:
    """Every change of an order that the ERP's word causes, with every setting switched on."""
    rules = StatusRules(partially_shipped=True)
    for here in OrderState:
        for word, state, left, paid in _WORDS:
            document = Document(state=state)
            there = due_state(_order(here), document, left, paid=paid, rules=rules)
            if there is not here:
                yield str(here), str(there), word


def document_edges() -> Iterator[Edge]:
    """What an order asks of its document in each state, then what the ERP does by itself."""
    for here in DocumentState:
        for wanted, word in _ASKED.items():
            match decide(_item(here, wanted), Rules(Kind.DOCUMENT), _NOW):
                case Advance(to=to):
                    yield str(here), to, word
                case Reject():
                    yield str(here), TASK, word
    live = [state for state in DocumentState if state is not DocumentState.CANCELLED]
    steps = sorted(live, key=lambda state: sum(has_reached(state, other) for other in live))
    for here, there in pairwise(steps[1:]):
        yield str(here), str(there), "the ERP"


def order_states() -> str:
    """Every canonical state of an order, the shop's words for it, and what follows from it."""
    mappings = load_mappings(mappings_folder())
    transferred = OrdersSettings.model_fields["states"].default
    words = _words_of(mappings, SHOP, "order", "order_states")
    rows = (
        (
            code(str(state)),
            ", ".join(map(code, words.get(str(state), ()))),
            "yes" if state in transferred else "",
            code(str(wanted_document_state(state))) if _asks(state) else "",
            "yes" if state in HOLDS_STOCK else "",
        )
        for state in OrderState
    )
    columns = ("canonical", SHOP, "goes to the ERP", "asks for", "has taken its pieces")
    return table(columns, rows)


def document_states() -> str:
    """Every canonical state of a document, and the words of each shipped ERP for it."""
    mappings = load_mappings(mappings_folder())
    erps = sorted(mapping.system for mapping in mappings if mapping.entity == "document")
    words = {erp: _words_of(mappings, erp, "document", "order_states") for erp in erps}
    rows = (
        (
            code(str(state)),
            *(", ".join(map(code, words[erp].get(str(state), ()))) for erp in erps),
        )
        for state in DocumentState
    )
    return table(("canonical", *erps), rows)


def _asks(state: OrderState) -> bool:
    """Whether an order in this state asks anything of its document; in the trash it is a task."""
    return state is not OrderState.TRASHED


def _words_of(
    mappings: MappingSet, system: str, entity: str, name: str
) -> dict[str, tuple[str, ...]]:
    """The words of a system by canonical state."""
    found: dict[str, tuple[str, ...]] = {}
    for word, state in mappings.of(system, entity).tables[name].entries.items():
        found[state] = (*found.get(state, ()), word)
    return found


def _order(state: OrderState) -> Order:
    return Order(
        state=state,
        ordered_at=_NOW - timedelta(days=1),
        total=ZERO,
        total_tax=ZERO,
        cart_tax=ZERO,
        shipping_total=ZERO,
        shipping_tax=ZERO,
    )


def _item(here: DocumentState, wanted: DocumentState) -> Item:
    """An order that is linked with a document in state `here`, and now asks for `wanted`."""
    return Item(
        "1",
        "Order 1",
        birth="key",
        fingerprint="same",
        wanted=str(wanted),
        link=Link("1", "D1", "key"),
        applied=Applied("same", "", ""),
        target=Target(str(here)),
    )


def _drawn(edges: Iterator[Edge], named: dict[str, str] | None = None) -> str:
    lines = [f'    state "{words}" as {name}' for name, words in (named or {}).items()]
    lines += [f"    {here} --> {there}: {why}" for here, there, why in edges]
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, "```"))
