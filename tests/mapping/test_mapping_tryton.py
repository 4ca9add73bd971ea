"""The mappings of Tryton, against records as its connector reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.core.model import (
    Address,
    Customer,
    Disposition,
    Document,
    DocumentLine,
    DocumentState,
    LineKind,
)
from sync_cli.core.products import ProductKind, StockHolder
from sync_cli.core.refund_records import CreditNote
from sync_cli.mapping import EntityMapping, Unreadable, load_mappings
from tests.mapping.mapping_examples import SHIPPED, problems_of

ALL = load_mappings(SHIPPED)
PRODUCT = {
    "id": 14, "code": "V-4-1", "name": "Kettle", "active": True, "main_article": False,
    "template": "T5", "type": "goods", "consumable": False, "salable": True,
    "category": "reduced-rate", "price": Decimal("118.7600"), "unit_factor": Decimal(6),
    "ean": "4006381333931", "attributes": [{"name": "Colour", "value": "Red"}],
}  # fmt: skip
SALE = {
    "id": 7, "number": "12", "reference": "1042", "web_id": "WC-a-1042", "state": "processing",
    "standing": "shipped", "currency": "EUR", "total_amount": Decimal("-95.43"),
    "tax_amount": Decimal("-15.24"), "invoice_number": "3", "invoice_date": "2026-11-27",
    "paid": True, "comment": "too small", "origin_sale": "5",
}  # fmt: skip
BUYER = Address(first_name="Zoë", last_name="Nguyen", company="Weiß & Söhne", street="Weg 1",
                street2="Hof 2", postcode="50667", city="Köln", country="DE")  # fmt: skip


def of(entity: str) -> EntityMapping:
    """The mapping of Tryton for one kind of record."""
    return ALL.of("tryton", entity)


def read(entity: str, data: dict[str, Any]) -> Any:
    """The canonical record."""
    return of(entity).read(data, id=str(data["id"]))


def test_a_variant_is_a_variation_below_its_template() -> None:
    product = read("product", PRODUCT)
    assert (product.kind, product.parent_id) == (ProductKind.VARIATION, "T5")
    assert (product.price, product.unit_factor) == (Decimal("118.7600"), Decimal(6))
    assert (product.tax_class, product.holder) == ("reduced-rate", StockHolder.OWN)
    assert [(one.name, one.option) for one in product.attributes] == [("Colour", "Red")]


def test_an_accounting_category_that_is_in_no_table_is_named() -> None:
    [problem] = problems_of(of("product"), {**PRODUCT, "category": "Books"})
    assert "Books" in problem.message


def test_a_sale_is_a_document_and_a_negative_one_a_credit_note() -> None:
    document = read("document", SALE)
    assert (document.state, document.invoice_number) == (DocumentState.SHIPPED, "3")
    assert (document.reference, document.paid) == ("WC-a-1042", True)
    note = read("credit_note", SALE)
    assert (note.total, note.total_tax) == (Decimal("95.43"), Decimal("15.24"))
    assert (note.document, note.state, note.reason) == ("5", DocumentState.CONFIRMED, "too small")


def line(**values: Any) -> DocumentLine:
    """A line of two pieces with 19 %."""
    known = {
        "kind": LineKind.PRODUCT, "product_key": "1", "text": "Kettle", "quantity": Decimal(2),
        "net": Decimal("160.38"), "tax": Decimal("30.47"), "tax_key": "DE 19 incl",
    }  # fmt: skip
    return DocumentLine(**{**known, **values})


def test_a_document_names_taxes_and_leaves_ids_to_the_connector() -> None:
    document = Document(
        reference="WC-a-1042", order_number="1042", currency="EUR", customer_key="9",
        ordered_at=datetime(2026, 11, 27, 23, 30, tzinfo=UTC), ordered_on="2026-11-28",
        payment_method="bacs", shipping_method="flat_rate", billing=BUYER, shipping=BUYER,
        lines=(line(), line(kind=LineKind.ROUNDING, product_key="", tax_key="", text="Rounding")),
    )  # fmt: skip
    payload = of("document").write(document, {("product", "1"): "14", ("customer", "9"): "2"})
    assert (payload["party"], payload["sale_date"]) == ("2", "2026-11-28")
    assert payload["lines"][0] == {
        "kind": "product", "product": "14", "text": "Kettle", "quantity": "2", "net": "160.38",
        "tax": "DE 19%",
    }  # fmt: skip
    assert (payload["lines"][1]["kind"], payload["lines"][1]["tax"]) == ("rounding", "")
    assert payload["invoice_address"] == {
        "party_name": "Weiß & Söhne", "attn": "Zoë Nguyen", "street": "Weg 1\nHof 2",
        "postal_code": "50667", "city": "Köln", "country": "DE",
    }  # fmt: skip


def test_a_percentage_goes_with_the_amount_before_it() -> None:
    lowered = line(list_net=Decimal("200.475"), discount=Decimal("20"))
    document = Document(
        reference="r", currency="EUR", customer_key="9",
        ordered_at=datetime(2026, 1, 1, tzinfo=UTC), ordered_on="2026-01-01",
        lines=(lowered, line(list_net=Decimal("200.48")), line()),
    )  # fmt: skip
    payload = of("document").write(document, {("product", "1"): "14", ("customer", "9"): "2"})
    told = [(one.get("discount"), one.get("net_before")) for one in payload["lines"]]
    assert told == [("20", "200.475"), (None, "200.48"), (None, None)]


def test_a_tax_that_is_in_no_table_holds_the_order_and_is_named() -> None:
    document = Document(
        reference="r", currency="EUR", customer_key="9",
        ordered_at=datetime(2026, 1, 1, tzinfo=UTC),
        ordered_on="2026-01-01",
        lines=(line(tax_key="FR 20 incl"),),
    )  # fmt: skip
    with pytest.raises(Unreadable) as told:
        of("document").write(document, {("product", "1"): "14", ("customer", "9"): "2"})
    assert "FR 20 incl" in told.value.problems[0].message


def test_a_credit_note_is_written_below_zero() -> None:
    note = CreditNote(
        reference="WC-a-R7", order_id="1042", currency="EUR", customer_key="9",
        ordered_at=datetime(2026, 11, 28, tzinfo=UTC), ordered_on="2026-11-28", reason="too small",
        lines=(line(disposition=Disposition.RESTOCK), line(disposition=Disposition.NONE)),
    )  # fmt: skip
    refs = {("product", "1"): "14", ("customer", "9"): "2", ("order", "1042"): "5"}
    payload = of("credit_note").write(note, refs)
    assert (payload["origin"], payload["comment"]) == ("5", "too small")
    assert [(one["quantity"], one["net"], one["restock"]) for one in payload["lines"]] == [
        ("-2", "-160.38", True),
        ("-2", "-160.38", False),
    ]


def test_a_customer_of_a_company_keeps_the_person_beside_it() -> None:
    payload = of("customer").write(Customer(id="1", email="zoe@mail.example", billing=BUYER))
    assert payload["name"] == "Weiß & Söhne"
    assert payload["invoice_address"]["attn"] == "Zoë Nguyen"
    party = {
        "id": 2, "code": "WC-a-C1", "name": payload["name"], "active": True, "phone": "",
        "email": "zoe@mail.example", "vat_id": "",
        "invoice_address": {**payload["invoice_address"], "subdivision": ""},
        "delivery_address": None,
    }  # fmt: skip
    customer = read("customer", party)
    assert (customer.reference, customer.billing.company) == ("WC-a-C1", "Weiß & Söhne")
    assert (customer.billing.last_name, customer.billing.street) == ("Zoë Nguyen", "Weg 1\nHof 2")


def test_a_shipment_and_an_invoice_name_their_sales() -> None:
    shipment = read("shipment", {
        "id": 3, "number": "4", "state": "done", "sales": [7], "shipped_at": "2026-11-27T12:00:00Z",
        "carrier": "DHL", "parcels": [{"number": "P1", "link": "", "carrier": "DHL"}],
        "lines": [{"product": 14, "sku": "V-4-1", "quantity": Decimal(2)}],
    })  # fmt: skip
    assert (shipment.document, shipment.done, shipment.parcels[0].number) == ("7", True, "P1")
    invoice = read("invoice", {
        "id": 3, "number": None, "state": "draft", "sales": [7, 8], "invoice_date": None,
        "currency": "EUR", "total_amount": Decimal("195.76"),
    })  # fmt: skip
    assert (invoice.documents, invoice.posted, invoice.number) == (("7", "8"), False, "")
