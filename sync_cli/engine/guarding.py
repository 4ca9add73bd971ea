"""Stops a run because of its plan: one that changes too much, or meets records of another life."""

from __future__ import annotations

from collections.abc import Sequence

from sync_cli.core.errors import GuardTripped, IdentityError
from sync_cli.core.guard import Guard
from sync_cli.core.plan import Operation, Reject
from sync_cli.core.refusals import ANOTHER_RECORD
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


def stop_on_reused_ids(operations: Sequence[Operation]) -> None:
    """Raise IdentityError for the same id with another birth mark: the source seems restored."""
    for operation in operations:
        if isinstance(operation, Reject) and operation.problem.code == ANOTHER_RECORD:
            raise IdentityError(operation.problem.sentence())
