"""`make live` before the pretend Odoo: every promise told, and everything put away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.odoo import (
    KEY,
    USERS,
    OdooSettings,
    OdooStore,
    odoo_app,
    seed_articles,
    seed_company,
)
from sync_cli.sandbox.server import serve
from tests.contract.live.__main__ import USAGE, main
from tests.contract.live.rig import MARK


@dataclass
class Live:
    """A running Odoo, and what `make live` says about it."""

    url: str
    store: OdooStore
    lines: list[str] = field(default_factory=list)
    passed: float = 0.0

    def run(self, **changed: str) -> int:
        """Run it; seconds pass on Odoo's clock."""
        given = {"KIND": "odoo", "URL": self.url, "DATABASE": "erp", "USER": "shopsync",
                 "SECRET": KEY, "SKU": "A-000001", **changed}  # fmt: skip
        named = {f"SYNC_CLI_LIVE_ERP_{name}": value for name, value in given.items() if value}
        return main(named, self.lines.append, self)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.store.clock.advance(seconds)

    def at_work(self) -> list[str]:
        """References of marked records that are neither cancelled nor archived."""
        orders = [r["client_order_ref"] for r in self.store.table("sale.order").values()
                  if r["state"] != "cancel"]  # fmt: skip
        contacts = [r["ref"] for r in self.store.table("res.partner").values() if r["active"]]
        return [name for name in (*orders, *contacts) if name and name.startswith(MARK)]


@pytest.fixture
def live() -> Iterator[Live]:
    clock = SandboxClock()
    store = OdooStore(clock, Ledger("erp", clock))
    seed_company(store)
    seed_articles(store, catalogue(3))
    with serve(odoo_app(store, OdooSettings(users=USERS)), clock=clock) as server:
        yield Live(server.url, store)


def test_every_promise_is_told_and_everything_is_put_away(live: Live) -> None:
    assert live.run() == 0, live.lines
    kept = int(live.lines[-1].split()[0])
    assert kept >= 25
    assert len(live.store.table("sale.order")) > 0
    assert not live.at_work()


def test_it_goes_with_several_price_lists_and_orders_that_are_locked(live: Live) -> None:
    live.store.insert("product.pricelist", {"name": "Traders", "currency_id": 125})
    live.store.locks = True
    assert live.run() == 0, live.lines
    assert not live.at_work()


def test_what_is_missing_is_named_before_anything_is_made(live: Live) -> None:
    assert live.run(SKU="") == USAGE
    assert "SYNC_CLI_LIVE_ERP_SKU" in live.lines[-1]
    assert live.run(SECRET="wrong") == 5
    assert not live.store.table("sale.order")
