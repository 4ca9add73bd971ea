"""What a request brings is read as WordPress reads it: query, form and JSON, with their types."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from sync_cli.sandbox.shop import KEY, SECRET
from tests.sandbox.shop.conftest import API, Shop, basic

FORM = "application/x-www-form-urlencoded"


def _send(shop: Shop, method: str, path: str, text: str, kind: str) -> TestResponse:
    headers = basic(KEY, SECRET)
    return shop.app.test_client().open(
        f"{API}/{path}", method=method, data=text, content_type=kind, headers=headers
    )


def test_a_form_makes_an_order_as_json_does(shop: Shop) -> None:
    number = shop.id_of("A-1")
    text = (
        f"line_items[0][product_id]={number}&line_items%5B0%5D%5Bquantity%5D=2&set_paid=true"
        "&billing[first_name]=Erika&meta_data[0][key]=a&meta_data[0][value]=b+c"
    )
    answer = _send(shop, "POST", "orders", text, FORM)
    assert answer.status_code == 201, answer.json
    order: Any = answer.json
    assert (order["line_items"][0]["product_id"], order["line_items"][0]["quantity"]) == (number, 2)
    assert (order["status"], order["billing"]["first_name"]) == ("processing", "Erika")
    assert [(m["key"], m["value"]) for m in order["meta_data"]] == [("a", "b c")]


def test_a_form_updates_a_batch_and_its_fields_are_typed(shop: Shop) -> None:
    number = shop.id_of("A-1")
    text = f"update[0][id]={number}&update[0][virtual]=true&update[0][stock_quantity]=4"
    answer: Any = _send(shop, "POST", "products/batch", text, f"{FORM}; charset=UTF-8").json
    assert (answer["update"][0]["virtual"], answer["update"][0]["stock_quantity"]) == (True, 4)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("virtual=1", "text/plain"), ('{"virtual": true}', "text/json"), ("[1]", "application/json")],
)
def test_a_body_that_is_neither_form_nor_json_changes_nothing(
    shop: Shop, text: str, kind: str
) -> None:
    answer: Any = _send(shop, "PUT", f"products/{shop.id_of('A-1')}", text, kind).json
    assert answer["virtual"] is False


@pytest.mark.parametrize("value", ["true", "1", 1])
def test_a_flag_may_be_written_as_a_word_or_a_number(shop: Shop, value: object) -> None:
    home = f"products/{shop.id_of('A-1')}"
    assert shop.put(home, {"virtual": value})["virtual"] is True
    assert shop.put(home, {"virtual": "false"})["virtual"] is False


def test_whole_numbers_may_be_written_as_text(shop: Shop) -> None:
    body = {"menu_order": "3", "download_limit": "4", "downloadable": "true", "upsell_ids": "7, 8"}
    product = shop.put(f"products/{shop.id_of('A-1')}", body)
    found = [product[name] for name in ("menu_order", "download_limit", "upsell_ids")]
    assert found == [3, 4, [7, 8]]


def test_the_query_of_a_write_brings_fields_too(shop: Shop) -> None:
    home = f"products/{shop.id_of('A-1')}"
    assert shop.put(home, None, regular_price="9.00")["regular_price"] == "9.00"
    both = shop.put(home, {"regular_price": "8.00"}, regular_price="9.00")
    assert both["regular_price"] == "8.00"


def test_force_may_stand_in_the_body(shop: Shop) -> None:
    number = shop.post("customers", {"email": "erika@buyer.example"})["id"]
    assert shop.ask("DELETE", f"customers/{number}", {"force": False}).status_code == 501
    assert shop.ask("DELETE", f"customers/{number}", {"force": True}).status_code == 200


def test_a_read_takes_what_a_json_body_says(shop: Shop) -> None:
    answer = shop.ask("GET", "products", {"per_page": 2, "_fields": ["id"]})
    assert [set(one) for one in answer.json or ()] == [{"id"}, {"id"}]


def test_an_id_in_the_body_goes_before_the_one_in_the_path(shop: Shop) -> None:
    one, other = shop.id_of("A-1"), shop.id_of("A-2")
    assert shop.put(f"products/{one}", {"id": other, "name": "New"})["id"] == other


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ('{"name": "x",}', 4, "Syntax error"),
        ('{"name": NaN}', 4, "Syntax error"),
        ('{"name": "two\nlines"}', 3, "Control character error, possibly incorrectly encoded"),
    ],
)
def test_json_that_is_none_is_refused_whatever_the_method(
    shop: Shop, text: str, code: int, message: str
) -> None:
    for method, path in (("GET", "products"), ("POST", "orders/batch"), ("DELETE", "orders/1")):
        answer = _send(shop, method, path, text, "application/json; charset=utf-8")
        told: Any = answer.json
        assert (answer.status_code, told["code"]) == (400, "rest_invalid_json")
        data = {"status": 400, "json_error_code": code, "json_error_message": message}
        assert told["data"] == data


def test_an_object_without_any_field_asked_for_is_an_empty_list(shop: Shop) -> None:
    number = shop.post("orders", {})["id"]
    assert shop.get("system_status", _fields="nothing") == []
    assert shop.get("products", _fields="nothing", per_page=2) == [[], []]
    assert shop.get(f"orders/{number}", _fields="billing.nothing")["billing"] == []
    assert shop.get(f"orders/{number}", _fields="id status").keys() == {"id", "status", "_links"}


def test_null_empties_a_field_of_a_single_request_and_leaves_that_of_a_batch(shop: Shop) -> None:
    number = shop.id_of("A-1")
    nothing = {"name": None, "manage_stock": None, "weight": None, "upsell_ids": None}
    before = shop.put(f"products/{number}", {"weight": "2", "upsell_ids": [7], "name": "Boot"})
    after = shop.post("products/batch", {"update": [{"id": number, **nothing}]})["update"][0]
    assert [after[name] for name in nothing] == [before[name] for name in nothing]
    emptied = shop.put(f"products/{number}", nothing)
    assert [emptied[name] for name in nothing] == ["", False, "", []]


@pytest.mark.parametrize(
    ("field", "taken", "code"),
    [
        ("catalog_visibility", "HIDDEN", "product_invalid_catalog_visibility"),
        ("tax_status", "NONE", "product_invalid_tax_status"),
    ],
)
def test_a_batch_takes_no_other_choice_either(
    shop: Shop, field: str, taken: str, code: str
) -> None:
    number = shop.id_of("A-1")
    items = [{"id": number, field: "nowhere"}, {"id": number, field: taken}]
    refused, done = shop.post("products/batch", {"update": items})["update"]
    assert refused["error"]["code"] == code
    assert done[field] == taken.lower()


def test_a_batch_reads_ids_as_numbers_and_leaves_out_what_is_none(shop: Shop) -> None:
    number = shop.id_of("A-1")
    asked = {"update": [{"id": str(number), "name": "New"}], "delete": ["word", 0, "99999"]}
    answer = shop.post("products/batch", asked)
    assert answer["update"][0]["name"] == "New"
    assert [one["id"] for one in answer["delete"]] == [99999]


def test_a_route_tells_its_methods_and_arguments(shop: Shop) -> None:
    answer = shop.ask("OPTIONS", "products/7")
    told: Any = answer.json
    assert (answer.status_code, told["namespace"]) == (200, "wc/v3")
    assert answer.headers["Allow"] == "GET, POST, PUT, PATCH, DELETE"
    assert [one["methods"] for one in told["endpoints"]] == [
        ["GET"], ["POST", "PUT", "PATCH"], ["DELETE"],
    ]  # fmt: skip
    taken = told["endpoints"][1]["args"]["regular_price"]
    assert taken == {"type": "string", "required": False}
    made: Any = shop.ask("OPTIONS", "coupons").json
    assert made["endpoints"][1]["args"]["code"]["required"] is True
    assert made["_links"]["self"][0]["href"].endswith("/wp-json/wc/v3/coupons")


def test_anybody_may_ask_what_a_route_takes_and_learns_what_they_may_do(shop: Shop) -> None:
    client = shop.app.test_client()
    answer = client.options(f"{API}/orders")
    assert (answer.status_code, (answer.json or {})["methods"]) == (200, ["GET", "POST"])
    assert "Allow" not in answer.headers
    unknown = client.options(f"{API}/produkte")
    assert (unknown.status_code, unknown.json) == (200, [])
