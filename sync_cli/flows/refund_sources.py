"""What a refund stands on: its order, the order's other refunds, and its document in the ERP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sync_cli.core.errors import Problem
from sync_cli.core.model import ZERO, Document, DocumentState, Order
from sync_cli.core.refund_records import Refund
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

ORDER = "order"
REFUND = "refund"
ORDERS = "orders"
ORDER_FACT = "order"
NOT_IN_ERP = "its order is not in the ERP"


@dataclass(frozen=True, slots=True)
class Sources:
    """All that the refunds of a window stand on, by the id of their order.

    `trouble` says why an order or one of its refunds cannot be read, `left_out` why the order was
    not transferred. `documents` are the ERP's sales documents of the orders that were, `in_parts`
    the parts of those that became several.
    """

    orders: Mapping[str, Order] = field(default_factory=dict)
    refunds: Mapping[str, tuple[Refund, ...]] = field(default_factory=dict)
    trouble: Mapping[str, Problem] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    linked: Mapping[str, str] = field(default_factory=dict)
    in_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bar:
    """Why no credit note can be made for refunds of an order: never, or not yet; both "" if it can.

    `problem` is the code of what is wrong, where something is.
    """

    left_out: str = ""
    waits: str = ""
    problem: str = ""


def bar(order_id: str, sources: Sources, start_at: datetime) -> Bar:
    """What stands between the refunds of an order and a credit note."""
    order = sources.orders.get(order_id)
    if order is not None and order.ordered_at < start_at:
        return Bar(left_out="its order was placed before start_at")
    if order_id in sources.in_parts:
        return Bar(problem="order-in-parts")
    if order_id not in sources.linked:
        if order_id in sources.left_out:
            return Bar(left_out=f"{NOT_IN_ERP}: {sources.left_out[order_id]}")
        return Bar(waits=f"{NOT_IN_ERP} yet; it waits for order {order_id}")
    if order_id in sources.trouble:
        return Bar(problem="unreadable")
    if order is None:
        return Bar(problem="order-gone")
    document = sources.documents.get(order_id)
    if document is None:
        return Bar(problem="document-gone")
    if document.state is DocumentState.CANCELLED:
        return Bar(left_out="the document of its order was cancelled: nothing to give back")
    if document.state is DocumentState.DRAFT:
        return Bar(waits="the document of its order is not confirmed yet")
    return Bar()


def gather_sources(systems: Systems, order_ids: Iterable[str]) -> Sources:
    """Read the orders, their refunds and their documents: three calls for a window, and one for
    each order with refunds."""
    ids = sorted(set(order_ids))
    if not ids:
        return Sources()
    state = systems.run.state
    trouble: dict[str, Problem] = {}
    orders = _orders(systems, ids, trouble)
    links = state.links(ORDER, SHOP, ERP, ids)
    linked = {id: link.target for id, link in links.items()}
    return Sources(
        orders=orders,
        refunds=_refunds(systems, [id for id in linked if id in orders], trouble),
        trouble=trouble,
        left_out=state.skipped(ORDERS, ids),
        documents=_documents(systems, linked, trouble),
        linked=linked,
        in_parts={id: tuple(of) for id, of in state.parts(ORDER, SHOP, ERP, ids).items()},
    )


def credited(systems: Systems, order_id: str) -> Decimal:
    """What all live credit notes of the order's refunds give back."""
    return credited_elsewhere(systems, order_id, ())


def credited_elsewhere(systems: Systems, order_id: str, present: Iterable[str]) -> Decimal:
    """What credit notes still give back for refunds of the order that the shop no longer has.

    `present` are the ids of those that it has.
    """
    state = systems.run.state
    known = {
        id
        for entity, id, fact in state.search_facts(order_id)
        if (entity, fact) == (REFUND, ORDER_FACT)
    }
    links = state.links(REFUND, SHOP, ERP, known - set(present))
    if not links:
        return ZERO
    raws = systems.erp.fetch(REFUND, sorted(link.target for link in links.values()))
    notes = [systems.credit_note(raw) for raw in raws]
    live = [note for note in notes if note.state is not DocumentState.CANCELLED]
    return sum((note.total for note in live), ZERO)


def _orders(systems: Systems, ids: Sequence[str], trouble: dict[str, Problem]) -> dict[str, Order]:
    orders = {}
    for raw in systems.shop.fetch(ORDER, ids):
        try:
            orders[raw.id] = systems.order(raw)
        except Unreadable as error:
            trouble[raw.id] = error.problems[0]
    return orders


def _refunds(
    systems: Systems, order_ids: Sequence[str], trouble: dict[str, Problem]
) -> dict[str, tuple[Refund, ...]]:
    """All refunds of each order: those that came before tell what is left of it."""
    if not order_ids:
        return {}
    refunds = {}
    for order_id, raws in systems.shop.find(REFUND, ORDER, order_ids).items():
        try:
            refunds[order_id] = tuple(systems.refund(raw) for raw in raws)
        except Unreadable as error:
            trouble[order_id] = error.problems[0]
    return refunds


def _documents(
    systems: Systems, linked: Mapping[str, str], trouble: dict[str, Problem]
) -> dict[str, Document]:
    of_order = {target: id for id, target in linked.items()}
    documents = {}
    for raw in systems.erp.fetch(ORDER, sorted(of_order)) if of_order else ():
        try:
            documents[of_order[raw.id]] = systems.document(raw)
        except Unreadable as error:
            trouble[of_order[raw.id]] = error.problems[0]
    return documents
