"""Unit prices for ERPs that multiply them themselves: exact, and no piece is ever lost.

The shop states whole-line amounts. An ERP that wants a price for one piece can hold it with so
many digits only: 3 pieces for 10.00 have none with two.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from msgspec import Struct

from sync_cli.core.coupons import percent_off
from sync_cli.core.errors import Problem
from sync_cli.core.model import Document, DocumentLine
from sync_cli.core.money import WIDE, plain, round_half_up, unit


class UnitPrices(StrEnum):
    """What becomes of a line whose amount is no multiple of any price that the ERP can hold.

    `split`: two lines of neighbouring prices, together the amount and all pieces (3 for 10.00 are
    2 at 3.33 and 1 at 3.34). `single`: one piece at the whole amount, the quantity in the text.
    `hold`: the order waits for a person.
    """

    SPLIT = "split"
    SINGLE = "single"
    HOLD = "hold"


class Digits(Struct, frozen=True):
    """Decimals of the ERP's unit prices, and of amounts in the currency."""

    price: int
    amount: int


class _NoPrice(Exception):
    """No price with these digits gives the line's amount."""


def with_unit_prices(
    document: Document, digits: Digits, how: UnitPrices, *, gross: bool
) -> Document | Problem:
    """The document with the unit price of each line, or why a line can have none.

    `gross` claims that unit prices include tax. For each line quantity times price, rounded to the
    currency, is the line's amount; net, tax and pieces of the document stay the same in all.
    """
    lines: list[DocumentLine] = []
    for number, line in enumerate(document.lines, start=1):
        try:
            lines += _priced(line, digits, how, gross=gross)
        except _NoPrice:
            return _no_price(number, line, digits, gross=gross)
    return document.model_copy(update={"lines": tuple(lines)})


def wrong_quantity(document: Document, decimals: int) -> Problem | None:
    """The first line whose quantity has more decimals than the ERP can hold."""
    for number, line in enumerate(document.lines, start=1):
        if line.quantity != round_half_up(line.quantity, decimals):
            return _no_quantity(number, line, decimals)
    return None


def _priced(
    line: DocumentLine, digits: Digits, how: UnitPrices, *, gross: bool
) -> list[DocumentLine]:
    amount = line.gross if gross else line.net
    listed = _at_list_price(line, amount, digits, gross=gross)
    if listed is not None:
        return [listed]
    price = _price(amount, line.quantity, digits)
    if price is not None:
        return [line.model_copy(update={"unit_price": price})]
    match how:
        case UnitPrices.SPLIT:
            return list(_split(line, amount, digits, gross=gross))
        case UnitPrices.SINGLE:
            return [_single(line, amount, digits)]
        case UnitPrices.HOLD:
            raise _NoPrice


def _at_list_price(
    line: DocumentLine, amount: Decimal, digits: Digits, *, gross: bool
) -> DocumentLine | None:
    """The line with its price before a discount and that in percent, if they give its amount."""
    if line.list_net is None or line.list_tax is None:
        return None
    before = line.list_net + line.list_tax if gross else line.list_net
    percent = percent_off(before, amount, digits.amount)
    price = _price(before, line.quantity, digits)
    if percent is None or price is None:
        return None
    apart = abs(price * line.quantity * (100 - percent) / 100 - amount)
    if apart >= unit(digits.amount) / 2:
        return None
    return line.model_copy(update={"unit_price": price, "discount": percent})


def _price(amount: Decimal, quantity: Decimal, digits: Digits) -> Decimal | None:
    """The price with these digits whose multiple is rounded to `amount`, never by half a unit."""
    if not amount:
        return Decimal(0)
    if not quantity:
        return None
    price = round_half_up(WIDE.divide(amount, quantity), digits.price)
    apart = abs(price * quantity - amount)
    return price if apart < unit(digits.amount) / 2 else None


def _split(
    line: DocumentLine, amount: Decimal, digits: Digits, *, gross: bool
) -> Iterator[DocumentLine]:
    """Two lines: most pieces at the lower price, the others at one that fills up the amount."""
    first, quantities = _parted(amount, line.quantity, digits)
    other = line.net if gross else line.tax
    other_first = round_half_up(WIDE.divide(other * first, amount), digits.amount)
    shares = ((first, other_first), (amount - first, other - other_first))
    for quantity, (share, rest) in zip(quantities, shares, strict=True):
        price = _price(share, quantity, digits)
        if price is None:
            raise _NoPrice
        net, tax = (rest, share - rest) if gross else (share, rest)
        pieces = line.pieces if quantity is quantities[0] else Decimal(0)
        values = {"quantity": quantity, "unit_price": price, "net": net, "tax": tax}
        yield line.model_copy(update={**values, "pieces": pieces})


def _parted(
    amount: Decimal, pieces: Decimal, digits: Digits
) -> tuple[Decimal, tuple[Decimal, Decimal]]:
    """The amount of the first part, and the quantities of both."""
    step = unit(min(digits.price, digits.amount))
    low, rest = round_half_up(WIDE.divide(amount, pieces or 1), digits.price), Decimal(1)
    if pieces == int(pieces) and pieces:
        low = WIDE.divide(amount, pieces).quantize(step, ROUND_FLOOR, context=WIDE)
        rest = WIDE.divide(amount - low * pieces, step)
    if rest != int(rest) or not 0 < rest < pieces:
        raise _NoPrice
    return round_half_up(low * (pieces - rest), digits.amount), (pieces - rest, rest)


def _single(line: DocumentLine, amount: Decimal, digits: Digits) -> DocumentLine:
    price = _price(amount, Decimal(1), digits) if line.quantity else None
    if price is None:
        raise _NoPrice
    text = f"{line.quantity.normalize():f} x {line.text}"
    return line.model_copy(update={"quantity": Decimal(1), "unit_price": price, "text": text})


def _no_quantity(number: int, line: DocumentLine, decimals: int) -> Problem:
    return Problem(
        "quantity-digits",
        "",
        f"line {number} ({line.text}): the quantity {line.quantity.normalize():f} has more decimals"
        f" than the ERP can hold ({decimals})",
        "Correct the quantity in the shop or the unit of the article in the ERP.",
        field="quantity",
    )


def _no_price(number: int, line: DocumentLine, digits: Digits, *, gross: bool) -> Problem:
    amount = line.gross if gross else line.net
    return Problem(
        "no-unit-price",
        "",
        f"line {number} ({line.text}): {plain(amount)} for {line.quantity.normalize():f} pieces is"
        f" no price of one piece with {digits.price} decimals",
        "Set orders.unit_prices to split or single, or let the ERP keep prices with more decimals.",
        field="unit_price",
    )
