"""Tables for a person at a terminal, plain lines where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_cli.admin.status import Status
from sync_cli.core.plan import Held

if TYPE_CHECKING:
    from rich.table import Table


def show_status(status: Status) -> None:
    """Routes with the age of their watermark, the last runs, the held list in numbers."""
    rows = [
        (
            route.route,
            f"{route.watermark:%Y-%m-%d %H:%M:%S}",
            age_text(route.age),
            "" if route.whole else "interrupted, goes on with the next run",
        )
        for route in status.routes
    ]
    show_table("Read up to (UTC, the source's clock)", ("route", "watermark", "age", ""), rows)
    runs = [
        (
            str(run.number),
            run.command,
            f"{run.started_at:%Y-%m-%d %H:%M:%S}",
            "running or died" if run.exit_code is None else str(run.exit_code),
        )
        for run in status.runs
    ]
    show_table("Last runs", ("run", "command", "started (UTC)", "exit code"), runs)
    if status.backfill:
        show_table("Backfill of older orders", ("", ""), [("backfill", status.backfill)])
    held = [(key, str(count)) for key, count in sorted(status.held.items())]
    show_table(f"Held ({status.due} due now)", ("route and why", "records"), held)


def show_held(held: Sequence[Held]) -> None:
    """The held list, one row a record."""
    rows = [
        (
            entry.route,
            entry.id,
            str(entry.why),
            f"{entry.until:%Y-%m-%d %H:%M}",
            str(entry.attempts),
            entry.problem.sentence(),
        )
        for entry in held
    ]
    show_table("Held", ("route", "id", "why", "until (UTC)", "tries", "what to do"), rows)


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table for a person; for cron one line a row, fields separated by tabs."""
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(cell.replace("\n", "; ") for cell in row))
        return
    from rich.console import Console

    console = Console()
    console.print(_table(title, columns, rows) if rows else f"{title}: none")


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    return table


def age_text(age: timedelta) -> str:
    """An age in the largest unit that says enough: 40 s, 12 min, 3 h, 2 days."""
    seconds = int(age.total_seconds())
    for size, unit in ((172800, "days"), (7200, "h"), (120, "min")):
        if seconds >= size:
            per = {"days": 86400, "h": 3600, "min": 60}[unit]
            return f"{seconds // per} {unit}"
    return f"{seconds} s"
