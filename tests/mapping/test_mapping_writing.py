"""Writing: formats, objects, metadata, references, owners, conditions, problems."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_cli.core.errors import ConfigError
from sync_cli.core.model import Address, Customer, Document, DocumentLine, LineKind
from sync_cli.core.products import Product, ProductKind
from sync_cli.mapping import Unreadable, Unresolved, parse_mapping
from sync_cli.mapping.errors import BadValue
from sync_cli.mapping.formats import WRITE_TYPES, as_json
from tests.mapping.mapping_examples import product_writer, read_as

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

WRITTEN: list[tuple[str, Any, Any]] = [
    ("text", "a", "a"),
    ("text", None, ""),
    ("string", Decimal("12.50"), "12.50"),
    ("string", 5, "5"),
    ("integer", Decimal("5"), 5),
    ("integer", Decimal("5.00"), 5),
    ("integer", "12", 12),
    ("integer", None, None),
    ("decimal", Decimal("1E+3"), "1000"),
    ("decimal", Decimal("-0.00"), "0.00"),
    ("decimal", Decimal("0.000001"), "0.000001"),
    ("money", Decimal("12.5"), "12.50"),
    ("money", Decimal("12.500000"), "12.50"),
    ("money", Decimal("0.0375"), "0.0375"),
    ("money", Decimal("1E+2"), "100.00"),
    ("money", None, None),
    ("price", Decimal("12.5"), "12.50"),
    ("price", None, ""),
    ("quantity", Decimal("2.000"), "2"),
    ("quantity", Decimal("2.50"), "2.5"),
    ("quantity", Decimal("100"), "100"),
    ("number", Decimal("12.50"), 12.5),
    ("number", Decimal("12.00"), 12),
    ("number", Decimal("0.1"), 0.1),
    ("boolean", True, True),
    ("boolean", "no", False),
    ("utc_datetime", NOON, "2026-11-21T12:00:00Z"),
    ("utc_datetime", NOON.astimezone(timezone(timedelta(hours=1))), "2026-11-21T12:00:00Z"),
    ("utc_datetime", NOON.replace(microsecond=250000), "2026-11-21T12:00:00.250000Z"),
    ("utc_datetime", None, None),
    ("date", NOON, "2026-11-21"),
    ("date", date(2026, 11, 21), "2026-11-21"),
    ("bound", NOON, "2026-11-21T12:00:00Z"),
    ("bound", None, ""),
    ("country", "de", "DE"),
    ("currency", "eur", "EUR"),
    ("email", "a@b.example", "a@b.example"),
    ("vat_id", "de 123", "DE123"),
    ("id", "12", "12"),
    ("id", "", None),
    (
        "json",
        {"a": (Decimal("1.5"), NOON, ProductKind.SIMPLE)},
        {"a": ["1.5", "2026-11-21T12:00:00Z", "simple"]},
    ),
    ("json", date(2026, 1, 2), "2026-01-02"),
]


@pytest.mark.parametrize(("name", "value", "written"), WRITTEN)
def test_a_type_writes(name: str, value: Any, written: Any) -> None:
    payload = WRITE_TYPES[name](value)
    assert payload == written
    assert type(payload) is type(written)
    json.dumps(payload)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("integer", Decimal("2.5"), "is no whole number: '2.5'"),
        ("decimal", Decimal("NaN"), "is no usable number: 'NaN'"),
        ("number", Decimal("0.12345678901234567891"), "has too many digits for a JSON number"),
        ("utc_datetime", datetime(2026, 1, 1), "is a time without a zone"),  # noqa: DTZ001
        ("json", 1.5, "cannot be written as JSON: float"),
        ("json", object(), "cannot be written as JSON: object"),
        ("country", "Germany", "is no two-letter country code"),
    ],
)
def test_a_type_refuses_to_write(name: str, value: Any, says: str) -> None:
    with pytest.raises(BadValue) as bad:
        WRITE_TYPES[name](value)
    assert bad.value.says.startswith(says)


def test_every_write_type_is_tried() -> None:
    assert {case[0] for case in WRITTEN} == set(WRITE_TYPES)


def test_without_a_type_values_are_written_as_they_are() -> None:
    assert as_json(Decimal("12.50")) == "12.50"
    assert as_json(None) is None


@given(st.builds(Decimal.scaleb, st.integers(-(10**15), 10**15).map(Decimal), st.integers(-12, 3)))
def test_an_amount_comes_back_from_what_was_written(amount: Decimal) -> None:
    mapping = parse_mapping(
        "entity: product\nsystem: toy\n"
        "read: [{to: price, from: p}]\nwrite: [{to: p, from: price, type: money}]\n"
    )
    record = Product(id="1", price=amount)
    payload = mapping.write(record)
    assert "E" not in payload["p"]
    assert read_as(Product, mapping, payload).price == amount


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_comes_back_from_what_was_written(moment: datetime) -> None:
    mapping = parse_mapping(
        "entity: document\nsystem: toy\n"
        "read: [{to: ordered_at, from: t}]\nwrite: [{to: t, from: ordered_at}]\n"
    )
    payload = mapping.write(Document(id="1", ordered_at=moment))
    assert read_as(Document, mapping, payload).ordered_at == moment


@given(st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=2))
def test_the_same_amount_is_written_the_same_however_its_digits_were(amount: Decimal) -> None:
    mapping = product_writer(
        "{to: p, from: price, type: money}", "{to: q, from: stock, type: quantity}"
    )
    longer = amount.quantize(Decimal("0.000001"))
    first = mapping.write(Product(price=amount, stock=amount))
    assert mapping.write(Product(price=longer, stock=longer)) == first


def test_nested_targets_build_objects_and_metadata_a_list() -> None:
    mapping = product_writer(
        "{to: price.net, from: price}",
        "{to: price.currency, value: EUR}",
        "{to: {meta: _erp_sku}, from: sku}",
        "{to: {meta: _erp_kind}, from: kind}",
    )
    assert mapping.write(Product(sku="S", price=Decimal("1.50"))) == {
        "price": {"net": "1.50", "currency": "EUR"},
        "meta_data": [{"key": "_erp_sku", "value": "S"}, {"key": "_erp_kind", "value": "simple"}],
    }


def test_a_later_metadata_rule_overrules_an_earlier_one_of_its_key() -> None:
    mapping = product_writer(
        "{to: {meta: k}, from: sku}", "{to: {meta: k}, from: name, when: name}"
    )
    assert mapping.write(Product(sku="S", name="N"))["meta_data"] == [{"key": "k", "value": "N"}]
    assert mapping.write(Product(sku="S"))["meta_data"] == [{"key": "k", "value": "S"}]


@pytest.mark.parametrize(
    ("rule", "payload"),
    [
        ("{to: a, from: barcode}", {"a": ""}),
        ("{to: a, from: barcode, optional: true}", {}),
        ("{to: a, from: price}", {"a": None}),
        ("{to: a, from: price, optional: true}", {}),
        ("{to: a, from: barcode, when: barcode}", {}),
        ("{to: a, from: sku, when: barcode}", {}),
        ("{to: a, from: sku, when: sku}", {"a": "S-1"}),
        ("{to: a, from: extra.brand, optional: true}", {}),
        ("{to: a, from: extra.brand, default: none}", {"a": "none"}),
        ("{to: a, from: sku, when: extra.brand}", {}),
        ("{to: a, value: false}", {"a": False}),
        ("{to: a, value: null}", {"a": None}),
        ("{to: a, value: 5, type: string}", {"a": "5"}),
        ("{to: a, from: sku, transform: [lower, {truncate: 1}]}", {"a": "s"}),
        ("{to: a, from: kind, table: kinds}", {"a": 1}),
        ("{to: a, from: \"join('/', [sku, name])\"}", {"a": "S-1/Nail"}),
        ("{to: a, from: unit_factor, type: number}", {"a": 1}),
    ],
)
def test_what_a_rule_writes(rule: str, payload: dict[str, Any]) -> None:
    mapping = product_writer(rule, "{to: fixed, value: x}", more="tables: {kinds: {simple: 1}}\n")
    assert mapping.write(Product(id="7", sku="S-1", name="Nail")) == {**payload, "fixed": "x"}


def test_own_fields_are_written_from_extra() -> None:
    mapping = product_writer("{to: brand, from: extra.brand.name}", "{to: w, from: extra.weight}")
    record = Product(extra={"brand": {"name": "B"}, "weight": Decimal("0.25")})
    assert mapping.write(record) == {"brand": "B", "w": "0.25"}


def test_problems_name_the_canonical_field_and_the_rule() -> None:
    mapping = product_writer(
        "{to: a, from: price, required: true}",
        "{to: b, from: stock, type: integer, check: not_negative}",
        "{to: c, from: extra.brand}",
        "{to: d, from: tax_class, table: tax_codes}",
        more='tables:\n  tax_codes: {"": S19}\n',
    )
    with pytest.raises(Unreadable) as refused:
        mapping.write(Product(id="7", stock=Decimal(-1), tax_class="books"))
    assert [(problem.field, problem.message) for problem in refused.value.problems] == [
        ("price", "price is empty"),
        ("stock", "stock is below 0"),
        ("extra.brand", "extra.brand is missing"),
        (
            "tax_class",
            "unknown product tax class 'books': map it under tables.tax_codes in toy.yaml",
        ),
    ]
    assert all(problem.record == "Product 7" for problem in refused.value.problems)
    assert "toy.yaml:4" in refused.value.problems[0].remedy


# --- references


ORDERS = """
entity: document
system: toy
parts:
  line:
    - {to: product, from: product_key, ref: product, required: true, when: "kind == 'product'"}
    - {to: code, from: tax_class, table: tax_codes}
    - {to: net, from: net, owner: erp}
