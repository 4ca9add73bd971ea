"""Codes, statuses and words of refusals, and what a refused request leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop.conftest import Shop


@pytest.fixture
def order(shop: Shop) -> int:
    """An order that waits to be paid."""
    line = {"product_id": shop.id_of("A-1"), "quantity": 2}
    number = shop.post("orders", {"line_items": [line], "billing": {"email": "a@buyer.example"}})
    assert isinstance(number["id"], int)
    return number["id"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "message", "data"),
    [
        ("DELETE", "orders/{order}/notes/1", 501, "woocommerce_rest_trash_not_supported",
         "Webhooks do not support trashing.", {"status": 501}),
        ("GET", "orders/99999/notes", 404, "woocommerce_rest_shop_order_invalid_id",
         "Invalid order ID.", {"status": 404}),
        ("GET", "orders/{order}/notes/99999", 404, "woocommerce_rest_invalid_id",
         "Invalid resource ID.", {"status": 404}),
        ("GET", "orders/{order}/refunds/99999", 404,
         "woocommerce_rest_shop_order_refund_invalid_id", "Invalid ID.", {"status": 404}),
        ("POST", "orders/99999/refunds", 500, "woocommerce_rest_invalid_order_id",
         "Invalid order ID.", 404),
        ("PUT", "customers/99999", 404, "wc_user_invalid_id", "Invalid user ID.", {"status": 404}),
        ("DELETE", "customers/99999", 404, "wc_user_invalid_id", "Invalid user ID.",
         {"status": 404}),
        ("GET", "products/tags/99999", 404, "woocommerce_rest_term_invalid",
         "Resource does not exist.", {"status": 404}),
        ("GET", "taxes/99999", 404, "woocommerce_rest_invalid_id", "Invalid resource ID.",
         {"status": 404}),
        ("DELETE", "taxes/1", 501, "woocommerce_rest_trash_not_supported",
         "Taxes do not support trashing.", {"status": 501}),
        ("PUT", "products/{parent}/variations/99999", 400,
         "woocommerce_rest_product_variation_invalid_id", "Invalid ID.", {"status": 400}),
        ("PUT", "products/{other}/variations/{variation}", 403, "woocommerce_rest_cannot_edit",
         "Parent product does not match current variation.", {"status": 403}),
        ("GET", "coupons/99999", 404, "woocommerce_rest_shop_coupon_invalid_id", "Invalid ID.",
         {"status": 404}),
        ("DELETE", "products/categories/15", 501, "woocommerce_rest_trash_not_supported",
         "Resource does not support trashing.", {"status": 501}),
    ],
)  # fmt: skip
def test_a_refusal_has_the_words_of_the_real_shop(
    shop: Shop, order: int, method: str, path: str, status: int, code: str, message: str, data: Any
) -> None:
    body = {"amount": "1.00"} if method == "POST" else {} if method == "PUT" else None
    names = {"order": order, "parent": shop.id_of("W-1"), "other": shop.id_of("V-1"),
             "variation": shop.id_of("W-1-S")}  # fmt: skip
    answer = shop.ask(method, path.format(**names), body)
    assert answer.status_code == status
    assert answer.json == {"code": code, "message": message, "data": data}


@pytest.mark.parametrize(
    ("path", "code", "label"),
    [
        ("orders", "shop_order", "shop_order"),
        ("products", "product", "product"),
        ("customers", "customer", "resource"),
        ("coupons", "shop_coupon", "shop_coupon"),
    ],
)
def test_a_create_that_brings_an_id_is_refused(
    shop: Shop, path: str, code: str, label: str
) -> None:
    answer = shop.ask("POST", path, {"id": 5, "code": "x", "email": "new@buyer.example"})
    assert answer.status_code == 400
    assert answer.json == {
        "code": f"woocommerce_rest_{code}_exists",
        "message": f"Cannot create existing {label}.",
        "data": {"status": 400},
    }


def test_a_coupon_that_an_update_asks_for_in_vain_changes_nothing(shop: Shop, order: int) -> None:
    before = shop.get(f"orders/{order}")
    answer = shop.ask("PUT", f"orders/{order}", {"coupon_lines": [{"code": "none"}]})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["data"] == {"status": 400}
    assert shop.get(f"orders/{order}")["status"] == before["status"]


def test_the_refunds_of_an_order_that_is_none_are_an_empty_list(shop: Shop) -> None:
    assert shop.get("orders/99999/refunds") == []


def test_only_an_order_that_waits_for_money_can_be_marked_paid(shop: Shop, order: int) -> None:
    paid = shop.put(f"orders/{order}", {"set_paid": True, "transaction_id": "T-1"})
    assert (paid["status"], paid["transaction_id"]) == ("processing", "T-1")
    held = shop.put(f"orders/{order}", {"status": "on-hold"})
    assert held["needs_payment"] is False
    assert shop.put(f"orders/{order}", {"set_paid": True})["status"] == "on-hold"


def test_a_line_is_never_worth_more_than_it_was_before_its_discount(shop: Shop, order: int) -> None:
    (line,) = shop.get(f"orders/{order}")["line_items"]
    sent = {"line_items": [{"id": line["id"], "total": "50.00"}]}
    (after,) = shop.put(f"orders/{order}", sent)["line_items"]
    assert (after["subtotal"], after["total"]) == ("50.00", "50.00")


def test_an_order_is_searched_by_both_names_and_a_variation_by_its_parent(shop: Shop) -> None:
    name = {"first_name": "Erika", "last_name": "Mustermann"}
    bought = {"product_id": shop.id_of("W-1"), "variation_id": shop.id_of("W-1-S")}
    number = shop.post("orders", {"billing": name, "line_items": [bought]})["id"]
    found = [[row["id"] for row in shop.get("orders", search=text, _fields="id")]
             for text in ("erika muster", "Mustermann Erika", str(number))]  # fmt: skip
    assert found == [[number], [], [number]]
    assert shop.total("orders", product=bought["product_id"]) == 1
    assert shop.total("orders", product=bought["variation_id"]) == 0


def test_accounts_of_staff_keep_address_and_life(shop: Shop) -> None:
    number = shop.post("customers", {"email": "boss@shop.example"})["id"]
    shop.store.customers.records[number].role = "shop_manager"
    refused = [
        shop.ask("PUT", f"customers/{number}", {"email": "other@shop.example"}),
        shop.ask("DELETE", f"customers/{number}", force="true"),
    ]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert shop.put(f"customers/{number}", {"first_name": "Ina"})["first_name"] == "Ina"


def test_a_username_stays_and_a_search_does_not_look_at_names(shop: Shop) -> None:
    sent = {"email": "w.meier@buyer.example", "first_name": "Xaver", "username": "wmeier"}
    number = shop.post("customers", sent)["id"]
    answer = shop.ask("PUT", f"customers/{number}", {"username": "other"})
    assert answer.json is not None
    assert answer.json["code"] == "woocommerce_rest_customer_invalid_argument"
    for text, count in (("Xaver", 0), ("wmeier", 1), ("meier@buyer", 1), (str(number), 1)):
        assert shop.total("customers", search=text) == count, text


def test_items_of_a_batch_of_tax_rates_and_coupons_are_done_one_by_one(shop: Shop) -> None:
    made = shop.post("taxes/batch", {"create": [{"rate": "5", "country": "FR"}], "delete": [999]})
    assert made["create"][0]["rate"] == "5.0000"
    assert made["delete"][0]["error"]["data"] == {"status": 400}
    coupons = shop.post("coupons/batch", {"create": [{"code": "A", "amount": "5"}, {"code": "a"}]})
    assert coupons["create"][0]["code"] == "a"
    assert coupons["create"][1]["error"]["code"] == "woocommerce_rest_coupon_code_already_exists"


def test_a_coupon_goes_to_the_trash_before_it_goes_for_good(shop: Shop) -> None:
    number = shop.post("coupons", {"code": "ten", "amount": "10"})["id"]
    assert shop.ask("DELETE", f"coupons/{number}").status_code == 200
    assert shop.total("coupons", code="ten") == 0
    assert shop.get(f"coupons/{number}")["status"] == "trash"
    assert shop.ask("DELETE", f"coupons/{number}").status_code == 410
    assert shop.ask("DELETE", f"coupons/{number}", force="true").status_code == 200
    assert shop.ask("GET", f"coupons/{number}").status_code == 404


def test_terms_of_one_name_are_refused_and_named(shop: Shop) -> None:
    number = shop.post("products/tags", {"name": "Sale"})["id"]
    answer = shop.ask("POST", "products/tags", {"name": "SALE"})
    assert answer.json is not None
    assert answer.json["code"] == "term_exists"
    assert answer.json["data"] == {"status": 400, "resource_id": number}


def test_options_of_an_attribute_are_listed_below_it(shop: Shop) -> None:
    attribute = shop.post("products/attributes", {"name": "Colour"})
    assert (attribute["slug"], attribute["type"]) == ("pa_colour", "select")
    home = f"products/attributes/{attribute['id']}/terms"
    for name in ("Red", "Blue"):
        shop.post(home, {"name": name})
    assert [row["name"] for row in shop.get(home)] == ["Blue", "Red"]
    assert shop.ask("GET", "products/attributes/99/terms").status_code == 404


def test_a_draft_has_no_address_and_two_products_of_one_name_have_two(shop: Shop) -> None:
    draft = shop.post("products", {"name": "Lamp", "status": "draft"})
    assert (draft["slug"], draft["generated_slug"]) == ("", "lamp")
    first = shop.post("products", {"name": "Lamp"})
    second = shop.put(f"products/{draft['id']}", {"status": "publish"})
    assert (first["slug"], second["slug"]) == ("lamp", "lamp-2")


def test_the_trash_frees_a_slug_and_gives_it_back(shop: Shop) -> None:
    number = shop.post("products", {"name": "Lamp"})["id"]
    shop.ask("DELETE", f"products/{number}")
    assert shop.get(f"products/{number}")["slug"] == "lamp__trashed"
    assert shop.put(f"products/{number}", {"status": "publish"})["slug"] == "lamp"


def test_a_coupon_expires_at_a_moment_of_the_shops_clock(shop: Shop) -> None:
    coupon = shop.post("coupons", {"code": "soon", "date_expires": "2026-12-31"})
    assert coupon["date_expires"] == "2026-12-31T00:00:00"
    assert coupon["date_expires_gmt"] == "2026-12-30T23:00:00"
