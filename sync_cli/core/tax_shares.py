"""What of a fee or a shipping line was charged under which tax.

A shop may share such an item among the rates of the goods (shipping of a basket at 19 and 7
percent, a discount over both). An ERP knows one tax code a line, so that the item becomes a line
for each of its taxes: the shares are computed from the taxes that the shop stored, and together
they are the item.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.core.model import ZERO, Order, OrderLine, TaxRate
from sync_cli.core.money import WIDE, round_half_up, unit
from sync_cli.core.taxes import TaxKeys


class TaxShare(Struct, frozen=True):
    """The part of an item that was charged under one tax; see `TaxKeys` for its key."""

    tax_key: str
    tax_class: str
    net: Decimal
    tax: Decimal


class _Charge(Struct, frozen=True):
    """What one rate took, and the net that it took it from; `slack` is what rounding may hide."""

    rate: TaxRate
    tax: Decimal
    net: Decimal
    slack: Decimal


class TaxShares:
    """The shares of one order's items; `decimals` are the shop's."""

    def __init__(self, order: Order, decimals: int) -> None:
        self._keys = TaxKeys(order)
        self._decimals = decimals
        self._classes = {
            rates[0].id: line.tax_class
            for line in reversed(order.lines)
            if len(rates := self._keys.charged(line)) == 1
        }

    def of(self, line: OrderLine) -> tuple[TaxShare, ...]:
        """The shares, unrounded; together they are the line's `total` and `total_tax` exactly.

        One alone where all rates were charged on the whole of it, or where the taxes do not say on
        what they were charged.
        """
        whole = (self.whole(line),)
        charges = self._charges(line)
        if len(charges) < 2 or _are_on_the_whole(charges, line.total):
            return whole
        shares = self._shares(line, charges)
        return _adding_up(shares, line.total, line.total_tax) if shares else whole

    def whole(self, line: OrderLine) -> TaxShare:
        """The item under all its taxes together, as goods are booked."""
        return TaxShare(self._keys.of(line), line.tax_class, line.total, line.total_tax)

    def booked(self, line: OrderLine, net: Decimal, tax: Decimal) -> tuple[TaxShare, ...]:
        """The shares in the shop's decimals, together `net` and `tax`.

        Those of nothing are left out.
        """
        digits = self._decimals
        shares = [
            replace(one, net=round_half_up(one.net, digits), tax=round_half_up(one.tax, digits))
            for one in self.of(line)
        ]
        found = _adding_up(shares, net, tax)
        return tuple(one for one in found if one.net or one.tax) or found[:1]

    def _charges(self, line: OrderLine) -> list[_Charge]:
        """What each rate took; none where one of them has no percent or stands on the others."""
        amounts = {tax.rate_id: tax.total for tax in line.taxes if tax.total is not None}
        rates = self._keys.charged(line)
        if any(rate.percent is None or rate.compound for rate in rates):
            return []
        rates.sort(key=lambda rate: rate.percent or ZERO, reverse=True)
        return [self._charge(rate, amounts[rate.id]) for rate in rates]

    def _charge(self, rate: TaxRate, tax: Decimal) -> _Charge:
        if not rate.percent:
            return _Charge(rate, tax, ZERO, ZERO)
        factor = WIDE.divide(Decimal(100), rate.percent)
        return _Charge(rate, tax, tax * factor, unit(self._decimals) / 2 * factor)

    def _shares(self, line: OrderLine, charges: Sequence[_Charge]) -> list[TaxShare]:
        """The shares; a rate of 0 percent, or no tax at all, was charged on what is left.

        None if the taxes were charged on more than there is.
        """
        shares = [
            TaxShare(self._keys.named([one.rate]), self._class_of(one.rate, line), one.net, one.tax)
            for one in charges
        ]
        left = line.total - sum((one.net for one in charges), ZERO)
        if abs(left) <= sum((one.slack for one in charges), ZERO):
            return shares
        if left * line.total < 0:
            return []
        if charges[-1].rate.percent:
            return [*shares, TaxShare(self._keys.named([]), line.tax_class, left, ZERO)]
        return [*shares[:-1], replace(shares[-1], net=left)]

    def _class_of(self, rate: TaxRate, line: OrderLine) -> str:
        """The tax class of the goods that were charged with this rate alone."""
        return self._classes.get(rate.id, line.tax_class)


def _are_on_the_whole(charges: Sequence[_Charge], net: Decimal) -> bool:
    """Whether each rate was charged on all of `net`: as far as rounding can tell, and rather that
    than on parts of it, for of a few cents it can tell neither."""
    off = [abs(one.net - net) for one in charges]
    if any(each > one.slack for each, one in zip(off, charges, strict=True)):
        return False
    return sum(off, ZERO) <= abs(net - sum((one.net for one in charges), ZERO))


def _adding_up(shares: Sequence[TaxShare], net: Decimal, tax: Decimal) -> tuple[TaxShare, ...]:
    """The shares, the largest of which takes what is left of `net` and of `tax`."""
    at = max(range(len(shares)), key=lambda index: abs(shares[index].net))
    others = [one for index, one in enumerate(shares) if index != at]
    largest = replace(
        shares[at],
        net=net - sum((one.net for one in others), ZERO),
        tax=tax - sum((one.tax for one in others), ZERO),
    )
    return tuple(largest if index == at else one for index, one in enumerate(shares))
