"""The ERP's lists, searches, identity and refusals, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from tests.sandbox.conftest import ErpSide


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


def pages(erp: ErpSide, path: str, **params: Any) -> list[list[str]]:
    read: list[list[str]] = []
    after: str | None = None
    while True:
        page = erp.call("GET", path, **params, after=after).json()
        read.append(ids(page["items"]))
        after = page["next"]
        if after is None:
            return read


def test_info_names_the_company_and_the_tokens_rights(erp: ErpSide) -> None:
    info = erp.call("GET", "/info", token="reads-products").json()
    assert info["product"] == "Sandbox ERP"
    assert info["environment"] == "production"
    assert info["company"] == {
        "id": "1",
        "name": "Muster GmbH",
        "country": "DE",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
    }
    assert info["rights"] == ["products:read"]
    assert len(erp.call("GET", "/info").json()["rights"]) == 7


def test_a_product_has_these_fields(erp: ErpSide) -> None:
    product = erp.items("/products", ids=erp.product("SIX-000007"))[0]
    assert product == {
        "id": "5009",
        "sku": "SIX-000007",
        "name": "Winter Lamp 7",
        "kind": "goods",
        "main_article": False,
        "parent_id": None,
        "price": "157.33",
        "sale_price": None,
        "sale_from": None,
        "sale_to": None,
        "weight": None,
        "status": "",
        "attributes": [],
        "minimum_quantity": None,
        "tax_code": "standard",
        "barcode": "2000000050096",
        "unit_factor": "6",
        "archived": False,
        "created_at": product["created_at"],
        "changed_at": product["created_at"],
    }
    assert product["created_at"].endswith("Z")


def test_a_variant_names_its_main_article(erp: ErpSide) -> None:
    main, variant = erp.product("V-000004"), erp.product("V-000004-2")
    assert erp.items("/products", ids=variant)[0]["parent_id"] == main
    assert erp.items("/products", ids=main, fields="main_article") == [
        {"id": main, "main_article": True}
    ]


def test_a_stock_row_has_these_fields(erp: ErpSide) -> None:
    row = erp.items("/stock", ids=erp.product("V-000004-2"))[0]
    zero = {"demand": "0", "reserved": "0", "incoming": "0"}
    assert row == {
        "id": erp.product("V-000004-2"),
        "sku": "V-000004-2",
        "stocked": True,
        "unit_factor": "1",
        "main_article": False,
        "archived": False,
        "warehouses": [
            {"code": "MAIN", "on_hand": "67", **zero},
            {"code": "STORE", "on_hand": "4", **zero},
        ],
        "changed_at": row["changed_at"],
    }


@pytest.mark.parametrize("sku", ["S-000002", "A-000003"])
def test_services_and_consumables_are_not_stocked(erp: ErpSide, sku: str) -> None:
    row = erp.items("/stock", ids=erp.product(sku))[0]
    assert (row["stocked"], row["warehouses"][0]["on_hand"]) == (False, "0")


def test_main_articles_have_no_stock_row(erp: ErpSide) -> None:
    assert erp.items("/stock", ids=erp.product("V-000004")) == []


@pytest.mark.parametrize("path", ["/products", "/stock"])
@pytest.mark.parametrize("limit", [1, 4, 17, 500])
def test_pages_follow_the_id_and_miss_nothing(erp: ErpSide, path: str, limit: int) -> None:
    read = pages(erp, path, limit=limit)
    flat = [id for page in read for id in page]
    assert flat == ids(erp.items(path))
    assert flat == sorted(flat, key=int)
    assert all(len(page) == limit for page in read[:-1])


def test_the_last_full_page_says_that_nothing_follows(erp: ErpSide) -> None:
    total = len(erp.store.products)
    assert len(pages(erp, "/products", limit=total)) == 1


def test_changed_since_includes_its_own_moment(erp: ErpSide) -> None:
    erp.clock.freeze()
    erp.do("set_stock", sku="A-000001", on_hand=1)
    erp.clock.advance(1)
    erp.do("set_stock", sku="A-000000", on_hand=2)
    rows = {row["sku"]: row["changed_at"] for row in erp.items("/stock")}
    changed = {"A-000000", "A-000001"}
    since = {row["sku"] for row in erp.items("/stock", changed_since=rows["A-000001"])}
    later = {row["sku"] for row in erp.items("/stock", changed_since=rows["A-000000"])}
    assert (since, later) == (changed, {"A-000000"})
    with_offset = rows["A-000000"].replace("Z", "+00:00")
    assert len(erp.items("/stock", changed_since=with_offset)) == 1
    within_the_millisecond = rows["A-000000"].replace("Z", "001Z")
    assert erp.items("/stock", changed_since=within_the_millisecond) == []


def test_changed_since_goes_by_pages_too(erp: ErpSide) -> None:
    before = erp.call("GET", "/info").json()["now"]
    skus = ["A-000000", "A-000011", "V-000012-1", "V-000004-3"]
    for sku in skus:
        erp.do("set_stock", sku=sku, on_hand=9)
    read = pages(erp, "/stock", changed_since=before, limit=3)
    assert [len(page) for page in read] == [3, 1]
    assert {id for page in read for id in page} == {erp.product(sku) for sku in skus}


def test_a_products_date_stays_when_its_stock_moves(erp: ErpSide) -> None:
    product = erp.product("A-000001")
    before = erp.items("/products", ids=product)
    erp.do("set_stock", sku="A-000001", on_hand=1)
    assert erp.items("/products", ids=product) == before


def test_ids_restrict_and_unknown_ones_are_absent(erp: ErpSide) -> None:
    assert ids(erp.items("/products", ids="5003,5001,99,abc,5001")) == ["5001", "5003"]
    assert ids(erp.items("/products", ids="5003,5001", after="5001")) == ["5003"]
    assert pages(erp, "/products", ids="5003,5001,5004", limit=2) == [["5001", "5003"], ["5004"]]
    assert erp.items("/products", ids="") == []


def test_fields_restrict_and_the_id_stays(erp: ErpSide) -> None:
    assert erp.items("/products", limit=1, fields="sku,price") == [
        {"id": "5000", "sku": "A-000000", "price": "1.00"}
    ]


def test_archived_and_cancelled_records_are_listed_and_found(erp: ErpSide) -> None:
    erp.do("archive", sku="A-000001")
    order = erp.draft(
        reference="WC-shop-9",
        lines=[{"kind": "fee", "quantity": "1", "net": "1.00", "tax": "0.00"}],
    )
    erp.results("POST", "/orders/cancel", {"ids": [order["id"]]})
    product = erp.product("A-000001")
    assert erp.items("/products", ids=product)[0]["archived"] is True
    assert erp.items("/stock", ids=product)[0]["archived"] is True
    found = erp.call("POST", "/orders/find", {"key": "reference", "values": ["WC-shop-9"]}).json()
    assert [it["state"] for it in found["items"]] == ["cancelled"]
    assert erp.items("/orders")[0]["state"] == "cancelled"


@pytest.mark.parametrize(
    ("path", "key", "values", "found"),
    [
        ("/products/find", "sku", ["a-000001"], ["5001"]),
        ("/products/find", "sku", ["A-000009"], ["5010", "5011"]),
        ("/products/find", "sku", ["Case-000010"], ["5012"]),
        ("/products/find", "sku", ["A-000011", "A-000001", "none"], ["5001", "5013"]),
        ("/products/find", "sku", ["", "  "], []),
        ("/products/find", "barcode", ["2000000050003"], ["5000"]),
        ("/customers/find", "email", ["JOSE@example.org"], ["1", "2"]),
        ("/customers/find", "reference", ["c-1"], ["1"]),
        ("/customers/find", "reference", [""], []),
    ],
)
def test_find_folds_case_and_accents(
    erp: ErpSide, path: str, key: str, values: list[str], found: list[str]
) -> None:
    erp.customer(email="josé@example.org", reference="C-1")
    erp.customer(email="Jose@Example.org")
    answer = erp.call("POST", path, {"key": key, "values": values})
    assert ids(answer.json()["items"]) == found


def test_orders_are_found_by_reference_and_number(erp: ErpSide) -> None:
    order = erp.draft(reference="WC-shop-1")
    for key, value in (("reference", "wc-SHOP-1"), ("number", order["number"])):
        found = erp.call("POST", "/orders/find", {"key": key, "values": [value]})
        assert found.json()["items"] == [order]


REFUSED: tuple[tuple[str, str, object, dict[str, Any], int, str, str | None], ...] = (
    ("GET", "/products", None, {"page": "1"}, 400, "unknown_parameter", "page"),
    ("GET", "/stock", None, {"limit": "0"}, 400, "invalid_parameter", "limit"),
    ("GET", "/stock", None, {"limit": "501"}, 400, "invalid_parameter", "limit"),
    ("GET", "/stock", None, {"limit": "many"}, 400, "invalid_parameter", "limit"),
    ("GET", "/orders", None, {"after": "x"}, 400, "invalid_parameter", "after"),
    ("GET", "/orders", None, {"fields": "colour"}, 400, "invalid_parameter", "fields"),
    (
        "GET",
        "/orders",
        None,
        {"changed_since": "yesterday"},
        400,
        "invalid_parameter",
        "changed_since",
    ),
    (
        "GET",
        "/orders",
        None,
        {"changed_since": "2025-01-31T12:00:00"},
        400,
        "invalid_parameter",
        "changed_since",
    ),
    ("GET", "/invoices", None, {}, 404, "not_found", None),
    ("DELETE", "/orders", None, {}, 404, "not_found", None),
    ("POST", "/stock/find", {}, {}, 404, "not_found", None),
    ("POST", "/products/find", {"key": "name", "values": []}, {}, 400, "invalid_parameter", "key"),
    ("POST", "/products/find", {"key": "sku"}, {}, 400, "required", "values"),
    ("POST", "/products/find", {"key": "sku", "values": [1]}, {}, 400, "invalid_value", "values"),
    (
        "POST",
        "/products/find",
        {"key": "sku", "values": ["x"] * 101},
        {},
        400,
        "too_many",
        "values",
    ),
    ("POST", "/orders", {"item": []}, {}, 400, "unknown_field", "item"),
    ("POST", "/orders", {}, {}, 400, "required", "items"),
    ("POST", "/orders", {"items": {}}, {}, 400, "invalid_value", "items"),
    ("POST", "/orders", {"items": [{}] * 101}, {}, 400, "too_many", "items"),
    ("POST", "/orders", [], {}, 400, "invalid_json", None),
    ("POST", "/orders/ship", {"ids": [], "tracking": 7}, {}, 400, "invalid_value", "tracking"),
)


@pytest.mark.parametrize(
    ("method", "path", "body", "params", "status", "code", "field"),
    REFUSED,
    ids=lambda value: str(value)[:30],
)
def test_a_request_that_does_not_fit_is_refused(
    erp: ErpSide,
    method: str,
    path: str,
    body: object,
    params: dict[str, Any],
    status: int,
    code: str,
    field: str | None,
) -> None:
    answer = erp.call(method, path, body, **params)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field)
    assert error["message"]


def test_a_body_that_is_no_json_is_refused(erp: ErpSide) -> None:
    auth = {"Authorization": "Bearer all-rights"}
    answer = requests.post(f"{erp.url}/api/v1/orders", data=b"{", headers=auth, timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic all-rights"}]
)
def test_without_a_valid_token_nothing_is_said(erp: ErpSide, header: dict[str, str]) -> None:
    answer = requests.get(f"{erp.url}/api/v1/info", headers=header, timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("GET", "/stock", "stock:read"),
        ("GET", "/customers", "customers:read"),
        ("GET", "/orders", "orders:read"),
        ("POST", "/customers/find", "customers:read"),
        ("POST", "/orders/find", "orders:read"),
        ("POST", "/customers", "customers:write"),
        ("PATCH", "/customers", "customers:write"),
        ("POST", "/orders", "orders:write"),
        ("POST", "/orders/confirm", "orders:confirm"),
        ("POST", "/orders/cancel", "orders:write"),
        ("POST", "/orders/ship", "orders:write"),
    ],
)
def test_a_missing_right_is_named(erp: ErpSide, method: str, path: str, right: str) -> None:
    answer = erp.call(method, path, {}, token="reads-products")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "forbidden")
    assert right in error["message"]
