"""The findings of `sync-cli check` for people, for cron and for machines."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync_cli.core.checkup import Finding, Grade, exit_code_of

_COLOURS: Mapping[Grade, str] = {
    Grade.OK: "green",
    Grade.NOTE: "blue",
    Grade.WARNING: "yellow",
    Grade.PROBLEM: "bold red",
}


def worth_saying(findings: Iterable[Finding], *, quiet: bool) -> list[Finding]:
    """All of them; where nobody wants more, what a person should do something about."""
    graver = (Grade.WARNING, Grade.PROBLEM)
    return [found for found in findings if not quiet or found.grade in graver]


def show(findings: Sequence[Finding], *, quiet: bool) -> None:
    """A table and a verdict for a person; elsewhere one line a finding."""
    told = worth_saying(findings, quiet=quiet)
    if sys.stdout.isatty():
        _show_table(told)
    else:
        for found in told:
            print(line(found))
    if not quiet:
        print(verdict(findings))


def line(found: Finding) -> str:
    """One finding in one line."""
    remedy = f" {found.remedy}" if found.remedy else ""
    return f"{found.grade}: {found.place}: {found.topic}: {found.says}{remedy}"


def verdict(findings: Iterable[Finding]) -> str:
    """The last sentence: does anything stand in the way?"""
    counts = Counter(found.grade for found in findings)
    warnings = _counted(counts[Grade.WARNING], "warning")
    if counts[Grade.PROBLEM]:
        problems = _counted(counts[Grade.PROBLEM], "problem")
        return f"{problems} must be mended first; {warnings}."
    if counts[Grade.WARNING]:
        return f"Nothing stands in the way; {warnings}."
    return "Nothing stands in the way."


def as_data(findings: Sequence[Finding]) -> dict[str, Any]:
    """The findings for machines."""
    return {
        "exit_code": int(exit_code_of(findings)),
        "verdict": verdict(findings),
        "findings": [
            {
                "grade": str(found.grade),
                "place": found.place,
                "topic": found.topic,
                "says": found.says,
                "remedy": found.remedy,
            }
            for found in findings
        ],
    }


def _counted(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _show_table(findings: Sequence[Finding]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, padding=(0, 1), show_header=False)
    for _ in range(4):
        table.add_column(overflow="fold")
    for found in findings:
        remedy = f"\n[dim]{escape(found.remedy)}[/dim]" if found.remedy else ""
        grade = f"[{_COLOURS[found.grade]}]{found.grade}[/]"
        table.add_row(grade, found.place, found.topic, escape(found.says) + remedy)
    Console().print(table)
