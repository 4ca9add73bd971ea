"""What reading many records says of the rules."""

from __future__ import annotations

from typing import Any

from sync_cli.mapping import EntityMapping, Unreadable
from sync_cli.mapping.survey import Hint, Survey, Troubles
from tests.mapping.mapping_examples import product_mapping, recorded


def surveyed(mapping: EntityMapping, *records: dict[str, Any]) -> list[Hint]:
    survey = Survey(mapping)
    for record in records:
        survey.look(record)
    return survey.hints()


def troubles(mapping: EntityMapping, *records: dict[str, Any]) -> Troubles:
    found = Troubles()
    for at, record in enumerate(records):
        try:
            mapping.read(record, id=str(at))
        except Unreadable as error:
            found.add(f"product {at}", error.problems)
    return found


def test_an_optional_field_that_no_record_has_is_named_with_its_line() -> None:
    mapping = product_mapping("{to: name, from: title, optional: true}")
    [hint] = surveyed(mapping, {"x": 1}, {"y": 2})
    assert (hint.where, hint.message) == ("toy.yaml:4", "title (to name): no record has it")


def test_a_field_that_one_record_has_is_not_named() -> None:
    mapping = product_mapping("{to: name, from: title, optional: true}")
    assert surveyed(mapping, {"x": 1}, {"title": None}) == []


def test_a_rule_that_never_applies_is_not_missed() -> None:
    mapping = product_mapping("{to: name, from: title, optional: true, when: shown}")
    assert surveyed(mapping, {"shown": False}) == []


def test_fields_inside_lists_are_looked_at_in_every_item() -> None:
    mapping = product_mapping(
        "{to: attributes, from: options, each: option}",
        more="parts: {option: [{to: name, from: n}, {to: id, from: i, optional: true}]}",
    )
    assert [
        hint.message for hint in surveyed(mapping, {"options": [{"n": "a"}]}, {"options": []})
    ] == ["options[].i (to attributes[].id): no record has it"]
    assert surveyed(mapping, {"options": [{"n": "a"}, {"n": "b", "i": 1}]}) == []


def test_a_list_that_was_always_empty_says_nothing_of_its_items() -> None:
    mapping = product_mapping(
        "{to: attributes, from: options, each: option}",
        more="parts: {option: [{to: name, from: n}]}",
    )
    assert surveyed(mapping, {"options": []}) == []


def test_values_that_go_to_the_default_of_a_table_are_named() -> None:
    mapping = product_mapping(
        "{to: kind, from: type, table: kinds, transform: lower}",
        more="tables: {kinds: {simple: simple, default: other}}",
    )
    [hint] = surveyed(mapping, {"type": "SIMPLE"}, {"type": "Course"}, {"type": "Gift"})
    assert hint.message == "type: not in table kinds, which gives its default: 'course', 'gift'"


def test_the_same_problem_of_many_records_is_told_once_with_its_count() -> None:
    mapping = product_mapping("{to: price, from: cost, type: money}")
    found = troubles(mapping, {"cost": "1"}, {}, {"cost": "x"}, {}).findings()
    assert [(one.count, one.example) for one in found] == [(2, "product 1"), (1, "product 2")]
    assert found[0].message == "cost is missing"
    assert "toy.yaml:4" in found[0].remedy


def test_the_same_problem_of_many_lines_is_one() -> None:
    mapping = product_mapping(
        "{to: attributes, from: options, each: option}",
        more="parts: {option: [{to: name, from: n}]}",
    )
    found = troubles(mapping, {"options": [{}, {}, {"n": "a"}]}).findings()
    assert [(one.message, one.count) for one in found] == [("options[].n is missing", 1)]


def test_an_unknown_value_of_a_table_is_named_by_itself() -> None:
    mapping = product_mapping(
        "{to: kind, from: type, table: kinds}", more="tables: {kinds: {simple: simple}}"
    )
    found = troubles(mapping, {"type": "course"}, {"type": "gift"}, {"type": "course"}).findings()
    assert [(one.code, one.count) for one in found] == [
        ("value-unmapped", 2),
        ("value-unmapped", 1),
    ]
    assert "'course'" in found[0].message


def test_nothing_is_said_of_what_only_our_own_program_writes() -> None:
    from sync_cli.mapping import load_mappings
    from tests.mapping.mapping_examples import SHIPPED

    order = load_mappings(SHIPPED).of("woocommerce", "order")
    told = [hint.message for hint in surveyed(order, recorded("tax-incl-line-fees-dp-6"))]
    assert not any("_sync_cli_" in message for message in told)
