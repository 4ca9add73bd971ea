"""What a refund gives back once it is proven, line by line."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from sync_cli.core.model import ZERO, LineKind, OrderLine
from sync_cli.core.money import plain


class CreditLine(Struct, frozen=True):
    """One line of a credit note: `sold` is the order's item, None for an adjustment.

    `pieces` come back; `restocked` claims that the shop has put them back already.
    """

    kind: LineKind
    net: Decimal
    tax: Decimal
    tax_key: str
    tax_class: str = ""
    pieces: Decimal = ZERO
    restocked: bool = False
    sold: OrderLine | None = None


class Credit(Struct, frozen=True):
    """A proven refund: its lines add up to its amount. `adjusted` is what no line accounted for."""

    lines: tuple[CreditLine, ...]
    adjusted: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """What the customer gets back."""
        return sum((line.net + line.tax for line in self.lines), ZERO)

    @property
    def total_tax(self) -> Decimal:
        """The tax in it."""
        return sum((line.tax for line in self.lines), ZERO)


def said(credit: Credit) -> str:
    """In words what no line accounted for, "" if the lines are the amount."""
    if not credit.adjusted:
        return ""
    if credit.adjusted < 0:
        return f"its lines give {plain(-credit.adjusted)} more than its amount"
    return f"its lines give {plain(credit.adjusted)} less than its amount"
