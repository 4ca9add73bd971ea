"""The filters of products and variations find what the shop's database would find."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop.conftest import Shop

Ids = dict[str, int]
PLAIN = {"type": "simple", "status": "publish"}


@pytest.fixture
def goods(shop: Shop) -> Ids:
    """A few products made for the filters, by a short name."""
    shoes = shop.post("products/categories", {"name": "Shoes"})["id"]
    boots = shop.post("products/categories", {"name": "Boots", "parent": shoes})["id"]
    new = shop.post("products/tags", {"name": "New"})["id"]
    bulky = shop.post("products/shipping_classes", {"name": "Bulky"})
    made: dict[str, Any] = {
        "boot": {"name": "Winter boot", "sku": "F-10", "regular_price": "80.00",
                 "sale_price": "60.00", "categories": [{"id": boots}], "tags": [{"id": new}],
                 "global_unique_id": "4006381333931", "menu_order": 3},
        "sandal": {"name": "Sandal", "sku": "F-20", "regular_price": "30.00", "featured": True,
                   "description": "light as winter air", "categories": [{"id": shoes}],
                   "menu_order": 1},
        "table": {"name": "Table", "sku": "G-10", "regular_price": "300.00", "virtual": False,
                  "shipping_class": bulky["slug"], "stock_status": "outofstock", "menu_order": 2},
        "draft": {"name": "Draft", "sku": "F-30", "status": "draft"},
        "voucher": {"name": "Voucher", "sku": "F-40", "virtual": True, "downloadable": True,
                    "regular_price": "30.00"},
    }  # fmt: skip
    ids = {name: shop.post("products", {**PLAIN, **body})["id"] for name, body in made.items()}
    terms = {"shoes": shoes, "boots": boots, "new": new, "bulky": bulky["id"]}
    return {**ids, **{f"the {name}": number for name, number in terms.items()}}


def _found(shop: Shop, goods: Ids, **query: Any) -> list[str]:
    """The short names of the products found, in their order."""
    names = {number: name for name, number in goods.items() if not name.startswith("the ")}
    rows = shop.get("products", per_page=100, _fields="id", **query)
    return [names[row["id"]] for row in rows if row["id"] in names]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "winter"}, {"boot", "sandal"}),
        ({"search": "winter boot"}, {"boot"}),
        ({"search": '"winter air"'}, {"sandal"}),
        ({"search": "F-10"}, set()),
        ({"search_sku": "f-"}, {"boot", "sandal", "draft", "voucher"}),
        ({"search_sku": "F-1", "sku": "G-10"}, {"boot"}),
        ({"search_name_or_sku": "10"}, {"boot", "table"}),
        ({"search_name_or_sku": "boot F-10"}, {"boot"}),
        ({"search": "4006381333931", "search_fields": "global_unique_id"}, {"boot"}),
        ({"search": "63813", "search_fields": "name,global_unique_id"}, {"boot"}),
        ({"search": "4006381333931"}, set()),
        ({"search": "air", "search_fields": "description"}, {"sandal"}),
        ({"featured": "true"}, {"sandal"}),
        ({"on_sale": "true"}, {"boot"}),
        ({"downloadable": "true"}, {"voucher"}),
        ({"virtual": "true"}, {"voucher"}),
        ({"status": "draft"}, {"draft"}),
        ({"include_status": "draft"}, {"draft"}),
        ({"exclude_status": "publish"}, {"draft"}),
        ({"stock_status": "outofstock", "search": "table"}, {"table"}),
        ({"min_price": "60", "max_price": "60"}, {"boot"}),
        ({"min_price": "60"}, {"boot", "table"}),
        ({"max_price": "29", "search": "draft"}, {"draft"}),
        ({"slug": "sandal"}, {"sandal"}),
        ({"type": "simple", "exclude_types": "simple"}, set()),
    ],
)
def test_a_filter_finds_these_and_no_others(
    shop: Shop, goods: Ids, query: dict[str, str], found: set[str]
) -> None:
    assert set(_found(shop, goods, **query)) == found


def test_a_category_holds_what_is_in_those_below_it(shop: Shop, goods: Ids) -> None:
    assert set(_found(shop, goods, category=goods["the shoes"])) == {"boot", "sandal"}
    assert set(_found(shop, goods, category=goods["the boots"])) == {"boot"}


def test_tags_and_shipping_classes_are_filters_by_id(shop: Shop, goods: Ids) -> None:
    assert _found(shop, goods, tag=goods["the new"]) == ["boot"]
    assert _found(shop, goods, shipping_class=goods["the bulky"]) == ["table"]


def test_the_status_of_a_trashed_product_finds_it_alone_or_beside_others(
    shop: Shop, goods: Ids
) -> None:
    shop.ask("DELETE", f"products/{goods['table']}")
    assert "table" not in _found(shop, goods)
    assert _found(shop, goods, status="trash") == ["table"]
    assert set(_found(shop, goods, include_status="trash,draft")) == {"table", "draft"}


@pytest.mark.parametrize(
    ("orderby", "order", "first"),
    [
        ("price", "asc", "sandal"),
        ("price", "desc", "table"),
        ("title", "asc", "sandal"),
        ("title", "desc", "boot"),
        ("menu_order", "asc", "sandal"),
        ("menu_order", "desc", "boot"),
        ("id", "asc", "boot"),
        ("date", "desc", "table"),
    ],
)
def test_each_order_begins_with_its_own(
    shop: Shop, goods: Ids, orderby: str, order: str, first: str
) -> None:
    wanted = ",".join(str(goods[name]) for name in ("boot", "sandal", "table"))
    assert _found(shop, goods, include=wanted, orderby=orderby, order=order)[0] == first


def test_the_most_popular_come_first_whatever_the_order_asked(shop: Shop, goods: Ids) -> None:
    shop.store.products.records[goods["sandal"]].extra["total_sales"] = 9
    for order in ("asc", "desc"):
        assert _found(shop, goods, orderby="popularity", order=order)[0] == "sandal"


def test_a_variable_product_is_found_by_the_price_of_any_variation(shop: Shop) -> None:
    rows = shop.get("products", min_price="22.40", max_price="22.60", _fields="sku")
    assert [row["sku"] for row in rows] == ["W-1"]


def test_a_search_for_skus_finds_variations_and_a_search_for_names_does_not(shop: Shop) -> None:
    by_sku = shop.get("products", search_sku="W-1-", _fields="sku,type")
    assert {(row["sku"], row["type"]) for row in by_sku} == {
        ("W-1-S", "variation"), ("W-1-M", "variation"),
    }  # fmt: skip
    assert {row["type"] for row in shop.get("products", search="W-1", _fields="type")} == {
        "variable"
    }


def test_lists_leave_out_or_keep_only_the_metas_named(shop: Shop) -> None:
    number = shop.id_of("A-1")
    metas = [{"key": "_one", "value": "1"}, {"key": "_two", "value": "2"}]
    shop.put(f"products/{number}", {"meta_data": metas})

    def keys(**query: str) -> set[str]:
        (body,) = shop.get("products", include=number, **query)
        return {meta["key"] for meta in body["meta_data"]} & {"_one", "_two"}

    assert keys() == {"_one", "_two"}
    assert keys(include_meta="_one") == {"_one"}
    assert keys(exclude_meta="_one") == {"_two"}
    assert keys(include_meta="_one", exclude_meta="_one") == {"_one"}
