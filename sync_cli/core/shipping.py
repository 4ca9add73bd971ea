"""What left the warehouse for an order, and what the shop's order is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from sync_cli.core.back_records import Invoice, Parcel, Shipment
from sync_cli.core.model import Document, DocumentState, Order, OrderState
from sync_cli.core.states import has_reached, may_become

COMPANION = ", "


class Shipped(StrEnum):
    """How much of a document has left."""

    NOTHING = "nothing"
    PART = "part"
    ALL = "all"


class StatusRules(Struct, frozen=True):
    """Which changes of a shop order's state are wanted.

    `manual` are payment methods that count as paid only by the ERP's word. `oldest` is the age from
    which an order's state is left alone, because a change mails the customer.
    """

    completed: bool = True
    partially_shipped: bool = False
    cancelled: bool = True
    paid: bool = True
    complete_unpaid: bool = False
    manual: frozenset[str] = frozenset()
    oldest: timedelta = timedelta(days=14)


def shipped(document: Document, shipments: Iterable[Shipment]) -> Shipped:
    """How much of the document has left; that all of it has, only the document itself can say."""
    if has_reached(document.state, DocumentState.SHIPPED):
        return Shipped.ALL
    return Shipped.PART if any(map(_has_left, shipments)) else Shipped.NOTHING


def parcels(document: Document, shipments: Iterable[Shipment]) -> tuple[Parcel, ...]:
    """Every parcel that is on its way, once, the first shipment's first.

    Numbers that only the document carries come last.
    """
    found = {
        parcel.number: parcel
        if parcel.shipped_at
        else parcel.model_copy(update={"shipped_at": shipment.shipped_at})
        for shipment in on_their_way(shipments)
        for parcel in shipment.parcels
        if parcel.number
    }
    for number in document.tracking:
        found.setdefault(number, Parcel(number=number))
    return tuple(found.values())


def on_their_way(shipments: Iterable[Shipment]) -> list[Shipment]:
    """The shipments whose goods have left, the first to leave first."""
    left = [shipment for shipment in shipments if _has_left(shipment)]
    return sorted(left, key=lambda one: (one.shipped_at is None, one.shipped_at, one.number))


class Invoiced(Struct, frozen=True):
    """What the shop's order is told of its invoice; several numbers are named in one text."""

    number: str = ""
    date: str = ""
    link: str = ""


def invoiced(document: Document, invoices: Sequence[Invoice]) -> Invoiced:
    """The invoices of a document that are booked; without any, what the document itself says."""
    booked = sorted((one for one in invoices if one.posted), key=lambda one: one.number)
    if not booked:
        return Invoiced(document.invoice_number, document.invoice_date, document.invoice_link)
    numbers = COMPANION.join(one.number for one in booked)
    return Invoiced(numbers, booked[-1].issued_on, booked[-1].link)


def is_paid(
    order: Order, document: Document, invoices: Sequence[Invoice], rules: StatusRules
) -> bool:
    """Whether the money has come: by the ERP's word, or the shop's if the method is automatic."""
    booked = [one for one in invoices if one.posted]
    if document.paid or (booked and all(one.paid for one in booked)):
        return True
    return order.payment_method not in rules.manual and order.paid_at is not None


def says_something(document: Document, left: Shipped, invoices: Sequence[Invoice]) -> bool:
    """Whether the ERP's word may ask for a state at all: called off, something left, or paid.

    Most documents have only been made, and their orders need no look.
    """
    paid = bool(document.paid) or any(invoice.posted and invoice.paid for invoice in invoices)
    return document.state is DocumentState.CANCELLED or left is not Shipped.NOTHING or paid


def due_state(
    order: Order, document: Document, left: Shipped, *, paid: bool, rules: StatusRules
) -> OrderState:
    """The state that the ERP's word asks for; the order's own where it asks for none."""
    if document.state is DocumentState.CANCELLED:
        wanted = OrderState.CANCELLED if rules.cancelled else order.state
    elif left is Shipped.ALL and rules.completed:
        wanted = OrderState.COMPLETED
    elif left is Shipped.PART and rules.partially_shipped:
        wanted = OrderState.PARTIALLY_SHIPPED
    elif paid and rules.paid and order.state in (OrderState.PENDING, OrderState.ON_HOLD):
        wanted = OrderState.PROCESSING
    else:
        return order.state
    return wanted if may_become(order.state, wanted) else order.state


def _has_left(shipment: Shipment) -> bool:
    return shipment.done and not shipment.cancelled
