"""Tables for a person at a terminal, plain lines where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_cli.admin.status import Status
from sync_cli.core.item import Held
from sync_cli.report.together import first_of, together

if TYPE_CHECKING:
    from rich.table import Table

NEEDS_SOMEBODY = "Held: somebody must put it right"
BY_ITSELF = "Waiting: goes on by itself"
_HELD_COLUMNS = ("route", "id", "why", "until (UTC)", "tries", "what to do")


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
    for title, counts in ((NEEDS_SOMEBODY, status.held), (BY_ITSELF, status.waiting)):
        counted = [(key, str(count)) for key, count in sorted(counts.items())]
        show_table(title, ("route and why", "records"), counted)
    if status.due and sys.stdout.isatty():
        print(f"{status.due} of them are looked at with the next run.")


def show_held(held: Sequence[Held]) -> None:
    """The held list: what somebody must put right, then what goes on by itself.

    Records that wait for the same thing share a row, unless nobody looks.
    """
    if not sys.stdout.isatty():
        show_table("Held", _HELD_COLUMNS, _held_rows(held))
        return
    wrong = [entry for entry in held if entry.why.needs_somebody]
    waiting = [entry for entry in held if not entry.why.needs_somebody]
    columns = ("route", "records", "next look (UTC)")
    show_table(NEEDS_SOMEBODY, (*columns, "what to do"), list(_wrong(wrong)))
    show_table(BY_ITSELF, (*columns, "why"), list(_waiting(waiting)))


def _wrong(held: Sequence[Held]) -> Iterator[tuple[str, str, str, str]]:
    for group in together(held, lambda entry: (entry.route, entry.problem.of_all())):
        problem = group[0].problem
        said = problem.sentence() if len(group) == 1 else problem.of_all()
        yield (*_names(group), said)


def _waiting(held: Sequence[Held]) -> Iterator[tuple[str, str, str, str]]:
    for group in together(held, lambda entry: (entry.route, entry.problem.message)):
        route, names, first = _names(group)
        yield route, names, first, group[0].problem.message


def _names(group: Sequence[Held]) -> tuple[str, str, str]:
    """The route of some held records, how many they are with their first ids, and the next look."""
    ids = [entry.id for entry in group]
    names = ids[0] if len(ids) == 1 else f"{len(ids)}: {first_of(ids)}"
    first = min(entry.until for entry in group)
    return group[0].route, names, f"{first:%Y-%m-%d %H:%M}"


def _held_rows(held: Sequence[Held]) -> list[tuple[str, ...]]:
    return [
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
