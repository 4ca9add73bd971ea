"""One run of one command: what it stands on, and what it counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct, field

from sync_cli.core.errors import Problem
from sync_cli.core.item import Item
from sync_cli.core.plan import Operation
from sync_cli.engine.route import Mode, Options, Route
from sync_cli.state.store import State


class Watcher(Protocol):
    """Whoever looks on: a person at a terminal, cron, or a test."""

    def reading(self, route: str, count: int, total: int | None) -> None:
        """`count` records were read so far, of `total` if the source says it."""

    def planned(self, route: str, operation: Operation) -> None:
        """The table decided this; skips of unchanged records are not told one by one."""

    def failed(self, route: str, item: Item, problem: Problem, *, new: bool) -> None:
        """A record is held because of `problem`; `new` if it was not already."""

    def note(self, text: str) -> None:
        """Something a person should know that belongs to no record."""


class Silent:
    """A watcher that looks away."""

    def reading(self, route: str, count: int, total: int | None) -> None:
        """Ignored."""

    def planned(self, route: str, operation: Operation) -> None:
        """Ignored."""

    def failed(self, route: str, item: Item, problem: Problem, *, new: bool) -> None:
        """Ignored."""

    def note(self, text: str) -> None:
        """Ignored."""


class Tally(Struct):
    """What a run did, by route: counts of read, skipped, written and failed records.

    Of the routes in `planned` the counts say what would be done.
    """

    counts: Counter[str] = field(default_factory=Counter)
    planned: set[str] = field(default_factory=set)
    new_failures: int = 0

    def add(self, route: str, what: str, count: int = 1) -> None:
        """Count `what` ("read", "create", "held", ...) of `route`."""
        self.counts[f"{route}.{what}"] += count

    def add_all(self, route: str, counts: Mapping[str, int], *, planned: bool = False) -> None:
        """Count what records came to, or would come to where `route` is only planned."""
        if planned:
            self.planned.add(route)
        for what, count in counts.items():
            self.add(route, what, count)

    def of(self, route: str, what: str) -> int:
        """How often `what` was counted for `route`."""
        return self.counts[f"{route}.{what}"]

    def total(self, what: str) -> int:
        """`what` over all routes."""
        return sum(n for key, n in self.counts.items() if key.rpartition(".")[2] == what)


class Run(Struct):
    """State, clock and options of one run; `plans_only` if nothing may be written."""

    state: State
    now: Callable[[], datetime]
    request_ids: Callable[[], str]
    options: Options = field(default_factory=Options)
    watcher: Watcher = field(default_factory=Silent)
    tally: Tally = field(default_factory=Tally)
    number: int = 0
    plans_only: bool = False

    def is_dry(self, route: Route) -> bool:
        """Whether `route` only plans in this run."""
        return self.plans_only or self.options.dry_run or route.mode is not Mode.ON
