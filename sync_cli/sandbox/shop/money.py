"""Amounts: the shop's rounding, and how numbers are written into its answers."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from html import unescape
from typing import Any

from sync_cli.sandbox.shop.geography import currencies
from sync_cli.sandbox.shop.records import ZERO
from sync_cli.sandbox.shop.settings import ShopSettings

_NUMBER = re.compile(r"-?\d*\.?\d+|-?\d+\.?")


def rounded(amount: Decimal, decimals: int, *, half_down: bool = False) -> Decimal:
    """`amount` with `decimals` places, halves away from zero or, `half_down`, towards it."""
    mode = ROUND_HALF_DOWN if half_down else ROUND_HALF_UP
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=mode)


def shown(amount: Decimal, decimals: int) -> str:
    """`amount` as order answers write it."""
    text = rounded(amount, decimals)
    return f"{abs(text) if text == 0 else text:f}"


def unpadded(amount: Decimal) -> str:
    """`amount` without trailing zeros, as coupon lines write it."""
    text = f"{amount:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def number(amount: Decimal) -> int | float:
    """`amount` as a JSON number: whole ones without a point."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def to_decimal(value: Any) -> Decimal:
    """The number in a request's value; 0 for what is none, a decimal comma is understood."""
    return parsed(value) or ZERO


def parsed(value: Any) -> Decimal | None:
    """The number in a request's value, None for what is none."""
    text = str(value).strip().replace(",", ".")
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def price_text(value: Any) -> str:
    """A price as stored: as sent, the decimal comma turned to a point, "" for what is no number."""
    if value is None or value == "":
        return ""
    return "" if parsed(value) is None else str(value).strip().replace(",", ".")


def symbol(currency: str) -> str:
    """The sign of a currency as a character."""
    return unescape(symbol_entity(currency))


def symbol_entity(currency: str) -> str:
    """The sign of a currency as HTML writes it."""
    return str(currencies()[currency]["symbol"]) if currency in currencies() else ""


def _amount(amount: Decimal, settings: ShopSettings) -> str:
    """An amount with the shop's decimals and marks."""
    text = f"{rounded(amount, settings.decimals):,f}"
    marks = {",": settings.thousands_mark, ".": settings.decimal_mark}
    return "".join(marks.get(sign, sign) for sign in text)


def _signed(amount: str, sign: str, place: str) -> str:
    """An amount with the currency's sign in its place."""
    space = "&nbsp;" if place.endswith("_space") else ""
    pair = (sign, amount) if place.startswith("left") else (amount, sign)
    return space.join(pair)


def price_html(amount: Decimal, settings: ShopSettings, *, hidden: bool = False) -> str:
    """An amount as the shop's pages show it."""
    entity = symbol_entity(settings.currency)
    sign = f'<span class="woocommerce-Price-currencySymbol">{entity}</span>'
    shown = _signed(_amount(amount, settings), sign, settings.sign_place)
    aria = ' aria-hidden="true"' if hidden else ""
    return f'<span class="woocommerce-Price-amount amount"{aria}><bdi>{shown}</bdi></span>'


def price_plain(amount: Decimal, settings: ShopSettings) -> str:
    """An amount as screen readers get it."""
    sign = symbol_entity(settings.currency)
    return _signed(_amount(amount, settings), sign, settings.sign_place)


def whole(value: Any) -> int:
    """A number as the shop stores it whole: cut, and 0 for what is no number."""
    if isinstance(value, bool):
        return int(value)
    amount = parsed("" if value is None else value)
    return 0 if amount is None else int(amount)
