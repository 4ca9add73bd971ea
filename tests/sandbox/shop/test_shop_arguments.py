"""Requests that do not fit a route's arguments are refused as the shop's own index says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync_cli.sandbox.shop.arguments import FILE
from sync_cli.sandbox.shop.routes import ROUTES
from tests.sandbox.shop.conftest import API, Shop

NO_TEXT = "rest_invalid_type"


def _refused(shop: Shop, method: str, path: str, body: Any = None, **query: Any) -> Any:
    answer = shop.ask(method, path, body, **query)
    assert answer.status_code == 400, answer.json
    assert answer.json is not None
    return answer.json


@pytest.mark.parametrize(
    ("path", "query", "code", "said"),
    [
        ("products", {"per_page": 0}, "rest_out_of_bounds",
         "per_page must be between 1 (inclusive) and 100 (inclusive)"),
        ("orders", {"page": 0}, "rest_out_of_bounds", "page must be greater than or equal to 1"),
        ("orders", {"page": "two"}, NO_TEXT, "page is not of type integer."),
        ("orders", {"offset": "x"}, NO_TEXT, "offset is not of type integer."),
        ("orders", {"dp": "six"}, NO_TEXT, "dp is not of type integer."),
        ("orders", {"customer": "me"}, NO_TEXT, "customer is not of type integer."),
        ("products", {"featured": "maybe"}, NO_TEXT, "featured is not of type boolean."),
        ("products", {"on_sale": ""}, NO_TEXT, "on_sale is not of type boolean."),
        ("products", {"stock_status": "lowstock"}, "rest_not_in_enum",
         "stock_status is not one of instock, outofstock, and onbackorder."),
        ("products", {"order": "up"}, "rest_not_in_enum", "order is not one of asc and desc."),
        ("products", {"exclude_status": "draft,any"}, "rest_not_in_enum",
         "exclude_status[1] is not one of future, trash, draft, pending, private, and publish."),
        ("products", {"search_fields": "title"}, "rest_not_in_enum",
         "search_fields[0] is not one of name, global_unique_id, description, short_description,"
         " and sku."),
        ("customers", {"email": "nobody"}, "rest_invalid_email", "Invalid email address."),
        ("webhooks", {"status": "gone"}, "rest_not_in_enum",
         "status is not one of all, active, paused, and disabled."),
        ("refunds", {"orderby": "total"}, "rest_not_in_enum",
         "orderby is not one of date, id, include, title, slug, and modified."),
        ("products", {"context": "embed"}, "rest_not_in_enum",
         "context is not one of view and edit."),
    ],
)  # fmt: skip
def test_a_parameter_that_does_not_fit_is_named_with_the_reason(
    shop: Shop, path: str, query: dict[str, Any], code: str, said: str
) -> None:
    body = _refused(shop, "GET", path, **query)
    (name,) = query
    assert body["code"] == "rest_invalid_param"
    assert body["message"] == f"Invalid parameter(s): {name}"
    assert body["data"]["params"] == {name: said}
    assert body["data"]["details"][name]["code"] == code


def test_all_parameters_that_do_not_fit_are_named_at_once(shop: Shop) -> None:
    body = _refused(shop, "GET", "products", order="up", per_page=500)
    assert body["message"] == "Invalid parameter(s): per_page, order"
    assert set(body["data"]["params"]) == {"per_page", "order"}


@pytest.mark.parametrize(
    ("path", "sent", "name", "said"),
    [
        ("products", {"regular_price": 1}, "regular_price", "regular_price is not of type string."),
        ("products", {"featured": "x"}, "featured", "featured is not of type boolean."),
        ("products", {"low_stock_amount": "few"}, "low_stock_amount",
         "low_stock_amount is not of type integer,null."),
        ("products", {"meta_data": [{"key": 5}]}, "meta_data",
         "meta_data[0][key] is not of type string."),
        ("products", {"categories": [{"id": "shoes"}]}, "categories",
         "categories[0][id] is not of type integer."),
        ("products", {"dimensions": {"length": 3}}, "dimensions",
         "dimensions[length] is not of type string."),
        ("orders", {"line_items": [{"quantity": 1}, {"quantity": "two"}]}, "line_items",
         "line_items[1][quantity] is not of type integer."),
        ("orders", {"line_items": [{"total": 9.5}]}, "line_items",
         "line_items[0][total] is not of type string."),
        ("orders", {"billing": {"email": "nobody"}}, "billing", "Invalid email address."),
        ("orders", {"billing": "Berlin"}, "billing", "billing is not of type object."),
        ("coupons", {"code": "x", "discount_type": "gift"}, "discount_type",
         "discount_type is not one of percent, fixed_cart, and fixed_product."),
        ("taxes", {"class": "luxury"}, "class",
         "class is not one of standard, reduced-rate, and zero-rate."),
    ],
)  # fmt: skip
def test_a_field_that_does_not_fit_is_named_down_to_its_place(
    shop: Shop, path: str, sent: dict[str, Any], name: str, said: str
) -> None:
    body = _refused(shop, "POST", path, sent)
    assert body["message"] == f"Invalid parameter(s): {name}"
    assert body["data"]["params"] == {name: said}


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("customers", ["email"]),
        ("coupons", ["code"]),
        ("webhooks", ["topic", "delivery_url"]),
        ("products/tags", ["name"]),
    ],
)
def test_what_a_create_must_have_is_asked_for_before_all_else(
    shop: Shop, path: str, missing: list[str]
) -> None:
    body = _refused(shop, "POST", path, {"status": 5})
    assert body["code"] == "rest_missing_callback_param"
    assert body["message"] == f"Missing parameter(s): {', '.join(missing)}"
    assert body["data"] == {"status": 400, "params": missing}


def test_null_and_unknown_names_are_let_through(shop: Shop) -> None:
    number = shop.id_of("A-1")
    shop.put(f"products/{number}", {"sale_price": None, "no_such_field": [1]})
    assert shop.total("products", no_such_filter="x") == shop.total("products")


def test_a_word_in_a_list_of_ids_is_ignored(shop: Shop) -> None:
    number = shop.id_of("A-1")
    assert shop.total("products", include=f"{number},x") == 1


def test_a_request_that_does_not_fit_is_refused_before_the_key_is_asked_for(shop: Shop) -> None:
    client = shop.app.test_client()
    assert client.get(f"{API}/products").status_code == 401
    assert client.get(f"{API}/products?per_page=101").status_code == 400


def test_every_route_that_the_file_describes_is_served() -> None:
    described = json.loads(FILE.read_text(encoding="utf-8"))
    served = {route.path: set(route.handlers) for route in ROUTES}
    assert len(described) > 20
    assert described.keys() <= served.keys()
