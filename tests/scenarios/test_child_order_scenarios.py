"""A whole and its parts over real HTTP: the shop is asked for the parts of an order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.stage import Stage

pytestmark = pytest.mark.scenario


def references(stage: Stage) -> list[str]:
    """The documents that are booked."""
    return [document["reference"] for document in stage.sandbox.erp.ledger.state()["orders"]]


def booked(side: str) -> Any:
    def change(config: dict[str, Any]) -> None:
        config["orders"]["child_orders"] = side

    return change


def test_where_the_parts_are_booked_the_whole_is_left_out(stage: Stage) -> None:
    stage.configure(booked("children"))
    [whole] = stage.buy("A-0001", "A-0002")
    parts = [stage.buy(sku, parent_id=int(whole))[0] for sku in ("A-0001", "A-0002")]
    [single] = stage.buy("A-0003")
    stage.run("orders")
    assert sorted(references(stage)) == sorted(f"WC-main-{id}" for id in (*parts, single))
    assert stage.shop_wire.count("GET", "orders", "parent=") == 1


def test_a_shop_that_never_splits_orders_is_not_asked_for_parts(stage: Stage) -> None:
    stage.buy("A-0001", times=3)
    stage.run("orders")
    assert stage.shop_wire.count("GET", "orders", "parent=") == 0
