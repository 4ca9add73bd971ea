"""An admin's overlay changes single rules of a shipped mapping, or is told what is wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sync_cli.core.errors import ConfigError
from sync_cli.core.products import Product, StockLevel
from sync_cli.mapping import MappingErrors, load_mappings, parse_mapping
from tests.mapping.mapping_examples import faults_of, read_as

SHIPPED = """
entity: product
system: toy
tables:
  kinds: {A: simple, V: variation}
parts: {}
read:
  - {to: sku, from: sku}
  - {to: price, from: price}
  - {to: barcode, from: ean}
  - {to: kind, from: kind, table: kinds}
write:
  - {to: {meta: _erp}, from: sku}
  - {to: name, from: name}
"""
DATA = {"sku": "S", "price": "1", "net": "2", "ean": "E", "kind": "A", "maker": "M"}


def test_replace_swaps_a_rule_in_its_place() -> None:
    mapping = parse_mapping(
        SHIPPED, overlay="read: {replace: [{to: price, from: net, type: money}]}"
    )
    assert read_as(Product, mapping, DATA).price == Decimal(2)
    assert [rule.to for rule in mapping.rules_read] == ["sku", "price", "barcode", "kind"]
    assert mapping.rules_read[1].where == "mapping.yaml (overlay):1"


def test_one_rule_may_be_replaced_by_several() -> None:
    overlay = """
read:
  replace:
    - {to: price, from: price}
    - {to: price, from: net, when: "kind == 'V'"}
