"""Copies, combinations and suggestions of products answer as WooCommerce's source says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop.conftest import Shop

SIZES = {"name": "Size", "variation": True, "options": ["S", "M"]}
HUES = {"name": "Hue", "variation": True, "options": ["Red", "Blue"]}


def _variable(shop: Shop, *attributes: Any) -> str:
    made = shop.post("products", {"name": "Shirt", "type": "variable", "attributes": attributes})
    return f"products/{made['id']}"


def test_a_copy_is_a_draft_with_an_sku_of_its_own(shop: Shop) -> None:
    facts: dict[str, Any] = {
        "name": "Boot",
        "sku": "B-1",
        "regular_price": "80",
        "global_unique_id": "4006381333931",
        "weight": "2",
        "dimensions": {"length": "3"},
        "meta_data": [{"key": "k", "value": "v"}],
    }
    original = shop.post("products", facts)
    copy = shop.post(f"products/{original['id']}/duplicate", {})
    assert (copy["name"], copy["sku"], copy["status"]) == ("Boot (Copy)", "B-2", "draft")
    assert (copy["global_unique_id"], copy["slug"], copy["regular_price"]) == ("", "", "80")
    assert (copy["weight"], copy["length"], copy["image_id"]) == ("2", "3", "")
    assert copy["date_created"] == {
        "date": "2026-11-15 13:00:00.000000", "timezone_type": 3, "timezone": "Europe/Berlin",
    }  # fmt: skip
    assert "_links" not in copy
    shown = shop.get(f"products/{copy['id']}")
    assert (shown["sku"], shown["meta_data"][0]["value"]) == ("B-2", "v")
    assert shown["meta_data"][0]["id"] != original["meta_data"][0]["id"]
    assert shop.get(f"products/{original['id']}")["sku"] == "B-1"


def test_a_copy_brings_its_variations_and_takes_what_is_sent(shop: Shop) -> None:
    copy = shop.post(f"products/{shop.id_of('W-1')}/duplicate", {"name": "Other"})
    assert copy["name"] == "Other (Copy)"
    parts = shop.get(f"products/{copy['id']}/variations")
    assert {part["regular_price"] for part in parts} == {"21.00", "22.50"}
    assert {part["sku"] for part in parts}.isdisjoint({"W-1-S", "W-1-M"})


def test_every_combination_that_lacks_a_variation_gets_one(shop: Shop) -> None:
    home = _variable(shop, SIZES, HUES)
    chosen = [{"name": "Size", "option": "S"}, {"name": "Hue", "option": "Red"}]
    shop.post(f"{home}/variations", {"attributes": chosen, "regular_price": "1"})
    values = {"default_values": {"regular_price": "9"}, "meta_data": [{"key": "k", "value": "v"}]}
    assert shop.post(f"{home}/variations/generate", values) == {"count": 3}
    parts = shop.get(f"{home}/variations", orderby="id", order="asc")
    found = [tuple(one["option"] for one in part["attributes"]) for part in parts]
    assert found == [("S", "Red"), ("S", "Blue"), ("M", "Red"), ("M", "Blue")]
    assert [part["regular_price"] for part in parts] == ["1", "9", "9", "9"]
    assert [part["menu_order"] for part in parts] == [1, 2, 3, 4]
    assert shop.post(f"{home}/variations/generate", {}) == {"count": 0}


def test_variations_of_no_combination_go_only_when_that_is_asked_for(shop: Shop) -> None:
    home = _variable(shop, SIZES)
    shop.post(f"{home}/variations", {"attributes": [{"name": "Size", "option": "XL"}]})
    assert shop.post(f"{home}/variations/generate", {}) == {"count": 2}
    done = shop.post(f"{home}/variations/generate", {"delete": True})
    assert done == {"count": 0, "deleted_count": 1}
    assert len(shop.get(f"{home}/variations")) == 2


@pytest.mark.parametrize("path", ["duplicate", "variations/generate"])
def test_a_product_that_is_not_there_cannot_be_worked_on(shop: Shop, path: str) -> None:
    answer = shop.ask("POST", f"products/99999/{path}", {})
    assert answer.json is not None
    assert (answer.status_code, answer.json["message"]) == (404, "Invalid product ID.")
    assert answer.json["code"] == "woocommerce_rest_product_invalid_id"


def test_the_names_of_custom_fields_are_those_of_products_without_private_ones(shop: Shop) -> None:
    metas = [{"key": key, "value": "x"} for key in ("colour", "_hidden", "size")]
    shop.put(f"products/{shop.id_of('A-1')}", {"meta_data": metas})
    assert shop.get("products/custom-fields/names") == ["colour", "size", "total_sales"]
    assert shop.get("products/custom-fields/names", search="OL") == ["colour"]
    assert shop.get("products/custom-fields/names", order="desc", per_page=1) == ["total_sales"]
    assert shop.total("products/custom-fields/names", per_page=1) == 3


def test_a_slug_that_a_shipping_class_has_is_counted_on(shop: Shop) -> None:
    path = "products/shipping_classes/slug-suggestion"
    assert shop.get(path, name="Bulky goods") == "bulky-goods"
    shop.post("products/shipping_classes", {"name": "Bulky goods"})
    assert shop.get(path, name="Bulky goods") == "bulky-goods-2"


def test_suggested_are_shown_products_of_the_named_terms(shop: Shop) -> None:
    shoes = shop.post("products/categories", {"name": "Shoes"})["id"]
    first, second, hidden = (shop.id_of(sku) for sku in ("A-1", "A-2", "A-3"))
    for number in (first, second, hidden):
        shop.put(f"products/{number}", {"categories": [{"id": shoes}]})
    shop.put(f"products/{hidden}", {"catalog_visibility": "hidden"})

    def suggested(**query: Any) -> set[int]:
        found = shop.get("products/suggested-products", _fields="id", **query)
        return {one["id"] for one in found}

    assert suggested(categories=shoes) == {first, second}
    assert suggested(categories=shoes, exclude=first) == {second}
    assert suggested(categories=shoes, limit=1) == {first}
    assert suggested(tags=99_999) == set()
    assert isinstance(shop.get(f"products/{first}/related")["related_ids"], list)
