"""A mapping of which only some fields are read, and what its write rules fill."""

from __future__ import annotations

import pytest

from sync_cli.core.products import Product
from sync_cli.mapping.entity import parse_mapping

RULES = """\
entity: product
system: toy
version: 1
read:
  - {to: sku, from: number}
  - {to: price, from: cost, type: money}
  - {to: extra.colour, from: colour}
write:
  - {to: number, from: sku}
  - {to: cost, from: price, type: money}
  - {to: {meta: shown}, from: price, type: price}
  - {to: stock.pieces, from: stock, type: integer, when: price}
"""


def test_a_narrowed_mapping_reads_and_needs_only_its_fields() -> None:
    whole = parse_mapping(RULES)
    lean = whole.reading_only(frozenset({"sku"}))
    record = lean.read({"number": "A-1", "cost": "not read at all"}, id="1")
    assert record == Product(id="1", sku="A-1")
    assert lean.needs == frozenset({"number"})
    assert whole.needs == frozenset({"number", "cost", "colour"})
    assert lean.version == whole.version


@pytest.mark.parametrize(
    ("fields", "targets"),
    [({"sku"}, {"number"}), ({"price"}, {"cost", "meta:shown", "stock"}), ({"name"}, set())],
)
def test_the_targets_of_fields_are_what_their_rules_fill(
    fields: set[str], targets: set[str]
) -> None:
    assert parse_mapping(RULES).targets_of(frozenset(fields)) == targets
