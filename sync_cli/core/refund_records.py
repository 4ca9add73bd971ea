"""Refunds of a shop and credit notes of an ERP, as canonical records; amounts given back are
positive."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from sync_cli.core.model import ZERO, Disposition, Document, OrderLine, Record, TaxRate


class RefundLine(OrderLine):
    """What a refund gives back of one item of its order.

    `sold_line` is the id of that item, as the refund names it. `quantity` is the number of pieces
    taken back, 0 where only money is given.
    """

    sold_line: str = ""
    quantity: Decimal = ZERO


class Checkpoints(Record):
    """When a return was authorised, received, inspected and put back; None: not yet (aware UTC)."""

    authorised_at: datetime | None = None
    received_at: datetime | None = None
    inspected_at: datetime | None = None
    restocked_at: datetime | None = None


class Refund(Checkpoints):
    """A refund as the shop stored it: `amount` is what the customer gets back.

    The lines need not agree with it, and there may be none. `paid_back` claims that the payment
    gateway has sent the money. `disposition` is "" where nobody said what becomes of the goods.
    `credit_note` is our name for the ERP's credit note that it was made of, "" if it was not.
    """

    order_id: str
    amount: Decimal
    refunded_at: datetime
    reason: str = Field(default="", repr=False)
    lines: tuple[RefundLine, ...] = ()
    shipping_lines: tuple[RefundLine, ...] = ()
    fees: tuple[RefundLine, ...] = ()
    tax_rates: tuple[TaxRate, ...] = ()
    paid_back: bool = False
    disposition: str = ""
    credit_note: str = ""


class CreditNote(Document, Checkpoints):
    """A credit note of an ERP: as we want it, or as the ERP stored it.

    Quantities and amounts are what is given back, above zero. `order_id` is the shop's id of the
    order that it takes back from, `document` the ERP's id of its sales document. `ordered_at` is
    the time of the refund.
    """

    order_id: str = ""
    document: str = ""
    reason: str = Field(default="", repr=False)
    disposition: Disposition = Disposition.NONE
