"""The simulated world with one more lane: the comparison of both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sync_cli.core.drift import Drift
from sync_cli.core.findings import Report
from sync_cli.core.parts import Part
from sync_cli.flows.reconcile import Notes, Wish, compare
from sync_cli.flows.systems import Systems
from tests.properties.world import MAPPINGS, SyncResult, World

HOUR = 3600


@dataclass
class Comparing:
    """Stands where a flow stands, and compares instead."""

    systems: Systems
    wish: Wish
    reports: list[Report]

    def sync(self) -> None:
        notes = Notes()
        self.systems.run.watcher = notes
        self.reports.append(compare(self.systems, self.wish, notes))


class Compared(World):
    """A world whose two sides are compared by `reconcile`."""

    def reconcile(self, wish: Wish | None = None, **circumstances: Any) -> Report:
        """The report on both sides as they are now."""
        return self.compare(wish, **circumstances)[0]

    def compare(self, wish: Wish | None = None, **circumstances: Any) -> tuple[Report, SyncResult]:
        """The report, and what the run that made it did besides."""
        reports: list[Report] = []
        stock_flow = self.stock_flow
        self.stock_flow = lambda systems: Comparing(systems, wish or Wish(), reports)
        try:
            result = self.run("reconcile", **circumstances)
        finally:
            self.stock_flow = stock_flow
        return reports[0], result


class ComparedWorld(Compared):
    """Orders and stock, compared; products carry no more than these need."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for system, kind in ((self.shop, "woocommerce"), (self.erp, "sandbox-erp")):
            complete(system.tables["product"], MAPPINGS.of(kind, "product").needs)

    def sync(self) -> None:
        """All lanes until nothing moves any more, and an hour of peace."""
        self.pass_time(HOUR)
        for lane in ("stock", "orders", "stock"):
            self.run(lane)
        self.pass_time(HOUR)

    def document_of(self, order_id: str) -> dict[str, Any]:
        """The one live document of an order."""
        (document,) = self.documents()[f"WC-main-{order_id}"]
        return self.erp.tables["order"][str(document["id"])]


def complete(table: dict[str, dict[str, Any]], needs: frozenset[str]) -> None:
    """Give records the fields that a mapping asks for and that this world does not care about."""
    for record in table.values():
        for name in needs - record.keys():
            record[name] = [] if name in ("attributes", "meta_data") else None


def told(report: Report) -> set[tuple[str, str, str]]:
    """All drifts as (kind, id, field)."""
    return {(str(drift.kind), drift.id, drift.field) for drift in report.drifts}


def only(report: Report) -> Drift:
    """The one drift of a report."""
    assert len(report.drifts) == 1, report.drifts
    return report.drifts[0]


PRODUCTS_ONLY = Wish(parts=(Part.PRODUCTS,))
CUSTOMERS_ONLY = Wish(parts=(Part.CUSTOMERS,))
STOCK_ONLY = Wish(parts=(Part.STOCK,))
ORDERS_ONLY = Wish(parts=(Part.ORDERS,))
