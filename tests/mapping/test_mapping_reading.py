"""Reading: absent and null, defaults, tables, conditions, parts, own fields, problems."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.core.errors import ConfigError
from sync_cli.core.model import Customer
from sync_cli.core.products import Product, ProductKind, StockLevel, WarehouseLevel
from sync_cli.mapping import parse_mapping
from tests.mapping.mapping_examples import (
    problem_of,
    problems_of,
    product_mapping,
    read_as,
    read_one,
)

KINDS = "tables:\n  kinds: {Artikel: simple, Variante: variation}\n"


def test_what_the_connector_knows_is_taken_over() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    mapping = product_mapping("{to: sku, from: x}")
    read = mapping.read({"x": "A-1"}, id="9", birth="b", modified_at=moment)
    assert read == Product(id="9", birth="b", modified_at=moment, sku="A-1")


def test_an_absent_field_is_a_problem_that_names_it() -> None:
    [problem] = problems_of(product_mapping("{to: price, from: price.net}"), {"price": {}})
    assert problem.sentence() == (
        "Product 7: price.net is missing. If it was renamed, correct `from` in toy.yaml:4;"
        " if it may be missing, write `optional: true` there."
    )
    assert (problem.code, problem.field) == ("field-missing", "price.net")


@pytest.mark.parametrize(
    ("rule", "data", "price"),
    [
        ("{to: price, from: x, optional: true}", {}, None),
        ("{to: price, from: x, default: 5}", {}, Decimal(5)),
        ("{to: price, from: x, default: 0.50}", {}, Decimal("0.50")),
        ("{to: price, from: x, default: 5}", {"x": None}, None),
        ("{to: price, from: x}", {"x": None}, None),
        ("{to: price, from: x.y}", {"x": None}, None),
        ("{to: price, from: x.y}", {"x": {"y": "1"}}, Decimal(1)),
        ("{to: price, value: 3}", {}, Decimal(3)),
    ],
)
def test_null_is_a_value_and_absent_is_not(
    rule: str, data: dict[str, Any], price: Decimal | None
) -> None:
    assert read_as(Product, product_mapping(rule), data).price == price


@pytest.mark.parametrize("data", [{"x": []}, {"x": "text"}, {"x": {}}])
def test_a_path_through_something_else_than_an_object_is_absent(data: dict[str, Any]) -> None:
    [problem] = problems_of(product_mapping("{to: price, from: x.y}"), data)
    assert problem.code == "field-missing"


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("{to: sku, from: x, required: true}", None),
        ("{to: sku, from: x, required: true}", ""),
        ("{to: price, from: x, required: true}", ""),
        ("{to: unit_factor, from: x}", None),
        ("{to: unit_factor, from: x}", ""),
        ("{to: archived, from: x}", None),
        ("{to: kind, from: x}", None),
    ],
)
def test_what_must_have_a_value_refuses_null_and_empty(rule: str, value: Any) -> None:
    problem = problem_of(rule, value)
    assert problem.message == "x is empty"
    assert problem.code == "field-empty"
    assert "toy.yaml:4" in problem.remedy


def test_all_problems_of_a_record_come_at_once() -> None:
    mapping = product_mapping(
        "{to: sku, from: sku, required: true}",
        "{to: price, from: price}",
        "{to: stock, from: stock}",
        "{to: name, from: name}",
    )
    problems = problems_of(mapping, {"sku": "", "price": "abc", "name": "fine"})
    assert [problem.field for problem in problems] == ["sku", "price", "stock"]


def test_a_label_names_the_record_in_problems() -> None:
    mapping = product_mapping("{to: price, from: x}")
    with pytest.raises(Exception, match="SKU A-1: x is missing"):
        mapping.read({}, id="1", label="SKU A-1")


# --- tables


@pytest.mark.parametrize(
    ("table", "raw", "kind"),
    [
        ("{Artikel: simple}", "Artikel", ProductKind.SIMPLE),
        ("{1: simple, 2: bundle}", 2, ProductKind.BUNDLE),
        ("{true: variable, false: simple}", True, ProductKind.VARIABLE),
        ("{default: other}", "anything", ProductKind.OTHER),
        ('{"": simple}', "", ProductKind.SIMPLE),
        ("{null: bundle}", None, ProductKind.BUNDLE),
        ("{01: bundle, 1: simple}", "01", ProductKind.BUNDLE),
    ],
)
def test_a_table_translates(table: str, raw: Any, kind: ProductKind) -> None:
    more = f"tables:\n  kinds: {table}\n"
    assert read_one("{to: kind, from: x, table: kinds}", raw, more=more).kind is kind


def test_an_unlisted_value_is_a_problem_that_names_the_table() -> None:
    problem = problem_of("{to: kind, from: x, table: kinds}", "Bundle", more=KINDS)
    assert (
        problem.sentence()
        == (
            "Product 7: unknown product x 'Bundle': map it under tables.kinds in toy.yaml"
            " [field x]. Add a line to tables.kinds (toy.yaml:5), best in your own overlay."
            " The rule stands in toy.yaml:4."
        )
        or problem.field == "x"
    )
    assert problem.code == "value-unmapped"
    assert "unknown product x 'Bundle': map it under tables.kinds in toy.yaml" in problem.message
    assert "toy.yaml:4" in problem.remedy


def test_null_is_not_looked_up_by_default() -> None:
    more = "tables:\n  classes: {S7: reduced-rate, default: other}\n"
    assert read_one("{to: tax_class, from: x, table: classes}", None, more=more).tax_class == ""


def test_a_table_can_give_booleans_and_numbers() -> None:
    more = "tables:\n  flags: {trash: true, default: false}\n  factors: {dozen: 12}\n"
    mapping = product_mapping(
        "{to: archived, from: x, table: flags}",
        "{to: unit_factor, from: y, table: factors}",
        more=more,
    )
    read = read_as(Product, mapping, {"x": "trash", "y": "dozen"})
    assert (read.archived, read.unit_factor) == (True, Decimal(12))


def test_a_value_outside_the_canonical_choices_is_refused() -> None:
    problem = problem_of("{to: kind, from: x}", "subscription")
    assert problem.message.startswith("x is 'subscription', which is none of bundle, external")


# --- conditions


def test_later_rules_with_a_condition_overrule_earlier_ones() -> None:
    mapping = product_mapping(
        "{to: kind, value: simple}", "{to: kind, value: variation, when: parent}"
    )
    assert read_as(Product, mapping, {"parent": None}).kind is ProductKind.SIMPLE
    assert read_as(Product, mapping, {"parent": "12"}).kind is ProductKind.VARIATION


def test_a_condition_on_an_absent_field_is_a_problem_unless_the_rule_is_optional() -> None:
    rule = "{to: sku, from: x, when: \"kind == 'a'\"%s}"
    [problem] = problems_of(product_mapping(rule % ""), {"x": "1"})
    assert problem.code == "field-missing"
    assert "kind == 'a'" in problem.message
    optional = product_mapping(rule % ", optional: true")
    assert read_as(Product, optional, {"x": "1"}).sku == ""


@pytest.mark.parametrize(
    ("value", "holds"),
    [("a", True), (0, True), ("", False), (None, False), (False, False), ([], False)],
)
def test_conditions_hold_as_jmespath_says(value: Any, holds: bool) -> None:
    mapping = product_mapping("{to: sku, value: yes, when: x}")
    assert (read_as(Product, mapping, {"x": value}).sku == "yes") is holds


# --- JMESPath


@pytest.mark.parametrize(
    ("path", "data", "sku"),
    [
        ("a || b", {"a": "", "b": "2"}, "2"),
        ("a || b", {"a": "1"}, "1"),
        ("rows[0].code", {"rows": [{"code": "c"}]}, "c"),
        ("rows[?k=='x'].v | [0]", {"rows": [{"k": "x", "v": "1"}, {"k": "y", "v": "2"}]}, "1"),
        ('"with-dash".sku', {"with-dash": {"sku": "d"}}, "d"),
        ("join('-', [a, b][?@ != ''])", {"a": "1", "b": ""}, "1"),
    ],
)
def test_from_may_be_a_jmespath_expression(path: str, data: dict[str, Any], sku: str) -> None:
    mapping = parse_mapping(
        f"entity: product\nsystem: toy\nread:\n  - to: sku\n    from: >-\n      {path}\n"
    )
    assert read_as(Product, mapping, data).sku == sku


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a || b", {}),
        ("a || b", {"a": ""}),
        ("rows[0].code", {}),
        ("[a, b]", {"a": "1"}),
        ("join('-', [a, b])", {"a": "1", "b": None}),
    ],
)
def test_an_expression_notices_absent_fields_and_misfits(path: str, data: dict[str, Any]) -> None:
    mapping = product_mapping(f'{{to: sku, from: "{path}", transform: join}}')
    [problem] = problems_of(mapping, data)
    assert problem.code in ("field-missing", "field-unreadable")
    assert problem.field == path


def test_a_misfit_of_an_expression_does_not_quote_the_data() -> None:
    problem = problem_of("{to: name, from: \"join('-', x)\"}", ["secret", 5])
    assert "secret" not in problem.sentence()
    assert "JMESPathTypeError" in problem.message


# --- metadata


META = {"to": "sku", "rule": "{to: sku, from: {meta: [_new, _old]}, optional: true}"}


@pytest.mark.parametrize(
    ("entries", "sku"),
    [
        ([{"key": "_new", "value": "n"}, {"key": "_old", "value": "o"}], "n"),
        ([{"key": "_old", "value": "o"}, {"key": "_new", "value": ""}], "o"),
        ([{"key": "_new", "value": ""}], ""),
        ([{"key": "_new", "value": ""}, {"key": "_new", "value": "second"}], "second"),
        ([{"key": "_new", "value": "first"}, {"key": "_new", "value": "second"}], "first"),
        ([{"key": "_new", "value": 12}], "12"),
        ([{"key": "other", "value": "x"}], ""),
        ([], ""),
    ],
)
def test_the_first_filled_metadata_entry_counts(entries: list[dict[str, Any]], sku: str) -> None:
    mapping = product_mapping(META["rule"])
    assert read_as(Product, mapping, {"meta_data": entries}).sku == sku


def test_metadata_that_is_not_there_is_absent() -> None:
    mapping = product_mapping("{to: sku, from: {meta: _erp_id}}")
    [problem] = problems_of(mapping, {"meta_data": [{"key": "x", "value": "1"}]})
    assert problem.message == "meta_data._erp_id is missing"
    assert mapping.needs == {"meta_data"}


# --- objects and lists


STOCK = """
entity: stock
system: toy
parts:
  place:
    - {to: code, from: code, required: true}
    - {to: on_hand, from: figures.on_hand}
