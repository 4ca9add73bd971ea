"""Orders of the pretend shop: stock, statuses, lines, refunds, trash, control actions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop.conftest import OpenShop, Shop


def _order(shop: Shop, sku: str = "A-1", quantity: int = 2, **body: Any) -> Any:
    line = {"product_id": shop.id_of(sku), "quantity": quantity}
    return shop.post("orders", {"line_items": [line], **body})


@pytest.mark.parametrize(
    ("steps", "stock"),
    [
        (["pending"], 10),
        (["on-hold"], 8),
        (["processing"], 8),
        (["completed"], 8),
        (["processing", "pending"], 10),
        (["processing", "cancelled"], 10),
        (["processing", "failed"], 8),
        (["processing", "refunded"], 8),
        (["on-hold", "pending", "processing"], 8),
    ],
)
def test_an_orders_status_takes_goods_from_stock_or_puts_them_back(
    shop: Shop, steps: list[str], stock: int
) -> None:
    order = _order(shop, status=steps[0])
    for status in steps[1:]:
        shop.put(f"orders/{order['id']}", {"status": status})
    assert shop.stock_of("A-1") == stock


@pytest.mark.parametrize("force", [False, True])
def test_neither_trash_nor_deletion_puts_goods_back(shop: Shop, force: bool) -> None:
    order = _order(shop, status="processing")
    shop.ask("DELETE", f"orders/{order['id']}", force=str(force).lower())
    assert shop.stock_of("A-1") == 8


def test_an_order_of_more_than_there_is_makes_the_stock_negative(shop: Shop) -> None:
    _order(shop, quantity=13, status="processing")
    assert shop.stock_of("A-1") == -3


def test_a_lines_quantity_moves_the_stock_at_once_but_not_the_lines_total(shop: Shop) -> None:
    order = _order(shop, status="processing")
    line = order["line_items"][0]
    after = shop.put(f"orders/{order['id']}", {"line_items": [{"id": line["id"], "quantity": 5}]})
    assert after["line_items"][0]["total"] == line["total"]
    assert shop.stock_of("A-1") == 5
    after = shop.put(f"orders/{order['id']}", {"line_items": [{"id": line["id"], "quantity": 0}]})
    assert after["line_items"] == []
    assert shop.stock_of("A-1") == 10


def test_a_line_without_id_is_added_each_time_and_a_foreign_id_is_refused(shop: Shop) -> None:
    order = _order(shop)
    path, number = f"orders/{order['id']}", shop.id_of("A-2")
    for lines in (2, 3):
        body = {"line_items": [{"product_id": number, "quantity": 1}]}
        assert len(shop.put(path, body)["line_items"]) == lines
    answer = shop.ask("PUT", path, {"line_items": [{"id": 1_000_000, "quantity": 1}]})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("method", "status", "paid"),
    [
        ("bacs", "on-hold", False),
        ("bacs", "processing", True),
        ("cod", "processing", False),
        ("cod", "completed", True),
    ],
)
def test_an_order_counts_as_paid_by_its_status_and_payment(
    shop: Shop, method: str, status: str, paid: bool
) -> None:
    order = _order(shop, status=status, payment_method=method)
    assert (order["date_paid_gmt"] is not None) is paid


def test_completed_sets_dates_that_a_way_back_does_not_take(shop: Shop) -> None:
    order = _order(shop)
    done = shop.put(f"orders/{order['id']}", {"status": "completed"})
    assert done["date_paid_gmt"] == done["date_completed_gmt"] == "2026-11-15T12:00:00"
    back = shop.put(f"orders/{order['id']}", {"status": "pending"})
    assert back["date_completed_gmt"] == done["date_completed_gmt"]


def test_refunded_by_put_makes_a_refund_over_the_rest(shop: Shop) -> None:
    order = _order(shop, status="processing")
    shop.post(f"orders/{order['id']}/refunds", {"amount": "1.00", "api_refund": False})
    after = shop.put(f"orders/{order['id']}", {"status": "refunded"})
    assert sorted(r["total"] for r in after["refunds"]) == ["-1.00", "-9.14"]


@pytest.mark.parametrize("body", [{"amount": "9999", "api_refund": False}, {"amount": "1.00"}])
def test_errors_of_refunds_are_status_500(shop: Shop, body: dict[str, Any]) -> None:
    order = _order(shop, status="processing")
    answer = shop.ask("POST", f"orders/{order['id']}/refunds", body)
    assert answer.status_code == 500
    assert answer.json is not None
    assert answer.json["data"] == 500


def test_a_refund_of_a_line_puts_its_pieces_back_and_the_last_one_ends_the_order(
    shop: Shop,
) -> None:
    order = _order(shop, status="processing")
    line = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 4.26}
    path = f"orders/{order['id']}/refunds"
    shop.post(path, {"amount": "5.07", "api_refund": False, "line_items": [line]})
    assert shop.stock_of("A-1") == 9
    last = shop.post(path, {"amount": "5.07", "api_refund": False})
    assert last["meta_data"][0]["value"] == "full"
    assert shop.get(f"orders/{order['id']}")["status"] == "refunded"


def test_a_create_that_fails_on_a_coupon_leaves_a_draft_in_the_list(shop: Shop) -> None:
    body = {"line_items": [{"sku": "A-1", "quantity": 1}], "coupon_lines": [{"code": "none"}]}
    answer = shop.ask("POST", "orders", body)
    assert answer.json is not None
    draft = answer.json["data"]["new_draft_order_id"]
    found = shop.get("orders", _fields="id,status,total")
    assert found == [{"id": draft, "status": "checkout-draft", "total": "5.07"}]


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ({"meta_data": [{"key": "k", "value": "v"}]}, False),
        ({"status": "completed"}, False),
        ({"billing": {"phone": "030 1"}}, True),
        ({"line_items": []}, True),
    ],
)
def test_a_put_of_addresses_or_lines_recalculates_with_todays_rates(
    shop: Shop, body: dict[str, Any], changed: bool
) -> None:
    order = _order(shop, status="processing")
    shop.store.rates = [r for r in shop.store.rates if r.country != "DE"]
    after = shop.put(f"orders/{order['id']}", body)
    assert (after["total"] != order["total"]) is changed


def test_trash_keeps_the_order_readable_and_a_status_brings_it_back(shop: Shop) -> None:
    order = _order(shop)
    path = f"orders/{order['id']}"
    assert shop.ask("DELETE", path).status_code == 200
    assert shop.get("orders") == []
    assert shop.get(path)["status"] == "trash"
    assert [o["id"] for o in shop.get("orders", status="trash")] == [order["id"]]
    assert shop.ask("DELETE", path).status_code == 410
    assert shop.put(path, {"status": "processing"})["status"] == "processing"
    assert [o["id"] for o in shop.get("orders")] == [order["id"]]


def test_a_parents_deletion_for_good_takes_its_children_along(shop: Shop) -> None:
    parent = _order(shop)
    child = _order(shop, parent_id=parent["id"])
    shop.ask("DELETE", f"orders/{parent['id']}", force="true")
    assert shop.ask("GET", f"orders/{child['id']}").status_code == 404


def test_notes_come_newest_first_without_paging(shop: Shop) -> None:
    order = _order(shop, status="processing")
    shop.clock.advance(5)
    shop.post(f"orders/{order['id']}/notes", {"note": "", "customer_note": True})
    answer = shop.ask("GET", f"orders/{order['id']}/notes")
    assert "X-WP-Total" not in answer.headers
    assert answer.json is not None
    assert [note["customer_note"] for note in answer.json] == [True, False, False]


def test_placed_orders_are_varied_settled_and_the_same_each_time(open_shop: OpenShop) -> None:
    shop, other = open_shop(orders=36), open_shop(orders=36)
    orders = shop.get("orders", per_page=100)
    assert {"processing", "on-hold", "pending", "completed", "cancelled"} <= {
        order["status"] for order in orders
    }
    assert len({order["order_key"] for order in orders}) == 36
    assert max(order["date_created_gmt"] for order in orders) <= "2026-11-15T11:57:00"
    assert any(order["currency"] == "USD" for order in orders)
    assert any(line["product_id"] == 0 for order in orders for line in order["line_items"])
    assert [o["total"] for o in other.get("orders", per_page=100)] == [o["total"] for o in orders]


def test_a_restored_shop_uses_the_ids_of_lost_orders_for_others(open_shop: OpenShop) -> None:
    shop = open_shop(orders=6)
    before = shop.get("orders", orderby="id", _fields="id,order_key,total")
    shop.do("restore_shop", orders=2)
    after = shop.get("orders", orderby="id", _fields="id,order_key,total")
    assert [order["id"] for order in after] == [order["id"] for order in before]
    same = [
        one["order_key"] == other["order_key"] for one, other in zip(before, after, strict=True)
    ]
    assert same == [False, False, True, True, True, True]


def test_control_actions_do_what_customers_and_staff_do(shop: Shop) -> None:
    order = shop.do("place_order", lines=[{"sku": "W-1-M", "quantity": 2}], status="on-hold")[0]
    assert (order["status"], shop.stock_of("W-1-M")) == ("on-hold", 4)
    assert shop.do("set_stock", sku="A-4", quantity=77) == {
        "id": shop.id_of("A-4"), "old": 10, "new": 77,
    }  # fmt: skip
    shop.clock.advance(10)
    shop.do("touch_product", sku="W-1-M")
    parent = shop.get(f"products/{shop.id_of('W-1')}")
    assert parent["date_modified_gmt"] == "2026-11-15T12:00:10"
    shop.do("edit_order", status="completed")
    shop.do("trash_order", id=order["id"])
    assert shop.get(f"orders/{order['id']}")["status"] == "trash"
