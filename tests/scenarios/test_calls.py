"""How many calls a run makes: counted, because it is the same on every machine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sync_cli import sandbox
from sync_cli.admin.demo import write_config
from sync_cli.engine.route import Options
from sync_cli.engine.run import Silent
from sync_cli.flows.commands import ORDERS, STOCK, Command
from sync_cli.flows.session import session
from sync_cli.sandbox.articles import catalogue

pytestmark = pytest.mark.scenario

Town = tuple[Any, Path]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("calls")
    plain = [article for article in catalogue(400) if article.main_sku is None]
    sellable = [a for a in plain if a.in_shop and a.in_erp and not a.is_main and a.kind == "goods"]
    with sandbox.start(articles=sellable, orders=0, ledger_dir=folder) as both:
        config = write_config(folder, both, "test")
        calls(STOCK, config)
        calls(ORDERS, config)
        yield both, config


def calls(command: Command, config: Path) -> dict[str, Mapping[str, int]]:
    """The calls of one run, by system."""
    with session(
        config,
        command=command.name,
        lane=command.lane,
        mode=command.mode,
        options=Options(),
        watcher=Silent(),
    ) as opened:
        command.carry_out(opened.systems)
        systems = opened.systems
        return {"shop": dict(systems.shop.calls()), "erp": dict(systems.erp.calls())}


def change_stock(both: Any, count: int) -> None:
    rows = [row for row in both.erp_store.state()["stock"] if row["stocked"]]
    for number, row in enumerate(rows[:count]):
        both.erp.do("set_stock", sku=row["sku"], warehouse="MAIN", on_hand=500 + number)


def test_changed_stock_is_written_in_batches_of_a_hundred(town: Town) -> None:
    both, config = town
    calls(STOCK, config)
    change_stock(both, 250)
    made = calls(STOCK, config)
    assert made["shop"]["write"] == math.ceil(250 / 100)
    assert made["erp"]["write"] == 0
    assert made["erp"]["read"] <= math.ceil(250 / 100) + 4


def test_a_run_with_nothing_to_do_makes_few_calls_and_no_write(town: Town) -> None:
    _, config = town
    for command in (STOCK, ORDERS):
        calls(command, config)
        made = calls(command, config)
        assert made["shop"]["write"] == made["erp"]["write"] == 0
        assert made["erp"]["read"] <= 8


def test_new_orders_are_made_and_confirmed_in_batches(town: Town) -> None:
    both, config = town
    calls(ORDERS, config)
    both.shop.do("place_order", n=120)
    made = calls(ORDERS, config)
    batches = math.ceil(120 / 100)
    customers = 2 * batches
    assert made["erp"]["write"] <= 2 * batches + customers
    notes = 120
    assert made["shop"]["write"] <= notes + math.ceil(120 / 50)