read:
  - {to: sku, from: sku}
  - {to: warehouses, from: places, each: place}
"""


def test_each_reads_a_list_of_parts() -> None:
    data = {"sku": "A", "places": [{"code": "M", "figures": {"on_hand": "5"}}]}
    read = parse_mapping(STOCK).read(data, id="1")
    level = WarehouseLevel(code="M", on_hand=Decimal(5))
    assert read == StockLevel(id="1", sku="A", warehouses=(level,))


def test_null_is_an_empty_list() -> None:
    assert read_as(StockLevel, parse_mapping(STOCK), {"sku": "A", "places": None}).warehouses == ()


def test_problems_in_a_list_name_its_place() -> None:
    places = [{"code": "M", "figures": {"on_hand": "5"}}, {"code": "", "figures": {}}, "text"]
    problems = problems_of(parse_mapping(STOCK, file="toy.yaml"), {"sku": "A", "places": places})
    assert [(problem.field, problem.message) for problem in problems] == [
        ("places[1].code", "places[1].code is empty"),
        ("places[1].figures.on_hand", "places[1].figures.on_hand is missing"),
        ("places", "places does not hold objects"),
    ]
    assert "toy.yaml:6" in problems[0].remedy


@pytest.mark.parametrize("value", [{"1": {"code": "M"}}, "text", 5])
def test_each_wants_a_list(value: Any) -> None:
    [problem] = problems_of(parse_mapping(STOCK), {"sku": "A", "places": value})
    assert problem.message == "places is no list"


CUSTOMER = """
entity: customer
system: toy
parts:
  address:
    - {to: city, from: town}
    - {to: country, from: land, type: country}
