"""Writing stock, prices, metadata, states and notes, whatever happens on the way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_cli.connectors.base import Change, Done, Draft, Failed, InDoubt, NotSent, Result
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.woocommerce.connector import WooCommerce
from sync_cli.core.errors import AccessDenied, ConfigError, SystemDown
from sync_cli.sandbox.shop import READ_KEY, READ_SECRET
from tests.connectors.woocommerce.wc_shop import NOON, Shop, running


def managed(shop: Shop) -> list[Any]:
    """Products and variations with a stock of their own."""
    tables = (shop.store.products, shop.store.variations)
    return [p for table in tables for p in table.records.values() if p.managed is True]


def stock_changes(products: Sequence[Any], quantity: int) -> list[Change]:
    return [
        Change(str(p.id), {"stock_quantity": quantity}, str(p.parent_id or "")) for p in products
    ]


def kinds(results: Sequence[Result]) -> Mapping[str, int]:
    return Counter(type(result).__name__ for result in results)


def note_for(order: int, text: str = "WC-s-1", **more: Any) -> Draft:
    payload = {"note": f"Made. [{text}]", "customer_note": False, "order_id": str(order), **more}
    return Draft(f"{order}:{text}", payload)


# products


def test_stock_is_written_with_few_calls_and_results_keep_their_order(shop: Shop) -> None:
    products = managed(shop)
    connector = shop.open()
    changes = stock_changes(products, 7)
    results = list(connector.update("product", changes))
    assert [result.id for result in results if isinstance(result, Done)] == [c.id for c in changes]
    assert {p.stock for p in managed(shop)} == {7}
    parents = {change.parent for change in changes if change.parent}
    simple = sum(not change.parent for change in changes)
    assert connector.calls()["write"] <= -(-simple // 100) + len(parents)


def test_a_hundred_and_fifty_products_are_two_calls() -> None:
    with running(260) as shop:
        products = [p for p in managed(shop) if not p.parent_id][:150]
        assert len(products) == 150
        connector = shop.open()
        assert kinds(list(connector.update("product", stock_changes(products, 3)))) == {"Done": 150}
        assert connector.calls()["write"] == 2


def test_what_the_shop_dropped_is_a_failure_that_says_why(shop: Shop) -> None:
    product = next(p for p in shop.store.products.records.values() if not p.managed)
    shop.store.put_product(replace(product, managed=False, stock=None))
    (result,) = shop.open().update("product", [Change(str(product.id), {"stock_quantity": 5})])
    assert isinstance(result, Failed)
    assert result.problem.code == "stock-not-managed"
    assert "Switch on stock management" in result.problem.remedy


def test_an_item_that_is_gone_fails_alone(shop: Shop) -> None:
    good = managed(shop)[0]
    changes = [
        Change("99999999", {"stock_quantity": 1}),
        *stock_changes([good], 4),
        Change("x", {"stock_quantity": 1}),
    ]
    results = list(shop.open().update("product", changes))
    assert [type(result).__name__ for result in results] == ["Failed", "Done", "Failed"]
    assert good.id in {p.id for p in managed(shop) if p.stock == 4}


BAD_VALUES = [
    {"stock_quantity": "n/a"},
    {"stock_quantity": Decimal("2.5")},
    {"stock_quantity": None},
    {"stock_quantity": True},
    {"regular_price": "n/a"},
    {"regular_price": None},
    {"regular_price": Decimal("9.90")},
    {"sale_price": "9,90"},
    {"status": "active"},
    {"backorders": "perhaps"},
    {"manage_stock": "yes"},
]


@pytest.mark.parametrize("fields", BAD_VALUES, ids=str)
def test_values_that_the_shop_would_turn_into_others_are_not_sent(
    shop: Shop, fields: dict[str, Any]
) -> None:
    connector = shop.open()
    product = managed(shop)[0]
    (result,) = connector.update("product", [Change(str(product.id), fields)])
    assert isinstance(result, Failed)
    assert result.problem.code == "invalid-value"
    assert result.problem.field in fields
    assert connector.calls()["write"] == 0


GOOD_VALUES = [
    {"stock_quantity": "12"},
    {"stock_quantity": Decimal("12.00")},
    {"stock_quantity": -3},
    {"regular_price": "1234.5600"},
    {"manage_stock": True, "stock_quantity": 1},
    {"meta_data": [{"key": "x", "value": True}, {"key": "y", "value": Decimal("1.5")}]},
]


@pytest.mark.parametrize("fields", GOOD_VALUES, ids=str)
def test_good_values_are_written(shop: Shop, fields: dict[str, Any]) -> None:
    product = next(p for p in managed(shop) if not p.parent_id)
    (result,) = shop.open().update("product", [Change(str(product.id), fields)])
    assert isinstance(result, Done), result


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "truncate", "html", "status_after"])
def test_a_batch_whose_answer_is_lost_is_sent_again_in_halves(shop: Shop, kind: Any) -> None:
    shop.hit(kind, "/products/batch", methods=("POST",), times=1)
    products = [p for p in managed(shop) if not p.parent_id]
    pacing = shop.pacing()
    results = list(shop.open(pacing=pacing).update("product", stock_changes(products, 9)))
    if kind == "html":
        assert kinds(results) == {"InDoubt": len(products)}
        return
    assert kinds(results) == {"Done": len(products)}
    assert pacing.batch < 100


def test_one_product_that_breaks_the_shop_does_not_stop_the_others(shop: Shop) -> None:
    products = [p for p in managed(shop) if not p.parent_id]
    shop.hit("status", "/products/batch", methods=("POST",), status=500, times=2)
    results = list(shop.open().update("product", stock_changes(products, 9)))
    assert kinds(results) == {"Done": len(products)}


@pytest.mark.parametrize("place", [0, 7, 49, 99])
def test_the_one_product_that_breaks_a_plug_in_is_singled_out(place: int) -> None:
    def reply(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        items = json.loads(request.body or b"")["update"]
        if any(item["id"] == place + 1 for item in items):
            return 500, {}, json.dumps({"code": "internal_server_error", "message": "Oops"})
        return 200, {}, json.dumps({"update": items})

    with responses.RequestsMock() as mock:
        mock.add_callback("POST", "https://shop.example/wp-json/wc/v3/products/batch", reply)
        shop = WooCommerce(
            "shop", "https://shop.example", "ck", "cs", pacing=Pacing(at_once=1), clock=lambda: NOON
        )
        changes = [Change(str(n), {"stock_quantity": 1}) for n in range(1, 131)]
        results = list(shop.update("product", changes))
        assert [n for n, r in enumerate(results) if not isinstance(r, Done)] == [place]
        assert isinstance(results[place], InDoubt)
        assert shop.calls()["write"] < 30


def test_values_that_were_refused_after_a_lost_answer_stay_in_doubt(shop: Shop) -> None:
    shop.hit("lost_after", "/products/batch", methods=("POST",), times=1)
    shop.hit("status", "/products/batch", methods=("POST",), status=400, body="json")
    products = [p for p in managed(shop) if not p.parent_id]
    results = list(shop.open().update("product", stock_changes(products, 9)))
    assert kinds(results) == {"InDoubt": len(products)}


def test_a_batch_that_is_refused_as_a_whole_fails_for_each(shop: Shop) -> None:
    shop.hit("status", "/products/batch", methods=("POST",), status=400, body="json")
    products = [p for p in managed(shop) if not p.parent_id]
    results = list(shop.open().update("product", stock_changes(products, 9)))
    assert kinds(results) == {"Failed": len(products)}


def test_a_body_that_is_too_large_is_sent_in_smaller_ones(shop: Shop) -> None:
    shop.hit("status", "/products/batch", methods=("POST",), status=413, times=1)
    products = [p for p in managed(shop) if not p.parent_id]
    results = list(shop.open().update("product", stock_changes(products, 9)))
    assert kinds(results) == {"Done": len(products)}


def test_a_shop_that_loses_every_answer_leaves_all_in_doubt_and_the_next_call_says_why(
    shop: Shop,
) -> None:
    shop.hit("lost_after", "/batch")
    products = managed(shop)
    connector = shop.open()
    results = list(connector.update("product", stock_changes(products, 9)))
    assert len(results) == len(products)
    assert kinds(results)["Done"] == kinds(results)["Failed"] == 0
    assert kinds(results)["InDoubt"] > 0
    assert connector.calls()["write"] <= 12
    with pytest.raises(SystemDown):
        connector.update("product", [])
    assert list(connector.update("product", [])) == []


def test_a_shop_in_maintenance_is_written_nothing(shop: Shop) -> None:
    rule = shop.hit("status", "/batch", status=503, retry_after=600, body="json")
    connector = shop.open()
    results = list(connector.update("product", stock_changes(managed(shop), 9)))
    assert set(kinds(results)) == {"NotSent"}
    assert shop.faults.hits(rule) <= 2
    assert shop.slept == []
    with pytest.raises(SystemDown, match="maintenance") as caught:
        list(connector.fetch("order", ["1"]))
    assert caught.value.not_before is not None


def test_what_is_known_before_the_shop_goes_down_is_told(shop: Shop) -> None:
    products = [p for p in managed(shop) if not p.parent_id]
    variations = [p for p in managed(shop) if p.parent_id]
    shop.hit("status", "/variations/batch", status=503, retry_after=600, body="json")
    results = list(shop.open().update("product", stock_changes([*products, *variations], 9)))
    assert kinds(results) == {"Done": len(products), "NotSent": len(variations)}


def test_a_read_only_key_writes_nothing_and_is_named_with_the_next_call(shop: Shop) -> None:
    connector = shop.open(READ_KEY, READ_SECRET)
    (result,) = connector.update("product", stock_changes(managed(shop)[:1], 9))
    assert isinstance(result, NotSent)
    with pytest.raises(AccessDenied, match="the key is read-only"):
        connector.identify()


FATES = st.lists(
    st.sampled_from(["lost_after", "lost_before", "truncate", "status", "status_after", "warning"]),
    max_size=6,
)


@settings(max_examples=25)
@given(fates=FATES, every=st.integers(1, 3))
def test_every_result_is_true(fates: list[Any], every: int) -> None:
    """Done is written, NotSent and Failed are not, and every change has one result in its place."""
    with running(40) as shop:
        for fate in fates:
            shop.hit(fate, "/batch", times=1, every=every)
        products = managed(shop)
        changes = stock_changes(products, 77)
        results = list(shop.open().update("product", changes))
        assert len(results) == len(changes)
        stored = {str(p.id): p.stock for p in managed(shop)}
        for change, result in zip(changes, results, strict=True):
            match result:
                case Done(id=id):
                    assert id == change.id
                    assert stored[id] == 77
                case NotSent() | Failed():
                    assert stored[change.id] != 77
                case InDoubt(id=id):
                    assert id == change.id


# orders


def test_metadata_of_orders_goes_in_one_call(shop: Shop) -> None:
    connector = shop.open()
    orders = sorted(shop.store.orders.records)
    meta = [
        {"key": "_sync_cli_document", "value": "SO-1"},
        {"key": "_sync_cli_lines", "value": [{"n": 1}]},
    ]
    changes = [Change(str(number), {"meta_data": meta}) for number in orders]
    results = list(connector.update("order", changes))
    assert [r.id for r in results if isinstance(r, Done)] == [c.id for c in changes]
    assert connector.calls() == {"read": 0, "write": 1}
    totals = {number: shop.store.orders.records[number].total for number in orders}
    list(connector.update("order", changes))
    assert {number: shop.store.orders.records[number].total for number in orders} == totals


def test_a_status_goes_by_itself_and_never_in_a_batch(shop: Shop) -> None:
    first, second, third = sorted(shop.store.orders.records)[:3]
    fields = {"status": "completed", "meta_data": [{"key": "k", "value": "1"}]}
    connector = shop.open()
    changes = [
        Change(str(first), {"meta_data": [{"key": "k", "value": "2"}]}),
        Change(str(second), fields),
        Change(str(third), {"meta_data": []}),
        Change("99999999", {"status": "completed"}),
    ]
    results = list(connector.update("order", changes))
    assert [type(result).__name__ for result in results] == ["Done", "Done", "Done", "Failed"]
    assert shop.store.orders.records[second].status == "completed"
    assert connector.calls()["write"] == 3


@pytest.mark.parametrize("status", ["shipped", "refunded", "", "wc-completed"])
def test_a_status_that_orders_must_not_get_is_not_sent(shop: Shop, status: str) -> None:
    number = str(min(shop.store.orders.records))
    connector = shop.open()
    (result,) = connector.update("order", [Change(number, {"status": status})])
    assert isinstance(result, Failed)
    assert result.problem.field == "status"
    assert connector.calls()["write"] == 0


@pytest.mark.parametrize("field", ["billing", "shipping", "line_items", "fee_lines"])
def test_what_would_recalculate_an_order_is_never_sent(shop: Shop, field: str) -> None:
    connector = shop.open()
    with pytest.raises(ConfigError, match=field):
        connector.update("order", [Change("1", {field: {}})])
    assert connector.calls()["write"] == 0


def test_orders_are_brought_to_a_status_unless_they_have_it(shop: Shop) -> None:
    first, second = sorted(shop.store.orders.records)[:2]
    shop.store.orders.records[first].status = "completed"
    connector = shop.open()
    ids = [str(first), str(second), "99999999"]
    results = list(connector.advance("order", ids, "completed"))
    assert [type(result).__name__ for result in results] == ["Done", "Done", "Failed"]
    assert shop.store.orders.records[second].status == "completed"
    assert connector.calls() == {"read": 3, "write": 1}


def test_a_shop_that_goes_down_while_orders_are_advanced_is_told_after_the_results(
    shop: Shop,
) -> None:
    shop.hit("status", "/orders/", status=503, retry_after=600, body="json")
    ids = [str(number) for number in sorted(shop.store.orders.records)[:3]]
    connector = shop.open()
    assert kinds(list(connector.advance("order", ids, "completed"))) == {"NotSent": 3}
    with pytest.raises(SystemDown):
        connector.identify()


@pytest.mark.parametrize("fault", ["lost_after", "lost_before", "truncate"])
def test_a_status_whose_answer_was_lost_is_sent_again(shop: Shop, fault: Any) -> None:
    shop.hit(fault, "/orders/", methods=("PUT",), times=1)
    number = min(shop.store.orders.records)
    (result,) = shop.open().update("order", [Change(str(number), {"status": "on-hold"})])
    assert isinstance(result, Done)


# notes


def test_a_note_is_made_and_found_by_its_reference(shop: Shop) -> None:
    first, second = sorted(shop.store.orders.records)[:2]
    connector = shop.open()
    results = list(connector.create("note", [note_for(first), note_for(second)]))
    assert kinds(results) == {"Done": 2}
    references = [
        f"{first}:WC-s-1",
        f"{first}:WC-s-2",
        f"{second}:WC-s",
        "99999999:WC-s-1",
        "bad",
        "",
    ]
    found = connector.find("note", "reference", references)
    assert list(found) == references
    assert isinstance(results[0], Done)
    assert [raw.id for raw in found[references[0]]] == [results[0].id]
    assert all(found[reference] == () for reference in references[1:])
    assert found[references[0]][0].birth == references[0]
    assert not shop.store.notes[first][-1].to_customer


@pytest.mark.parametrize(
    ("fault", "made"), [("lost_after", 1), ("lost_before", 0), ("truncate", 1), ("html", 0)]
)
def test_a_note_whose_answer_was_lost_is_in_doubt_and_never_sent_again(
    shop: Shop, fault: Any, made: int
) -> None:
    number = min(shop.store.orders.records)
    before = len(shop.effects("note.created"))
    rule = shop.hit(fault, "/notes", methods=("POST",))
    (result,) = shop.open().create("note", [note_for(number)])
    assert isinstance(result, InDoubt)
    assert shop.faults.hits(rule) == 1
    assert len(shop.effects("note.created")) - before == made


def test_a_note_that_was_certainly_not_made_is_tried_again(shop: Shop) -> None:
    shop.hit("status", "/notes", status=429, retry_after=3, times=2)
    number = min(shop.store.orders.records)
    (result,) = shop.open().create("note", [note_for(number)])
    assert isinstance(result, Done)
    assert shop.slept == [3, 3]


def test_a_note_on_an_order_that_is_gone_fails(shop: Shop) -> None:
    (result,) = shop.open().create("note", [note_for(99999999)])
    assert isinstance(result, Failed)
    assert result.problem.code == "not-found"


@pytest.mark.parametrize(
    "draft",
    [
        Draft("7:REF", {"note": "without its reference", "order_id": "7"}),
        Draft("7", {"note": "no reference at all", "order_id": "7"}),
        Draft("x:REF", {"note": "[REF]"}),
    ],
    ids=lambda draft: draft.reference,
)
def test_a_note_that_could_not_be_found_again_is_not_made(shop: Shop, draft: Draft) -> None:
    connector = shop.open()
    (result,) = connector.create("note", [draft])
    assert isinstance(result, Failed)
    assert result.problem.code == "no-match-value"
    assert connector.calls()["write"] == 0


def test_many_notes_keep_their_order(shop: Shop) -> None:
    orders = sorted(shop.store.orders.records)
    drafts = [note_for(number, f"R-{number}") for number in orders]
    results = list(shop.open().create("note", drafts))
    made = {note.id: order for order in orders for note in shop.store.notes[order]}
    assert [made[int(r.id)] for r in results if isinstance(r, Done)] == orders


# customers


def test_a_number_is_written_to_many_accounts_in_one_call(shop: Shop) -> None:
    table = shop.store.customers.records
    before = {id: (customer.email, dict(customer.billing)) for id, customer in table.items()}
    connector = shop.open()
    changes = [
        Change(str(id), {"meta_data": [{"key": "_sync_cli_customer", "value": f"K{id}"}]})
        for id in table
    ]
    assert kinds(list(connector.update("customer", changes))) == {"Done": len(table)}
    assert connector.calls()["write"] == 1
    for id, customer in table.items():
        meta = {entry.key: entry.value for entry in customer.meta}
        assert meta["_sync_cli_customer"] == f"K{id}"
        assert (customer.email, customer.billing) == before[id]
    assert list(connector.update("customer", [])) == []


def test_an_account_that_is_gone_fails_alone(shop: Shop) -> None:
    known = str(next(iter(shop.store.customers.records)))
    number = {"meta_data": [{"key": "_sync_cli_customer", "value": "K1"}]}
    changes = [Change(id, number) for id in ("99999", known, "no id")]
    gone, done, wrong = shop.open().update("customer", changes)
    assert isinstance(gone, Failed)
    assert isinstance(done, Done)
    assert isinstance(wrong, Failed)
