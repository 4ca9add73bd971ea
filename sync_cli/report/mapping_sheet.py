"""The mapping sheet for people, for spreadsheets and for documents."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import groupby

from sync_cli.mapping.conversions import table_values
from sync_cli.mapping.mapping_set import MappingSet
from sync_cli.mapping.rules import Table
from sync_cli.mapping.sheet import COLUMNS, Direction, Need, Row
from sync_cli.report.console import show_table

HEADS = (
    "source",
    "target",
    "type",
    "required",
    "check",
    "default",
    "transform",
    "owner",
    "remark",
)
LEGEND = (
    "Required: *yes* - an empty value is an error, the record is held; *key* - the key must be"
    " there, its value may be empty; *no* - it may be absent."
)


def show_sheet(rows: Iterable[Row]) -> None:
    """One table a mapping and direction; columns that are empty in it are left out."""
    for title, group in _groups(rows):
        cells = [_cells(row) for row in group]
        used = [at for at in range(len(HEADS)) if any(line[at] for line in cells)]
        kept = [[line[at] for at in used] for line in cells]
        show_table(title, [HEADS[at] for at in used], kept)


def as_csv(rows: Iterable[Row]) -> str:
    """Every column of every row as CSV (RFC 4180), a head line first."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([str(getattr(row, name)) for name in COLUMNS] for row in rows)
    return text.getvalue()


def as_markdown(rows: Iterable[Row], mappings: MappingSet) -> str:
    """A chapter a mapping and direction, with the least that a record needs, and its tables."""
    chapters = []
    for title, group in _groups(rows):
        first = group[0]
        parts = [f"### {title}", _minimum(group), _markdown_table(HEADS, map(_marked, group))]
        used = dict.fromkeys(row.table for row in group if row.table)
        tables = mappings.of(first.system, first.entity).tables
        parts += [_value_table(tables[name]) for name in used if name in tables]
        chapters.append("\n\n".join(part for part in parts if part))
    return "\n\n".join(chapters)


def _groups(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    for (system, entity, direction), group in groupby(
        rows, key=lambda row: (row.system, row.entity, row.direction)
    ):
        yield f"{system} {entity}: {direction}", list(group)


def _cells(row: Row) -> list[str]:
    transform = [row.transform, f"table {row.table}" if row.table else ""]
    remark = [row.description, f"only if {row.when}" if row.when else ""]
    return [
        row.source,
        row.target,
        row.type,
        str(row.required),
        row.check,
        row.default,
        ", ".join(filter(None, transform)),
        row.owner,
        "; ".join(filter(None, remark)),
    ]


def _marked(row: Row) -> list[str]:
    source, target, *rest = _cells(row)
    return [f"`{source}`", f"`{target}`", *rest]


def _minimum(rows: Sequence[Row]) -> str:
    needed = [row for row in rows if row.required is Need.VALUE]
    reading = rows[0].direction is Direction.READ
    names = ", ".join(f"`{row.source if reading else row.target}`" for row in needed)
    return f"Minimum data set: {names or 'none'}."


def _value_table(table: Table) -> str:
    values = ((f"`{key}`", f"`{_shown(value)}`") for key, value in table_values(table).items())
    return f"Table `{table.name}`:\n\n{_markdown_table(('value', 'becomes'), values)}"


def _shown(value: object) -> str:
    return '""' if value == "" else str(value).lower() if isinstance(value, bool) else str(value)


def _markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
