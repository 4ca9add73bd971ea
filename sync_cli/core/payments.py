"""Payments: money that the shop has received for an order, as an ERP is to book it.

A shop order is paid as a whole or not at all, so a payment is the order's whole total.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, tzinfo
from decimal import Decimal

from pydantic import Field

from sync_cli.core.documents import day_of
from sync_cli.core.errors import Problem
from sync_cli.core.model import ZERO, Document, DocumentState, Order, OrderState, Record
from sync_cli.core.money import plain

UNPAID = frozenset({OrderState.CANCELLED, OrderState.FAILED, OrderState.TRASHED})
"""States in which no money is booked any more, whatever the order says of its payment."""


class Payment(Record):
    """Money received for one order: `amount` in `currency`, at `paid_at` (aware UTC).

    `paid_on` is its day in the company's time zone, as 2026-01-31. `order_id` is the shop's id of
    the order, in the ERP `document` its sales document. `method` is the shop's word for how it was
    paid; the mapping's table makes a journal of it. `number` is the ERP's. `booked` is False for
    one that is only a draft there.
    """

    number: str = ""
    reference: str = ""
    order_id: str = ""
    document: str = ""
    amount: Decimal = ZERO
    currency: str = ""
    paid_at: datetime | None = None
    paid_on: str = ""
    method: str = ""
    title: str = ""
    transaction_id: str = Field(default="", repr=False)
    booked: bool = True


def payment_of(order: Order, reference: str, zone: tzinfo) -> Payment:
    """The payment of an order that is paid; `zone` is the company's."""
    return Payment(
        id=order.id,
        birth=order.birth,
        reference=reference,
        order_id=order.id,
        amount=order.total,
        currency=order.currency,
        paid_at=order.paid_at,
        paid_on=day_of(order.paid_at, zone) if order.paid_at is not None else "",
        method=order.payment_method,
        title=order.payment_title,
        transaction_id=order.transaction_id,
    )


def why_not_paid(order: Order, manual: Collection[str]) -> str:
    """Why no payment of this order is booked; "" if one is.

    `manual` are methods that count as paid only by the ERP's word.
    """
    if order.total <= ZERO:
        return "there was nothing to pay"
    if order.state in UNPAID:
        return f"its state is {order.state}"
    if order.payment_method in manual:
        return f"{order.payment_method} counts as paid only when the ERP says so"
    return "" if order.paid_at is not None else "it is not paid yet"


def payment_conflict(
    label: str, payment: Payment, document: Document, due: Decimal
) -> Problem | None:
    """Why the payment cannot be booked on this document, which should be over `due`.

    That is what was paid, and what gift cards have paid where these are no line of it.
    """
    if document.state is DocumentState.DRAFT:
        return _conflict(label, "its document is a draft again")
    if (document.total, document.currency) == (due, payment.currency):
        return None
    paid = f"{plain(payment.amount)} {payment.currency}"
    return _conflict(
        label, f"{paid} were paid, but its document is over {plain(document.total)}"
        f" {document.currency}"
    )  # fmt: skip


def _conflict(label: str, says: str) -> Problem:
    return Problem(
        "payment-differs",
        label,
        says,
        "Compare order and document, correct what is wrong, then run `sync-cli held retry`; or book"
        " the payment in the ERP by hand and run `sync-cli held dismiss --route payments`.",
        field="total",
    )
