"""What an admin asks first: how old is each read, how did the last runs end, what is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync_cli.state.store import RunRow, State

LAST_RUNS = 5


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far a route has read: its watermark (the source's clock) and its age on our clock."""

    route: str
    watermark: datetime
    age: timedelta
    whole: bool


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the installation."""

    installation: str
    routes: tuple[Freshness, ...]
    runs: tuple[RunRow, ...]
    held: dict[str, int]
    due: int


def read_status(state: State, now: datetime) -> Status:
    """Everything for `status`; reads the state file alone and calls no system."""
    held = state.held()
    counts: dict[str, int] = {}
    for entry in held:
        key = f"{entry.route} {entry.why}"
        counts[key] = counts.get(key, 0) + 1
    routes = tuple(
        Freshness(route, mark.at, now - mark.set_at, state.position(route) is None)
        for route, mark in state.watermarks().items()
        if "/" not in route
    )
    due = sum(entry.until <= now for entry in held)
    return Status(state.installation, routes, tuple(state.runs(LAST_RUNS)), counts, due)


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
        "held": status.held,
        "due": status.due,
    }
