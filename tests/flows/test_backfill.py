"""Orders from before `start_at`: only by a backfill, once each, and never before today's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.config import Config
from sync_cli.core.errors import ConfigError
from sync_cli.flows.backfill import AT_ONCE, Backfill, Progress
from sync_cli.flows.systems import Systems
from tests.flows.town import Told, Town, hour
from tests.properties.world import Killed, config_for

LANE = "orders --backfill"
DAYS = timedelta(days=1)


@dataclass
class OldTown(Town):
    """A town whose shop is older than its ERP: 3 orders a day and more before `start_at`."""

    since: datetime = field(default_factory=lambda: datetime(2000, 1, 1, tzinfo=UTC))
    before_window: Callable[[], object] = lambda: None
    windows: int = 0

    def fill(self, *, start_at: datetime, since: datetime | None = None, **how: Any) -> Told:
        """One run of the backfill from `since`, once the orders have settled down."""
        self.configure(orders={"start_at": start_at})
        self.since = since or self.since
        self.settle_down()
        return self.go(LANE, **how)

    def _flow(self, lane: str, systems: Systems) -> None:
        if lane == LANE:
            self.order_flow(systems)  # whoever opens this one overhears the run
            Backfill(systems, self.since, self._window).carry_out()
        else:
            super()._flow(lane, systems)

    @contextmanager
    def _window(self) -> Iterator[None]:
        self.windows += 1
        self.before_window()
        yield


@pytest.fixture
def old(tmp_path: Path) -> OldTown:
    made: Config = config_for()
    return OldTown(tmp_path, config=made)


def buy_some(town: OldTown, count: int) -> list[str]:
    """Orders a day apart, the last one two days ago."""
    orders = []
    for _ in range(count):
        orders.append(town.buy())
        town.pass_time(hour(24))
    town.pass_time(hour(24))
    return orders


def test_only_a_backfill_makes_documents_of_older_orders(old: OldTown) -> None:
    orders = buy_some(old, 3)
    old.configure(orders={"start_at": old.now})
    old.orders(full=True)
    assert old.documents() == {}
    old.fill(start_at=old.now)
    assert [len(old.all_documents(order)) for order in orders] == [1, 1, 1]
    old.orders(full=True)
    assert [old.states(order) for order in orders] == [["confirmed"]] * 3


def test_it_begins_with_the_day_that_was_named_and_ends_with_start_at(old: OldTown) -> None:
    before, named = buy_some(old, 2)
    start_at = old.now
    after = old.buy()
    told = old.fill(start_at=start_at, since=start_at - 2.5 * DAYS)
    assert set(old.documents()) == {f"WC-main-{named}"}
    old.orders()
    assert set(old.documents()) == {f"WC-main-{named}", f"WC-main-{after}"}
    assert old.all_documents(before) == []
    assert told.ears.failures == []


def test_numbers_come_back_but_no_notes(old: OldTown) -> None:
    [order] = buy_some(old, 1)
    start_at = old.now
    old.fill(start_at=start_at)
    new = old.buy()
    old.orders()
    metas = {meta["key"]: meta["value"] for meta in old.shop_order(order)["meta_data"]}
    assert metas["_sync_cli_document"] == old.document(order)["number"]
    noted = {note["order_id"] for note in old.shop.records("note").values()}
    assert noted == {new}


def test_the_status_of_backfilled_orders_is_left_alone_so_that_nobody_gets_a_mail(
    old: OldTown,
) -> None:
    [order] = buy_some(old, 1)
    old.edit(order, payment_method="stripe", date_paid_gmt=f"{old.now:%Y-%m-%dT%H:%M:%S}")
    old.fill(start_at=old.now)
    old.ship(order)
    old.orders()
    assert old.shop_order(order)["status"] == "processing"
    assert old.written_state(order) == "shipped"


def test_a_trial_makes_some_and_moves_nothing(old: OldTown) -> None:
    orders = buy_some(old, 3)
    old.fill(start_at=old.now, limit=1)
    assert len(old.documents()) == 1
    old.fill(start_at=old.now, ids=(orders[2],))
    assert set(old.documents()) == {f"WC-main-{orders[0]}", f"WC-main-{orders[2]}"}
    old.orders(full=True)
    assert len(old.documents()) == 2
    old.fill(start_at=old.now)
    assert len(old.documents()) == 3


def test_a_dry_run_plans_and_leaves_nothing_behind(old: OldTown) -> None:
    buy_some(old, 2)
    old.configure(orders={"start_at": old.now})
    old.orders(full=True)
    before = old.remembered()
    sides = old.both_sides()
    told = old.fill(start_at=old.now, dry_run=True)
    assert len([line for line in told.ears.plan if line.startswith("orders: ")]) >= 2
    assert old.documents() == {}
    assert (old.both_sides(), old.remembered()) == (sides, before)


def test_a_kill_at_any_step_makes_each_document_once_and_the_rest_follows(tmp_path: Path) -> None:
    step = 0
    while True:
        step += 7
        town = OldTown(tmp_path / f"{step}", config=config_for())
        town.folder.mkdir()
        orders = buy_some(town, 5)
        start_at = town.now
        town.configure(orders={"start_at": start_at})
        town.settle_down()
        try:
            town.run(LANE, kill_at=step)
        except Killed:
            town.pass_time(hour())
            town.fill(start_at=start_at)
            town.pass_time(hour())
            town.orders()
            assert [town.states(order) for order in orders] == [["confirmed"]] * 5
            continue
        return


def test_an_interrupted_backfill_goes_on_where_it_stood(old: OldTown) -> None:
    buy_some(old, 6)
    start_at = old.now
    old.configure(orders={"start_at": start_at})
    old.before_window = lambda: stop_after(old, windows=2)
    with pytest.raises(KeyboardInterrupt):
        old.fill(start_at=start_at)
    made = len(old.documents())
    old.before_window = lambda: None
    told = old.fill(start_at=start_at)
    assert 0 < made < 6
    assert told.run.tally.of("orders", "read") == 6 - made
    assert len(old.documents()) == 6


def stop_after(town: OldTown, *, windows: int) -> None:
    if town.windows > windows:
        raise KeyboardInterrupt


def test_a_complete_one_says_so_and_reads_nothing(old: OldTown) -> None:
    buy_some(old, 2)
    start_at = old.now
    old.fill(start_at=start_at)
    told = old.fill(start_at=start_at)
    assert "is complete" in told.ears.notes[0]
    assert told.run.tally.of("orders", "read") == 0
    earlier = old.fill(start_at=start_at, since=old.since - DAYS)
    assert "is complete" not in "".join(earlier.ears.notes)


def test_todays_orders_go_before_the_next_window(old: OldTown) -> None:
    buy_some(old, 6)
    start_at = old.now
    today: list[str] = []
    found: list[bool] = []

    def cron() -> None:
        """An order is placed, and cron's run comes between two windows."""
        today.append(old.buy())
        old.orders()
        found.append(len(old.all_documents(today[-1])) == 1)

    old.before_window = cron
    old.fill(start_at=start_at)
    assert len(found) > 1
    assert all(found)
    assert all(len(documents) == 1 for documents in old.documents().values())
    assert len(old.documents()) == 6 + len(today)


