"""What differs between two mappings, and between the payloads that they write."""

from __future__ import annotations

from sync_cli.mapping import EntityMapping, MappingSet, parse_mapping
from sync_cli.mapping.changes import flattened, payload_changes, rule_changes

BASE = """\
entity: product
system: toy
tables: {kinds: {a: simple, b: variable}}
parts: {option: [{to: name, from: n}]}
read:
  - {to: sku, from: code, transform: strip}
  - {to: kind, from: k, table: kinds}
  - {to: attributes, from: options, each: option}
write:
  - {to: {meta: ean}, from: barcode}
"""


def mapping(text: str = BASE, overlay: str | None = None) -> EntityMapping:
    return parse_mapping(text, file="toy.yaml", overlay=overlay)


def differing(overlay: str) -> list[tuple[str, str, str]]:
    changes = rule_changes(as_set(mapping()), as_set(mapping(overlay=overlay)))
    return [(change.what, change.before, change.after) for change in changes]


def as_set(*mappings: EntityMapping) -> MappingSet:
    return MappingSet({(one.system, one.entity): one for one in mappings})


def test_the_same_mapping_differs_in_nothing() -> None:
    assert rule_changes(as_set(mapping()), as_set(mapping())) == []


def test_a_new_description_changes_nothing() -> None:
    told = BASE.replace("transform: strip", "transform: strip, description: the number")
    assert rule_changes(as_set(mapping()), as_set(mapping(told))) == []


def test_a_replaced_rule_shows_only_what_differs() -> None:
    overlay = "read: {replace: [{to: sku, from: number, transform: strip}]}"
    assert differing(overlay) == [("read sku", "from code", "from number")]


def test_transforms_and_checks_are_named_as_they_are_written() -> None:
    overlay = "read: {replace: [{to: sku, from: code, check: {max_length: 9}}]}"
    assert differing(overlay) == [("read sku", "transform strip", "check max_length(9)")]


def test_a_rule_that_is_dropped_and_one_that_is_added() -> None:
    overlay = "read: {drop: [sku], add: [{to: name, from: title, required: true}]}"
    assert differing(overlay) == [
        ("read sku", "from code, transform strip", "-"),
        ("read name", "-", "from title, required True"),
    ]


def test_a_rule_of_a_part_and_one_to_metadata() -> None:
    overlay = """
parts: {option: {replace: [{to: name, from: title}]}}
write: {replace: [{to: {meta: ean}, from: sku}]}
"""
    assert differing(overlay) == [
        ("write meta:ean", "from barcode", "from sku"),
        ("part option name", "from n", "from title"),
    ]


def test_entries_of_tables() -> None:
    overlay = "tables: {kinds: {b: grouped, c: bundle, default: other}}"
    assert differing(overlay) == [
        ("table kinds: 'b'", "'variable'", "'grouped'"),
        ("table kinds: 'c'", "-", "'bundle'"),
        ("table kinds: 'default'", "-", "'other'"),
    ]


def test_every_change_says_where_it_stands() -> None:
    overlay = "read:\n  replace:\n    - {to: sku, from: number}\n"
    [change] = rule_changes(as_set(mapping()), as_set(mapping(overlay=overlay)))
    assert change.where == "toy.yaml (overlay):3"


def test_a_whole_mapping_that_is_new_or_gone() -> None:
    [new] = rule_changes(as_set(), as_set(mapping()))
    [gone] = rule_changes(as_set(mapping()), as_set())
    assert (new.before, new.after) == ("-", "all of it")
    assert (gone.before, gone.after) == ("all of it", "-")


def test_payloads_differ_field_by_field() -> None:
    before = {"name": "a", "lines": [{"net": "1.00"}, {"net": "2.00"}], "note": None}
    after = {"name": "a", "lines": [{"net": "1.00"}, {"net": "2.10"}], "state": "x"}
    assert [(one.field, one.before, one.after) for one in payload_changes(before, after)] == [
        ("lines[1].net", "2.00", "2.10"),
        ("note", None, None),
        ("state", None, "x"),
    ]


def test_equal_payloads_differ_in_nothing() -> None:
    assert payload_changes({"a": [{"b": 1}]}, {"a": [{"b": 1}]}) == []


def test_metadata_goes_by_its_key_not_by_its_place() -> None:
    first = {"meta_data": [{"key": "a", "value": 1}, {"key": "b", "value": 2}]}
    second = {"meta_data": [{"key": "b", "value": 2}, {"key": "a", "value": 1}]}
    assert payload_changes(first, second) == []
    assert flattened({"lines": [first]}) == {"lines[0].meta:a": 1, "lines[0].meta:b": 2}


def test_an_empty_list_stands_for_itself() -> None:
    assert flattened({"lines": [], "billing": {}, "a": {"b": [1]}}) == {
        "lines": [],
        "billing": {},
        "a.b[0]": 1,
    }
