"""Errors of mapping files: each with file, line and the likely word, all of them at once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sync_cli.core.errors import ConfigError, ExitCode
from sync_cli.core.products import Product
from sync_cli.mapping import MappingErrors, load_mapping, parse_mapping
from tests.mapping.mapping_examples import faults_of, product_mapping, read_as

HEAD = "entity: product\nsystem: toy\n"

WRONG_READ_RULES: list[tuple[str, str]] = [
    ("{to: prise, from: x}", "Product has no field 'prise'; did you mean 'price'?"),
    ("{to: length, from: x}", "(own fields: extra.name)"),
    ("{to: extra, from: x}", "an own field is written extra.name"),
    ("{to: extra.a.b, from: x}", "an own field is written extra.name"),
    ("{to: price.net, from: x}", "'price' has no fields below it"),
    ("{to: id, from: x}", "'id' is given by the connector"),
    ("{to: {meta: x}, from: x}", "a read rule cannot write metadata"),
    ("{to: sku, form: x}", "unknown key 'form'; did you mean 'from'?"),
    ("{to: sku, from: x, typ: text}", "unknown key 'typ'; did you mean 'type'?"),
    ("{from: x}", "the rule has no `to`"),
    ("{to: sku}", "either `from` or `value`"),
    ("{to: sku, from: x, value: y}", "either `from` or `value`"),
    ("{to: sku, from: x, type: txt}", "unknown type 'txt'; did you mean 'text'?"),
    ("{to: price, from: x, type: text}", "the type 'text' does not fit 'price'"),
    ("{to: sku, from: x, type: money}", "the type 'money' does not fit 'sku'"),
    ("{to: sku, from: x, type: string}", "unknown type 'string'"),
    ("{to: sku, from: x, transform: stripp}", "unknown transform 'stripp'; did you mean 'strip'?"),
    ("{to: sku, from: x, transform: truncate}", "truncate: needs a whole number above 0"),
    ("{to: sku, from: x, transform: {truncate: 0}}", "truncate: needs a whole number above 0"),
    ("{to: sku, from: x, transform: {truncate: true}}", "truncate: needs a whole number above 0"),
    ("{to: sku, from: x, transform: {strip: 5}}", "strip: takes no argument"),
    ("{to: sku, from: x, transform: {join: 5}}", "join: needs a text"),
    ("{to: sku, from: x, transform: [[strip]]}", "`transform` takes a name"),
    ("{to: sku, from: x, check: not_emty}", "unknown check 'not_emty'; did you mean 'not_empty'?"),
    ("{to: sku, from: x, check: {max_length: no}}", "max_length: needs a whole number above 0"),
    ("{to: sku, from: x, table: kindz}", "there is no table 'kindz'; did you mean 'kinds'?"),
    ("{to: archived, from: x, table: kinds}", "tables.kinds.a is neither true nor false"),
    ("{to: sku, from: x, owner: erpp}", "unknown owner 'erpp'; did you mean 'erp'?"),
    ("{to: sku, from: x, ref: product}", "`ref` belongs to write rules"),
    ("{to: sku, from: x, required: maybe}", "`required` must be true or false"),
    ("{to: sku, from: x, required: true, optional: true}", "`required` and `optional` cannot"),
    ("{to: sku, from: x, default: a, optional: true}", "`default` and `optional` cannot"),
    ("{to: sku, value: a, table: kinds}", "`value` and `table` cannot"),
    ("{to: sku, from: x, each: line}", "it takes neither each nor part"),
    ("{to: price, from: x, default: abc}", "`default` is no number: 'abc'"),
    ("{to: price, value: abc}", "`value` is no number: 'abc'"),
    ("{to: unit_factor, from: x, default: null}", "`default` is empty"),
    ("{to: kind, value: simpel}", "`value` is 'simpel', which is none of"),
    ("{to: sku, from: 'a b'}", "'a b' is no JMESPath"),
    ("{to: sku, from: 'joyn(a, b)'}", "JMESPath has no function 'joyn'; did you mean 'join'?"),
    ("{to: sku, from: '@'}", "name a field"),
    ("{to: sku, from: '[0].x'}", "name a field"),
    ("{to: sku, from: x, when: 'a ='}", "`when`: 'a =' is no JMESPath"),
    ("{to: sku, from: {metta: x}}", "metadata is named by {meta: key}"),
    ("{to: sku, from: {meta: []}}", "metadata is named by {meta: key}"),
    ("{to: sku, from: 5}", "`from` must be a text"),
    ("just a text", "a rule is written as {to: ..., from: ...}"),
]


@pytest.mark.parametrize(("rule", "says"), WRONG_READ_RULES)
def test_a_wrong_read_rule_is_refused_with_its_line(rule: str, says: str) -> None:
    text = f"{HEAD}tables: {{kinds: {{a: simple}}}}\nread:\n  - {{to: name, from: y}}\n  - {rule}\n"
    [fault] = faults_of(text)
    assert fault.startswith("toy.yaml:6: ")
    assert says in fault


WRONG_WRITE_RULES: list[tuple[str, str]] = [
    ("{to: a, from: skuu}", "Product has no field 'skuu'; did you mean 'sku'?"),
    ("{to: a, from: sku.code}", "'sku' has no fields below it"),
    ('{to: a, from: "skuu || name"}', "Product has no field 'skuu'"),
    ("{to: a, from: sku, when: stok}", "Product has no field 'stok'; did you mean 'stock'?"),
    ("{to: a, from: {meta: x}}", "belongs to read rules"),
    ("{to: a, from: sku, ref: produkt}", "unknown entity 'produkt'; did you mean 'product'?"),
    ("{to: a, from: sku, type: nummer}", "unknown type 'nummer'; did you mean 'number'?"),
    ("{to: a, from: sku, each: line}", "'sku' holds no objects"),
    ("{to: a, value: abc, type: integer}", "`value` is no number: 'abc'"),
    ("{to: name.text, from: sku}", "'name' is a single value by the rule toy.yaml:4"),
    ("{to: name, from: sku}", "'name' already has a rule in toy.yaml:4; a second one needs `when`"),
]


@pytest.mark.parametrize(("rule", "says"), WRONG_WRITE_RULES)
def test_a_wrong_write_rule_is_refused_with_its_line(rule: str, says: str) -> None:
    [fault] = faults_of(f"{HEAD}write:\n  - {{to: name, from: name}}\n  - {rule}\n")
    assert fault.startswith("toy.yaml:5: ")
    assert says in fault


WRONG_FILES: list[tuple[str, str]] = [
    ("", "toy.yaml:1: the file is empty"),
    ("- a\n", "toy.yaml:1: a mapping file begins with `entity:`"),
    ("entity: product\nsystem: [\n", "toy.yaml:3: this is no valid YAML"),
    ("entity:\n\tproduct: x\n", "this line holds a tab: indent with spaces"),
    ("system: toy\nread: []\n", "toy.yaml:1: `entity:` must say a name"),
    ("entity: product\nread: []\n", "toy.yaml:1: `system:` must say a name"),
    ("entity: produkt\nsystem: toy\nread: []\n", "toy.yaml:1: unknown entity 'produkt'; did you"),
    (HEAD, "toy.yaml:1: the mapping has neither `read` nor `write` rules"),
    (HEAD + "reed: []\nread: []\n", "toy.yaml:3: unknown key 'reed'; did you mean 'read'?"),
    (HEAD + "read: {to: sku}\n", "toy.yaml:3: here stands a list of rules"),
    (
        HEAD + "read: []\nread: []\n",
        "toy.yaml:4: 'read' stands here a second time (first in line 3)",
    ),
    (
        HEAD + "tables:\n  t:\n    a: b\n    a: c\nread: []\n",
        "toy.yaml:6: 'a' stands here a second time (first in line 5)",
    ),
    (HEAD + "tables: {t: {a: [b]}}\nread: []\n", "the table 't' maps 'a' to more than a value"),
    (HEAD + "tables: {t: b}\nread: []\n", "the table 't' must hold lines"),
    (HEAD + "tables: [a]\nread: []\n", "`tables` must hold named entries"),
    (HEAD + "? [a]\n: b\nread: []\n", "a key must be a single word"),
    (HEAD + "version: &a [*a]\nread: []\n", "this is nested too deeply"),
]


@pytest.mark.parametrize(("text", "says"), WRONG_FILES)
def test_a_wrong_file_is_refused(text: str, says: str) -> None:
    assert any(says in fault for fault in faults_of(text))


def test_all_errors_of_a_file_come_at_once_and_in_order() -> None:
    rules = ("{to: sko, from: x}", "{to: sku, form: x}", "{to: nam, owner: me}")
    faults = faults_of(HEAD + "read:\n" + "".join(f"  - {rule}\n" for rule in rules))
    assert [fault.split(" ")[0] for fault in faults] == [
        "toy.yaml:4:",
        "toy.yaml:5:",
        "toy.yaml:6:",
        "toy.yaml:6:",
    ]


def test_the_error_is_one_of_the_configuration_and_prints_every_line() -> None:
    with pytest.raises(ConfigError) as wrong:
        product_mapping("{to: sko, from: x}", "{to: nam, from: x}")
    assert wrong.value.exit_code is ExitCode.CONFIG
    assert "toy.yaml:4: Product has no field 'sko'" in wrong.value.sentence()
    assert "toy.yaml:5: Product has no field 'nam'" in wrong.value.sentence()


def test_a_field_that_every_record_must_have_needs_a_rule() -> None:
    rules = "  - {to: number, from: x}\n  - {to: total, from: t, optional: true}\n"
    faults = faults_of(f"entity: order\nsystem: toy\nread:\n{rules}")
    assert "toy.yaml:4: Order.ordered_at must have a rule, and has none" in faults
    assert "toy.yaml:5: Order.total cannot be optional; give it a `default`" in faults


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("{to: warehouses, from: w}", "'warehouses' holds objects: say `each:`"),
        ("{to: warehouses, from: w, part: place}", "'warehouses' holds objects: say `each:`"),
        (
            "{to: warehouses, from: w, each: plaze}",
            "no part 'plaze'; did you mean 'place'?",
        ),
        ("{to: warehouses.code, from: w}", "'warehouses' has no fields below it"),
        ("{to: warehouses, from: w, each: place, type: text}", "`each` and `type` cannot stand"),
    ],
)
def test_lists_of_objects_need_a_part(rule: str, says: str) -> None:
    text = (
        "entity: stock\nsystem: toy\nparts: {place: [{to: code, from: code}]}\n"
        f"read:\n  - {rule}\n"
    )
    [fault] = faults_of(text)
    assert fault.startswith("toy.yaml:5: ")
    assert says in fault


def test_errors_in_a_part_stand_at_its_own_line() -> None:
    text = (
        "entity: stock\nsystem: toy\nparts:\n  place:\n    - {to: code, from: c}\n"
        "    - {to: on_hnd, from: h}\nread:\n  - {to: warehouses, from: w, each: place}\n"
    )
    [fault] = faults_of(text)
    assert fault == (
        "toy.yaml:6: WarehouseLevel has no field 'on_hnd'; did you mean 'on_hand'?"
        " (own fields: extra.name)"
    )


def test_a_part_cannot_contain_itself_for_the_model_does_not() -> None:
    text = (
        "entity: document\nsystem: toy\nparts:\n  line:\n    - {to: a, from: lines, each: line}\n"
        "write:\n  - {to: lines, from: lines, each: line}\n"
    )
    assert any("DocumentLine has no field 'lines'" in fault for fault in faults_of(text))
    address = (
        "entity: customer\nsystem: toy\nparts:\n  who:\n    - {to: x, from: billing, part: who}\n"
        "write:\n  - {to: b, from: billing, part: who}\n"
    )
    assert any("Address has no field 'billing'" in fault for fault in faults_of(address))


def test_yaml_words_and_numbers_are_taken_as_written() -> None:
    mapping = product_mapping(
        "{to: tax_class, value: no}",
        "{to: sku, value: 0123}",
        "{to: barcode, value: 12:30}",
        "{to: price, value: 0.10}",
        "{to: name, from: x, table: countries}",
        more="tables: {countries: {NO: Norway, on: off}}\n",
    )
    read = read_as(Product, mapping, {"x": "NO"})
    assert (read.tax_class, read.sku, read.barcode) == ("no", "0123", "12:30")
    assert (read.price, read.name) == (Decimal("0.10"), "Norway")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingErrors, match="cannot be read: No such file"):
        load_mapping(tmp_path / "product.yaml")
    (tmp_path / "product.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(MappingErrors, match="is no UTF-8 text"):
        load_mapping(tmp_path / "product.yaml")


def test_rules_name_their_file_shortly_and_errors_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "toy" / "product.yaml"
    path.parent.mkdir()
    path.write_text(HEAD + "read:\n  - {to: sku, from: x}\n", encoding="utf-8")
    assert load_mapping(path).rules_read[0].where == "toy/product.yaml:4"
    path.write_text(HEAD + "read:\n  - {to: sko, from: x}\n", encoding="utf-8")
    with pytest.raises(MappingErrors) as wrong:
        load_mapping(path)
    assert str(wrong.value.faults[0]).startswith(f"{path}:4: ")


def test_the_same_record_may_be_read_from_a_differently_named_entity() -> None:
    mapping = parse_mapping(
        "entity: stock\nrecord: product\nsystem: toy\nread:\n  - {to: sku, from: s}\n"
    )
    assert (mapping.entity, mapping.model.__name__) == ("stock", "Product")
