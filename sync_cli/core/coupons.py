"""What coupons took off, told to the ERP in the way it keeps discounts.

Discounts are taken from the lines: what a coupon states of itself may be split otherwise (FACTS
13.9). However it is told, the document is the order to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from sync_cli.core.model import ZERO, Document, DocumentLine, LineKind
from sync_cli.core.money import WIDE, round_half_up

PERCENT_DIGITS = 2
TEXT = "Discount"


class Coupons(StrEnum):
    """How the ERP is told what coupons took off.

    `net`: the price that was paid. `line`: the price before, and one discount line for each tax.
    `percent`: the price before and a percentage, where one with two decimals gives exactly what
    was paid; the price that was paid elsewhere.
    """

    NET = "net"
    LINE = "line"
    PERCENT = "percent"


def with_discount_lines(
    lines: Sequence[DocumentLine], coupons: Iterable[str]
) -> list[DocumentLine]:
    """The lines at their prices before, and behind them what was taken off, by tax."""
    off: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    before = []
    for line in lines:
        if line.list_net is None or line.list_tax is None:
            before.append(line)
            continue
        amounts = off[line.tax_key, line.tax_class]
        amounts[0] += line.net - line.list_net
        amounts[1] += line.tax - line.list_tax
        listed = {"net": line.list_net, "tax": line.list_tax, "list_net": None, "list_tax": None}
        before.append(line.model_copy(update=listed))
    text = " ".join([TEXT, *coupons])
    return before + [
        DocumentLine(
            kind=LineKind.DISCOUNT, text=text, net=net, tax=tax, tax_key=key, tax_class=kind
        )
        for (key, kind), (net, tax) in off.items()
    ]


def with_percents(document: Document, decimals: int) -> Document:
    """The document with the percentage of each lowered line, for ERPs that take amounts."""
    lines = tuple(
        line.model_copy(update={"discount": percent_off(line.list_net, line.net, decimals)})
        if line.list_net is not None
        else line
        for line in document.lines
    )
    return document.model_copy(update={"lines": lines})


def percent_off(before: Decimal, after: Decimal, decimals: int) -> Decimal | None:
    """The percentage that makes `after` of `before`, to the unit; None if there is none."""
    if not before:
        return None
    percent = round_half_up(WIDE.divide(before - after, before) * 100, PERCENT_DIGITS)
    left = before * (100 - percent) / 100
    return percent if round_half_up(left, decimals) == after else None