"""
    mapping = parse_mapping(SHIPPED, overlay=overlay)
    assert read_as(Product, mapping, DATA).price == Decimal(1)
    assert read_as(Product, mapping, {**DATA, "kind": "V"}).price == Decimal(2)


def test_drop_and_add() -> None:
    overlay = "read: {drop: [barcode], add: [{to: extra.maker, from: maker}]}"
    mapping = parse_mapping(SHIPPED, overlay=overlay)
    read = read_as(Product, mapping, DATA)
    assert (read.barcode, read.extra) == ("", {"maker": "M"})
    assert mapping.needs == {"sku", "price", "kind", "maker"}


@pytest.mark.parametrize("drop", ["[{meta: _erp}]", "['meta:_erp']"])
def test_metadata_rules_are_dropped_by_their_key(drop: str) -> None:
    mapping = parse_mapping(SHIPPED, overlay=f"write: {{drop: {drop}}}")
    assert [rule.target for rule in mapping.rules_write] == ["name"]


def test_tables_are_merged_line_by_line() -> None:
    overlay = "tables:\n  kinds: {V: bundle, X: external, default: other}\n  mine: {a: b}\n"
    mapping = parse_mapping(SHIPPED, overlay=overlay)
    kinds = {raw: str(read_as(Product, mapping, {**DATA, "kind": raw}).kind) for raw in "AVX?"}
    assert kinds == {"A": "simple", "V": "bundle", "X": "external", "?": "other"}


def test_rules_of_a_part_are_changed_alike() -> None:
    shipped = (
        "entity: stock\nsystem: toy\n"
        "parts: {place: [{to: code, from: code}, {to: demand, from: d}]}\n"
        "read: [{to: warehouses, from: w, each: place}]\n"
    )
    overlay = "parts: {place: {drop: [demand], add: [{to: on_hand, from: h}]}}"
    mapping = parse_mapping(shipped, overlay=overlay)
    [level] = read_as(StockLevel, mapping, {"w": [{"code": "M", "h": "3"}]}).warehouses
    assert level.on_hand == Decimal(3)


WRONG: list[tuple[str, str]] = [
    (
        "read: {replace: [{to: prize, from: x}]}",
        "no rule to 'prize'; did you mean 'price'?",
    ),
    ("read: {drop: [barkode]}", "toy.yaml has no rule to 'barkode'; did you mean 'barcode'?"),
    ("read: {drop: [{meta: _erp}]}", "has no rule to 'meta:_erp'"),
    ("read: {drop: [[a]]}", "`drop` lists the `to` of rules"),
    ("read: {ad: []}", "unknown key 'ad'; did you mean 'add'?"),
    ("read: [{to: price, from: x}]", "an overlay says replace, drop, add here"),
    ("read: {add: [{to: price, from: x}]}", "'price' already has a rule in toy.yaml:9"),
    ("read: {add: [{to: prise, from: x}]}", "Product has no field 'prise'"),
    ("reed: {}", "unknown key 'reed'; did you mean 'read'?"),
    ("entity: order", "this overlay changes the mapping whose entity is 'product'"),
    ("system: tory", "this overlay changes the mapping whose system is 'toy'"),
    ("parts: {lime: {drop: [a]}}", "there is no part 'lime'"),
    ("tables: {kinds: {B: bundel}}", "which is none of bundle"),
    ("- a", "an overlay begins with `entity:`"),
]


@pytest.mark.parametrize(("overlay", "says"), WRONG)
def test_a_wrong_overlay_is_refused(overlay: str, says: str) -> None:
    faults = faults_of(SHIPPED, overlay=overlay)
    assert any(says in fault for fault in faults), faults


def test_errors_of_overlay_rules_name_the_overlay_file_and_line() -> None:
    overlay = "entity: product\nread:\n  replace:\n    - {to: price, from: x, type: tezt}\n"
    [fault] = faults_of(SHIPPED, overlay=overlay)
    assert fault.startswith("own.yaml:4: unknown type 'tezt'; did you mean 'text'?")


# --- folders of mappings


def write(folder: Path, place: str, text: str) -> None:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_folder_of_overlays_changes_what_is_shipped_and_adds_its_own(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    write(shipped, "toy/product.yaml", SHIPPED)
    write(shipped, "toy/profile.yaml", "not: a mapping\n")
    write(own, "toy/product.yaml", "read: {drop: [barcode]}\n")
    write(own, "toy/customer.yaml", "entity: customer\nsystem: toy\nread: [{to: email, from: e}]\n")
    mappings = load_mappings(shipped, own)
    assert [(one.system, one.entity) for one in mappings] == [
        ("toy", "customer"),
        ("toy", "product"),
    ]
    assert "ean" not in mappings.of("toy", "product").needs
    assert mappings.of("toy", "customer").needs == {"e"}


@pytest.mark.parametrize(
    ("system", "entity", "says"),
    [
        ("toy", "produkt", "no mapping of 'produkt' for toy; did you mean 'product'?"),
        ("tory", "product", "no mappings for the kind of system 'tory'; did you mean 'toy'?"),
        ("toy", "note", "no mapping of 'note' for toy; known are product"),
    ],
)
def test_a_mapping_that_does_not_exist_is_named_with_those_that_do(
    tmp_path: Path, system: str, entity: str, says: str
) -> None:
    write(tmp_path, "toy/product.yaml", SHIPPED)
    with pytest.raises(ConfigError) as missing:
        load_mappings(tmp_path).of(system, entity)
    assert says in missing.value.sentence()


def test_only_the_kinds_in_use_are_loaded_and_the_others_are_still_known_by_name(
    tmp_path: Path,
) -> None:
    write(tmp_path, "toy/product.yaml", SHIPPED)
    write(tmp_path, "other/product.yaml", "no mapping at all")
    mappings = load_mappings(tmp_path, kinds={"toy"})
    assert [one.system for one in mappings] == ["toy"]
    with pytest.raises(ConfigError, match="did you mean 'other'"):
        mappings.of("othre", "product")


def test_errors_of_all_files_come_at_once(tmp_path: Path) -> None:
    write(tmp_path, "toy/product.yaml", SHIPPED.replace("to: price", "to: prise"))
    write(tmp_path, "toy/order.yml", SHIPPED)
    write(tmp_path, "toy/customer.yaml", SHIPPED)
    with pytest.raises(MappingErrors) as wrong:
        load_mappings(tmp_path, tmp_path / "nowhere")
    text = str(wrong.value)
    assert "product.yaml:9: Product has no field 'prise'" in text
    assert "order.yml:1: the name of a mapping file ends in .yaml" in text
    assert (
        "the file says system 'toy' and entity 'product', but its place says 'toy' and 'customer'"
        in text
    )
    assert "nowhere:1: there is no such folder of mappings" in text
