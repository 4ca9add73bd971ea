"""Customers from the shop to the ERP, by the real command line over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stage import GUEST, Stage, open_stage, simple

pytestmark = pytest.mark.scenario

EMAIL = "petra@kunde.example"
NUMBER = "_sync_cli_customer"
PLACE = {key: value for key, value in GUEST.items() if key != "email"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A shop with its accounts, and customers are kept in step."""
    with open_stage(tmp_path, articles=simple(3)) as opened:
        opened.configure(lambda data: data.update(customers={"mode": "on"}))
        yield opened


def accounts(stage: Stage) -> dict[int, Mapping[str, Any]]:
    """The shop's accounts by id, with their metadata."""
    return {row["id"]: row for row in stage.sandbox.shop.ledger.state()["customers"]}


def parties(stage: Stage) -> dict[str, Mapping[str, Any]]:
    """The ERP's customers by our reference."""
    return {row["reference"]: row for row in stage.sandbox.erp.ledger.state()["customers"]}


def register(stage: Stage, email: str = EMAIL, **fields: Any) -> int:
    """Somebody opens an account in the shop."""
    known = {"first_name": "Petra", "last_name": "Muster", "billing": PLACE}
    made = stage.sandbox.shop.do("register", email=email, **{**known, **fields})
    return int(made["id"])


def let_the_buffer_pass(stage: Stage) -> None:
    """As if half an hour went by on both sides, and the nightly look back is done."""
    for side in (stage.sandbox.shop, stage.sandbox.erp):
        side.clock.advance(1800)


def test_all_accounts_are_made_once_and_told_their_number(stage: Stage) -> None:
    stage.run("customers")
    made, told = parties(stage), accounts(stage)
    assert len(made) == len(told) > 5
    for id, account in told.items():
        assert account["meta"][NUMBER] == made[f"WC-main-C{id}"]["number"]
    before = stage.effects()
    for _ in range(3):
        stage.run("customers")
    stage.run("customers", "--full")
    assert stage.effects() == before


def test_a_new_registration_costs_few_requests(stage: Stage) -> None:
    stage.run("customers")
    let_the_buffer_pass(stage)
    stage.run("customers")
    stage.forget_requests()
    let_the_buffer_pass(stage)
    id = register(stage)
    stage.run("customers")
    assert f"WC-main-C{id}" in parties(stage)
    assert stage.shop_wire.count("GET", "customers", "_fields=date_created_gmt") == 1
    assert stage.shop_wire.count("GET", "customers", "include=") == 2
    assert stage.shop_wire.count("POST", "customers/batch") == 1


def test_the_customers_of_orders_and_the_accounts_are_the_same(stage: Stage) -> None:
    id = register(stage)
    [order] = stage.buy("A-0001", customer_id=id)
    stage.run("orders")
    stage.run("customers")
    again = stage.buy("A-0002", customer_id=id)
    stage.run("orders")
    bought = [
        row
        for row in stage.sandbox.erp.ledger.state()["orders"]
        if row["reference"] in (f"WC-main-{order}", f"WC-main-{again[0]}")
    ]
    assert {str(row["customer_id"]) for row in bought} == {
        str(parties(stage)[f"WC-main-C{id}"]["id"])
    }
    references = [row["reference"] for row in stage.sandbox.erp.ledger.state()["customers"]]
    assert references.count(f"WC-main-C{id}") == 1


def test_staff_and_guests_are_no_customers(stage: Stage) -> None:
    staff = register(stage, "boss@shop.example", role="administrator")
    dealer = register(stage, "dealer@kunde.example", role="wholesale_customer")
    stage.buy("A-0001", billing=GUEST)
    stage.run("customers")
    known = {row["email"] for row in parties(stage).values()}
    assert known.isdisjoint({"boss@shop.example", "dealer@kunde.example", GUEST["email"]})
    stage.configure(
        lambda data: data.update(
            customers={"mode": "on", "roles": ["customer", "wholesale_customer"]}
        )
    )
    stage.run("customers")
    assert f"WC-main-C{dealer}" in parties(stage)
    assert f"WC-main-C{staff}" not in parties(stage)


def test_a_change_goes_over_and_nothing_is_printed_of_it(stage: Stage) -> None:
    stage.run("customers")
    id = register(stage)
    stage.run("customers")
    stage.sandbox.shop.do("edit_customer", id=id, billing={"city": "Bonn"})
    said = stage.run("customers", "--dry-run")
    assert f"update Customer {id}: address" in said.out
    assert "Bonn" not in said.all
    stage.run("customers")
    assert parties(stage)[f"WC-main-C{id}"]["address"]["city"] == "Bonn"


def test_a_change_that_moved_no_date_is_found_by_a_full_read(stage: Stage) -> None:
    id = register(stage)
    stage.run("customers")
    stage.sandbox.shop.do("edit_customer", id=id, silently=True, billing={"city": "Bonn"})
    stage.run("customers", "--full")
    assert parties(stage)[f"WC-main-C{id}"]["address"]["city"] == "Bonn"


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "truncate"])
@pytest.mark.parametrize("side", ["shop", "erp"])
def test_a_lost_answer_makes_nobody_twice(stage: Stage, side: str, kind: str) -> None:
    if side == "erp":
        stage.erp_fault(kind, path="/customers$", methods=("POST",), times=2)
    else:
        stage.shop_fault(kind, path="/customers/batch", methods=("POST",), times=2)
    stage.type("customers")
    assert stage.struck()
    stage.settle()
    for _ in range(3):
        stage.let_time_pass()
        stage.type("customers")
    references = [row["reference"] for row in stage.sandbox.erp.ledger.state()["customers"]]
    assert len(references) == len(set(references)) == len(accounts(stage))
    assert all(account["meta"].get(NUMBER) for account in accounts(stage).values())
    assert stage.ask("SELECT count(*) FROM held") == [(0,)]


def test_a_run_while_orders_are_at_work_ends_at_once(stage: Stage) -> None:
    from sync_cli.state.lanes import lane_lock

    with lane_lock(stage.folder, "main", "orders", command="orders"):
        said = stage.type("customers")
    assert said.code == 75


def test_off_and_plan_write_nothing(stage: Stage) -> None:
    before = stage.effects()
    for mode in ("off", "plan"):
        stage.configure(lambda data, mode=mode: data.update(customers={"mode": mode}))  # type: ignore[misc]
        stage.run("customers")
    assert stage.effects() == before
