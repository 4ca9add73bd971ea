"""Whatever a plug-in or a person made of one record: it is held, and all others go on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.town import Town

ABSENT = object()
"""Stands for a key that is not there at all."""

Oddity = tuple[tuple[str | int, ...], Any]
"""Where in a record, and what stands there."""

ODD_ORDERS: list[Oddity] = [
    (("total",), "abc"),
    (("total",), None),
    (("total",), ""),
    (("total",), ABSENT),
    (("total",), "NaN"),
    (("total",), {}),
    (("total_tax",), True),
    (("currency",), "EURO"),
    (("currency",), ""),
    (("status",), None),
    (("status",), 7),
    (("date_created_gmt",), "0000-00-00T00:00:00"),
    (("date_created_gmt",), "2026-01-05"),
    (("customer_id",), "abc def"),
    (("billing",), None),
    (("billing",), []),
    (("billing", "email"), "two words"),
    (("billing", "country"), "Germany"),
    (("line_items",), None),
    (("line_items",), {}),
    (("line_items",), []),
    (("line_items", 0, "total"), "1.005"),
    (("line_items", 0, "quantity"), "many"),
    (("line_items", 0, "product_id"), -1),
    (("line_items", 0, "product_id"), "abc"),
    (("line_items", 0, "tax_class"), "luxury"),
    (("line_items", 0, "meta_data"), {"key": "x"}),
    (("shipping_lines",), "none"),
    (("fee_lines",), [None]),
    (("meta_data",), []),
    (("number",), ""),
    (("parent_id",), "abc"),
]
STOPPING: list[Any] = [
    pytest.param(("line_items", 0), [], id="a line that is a list"),
    pytest.param(("line_items", 0), None, id="a line that is null"),
    pytest.param(("line_items", 0, "meta_data", 0, "key"), [1], id="a key that is a list"),
    pytest.param(("shipping_tax",), 10**30, id="an amount of 31 digits"),
]


def spoil(data: Any, path: tuple[str | int, ...], value: Any) -> None:
    """Put `value` at `path`, or take the key away."""
    for step in path[:-1]:
        data = data[step]
    if value is ABSENT:
        del data[path[-1]]
    else:
        data[path[-1]] = value


def assert_odd_orders_stop_no_other(town: Town, oddities: list[Oddity], *, known: bool) -> None:
    """Each oddity on an order of its own: it is made once or held, and good orders go on."""
    odd = [town.buy(pieces=2) for _ in oddities]
    if known:
        town.orders(page_size=100)
    before = [town.states(order) for order in odd]
    for order, (path, value) in zip(odd, oddities, strict=True):
        spoil(town.shop_order(order), path, value)
        town.shop.dates["order", order] = town.now
    good = town.buy("13")
    town.orders(page_size=100)
    town.stock(full=True)
    assert town.states(good) == ["confirmed"]
    assert town.shop_stock("13") == 49
    after = [town.states(order) for order in odd]
    changed = [
        (oddity, now)
        for oddity, was, now in zip(oddities, before, after, strict=True)
        if now not in (was, ["confirmed"])
    ]
    assert not changed


@pytest.mark.parametrize("known", [False, True], ids=["new", "transferred before"])
def test_odd_orders_stop_no_other(town: Town, known: bool) -> None:
    assert_odd_orders_stop_no_other(town, ODD_ORDERS, known=known)


@pytest.mark.parametrize(("path", "value"), STOPPING)
@pytest.mark.parametrize("known", [False, True], ids=["new", "transferred before"])
def test_an_order_of_a_shape_unheard_of_stops_no_other(
    town: Town, path: tuple[str | int, ...], value: Any, known: bool
) -> None:
    assert_odd_orders_stop_no_other(town, [(path, value)], known=known)


def test_a_customer_whose_name_is_too_long_for_the_erp_stops_no_other(town: Town) -> None:
    town.edit(town.buy(), customer_id="9" * 20)
    good = town.buy("13")
    town.orders(page_size=100)
    assert town.states(good) == ["confirmed"]


ODD_ARTICLES: list[tuple[str, str, str, Any]] = [
    ("shop", "product", "sku", None),
    ("shop", "product", "sku", 7),
    ("shop", "product", "type", "subscription"),
    ("shop", "product", "type", ABSENT),
    ("shop", "product", "stock_quantity", "many"),
    ("shop", "product", "manage_stock", "perhaps"),
    ("shop", "product", "regular_price", "ask us"),
    ("erp", "product", "unit_factor", "0"),
    ("erp", "product", "unit_factor", None),
    ("erp", "product", "archived", None),
    ("erp", "product", "sku", None),
    ("erp", "stock", "unit_factor", "-1"),
    ("erp", "stock", "warehouses", None),
    ("erp", "stock", "warehouses", {}),
    ("erp", "stock", "stocked", ABSENT),
    ("erp", "stock", "sku", ABSENT),
]


def test_odd_articles_stop_no_other(town: Town) -> None:
    for number, (side, entity, field, value) in enumerate(ODD_ARTICLES, start=100):
        town.new_article(str(number))
        system = town.shop if side == "shop" else town.erp
        spoil(system.tables[entity][f"{'9' * (side == 'erp')}{number}"], (field,), value)
    good = town.buy("13")
    town.move_stock("912", on_hand=-10)
    town.stock(page_size=100)
    town.orders(page_size=100)
    assert town.states(good) == ["confirmed"]
    assert town.shop_stock("12") == 40
