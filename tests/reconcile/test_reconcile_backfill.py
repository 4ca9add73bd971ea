"""Orders that an unfinished backfill will bring by itself are counted, and are no drifts."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync_cli.core.findings import NOT_REACHED, verdict
from tests.flows.test_backfill import OldTown, buy_some, stop_after
from tests.properties.world import config_for
from tests.reconcile.reconciling import ORDERS_ONLY, Compared, only


class Archive(Compared, OldTown):
    """A shop older than its ERP, whose two sides are compared."""


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Six older orders and one of today, and a backfill that was interrupted."""
    archive = Archive(tmp_path, config=config_for())
    orders = buy_some(archive, 6)
    start_at = archive.now
    archive.configure(orders={"start_at": start_at})
    today = archive.buy()
    archive.orders()
    archive.before_window = lambda: stop_after(archive, windows=2)
    with pytest.raises(KeyboardInterrupt):
        archive.fill(start_at=start_at)
    archive.before_window = lambda: None
    archive.pass_time(3600)
    assert 0 < len(archive.documents()) - 1 < len(orders)
    assert archive.all_documents(today)
    return archive


def test_they_are_counted_and_the_sides_agree(archive: Archive) -> None:
    made = len(archive.documents())
    report = archive.reconcile(ORDERS_ONLY)
    assert report.in_step
    assert report.left_out == {NOT_REACHED: 7 - made}
    assert verdict(report) == (
        f"Shop and ERP agree on {made} orders; {7 - made} orders not yet reached by the backfill."
    )


def test_what_it_has_reached_is_compared(archive: Archive) -> None:
    reached = next(iter(archive.documents()))
    archive.erp.remove("order", archive.documents()[reached][0]["id"])
    drift = only(archive.reconcile(ORDERS_ONLY))
    assert f"WC-main-{drift.id}" == reached
    assert "no longer exists in the ERP" in drift.what


def test_once_it_is_complete_a_lost_one_is_a_drift(archive: Archive) -> None:
    archive.fill(start_at=archive.config.orders.start_at)
    archive.pass_time(3600)
    report = archive.reconcile(ORDERS_ONLY)
    assert verdict(report) == "Shop and ERP agree on 7 orders."
    late = archive.buy()
    archive.edit(late, date_created_gmt="2026-01-05T09:00:00")
    archive.pass_time(3600)
    assert only(archive.reconcile(ORDERS_ONLY)).id == late


def test_one_that_it_held_waits_with_the_reason(tmp_path: Path) -> None:
    archive = Archive(tmp_path, config=config_for())
    archive.new_article("21")
    archive.erp.tables["product"]["921"]["sku"] = "another"
    order = archive.buy("21")
    archive.pass_time(48 * 3600)
    archive.fill(start_at=archive.now)
    archive.pass_time(3600)
    report = archive.reconcile(ORDERS_ONLY)
    assert [waiting.id for waiting in report.waiting] == [order]
    assert not report.left_out
