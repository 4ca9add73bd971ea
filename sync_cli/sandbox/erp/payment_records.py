"""Payments of the pretend ERP and their JSON form."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sync_cli.sandbox.erp.records import Fields, Order, decimal_text, moment

JOURNALS = ("BANK", "CARD", "CASH", "PAYPAL")
"""The journals that payments are booked in."""


@dataclass(slots=True)
class Payment:
    """Money received for one order."""

    id: int
    number: str
    reference: str | None
    order: Order
    amount: Decimal
    paid_at: str
    journal: str
    transaction_id: str = field(repr=False)
    changed_at: int


PAYMENT_FIELDS: Fields = {
    "id": lambda it: str(it.id),
    "number": lambda it: it.number,
    "reference": lambda it: it.reference,
    "order_id": lambda it: str(it.order.id),
    "amount": lambda it: decimal_text(it.amount),
    "currency": lambda it: it.order.head.currency,
    "paid_at": lambda it: it.paid_at,
    "journal": lambda it: it.journal,
    "transaction_id": lambda it: it.transaction_id,
    "changed_at": lambda it: moment(it.changed_at),
}
