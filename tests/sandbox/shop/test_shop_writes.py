"""Writes to the pretend shop: batches, stock, meta data, SKUs, prices."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop.conftest import OpenShop, Shop


def test_a_batch_keeps_the_order_of_its_items_and_goes_on_after_errors(shop: Shop) -> None:
    one, two = shop.id_of("A-1"), shop.id_of("A-2")
    body = {
        "create": [{"name": "New", "sku": "N-1"}, {"name": "Again", "sku": "n-1"}],
        "update": [
            {"id": one, "stock_quantity": 7},
            {"id": 999_999, "stock_quantity": 7},
            {"sku": "A-1", "stock_quantity": 7},
            {"id": one, "stock_quantity": 8},
        ],
        "delete": [two, 888_888],
    }
    answer = shop.post("products/batch", body)
    assert [entry.get("error", {}).get("data", {}).get("status") for entry in answer["update"]] == [
        None, 400, 400, None,
    ]  # fmt: skip
    assert [entry["id"] for entry in answer["update"]] == [one, 999_999, None, one]
    assert answer["create"][1]["id"] == 0
    assert answer["create"][1]["error"]["code"] == "product_invalid_sku"
    assert answer["delete"][1]["error"]["data"] == {"status": 404}
    assert shop.stock_of("A-1") == 8
    assert shop.ask("GET", f"products/{two}").status_code == 404


def test_a_batch_of_more_than_a_hundred_items_does_nothing(shop: Shop) -> None:
    number = shop.id_of("A-1")
    items = [{"id": number, "stock_quantity": 1}] * 60
    answer = shop.ask("POST", "products/batch", {"update": items, "delete": list(range(41))})
    assert answer.status_code == 413
    assert shop.stock_of("A-1") == 10
    assert shop.post("products/batch", {"update": []}) == []


@pytest.mark.parametrize(
    ("change", "field", "stored"),
    [
        ({"stock_quantity": "n/a"}, "stock_quantity", 0),
        ({"stock_quantity": 2.5}, "stock_quantity", 2),
        ({"stock_quantity": "5"}, "stock_quantity", 5),
        ({"regular_price": "n/a"}, "regular_price", ""),
        ({"regular_price": 7.5}, "regular_price", "7.5"),
        ({"regular_price": None}, "regular_price", "4.26"),
        ({"regular_price": "12,50"}, "regular_price", "12.50"),
        ({"status": "active"}, "status", "draft"),
        ({"tax_class": "unheard-of"}, "tax_class", ""),
        ({"backorders": "perhaps"}, "backorders", "perhaps"),
        ({"sale_price": "9.00"}, "sale_price", ""),
    ],
)
def test_items_of_a_batch_are_not_checked(
    shop: Shop, change: dict[str, Any], field: str, stored: object
) -> None:
    number = shop.id_of("A-1")
    answer = shop.post("products/batch", {"update": [{"id": number, **change}]})
    assert answer["update"][0][field] == stored


@pytest.mark.parametrize(
    "change", [{"stock_quantity": 2.5}, {"regular_price": 9.9}, {"status": "active"}]
)
def test_a_single_put_is_checked(shop: Shop, change: dict[str, Any]) -> None:
    answer = shop.ask("PUT", f"products/{shop.id_of('A-1')}", change)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["data"]["params"].keys() == change.keys()


def test_nested_fields_of_a_batch_hide_the_results_although_the_work_is_done(shop: Shop) -> None:
    number = shop.id_of("A-1")
    body = {"update": [{"id": number, "stock_quantity": 4}]}
    assert shop.post("products/batch", body, _fields="update.id,update.error") == {"update": []}
    assert shop.stock_of("A-1") == 4


def test_a_put_moves_the_date_of_change_even_without_a_change(shop: Shop) -> None:
    number = shop.id_of("A-1")
    before = shop.get(f"products/{number}")["date_modified_gmt"]
    shop.put(f"products/{number}", {})
    assert shop.get(f"products/{number}")["date_modified_gmt"] > before


def test_a_variation_moves_its_parents_date_but_not_the_other_way_round(shop: Shop) -> None:
    parent, part = shop.id_of("W-1"), shop.id_of("W-1-S")
    shop.put(f"products/{parent}/variations/{part}", {"stock_quantity": 2})
    assert shop.get(f"products/{parent}")["date_modified_gmt"] == "2026-11-15T12:00:00"
    other = shop.id_of("V-1-R")
    before = shop.get(f"products/{other}")["date_modified_gmt"]
    shop.put(f"products/{shop.id_of('V-1')}", {"stock_quantity": 12})
    assert shop.get(f"products/{other}")["date_modified_gmt"] == before


def test_stock_held_by_the_parent_shows_on_each_variation(shop: Shop) -> None:
    parent = shop.id_of("V-1")
    for part in shop.get(f"products/{parent}/variations"):
        assert (part["manage_stock"], part["stock_quantity"]) == ("parent", 30)
    shop.do("buy", sku="V-1-R", quantity=4)
    assert {p["stock_quantity"] for p in shop.get(f"products/{parent}/variations")} == {26}


def test_a_quantity_for_goods_that_are_not_counted_is_dropped(shop: Shop) -> None:
    number = shop.id_of("S-1")
    answer = shop.put(f"products/{number}", {"stock_quantity": 40})
    assert (answer["manage_stock"], answer["stock_quantity"]) == (False, None)


def test_counting_switched_off_and_on_loses_the_quantity(shop: Shop) -> None:
    number = shop.id_of("A-1")
    shop.put(f"products/{number}", {"manage_stock": False})
    answer = shop.put(f"products/{number}", {"manage_stock": True})
    assert (answer["stock_quantity"], answer["stock_status"]) == (None, "outofstock")


@pytest.mark.parametrize("sku", ["GRÖSSE-1", "grosse-1", " Größe-1"])
def test_a_sku_is_unique_without_regard_to_case_and_accents(shop: Shop, sku: str) -> None:
    holder = shop.post("products", {"name": "First", "sku": "Grösse-1"})["id"]
    answer = shop.ask("POST", "products", {"name": "Second", "sku": sku})
    assert answer.json is not None
    assert answer.json["code"] == "product_invalid_sku"
    assert answer.json["data"]["resource_id"] == holder


def test_a_barcode_is_unique_and_free_again_once_its_product_has_another_or_is_gone(
    shop: Shop,
) -> None:
    code = {"global_unique_id": "4006381333931"}
    holder = shop.post("products", {"name": "First", **code})["id"]
    refused = shop.ask("POST", "products", {"name": "Second", **code})
    assert refused.json is not None
    assert refused.json["code"] == "product_invalid_global_unique_id"
    assert refused.json["data"]["resource_id"] == holder
    shop.put(f"products/{holder}", {"global_unique_id": "2000000000015"})
    second = shop.post("products", {"name": "Second", **code})["id"]
    shop.ask("DELETE", f"products/{second}", force="true")
    assert shop.put(f"products/{holder}", code)["global_unique_id"] == "4006381333931"


def test_a_trashed_product_holds_its_sku_but_is_not_found_by_it(shop: Shop) -> None:
    number = shop.id_of("A-1")
    assert shop.ask("DELETE", f"products/{number}").json["status"] == "publish"  # type: ignore[index]
    assert shop.get("products", sku="A-1") == []
    answer = shop.ask("POST", "products", {"name": "New", "sku": "A-1"})
    assert answer.json is not None
    assert answer.json["code"] == "woocommerce_rest_product_not_created"
    trashed = shop.get("products", status="trash", modified_after="2026-11-15T12:00:00")
    assert [body["id"] for body in trashed] == [number]


def test_variations_of_a_trashed_product_stay_in_the_trash(shop: Shop) -> None:
    parent = shop.id_of("W-1")
    shop.ask("DELETE", f"products/{parent}")
    assert shop.put(f"products/{parent}", {"status": "publish"})["variations"] == []
    assert shop.total(f"products/{parent}/variations", status="trash") == 2


def test_meta_is_updated_in_place_by_key_and_deleted_by_null(shop: Shop) -> None:
    path = f"products/{shop.id_of('A-1')}"
    first = shop.put(path, {"meta_data": [{"key": "erp_id", "value": 1}]})["meta_data"]
    second = shop.put(path, {"meta_data": [{"key": "erp_id", "value": "2"}]})["meta_data"]
    assert [(m["id"], m["value"]) for m in second] == [(first[0]["id"], "2")]
    assert shop.put(path, {"meta_data": [{"key": "erp_id", "value": None}]})["meta_data"] == []


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (12.5, "12.5"),
        (3, "3"),
        (True, "1"),
        (False, ""),
        (["a", 1], ["a", 1]),
        ({"b": 2}, {"b": 2}),
    ],
)
def test_scalars_in_meta_come_back_as_texts(shop: Shop, value: object, stored: object) -> None:
    order = shop.post("orders", {"meta_data": [{"key": "k", "value": value}]})
    assert order["meta_data"][0]["value"] == stored


def test_meta_by_key_keeps_the_first_of_duplicates(shop: Shop) -> None:
    order = shop.post("orders", {"meta_data": [{"key": "doc", "value": "1"}]})
    record = shop.store.orders.records[order["id"]]
    record.meta += [type(record.meta[0])(9_000 + n, "doc", "double") for n in range(3)]
    after = shop.put(f"orders/{order['id']}", {"meta_data": [{"key": "doc", "value": "2"}]})
    assert after["meta_data"] == [{"id": record.meta[0].id, "key": "doc", "value": "2"}]


def test_an_internal_key_is_written_to_the_field(shop: Shop) -> None:
    order = shop.post("orders", {})
    change = {"meta_data": [{"key": "_billing_company", "value": "Hidden Ltd"}]}
    after = shop.put(f"orders/{order['id']}", change)
    assert (after["billing"]["company"], after["meta_data"]) == ("Hidden Ltd", [])
    answer = shop.ask(
        "PUT", f"products/{shop.id_of('A-1')}", {"meta_data": [{"key": "_sku", "value": "A-2"}]}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("storage", ["hpos", "posts"])
def test_only_with_posts_storage_a_meta_write_leaves_the_orders_date_alone(
    open_shop: OpenShop, storage: str
) -> None:
    shop = open_shop(order_storage=storage)
    order = shop.post("orders", {})
    shop.clock.advance(60)
    after = shop.put(f"orders/{order['id']}", {"meta_data": [{"key": "k", "value": "v"}]})
    assert (after["date_modified"] == order["date_modified"]) is (storage == "posts")


def test_every_effect_is_in_the_ledger(shop: Shop) -> None:
    number = shop.id_of("A-1")
    shop.post("products/batch", {"update": [{"id": number, "stock_quantity": 3}, {"id": 9_999}]})
    order = shop.do("buy", sku="A-1", quantity=2)
    shop.put(f"orders/{order['id']}", {"meta_data": [{"key": "erp", "value": "SO1"}]})
    shop.post(f"orders/{order['id']}/notes", {"note": "In the ERP"})
    stocks = [(e["old"], e["new"], e["by"]) for e in shop.ledger.effects("stock.set")]
    assert stocks == [(10, 3, "api"), (3, 1, "order")]
    assert [e["id"] for e in shop.ledger.effects("product.updated")] == [str(number)]
    assert shop.ledger.effects("order.updated")[0]["meta"] == ["erp"]
    assert shop.ledger.effects("note.created")[0]["text"] == "In the ERP"
