"""Credit notes of the pretend ERP and their JSON form; amounts given back are above zero."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from sync_cli.sandbox.erp.records import (
    ZERO,
    Fields,
    Json,
    Order,
    OrderLine,
    decimal_text,
    line_json,
    moment,
    optional_moment,
)

CreditState = Literal["draft", "confirmed", "cancelled"]
CHECKPOINTS = ("authorised", "received", "inspected", "restocked")
"""The stations of a return, in order; a refund may come before any of them."""


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One line; `restock` claims that its pieces are to go back to the shelf."""

    line: OrderLine
    restock: bool


@dataclass(slots=True)
class CreditNote:
    """What is given back of one order; `reference` is None where a person made it here.

    `reached` holds when (ms since 1970) each of the CHECKPOINTS was reached.
    """

    id: int
    number: str
    reference: str | None
    order: Order
    refunded_at: str
    currency: str
    reason: str = field(repr=False)
    disposition: str
    lines: tuple[CreditLine, ...]
    state: CreditState
    created_at: int
    changed_at: int
    reached: dict[str, int] = field(default_factory=dict)

    @property
    def tax(self) -> Decimal:
        return sum((each.line.tax for each in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        return sum((each.line.net + each.line.tax for each in self.lines), ZERO)

    @property
    def pieces(self) -> dict[int, Decimal]:
        """Pieces by product that are to go back to the shelf."""
        found: dict[int, Decimal] = {}
        for each in self.lines:
            if each.restock and each.line.product_id is not None:
                product = each.line.product_id
                found[product] = found.get(product, ZERO) + each.line.quantity
        return found


CREDIT_NOTE_FIELDS: Fields = {
    "id": lambda it: str(it.id),
    "number": lambda it: it.number,
    "reference": lambda it: it.reference,
    "state": lambda it: it.state,
    "order_id": lambda it: str(it.order.id),
    "order_reference": lambda it: it.order.head.reference,
    "customer_id": lambda it: str(it.order.head.customer_id),
    "refunded_at": lambda it: it.refunded_at,
    "currency": lambda it: it.currency,
    "reason": lambda it: it.reason,
    "disposition": lambda it: it.disposition,
    "tax": lambda it: decimal_text(it.tax),
    "total": lambda it: decimal_text(it.total),
    "lines": lambda it: [_credit_line_json(each) for each in it.lines],
    **{
        f"{name}_at": lambda it, name=name: optional_moment(it.reached.get(name))  # type: ignore[misc]
        for name in CHECKPOINTS
    },
    "created_at": lambda it: moment(it.created_at),
    "changed_at": lambda it: moment(it.changed_at),
}


def _credit_line_json(each: CreditLine) -> Json:
    known: dict[str, Any] = line_json(each.line)
    return {**known, "restock": each.restock}