read:
  - {to: email, from: mail, type: email}
  - {to: billing, from: address, part: address}
  - {to: billing.phone, from: tel}
  - {to: shipping.city, from: delivery.town}
"""


def test_a_part_and_single_fields_fill_the_same_object() -> None:
    data = {
        "mail": "a@b.example",
        "address": {"town": "Graz", "land": "at"},
        "tel": "12",
        "delivery": {"town": "Wien"},
    }
    read = read_as(Customer, parse_mapping(CUSTOMER), data)
    assert (read.billing.city, read.billing.country, read.billing.phone) == ("Graz", "AT", "12")
    assert read.shipping.city == "Wien"


def test_problems_in_an_object_name_their_path() -> None:
    data = {"mail": "", "address": {"town": "Graz", "land": "Austria"}, "tel": "", "delivery": []}
    problems = problems_of(parse_mapping(CUSTOMER), data)
    assert [problem.field for problem in problems] == ["address.land", "delivery.town"]


def test_a_null_object_keeps_the_empty_one_and_no_object_is_refused() -> None:
    data: dict[str, Any] = {"mail": "", "address": None, "tel": "", "delivery": None}
    assert read_as(Customer, parse_mapping(CUSTOMER), data).billing.city == ""
    data["address"] = []
    [problem] = problems_of(parse_mapping(CUSTOMER), data)
    assert problem.message == "address does not hold objects"


def test_own_fields_go_to_extra_with_any_type() -> None:
    mapping = product_mapping(
        "{to: extra.brand, from: brand}",
        "{to: extra.weight, from: weight, type: decimal}",
        "{to: extra.tags, from: tags, transform: split, type: json}",
        "{to: extra.missing, from: missing, optional: true}",
    )
    data = {"brand": {"name": "B"}, "weight": "0.25", "tags": "a,b"}
    read = mapping.read(data, id="1")
    assert read.extra == {"brand": {"name": "B"}, "weight": Decimal("0.25"), "tags": ["a", "b"]}


# --- what a mapping tells of itself


def test_needs_are_the_top_level_fields_that_rules_and_conditions_use() -> None:
    mapping = product_mapping(
        "{to: sku, from: sku}",
        "{to: name, from: \"title.text || join(' ', [first, second])\"}",
        "{to: barcode, from: {meta: _ean}, optional: true}",
        "{to: price, from: 'prices[0].net', when: \"type == 'simple'\"}",
        "{to: tax_class, value: reduced}",
    )
    assert mapping.needs == {"sku", "title", "first", "second", "meta_data", "prices", "type"}


def test_rules_know_their_place_and_their_owner() -> None:
    mapping = product_mapping("{to: price, from: x, owner: erp, description: the net price}")
    [rule] = mapping.rules_read
    assert (rule.to, rule.path, rule.owner, rule.where) == ("price", "x", "erp", "toy.yaml:4")
    assert rule.description == "the net price"


def test_the_version_moves_with_what_the_rules_do_and_with_nothing_else() -> None:
    version = product_mapping("{to: price, from: x}").version
    same = product_mapping("{from: x, to: price, description: words}", more="# a comment\n")
    assert same.version == version
    for other in ("{to: price, from: y}", "{to: price, from: x, optional: true}"):
        assert product_mapping(other).version != version
    overlay = "read: {add: [{to: sku, from: sku}]}\n"
    assert product_mapping("{to: price, from: x}", overlay=overlay).version != version
    tables = product_mapping("{to: price, from: x}", more=KINDS).version
    assert tables != version


@pytest.mark.parametrize(
    ("rule", "other"),
    [
        ("{to: price, from: x, default: 0.5}", "{to: price, from: x, default: 0.6}"),
        ("{to: price, from: x, transform: absolute}", "{to: price, from: x, transform: negate}"),
        (
            "{to: sku, from: x, transform: {truncate: 5}}",
            "{to: sku, from: x, transform: {truncate: 6}}",
        ),
        ("{to: price, from: x, default: null}", "{to: price, from: x}"),
    ],
)
def test_the_version_tells_arguments_apart(rule: str, other: str) -> None:
    assert product_mapping(rule).version != product_mapping(other).version


def test_a_mapping_without_read_rules_refuses_to_read() -> None:
    mapping = parse_mapping(
        "entity: product\nsystem: toy\nwrite:\n  - {to: a, from: sku}\n", file="toy.yaml"
    )
    with pytest.raises(ConfigError, match="no rules to read product"):
        mapping.read({}, id="1")
