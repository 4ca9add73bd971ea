"""The sheet says of every rule what the rule does: tried on records of a real shop."""

from __future__ import annotations

import csv
import re
from copy import deepcopy
from io import StringIO
from typing import Any

import pytest

from sync_cli.mapping import EntityMapping, Unreadable, load_mappings
from sync_cli.mapping.sheet import COLUMNS, Direction, Need, Row, minimum, rows_of, sheet
from sync_cli.report.mapping_sheet import as_csv, as_markdown
from tests.mapping.mapping_examples import SHIPPED, product_mapping, product_writer, recorded

ALL = load_mappings(SHIPPED)
ORDER = ALL.of("woocommerce", "order")
PLAIN = re.compile(r"[\w.\[\]]+")


def full_order() -> dict[str, Any]:
    """A recorded order that has every kind of line."""
    order: dict[str, Any] = recorded("tax-incl-line-fees-dp-6")
    return order


def holders(data: Any, names: list[str]) -> list[dict[str, Any]]:
    """The objects that hold the last of these names; `x[]` is every item of a list."""
    found = [data]
    for name in names[:-1]:
        inner = [one[name.removesuffix("[]")] for one in found if name.removesuffix("[]") in one]
        found = [item for one in inner for item in (one if name.endswith("[]") else [one])]
    return [one for one in found if names[-1] in one]


def simple_rows(mapping: EntityMapping) -> list[Row]:
    """The read rules whose source is a plain path, and not a condition's."""
    return [
        row
        for row in rows_of(mapping)
        if row.direction is Direction.READ and PLAIN.fullmatch(row.source) and not row.when
    ]


def refused(mapping: EntityMapping, data: dict[str, Any], row: Row) -> bool:
    """Whether the record is refused because of this row's field."""
    try:
        mapping.read(data, id="1")
    except Unreadable as error:
        fields = {re.sub(r"\[\d+\]", "[]", problem.field) for problem in error.problems}
        return row.source in fields
    return False


def without(data: dict[str, Any], row: Row) -> bool:
    """Take the row's key out of the record; whether it was there."""
    found = holders(data, row.source.split("."))
    for holder in found:
        del holder[row.source.split(".")[-1]]
    return bool(found)


@pytest.mark.parametrize("row", simple_rows(ORDER), ids=lambda row: row.source)
def test_a_key_may_be_absent_only_where_the_sheet_says_no(row: Row) -> None:
    data = full_order()
    if not without(data, row):
        assert row.required is Need.NOTHING or not holders(data, row.source.split("."))
        return
    assert refused(ORDER, data, row) is (row.required is not Need.NOTHING)


@pytest.mark.parametrize(
    "row", [row for row in simple_rows(ORDER) if not row.is_group], ids=lambda row: row.source
)
def test_null_is_refused_only_where_the_sheet_says_yes(row: Row) -> None:
    data = full_order()
    for holder in holders(data, row.source.split(".")):
        holder[row.source.split(".")[-1]] = None
    touched = data != full_order()
    if row.required is Need.VALUE and touched:
        assert refused(ORDER, data, row)
    elif row.required is Need.KEY:
        assert not refused(ORDER, data, row)


def test_the_record_that_these_tests_break_is_whole() -> None:
    assert ORDER.read(full_order(), id="1")


def test_every_rule_stands_in_the_sheet_once_a_use() -> None:
    rows = sheet(ALL)
    for mapping in ALL:
        own = [row for row in rows if (row.system, row.entity) == (mapping.system, mapping.entity)]
        written = {rule.where for rule in (*mapping.rules_read, *mapping.rules_write)}
        for rules in mapping.parts.values():
            written |= {rule.where for rule in rules}
        assert {row.where for row in own} == written
    assert len(rows) == len({(row.where, row.direction, row.source, row.target) for row in rows})


def test_a_part_that_is_used_twice_is_shown_twice() -> None:
    sources = [row.source for row in rows_of(ORDER)]
    assert {"billing.city", "shipping.city", "line_items[].sku"} <= set(sources)


def test_all_that_a_rule_says_is_shown() -> None:
    mapping = product_mapping(
        "{to: sku, from: code, transform: [strip, {truncate: 9}], check: {max_length: 9},"
        ' default: "", owner: erp, description: ours, when: name}',
        "{to: name, from: name, required: true}",
        "{to: kind, from: k, table: kinds}",
        "{to: barcode, from: {meta: [ean, gtin]}, optional: true}",
        "{to: archived, value: false}",
        more="tables: {kinds: {a: simple, default: other}}",
    )
    sku, name, kind, barcode, archived = rows_of(mapping)
    assert (sku.source, sku.target, sku.type) == ("code", "sku", "text")
    assert (sku.transform, sku.check, sku.default) == ("strip, truncate 9", "max_length 9", '""')
    assert (sku.owner, sku.description, sku.when) == ("erp", "ours", "name")
    assert sku.required is Need.NOTHING
    assert name.required is Need.VALUE
    assert (kind.table, kind.default, kind.required) == (
        "kinds",
        "other (of the table)",
        Need.VALUE,
    )
    assert (barcode.source, barcode.required) == ("meta:ean or gtin", Need.NOTHING)
    assert (archived.source, archived.required) == ("always false", Need.NOTHING)


def test_a_table_that_lists_null_asks_for_no_value() -> None:
    mapping = product_mapping(
        "{to: kind, from: k, table: kinds}", more="tables: {kinds: {'null': simple}}"
    )
    [row] = rows_of(mapping)
    assert mapping.read({"k": None}, id="1")
    assert row.required is Need.KEY


def test_a_write_rule_says_whose_id_it_writes() -> None:
    [row] = rows_of(product_writer("{to: item, from: id, ref: product, required: true}"))
    assert (row.type, row.required) == ("the other system's id of the product", Need.VALUE)


def test_the_minimum_of_an_order_is_what_it_cannot_do_without() -> None:
    names = {row.source for row in minimum(rows_of(ORDER))}
    assert {"number", "currency", "total", "line_items[].quantity"} <= names
    assert not {"customer_note", "billing.city", "date_paid_gmt"} & names


def test_the_csv_reads_back_as_it_was() -> None:
    rows = sheet(ALL)
    head, *lines = list(csv.reader(StringIO(as_csv(rows))))
    assert tuple(head) == COLUMNS
    assert {"source", "target", "type", "check", "default", "transform", "owner", "required"} <= {
        *head
    }
    assert lines == [[str(getattr(row, name)) for name in COLUMNS] for row in rows]


def test_the_markdown_has_one_line_a_row_and_the_tables_of_values() -> None:
    rows = list(rows_of(ORDER))
    text = as_markdown(rows, ALL)
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    states = ORDER.tables["order_states"].entries
    assert len(lines) == len(rows) + len(states)
    assert "Minimum data set: `number`" in text
    assert "| `on-hold` | `on_hold` |" in text


def test_a_bar_in_an_expression_breaks_no_table() -> None:
    [row] = rows_of(product_mapping('{to: name, from: "a || b"}'))
    mappings = load_mappings(SHIPPED)
    assert "`a \\|\\| b`" in as_markdown([deepcopy(row)], mappings_with(mappings, row))


def mappings_with(mappings: Any, row: Row) -> Any:
    """The shipped mappings and the toy's."""
    toy = product_mapping('{to: name, from: "a || b"}')
    return type(mappings)({**mappings.mappings, (row.system, row.entity): toy})
