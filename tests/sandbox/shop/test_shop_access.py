"""Who gets into the pretend shop, and what it says to strange requests."""

from __future__ import annotations

from typing import Any

import pytest

from sync_cli.sandbox.shop import KEY, READ_KEY, READ_SECRET, SECRET, WRITE_KEY, WRITE_SECRET
from tests.sandbox.shop.conftest import API, OpenShop, Shop, basic


@pytest.mark.parametrize(
    ("headers", "method", "code"),
    [
        ({}, "GET", "woocommerce_rest_cannot_view"),
        (basic("ck_nobody", "x"), "GET", "woocommerce_rest_cannot_view"),
        (basic(KEY, "wrong"), "GET", "woocommerce_rest_authentication_error"),
        (basic(READ_KEY, READ_SECRET), "PUT", "woocommerce_rest_authentication_error"),
        (basic(WRITE_KEY, WRITE_SECRET), "GET", "woocommerce_rest_authentication_error"),
    ],
)
def test_who_may_not_is_answered_401(
    shop: Shop, headers: dict[str, str], method: str, code: str
) -> None:
    path = f"{API}/products" if method == "GET" else f"{API}/products/{shop.id_of('A-1')}"
    answer = shop.app.test_client().open(path, method=method, headers=headers, json={})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["code"] == code
    assert "WWW-Authenticate" not in answer.headers


def test_keys_in_the_query_get_in_and_come_back_in_the_link(shop: Shop) -> None:
    query = {"consumer_key": KEY, "consumer_secret": SECRET, "per_page": 1}
    answer = shop.app.test_client().get(f"{API}/products", query_string=query)
    assert answer.status_code == 200
    assert SECRET in answer.headers["Link"]


def test_plain_http_knows_no_keys_unless_the_sandbox_says_so(open_shop: OpenShop) -> None:
    strict = open_shop(plain_http_is_secure=False)
    assert strict.ask("GET", "products").status_code == 401
    assert open_shop().ask("GET", "products").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "produkte"), ("DELETE", "products"), ("POST", "variations"), ("GET", "orders/1/x")],
)
def test_an_unknown_route_and_a_wrong_method_are_404(shop: Shop, method: str, path: str) -> None:
    answer = shop.ask(method, path, {} if method == "POST" else None)
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] == "rest_no_route"


def test_a_wrong_base_address_answers_a_page(shop: Shop) -> None:
    answer = shop.app.test_client().get("/wc/v3/products", headers=basic(KEY, SECRET))
    assert (answer.status_code, answer.content_type) == (404, "text/html; charset=UTF-8")


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        ('{"regular_price": "1.00",}', "application/json", 400),
        ('[{"regular_price": "1.00"}]', "application/json", 200),
        ("regular_price=1.00", "text/plain", 200),
    ],
)
def test_only_a_json_object_changes_anything(
    shop: Shop, data: str, content_type: str, status: int
) -> None:
    number = shop.id_of("A-1")
    answer = shop.app.test_client().put(
        f"{API}/products/{number}",
        data=data,
        content_type=content_type,
        headers=basic(KEY, SECRET),
    )
    assert answer.status_code == status
    assert shop.get(f"products/{number}")["regular_price"] == "4.26"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "products/999999", 404, "woocommerce_rest_product_invalid_id"),
        ("PUT", "products/999999", 400, "woocommerce_rest_product_invalid_id"),
        ("DELETE", "products/999999", 404, "woocommerce_rest_product_invalid_id"),
        ("GET", "orders/999999", 404, "woocommerce_rest_shop_order_invalid_id"),
        ("GET", "customers/0", 404, "wc_user_invalid_id"),
        ("DELETE", "customers/1", 501, "woocommerce_rest_trash_not_supported"),
    ],
)
def test_unknown_ids_are_answered_as_the_real_shop_does(
    shop: Shop, method: str, path: str, status: int, code: str
) -> None:
    answer = shop.ask(method, path, {"sku": "X"} if method == "PUT" else None)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["code"] == code


def test_customers_are_found_by_mail_without_regard_to_case_and_unique_by_it(shop: Shop) -> None:
    made = shop.post("customers", {"email": "New.Person@mail.example"})
    assert made["username"] == "new.person"
    found = shop.get("customers", email="NEW.person@MAIL.example")
    assert [customer["id"] for customer in found] == [made["id"]]
    answer = shop.ask("POST", "customers", {"email": "new.person@mail.EXAMPLE"})
    assert answer.json is not None
    assert answer.json["code"] == "registration-error-email-exists"


def test_one_field_of_an_address_leaves_the_others(shop: Shop) -> None:
    before: dict[str, Any] = shop.get("customers/1")["billing"]
    after = shop.put("customers/1", {"billing": {"city": "Potsdam"}})["billing"]
    assert after == {**before, "city": "Potsdam"}
