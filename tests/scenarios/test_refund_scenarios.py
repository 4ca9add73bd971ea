"""Refunds over real HTTP: the shop gives money back, the books of both sides agree."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.sandbox.verdict import judge
from tests.scenarios.stage import KEY, Stage, open_stage


def with_refunds(config: dict[str, Any]) -> None:
    config["refunds"] = {"mode": "on"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path) as opened:
        opened.configure(with_refunds)
        yield opened


def refund(stage: Stage, order: str, **how: Any) -> str:
    """The shop's staff refund an order."""
    return str(stage.sandbox.shop.do("refund", id=int(order), **how)["id"])


def notes(stage: Stage) -> list[tuple[str, str, str]]:
    """The ERP's credit notes: reference, state, total."""
    found = stage.sandbox.erp.ledger.state()["credit_notes"]
    return [(note["reference"], note["state"], note["total"]) for note in found]


def test_partial_and_full_refunds_become_credit_notes_and_the_stock_is_right(stage: Stage) -> None:
    first, second = stage.buy("A-0001", "A-0002", times=2)
    stage.run("orders")
    one = refund(stage, first, pieces={"A-0001": 1})
    orders = stage.sandbox.shop.ledger.state()["orders"]
    [total] = [order["total"] for order in orders if str(order["id"]) == second]
    two = refund(stage, second, amount=total)
    stage.run("orders")
    stage.run("stock")
    assert [each[:2] for each in notes(stage)] == [
        (f"WC-main-R{one}", "confirmed"),
        (f"WC-main-R{two}", "confirmed"),
    ]
    assert Decimal(notes(stage)[1][2]) == Decimal(total)
    assert stage.verdict().drifts == []
    before = stage.effects()
    stage.run("orders")
    stage.run("stock")
    assert stage.effects() == before


def test_a_status_of_refunded_makes_a_refund_of_the_rest_without_lines(stage: Stage) -> None:
    [order] = stage.buy("A-0001", "A-0002")
    stage.run("orders")
    refund(stage, order, amount="5.00")
    stage.sandbox.shop.do("edit_order", id=int(order), status="refunded")
    stage.run("orders")
    assert [state for _, state, _ in notes(stage)] == ["confirmed", "confirmed"]
    assert stage.verdict().drifts == []


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
@pytest.mark.parametrize("path", ["/credit_notes$", "/credit_notes/confirm"])
def test_a_lost_answer_makes_no_second_credit_note(stage: Stage, kind: str, path: str) -> None:
    [order] = stage.buy("A-0001")
    stage.run("orders")
    refund(stage, order, amount="5.00")
    stage.erp_fault(kind, methods=("POST",), path=path, times=1)
    stage.type("orders")
    assert stage.struck() == 1
    stage.let_time_pass()
    stage.run("orders")
    assert [state for _, state, _ in notes(stage)] == ["confirmed"]
    assert stage.verdict().drifts == []


def test_refunds_are_off_unless_the_configuration_says_so(stage: Stage) -> None:
    stage.configure()
    [order] = stage.buy("A-0001")
    stage.run("orders")
    refund(stage, order, amount="5.00")
    stage.run("orders")
    assert notes(stage) == []
    assert stage.shop_wire.count("GET", "refunds") == 0


def test_the_verdict_notices_each_way_in_which_refunds_can_go_wrong(stage: Stage) -> None:
    [order] = stage.buy("A-0001")
    stage.run("orders")
    made = refund(stage, order, amount="5.00")
    stage.run("orders")
    shop, erp = (side.ledger.state() for side in (stage.sandbox.shop, stage.sandbox.erp))
    [note] = erp["credit_notes"]
    name = f"refund {made}"
    for wrong, said in (
        ([], f"{name} has no confirmed credit note"),
        ([note, {**note, "id": "2"}], f"{name} has 2 live credit notes"),
        ([{**note, "total": "5.01"}], f"{name}: 5.000000 in the shop, 5.01 in the ERP"),
        ([note, {**note, "reference": "WC-main-R7"}], "is the credit note of no refund"),
    ):
        verdict = judge(shop, {**erp, "credit_notes": wrong}, key=KEY)
        assert any(said in drift for drift in verdict.drifts), (said, verdict.drifts)
    assert judge(shop, erp, key=KEY).drifts == []
