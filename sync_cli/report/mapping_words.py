"""What `mapping check`, `preview` and `diff` found, as people read it and as machines do."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from sync_cli.admin.alignment import Step
from sync_cli.admin.mapping_diff import Difference, JourneyChange, RecordChange
from sync_cli.admin.mapping_live import Looked
from sync_cli.admin.preview import Preview
from sync_cli.core.values import as_data
from sync_cli.report.console import show_table
from sync_cli.report.words import counted


def show_looked(looked: Iterable[Looked]) -> bool:
    """What came of reading living systems, one paragraph a kind of record; whether all fitted."""
    sound = True
    for one in looked:
        sound &= not one.findings
        print(_headline(one))
        for finding in one.findings:
            count = f"{finding.count} of {one.read}, first {finding.example}"
            print(f"  {finding.message} ({count}). {finding.remedy}")
        for hint in one.hints:
            print(f"  hint: {hint.where}: {hint.message}")
    return sound


def _headline(one: Looked) -> str:
    name = f"{one.system} {one.entity}"
    if one.to:
        name = f"{name} -> {one.to}"
    if not one.read:
        return f"{name}: no records to look at"
    worst = max((finding.count for finding in one.findings), default=0)
    said = f"at least {worst} do not fit" if worst else "all fit"
    return f"{name}: {counted(one.read, 'record')}, {said}"


def looked_data(looked: Iterable[Looked]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [as_data(one) for one in looked]


def show_preview(shown: Preview) -> None:
    """A record on its journey side by side, then why it would be held.

    What is read and goes no further stands apart, so that what is written has the room.
    """
    written = [step for step in shown.steps if step.payload or step.made]
    show_table(shown.label, shown.heads, [_cells(step, shown) for step in written])
    rest = [step for step in shown.steps if not (step.payload or step.made)]
    if rest and sys.stdout.isatty():
        rows = [(step.raw, step.canonical) for step in rest]
        show_table("Read, and not written there", shown.heads[:2], rows)
    elif rest:
        show_table("", shown.heads, [_cells(step, shown) for step in rest])
    if shown.note and shown.carried.payload is not None:
        print(shown.note)
    if shown.carried.left_out:
        print(f"left out: {shown.carried.left_out}")
    for problem in shown.problems:
        print(f"held: {problem.sentence()}")


def _cells(step: Step, shown: Preview) -> list[str]:
    cells = [step.raw, step.canonical, step.made, step.payload]
    if len(shown.heads) == 3:
        del cells[2]
    return cells


def show_difference(found: Difference) -> None:
    """Rules that differ, then for each journey the records whose payload would be another."""
    rows = [
        (f"{one.system} {one.entity}", one.what, one.before, one.after, one.where)
        for one in found.rules
    ]
    if not rows:
        print("Both mappings are the same.")
        return
    show_table("Rules that differ", ("mapping", "rule", "now", "then", "where"), rows)
    for journey in found.journeys:
        _show_journey(journey)


def _show_journey(journey: JourneyChange) -> None:
    changed = f"{len(journey.records)} of {counted(journey.looked_at, 'record')}"
    print(f"{journey.journey}: {changed} would be written otherwise")
    if journey.unwritten:
        print(
            f"  {journey.unwritten} cannot be written by either mapping, the first: {journey.why}"
        )
    rows = [row for record in journey.records for row in _record_rows(record)]
    if rows:
        show_table("", ("record", "field", "now", "then"), rows)


def _record_rows(record: RecordChange) -> Iterable[tuple[str, str, str, str]]:
    if record.before or record.after:
        yield record.label, "", record.before or "is written", record.after or "is written"
    for change in record.fields:
        yield record.label, change.field, _said(change.before), _said(change.after)


def _said(value: Any) -> str:
    return "-" if value is None else str(value)


def difference_data(found: Difference) -> dict[str, Any]:
    """The same for machines."""
    return as_data(found)
