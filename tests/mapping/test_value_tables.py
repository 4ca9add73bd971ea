"""Value tables of every shipped kind of ERP: what no row lists is held, never a default."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.core.model import Document, DocumentLine, LineKind
from sync_cli.flows.connecting import mappings_folder
from sync_cli.flows.order_documents import OwnNames
from sync_cli.mapping.errors import Unreadable
from sync_cli.mapping.mapping_set import load_mappings
from sync_cli.mapping.rules import UNSET

MAPPINGS = load_mappings(mappings_folder())
ERPS = ("sandbox-erp", "odoo", "tryton")
COMPUTING = ("odoo", "tryton")


def payload(erp: str, *, tax_key: str = "DE 19 excl", **fields: Any) -> dict[str, Any]:
    """What a document with these fields is sent as."""
    line = DocumentLine(
        kind=LineKind.PRODUCT,
        product_key="5",
        text="Kettle",
        net=Decimal(10),
        tax=Decimal("1.90"),
        tax_key=tax_key,
        unit_price=Decimal(10),
    )
    document = Document(
        reference="WC-main-1",
        currency="EUR",
        ordered_at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
        ordered_on="2026-02-01",
        customer_key="7",
        lines=(line,),
        **fields,
    )
    return MAPPINGS.of(erp, "document").write(document, OwnNames())


@pytest.mark.parametrize("erp", ERPS)
def test_a_shipping_method_that_no_row_lists_is_held(erp: str) -> None:
    with pytest.raises(Unreadable, match="'dpd_pickup'") as held:
        payload(erp, shipping_method="dpd_pickup")
    assert "tables.carriers" in held.value.problems[0].sentence()


@pytest.mark.parametrize("erp", COMPUTING)
def test_a_payment_method_that_no_row_lists_is_held(erp: str) -> None:
    with pytest.raises(Unreadable, match="'klarna'") as held:
        payload(erp, payment_method="klarna")
    assert "tables.payment_terms" in held.value.problems[0].sentence()


@pytest.mark.parametrize("erp", COMPUTING)
def test_a_tax_that_no_row_lists_is_held(erp: str) -> None:
    with pytest.raises(Unreadable, match="'FR 20 excl'"):
        payload(erp, tax_key="FR 20 excl")


@pytest.mark.parametrize("erp", ERPS)
@pytest.mark.parametrize("method", ["", "flat_rate", "free_shipping", "local_pickup"])
def test_the_shops_own_shipping_methods_are_listed(erp: str, method: str) -> None:
    assert payload(erp, shipping_method=method)


@pytest.mark.parametrize("erp", COMPUTING)
@pytest.mark.parametrize("method", ["", "bacs", "cheque", "cod", "stripe", "ppcp-gateway"])
def test_the_usual_payment_methods_are_listed(erp: str, method: str) -> None:
    assert payload(erp, payment_method=method)


@pytest.mark.parametrize("erp", COMPUTING)
@pytest.mark.parametrize("key", ["DE 19 incl", "DE 7 excl", "AT exempt", "DE none", "rounding"])
def test_the_tax_tables_list_these_keys(erp: str, key: str) -> None:
    assert payload(erp, tax_key=key)


@pytest.mark.parametrize("erp", COMPUTING)
def test_what_a_gift_card_paid_has_a_tax_key(erp: str) -> None:
    assert payload(erp, tax_key="gift_card")


def test_no_table_of_a_document_has_a_default() -> None:
    """A default would send a parcel by the wrong carrier, or book a wrong tax."""
    kinds = [(erp, entity) for erp in ERPS for entity in ("document", "credit_note")]
    defaults = [
        (erp, entity, name)
        for erp, entity in kinds
        for name, table in MAPPINGS.of(erp, entity).tables.items()
        if table.default is not UNSET
    ]
    assert defaults == []


def test_the_day_of_a_sale_is_the_companys() -> None:
    assert payload("tryton")["sale_date"] == "2026-02-01"
    assert payload("sandbox-erp")["document_date"] == "2026-02-01"
    assert payload("odoo")["date_order"] == "2026-01-31T23:30:00Z"
