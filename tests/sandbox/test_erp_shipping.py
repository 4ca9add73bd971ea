"""Deliveries of the pretend ERP: whole orders, parts of them, one more parcel days later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import ErpSide

PARCEL = {"number": "JJD1", "carrier": "DHL", "link": "https://track.example/JJD1"}


def confirmed(erp: ErpSide, pieces: int = 2) -> dict[str, Any]:
    """A confirmed order of A-000001, of which 38 pieces lie in MAIN."""
    product = erp.product("A-000001")
    lines = [
        {
            "kind": "product",
            "product_id": product,
            "text": "Article",
            "quantity": str(pieces),
            "net": "20.00",
            "tax": "3.80",
            "tax_code": "standard",
        }
    ]
    order = erp.draft(reference="WC-shop-1", lines=lines)
    result = erp.results("POST", "/orders/confirm", {"ids": [order["id"]]})
    item: dict[str, Any] = result[0]["item"]
    return item


def open_and_on_hand(erp: ErpSide) -> tuple[str, str]:
    shelf = erp.main_shelf("A-000001")
    return shelf["demand"], shelf["on_hand"]


def test_shipping_an_order_leaves_one_shipment_with_its_pieces_and_parcel(erp: ErpSide) -> None:
    order = confirmed(erp)
    erp.results("POST", "/orders/ship", {"ids": [order["id"]], "tracking": "JJD1"})
    [shipment] = erp.items("/shipments")
    assert shipment["order_id"] == order["id"]
    assert [parcel["number"] for parcel in shipment["parcels"]] == ["JJD1"]
    assert [(line["sku"], line["quantity"]) for line in shipment["lines"]] == [("A-000001", "2")]


def test_a_part_keeps_the_rest_open_until_it_leaves_too(erp: ErpSide) -> None:
    order = confirmed(erp, pieces=5)
    assert open_and_on_hand(erp) == ("5", "38")
    erp.do("ship_part", id=order["id"], pieces={"A-000001": 2}, parcels=[PARCEL])
    assert open_and_on_hand(erp) == ("3", "36")
    assert erp.items("/orders")[0]["state"] == "confirmed"
    erp.do("ship_part", reference="WC-shop-1", pieces={"A-000001": "3"})
    assert open_and_on_hand(erp) == ("0", "33")
    assert erp.items("/orders")[0]["state"] == "shipped"
    first, second = erp.items("/shipments")
    assert first["parcels"] == [PARCEL]
    assert second["lines"][0]["quantity"] == "3"


def test_what_is_not_open_cannot_leave(erp: ErpSide) -> None:
    order = confirmed(erp)
    for pieces in ({"A-000001": 3}, {"A-000001": 0}, {"A-000002": 1}):
        answer = erp.act("ship_part", id=order["id"], pieces=pieces)
        assert "are not open" in answer.json()["error"]
    assert erp.items("/shipments") == []


def test_the_open_rest_of_a_part_is_released_when_the_order_is_cancelled(erp: ErpSide) -> None:
    order = confirmed(erp, pieces=5)
    erp.do("ship_part", id=order["id"], pieces={"A-000001": 2})
    erp.results("POST", "/orders/cancel", {"ids": [order["id"]]})
    assert open_and_on_hand(erp) == ("0", "36")


def test_one_more_parcel_moves_the_shipment(erp: ErpSide) -> None:
    order = confirmed(erp)
    assert "has left" in erp.act("add_parcel", id=order["id"], number="JJD2").json()["error"]
    erp.do("ship", ids=[order["id"]], tracking="JJD1")
    before = erp.items("/shipments")[0]["changed_at"]
    erp.clock.advance(5)
    erp.do("add_parcel", id=order["id"], number="JJD2")
    [shipment] = erp.items("/shipments")
    assert [parcel["number"] for parcel in shipment["parcels"]] == ["JJD1", "JJD2"]
    assert shipment["changed_at"] > before


def test_shipments_are_found_by_their_order(erp: ErpSide) -> None:
    order = confirmed(erp)
    erp.do("ship", ids=[order["id"]])
    found = erp.call("POST", "/shipments/find", {"key": "order_id", "values": [order["id"], "99"]})
    assert [row["order_id"] for row in found.json()["items"]] == [order["id"]]


@pytest.mark.parametrize("shipped", [True, False])
def test_a_restored_backup_loses_shipments_with_their_orders(erp: ErpSide, shipped: bool) -> None:
    order = confirmed(erp)
    if shipped:
        erp.do("ship", ids=[order["id"]])
    else:
        erp.do("ship_part", id=order["id"], pieces={"A-000001": 1})
    erp.do("restore", orders=1)
    assert erp.items("/shipments") == []
    assert open_and_on_hand(erp) == ("0", "38")