def test_a_window_has_few_orders_however_long_the_shops_pages_are(old: OldTown) -> None:
    buy_some(old, AT_ONCE + 3)
    old.fill(start_at=old.now, page_size=100)
    assert old.windows == 2


def test_an_order_that_the_backfill_held_goes_on_by_itself(old: OldTown) -> None:
    old.new_article("21")
    old.erp.tables["product"]["921"]["sku"] = "another"
    order = old.buy("21")
    old.pass_time(hour(48))
    start_at = old.now
    old.fill(start_at=start_at)
    assert "no article of the ERP has this SKU" in old.why_held(order)
    old.erp.tables["product"]["921"]["sku"] = "SKU-21"
    old.pass_time(hour(24))
    old.orders()
    assert old.states(order) == ["confirmed"]


def test_later_changes_of_a_backfilled_order_are_followed(old: OldTown) -> None:
    [order] = buy_some(old, 1)
    start_at = old.now
    old.fill(start_at=start_at)
    old.set_status(order, "cancelled")
    old.orders()
    assert old.states(order) == ["cancelled"]


def test_a_day_that_is_not_before_start_at_is_refused(old: OldTown) -> None:
    with pytest.raises(ConfigError, match=r"has nothing to do: .*orders\.start_at"):
        old.fill(start_at=old.now, since=old.now)


BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("done", "total", "minutes", "words"),
    [
        (100, 10_000, 1, "100 of 10,000 orders looked at, about 99 min left"),
        (2_500, 10_000, 10, "2,500 of 10,000 orders looked at, about 30 min left"),
        (100, 10_000, 3, "about 5.0 h left"),
        (9_900, 10_000, 60, "about 36 s left"),
        (12_000, 10_000, 60, "10,000 of 10,000 orders looked at, about 1 s left"),
        (300, None, 5, "Backfill: 300 orders looked at."),
    ],
)
def test_progress_tells_how_long_the_rest_may_take(
    done: int, total: int | None, minutes: int, words: str
) -> None:
    progress = Progress(BEGUN, BEGUN)
    progress.advance(done, total)
    now = BEGUN + timedelta(minutes=minutes)
    assert progress.is_due(now)
    assert words in progress.words(now)
    assert not progress.is_due(now + timedelta(seconds=59))


def test_the_total_is_that_of_the_first_page() -> None:
    progress = Progress(BEGUN, BEGUN)
    progress.advance(100, 1_000)
    progress.advance(100, 1_100)
    assert progress.total == 1_000


def test_pieces_of_an_order_that_the_backfill_held_are_not_sold_again(old: OldTown) -> None:
    order = old.buy(pieces=6, off_by=Decimal("0.01"))
    old.pass_time(hour(48))
    start_at = old.now
    old.configure(orders={"start_at": start_at})
    old.stock(full=True)
    assert old.shop_stock("11") == 50
    old.fill(start_at=start_at)
    assert order in old.held()
    old.stock(full=True)
    assert old.shop_stock("11") == 44
