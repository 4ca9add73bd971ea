"""Customers and orders of the ERP: created, changed, confirmed, cancelled, shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import ErpSide

FEE: dict[str, Any] = {"kind": "fee", "text": "Fee", "quantity": "1", "net": "1.00", "tax": "0.19"}


def line(**fields: Any) -> dict[str, Any]:
    return {**FEE, **fields}


def error_of(result: dict[str, Any]) -> tuple[str, str | None]:
    assert result["ok"] is False
    return result["error"]["code"], result["error"]["field"]


# customers


def test_a_customer_is_stored_as_sent(erp: ErpSide) -> None:
    address = {"name": "E. Muster", "street": "Weg 1", "postcode": "10115", "country": "DE"}
    sent = {
        "reference": "WC-shop-C7",
        "name": "Erika Muster",
        "company": "Muster & Söhne",
        "email": "erika@example.org",
        "phone": "+49 30 1",
        "vat_id": "DE123456789",
        "address": address,
    }
    stored = erp.results("POST", "/customers", {"items": [sent]})[0]["item"]
    assert stored == {
        **sent,
        "address": {"company": "", "street2": "", "city": "", "state": "", **address},
        "id": "1",
        "number": "K1001",
        "archived": False,
        "created_at": stored["created_at"],
        "changed_at": stored["created_at"],
    }
    assert erp.items("/customers") == [stored]


def test_named_fields_of_a_customer_are_set_and_the_others_stay(erp: ErpSide) -> None:
    erp.clock.freeze()
    id = erp.customer(email="old@example.org", phone="1")
    erp.clock.advance(1)
    stored = erp.results("PATCH", "/customers", {"items": [{"id": id, "email": "new@example.org"}]})
    item = stored[0]["item"]
    assert (item["email"], item["phone"], item["name"]) == ("new@example.org", "1", "Erika Muster")
    assert item["changed_at"] > item["created_at"]
    found = erp.call("POST", "/customers/find", {"key": "email", "values": ["old@example.org"]})
    assert found.json()["items"] == []
    assert erp.items("/customers", changed_since=item["changed_at"]) == [item]
    assert erp.ledger.effects("customer.updated")[0]["fields"] == ["email"]


@pytest.mark.parametrize(
    ("method", "item", "error"),
    [
        ("POST", {}, ("required", "name")),
        ("POST", {"name": " "}, ("required", "name")),
        ("POST", {"name": 7}, ("invalid_value", "name")),
        ("POST", {"name": "E", "colour": "red"}, ("unknown_field", "colour")),
        ("POST", {"name": "E", "id": "1"}, ("unknown_field", "id")),
        ("POST", {"name": "E", "address": "Weg 1"}, ("invalid_value", "address")),
        ("POST", {"name": "E", "address": {"zip": "1"}}, ("unknown_field", "address.zip")),
        ("POST", {"name": "E", "address": {"city": 1}}, ("invalid_value", "address.city")),
        ("POST", "Erika", ("invalid_value", None)),
        ("PATCH", {"id": "1", "name": ""}, ("required", "name")),
        ("PATCH", {"id": "99", "name": "E"}, ("not_found", "id")),
        ("PATCH", {"name": "E"}, ("required", "id")),
    ],
)
def test_a_customer_that_cannot_be_is_refused(
    erp: ErpSide, method: str, item: object, error: tuple[str, str | None]
) -> None:
    erp.customer()
    before = erp.items("/customers")
    results = erp.results(method, "/customers", {"items": [item]})
    assert [error_of(result) for result in results] == [error]
    assert erp.items("/customers") == before


def test_one_bad_customer_does_not_stop_the_others(erp: ErpSide) -> None:
    items = [{"name": "A"}, {"name": ""}, {"name": "C"}]
    results = erp.results("POST", "/customers", {"items": items})
    assert [result["ok"] for result in results] == [True, False, True]
    assert [it["name"] for it in erp.items("/customers")] == ["A", "C"]


# drafts


def test_a_draft_is_stored_as_sent_with_its_sums(erp: ErpSide) -> None:
    sent = erp.order(
        reference="WC-shop-1",
        rate="1.0825",
        note="Ring twice",
        billing={"name": "Erika"},
        shipping={"name": "Max"},
        payment_method="bacs",
        shipping_method="DHL",
    )
    stored = erp.results("POST", "/orders", {"items": [sent]})[0]["item"]
    assert stored == {
        **sent,
        "lines": [
            {**line, "unit_price": None, "discount": None, "details": {}} for line in sent["lines"]
        ],
        "document_date": None,
        "prepaid": None,
        "prices_include_tax": False,
        "id": "1",
        "number": "SO00001",
        "state": "draft",
        "net": "160.38",
        "tax": "30.47",
        "total": "190.85",
        "warehouse": "",
        "tracking": [],
        "invoice_number": None,
        "invoice_date": None,
        "invoice_link": None,
        "paid": False,
        "created_at": stored["created_at"],
        "changed_at": stored["created_at"],
    }
    assert erp.items("/orders") == [stored]
    created = erp.ledger.effects("order.created")
    assert [(it["reference"], it["total"]) for it in created] == [("WC-shop-1", "190.85")]


@pytest.mark.parametrize(
    ("round_lines", "sums"),
    [
        (False, ("10.0100", "1.9019", "11.9119")),
        (True, ("10.02", "1.90", "11.92")),
    ],
)
def test_sums_are_exact_unless_the_erp_rounds_its_lines(
    erp: ErpSide, round_lines: bool, sums: tuple[str, str, str]
) -> None:
    erp.store.settings.round_lines = round_lines
    lines = [line(net="5.0050", tax="0.95095"), line(net="5.0050", tax="0.95095")]
    stored = erp.draft(lines=lines)
    exact = {"net": sums[0], "tax": sums[1] if round_lines else "1.90190"}
    exact["total"] = sums[2] if round_lines else "11.91190"
    assert {name: stored[name] for name in exact} == exact


def test_half_cents_are_rounded_away_from_zero(erp: ErpSide) -> None:
    erp.store.settings.round_lines = True
    stored = erp.draft(lines=[line(net="-0.005", tax="0.005")])
    assert (stored["lines"][0]["net"], stored["lines"][0]["tax"]) == ("-0.01", "0.01")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"reference": ""}, ("required", "reference")),
        ({"reference": None}, ("required", "reference")),
        ({"customer_id": ""}, ("required", "customer_id")),
        ({"customer_id": "99"}, ("invalid_customer", "customer_id")),
        ({"customer_id": 1}, ("invalid_customer", "customer_id")),
        ({"ordered_at": ""}, ("required", "ordered_at")),
        ({"ordered_at": "2025-01-31"}, ("invalid_value", "ordered_at")),
        ({"currency": ""}, ("required", "currency")),
        ({"currency": "eur"}, ("invalid_currency", "currency")),
        ({"currency": "EURO"}, ("invalid_currency", "currency")),
        ({"rate": 1.5}, ("invalid_value", "rate")),
        ({"billing": "Weg 1"}, ("invalid_value", "billing")),
        ({"note": 5}, ("invalid_value", "note")),
        ({"colour": "red"}, ("unknown_field", "colour")),
        ({"lines": []}, ("required", "lines")),
        ({"lines": "all"}, ("invalid_value", "lines")),
        ({"lines": [7]}, ("invalid_value", "lines[0]")),
        ({"lines": [FEE, line(kind="gift")]}, ("invalid_value", "lines[1].kind")),
        ({"lines": [line(kind=None)]}, ("required", "lines[0].kind")),
        ({"lines": [line(quantity="")]}, ("required", "lines[0].quantity")),
        ({"lines": [line(quantity=2)]}, ("invalid_value", "lines[0].quantity")),
        ({"lines": [line(net=None)]}, ("required", "lines[0].net")),
        ({"lines": [line(net="1,50")]}, ("invalid_value", "lines[0].net")),
        ({"lines": [line(net="NaN")]}, ("invalid_value", "lines[0].net")),
        ({"lines": [line(tax="1e2")]}, ("invalid_value", "lines[0].tax")),
        ({"lines": [line(sku="A")]}, ("unknown_field", "lines[0].sku")),
        ({"lines": [line(kind="product")]}, ("required", "lines[0].product_id")),
        (
            {"lines": [FEE, line(kind="product", product_id="9")]},
            ("invalid_product", "lines[1].product_id"),
        ),
    ],
    ids=str,
)
def test_an_order_that_cannot_be_is_refused(
    erp: ErpSide, fields: dict[str, Any], error: tuple[str, str]
) -> None:
    results = erp.results("POST", "/orders", {"items": [erp.order(**fields)]})
    assert [error_of(result) for result in results] == [error]
    assert erp.items("/orders") == []
    assert erp.effects("order.created") == 0


@pytest.mark.parametrize(("sku", "archived"), [("V-000004", False), ("A-000000", True)])
def test_main_articles_and_archived_products_cannot_be_sold(
    erp: ErpSide, sku: str, archived: bool
) -> None:
    product = erp.product(sku)
    erp.do("archive", sku=sku, archived=archived)
    order = erp.order(lines=[line(kind="product", product_id=product)])
    results = erp.results("POST", "/orders", {"items": [order]})
    assert [error_of(result) for result in results] == [("invalid_product", "lines[0].product_id")]


def test_an_archived_customer_cannot_buy(erp: ErpSide) -> None:
    id = erp.customer()
    erp.do("archive", entity="customers", id=id)
    results = erp.results("POST", "/orders", {"items": [erp.order(customer_id=id)]})
    assert error_of(results[0]) == ("invalid_customer", "customer_id")


def test_the_same_reference_twice_makes_two_orders(erp: ErpSide) -> None:
    order = erp.order(reference="WC-shop-1")
    results = erp.results("POST", "/orders", {"items": [order, order]})
    assert [result["item"]["number"] for result in results] == ["SO00001", "SO00002"]


def test_unless_references_are_unique(erp: ErpSide) -> None:
    erp.store.settings.unique_references = True
    order = erp.order(reference="WC-shop-1")
    results = erp.results("POST", "/orders", {"items": [order, order]})
    assert results[0]["ok"]
    assert error_of(results[1]) == ("duplicate_reference", "reference")
    assert results[1]["error"]["id"] == results[0]["item"]["id"]
    other_letters = erp.order(reference="wc-shop-1")
    assert erp.results("POST", "/orders", {"items": [other_letters]})[0]["ok"]


# from draft to shipped


def test_confirming_raises_the_demand_in_main(erp: ErpSide) -> None:
    order = erp.draft()
    before = erp.items("/stock", ids=erp.product("A-000001"))[0]["changed_at"]
    confirmed = erp.results("POST", "/orders/confirm", {"ids": [order["id"]]})[0]["item"]
    assert confirmed["state"] == "confirmed"
    shelf = erp.main_shelf("A-000001")
    assert (shelf["on_hand"], shelf["demand"], shelf["reserved"]) == ("38", "2", "0")
    assert erp.items("/stock", ids=erp.product("A-000001"))[0]["changed_at"] > before


def test_services_and_consumables_have_no_demand(erp: ErpSide) -> None:
    products = [erp.product("S-000002"), erp.product("A-000003")]
    lines = [line(kind="product", product_id=product, quantity="3") for product in products]
    order = erp.draft(lines=lines)
    erp.results("POST", "/orders/confirm", {"ids": [order["id"]]})
    assert [erp.main_shelf(sku)["demand"] for sku in ("S-000002", "A-000003")] == ["0", "0"]


@pytest.mark.parametrize("first", [[], ["confirm"]])
def test_cancelling_releases_the_demand(erp: ErpSide, first: list[str]) -> None:
    ids = {"ids": [erp.draft()["id"]]}
    for step in first:
        erp.results("POST", f"/orders/{step}", ids)
    assert erp.results("POST", "/orders/cancel", ids)[0]["item"]["state"] == "cancelled"
    assert erp.main_shelf("A-000001")["demand"] == "0"
    assert erp.effects("order.cancelled") == 1


def test_shipping_takes_the_pieces_out(erp: ErpSide) -> None:
    erp.clock.freeze()
    ids = {"ids": [erp.draft()["id"]]}
    erp.results("POST", "/orders/confirm", ids)
    erp.do("set_stock", sku="A-000001", on_hand=38, demand=2, reserved=2)
    erp.clock.advance(5)
    shipped = erp.results("POST", "/orders/ship", {**ids, "tracking": "JJD1"})[0]["item"]
    assert (shipped["state"], shipped["tracking"]) == ("shipped", ["JJD1"])
    assert shipped["changed_at"] > shipped["created_at"]
    shelf = erp.main_shelf("A-000001")
    assert (shelf["on_hand"], shelf["demand"], shelf["reserved"]) == ("36", "0", "0")
    assert [it["tracking"] for it in erp.ledger.effects("order.shipped")] == ["JJD1"]


STEPS = {"confirm": "not_draft", "cancel": "not_cancellable", "ship": "not_confirmed"}


@pytest.mark.parametrize(
    ("done", "step", "state"),
    [
        (["confirm"], "confirm", "confirmed"),
        (["cancel"], "confirm", "cancelled"),
        (["confirm", "ship"], "confirm", "shipped"),
        (["confirm", "ship"], "cancel", "shipped"),
        (["cancel"], "cancel", "cancelled"),
        ([], "ship", "draft"),
        (["confirm", "ship"], "ship", "shipped"),
    ],
)
def test_a_step_from_the_wrong_state_is_refused_and_names_it(
    erp: ErpSide, done: list[str], step: str, state: str
) -> None:
    ids = {"ids": [erp.draft()["id"]]}
    for each in done:
        erp.results("POST", f"/orders/{each}", ids)
    before = erp.items("/orders")
    result = erp.results("POST", f"/orders/{step}", ids)[0]
    assert error_of(result) == (STEPS[step], None)
    assert result["error"]["state"] == state
    assert erp.items("/orders") == before


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("id", ["99", "abc", 1, None])
def test_an_unknown_order_is_not_found(erp: ErpSide, step: str, id: object) -> None:
    erp.draft()
    results = erp.results("POST", f"/orders/{step}", {"ids": [id]})
    assert error_of(results[0]) == ("not_found", None)


# atomic batches


def test_an_atomic_batch_with_one_bad_item_does_nothing(erp: ErpSide) -> None:
    erp.store.settings.atomic_batches = True
    items = [erp.order(reference="WC-shop-1"), erp.order(reference="WC-shop-2", currency="?")]
    answer = erp.call("POST", "/orders", {"items": items})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["index"]) == (422, "batch_failed", 1)
    assert (error["error"]["code"], error["error"]["field"]) == ("invalid_currency", "currency")
    assert erp.items("/orders") == []


def test_an_atomic_batch_of_good_items_is_done(erp: ErpSide) -> None:
    erp.store.settings.atomic_batches = True
    items = [erp.order(reference="WC-shop-1"), erp.order(reference="WC-shop-2")]
    ids = [result["item"]["id"] for result in erp.results("POST", "/orders", {"items": items})]
    results = erp.results("POST", "/orders/confirm", {"ids": ids})
    assert [result["item"]["state"] for result in results] == ["confirmed", "confirmed"]


@pytest.mark.parametrize("bad", ["99", "first again"])
def test_an_atomic_confirmation_is_all_or_nothing(erp: ErpSide, bad: str) -> None:
    erp.store.settings.atomic_batches = True
    id = erp.draft()["id"]
    answer = erp.call("POST", "/orders/confirm", {"ids": [id, id if bad != "99" else bad]})
    assert (answer.status_code, answer.json()["error"]["index"]) == (422, 1)
    assert erp.items("/orders")[0]["state"] == "draft"


def test_an_atomic_batch_sees_its_own_references(erp: ErpSide) -> None:
    erp.store.settings.atomic_batches = True
    erp.store.settings.unique_references = True
    order = erp.order(reference="WC-shop-1")
    error = erp.call("POST", "/orders", {"items": [order, order]}).json()["error"]
    assert (error["index"], error["error"]["code"]) == (1, "duplicate_reference")


def test_atomic_customers_too(erp: ErpSide) -> None:
    erp.store.settings.atomic_batches = True
    answer = erp.call("POST", "/customers", {"items": [{"name": "A"}, {"name": ""}]})
    assert answer.status_code == 422
    assert erp.items("/customers") == []
