"""Payments of the pretend ERP: booked at once, each on one order; they cannot be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sync_cli.sandbox.erp.documents import find_order, touch
from sync_cli.sandbox.erp.drafts import read_amount, read_object, read_text, read_time, require
from sync_cli.sandbox.erp.payment_records import JOURNALS, PAYMENT_FIELDS, Payment
from sync_cli.sandbox.erp.records import ZERO, Json, Order, as_json, decimal_text
from sync_cli.sandbox.erp.referenced import create_referenced
from sync_cli.sandbox.erp.refusals import ItemError
from sync_cli.sandbox.erp.store import ErpStore

PAYABLE = ("confirmed", "shipped", "done")
_FIELDS = (
    *("reference", "order_id", "amount", "currency", "paid_at", "journal"),
    "transaction_id",
)


@dataclass(frozen=True)
class _Draft:
    """A readable payment that nothing speaks against, not yet stored."""

    given: Mapping[str, Any]
    order: Order
    amount: Decimal


def create_payments(store: ErpStore, items: Sequence[object]) -> list[Json]:
    """Book each payment; an order that is paid in full says so. The results of the batch."""
    return create_referenced(
        store,
        items,
        _read,
        lambda draft: str(draft.given.get("reference") or ""),
        partial(_holders, store),
        _add,
    )


def paid_for(store: ErpStore, order: Order) -> Decimal:
    """What was received for an order so far."""
    return sum((one.amount for one in store.payments.find("order_id", str(order.id))), ZERO)


def _read(store: ErpStore, item: object) -> _Draft:
    given = read_object(item, None, _FIELDS)
    for name in ("order_id", "amount", "currency", "paid_at", "journal"):
        require(given, name, name)
    order = find_order(store, given["order_id"])
    if order.state not in PAYABLE:
        message = f"order {order.number} is {order.state}; there is nothing to pay"
        raise ItemError("invalid_order", message, "order_id")
    read_time(given, "paid_at")
    if read_text(given, "currency") != order.head.currency:
        message = f"order {order.number} is in {order.head.currency}"
        raise ItemError("invalid_currency", message, "currency")
    if given["journal"] not in JOURNALS:
        message = f"{given['journal']!r} is none of {', '.join(JOURNALS)}"
        raise ItemError("invalid_journal", message, "journal")
    amount = read_amount(given, "amount")
    if amount <= ZERO:
        raise ItemError("invalid_value", "an amount is above zero", "amount")
    return _Draft(given, order, amount)


def _holders(store: ErpStore, reference: str) -> list[Payment]:
    return [
        each for each in store.payments.find("reference", reference) if each.reference == reference
    ]


def _add(store: ErpStore, draft: _Draft) -> Json:
    given, order = draft.given, draft.order
    id = 1 + len(store.payments)
    payment = Payment(
        id,
        f"P{id:05}",
        read_text(given, "reference") or None,
        order,
        draft.amount,
        given["paid_at"],
        given["journal"],
        read_text(given, "transaction_id"),
        store.stamp(),
    )
    store.payments.append(payment)
    store.ledger.record(
        "payment.booked",
        str(payment.id),
        payment.reference,
        number=payment.number,
        order=str(order.id),
        currency=order.head.currency,
        amount=decimal_text(payment.amount),
        journal=payment.journal,
    )
    if paid_for(store, order) >= order.total:
        order.paid = True
        touch(store, order)
    return as_json(payment, PAYMENT_FIELDS)
