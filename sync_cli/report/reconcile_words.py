"""A comparison's report in words: a table for a person, lines for cron, JSON and CSV."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from sync_cli.core.drift import ERP, PIECES, SHOP, Drift, Sum, money, plain
from sync_cli.core.findings import Report, verdict
from sync_cli.core.parts import Part
from sync_cli.report.console import show_table
from sync_cli.report.together import waiting_row, waiting_together

CSV_COLUMNS = ("part", "kind", "id", "record", "field", "shop", "erp", "right", "what", "mend")
PROGRAM = "sync-cli "
MANY = 3
"""From so many drifts on that a command mends, the one that mends them all is named."""
SIDE_COLUMNS = ("", "in the shop", "in the ERP", "")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SIDES = {SHOP: "the shop", ERP: "the ERP"}
AGREE = "agree"
AGREE_SO_FAR = "agree but for what waits"
"""Without it a part of which some records wait would look as if 8 agreed with 4."""

_AT_ONCE: Mapping[Part, str] = {
    Part.ORDERS: "sync-cli orders --full",
    Part.REFUNDS: "sync-cli orders --full",
    Part.PAYMENTS: "sync-cli orders --full",
    Part.PARCELS: "sync-cli orders --full",
    Part.CUSTOMERS: "sync-cli customers --full",
    Part.PRODUCTS: "sync-cli products --full",
    Part.STOCK: "sync-cli stock --full",
}


class Group(Struct, frozen=True):
    """The listed drifts of one part; `count` are all that there are.

    `at_once` is the command that mends all of those which a command mends, "" where these are few.
    """

    part: Part
    count: int
    drifts: tuple[Drift, ...]
    at_once: str

    def beyond(self, listed: int) -> int:
        """How many drifts there are beyond those that are listed."""
        return self.count - listed

    @property
    def title(self) -> str:
        """The part with the number of its drifts."""
        return f"{str(self.part).capitalize()}: {_drifts(self.count)}"


def groups(report: Report) -> Iterator[Group]:
    """The drifts part by part."""
    for part in Part:
        count = sum(n for (of, _), n in report.kinds.items() if of is part)
        if not count:
            continue
        drifts = tuple(drift for drift in report.drifts if drift.part is part)
        commands = sum(drift.mend.startswith(PROGRAM) for drift in drifts)
        yield Group(part, count, drifts, _AT_ONCE[part] if commands >= MANY else "")


def show(report: Report, *, quiet: bool) -> None:
    """The verdict first, then what differs with its remedy, then what waits and the sums.

    `quiet` says nothing at all if both sides agree.
    """
    if quiet and report.in_step:
        return
    print(verdict(report))
    for text in (*report.doubts, *report.notes):
        if text not in verdict(report):
            print(text, file=sys.stderr)
    if sys.stdout.isatty():
        _show_tables(report)
    else:
        _print_lines(report)


def _show_tables(report: Report) -> None:
    """What differs part by part, the remedy below each, so that 100 columns hold it."""
    for group in groups(report):
        rows = [(str(drift.kind), f"{drift.what}\n{remedy(drift)}") for drift in group.drifts]
        if rest := group.beyond(len(group.drifts)):
            rows.append(("", f"... and {rest:,} more; list them with --limit {group.count}"))
        if group.at_once:
            rows.append(("", f"All that a command mends, at once: {group.at_once}"))
        print()
        show_table(group.title, ("", "what differs, and what mends it"), rows)
    if report.waiting:
        print()
        waiting = [waiting_row(group) for group in waiting_together(report.waiting)]
        show_table("In flight or held", ("record", "why"), waiting)
    if report.left_out:
        print()
        show_table("Left out on purpose", ("why", "records"), left_out_rows(report))
    if report.sums:
        print()
        show_table("Compared", SIDE_COLUMNS, list(side_rows(report)))


def _print_lines(report: Report) -> None:
    """One line for each drift and all that waits for the same, its fields separated by tabs."""
    rows = [(str(d.kind), d.what, d.owner, d.mend) for d in report.drifts]
    show_table("Drifts", ("kind", "what", "right is", "mended by"), rows)
    if cut := unlisted(report):
        print(cut)
    waiting = [("waiting", *waiting_row(group)) for group in waiting_together(report.waiting)]
    show_table("In flight or held", ("", "record", "why"), waiting)


def remedy(drift: Drift) -> str:
    """Which side is right, and what is to be done about it."""
    verb = "run " if drift.mend.startswith(PROGRAM) else ""
    return f"{right(drift)} To mend it: {verb}{drift.mend}"


def right(drift: Drift) -> str:
    """Which side is right, as a sentence."""
    side = _SIDES.get(drift.owner, drift.owner)
    return f"{side[0].upper()}{side[1:]} is right."


def unlisted(report: Report) -> str:
    """How many drifts are not listed; "" if all are."""
    rest = report.drift_count - len(report.drifts)
    return f"... and {rest:,} more; list them with --limit {report.drift_count}" if rest else ""


def left_out_rows(report: Report) -> list[tuple[str, str]]:
    """Why records have no counterpart on purpose, and how many."""
    return [(reason, f"{count:,}") for reason, count in sorted(report.left_out.items())]


def side_rows(report: Report) -> Iterator[tuple[str, str, str, str]]:
    """What was compared, both sides beside each other, and what came of it."""
    counts = {group.part: group.count for group in groups(report)}
    waiting = {each.part for each in report.waiting}
    for part in dict.fromkeys(each.part for each in sorted(report.sums, key=_in_order)):
        drifts = counts.get(part, 0)
        agree = AGREE_SO_FAR if part in waiting else AGREE
        came_to = _drifts(drifts) if drifts else agree
        for unit in _units(report, part):
            shop, erp = (_cell_of(report, part, side, unit) for side in (SHOP, ERP))
            yield str(part), shop, erp, came_to
            came_to = ""


def _in_order(each: Sum) -> int:
    return list(Part).index(each.part)


def _units(report: Report, part: Part) -> list[str]:
    """The units of a part; what has none counts under the only other one."""
    units = sorted({each.unit for each in report.sums if each.part is part})
    return units[1:] if len(units) == 2 and not units[0] else units


def _cell_of(report: Report, part: Part, side: str, unit: str) -> str:
    units = {unit, ""} if len(_units(report, part)) == 1 else {unit}
    sums = [s for s in report.sums if (s.part, s.side) == (part, side) and s.unit in units]
    records = sum(each.records for each in sums)
    amount = sum((each.amount for each in sums), Decimal(0))
    if not unit:
        return f"{records:,}"
    shown = plain(amount) if unit == PIECES else money(amount)
    return f"{records:,} ({_grouped(shown)} {unit})"


def _grouped(number: str) -> str:
    """The number with commas between its thousands."""
    whole, point, fraction = number.partition(".")
    return f"{int(whole):,}{point}{fraction}"


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


def _drifts(count: int) -> str:
    return f"{count:,} drift{'' if count == 1 else 's'}"


def _texts(data: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in data.items()}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
