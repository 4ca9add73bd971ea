"""What a refund stands on: its order, the order's other refunds, and its document in the ERP."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct, field

from sync_cli.core.errors import Problem
from sync_cli.core.gift_cards import GiftCards, way_booked
from sync_cli.core.model import ZERO, Document, DocumentState, Order
from sync_cli.core.refund_records import CreditNote, Refund
from sync_cli.core.routing import order_of, part_id
from sync_cli.flows.allotment import PARTS
from sync_cli.flows.settled import BY_HAND, settled_by_hand
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable
from sync_cli.state.store import State

ORDER = "order"
REFUND = "refund"
ORDERS = "orders"
ORDER_FACT = "order"
GIFT_CARD = "gift_card"
"""The fact of what a credit note took back of the line of a gift card."""
NOT_IN_ERP = "its order is not in the ERP"


class Sources(Struct, frozen=True):
    """All that the refunds of a window stand on, by the id of their order.

    `trouble` says why an order or one of its refunds cannot be read, `left_out` why the order was
    not transferred. `linked` are the ERP's ids of the sales documents of the orders that were,
    `documents` these themselves: both by the order, of one that became several by each of its parts
    ("1042#north"). `parts` names the parts of such orders, and `facts` is what is remembered of
    them. `by_hand` are the documents that are not there because a person settled them, by the name
    of the part.
    """

    orders: Mapping[str, Order] = field(default_factory=dict)
    refunds: Mapping[str, tuple[Refund, ...]] = field(default_factory=dict)
    trouble: Mapping[str, Problem] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    linked: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    by_hand: frozenset[str] = frozenset()


class Bar(Struct, frozen=True):
    """Why no credit note can be made for refunds of an order: never, or not yet; both "" if it can.

    `problem` is the code of what is wrong, where something is.
    """

    left_out: str = ""
    waits: str = ""
    problem: str = ""


def bar(order_id: str, sources: Sources, start_at: datetime) -> Bar:
    """What stands between the refunds of an order and any credit note.

    Of an order in parts each has its own bar besides; see `document_bar`.
    """
    order = sources.orders.get(order_id)
    if order is not None and order.ordered_at < start_at:
        return Bar(left_out="its order was placed before start_at")
    if order_id not in sources.linked and order_id not in sources.parts:
        if order_id in sources.left_out:
            return Bar(left_out=f"{NOT_IN_ERP}: {sources.left_out[order_id]}")
        return Bar(waits=f"{NOT_IN_ERP} yet; it waits for order {order_id}")
    if order_id in sources.trouble:
        return Bar(problem="unreadable")
    if order is None:
        return Bar(problem="order-gone")
    return Bar() if order_id in sources.parts else document_bar(order_id, sources)


def document_bar(name: str, sources: Sources) -> Bar:
    """What stands between a credit note and its document: that of an order, or of a part of one."""
    if name in sources.by_hand:
        return Bar(left_out=BY_HAND)
    if name not in sources.linked:
        return Bar(waits=f"the document of {name} is not in the ERP yet")
    document = sources.documents.get(name)
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
    whole = state.links(ORDER, SHOP, ERP, ids)
    parts = state.parts(ORDER, SHOP, ERP, ids)
    facts = state.facts(ORDER, parts) if parts else {}
    linked = {id: link.target for id, link in whole.items()}
    for id, of_order in parts.items():
        linked |= {part_id(id, part): link.target for part, link in of_order.items()}
    names = {id: _names(facts.get(id, {}), of_order) for id, of_order in parts.items()}
    lacking = {id: [one for one in own if one not in parts[id]] for id, own in names.items()}
    by_hand = settled_by_hand(state, lacking)
    booked = [id for id in ids if id in orders and (id in whole or id in parts)]
    return Sources(
        orders=orders,
        refunds=_refunds(systems, booked, trouble),
        trouble=trouble,
        left_out=state.skipped(ORDERS, ids),
        documents=_documents(systems, linked, trouble),
        linked=linked,
        parts=names,
        facts=facts,
        by_hand=frozenset(part_id(id, one) for id, own in by_hand.items() for one in own),
    )


def _names(facts: Mapping[str, str], linked: Iterable[str]) -> tuple[str, ...]:
    """The parts that the order was divided into, those without a document among them."""
    return tuple(dict.fromkeys((*facts.get(PARTS, "").split(), *linked)))


def credited(systems: Systems, order_id: str, document: str) -> Decimal:
    """What live credit notes of the order's refunds give back of one document of it."""
    notes = _notes(systems, order_id, ())
    return sum((note.total for note in notes if note.document in ("", document)), ZERO)


def credited_elsewhere(
    systems: Systems, order_id: str, present: Iterable[str]
) -> Mapping[str, Decimal]:
    """What credit notes still give back for refunds of the order that the shop no longer has, by
    the ERP's id of the document that they take it from.

    `present` are the ids of those that it has.
    """
    given: dict[str, Decimal] = {}
    for note in _notes(systems, order_id, present):
        given[note.document] = given.get(note.document, ZERO) + note.total
    return given


def took_card(state: State, refunds: Collection[str]) -> Mapping[str, Decimal]:
    """How much of the line of a gift card the credit notes in the ERP took back, by the refund."""
    names = [*state.links(REFUND, SHOP, ERP, refunds)]
    for id, parts in state.parts(REFUND, SHOP, ERP, refunds).items():
        names += [part_id(id, part) for part in parts]
    facts = state.facts(REFUND, names)
    taken: dict[str, Decimal] = {}
    for name in names:
        if amount := facts.get(name, {}).get(GIFT_CARD):
            taken[order_of(name)] = taken.get(order_of(name), ZERO) + Decimal(amount)
    return taken


def booked_cards(order: Order, sources: Sources, how: GiftCards) -> GiftCards:
    """How the documents of an order tell what gift cards paid; `how` where they do not say."""
    names = sources.parts.get(order.id)
    places = [order.id] if names is None else [part_id(order.id, name) for name in names]
    documents = [sources.documents.get(place) for place in places]
    totals = [document.total for document in documents if document is not None]
    return way_booked(order, sum(totals, ZERO), how) if len(totals) == len(places) else how


def _notes(systems: Systems, order_id: str, present: Iterable[str]) -> list[CreditNote]:
    """The live credit notes of the order's refunds, but of those that are `present`."""
    state = systems.run.state
    known = {
        order_of(id)
        for entity, id, fact in state.search_facts(order_id)
        if (entity, fact) == (REFUND, ORDER_FACT)
    }
    asked = known - set(present)
    targets = [link.target for link in state.links(REFUND, SHOP, ERP, asked).values()]
    for links in state.parts(REFUND, SHOP, ERP, asked).values():
        targets += [link.target for link in links.values()]
    raws = systems.erp.fetch(REFUND, sorted(targets)) if targets else ()
    notes = [systems.credit_note(raw) for raw in raws]
    return [note for note in notes if note.state is not DocumentState.CANCELLED]


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
            trouble[order_of(of_order[raw.id])] = error.problems[0]
    return documents
