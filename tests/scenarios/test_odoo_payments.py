"""Payments with Odoo over real HTTP: booked on the invoice of the order, once, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.sandbox.faults import FaultRule
from sync_cli.sandbox.odoo.rights import SALES
from tests.scenarios.odoo_stage import OdooStage, open_odoo_stage

pytestmark = pytest.mark.scenario

ON = {"payments": {"mode": "on", "since": "2020-01-01T00:00:00Z"}}
CARD = {"payment_method": "stripe", "set_paid": True}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[OdooStage]:
    with open_odoo_stage(tmp_path) as opened:
        opened.configure(ON)
        yield opened


def payments(stage: OdooStage) -> list[dict[str, Any]]:
    return list(stage.store.table("account.payment").values())


def invoiced(stage: OdooStage) -> str:
    """A paid order that went over and was invoiced by the office."""
    order = stage.buy("A-1", "A-2", **CARD)
    stage.type("orders")
    stage.hands.invoice_order(stage.document(order)["id"])
    stage.let_time_pass()
    return order


def test_it_waits_for_the_invoice_and_settles_it(stage: OdooStage) -> None:
    order = stage.buy("A-1", "A-2", **CARD)
    said = stage.type("orders")
    assert not payments(stage)
    assert "no posted invoice" in said.out + stage.type("held", "list").out
    invoice = stage.hands.invoice_order(stage.document(order)["id"])
    stage.let_time_pass()
    stage.run("orders")
    [payment] = payments(stage)
    assert payment["ref"] == f"WC-main-P{order}"
    assert payment["amount"] == Decimal(stage.shop_order(order)["total"])
    records = stage.hands.records()
    assert records.value("account.move", invoice, "payment_state") == "paid"
    assert not stage.type("held", "list", "--json").out.strip().strip("[]")


def test_the_runs_after_it_book_nothing_more(stage: OdooStage) -> None:
    invoiced(stage)
    stage.run("orders")
    effects = stage.erp.ledger.effects()
    stage.run("orders")
    assert stage.erp.ledger.effects() == effects


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "late"])
@pytest.mark.parametrize("call", ["action_create_payments", '"account.payment.register", "create"'])
def test_whatever_becomes_of_the_call_it_is_booked_once(
    stage: OdooStage, kind: Any, call: str
) -> None:
    invoiced(stage)
    stage.erp.faults.add(FaultRule(kind, holds=call, times=1, delay=0.1))
    for _ in range(3):
        stage.type("orders")
        stage.erp.faults.settled()
        stage.let_time_pass()
    stage.run("orders")
    assert len(payments(stage)) == 1


def test_without_the_right_a_run_stops_before_its_first_write_and_names_it(
    stage: OdooStage,
) -> None:
    stage.users[:] = [replace(user, groups=user.groups & {SALES}) for user in stage.users]
    stage.buy("A-1", **CARD)
    said = stage.type("orders")
    assert said.code == 2
    assert "create account.payment (group Invoicing / Billing)" in said.out + said.err
    assert not stage.store.table("sale.order")
    stage.run("stock")
    stage.configure()
    stage.run("orders")
    assert "account.payment" not in stage.type("check").out


def test_check_names_the_right_that_payments_lack(stage: OdooStage) -> None:
    assert "account.payment" not in stage.type("check").out
    stage.users[:] = [replace(user, groups=user.groups & {SALES}) for user in stage.users]
    assert "create account.payment (group Invoicing / Billing)" in stage.type("check").out
