"""How orders are booked by the merchant's settings: coupons, bundles, gift cards, rate, date."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.core.coupons import Coupons
from sync_cli.core.errors import ConfigError
from sync_cli.flows.connecting import mappings_folder
from sync_cli.flows.order_documents import check_percents
from sync_cli.mapping.mapping_set import load_mappings
from tests.flows.town import Town, hour
from tests.flows.town import town as found
from tests.properties.world import MAPPINGS


def amounts(town: Town, order: str) -> list[tuple[str, str, str]]:
    """Kind, net and tax of each line."""
    return [(ln["kind"], ln["net"], ln["tax"]) for ln in town.document(order)["lines"]]


def with_coupon(town: Town, *subtotals: str) -> str:
    """An order whose lines of 10.00 cost so much before the coupon."""
    order = town.place_order([(product, 1) for product in ("11", "12", "13")[: len(subtotals)]])
    lines = town.shop_order(order)["line_items"]
    for line, before in zip(lines, subtotals, strict=True):
        tax = (Decimal(before) * Decimal("0.19")).quantize(Decimal("0.01"))
        line.update(subtotal=before, subtotal_tax=str(tax))
    town.edit(order, coupon_lines=[{"code": "welcome"}])
    return order


def lines_set(town: Town, **settings: Any) -> None:
    town.configure(orders={"lines": settings})


# Coupons


@pytest.mark.parametrize("coupons", ["net", "line", "percent"])
def test_a_coupon_never_changes_what_the_document_is_over(town: Town, coupons: str) -> None:
    lines_set(town, coupons=coupons)
    order = with_coupon(town, "12.50", "10.00", "11.11")
    town.orders()
    assert (town.document(order)["total"], town.document(order)["tax"]) == ("35.70", "5.70")
    assert town.states(order) == ["confirmed"]


def test_discount_lines_stand_behind_the_goods_under_the_tax_of_what_they_lower(town: Town) -> None:
    lines_set(town, coupons="line")
    order = with_coupon(town, "12.50", "11.00")
    town.orders()
    assert amounts(town, order) == [
        ("product", "12.50", "2.38"),
        ("product", "11.00", "2.09"),
        ("discount", "-3.50", "-0.67"),
    ]
    [discount] = [ln for ln in town.document(order)["lines"] if ln["kind"] == "discount"]
    assert discount["text"] == "Discount welcome"


def test_a_percentage_is_told_only_where_it_is_exact(town: Town) -> None:
    lines_set(town, coupons="percent")
    order = with_coupon(town, "12.50", "1000.01")
    town.orders()
    assert [ln.get("discount") for ln in town.document(order)["lines"]] == ["20.00", "99.00"]


def test_an_erp_that_computes_gets_price_and_percentage_and_is_proven(tmp_path: Any) -> None:
    town = found(tmp_path, computes_taxes=True)
    lines_set(town, coupons="percent")
    order = with_coupon(town, "12.50", "11.11")
    town.orders()
    lines = town.document(order)["lines"]
    assert [(ln["unit_price"], ln.get("discount")) for ln in lines] == [
        ("12.50", "20.00"),
        ("11.11", "9.99"),
    ]
    assert town.document(order)["total"] == "23.80"
    assert town.states(order) == ["confirmed"]


@pytest.mark.parametrize("system", ["odoo", "tryton", "sandbox-erp"])
def test_percentages_that_no_rule_writes_are_refused_before_anything_is(
    tmp_path: Path, system: str
) -> None:
    check_percents(Coupons.PERCENT, MAPPINGS.of(system, "document"))
    own = f"entity: document\nsystem: {system}\nparts: {{line: {{drop: [discount]}}}}\n"
    (tmp_path / system).mkdir()
    (tmp_path / system / "document.yaml").write_text(own, encoding="utf-8")
    mapping = load_mappings(mappings_folder(), tmp_path).of(system, "document")
    with pytest.raises(ConfigError, match=r"no rule of .*document\.yaml writes `discount`") as told:
        check_percents(Coupons.PERCENT, mapping)
    assert "or choose net or line" in told.value.remedy


def test_another_way_with_coupons_is_no_late_edit(town: Town) -> None:
    with_coupon(town, "12.50")
    town.orders()
    lines_set(town, coupons="line")
    town.orders(full=True)
    assert not town.held()


# Deleted products


def with_deleted_product(town: Town) -> str:
    order = town.place_order([("11", 1), ("12", 3)])
    town.shop_order(order)["line_items"][1].update(product_id=0, variation_id=0, sku=None)
    return order


def test_a_deleted_product_goes_over_under_the_article_for_such(town: Town) -> None:
    town.new_in_erp("misc", article="999", sku="MISC")
    lines_set(town, catch_all="MISC")
    order = with_deleted_product(town)
    town.orders()
    line = town.document(order)["lines"][1]
    assert (line["product_id"], line["text"], line["quantity"]) == ("999", "Article 12", "3")


def test_the_article_for_deleted_products_is_linked_with_none(town: Town) -> None:
    town.new_in_erp("misc", article="999", sku="MISC")
    lines_set(town, catch_all="MISC")
    with_deleted_product(town)
    town.orders()
    with town.open_state() as state:
        assert state.linked_targets("product", "shop", "erp", ["999"]) == {}


def test_without_such_an_article_the_order_is_held_with_its_sku(town: Town) -> None:
    lines_set(town, catch_all="MISC")
    order = with_deleted_product(town)
    town.orders()
    assert town.states(order) == []
    assert "no article of the ERP has this SKU (orders.lines.catch_all is MISC)" in town.why_held(
        order
    )


# Bundles


def a_set(town: Town) -> str:
    """Article 11 holds 12 and 13 together; 12 costs nothing, 13 costs extra."""
    order = town.place_order([("11", 1), ("12", 2), ("13", 1)])
    lines = town.shop_order(order)["line_items"]
    lines[1].update(bundled_by=1)
    lines[2].update(bundled_by="1")
    return order


@pytest.mark.parametrize(
    ("how", "lines"),
    [
        ("lines", [("product", "10.00"), ("product", "20.00"), ("product", "10.00")]),
        ("container", [("product", "40.00")]),
        ("contents", [("fee", "10.00"), ("product", "20.00"), ("product", "10.00")]),
    ],
)
def test_whatever_stands_for_a_bundle_the_document_is_the_order(
    town: Town, how: str, lines: list[tuple[str, str]]
) -> None:
    lines_set(town, bundles=how)
    order = a_set(town)
    town.orders()
    assert [(kind, net) for kind, net, _ in amounts(town, order)] == lines
    assert town.document(order)["total"] == "47.60"


@pytest.mark.parametrize(("how", "missing"), [("container", "12"), ("contents", "11")])
def test_a_line_that_another_stands_for_needs_no_article(
    town: Town, how: str, missing: str
) -> None:
    del town.erp.tables["product"][f"9{missing}"]
    lines_set(town, bundles=how)
    order = a_set(town)
    town.orders()
    assert town.states(order) == ["confirmed"]


@pytest.mark.parametrize("how", ["lines", "container", "contents"])
def test_pieces_in_a_bundle_are_no_unseen_sales_once_it_is_confirmed(town: Town, how: str) -> None:
    lines_set(town, bundles=how)
    a_set(town)
    town.orders()
    with town.open_state() as state:
        [facts] = state.facts("order", ["1001"]).values()
    assert sorted(facts["pieces"].split()) == ["11:1", "12:2", "13:1"]


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("how", ["lines", "container", "contents"])
def test_a_product_of_a_bundle_that_is_deleted_later_changes_nothing(
    town: Town, how: str, at: int
) -> None:
    lines_set(town, bundles=how)
    order = a_set(town)
    town.orders()
    town.shop_order(order)["line_items"][at].update(product_id=0, variation_id=0, sku=None)
    town.edit(order)
    assert town.orders().writes == 0
    assert not town.held()


def test_a_bundle_is_found_by_the_keys_of_the_cart_too(town: Town) -> None:
    lines_set(town, bundles="container")
    order = town.place_order([("11", 1), ("12", 1)])
    holder, part = town.shop_order(order)["line_items"]
    holder["meta_data"].append({"id": 7, "key": "_bundle_cart_key", "value": "abc"})
    part["meta_data"].append({"id": 8, "key": "_bundled_by", "value": "abc"})
    town.orders()
    assert amounts(town, order) == [("product", "20.00", "3.80")]


def test_a_bundle_of_two_taxes_is_not_one_line(town: Town) -> None:
    lines_set(town, bundles="container")
    order = a_set(town)
    town.shop_order(order)["tax_lines"].append(
        {"rate_id": 2, "rate_code": "DE-MWST 7%-1", "rate_percent": 7, "compound": False}
    )
    town.shop_order(order)["line_items"][2]["taxes"] = [{"id": 2, "total": "1.90"}]
    town.orders()
    assert town.states(order) == []
    assert (
        "the bundle Article 11 was charged with DE 19 excl, but Article 13 in it with DE 7 excl"
        in town.why_held(order)
    )


# Gift cards


def paid_by_card(town: Town, **fields: Any) -> str:
    order = town.buy()
    town.edit(order, total="6.900000", **fields)
    return order


CARDS = [
    {"gift_cards": [{"id": 1, "code": "SECRET-CODE", "amount": Decimal("5.00")}]},
    {"pw_gift_card_lines": [{"id": 1, "card_number": "SECRET-CODE", "amount": "5.00"}]},
    {"meta_data": [{"id": 1, "key": "_ywgc_applied_gift_cards_totals", "value": "5"}]},
]


@pytest.mark.parametrize("fields", CARDS, ids=["Gift Cards", "PW", "YITH"])
def test_what_a_gift_card_paid_is_a_line_without_tax(town: Town, fields: dict[str, Any]) -> None:
    order = paid_by_card(town, **fields)
    town.orders()
    assert amounts(town, order) == [("product", "10.00", "1.90"), ("gift_card", "-5.00", "0.00")]
    assert town.document(order)["total"] == "6.90"


@pytest.mark.parametrize("fields", CARDS, ids=["Gift Cards", "PW", "YITH"])
def test_as_a_payment_the_document_is_over_all_that_was_sold(
    town: Town, fields: dict[str, Any]
) -> None:
    lines_set(town, gift_cards="payment")
    order = paid_by_card(town, **fields)
    town.orders()
    document = town.document(order)
    assert (document["total"], document["tax"], document["prepaid"]) == ("11.90", "1.90", "5.00")


def test_gift_cards_that_a_person_books_hold_the_order(town: Town) -> None:
    lines_set(town, gift_cards="hold")
    order = paid_by_card(town, **CARDS[0])
    town.orders()
    assert town.states(order) == []
    assert "gift cards paid 5.00 of it" in town.why_held(order)


def test_the_code_of_a_gift_card_is_nowhere_in_our_state(town: Town) -> None:
    paid_by_card(town, **CARDS[0])
    town.orders()
    assert not [line for line in town.remembered() if "SECRET-CODE" in line]


def test_a_gift_card_that_was_made_a_fee_counts_once(town: Town) -> None:
    order = town.buy()
    metas = [
        {"id": 1, "key": "_ywgc_applied_gift_cards_totals", "value": "5"},
        {"id": 2, "key": "ywgc_gift_card_updated_as_fee", "value": "1"},
    ]
    fee = {"id": 9, "name": "Gift card", "total": "-5.00", "total_tax": "0.00", "tax_class": ""}
    town.edit(order, total="6.900000", meta_data=metas, fee_lines=[{**fee, "taxes": []}])
    town.orders()
    assert amounts(town, order) == [("product", "10.00", "1.90"), ("fee", "-5.00", "0.00")]


# Deposits


def a_deposit(town: Town) -> str:
    order = town.buy()
    town.shop_order(order)["line_items"][0]["meta_data"].append(
        {"id": 3, "key": "_deposit_full_amount_ex_tax", "value": "100.00"}
    )
    return order


def test_an_order_over_a_deposit_is_held(town: Town) -> None:
    order = a_deposit(town)
    town.orders()
    assert town.states(order) == []
    assert "a deposit of 10.00 on 100.00" in town.why_held(order)


def test_deposits_are_booked_as_they_are_where_that_is_wanted(town: Town) -> None:
    lines_set(town, deposits="book")
    order = a_deposit(town)
    town.orders()
    assert amounts(town, order) == [("product", "10.00", "1.90")]


# Rate and date


def in_dollars(town: Town, **metas: str) -> str:
    order = town.buy()
    entries = [
        {"id": at, "key": key, "value": value} for at, (key, value) in enumerate(metas.items())
    ]
    town.edit(order, currency="USD", meta_data=entries)
    return order


@pytest.mark.parametrize(
    ("metas", "rate"),
    [
        ({"_wcpay_multi_currency_order_exchange_rate": "1.0832"}, "1.0832"),
        ({"_woocs_order_rate": "1.0832", "_woocs_order_base_currency": "EUR"}, "1.0832"),
        ({"_base_currency_exchange_rate": "0.923190"}, "1.0832006413"),
    ],
    ids=["WooPayments", "FOX", "Aelia"],
)
def test_order_booked_in_the_base_currency(town: Town, metas: dict[str, str], rate: str) -> None:
    """The currency is the order's and its rate is stored with it."""
    order = in_dollars(town, **metas)
    town.orders()
    document = town.document(order)
    assert (document["currency"], document["rate"]) == ("USD", rate)


