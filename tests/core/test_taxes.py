"""The tax keys of lines: what a merchant's table names a tax by."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sync_cli.core.model import Address, LineTax, Order, OrderLine, TaxRate
from sync_cli.core.taxes import TaxKeys

GERMAN = TaxRate(id="1", code="DE-MWST 19%-1", percent=Decimal(19))
REDUCED = TaxRate(id="2", code="DE-MWST 7%-1", percent=Decimal("7.0000"))
ZERO = TaxRate(id="3", code="DE-NULL-1", percent=Decimal(0))
FEDERAL = TaxRate(id="4", code="CA-GST-1", percent=Decimal(5))
PROVINCE = TaxRate(id="5", code="CA-QC-QST-2", percent=Decimal("9.975"), compound=True)
EVERYWHERE = TaxRate(id="6", code="MWST-1", percent=Decimal(20))
UNSAID = TaxRate(id="7", code="DE-OLD-1")
RATES = (GERMAN, REDUCED, ZERO, FEDERAL, PROVINCE, EVERYWHERE, UNSAID)


def order(*, incl: bool = True, exempt: bool = False, country: str = "FR") -> Order:
    nothing = Decimal(0)
    return Order(
        ordered_at=datetime(2026, 1, 31, tzinfo=UTC),
        prices_include_tax=incl,
        vat_exempt=exempt,
        shipping=Address(country=country),
        billing=Address(country="PL"),
        tax_rates=RATES,
        total=nothing,
        total_tax=nothing,
        cart_tax=nothing,
        shipping_total=nothing,
        shipping_tax=nothing,
    )


def line(*rates: str, unused: str = "") -> OrderLine:
    taxes = [LineTax(rate_id=id, total=Decimal("1.23")) for id in rates]
    if unused:
        taxes.append(LineTax(rate_id=unused))
    return OrderLine(taxes=tuple(taxes))


@pytest.mark.parametrize(
    ("charged", "incl", "key"),
    [
        (("1",), True, "DE 19 incl"),
        (("1",), False, "DE 19 excl"),
        (("2",), True, "DE 7 incl"),
        (("3",), True, "DE 0 incl"),
        (("4", "5"), False, "CA 9.975c+5 excl"),
        (("6",), False, "FR 20 excl"),
        (("7",), False, "DE DE-OLD-1 excl"),
        (("99",), False, "FR rate 99 excl"),
    ],
)
def test_a_key_names_country_rates_and_whether_prices_include_them(
    charged: tuple[str, ...], incl: bool, key: str
) -> None:
    assert TaxKeys(order(incl=incl)).of(line(*charged)) == key


def test_the_country_is_the_one_whose_tax_was_charged_not_the_buyers() -> None:
    assert TaxKeys(order(country="AT")).of(line("1")) == "DE 19 incl"


def test_without_a_rate_the_key_says_why() -> None:
    assert TaxKeys(order(exempt=True)).of(line()) == "FR exempt"
    assert TaxKeys(order(country="US")).of(line()) == "US none"
    assert TaxKeys(order(country="")).of(line()) == "PL none"


def test_a_rate_whose_amount_is_empty_was_not_charged() -> None:
    assert TaxKeys(order()).of(line("1", unused="2")) == "DE 19 incl"
