"""`reconcile`: whether shop and ERP agree, proven from both sides; writes to neither of them.

Zero errors of the other commands is not "in step": only a comparison is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.config import Config
from sync_cli.core.errors import IdentityError
from sync_cli.core.findings import Findings, Report
from sync_cli.core.parts import Part
from sync_cli.engine.route import Mode, Options
from sync_cli.engine.run import Silent
from sync_cli.flows.admission import admitted_since
from sync_cli.flows.clock import utc_now
from sync_cli.flows.reconcile_ahead import ReadAhead, of_erp, of_shop
from sync_cli.flows.reconcile_customers import CustomerComparison
from sync_cli.flows.reconcile_orders import OrderComparison
from sync_cli.flows.reconcile_parcels import ParcelComparison
from sync_cli.flows.reconcile_payments import PaymentComparison
from sync_cli.flows.reconcile_products import ProductComparison
from sync_cli.flows.reconcile_refunds import RefundComparison
from sync_cli.flows.reconcile_shelf import ShopSide
from sync_cli.flows.reconcile_stock import StockComparison
from sync_cli.flows.reconcile_trust import Memory, scope_of
from sync_cli.flows.session import session
from sync_cli.flows.systems import Systems
from sync_cli.flows.under_way import shared_reasons

COMMAND = "reconcile"
WINDOWED = frozenset({Part.ORDERS, Part.REFUNDS, Part.PAYMENTS, Part.PARCELS})
"""Parts of which a window may be compared; of the others always all."""
ONLY_PLANNED = "The mode of {part} is not `on`: until it is, the commands named here only plan."
NOTES = 20
"""So many notes are told; a side that is half unreadable makes one for each record."""


class Wish(Struct, frozen=True):
    """What a person asked for: `since` (aware UTC) narrows orders, refunds, payments and parcels.

    `parts` are what is compared; without any what is on.
    `shown` is how many drifts are listed (None: as configured). `accept_counts` takes a side that
    has shrunk as right.
    """

    since: datetime | None = None
    parts: tuple[Part, ...] = ()
    shown: int | None = None
    accept_counts: bool = False


class Notes(Silent, Struct):
    """A watcher that keeps what belongs to no record."""

    texts: list[str] = field(default_factory=list)
    more: int = 0

    def note(self, text: str) -> None:
        """Kept once, for the end of the report."""
        if text in self.texts:
            return
        if len(self.texts) < NOTES:
            self.texts.append(text)
        else:
            self.more += 1

    def told(self) -> list[str]:
        """The first of them, and how many there are more."""
        return (
            [*self.texts, f"... and {self.more:,} more of this kind"] if self.more else self.texts
        )


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
        whole_products=lambda loaded: Part.PRODUCTS in parts_of(loaded, wish),
        now=now,
    ) as opened:
        return opened.systems.config, compare(opened.systems, wish, notes)


def compare(systems: Systems, wish: Wish, notes: Notes) -> Report:
    """The report on all parts that the wish names and the configuration does not switch off."""
    config = systems.config
    begun = systems.run.now()
    findings = Findings(wish.shown or config.reconcile.shown)
    parts = parts_of(config, wish)
    for part in parts:
        if Mode.PLAN in _modes(config, part):
            notes.note(ONLY_PLANNED.format(part=part))
    start = _start(systems, wish)
    with (
        closing(ReadAhead(systems.shop, of_shop(parts))) as shop,
        closing(ReadAhead(systems.erp, of_erp(parts))) as erp,
    ):
        systems = replace(systems, shop=shop, erp=erp)
        _compare_parts(systems, wish, parts, start, findings)
    since = {part: start for part in parts if part in WINDOWED and start is not None}
    return findings.report(
        shop=config.shop,
        at=begun,
        since=since,
        notes=notes.told(),
        causes=shared_reasons(systems.run.state),
    )


def _compare_parts(
    systems: Systems,
    wish: Wish,
    parts: Sequence[Part],
    start: datetime | None,
    findings: Findings,
) -> None:
    with closing(ShopSide(systems)) as side:
        for part in parts:
            comparison = _comparison(part, systems, findings, side, start, parts)
            try:
                comparison.compare(_memory(systems, wish))
            except IdentityError as error:
                # An id that was used again stops the runs of this part; the others can be told of.
                findings.doubt(f"{part.capitalize()} could not be compared: {error.sentence()}")


def parts_of(config: Config, wish: Wish) -> list[Part]:
    """What is compared: the parts that are on, and as long as none is, those that are planned.

    A part that is named is compared unless it is off.
    """
    running = [part for part in Part if set(_modes(config, part)) == {Mode.ON}]
    wanted = wish.parts or running or tuple(Part)
    return [part for part in Part if part in wanted and Mode.OFF not in _modes(config, part)]


def _modes(config: Config, part: Part) -> tuple[Mode, ...]:
    """The modes that all must be on for anything to be written of a part."""
    match part:
        case Part.ORDERS:
            return (config.orders.mode,)
        case Part.REFUNDS:
            return (config.orders.mode, config.refunds.mode)
        case Part.PAYMENTS:
            return (config.orders.mode, config.payments.mode)
        case Part.PARCELS:
            told = config.orders.write_back if config.orders.tracking else Mode.OFF
            return (config.orders.mode, told)
        case Part.CUSTOMERS:
            return (config.customers.mode,)
        case Part.PRODUCTS:
            return (config.products.mode,)
        case Part.STOCK:
            return (config.stock.mode,)
        case _:
            assert_never(part)


class Comparison(Protocol):
    """One part of the comparison."""

    def compare(self, memory: Memory) -> None:
        """Find the drifts; a side that must not be believed is said instead."""


def _comparison(
    part: Part,
    systems: Systems,
    findings: Findings,
    side: ShopSide,
    start: datetime | None,
    parts: Sequence[Part],
) -> Comparison:
    since, windowed = start or admitted_since(systems), start is not None
    match part:
        case Part.ORDERS:
            return OrderComparison(systems, findings, since, windowed=windowed)
        case Part.REFUNDS:
            return RefundComparison(systems, findings, since, windowed=windowed)
        case Part.PAYMENTS:
            return PaymentComparison(systems, findings, since, windowed=windowed)
        case Part.PARCELS:
            return ParcelComparison(systems, findings, since, windowed=windowed)
        case Part.CUSTOMERS:
            return CustomerComparison(systems, findings)
        case Part.PRODUCTS:
            return ProductComparison(systems, findings, side)
        case Part.STOCK:
            alone = Part.PRODUCTS not in parts
            return StockComparison(systems, findings, side, alone=alone)
        case _:
            assert_never(part)


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
