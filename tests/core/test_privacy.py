"""The audit names no person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_cli.core.back_records import Note, WriteBack
from sync_cli.core.model import (
    Address,
    Customer,
    Document,
    DocumentLine,
    DocumentState,
    LineKind,
    Record,
)
from sync_cli.core.privacy import MASK, masked
from sync_cli.flows.connecting import mappings_folder
from sync_cli.mapping.mapping_set import load_mappings

MAPPINGS = load_mappings(mappings_folder())
WORDS = st.from_regex(r"§[a-zäöü]{6}", fullmatch=True)
EMAILS = WORDS.map(lambda word: f"{word}@kunde.example")
ADDRESSES = st.builds(
    Address,
    first_name=WORDS,
    last_name=WORDS,
    company=WORDS | st.just(""),
    street=WORDS,
    street2=WORDS,
    postcode=WORDS,
    city=WORDS,
    state=WORDS,
    country=st.just("DE"),
    email=EMAILS,
    phone=WORDS,
)
CUSTOMERS = st.builds(
    Customer,
    id=st.just("7"),
    reference=st.just("WC-main-C7"),
    email=EMAILS,
    first_name=WORDS,
    last_name=WORDS,
    company=WORDS | st.just(""),
    vat_id=st.just("§DE123456789"),
    billing=ADDRESSES,
    shipping=ADDRESSES,
)
DOCUMENTS = st.builds(
    Document,
    reference=st.just("WC-main-1042"),
    currency=st.just("EUR"),
    ordered_at=st.just(datetime(2026, 3, 1, tzinfo=UTC)),
    customer_key=st.just("7"),
    vat_id=st.just("§DE123456789"),
    billing=ADDRESSES,
    shipping=ADDRESSES,
    note=WORDS,
    lines=st.just(
        (
            DocumentLine(
                kind=LineKind.PRODUCT,
                product_key="5",
                text="§engraved for Hanna",
                net=Decimal("10.00"),
                tax=Decimal("1.90"),
                tax_key="DE 19 excl",
                unit_price=Decimal("10.00"),
            ),
        )
    ),
)
NOTES = st.builds(Note, order_id=st.just("1042"), reference=st.just("WC-main-1042"), text=WORDS)
BACK = WriteBack(number="SO00007", state=DocumentState.CONFIRMED, seal="a1b2:3")
REFS = {("customer", "7"): "900", ("product", "5"): "955"}


def payload(system: str, entity: str, record: Record) -> dict[str, Any]:
    """What the shipped mapping would send."""
    return dict(MAPPINGS.of(system, entity).write(record, REFS))


def assert_masked(sent: Mapping[str, Any]) -> None:
    """Personal data is marked by § in these tests; none of it is left."""
    assert "§" in json.dumps(sent, ensure_ascii=False)
    assert "§" not in json.dumps(masked(sent), ensure_ascii=False, default=str)


@pytest.mark.parametrize("system", ["sandbox-erp", "odoo"])
@settings(max_examples=20)
@given(customer=CUSTOMERS)
def test_no_person_is_left_in_a_customer(system: str, customer: Customer) -> None:
    assert_masked(payload(system, "customer", customer))


@settings(max_examples=20)
@given(DOCUMENTS)
def test_no_person_is_left_in_an_order_for_odoo(document: Document) -> None:
    assert_masked(payload("odoo", "document", document))


@settings(max_examples=20)
@given(DOCUMENTS)
def test_no_person_is_left_in_a_document(document: Document) -> None:
    sent = payload("sandbox-erp", "document", document)
    assert_masked(sent)
    kept = masked(sent)
    assert (kept["reference"], kept["currency"], kept["customer_id"]) == (
        "WC-main-1042",
        "EUR",
        "900",
    )
    assert [(line["product_id"], line["net"], line["tax"]) for line in kept["lines"]] == [
        ("955", "10.00", "1.90")
    ]
    assert kept["billing"]["country"] == "DE"


@settings(max_examples=20)
@given(NOTES)
def test_no_person_is_left_in_a_note(note: Note) -> None:
    assert_masked(payload("woocommerce", "note", note))


def test_what_is_written_back_names_nobody_and_stays_readable() -> None:
    sent = payload("woocommerce", "write_back", BACK)
    assert masked(sent) == sent


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"email": "a@b.example"}, {"email": MASK}),
        ({"email": "", "phone": None}, {"email": "", "phone": None}),
        ({"billing": {"country": "DE", "zip": "1"}}, {"billing": {"country": "DE", "zip": MASK}}),
        ({"lines": [{"text": "for Hanna", "net": "1"}]}, {"lines": [{"text": MASK, "net": "1"}]}),
        ({"partner": {"name": "Hanna", "id": 7}}, {"partner": {"name": MASK, "id": 7}}),
        ({"method": "card", "transaction_id": "tr_1"}, {"method": "card", "transaction_id": MASK}),
        ({"total": Decimal("1.00")}, {"total": Decimal("1.00")}),
        ({}, {}),
    ],
)
def test_personal_fields_are_masked_at_any_depth(
    sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    assert masked(sent) == kept


@pytest.mark.parametrize(
    "sent", [{"email": ["§a@b.example"]}, {"company": {"title": "§"}}, {"phone": [["§"]]}]
)
def test_a_personal_field_is_masked_whatever_its_shape(sent: dict[str, Any]) -> None:
    assert_masked(sent)


def test_the_payload_itself_is_left_alone() -> None:
    sent = {"billing": {"city": "Bonn"}, "lines": [{"text": "x"}]}
    masked(sent)
    assert sent == {"billing": {"city": "Bonn"}, "lines": [{"text": "x"}]}
