"""The line that a run ends with: what was really done, each record in exactly one count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync_cli.connectors.base import Failed
from sync_cli.core.errors import Problem
from sync_cli.engine.route import Options
from sync_cli.report.words import summary
from tests.flows.product_world import ProductWorld
from tests.flows.town import Told, Town
from tests.properties.world import SyncResult

COUNTS = ("create", "adopt", "update", "advance", "skip", "defer", "held")


class Refusing:
    """An ERP that refuses every new record of a kind."""

    def __init__(self, inner: Any, entity: str = "order") -> None:
        self._inner = inner
        self._entity = entity

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def create(self, entity: str, drafts: Any) -> Any:
        if entity != self._entity:
            return self._inner.create(entity, drafts)
        refused = Problem("refused", "", "the ERP refused it", "Ask the ERP.")
        return [Failed(refused) for _ in drafts]


def line(told: Told) -> str:
    """The line that the run ends with."""
    tally = told.run.tally
    return summary("orders", tally.counts, tally.planned)


def uncounted(told: Told | SyncResult) -> dict[str, int]:
    """By route, how many more records were read than stand in the other counts."""
    tally = told.run.tally
    routes = {key.rpartition(".")[0] for key in tally.counts if key.endswith(".read")}
    sums = {route: sum(tally.of(route, what) for what in COUNTS) for route in routes}
    rest = {route: tally.of(route, "read") - counted for route, counted in sums.items()}
    return {route: count for route, count in rest.items() if count}


def test_what_the_erp_refused_was_not_created(town: Town) -> None:
    town.wrap_erp = Refusing
    town.buy()
    told = town.orders()
    assert "orders 1 read, 1 held" in line(told)
    assert told.run.tally.of("orders", "create") == 0
    assert uncounted(told) == {}


@pytest.mark.parametrize("pieces", [50, 3])
@pytest.mark.parametrize("limit", [None, 1])
def test_a_stock_row_of_a_sku_that_two_articles_carry_is_counted_once(
    town: Town, limit: int | None, pieces: int
) -> None:
    town.new_in_erp("11", pieces, article="800")
    told = town.stock(limit=limit)
    assert told.run.tally.of("stock", "held") == 1
    assert uncounted(told) == {}


@pytest.mark.parametrize("price", ["10.00", "3.00"])
@pytest.mark.parametrize("dry", [False, True])
def test_articles_that_share_a_sku_are_held_and_counted_once_each(
    tmp_path: Path, price: str, dry: bool
) -> None:
    world = ProductWorld(tmp_path)
    world.put_article("950", "11", price=price)
    for _ in range(1 if dry else 2):
        told = world.run("products", options=Options(full=True, dry_run=dry))
        assert told.run.tally.of("products", "held") == 2
        assert uncounted(told) == {}


def test_an_article_that_was_held_and_changed_meanwhile_is_counted_once(tmp_path: Path) -> None:
    world = ProductWorld(tmp_path)
    world.edit("911", price="a lot")
    world.run("products")
    world.pass_time(3600)
    world.edit("911", price="12.00")
    told = world.run("products")
    assert world.product("11")["regular_price"] == "12.00"
    assert uncounted(told) == {}


def test_what_was_created_is_counted_once(town: Town) -> None:
    town.buy()
    told = town.orders()
    assert "orders 1 read, 1 created" in line(told)
    assert told.run.tally.of("orders", "create") == 1
    assert uncounted(told) == {}


def test_an_order_that_is_still_held_is_counted(town: Town) -> None:
    town.buy()
    bad = town.buy()
    town.edit(bad, total="99.00")
    town.orders()
    told = town.go("orders", full=True)
    assert "orders 2 read, 1 unchanged or left out, 1 held" in line(told)
    assert told.run.tally.new_failures == 0
    assert uncounted(told) == {}


def test_a_plan_says_what_would_be_done_and_held(town: Town) -> None:
    town.buy()
    town.edit(town.buy(), total="99.00")
    told = town.orders(dry_run=True)
    assert "orders 2 read, 1 to create, 1 to hold" in line(told)
    assert "created" not in line(told)
    assert "linked" not in line(told)
    assert uncounted(told) == {}


def test_a_route_that_is_only_planned_says_so_in_a_run_that_works(town: Town) -> None:
    town.buy()
    town.configure(orders={"write_back": "plan"})
    told = town.orders()
    assert "orders 1 read, 1 created" in line(told)
    assert "orders-back 1 read, 1 to update" in line(told)


def test_an_order_that_a_person_dismissed_is_left_out(town: Town) -> None:
    bad = town.buy()
    town.edit(bad, total="99.00")
    town.orders()
    with town.open_state() as state:
        state.dismiss("orders", bad, town.now, "somebody")
    told = town.orders(full=True)
    assert "orders 1 read, 1 unchanged or left out" in line(told)
    assert uncounted(told) == {}


@pytest.mark.parametrize("lane", ["customers", "stock"])
def test_every_record_of_other_lanes_is_counted_once(town: Town, lane: str) -> None:
    town.configure(customers={"mode": "on", "create": True})
    town.register("501")
    town.new_party("K9", "c502@kunde.example")
    town.register("502")
    for _ in range(2):
        told = town.go(lane)
        assert uncounted(told) == {}
    assert uncounted(town.go(lane, full=True)) == {}
    assert uncounted(town.go(lane, full=True, dry_run=True)) == {}


def test_returns_that_went_on_are_told_in_words() -> None:
    told = summary("orders", {"refunds.read": 1, "refunds.create": 1, "returns.reached": 2})
    assert told == "orders: refunds 1 read, 1 created; returns 2 reached a checkpoint"
