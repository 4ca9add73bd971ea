"""What of a fee or shipping line was charged under which tax; together it is the line."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.model import LineTax, Order, OrderLine, TaxRate
from sync_cli.core.tax_shares import TaxShares
from tests.core.shop_orders import NOON, as_order

RECORDINGS = Path(__file__).parents[1] / "recordings" / "woocommerce"
RATES = (
    TaxRate(id="1", code="DE-MWST 19%-1", percent=Decimal(19)),
    TaxRate(id="2", code="DE-MWST 7%-1", percent=Decimal(7)),
    TaxRate(id="3", code="DE-NULL-1", percent=Decimal(0)),
    TaxRate(id="4", code="CA-GST-1", percent=Decimal(5)),
    TaxRate(id="5", code="CA-QC-QST-2", percent=Decimal("9.975"), compound=True),
    TaxRate(id="6", code="CA-PST-1", percent=Decimal(7)),
    TaxRate(id="7", code="DE-OLD-1"),
)
GOODS = (
    OrderLine(id="1", taxes=(LineTax(rate_id="1", total=Decimal(1)),)),
    OrderLine(id="2", tax_class="reduced-rate", taxes=(LineTax(rate_id="2", total=Decimal(1)),)),
)


def item(total: str, **taxes: str) -> OrderLine:
    """A shipping line; `taxes` are named r1, r2 and so on."""
    charged = tuple(LineTax(rate_id=name[1:], total=Decimal(tax)) for name, tax in taxes.items())
    tax = sum((each.total or Decimal(0) for each in charged), Decimal(0))
    return OrderLine(id="9", total=Decimal(total), total_tax=tax, taxes=charged)


def shares(line: OrderLine) -> TaxShares:
    nothing = Decimal(0)
    order = Order(
        ordered_at=NOON,
        lines=GOODS,
        shipping_lines=(line,),
        tax_rates=RATES,
        total=nothing,
        total_tax=nothing,
        cart_tax=nothing,
        shipping_total=nothing,
        shipping_tax=nothing,
    )
    return TaxShares(order, 2)


def told(line: OrderLine) -> list[tuple[str, str, str]]:
    """Key, net and tax of each share, in whole cents."""
    found = shares(line).booked(line, line.total, line.total_tax)
    return [(one.tax_key, str(one.net), str(one.tax)) for one in found]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (item("5.00", r1="0.95"), [("19 excl", "5.00", "0.95")]),
        (
            item("5.00", r1="0.76", r2="0.07"),
            [("19 excl", "4.00", "0.76"), ("7 excl", "1.00", "0.07")],
        ),
        (
            item("-1.11", r1="-0.18", r2="-0.011450"),
            [("19 excl", "-0.95", "-0.18145"), ("7 excl", "-0.16", "-0.01")],
        ),
        (
            item("-0.07", r1="-0.0095", r2="-0.0014"),
            [("19 excl", "-0.05", "-0.0095"), ("7 excl", "-0.02", "0")],
        ),
        (
            item("5.00", r1="0.57", r3="0"),
            [("19 excl", "3.00", "0.57"), ("0 excl", "2.00", "0")],
        ),
        (
            item("5.00", r1="0.38", r2="0.07"),
            [("19 excl", "2.00", "0.38"), ("7 excl", "1.00", "0.07"), ("none", "2.00", "0")],
        ),
    ],
    ids=[
        "one rate",
        "two rates",
        "a discount",
        "a few cents",
        "a rate of zero",
        "untaxed goods beside",
    ],
)
def test_shipping_over_several_vat_rates(
    line: OrderLine, found: list[tuple[str, str, str]]
) -> None:
    """Split by what each rate was charged on; the sum is proven."""
    there = told(line)
    assert [(key.removeprefix("DE "), Decimal(net)) for key, net, _ in there] == [
        (key, Decimal(net)) for key, net, _ in found
    ]
    assert sum(Decimal(net) for _, net, _ in there) == line.total
    assert sum(Decimal(tax) for _, _, tax in there) == line.total_tax


@pytest.mark.parametrize(
    "line",
    [
        item("10.00", r4="0.50", r6="0.70"),
        item("10.00", r4="0.50", r5="1.047375"),
        item("10.00", r1="0.95", r7="0.10"),
        item("1.00", r1="0.95", r2="0.70"),
        item("0.00", r1="0", r2="0"),
    ],
    ids=["both on the whole", "a tax on a tax", "a rate unknown", "more than there is", "nothing"],
)
def test_what_no_split_explains_stays_one_line(line: OrderLine) -> None:
    assert len(told(line)) == 1


def test_each_share_has_the_tax_class_of_the_goods_at_its_rate() -> None:
    line = item("5.00", r1="0.76", r2="0.07")
    assert [one.tax_class for one in shares(line).of(line)] == ["", "reduced-rate"]


@given(
    st.lists(st.integers(1, 20_000), min_size=3, max_size=3),
    st.sampled_from(["0.000001", "0.01"]),
    st.sampled_from([1, -1]),
)
def test_whatever_was_shared_the_shares_are_the_item_and_near_what_was_shared(
    cents: list[int], digits: str, sign: int
) -> None:
    """However the plug-in rounded the taxes that it stored."""
    parts = [Decimal(sign * each) / 100 for each in cents]
    taxes = [
        (part * rate.percent / 100).quantize(Decimal(digits))
        for part, rate in zip(parts, RATES[:3], strict=True)
        if rate.percent is not None
    ]
    line = item(
        str(sum(parts)), **{f"r{number}": str(tax) for number, tax in enumerate(taxes, start=1)}
    )
    found = shares(line).booked(line, line.total, line.total_tax)
    assert sum(one.net for one in found) == line.total
    assert sum(one.tax for one in found) == line.total_tax
    near = Decimal("0.1") if digits == "0.01" else Decimal("0.02")
    by_key = {one.tax_key: one.net for one in found}
    for key, part in zip(("DE 19 excl", "DE 7 excl"), parts[:2], strict=True):
        assert abs(by_key.get(key, Decimal(0)) - part) <= near


def test_the_recorded_discount_of_a_real_shop_is_one_over_two_rates() -> None:
    """A negative fee over goods at 19 and 7 percent, as the shop shared it itself."""
    path = RECORDINGS / "tax-incl-line-fees-dp-6.json"
    body = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["response"]["body"]
    order = as_order(body)
    [discount] = [fee for fee in order.fees if fee.total < 0]
    found = TaxShares(order, 2).booked(discount, discount.total, discount.total_tax)
    assert [one.tax_key for one in found] == ["DE 19 incl", "DE 7 incl"]
    assert sum(one.net for one in found) == discount.total


def test_two_taxes_on_a_few_cents_stay_one_line() -> None:
    assert len(told(item("0.10", r4="0.005", r6="0.007"))) == 1
