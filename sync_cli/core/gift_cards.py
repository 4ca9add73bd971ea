"""What gift cards paid of an order: a payment, not a discount, so that no tax is lowered by it."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from sync_cli.core.errors import Problem
from sync_cli.core.model import DocumentLine, LineKind, Order, OrderLine
from sync_cli.core.money import plain

TAX_KEY = "gift_card"
"""The tax key of what a gift card paid, to be listed in the ERP's table of tax codes."""
TEXT = "Gift card"


class GiftCards(StrEnum):
    """How the ERP is told what gift cards paid.

    `line`: a line below zero without tax, under an article of its own. `payment`: the document is
    over all that was sold, and `prepaid` says what is paid already. `hold`: a person books it.
    """

    LINE = "line"
    PAYMENT = "payment"
    HOLD = "hold"


def is_gift_card(fee: OrderLine) -> bool:
    """Whether a fee is what a gift card paid; one that lowers the tax is a discount."""
    return fee.gift_card and fee.total <= 0 and not fee.total_tax


def paid_by_gift_card(order: Order) -> Decimal:
    """All that gift cards paid, however the shop keeps it."""
    fees = (-fee.total for fee in order.fees if is_gift_card(fee))
    return sum(fees, order.paid_by_gift_card)


def taken_off(order: Order, how: GiftCards) -> Decimal:
    """What gift cards paid that a line of the document takes off its total."""
    return Decimal(0) if how is GiftCards.PAYMENT else paid_by_gift_card(order)


def way_booked(order: Order, total: Decimal, how: GiftCards) -> GiftCards:
    """How a document over `total` tells what gift cards paid; `how` where it does not say."""
    if total == order.total:
        return GiftCards.LINE
    return GiftCards.PAYMENT if total == order.total + paid_by_gift_card(order) else how


def gift_card_line(amount: Decimal) -> DocumentLine:
    """The line of what gift cards paid."""
    return DocumentLine(kind=LineKind.GIFT_CARD, text=TEXT, net=-amount, tax_key=TAX_KEY)


def booked_by_hand(order: Order, how: GiftCards) -> Problem | None:
    """Why an order that a gift card paid is held; None where it is not."""
    paid = paid_by_gift_card(order)
    if how is not GiftCards.HOLD or not paid:
        return None
    return Problem(
        "gift-card",
        "",
        f"gift cards paid {plain(paid)} of it",
        "Book it in the ERP by hand and run `sync-cli held dismiss`, or set"
        " orders.lines.gift_cards to line or payment.",
        field="gift_cards",
    )
