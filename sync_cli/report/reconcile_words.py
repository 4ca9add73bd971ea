"""A comparison's report in words: a table for a person, lines for cron, JSON and CSV."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sync_cli.core.drift import PIECES, Drift, Sum, money, plain
from sync_cli.core.findings import Report, verdict
from sync_cli.report.console import show_table

CSV_COLUMNS = ("part", "kind", "id", "record", "field", "shop", "erp", "right", "what", "mend")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def show(report: Report, *, quiet: bool) -> None:
    """The verdict first, then what differs with its remedy, then what waits and the sums.

    `quiet` says nothing at all if both sides agree.
    """
    if quiet and report.in_step:
        return
    print(verdict(report))
    for text in (*report.doubts, *report.notes):
        print(text, file=sys.stderr)
    rows = [(str(d.kind), d.what, d.owner, d.mend) for d in report.drifts]
    if rows:
        show_table("Drifts", ("kind", "what", "right is", "mended by"), rows)
    if cut := unlisted(report):
        print(cut)
    waiting = [("waiting", each.label, each.reason) for each in report.waiting]
    if waiting:
        show_table("In flight or held", ("", "record", "why"), waiting)
    if sys.stdout.isatty():
        show_table("Compared", ("part", "side", "records", "sum"), list(sum_rows(report)))


def unlisted(report: Report) -> str:
    """How many drifts are not listed; "" if all are."""
    rest = report.drift_count - len(report.drifts)
    return f"... and {rest:,} more; list them with --limit {report.drift_count}" if rest else ""


def sum_rows(report: Report) -> Iterator[tuple[str, str, str, str]]:
    """The sums as rows of text."""
    for each in report.sums:
        yield str(each.part), each.side, f"{each.records:,}", f"{_amount(each)} {each.unit}"


def as_data(report: Report) -> dict[str, Any]:
    """The report for machines; amounts are text, so that no cent is lost."""
    return {
        "command": "reconcile",
        "shop": report.shop,
        "at": _time(report.at),
        "in_step": report.in_step,
        "verdict": verdict(report),
        "compared": [str(part) for part in report.compared],
        "since": {str(part): _time(at) for part, at in report.since.items()},
        "drift_count": report.drift_count,
        "counts": [
            {"part": str(part), "kind": str(kind), "count": count}
            for (part, kind), count in sorted(report.kinds.items())
        ],
        "drifts": [_texts(asdict(drift)) for drift in report.drifts],
        "waiting_count": report.waits,
        "waiting": [_texts(asdict(each)) for each in report.waiting],
        "sums": [
            {
                "part": str(each.part),
                "side": each.side,
                "unit": each.unit,
                "records": each.records,
                "amount": _amount(each),
            }
            for each in report.sums
        ],
        "left_out": dict(report.left_out),
        "doubts": list(report.doubts),
        "notes": list(report.notes),
    }


def as_csv(report: Report) -> str:
    """The listed drifts as CSV with a head line; no cell begins as a spreadsheet's formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for drift in report.drifts:
        writer.writerow([_cell(value) for value in _cells(drift)])
    return out.getvalue()


def _cells(drift: Drift) -> tuple[str, ...]:
    known = (str(drift.part), str(drift.kind), drift.id, drift.label, drift.field)
    return (*known, drift.shop, drift.erp, drift.owner, drift.what, drift.mend)


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _amount(each: Sum) -> str:
    return plain(each.amount) if each.unit == PIECES else money(each.amount)


def _texts(data: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in data.items()}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
