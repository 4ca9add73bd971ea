"""Which tax rates apply, and the taxes of one amount, as the shop computes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sync_cli.sandbox.shop.money import rounded
from sync_cli.sandbox.shop.records import Order, TaxRate
from sync_cli.sandbox.shop.settings import ShopSettings

TAX_DIGITS = 6
"""Places that a single tax amount is rounded to before anything else is done with it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tax is due."""

    country: str
    state: str = ""


def base_place(settings: ShopSettings) -> Place:
    """The shop's own place, whose taxes are within its prices."""
    return Place(settings.base_country, settings.base_state)


def tax_place(order: Order, settings: ShopSettings) -> Place:
    """The place of the shipping address, else of the billing address, else the shop's own."""
    address = order.shipping if order.shipping.get("country") else order.billing
    if not address.get("country"):
        return base_place(settings)
    return Place(address["country"], address.get("state", ""))


def matching_rates(
    rates: Iterable[TaxRate], place: Place, tax_class: str, *, shipping: bool = False
) -> list[TaxRate]:
    """The rates for a place and class, one per priority; the shipping ones only if asked."""
    wanted = "" if tax_class == "standard" else tax_class
    fitting = [r for r in rates if r.tax_class == wanted and _covers(r, place)]
    fitting.sort(key=lambda r: (r.priority, not r.country, not r.state, r.order, r.id))
    found: dict[int, TaxRate] = {}
    for rate in fitting:
        found.setdefault(rate.priority, rate)
    return [rate for rate in found.values() if rate.shipping or not shipping]


def _covers(rate: TaxRate, place: Place) -> bool:
    return rate.country in ("", place.country) and rate.state in ("", place.state)


def taxes_on(amount: Decimal, rates: list[TaxRate]) -> dict[int, Decimal]:
    """The taxes to be added to a net amount, by rate id; a compound rate taxes the others too."""
    taxes: dict[int, Decimal] = {}
    for rate in rates:
        if not rate.compound:
            taxes[rate.id] = amount * rate.percent / 100
    base = amount + sum(taxes.values())
    for rate in rates:
        if rate.compound:
            taxes[rate.id] = base * rate.percent / 100
            base += taxes[rate.id]
    return {rate_id: rounded(tax, TAX_DIGITS) for rate_id, tax in taxes.items()}


def taxes_within(amount: Decimal, rates: list[TaxRate]) -> dict[int, Decimal]:
    """The taxes that a gross amount holds, by rate id."""
    taxes: dict[int, Decimal] = {}
    rest = amount
    for rate in reversed([r for r in rates if r.compound]):
        taxes[rate.id] = rest - rest / (1 + rate.percent / 100)
        rest -= taxes[rate.id]
    regular = [r for r in rates if not r.compound]
    share = 1 + sum((r.percent for r in regular), Decimal(0)) / 100
    for rate in regular:
        taxes[rate.id] = rest * (rate.percent / 100) / share
    return {rate_id: rounded(tax, TAX_DIGITS) for rate_id, tax in taxes.items()}


def net_of(gross: Decimal, rates: list[TaxRate]) -> Decimal:
    """A price that includes these taxes, less them."""
    return gross - sum(taxes_within(gross, rates).values())
