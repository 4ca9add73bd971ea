"""What people and mishaps do in the ERP while a sync runs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_cli.sandbox.clock import iso_milliseconds
from sync_cli.sandbox.erp.master_data import set_stock

if TYPE_CHECKING:
    from tests.sandbox.conftest import ErpSide


def confirmed(erp: ErpSide, count: int) -> list[str]:
    ids = [erp.draft(reference=f"WC-shop-{number}")["id"] for number in range(1, count + 1)]
    erp.results("POST", "/orders/confirm", {"ids": ids})
    return ids


def test_ship_sends_all_that_is_confirmed_or_the_named_ones(erp: ErpSide) -> None:
    first, second, third = confirmed(erp, 3)
    erp.do("ship", ids=[second], tracking="JJD1")
    assert [it["state"] for it in erp.items("/orders")] == ["confirmed", "shipped", "confirmed"]
    results = erp.do("ship")
    assert [it["item"]["id"] for it in results] == [first, third]
    assert erp.main_shelf("A-000001") == {
        "code": "MAIN",
        "on_hand": "32",
        "demand": "0",
        "reserved": "0",
        "incoming": "0",
    }


def test_set_stock_sets_the_named_counts(erp: ErpSide) -> None:
    erp.do("set_stock", sku="A-000001", on_hand="7.5", incoming=4)
    erp.do("set_stock", sku="A-000001", warehouse="STORE", on_hand=3)
    shelves = erp.items("/stock", ids=erp.product("A-000001"))[0]["warehouses"]
    assert [(it["code"], it["on_hand"], it["incoming"]) for it in shelves] == [
        ("MAIN", "7.5", "4"),
        ("STORE", "3", "0"),
    ]
    effects = erp.ledger.effects("stock.set")
    assert [(it["reference"], it["warehouse"], it["on_hand"]) for it in effects] == [
        ("A-000001", "MAIN", "7.5"),
        ("A-000001", "STORE", "3"),
    ]


def test_a_sku_that_two_products_have_must_be_named_by_id(erp: ErpSide) -> None:
    assert "2 products" in erp.act("set_stock", sku="A-000009", on_hand=1).json()["error"]
    assert erp.do("set_stock", id=erp.product("A-000009"), on_hand=1)["sku"] == "A-000009"


@pytest.mark.parametrize("by_setting", [False, True])
def test_a_late_commit_becomes_visible_with_an_older_date(erp: ErpSide, by_setting: bool) -> None:
    erp.clock.freeze()
    now, started = erp.clock.now(), erp.clock.now() - timedelta(seconds=90)
    args = {"sku": "A-000001", "on_hand": 5}
    if by_setting:
        erp.store.settings.late_commit = 90
        erp.do("set_stock", **args)
    else:
        erp.do("late_commit", seconds=90, do="set_stock", args=args)
    assert erp.items("/stock", changed_since=iso_milliseconds(now)) == []
    late = erp.items("/stock", changed_since=iso_milliseconds(started))
    assert [(it["sku"], it["changed_at"]) for it in late] == [
        ("A-000001", iso_milliseconds(started))
    ]
    assert erp.ledger.effects("stock.set")[0]["at"] == iso_milliseconds(now)


def test_a_transaction_is_stamped_with_its_start(erp: ErpSide) -> None:
    erp.clock.freeze()
    late = erp.store.begin_late()
    erp.clock.advance(600)
    late.commit(lambda: set_stock(erp.store, sku="A-000001", on_hand=5))
    row = erp.items("/stock", ids=erp.product("A-000001"))[0]
    assert row["changed_at"] == iso_milliseconds(late.started_at)
    erp.do("set_stock", sku="A-000000", on_hand=5)
    row = erp.items("/stock", ids=erp.product("A-000000"))[0]
    assert row["changed_at"] == iso_milliseconds(erp.clock.now())


def test_a_restored_backup_has_lost_the_last_orders_and_uses_their_ids_again(erp: ErpSide) -> None:
    ids = confirmed(erp, 3)
    erp.do("ship", ids=[ids[2]])
    rows = erp.items("/stock", fields="changed_at")
    assert erp.do("restore", orders=2) == ids[1:]
    assert [it["id"] for it in erp.items("/orders")] == ids[:1]
    shelf = erp.main_shelf("A-000001")
    assert (shelf["on_hand"], shelf["demand"]) == ("38", "2")
    assert erp.items("/stock", fields="changed_at") == rows
    found = erp.call("POST", "/orders/find", {"key": "reference", "values": ["WC-shop-3"]})
    assert found.json()["items"] == []
    assert [it["reference"] for it in erp.ledger.effects("order.lost")] == [
        "WC-shop-2",
        "WC-shop-3",
    ]
    assert erp.draft(reference="WC-shop-4")["id"] == ids[1]


def test_an_order_is_edited_as_by_a_person(erp: ErpSide) -> None:
    erp.clock.freeze()
    id = confirmed(erp, 1)[0]
    erp.clock.advance(1)
    lines = [
        {
            "kind": "product",
            "product_id": erp.product("A-000001"),
            "quantity": "5",
            "net": "9.00",
            "tax": "1.71",
        }
    ]
    edited = erp.do("edit_order", reference="WC-shop-1", note="By phone", lines=lines)
    order = erp.items("/orders", ids=id)[0]
    assert edited == order
    assert (order["note"], order["total"]) == ("By phone", "10.71")
    assert order["changed_at"] > order["created_at"]
    assert erp.main_shelf("A-000001")["demand"] == "5"


def test_an_invoiced_order_is_done(erp: ErpSide) -> None:
    id = confirmed(erp, 1)[0]
    assert erp.act("edit_order", id=id, state="done").status_code == 400
    erp.do("ship", ids=[id])
    erp.do("edit_order", id=id, state="done", invoice_number="INV/1", tracking="JJD2")
    order = erp.items("/orders", ids=id)[0]
    assert (order["state"], order["invoice_number"], order["tracking"]) == (
        "done",
        "INV/1",
        ["JJD2"],
    )
    assert erp.main_shelf("A-000001")["demand"] == "0"


def test_a_product_is_edited_and_found_by_its_new_sku(erp: ErpSide) -> None:
    erp.clock.freeze()
    id = erp.product("A-000001")
    erp.do("edit_product", sku="A-000001", new_sku="A-1", price="9.99")
    product = erp.items("/products", changed_since=iso_milliseconds(erp.clock.now()))[0]
    assert (product["id"], product["sku"], product["price"]) == (id, "A-1", "9.99")
    assert erp.product("a-1") == id
    assert erp.items("/stock", ids=id)[0]["sku"] == "A-1"


def test_archiving_moves_the_products_date_but_not_the_stocks(erp: ErpSide) -> None:
    id = erp.product("A-000001")
    product, row = erp.items("/products", ids=id)[0], erp.items("/stock", ids=id)[0]
    erp.do("archive", sku="A-000001")
    assert erp.items("/products", ids=id)[0]["changed_at"] > product["changed_at"]
    assert erp.items("/stock", ids=id)[0] == {**row, "archived": True}
    erp.do("archive", sku="A-000001", archived=False)
    assert [it["what"] for it in erp.ledger.effects()] == ["product.archived", "product.restored"]


def test_settings_change_while_the_erp_runs(erp: ErpSide) -> None:
    settings = erp.do("settings", environment="staging", unique_references=True)
    assert (settings["environment"], settings["unique_references"]) == ("staging", True)
    assert erp.call("GET", "/info").json()["environment"] == "staging"


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("set_stock", {"sku": "A-000001", "on_hand": "many"}),
        ("set_stock", {"sku": "A-000001", "on_hand": 1, "colour": 1}),
        ("set_stock", {"sku": "V-000004", "on_hand": 1}),
        ("edit_order", {"id": "99", "note": "x"}),
        ("edit_order", {"reference": "none", "note": "x"}),
        ("edit_product", {"sku": "A-000001"}),
        ("edit_product", {"sku": "A-000001", "colour": "red"}),
        ("archive", {"entity": "customers", "id": "99"}),
        ("archive", {"entity": "orders", "id": "1"}),
        ("late_commit", {"seconds": 1, "do": "explode"}),
        ("settings", {"colour": "red"}),
    ],
    ids=str,
)
def test_an_action_that_cannot_be_changes_nothing(
    erp: ErpSide, action: str, args: dict[str, Any]
) -> None:
    before = erp.store.state()
    assert erp.act(action, **args).status_code == 400
    assert erp.store.state() == before
    assert erp.ledger.effects() == []