def test_an_order_without_a_rate_waits_where_the_erp_wants_one(town: Town) -> None:
    town.configure(orders={"exchange_rate": "required"})
    order = in_dollars(town)
    town.orders()
    assert town.states(order) == []
    assert "it has no exchange rate of its own" in town.why_held(order)


def test_it_goes_over_once_the_order_has_its_rate(town: Town) -> None:
    town.configure(orders={"exchange_rate": "required"})
    order = in_dollars(town)
    town.orders()
    entry = {"id": 1, "key": "_woocs_order_rate", "value": "1.1"}
    town.edit(order, meta_data=[entry])
    town.pass_time(hour())
    town.orders()
    assert town.document(order)["rate"] == "1.1"


def test_the_date_of_a_document_is_the_shops_day_where_the_company_is(town: Town) -> None:
    town.configure(orders={"time_zone": "Europe/Berlin"})
    order = town.buy()
    town.edit(order, date_created_gmt="2026-01-05T23:30:00")
    town.pass_time(hour(24))
    town.orders()
    assert town.document(order)["document_date"] == "2026-01-06"
    assert town.document(order)["ordered_at"] == "2026-01-05T23:30:00Z"


def test_without_a_setting_the_zone_is_the_worlds_where_no_system_names_one(town: Town) -> None:
    order = town.buy()
    town.edit(order, date_created_gmt="2026-01-05T23:30:00")
    town.pass_time(hour(24))
    town.orders()
    assert town.document(order)["document_date"] == "2026-01-05"
