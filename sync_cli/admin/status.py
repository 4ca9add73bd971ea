"""What an admin asks first: how old is each read, how did the last runs end, what is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from sync_cli.core.item import Held
from sync_cli.flows.admission import ROUTE as BACKFILL
from sync_cli.state.store import RunRow, State

LAST_RUNS = 5


class Freshness(Struct, frozen=True):
    """How far a route has read: its watermark (the source's clock) and its age on our clock."""

    route: str
    watermark: datetime
    age: timedelta
    whole: bool


class Status(Struct, frozen=True):
    """The state of the installation.

    `held` counts by route and reason the records that somebody must put right, `waiting` those
    that go on by themselves.
    """

    installation: str
    routes: tuple[Freshness, ...]
    runs: tuple[RunRow, ...]
    held: dict[str, int]
    waiting: dict[str, int]
    due: int
    backfill: str = ""


def read_status(state: State, now: datetime) -> Status:
    """Everything for `status`; reads the state file alone and calls no system."""
    held = state.held()
    routes = tuple(
        Freshness(route, mark.at, now - mark.set_at, state.position(route) is None)
        for route, mark in state.watermarks().items()
        if "/" not in route and route != BACKFILL
    )
    due = sum(entry.until <= now for entry in held)
    runs = tuple(state.runs(LAST_RUNS))
    return Status(
        installation=state.installation,
        routes=routes,
        runs=runs,
        held=_counts(entry for entry in held if entry.why.needs_somebody),
        waiting=_counts(entry for entry in held if not entry.why.needs_somebody),
        due=due,
        backfill=_backfill(state),
    )


def _counts(held: Iterable[Held]) -> dict[str, int]:
    """How many records wait, by route and reason."""
    return dict(Counter(f"{entry.route} {entry.why}" for entry in held))


def _backfill(state: State) -> str:
    """How far the last backfill came, "" if there was none."""
    unfinished = state.position(BACKFILL)
    if unfinished is not None and unfinished.since is not None:
        again = f"sync-cli orders --backfill --from {unfinished.since.isoformat()}"
        return f"interrupted; `{again}` goes on with it"
    return "complete" if state.watermark(BACKFILL) is not None else ""


def as_data(status: Status) -> dict[str, Any]:
    """The status for machines."""
    return {
        "installation": status.installation,
        "routes": [
            {
                "route": route.route,
                "watermark": route.watermark,
                "age_seconds": int(route.age.total_seconds()),
                "interrupted": not route.whole,
            }
            for route in status.routes
        ],
        "runs": [
            {
                "run": run.number,
                "command": run.command,
                "started_at": run.started_at,
                "ended_at": run.ended_at,
                "exit_code": run.exit_code,
                "counts": run.counts,
            }
            for run in status.runs
        ],
        "backfill": status.backfill,
        "held": status.held,
        "waiting": status.waiting,
        "due": status.due,
    }
