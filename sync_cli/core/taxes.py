"""Which tax a line of an order was charged with, in words that a table of the mapping can name.

ERPs that compute taxes themselves are told a tax code instead of an amount. The code is chosen by
a table over these keys, and what the ERP then computes is read back and proven.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from sync_cli.core.model import Order, OrderLine, TaxRate

EXEMPT = "exempt"
NONE = "none"
INCLUSIVE = {True: "incl", False: "excl"}
"""Whether prices include the tax, as the last word of a key."""

_COUNTRY = re.compile(r"([A-Z]{2})-")


class TaxKeys:
    """The tax keys of one order's lines.

    A key is the country whose tax was charged, its rates in percent with the highest first, and
    "incl" or "excl" for prices with or without tax: "DE 19 incl", "CA 9.975+5 excl". A compound
    rate has a "c" behind it. Where no rate applies the country is the one delivered to, and the
    key says why: "FR exempt" (the buyer pays no tax), "US none" (nothing is due). A rate whose
    percent is not known is named by its code.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._rates = {rate.id: rate for rate in order.tax_rates}
        self._destination = order.shipping.country or order.billing.country

    def of(self, line: OrderLine) -> str:
        """The key of `line`."""
        return self.named(self.charged(line))

    def named(self, charged: Sequence[TaxRate]) -> str:
        """The key of what was charged with all these rates."""
        if not charged:
            return f"{self._destination} {EXEMPT if self._order.vat_exempt else NONE}".strip()
        rates = sorted(charged, key=lambda rate: rate.percent or Decimal(0), reverse=True)
        country = next(filter(None, map(_country_of, rates)), self._destination)
        said = key_of(country, map(_said, rates))
        return f"{said} {INCLUSIVE[self._order.prices_include_tax]}"

    def charged(self, line: OrderLine) -> list[TaxRate]:
        """The rates that apply to `line`."""
        applied = [tax.rate_id for tax in line.taxes if tax.total is not None]
        return [self._rates.get(id, TaxRate(id=id, code=f"rate {id}")) for id in applied]


def key_of(country: str, rates: Iterable[str]) -> str:
    """A key but for its last word, which says whether prices include the tax."""
    return f"{country} {'+'.join(rates)}".strip()


def _country_of(rate: TaxRate) -> str:
    """The two letters that a rate's code begins with (FACTS 13: "DE-MWST 19%-1")."""
    found = _COUNTRY.match(rate.code)
    return found.group(1) if found else ""


def _said(rate: TaxRate) -> str:
    if rate.percent is None:
        return rate.code
    return f"{rate.percent.normalize():f}{'c' if rate.compound else ''}"