tables:
  tax_codes: {"": S19}
write:
  - {to: customer, from: customer_key, ref: customer, type: integer}
  - {to: lines, from: lines, each: line}
"""
LINES = (
    DocumentLine(kind=LineKind.PRODUCT, product_key="11", net=Decimal("5.00")),
    DocumentLine(kind=LineKind.PRODUCT, product_key="12", net=Decimal("6.00")),
    DocumentLine(kind=LineKind.SHIPPING, net=Decimal("4.90")),
)
REFS = {("product", "11"): "901", ("product", "12"): "902", ("customer", "3"): "77"}


def test_references_become_the_target_ids() -> None:
    payload = parse_mapping(ORDERS).write(Document(customer_key="3", lines=LINES), REFS)
    assert payload == {
        "customer": 77,
        "lines": [
            {"product": "901", "code": "S19", "net": "5.00"},
            {"product": "902", "code": "S19", "net": "6.00"},
            {"code": "S19", "net": "4.90"},
        ],
    }


def test_all_missing_references_are_named_once() -> None:
    document = Document(customer_key="3", lines=(*LINES, LINES[1]))
    with pytest.raises(Unresolved) as unresolved:
        parse_mapping(ORDERS).write(document, {("product", "11"): "901"})
    assert unresolved.value.missing == (("customer", "3"), ("product", "12"))


def test_an_empty_reference_is_null_or_a_problem_if_it_is_required() -> None:
    lines = (DocumentLine(kind=LineKind.PRODUCT),)
    assert parse_mapping(ORDERS).write(Document(lines=LINES[2:]))["customer"] is None
    with pytest.raises(Unreadable) as refused:
        parse_mapping(ORDERS).write(Document(lines=lines))
    assert [problem.field for problem in refused.value.problems] == ["lines[0].product_key"]


def test_what_cannot_be_written_comes_before_what_is_not_linked() -> None:
    lines = (DocumentLine(kind=LineKind.FEE, tax_class="books"),)
    with pytest.raises(Unreadable) as refused:
        parse_mapping(ORDERS).write(Document(birth="WC-a-1", customer_key="5", lines=lines))
    [problem] = refused.value.problems
    assert (problem.field, problem.record) == ("lines[0].tax_class", "Document WC-a-1")
    assert "'books': map it under tables.tax_codes" in problem.message


# --- owners


@pytest.mark.parametrize(
    ("without", "fields"),
    [("", {"a", "b", "c"}), ("erp", {"b", "c"}), ("shop", {"a", "c"}), ("crm", {"a", "b", "c"})],
)
def test_fields_of_one_owner_can_be_left_out(without: str, fields: set[str]) -> None:
    mapping = product_writer(
        "{to: a, from: price, owner: erp}", "{to: b, from: sku, owner: shop}", "{to: c, from: name}"
    )
    assert set(mapping.write(Product(id="1"), without_owner=without)) == fields


def test_owners_count_inside_of_parts_too() -> None:
    payload = parse_mapping(ORDERS).write(Document(lines=LINES[2:]), without_owner="erp")
    assert payload["lines"] == [{"code": "S19"}]


# --- parts, and what is refused


def test_a_part_writes_an_object_with_its_computed_fields() -> None:
    mapping = parse_mapping(
        "entity: customer\nsystem: toy\n"
        "parts: {who: [{to: name, from: name}, {to: town, from: city}]}\n"
        "write: [{to: bill, from: billing, part: who}, {to: bill.mail, from: email}]\n"
    )
    billing = Address(first_name="Anna", last_name="Muster", city="Graz")
    payload = mapping.write(Customer(email="a@b.example", billing=billing))
    assert payload == {"bill": {"name": "Anna Muster", "town": "Graz", "mail": "a@b.example"}}


def test_a_filtered_list_writes_only_what_fits() -> None:
    text = ORDERS.replace("from: lines, each", "from: \"lines[?kind=='shipping']\", each")
    payload = parse_mapping(text).write(Document(lines=LINES), REFS)
    assert payload["lines"] == [{"code": "S19", "net": "4.90"}]


def test_an_empty_list_is_written_unless_it_is_optional_or_required() -> None:
    assert parse_mapping(ORDERS).write(Document())["lines"] == []
    optional = ORDERS.replace("each: line}", "each: line, optional: true}")
    assert "lines" not in parse_mapping(optional).write(Document())
    required = ORDERS.replace("each: line}", "each: line, required: true}")
    with pytest.raises(Unreadable, match="lines is empty"):
        parse_mapping(required).write(Document())


def test_another_record_or_a_mapping_without_write_rules_is_refused() -> None:
    with pytest.raises(TypeError, match="writes Product, not Customer"):
        product_writer("{to: a, from: sku}").write(Customer())
    reader = parse_mapping("entity: product\nsystem: toy\nread: [{to: sku, from: s}]\n")
    with pytest.raises(ConfigError, match="no rules to write product"):
        reader.write(Product())
