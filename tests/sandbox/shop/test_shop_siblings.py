"""What the shop answers beside the recorded requests, as the source of the real one says."""

from __future__ import annotations

from typing import Any

import pytest

from sync_cli.sandbox.shop import KEY, SECRET
from tests.sandbox.shop.conftest import API, Shop, basic


@pytest.fixture
def order(shop: Shop) -> Any:
    """An order with a line of goods, a fee and a way of shipping."""
    return shop.post(
        "orders",
        {
            "line_items": [{"product_id": shop.id_of("A-1"), "quantity": 2}],
            "fee_lines": [{"name": "Fee", "total": "5.00"}],
            "shipping_lines": [{"method_id": "flat_rate", "method_title": "Flat", "total": "4.90"}],
        },
    )


def test_a_method_in_the_query_or_a_header_goes_before_the_one_used(shop: Shop, order: Any) -> None:
    client, address = shop.app.test_client(), f"{API}/orders/{order['id']}"
    read = client.post(address, headers={**basic(KEY, SECRET), "X-HTTP-Method-Override": "GET"})
    assert (read.status_code, (read.json or {})["date_modified"]) == (200, order["date_modified"])
    gone = client.post(f"{address}?_method=DELETE", headers=basic(KEY, SECRET))
    assert gone.status_code == 200
    assert shop.get(f"orders/{order['id']}")["status"] == "trash"


@pytest.mark.parametrize(
    ("route", "status", "code"),
    [
        ("/wc/v3/products", 401, "woocommerce_rest_cannot_view"),
        ("/wc/v3/products/5", 401, "woocommerce_rest_cannot_view"),
        ("/wc/v3/nothing", 404, "rest_no_route"),
        ("/wc/v9/products", 404, "rest_no_route"),
    ],
)
def test_the_address_by_query_knows_routes_but_no_keys(
    shop: Shop, route: str, status: int, code: str
) -> None:
    answer = shop.app.test_client().get(f"/?rest_route={route}", headers=basic(KEY, SECRET))
    assert (answer.status_code, (answer.json or {})["code"]) == (status, code)


def test_what_stands_below_the_api_is_refused_as_json(shop: Shop) -> None:
    answer = shop.app.test_client().get("/wp-json/wc/v9/products", headers=basic(KEY, SECRET))
    assert (answer.status_code, (answer.json or {})["code"]) == (404, "rest_no_route")


@pytest.mark.parametrize("category", ["shoes", "0", "99999"])
def test_a_category_that_is_none_finds_nothing(shop: Shop, category: str) -> None:
    assert shop.get("products", category=category) == []


def test_drafts_are_on_no_list_of_sales(shop: Shop) -> None:
    sale = {"regular_price": "5.00", "sale_price": "4.00"}
    shown = shop.post("products", {"name": "Shown", **sale})
    shop.post("products", {"name": "Draft", "status": "draft", **sale})
    assert [p["id"] for p in shop.get("products", on_sale="true")] == [shown["id"]]


@pytest.mark.parametrize(
    ("lines", "code", "message"),
    [
        ({"shipping_lines": [{"method_title": "Flat", "total": "1.00"}]},
         "woocommerce_rest_invalid_shipping_item", "Shipping method ID is required."),
        ({"fee_lines": [{"total": "1.00"}]},
         "woocommerce_rest_invalid_fee_item", "Fee name is required."),
    ],
)  # fmt: skip
def test_a_new_line_needs_its_name(shop: Shop, lines: Any, code: str, message: str) -> None:
    before = len(shop.get("orders"))
    answer = shop.ask("POST", "orders", lines)
    assert (answer.status_code, (answer.json or {})["code"], (answer.json or {})["message"]) == (
        400,
        code,
        message,
    )
    assert len(shop.get("orders")) == before


@pytest.mark.parametrize(
    ("name", "null"),
    [
        ("line_items", {"product_id": None}),
        ("line_items", {"name": None}),
        ("line_items", {"quantity": 0}),
        ("fee_lines", {"name": None}),
        ("shipping_lines", {"method_id": None}),
        ("shipping_lines", {"method_title": None}),
    ],
)
def test_null_where_a_line_is_named_takes_it_out(
    shop: Shop, order: Any, name: str, null: Any
) -> None:
    change = {name: [{"id": order[name][0]["id"], **null}]}
    assert shop.put(f"orders/{order['id']}", change)[name] == []


def test_to_take_out_a_line_that_is_not_there_is_no_mistake(shop: Shop, order: Any) -> None:
    change = {"line_items": [{"id": 99999, "quantity": 0}, {"product_id": None}]}
    assert len(shop.put(f"orders/{order['id']}", change)["line_items"]) == 1


def test_an_orders_currency_can_be_changed(shop: Shop, order: Any) -> None:
    assert shop.put(f"orders/{order['id']}", {"currency": "USD"})["currency"] == "USD"


