"""`reconcile`: whether shop and ERP agree, proven from both sides; writes to neither of them.

Zero errors of the other commands is not "in step": only a comparison is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sync_cli.config import Config
from sync_cli.core.findings import Findings, Report
from sync_cli.core.parts import Part
from sync_cli.engine.route import Mode, Options
from sync_cli.engine.run import Silent
from sync_cli.flows.admission import admitted_since
from sync_cli.flows.clock import utc_now
from sync_cli.flows.reconcile_orders import OrderComparison
from sync_cli.flows.reconcile_refunds import RefundComparison
from sync_cli.flows.reconcile_shelf import ReadOnly
from sync_cli.flows.reconcile_stock import StockComparison
from sync_cli.flows.reconcile_trust import Memory, scope_of
from sync_cli.flows.session import session
from sync_cli.flows.systems import Systems

COMMAND = "reconcile"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for: `since` (aware UTC) narrows the orders, `parts` what is compared.

    `shown` is how many drifts are listed (None: as configured). `accept_counts` takes a side that
    has shrunk as right.
    """

    since: datetime | None = None
    parts: tuple[Part, ...] = tuple(Part)
    shown: int | None = None
    accept_counts: bool = False


@dataclass(slots=True)
class Notes(Silent):
    """A watcher that keeps what belongs to no record."""

    texts: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Kept once, for the end of the report."""
        if text not in self.texts:
            self.texts.append(text)


def reconcile(
    config: Path, wish: Wish, *, now: Callable[[], datetime] = utc_now
) -> tuple[Config, Report]:
    """Compare both sides as configured; raises any SyncError that stops a run.

    Takes no lock: it may run beside the other commands.
    """
    notes = Notes()
    with session(
        config,
        command=COMMAND,
        lane=COMMAND,
        mode=lambda _: Mode.PLAN,
        options=Options(dry_run=True),
        watcher=notes,
        now=now,
    ) as opened:
        return opened.systems.config, compare(opened.systems, wish, notes)


def compare(systems: Systems, wish: Wish, notes: Notes) -> Report:
    """The report on all parts that the wish names and the configuration does not switch off."""
    systems = replace(systems, shop=ReadOnly(systems.shop), erp=ReadOnly(systems.erp))
    config = systems.config
    begun = systems.run.now()
    findings = Findings(wish.shown or config.reconcile.shown)
    since: dict[Part, datetime] = {}
    if Part.ORDERS in wish.parts and config.orders.mode is not Mode.OFF:
        start = _start(systems, wish)
        if start is not None:
            since[Part.ORDERS] = start
        comparison = OrderComparison(
            systems, findings, start or admitted_since(systems), windowed=start is not None
        )
        comparison.compare(_memory(systems, wish))
    if Part.REFUNDS in wish.parts and Mode.OFF not in (config.orders.mode, config.refunds.mode):
        start = _start(systems, wish)
        if start is not None:
            since[Part.REFUNDS] = start
        refunds = RefundComparison(
            systems, findings, start or admitted_since(systems), windowed=start is not None
        )
        refunds.compare(_memory(systems, wish))
    if Part.STOCK in wish.parts and config.stock.mode is not Mode.OFF:
        StockComparison(systems, findings).compare(_memory(systems, wish))
    return findings.report(shop=config.shop, at=begun, since=since, notes=notes.texts)


def _start(systems: Systems, wish: Wish) -> datetime | None:
    """Where a window of orders begins; None if all of them are compared."""
    settings = systems.config
    start = wish.since
    if start is None and settings.reconcile.days is not None:
        start = systems.shop_identity.clock - timedelta(days=settings.reconcile.days)
    return start if start is not None and start > admitted_since(systems) else None


def _memory(systems: Systems, wish: Wish) -> Memory:
    config = systems.config
    scope = scope_of(admitted_since(systems), config.orders.reference, config.shop)
    return Memory(systems.run, scope, accept=wish.accept_counts)
