"""`orders --backfill` by the real command line over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync_cli.state.lanes import lane_lock
from tests.scenarios.stage import KEY, Stage, open_stage, simple

pytestmark = pytest.mark.scenario

DAY = 86_400
OLD, LAST_YEAR = 20, 10


def day(days_ago: int) -> str:
    """A day as it is written on the command line and in the configuration."""
    return f"{datetime.now(UTC) - timedelta(days=days_ago):%Y-%m-%d}"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A shop with orders of a year ago, of last month, and of today; `start_at` is yesterday."""
    with open_stage(tmp_path, articles=simple(10), orders=0) as opened:
        opened.configure(lambda data: data["orders"].update(start_at=day(1)))
        for age, count in ((400, LAST_YEAR), (30, OLD), (0, 2)):
            opened.buy("A-0001", times=count, age=age * DAY)
        yield opened


def documents(stage: Stage) -> list[str]:
    """References of the ERP's confirmed documents."""
    orders = stage.sandbox.erp.ledger.state()["orders"]
    return [order["reference"] for order in orders if order["state"] == "confirmed"]


def test_older_orders_come_by_a_backfill_once_and_without_notes(stage: Stage) -> None:
    stage.run("orders")
    assert len(documents(stage)) == 2
    said = stage.run("orders", "--backfill", "--from", day(60))
    assert f"{OLD} created" in said.out
    assert len(documents(stage)) == len(set(documents(stage))) == 2 + OLD
    stage.forget_requests()
    stage.run("orders")
    assert [each for each in stage.shop_wire.requests if each.method != "GET"] == []
    orders = stage.sandbox.shop.ledger.state()["orders"]
    ours = [note for order in orders for note in order["notes"] if "ERP document" in note["note"]]
    assert len(ours) == 2


def test_it_is_told_when_nothing_is_left_and_status_knows(stage: Stage) -> None:
    stage.run("orders", "--backfill", "--from", day(60))
    assert "is complete" in stage.run("orders", "--backfill", "--from", day(60)).err
    assert "backfill\tcomplete" in stage.run("status").out
    assert f"{LAST_YEAR} created" in stage.run("orders", "--backfill", "--from", day(500)).out


def test_it_goes_on_where_the_erp_went_down(stage: Stage) -> None:
    stage.erp_fault("status", methods=("POST",), path="/orders", every=3, retry_after=3600)
    down = stage.type("orders", "--backfill", "--from", day(60))
    assert down.code == 69
    stage.settle()
    stage.let_time_pass()
    stage.run("orders", "--backfill", "--from", day(60))
    assert len(documents(stage)) == len(set(documents(stage))) == OLD


def test_both_sides_agree_on_what_the_backfill_brought(stage: Stage) -> None:
    stage.run("orders")
    stage.run("orders", "--backfill", "--from", day(60))
    stage.let_time_pass()
    said = stage.type("reconcile", "--only", "orders")
    assert f"{2 + OLD} orders" in said.out
    assert said.code == 0


def test_a_second_backfill_is_refused_while_one_is_at_work(stage: Stage) -> None:
    with lane_lock(stage.folder, KEY, "backfill", command="orders --backfill"):
        assert stage.type("orders", "--backfill", "--from", day(60)).code == 75
        stage.run("orders")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--backfill"], "--from"),
        (["--from", "2024-01-31"], "it belongs to --backfill"),
        (["--backfill", "--from", "2024-01-31", "--since", "2h"], "begins with --from"),
        (["--backfill", "--from", "last year"], "is no date"),
    ],
)
def test_words_that_do_not_fit_are_refused(stage: Stage, words: list[str], says: str) -> None:
    said = stage.type("orders", *words)
    assert said.code == 2
    assert says in said.all
    assert documents(stage) == []
