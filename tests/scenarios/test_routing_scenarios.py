"""Orders in parts over real HTTP: made, shipped, told, compared."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stage import Stage, open_stage

pytestmark = pytest.mark.scenario

OK, FAILURES = 0, 3


def in_two(config: dict[str, Any]) -> None:
    config["orders"]["routing"] = {
        "parts": [{"part": "north", "lines": {"sku": ["*2"]}}],
        "rest": "main",
    }
    config["reconcile"] = {"grace": "0s"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path) as opened:
        opened.configure(in_two)
        yield opened


def documents(stage: Stage) -> list[tuple[str, str, str]]:
    """What is booked: reference, warehouse, state."""
    found = stage.sandbox.erp.ledger.state()["orders"]
    return [(one["reference"], one["warehouse"], one["state"]) for one in found]


def shop_order(stage: Stage, order: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = stage.sandbox.shop.ledger.state()["orders"]
    return next(one for one in found if str(one["id"]) == order)


def test_an_order_goes_to_two_warehouses_and_both_sides_agree(stage: Stage) -> None:
    [order] = stage.buy("A-0001", "A-0002", payment_method="stripe")
    stage.run("orders")
    reference = f"WC-main-{order}"
    assert documents(stage) == [
        (f"{reference}#main", "main", "confirmed"),
        (f"{reference}#north", "north", "confirmed"),
    ]
    found = stage.sandbox.erp.ledger.state()["orders"]
    total = sum(Decimal(one["total"]) for one in found)
    assert total == Decimal(shop_order(stage, order)["total"])
    assert stage.type("reconcile", "--only", "orders").code == OK
    before = stage.effects()
    stage.run("orders")
    assert stage.effects() == before
    stage.sandbox.erp.do("ship")
    stage.run("orders")
    assert shop_order(stage, order)["status"] == "completed"
    assert stage.type("reconcile", "--only", "orders").code == OK


def test_a_part_whose_document_lost_a_cent_is_a_drift(stage: Stage) -> None:
    [order] = stage.buy("A-0001", "A-0002")
    stage.run("orders")
    line = {"kind": "fee", "text": "x", "quantity": "1", "net": "0.01", "tax": "0.00"}
    lines = stage.sandbox.erp.ledger.state()["orders"][1]["lines"]
    kept = [{key: value for key, value in one.items() if key != "unit_price"} for one in lines]
    stage.sandbox.erp.do("edit_order", reference=f"WC-main-{order}#north", lines=[*kept, line])
    said = stage.type("reconcile", "--only", "orders")
    assert said.code == FAILURES
    assert f"Order {order}" in said.all
