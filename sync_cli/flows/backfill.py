"""Backfill: orders placed before `start_at` go to the ERP, because a person named the day.

It works window by window and holds the lane only for one at a time: today's orders go first. When
it is interrupted it goes on where it stood. No order that comes this way causes a note or a mail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.errors import ConfigError
from sync_cli.core.fingerprint import digest
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Mode, Route
from sync_cli.flows.admission import (
    ROUTE,
    admit,
    mark_backfilled,
    mark_brought,
)
from sync_cli.flows.bookings import booked_links
from sync_cli.flows.order_identity import check_references
from sync_cli.flows.order_route import order_route
from sync_cli.flows.orders import OrderFlow
from sync_cli.flows.systems import Systems
from sync_cli.flows.write_back import WriteBackFlow

AT_ONCE = 25
"""Orders of one window: whoever waits for the lane waits for no more than these."""
TOLD_EVERY = timedelta(minutes=1)

Locked = Callable[[], AbstractContextManager[None]]


class Progress(Struct):
    """How far a backfill is, told in words; `begun` is when this run of it began (aware UTC)."""

    begun: datetime
    told: datetime
    done: int = 0
    total: int | None = None

    def advance(self, records: int, total: int | None) -> None:
        """So many more orders were looked at; the first `total` counts: later ones count what the
        backfill itself has touched meanwhile."""
        self.done += records
        self.total = total if self.total is None else self.total

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to say something again."""
        return now - self.told >= TOLD_EVERY

    def words(self, now: datetime) -> str:
        """What is done and how long the rest may take."""
        self.told = now
        if not self.total or not self.done:
            return f"Backfill: {self.done:,} orders looked at."
        left = max(0, self.total - self.done)
        rest = (now - self.begun) * (left / self.done)
        return (
            f"Backfill: {min(self.done, self.total):,} of {self.total:,} orders looked at, about"
            f" {_duration(rest)} left. It may be interrupted: the same command goes on from here."
        )


class Backfill:
    """The orders placed from `since` on and before `start_at`, brought to the ERP.

    `locked` gives the lane for one window.
    """

    def __init__(self, systems: Systems, since: datetime, locked: Locked) -> None:
        self.systems = systems
        self.run = systems.run
        self.since = since
        self.until = systems.config.orders.start_at
        self.route = self._route()
        self._locked = locked
        self._progress = Progress(self.run.now(), self.run.now())

    def carry_out(self) -> None:
        """All windows. Raises ConfigError for a day that is not before `start_at`."""
        if self.since >= self.until:
            raise ConfigError(
                f"A backfill from {self.since:%Y-%m-%d} has nothing to do: orders placed since"
                f" {self.until:%Y-%m-%d} (orders.start_at) go to the ERP without one.",
                "Name an earlier day with --from.",
            )
        if self._is_done():
            self.run.watcher.note(
                f"The backfill from {self.since:%Y-%m-%d} is complete. To look at all of its"
                " orders again, add --full."
            )
            return
        check_references(self.systems)
        if not self._is_a_trial:
            admit(self.systems, self.since)
        for window in Reading(self.run, self.route):
            self._bring(window)
        if not self._is_a_trial:
            mark_brought(self.systems, self.since)

    @property
    def _is_a_trial(self) -> bool:
        """Whether only some orders are asked for, or only the plan."""
        return self.run.options.narrowed or self.run.is_dry(self.route)

    def _is_done(self) -> bool:
        state, options = self.run.state, self.run.options
        mark = state.watermark(self.route.name)
        if self._is_a_trial or options.full or mark is None:
            return False
        return mark.scope == self.route.scope and state.position(self.route.name) is None

    def _bring(self, window: Window) -> None:
        """Window by window, what of these orders is not in the ERP yet."""
        known = booked_links(self.run.state, [raw.id for raw in window.records])
        new = [raw for raw in window.records if raw.id not in known and self._belongs(raw)]
        for some in batched(new, AT_ONCE):
            with self._locked():
                self._make(some)
        self._progress.advance(len(window.records), window.total)
        if self._progress.is_due(self.run.now()):
            self.run.watcher.note(self._progress.words(self.run.now()))

    def _belongs(self, raw: Raw) -> bool:
        """Whether it was placed in the time that was asked for; one that does not say may have."""
        placed = self.systems.ordered_at(raw)
        return placed is None or self.since <= placed < self.until

    def _make(self, raws: Sequence[Raw]) -> None:
        """Documents for these orders, and the documents' numbers back to the shop.

        The flow is a new one each time: a run in between may have changed what is held.
        """
        ids = [raw.id for raw in raws]
        dry = self.run.is_dry(self.route)
        if not dry:
            mark_backfilled(self.systems, ids)
        OrderFlow(self.systems, self.since).transfer_window(Window(tuple(raws)))
        if not dry and self.systems.config.orders.write_back is Mode.ON:
            WriteBackFlow(self.systems).tell(ids)

    def _route(self) -> Route:
        """Its own place to go on from; all else of an order is kept where every order's is."""
        orders = order_route(self.systems)
        scope = digest([self.since, self.until, orders.scope])
        return replace(orders, name=ROUTE, start_at=self.since, scope=scope)


def _duration(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    if seconds < 90:
        return f"{max(1, seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"
