"""The exchange rate of an order: the one that the shop stored with it, never a default."""

from __future__ import annotations

from decimal import Decimal

from sync_cli.core.errors import Problem
from sync_cli.core.model import Order
from sync_cli.core.money import WIDE, round_half_up

RATE_DIGITS = 10


def rate_of(order: Order, own_currency: str) -> Decimal | None:
    """How much of the order's currency one of `own_currency` bought; None where nobody said it.

    None too where the order is in `own_currency`, or its rate is that of yet another one.
    """
    if not order.currency or order.currency == own_currency:
        return None
    if order.base_currency and own_currency and order.base_currency != own_currency:
        return None
    if order.exchange_rate:
        return order.exchange_rate
    if order.inverse_rate:
        return round_half_up(WIDE.divide(Decimal(1), order.inverse_rate), RATE_DIGITS)
    return None


def rate_missing(order: Order, own_currency: str) -> Problem | None:
    """Why an order in a foreign currency is held: nobody said its rate."""
    if order.currency == own_currency or rate_of(order, own_currency) is not None:
        return None
    return Problem(
        "no-exchange-rate",
        "",
        f"it is in {order.currency}, the ERP's books are in {own_currency or 'another currency'},"
        " and it has no exchange rate of its own",
        "Have the shop's currency plug-in store the rate with the order, or name the field that has"
        " it in an overlay of woocommerce/order.yaml.",
        field="exchange_rate",
    )