def test_a_refund_has_its_lines_in_the_orders_own_order_and_no_empty_ones(
    shop: Shop, order: Any
) -> None:
    lines = [
        {"id": order["shipping_lines"][0]["id"], "refund_total": 4.9},
        {"id": order["fee_lines"][0]["id"], "quantity": 0, "refund_total": 0},
        {"id": order["line_items"][0]["id"], "quantity": 1},
    ]
    body = {"amount": "6.00", "api_refund": False, "line_items": lines}
    refund = shop.post(f"orders/{order['id']}/refunds", body)
    goods, shipping = refund["line_items"], refund["shipping_lines"]
    assert (len(goods), len(shipping)) == (1, 1)
    assert goods[0]["id"] < shipping[0]["id"]
    assert not refund.get("fee_lines")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"email": "new@buyer.example", "username": "ERIKA"}, "registration-error-username-exists",
         "An account is already registered with that username. Please choose another."),
        ({"email": "new@buyer.example", "username": "no/name!"},
         "registration-error-invalid-username", "Please provide a valid account username."),
    ],
)  # fmt: skip
def test_a_username_must_be_free_and_plain(shop: Shop, body: Any, code: str, message: str) -> None:
    shop.post("customers", {"email": "erika@buyer.example", "username": "erika"})
    answer = shop.ask("POST", "customers", body)
    assert (answer.status_code, (answer.json or {})["code"], (answer.json or {})["message"]) == (
        400,
        code,
        message,
    )


def test_a_customer_of_a_batch_needs_an_address_of_e_mail(shop: Shop) -> None:
    results = shop.post("customers/batch", {"create": [{"first_name": "Nobody"}]}, status=200)
    assert results["create"][0]["error"]["code"] == "registration-error-invalid-email"


def test_a_shared_attribute_brings_its_name_and_makes_its_terms(shop: Shop) -> None:
    colour = shop.post("products/attributes", {"name": "Colour"})["id"]
    shop.post(f"products/attributes/{colour}/terms", {"name": "Red"})
    wanted = [
        {"id": colour, "options": ["Red", "Blue"], "variation": True},
        {"id": colour + 1, "options": ["lost"]},
        {"id": colour, "options": []},
        {"name": "Material", "options": "Wool, Silk", "visible": True},
        {"name": "Empty"},
    ]
    product = shop.post("products", {"name": "Shirt", "type": "variable", "attributes": wanted})
    assert product["attributes"] == [
        {"id": colour, "name": "Colour", "slug": "pa_colour", "position": 0, "visible": False,
         "variation": True, "options": ["Blue", "Red"]},
        {"id": 0, "name": "Material", "slug": "Material", "position": 0, "visible": True,
         "variation": False, "options": ["Wool", "Silk"]},
    ]  # fmt: skip
    terms = shop.get(f"products/attributes/{colour}/terms")
    assert sorted(term["name"] for term in terms) == ["Blue", "Red"]


def test_a_variation_chooses_only_among_what_its_parent_offers(shop: Shop) -> None:
    sizes = [{"name": "Size", "options": ["S", "M"], "variation": True},
             {"name": "Material", "options": ["Wool"]}]  # fmt: skip
    parent = shop.post("products", {"name": "Shirt", "type": "variable", "attributes": sizes})
    chosen = [{"name": "material", "option": "Wool"}, {"name": "Length", "option": "9"},
              {"name": "size", "option": "M"}]  # fmt: skip
    path = f"products/{parent['id']}/variations"
    made = shop.post(path, {"attributes": chosen, "regular_price": "5.00"})
    assert made["attributes"] == [{"id": 0, "name": "Size", "slug": "Size", "option": "M"}]


def test_fields_of_other_kinds_are_dropped_without_a_word(shop: Shop) -> None:
    body = {
        "name": "Simple", "external_url": "https://x.example/", "grouped_products": [1],
        "downloads": [{"name": "F", "file": "https://shop.example/f.pdf"}], "download_limit": 3,
        "low_stock_amount": 2, "default_attributes": [{"name": "Size", "option": "M"}],
    }  # fmt: skip
    product = shop.post("products", body)
    shown = {name: product[name] for name in body if name != "name"}
    assert shown == {
        "external_url": "", "grouped_products": [], "downloads": [], "download_limit": -1,
        "low_stock_amount": None, "default_attributes": [],
    }  # fmt: skip


def test_a_variable_product_has_no_price_of_its_own(shop: Shop) -> None:
    parent = shop.post("products", {"name": "Shirt", "type": "variable", "regular_price": "9.00"})
    assert (parent["price"], parent["regular_price"]) == ("", "")


def test_stock_can_be_changed_by_a_difference(shop: Shop) -> None:
    body = {"name": "Counted", "manage_stock": True, "stock_quantity": 5}
    number = shop.post("products", body)["id"]
    assert shop.put(f"products/{number}", {"inventory_delta": -2})["stock_quantity"] == 3


def test_tags_can_be_named(shop: Shop) -> None:
    tag = shop.post("products/tags", {"name": "Sale"})["id"]
    named = [{"name": "sale"}, {"name": "Warm"}, {"id": 99999}]
    product = shop.post("products", {"name": "Boot", "tags": named})
    assert [entry["name"] for entry in product["tags"]] == ["Sale", "Warm"]
    assert product["tags"][0]["id"] == tag


def test_a_products_date_of_creation_can_be_set(shop: Shop) -> None:
    product = shop.post("products", {"name": "Old", "date_created": "2020-07-01T12:00:00"})
    assert product["date_created_gmt"] == "2020-07-01T10:00:00"


def test_a_variations_image_is_refused_in_its_own_words(shop: Shop) -> None:
    parent = shop.post("products", {"name": "Shirt", "type": "variable"})["id"]
    answer = shop.ask("POST", f"products/{parent}/variations", {"image": {"id": 99999}})
    assert (answer.json or {})["code"] == "woocommerce_variation_invalid_image_id"


@pytest.mark.parametrize(
    ("email", "username"),
    [("Erika+Shop@buyer.example", "erikashop"), ("info@buyer.example", "buyer.example")],
)
def test_a_username_is_made_of_the_address(shop: Shop, email: str, username: str) -> None:
    assert shop.post("customers", {"email": email})["username"] == username
