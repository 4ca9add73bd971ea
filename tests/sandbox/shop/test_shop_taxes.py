"""The sums of orders hold as in the real shop, with each of the four tax settings."""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from sync_cli.sandbox.articles import catalogue
from tests.sandbox.shop.conftest import OpenShop

Json = dict[str, Any]
MODES = [
    pytest.param({"prices_include_tax": include, "round_at_subtotal": at_subtotal}, id=name)
    for include, at_subtotal, name in (
        (True, False, "incl-line"),
        (True, True, "incl-subtotal"),
        (False, False, "excl-line"),
        (False, True, "excl-subtotal"),
    )
]
_CENT = Decimal("0.01")


def _sum(items: list[Json], name: str) -> Decimal:
    return sum((Decimal(item[name]) for item in items), Decimal(0))


def _up(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


class _Sums:
    """An order with six decimals and the rules that hold for its sums."""

    def __init__(self, order: Json, mode: dict[str, bool]) -> None:
        self.order = order
        self.at_subtotal, self.include = mode["round_at_subtotal"], mode["prices_include_tax"]
        self.lines, self.fees = order["line_items"], order["fee_lines"]
        self.shipping, self.rates = order["shipping_lines"], order["tax_lines"]

    def field(self, name: str) -> Decimal:
        return Decimal(self.order[name])

    def by_gift_card(self) -> Decimal:
        cards = self.order.get("gift_cards", ())
        return sum((Decimal(card["amount"]) for card in cards), Decimal(0))

    def tax(self, amount: Decimal) -> Decimal:
        return amount.quantize(_CENT, ROUND_HALF_DOWN if self.include else ROUND_HALF_UP)

    def line_sum(self, name: str) -> Decimal:
        amounts = [Decimal(line[name]) for line in self.lines]
        return sum((a if self.at_subtotal else _up(a) for a in amounts), Decimal(0))

    def item_tax(self, item: Json) -> Decimal:
        taxes = [Decimal(tax["total"]) for tax in item["taxes"]]
        return sum((t if self.at_subtotal else self.tax(t) for t in taxes), Decimal(0))


@pytest.mark.parametrize("mode", MODES)
def test_the_exact_rules_hold_on_every_order(open_shop: OpenShop, mode: dict[str, bool]) -> None:
    shop = open_shop(catalogue(150), orders=54, **mode)
    orders = shop.get("orders", per_page=100, dp=6)
    assert len(orders) == 54
    for order in orders:
        s = _Sums(order, mode)
        goods = [*s.lines, *s.fees]
        assert s.field("cart_tax") == _sum(goods, "total_tax") == _sum(s.rates, "tax_total")
        assert s.field("shipping_tax") == _sum(s.shipping, "total_tax")
        assert s.field("shipping_tax") == _sum(s.rates, "shipping_tax_total")
        assert s.field("total_tax") == _up(s.field("cart_tax") + s.field("shipping_tax"))
        for item in (*goods, *s.shipping):
            assert Decimal(item["total_tax"]) == s.item_tax(item)
        taxes = s.field("cart_tax") + s.field("shipping_tax")
        rest = _sum(s.fees, "total") + s.field("shipping_total") + taxes
        assert s.field("total") == _up(s.line_sum("total") + rest) - s.by_gift_card()
        discount = s.line_sum("subtotal") - s.line_sum("total")
        assert s.field("discount_total") == _up(discount)


@pytest.mark.parametrize("mode", MODES)
def test_the_orders_show_why_one_rule_does_not_do_for_all(
    open_shop: OpenShop, mode: dict[str, bool]
) -> None:
    shop = open_shop(catalogue(150), orders=54, traps=False, **mode)
    broken = 0
    for order in shop.get("orders", per_page=100):
        items = [*order["line_items"], *order["fee_lines"], *order["shipping_lines"]]
        broken += Decimal(order["total"]) != _sum(items, "total") + Decimal(order["total_tax"])
    # as shown, the sum holds in all modes but prices with tax, rounded at subtotal
    assert (broken > 0) is (mode["prices_include_tax"] and mode["round_at_subtotal"])


@pytest.mark.parametrize("mode", MODES)
def test_a_line_without_coupon_costs_its_gross_price_in_the_base_country(
    open_shop: OpenShop, mode: dict[str, bool]
) -> None:
    shop = open_shop(**mode)
    number = shop.id_of("A-1")
    price = Decimal(shop.get(f"products/{number}")["price"])
    line = shop.post("orders", {"line_items": [{"product_id": number, "quantity": 7}]})[
        "line_items"
    ][0]
    paid = Decimal(line["total"]) + Decimal(line["total_tax"])
    if mode["prices_include_tax"]:
        assert paid == price * 7
    else:
        assert paid == _up(price * 7 * Decimal("1.19"))


def test_a_lines_own_totals_are_net_also_where_prices_include_tax(open_shop: OpenShop) -> None:
    shop = open_shop(prices_include_tax=True)
    line = {"sku": "A-1", "quantity": 1, "subtotal": "10.00", "total": "10.00"}
    assert shop.post("orders", {"line_items": [line]})["total"] == "11.90"


def test_an_exempt_order_pays_the_net(open_shop: OpenShop) -> None:
    shop = open_shop(prices_include_tax=True)
    body = {
        "line_items": [{"sku": "A-4", "quantity": 1}],
        "meta_data": [{"key": "is_vat_exempt", "value": "yes"}],
    }
    order = shop.post("orders", body)
    assert (order["total"], order["total_tax"]) == ("54.44", "0.00")


def test_the_decimals_shown_are_the_shops_and_dp_asks_for_others(open_shop: OpenShop) -> None:
    shop = open_shop()
    order = shop.post("orders", {"line_items": [{"sku": "A-3", "quantity": 3}]})
    # the ERP's price has more places than the shop shows
    assert order["line_items"][0]["total"] == "0.11"
    exact = shop.get(f"orders/{order['id']}", dp=4)
    assert exact["line_items"][0]["total"] == "0.1125"
    assert isinstance(order["line_items"][0]["price"], float)
