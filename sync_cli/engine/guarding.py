"""Asks the guard about a whole plan before its first write."""

from __future__ import annotations

from sync_cli.core.errors import GuardTripped
from sync_cli.core.guard import Guard
from sync_cli.engine.route import Route
from sync_cli.engine.run import Run


def judge(run: Run, route: Route, guard: Guard) -> None:
    """Raise GuardTripped unless this plan was accepted; a dry run only says what would happen."""
    try:
        guard.judge(route.name, run.options.accept)
    except GuardTripped as tripped:
        if not run.is_dry(route):
            raise
        run.watcher.note(tripped.sentence())
