"""The real program over a real wire on which things go wrong: nothing lost, nothing twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.stage import Stage

pytestmark = pytest.mark.scenario

SKU = "A-0001"
DOWN, BLOCKED = 69, 5
ERP_CALLS = ("/customers$", "/orders$", "/orders/confirm$")
SHOP_CALLS = ("orders/batch", "notes")
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("lost_before", {}),
    ("lost_after", {}),
    ("late", {"delay": 0.05}),
    ("status_after", {"status": 500}),
    ("status_after", {"status": 502}),
    ("status", {"status": 500, "body": "json"}),
    ("status", {"status": 503, "retry_after": "0"}),
    ("reset", {}),
    ("warning", {}),
    ("truncate", {}),
    ("html", {}),
]


def run_until_calm(stage: Stage, lane: str, most: int = 12) -> None:
    """Run the lane, whatever it says, until a run changes nothing on either side."""
    for _ in range(most):
        before = stage.effects()
        said = stage.type(lane)
        assert said.crash is None, said
        stage.let_time_pass()
        if said.code == 0 and stage.effects() == before and not stage.ask("SELECT 1 FROM held"):
            return
    raise AssertionError(f"not calm after {most} runs: {stage.ask('SELECT * FROM held')}")


@pytest.mark.parametrize(("kind", "rule"), KINDS, ids=lambda value: str(value))
def test_whatever_happens_to_each_writing_call_every_order_arrives_once(
    stage: Stage, kind: Any, rule: dict[str, Any]
) -> None:
    stage.buy(SKU, times=3)
    for path in ERP_CALLS:
        stage.erp_fault(kind, methods=("POST",), path=path, times=1, **rule)
    for path in SHOP_CALLS:
        stage.shop_fault(kind, methods=("POST",), path=path, times=1, **rule)
    run_until_calm(stage, "orders")
    assert stage.struck() == len(ERP_CALLS) + len(SHOP_CALLS)
    verdict = stage.verdict()
    assert (verdict.in_step, verdict.lost, verdict.doubled, verdict.wrong) == (3, [], [], [])
    confirmed = stage.sandbox.erp.ledger.effects("order.confirmed")
    assert len(confirmed) == 3


@pytest.mark.parametrize(("kind", "rule"), KINDS, ids=lambda value: str(value))
def test_whatever_happens_to_a_stock_write_the_shop_shows_the_number(
    stage: Stage, kind: Any, rule: dict[str, Any]
) -> None:
    stage.run("stock")
    stage.sandbox.erp.do("set_stock", sku=SKU, on_hand=7)
    stage.shop_fault(kind, methods=("POST",), path="products/batch", times=1, **rule)
    run_until_calm(stage, "stock")
    assert stage.struck() == 1
    assert stage.verdict().drifts == []


# Reading


def test_a_read_is_asked_again_where_it_may_be(stage: Stage) -> None:
    stage.buy(SKU)
    stage.shop_fault("reset", methods=("GET",), path=r"/orders\?", times=1)
    stage.erp_fault("status", methods=("GET",), path="/orders", times=1, status=500)
    stage.run("orders")
    assert stage.struck() == 2
    assert stage.verdict().in_step == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("side", ["shop", "erp"])
def test_too_many_requests_are_waited_for_and_asked_again(
    stage: Stage, status: int, side: str
) -> None:
    stage.buy(SKU)
    fault = stage.shop_fault if side == "shop" else stage.erp_fault
    fault("status", path="orders", times=3, status=status, retry_after="0")
    stage.run("orders")
    assert stage.struck() == 3
    assert stage.verdict().in_step == 1


def test_without_a_date_the_wait_is_our_own(stage: Stage) -> None:
    stage.buy(SKU)
    stage.shop_fault("status", path="orders", times=1, status=429)
    stage.run("orders")
    assert stage.verdict().in_step == 1


@pytest.mark.parametrize("side", ["shop", "erp"])
def test_a_long_maintenance_ends_the_run_and_is_not_slept_through(stage: Stage, side: str) -> None:
    stage.buy(SKU)
    fault = stage.shop_fault if side == "shop" else stage.erp_fault
    fault("status", path="orders", status=503, retry_after=600)
    said = stage.type("orders")
    assert said.code == DOWN
    assert f"{side} cannot be used now until" in said.err
    assert "maintenance" in said.err
    stage.settle()
    stage.forget_requests()
    again = stage.type("orders")
    assert again.code == DOWN
    assert stage.shop_wire.requests == stage.erp_wire.requests == []
    stage.let_time_pass()
    stage.run("orders")
    assert stage.verdict().in_step == 1


def test_a_system_that_was_down_cost_no_record_anything(stage: Stage) -> None:
    stage.buy(SKU, times=2)
    stage.erp_fault("status", methods=("POST",), path="/orders$", status=503, retry_after=600)
    assert stage.type("orders").code == DOWN
    attempts = stage.ask("SELECT attempts FROM held WHERE route = 'orders'")
    stage.settle()
    stage.let_time_pass()
    stage.run("orders")
    assert stage.verdict().in_step == 2
    assert sum(count for (count,) in attempts) <= 2


def test_a_captcha_before_a_read_is_told_as_what_it_is(stage: Stage) -> None:
    stage.shop_fault("html", methods=("GET",), path="orders")
    said = stage.type("orders")
    assert said.code == BLOCKED
    assert "answered GET orders with a web page instead of data (HTTP 202)" in said.err
    assert "firewall" in said.err
    assert "One moment" not in said.all


# Others edit while pages are read


def test_edits_while_pages_are_read_hide_no_order(stage: Stage) -> None:
    orders = stage.buy(SKU, times=230)
    stage.shop_fault(
        "edit", methods=("GET",), path="orderby=modified", times=4,
        edit="edit_order", args={"id": int(orders[0]), "customer_note": "edited"},
    )  # fmt: skip
    stage.shop_fault(
        "edit", methods=("GET",), path="orderby=modified", times=1,
        edit="edit_order", args={"id": int(orders[150]), "customer_note": "edited"},
    )  # fmt: skip
    stage.run("orders")
    stage.settle()
    stage.type("orders")
    verdict = stage.verdict()
    assert (verdict.lost, verdict.doubled, verdict.wrong) == ([], [], [])
    documents = stage.sandbox.erp.ledger.state()["orders"]
    assert len({document["reference"] for document in documents}) == 230


def test_an_order_placed_while_pages_are_read_comes_with_the_next_run(stage: Stage) -> None:
    stage.buy(SKU, times=110)
    new = {
        "billing": {"last_name": "Late", "email": "late@kunde.example", "country": "DE"},
        "lines": [{"sku": SKU, "quantity": 1}],
    }
    stage.shop_fault(
        "edit", methods=("GET",), path="orderby=modified", times=1, edit="place_order", args=new
    )
    stage.run("orders")
    stage.settle()
    stage.run("orders")
    assert stage.verdict().in_step == 111


def test_stock_that_moves_while_pages_are_read_is_right_after_the_next_run(stage: Stage) -> None:
    stage.run("stock")
    stage.sandbox.erp.do("set_stock", sku=SKU, on_hand=30)
    stage.erp_fault(
        "edit", methods=("GET",), path="/stock", times=1,
        edit="set_stock", args={"sku": SKU, "on_hand": 20},
    )  # fmt: skip
    stage.run("stock")
    stage.settle()
    stage.run("stock")
    assert stage.verdict().drifts == []


def test_a_change_that_becomes_visible_late_is_not_missed(stage: Stage) -> None:
    stage.run("stock")
    stage.sandbox.erp.do(
        "late_commit", seconds=240, do="set_stock", args={"sku": SKU, "on_hand": 3}
    )
    stage.run("stock")
    assert stage.verdict().drifts == []
