"""The shipped mappings, against answers of a real shop and the JSON of the sandbox ERP."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.core.back_records import Note, WriteBack
from sync_cli.core.model import (
    Address,
    Customer,
    Document,
    DocumentLine,
    DocumentState,
    LineKind,
    Order,
    OrderState,
)
from sync_cli.core.products import (
    Product,
    ProductKind,
    ProductStatus,
    StockHolder,
    StockLevel,
)
from sync_cli.mapping import EntityMapping, Unreadable, Unresolved, load_mappings
from tests.mapping.mapping_examples import RECORDINGS, SHIPPED, problems_of, recorded

ALL = load_mappings(SHIPPED)
SHOP_ORDER = ALL.of("woocommerce", "order")
SHOP_PRODUCT = ALL.of("woocommerce", "product")
SHOP_CUSTOMER = ALL.of("woocommerce", "customer")


def read(mapping: EntityMapping, data: dict[str, Any]) -> Any:
    return mapping.read(data, id=str(data["id"]))


def test_every_shipped_mapping_is_there() -> None:
    assert {(one.system, one.entity) for one in ALL} == {
        ("woocommerce", "order"),
        ("woocommerce", "refund"),
        ("woocommerce", "write_back"),
        ("woocommerce", "fulfillment"),
        ("woocommerce", "tracking"),
        ("woocommerce", "status"),
        ("woocommerce", "note"),
        ("woocommerce", "product"),
        ("woocommerce", "stock"),
        ("woocommerce", "customer"),
        ("sandbox-erp", "document"),
        ("sandbox-erp", "credit_note"),
        ("sandbox-erp", "payment"),
        ("sandbox-erp", "product"),
        ("sandbox-erp", "stock"),
        ("sandbox-erp", "customer"),
        ("sandbox-erp", "shipment"),
        ("odoo", "document"),
        ("odoo", "credit_note"),
        ("odoo", "payment"),
        ("odoo", "product"),
        ("odoo", "stock"),
        ("odoo", "customer"),
        ("odoo", "shipment"),
        ("odoo", "invoice"),
        ("tryton", "product"),
        ("tryton", "stock"),
        ("tryton", "customer"),
        ("tryton", "document"),
        ("tryton", "credit_note"),
        ("tryton", "payment"),
        ("tryton", "shipment"),
        ("tryton", "invoice"),
    }


# --- shop: orders


ORDERS = sorted(
    path.stem
    for path in RECORDINGS.glob("*.json")
    if path.stem.startswith(("order-", "store-", "tax-"))
)


@pytest.mark.parametrize("name", ORDERS)
def test_recorded_orders_are_read(name: str) -> None:
    data = recorded(name)
    order = read(SHOP_ORDER, data)
    assert isinstance(order, Order)
    assert order.number == data["number"]
    assert len(order.lines) == len(data["line_items"])
    assert order.total == Decimal(data["total"])


@pytest.mark.parametrize("name", ORDERS)
def test_a_recorded_order_needs_no_more_than_it_says(name: str) -> None:
    data = recorded(name)
    needed = {key: data[key] for key in SHOP_ORDER.needs if key in data}
    assert SHOP_ORDER.read(needed, id="1") == SHOP_ORDER.read(data, id="1")


def test_amounts_are_read_with_all_six_decimals() -> None:
    data = recorded("tax-incl-line-fees-dp-6")
    order = read(SHOP_ORDER, data)
    assert [line.total for line in order.lines] == [
        Decimal(line["total"]) for line in data["line_items"]
    ]
    assert str(order.total) == "29.620000"
    assert [(fee.name, fee.total, fee.total_tax, fee.tax_class) for fee in order.fees] == [
        ("Nachnahme", Decimal("3.50"), Decimal("0.66"), ""),
        ("Pfand", Decimal("0.99"), Decimal("0.07"), "reduced-rate"),
        ("Skonto", Decimal("-1.11"), Decimal("-0.19"), ""),
    ]
    [shipping] = order.shipping_lines
    assert (shipping.method, shipping.name, shipping.total) == (
        "flat_rate",
        "Paketversand",
        Decimal("4.90"),
    )
    assert order.prices_include_tax is True


def test_an_order_of_the_shop_front() -> None:
    order = read(SHOP_ORDER, recorded("store-order-guest-bacs"))
    assert order.state is OrderState.ON_HOLD
    assert order.ordered_at == datetime(2026, 11, 21, 4, 16, 1, tzinfo=UTC)
    assert (order.paid_at, order.customer_id, order.parent_id) == (None, "", "")
    assert (order.coupons, order.payment_method) == (("proz10",), "bacs")
    assert (order.vat_id, order.seal, order.document, order.document_state) == ("", "", "", "")
    [line] = order.lines
    assert (line.product_key, line.sku, line.quantity) == ("521", "LADEN-1", Decimal(2))
    assert line.reduced_stock == Decimal(2)
    assert order.billing.email == "gast@kunde.example"
    assert (order.billing.street, order.shipping.email) == ("Weg 1", "")


def test_the_vat_id_comes_from_the_first_plug_in_field_that_is_filled() -> None:
    data = recorded("order-get-vat-exempt-b2b")
    assert read(SHOP_ORDER, data).vat_id == "ATU12345007"
    data["meta_data"] = [
        {"key": "billing_vat", "value": ""},
        {"key": "_vat_number", "value": "de 123 456 789"},
        {"key": "_billing_ic", "value": "999"},
    ]
    assert read(SHOP_ORDER, data).vat_id == "DE123456789"


def test_our_own_metadata_comes_back() -> None:
    data = recorded("order-get-vat-exempt-b2b")
    written = ALL.of("woocommerce", "write_back").write(
        WriteBack(id="3551", number="SO00001", state=DocumentState.CONFIRMED, seal="abc:7")
    )
    data["meta_data"] = written["meta_data"]
    order = read(SHOP_ORDER, data)
    assert (order.seal, order.document, order.document_state) == ("abc:7", "SO00001", "confirmed")


def test_a_variation_and_a_deleted_product() -> None:
    [line] = read(SHOP_ORDER, recorded("order-get-variation-line")).lines
    assert (line.product_id, line.variation_id, line.product_key) == ("3090", "3504", "3504")
    [line] = read(SHOP_ORDER, recorded("order-get-deleted-product")).lines
    assert (line.product_id, line.sku, line.product_key) == ("", "", "")
    assert line.reduced_stock is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", OrderState.PENDING),
        ("on-hold", OrderState.ON_HOLD),
        ("processing", OrderState.PROCESSING),
        ("completed", OrderState.COMPLETED),
        ("cancelled", OrderState.CANCELLED),
        ("refunded", OrderState.REFUNDED),
        ("failed", OrderState.FAILED),
        ("checkout-draft", OrderState.DRAFT),
        ("auto-draft", OrderState.DRAFT),
        ("trash", OrderState.TRASHED),
    ],
)
def test_every_shop_status_has_its_state(status: str, state: OrderState) -> None:
    assert read(SHOP_ORDER, {**recorded("order-get-usd"), "status": status}).state is state


def test_an_unknown_status_is_a_problem_of_that_record_alone() -> None:
    data = {**recorded("order-get-usd"), "status": "wartet"}
    [problem] = problems_of(SHOP_ORDER, data)
    assert problem.message == (
        "unknown order status 'wartet': map it under tables.order_states in woocommerce/order.yaml"
    )
    assert (problem.code, problem.field) == ("value-unmapped", "status")


def test_a_renamed_field_of_a_line_is_noticed() -> None:
    data = recorded("order-get-usd")
    data["line_items"][0]["total_net"] = data["line_items"][0].pop("total")
    [problem] = problems_of(SHOP_ORDER, data)
    assert problem.field == "line_items[0].total"
    assert "woocommerce/order.yaml:" in problem.remedy


def test_names_lose_their_html_entities() -> None:
    data = recorded("order-get-usd")
    data["line_items"][0]["name"] = "D&uuml;bel &amp; Anker"
    assert read(SHOP_ORDER, data).lines[0].name == "Dübel & Anker"
    product = read(SHOP_PRODUCT, recorded("product-get-without-price"))
    assert "„verzinkt“ & gehärtet" in product.name


def test_personal_data_is_in_no_problem() -> None:
    data = recorded("order-get-usd")
    data["billing"] = {**data["billing"], "email": "anna muster", "country": "Deutschland"}
    problems = problems_of(SHOP_ORDER, data)
    assert {problem.field for problem in problems} == {"billing.email", "billing.country"}
    assert not any("anna" in problem.sentence() for problem in problems)


# --- shop: products, stock, customers, what is written back


def test_a_simple_product() -> None:
    assert read(SHOP_PRODUCT, recorded("product-get-simple")) == Product(
        id="275",
        sku="ART-00090",
        name="Artikel 0090",
        kind=ProductKind.SIMPLE,
        tax_class="reduced-rate",
        price=Decimal("31.40"),
        sale_price=Decimal("25.12"),
        weight=Decimal("0.25"),
        status=ProductStatus.PUBLISHED,
        holder=StockHolder.OWN,
        stock=Decimal(334),
    )


@pytest.mark.parametrize(
    ("name", "kind", "main_article", "priced"),
    [
        ("product-get-variable", ProductKind.VARIABLE, True, False),
        ("product-get-simple-unmanaged-stock", ProductKind.SIMPLE, False, True),
        ("product-grouped", ProductKind.GROUPED, False, False),
        ("product-external", ProductKind.EXTERNAL, False, True),
    ],
)
def test_kinds_of_products(name: str, kind: ProductKind, main_article: bool, priced: bool) -> None:
    product = read(SHOP_PRODUCT, recorded(name))
    assert (product.kind, product.main_article) == (kind, main_article)
    assert (product.holder, product.stock) == (StockHolder.NONE, None)
    assert (product.price is not None) is priced


def test_a_variation_and_one_whose_parent_holds_the_stock() -> None:
    [data] = recorded("products-filter-sku-of-variation")
    own = read(SHOP_PRODUCT, data)
    assert (own.kind, own.parent_id, own.holder) == (ProductKind.VARIATION, "3035", StockHolder.OWN)
    shared = read(SHOP_PRODUCT, {**data, "manage_stock": "parent", "stock_quantity": 100})
    assert (shared.holder, shared.stock) == (StockHolder.PARENT, Decimal(100))


def test_other_kinds_and_the_trash() -> None:
    data = {**recorded("product-get-simple"), "type": "subscription", "status": "trash"}
    product = read(SHOP_PRODUCT, data)
    assert (product.kind, product.archived) == (ProductKind.OTHER, True)


def test_stock_is_written_as_a_whole_number() -> None:
    mapping = ALL.of("woocommerce", "stock")
    assert mapping.write(Product(id="275", stock=Decimal("7.0"))) == {"stock_quantity": 7}
    for stock in (None, Decimal(-1), Decimal("2.5")):
        with pytest.raises(Unreadable):
            mapping.write(Product(id="275", stock=stock))
    assert mapping.write(Product(id="275", stock=Decimal(7)), without_owner="erp") == {}


def test_recorded_customers() -> None:
    customers = [read(SHOP_CUSTOMER, data) for data in recorded("customers-list")]
    third = customers[2]
    assert (third.key, third.email, third.vat_id) == ("4", "kunde052@mail.example", "DE100000052")
    assert (third.first_name, third.last_name) == ("Çelik", "Weiß")
    assert third.company == "Firma 52 GmbH & Co. KG"
    assert third.billing.street == "Hauptstraße 52"


def test_a_write_back_is_metadata_alone() -> None:
    mapping = ALL.of("woocommerce", "write_back")
    record = WriteBack(number="SO1", state=DocumentState.SHIPPED, seal="abc:7")
    metas = [
        {"key": "_sync_cli_document", "value": "SO1"},
        {"key": "_sync_cli_state", "value": "shipped"},
        {"key": "_sync_cli_seal", "value": "abc:7"},
    ]
    assert mapping.write(record) == {"meta_data": metas}
    invoiced = record.model_copy(update={"invoice_number": "R-9"})
    invoice = {"key": "_sync_cli_invoice", "value": "R-9"}
    assert mapping.write(invoiced) == {"meta_data": [*metas, invoice]}


def test_a_note_is_never_a_customer_note() -> None:
    note = Note(order_id="1", reference="WC-a-1", text="ERP: WC-a-1 confirmed")
    assert ALL.of("woocommerce", "note").write(note) == {
        "note": "ERP: WC-a-1 confirmed",
        "customer_note": False,
    }


# --- the sandbox ERP


ERP_ORDER: dict[str, Any] = {
    "id": "1",
    "number": "SO00001",
    "reference": "WC-a-3551",
    "state": "confirmed",
    "customer_id": "4",
    "currency": "EUR",
    "rate": None,
    "ordered_at": "2026-11-21T04:16:01Z",
    "net": "19.95",
    "tax": "3.79",
    "total": "23.74",
    "lines": [],
    "billing": {},
    "shipping": {},
    "note": "",
    "payment_method": "bacs",
    "shipping_method": "flat_rate",
    "tracking": ["JJD000390007840000001"],
    "invoice_number": None,
    "created_at": "2026-11-21T04:20:00.000Z",
    "changed_at": "2026-11-21T04:21:00.000Z",
}


def test_an_erp_order() -> None:
    document = read(ALL.of("sandbox-erp", "document"), ERP_ORDER)
    assert document == Document(
        id="1",
        number="SO00001",
        reference="WC-a-3551",
        ordered_at=datetime(2026, 11, 21, 4, 16, 1, tzinfo=UTC),
        state=DocumentState.CONFIRMED,
        currency="EUR",
        total=Decimal("23.74"),
        total_tax=Decimal("3.79"),
        tracking=("JJD000390007840000001",),
    )


BILLING = Address(
    first_name="Anna",
    last_name="Muster",
    street="Weg 1",
    postcode="10115",
    city="Berlin",
    country="DE",
)
DOCUMENT = Document(
    birth="WC-a-522",
    reference="WC-a-522",
    order_number="522",
    currency="EUR",
    ordered_at=datetime(2026, 11, 21, 4, 16, 1, tzinfo=UTC),
    customer_key="g1a2b3",
    billing=BILLING,
    shipping=BILLING,
    lines=(
        DocumentLine(
            kind=LineKind.PRODUCT,
            product_key="521",
            sku="LADEN-1",
            text="Ladenartikel",
            quantity=Decimal("2"),
            net=Decimal("15.05"),
            tax=Decimal("2.860000"),
        ),
        DocumentLine(
            kind=LineKind.SHIPPING,
            text="Paketversand",
            net=Decimal("4.9"),
            tax=Decimal("0.93"),
            tax_class="reduced-rate",
        ),
    ),
    total=Decimal("23.74"),
    total_tax=Decimal("3.79"),
    payment_method="bacs",
    shipping_method="flat_rate",
    note="Bitte klingeln",
)
ADDRESS = {
    "name": "Anna Muster",
    "company": "",
    "street": "Weg 1",
    "street2": "",
    "postcode": "10115",
    "city": "Berlin",
    "state": "",
    "country": "DE",
}


def test_a_document_as_the_erp_takes_it() -> None:
    refs = {("product", "521"): "31", ("customer", "g1a2b3"): "4"}
    assert ALL.of("sandbox-erp", "document").write(DOCUMENT, refs) == {
        "reference": "WC-a-522",
        "customer_id": "4",
        "ordered_at": "2026-11-21T04:16:01Z",
        "currency": "EUR",
        "lines": [
            {
                "kind": "product",
                "product_id": "31",
                "text": "Ladenartikel",
                "quantity": "2",
                "net": "15.05",
                "tax": "2.86",
                "tax_code": "standard",
            },
            {
                "kind": "shipping",
                "product_id": None,
                "text": "Paketversand",
                "quantity": "1",
                "net": "4.90",
                "tax": "0.93",
                "tax_code": "reduced-rate",
            },
        ],
        "billing": ADDRESS,
        "shipping": ADDRESS,
        "note": "Bitte klingeln",
        "payment_method": "bacs",
        "shipping_method": "flat_rate",
    }


def test_a_document_waits_for_its_customer_and_products() -> None:
    with pytest.raises(Unresolved) as unresolved:
        ALL.of("sandbox-erp", "document").write(DOCUMENT)
    assert unresolved.value.missing == (("customer", "g1a2b3"), ("product", "521"))


def test_an_unknown_tax_class_names_the_table() -> None:
    lines = (DOCUMENT.lines[1].model_copy(update={"tax_class": "books"}),)
    with pytest.raises(Unreadable) as refused:
        ALL.of("sandbox-erp", "document").write(
            DOCUMENT.model_copy(update={"lines": lines}), {("customer", "g1a2b3"): "4"}
        )
    [problem] = refused.value.problems
    assert problem.message == (
        "unknown document tax class 'books': map it under tables.tax_codes"
        " in sandbox-erp/document.yaml"
    )
    assert (problem.record, problem.field) == ("Document WC-a-522", "lines[0].tax_class")


ERP_PRODUCT: dict[str, Any] = {
    "id": "31",
    "sku": "LADEN-1",
    "name": "Ladenartikel",
    "kind": "goods",
    "main_article": False,
    "parent_id": None,
    "price": "9.95",
    "sale_price": None,
    "sale_from": None,
    "sale_to": None,
    "weight": None,
    "status": "",
    "attributes": [],
    "minimum_quantity": None,
    "tax_code": "reduced-rate",
    "barcode": "4006381333931",
    "unit_factor": "1",
    "archived": False,
    "created_at": "2026-01-01T00:00:00.000Z",
    "changed_at": "2026-01-01T00:00:00.000Z",
}


def test_an_erp_product() -> None:
    assert read(ALL.of("sandbox-erp", "product"), ERP_PRODUCT) == Product(
        id="31",
        sku="LADEN-1",
        name="Ladenartikel",
        barcode="4006381333931",
        tax_class="reduced-rate",
        price=Decimal("9.95"),
        holder=StockHolder.OWN,
    )


@pytest.mark.parametrize(
    ("change", "kind", "main_article"),
    [
        ({"main_article": True}, ProductKind.VARIABLE, True),
        ({"parent_id": "30"}, ProductKind.VARIATION, False),
    ],
)
def test_main_articles_and_variants(
    change: dict[str, Any], kind: ProductKind, main_article: bool
) -> None:
    product = read(ALL.of("sandbox-erp", "product"), {**ERP_PRODUCT, **change})
    assert (product.kind, product.main_article) == (kind, main_article)
    assert product.parent_id == (change.get("parent_id") or "")


def test_a_renamed_price_of_the_erp_empties_no_price() -> None:
    renamed = {**ERP_PRODUCT, "net_price": "9.95"}
    del renamed["price"]
    [problem] = problems_of(ALL.of("sandbox-erp", "product"), renamed)
    assert (problem.field, problem.code) == ("price", "field-missing")


def test_an_erp_stock_row() -> None:
    row = {
        "id": "31",
        "sku": "LADEN-1",
        "stocked": True,
        "unit_factor": "6",
        "main_article": False,
        "archived": True,
        "warehouses": [
            {"code": "MAIN", "on_hand": "12", "demand": "5", "reserved": "2", "incoming": "0"}
        ],
        "changed_at": "2026-01-01T00:00:00.000Z",
    }
    level = read(ALL.of("sandbox-erp", "stock"), row)
    assert isinstance(level, StockLevel)
    assert (level.sku, level.stocked, level.archived) == ("LADEN-1", True, True)
    assert level.unit_factor == Decimal(6)
    [main] = level.warehouses
    pieces = tuple(Decimal(number) for number in (12, 5, 2))
    assert (main.code, main.on_hand, main.demand, main.reserved) == ("MAIN", *pieces)


@pytest.mark.parametrize("factor", ["0", "-1", None])
def test_a_unit_factor_is_above_zero(factor: str | None) -> None:
    [problem] = problems_of(
        ALL.of("sandbox-erp", "product"), {**ERP_PRODUCT, "unit_factor": factor}
    )
    assert problem.field == "unit_factor"


ERP_CUSTOMER: dict[str, Any] = {
    "id": "4",
    "number": "K1001",
    "reference": None,
    "name": "Anna Muster",
    "company": "",
    "email": "gast@kunde.example",
    "phone": "+49 30 1",
    "vat_id": "",
    "address": ADDRESS,
    "archived": False,
    "created_at": "2026-01-01T00:00:00.000Z",
    "changed_at": "2026-01-01T00:00:00.000Z",
}


def test_an_erp_customer() -> None:
    customer = read(ALL.of("sandbox-erp", "customer"), ERP_CUSTOMER)
    assert isinstance(customer, Customer)
    assert (customer.number, customer.reference) == ("K1001", "")
    assert (customer.last_name, customer.company) == ("Anna Muster", "")
    assert (customer.billing.name, customer.billing.phone) == ("Anna Muster", "+49 30 1")
    assert customer.billing.city == "Berlin"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"company": "Gruber GmbH", "last_name": "Muster"}, "Gruber GmbH"),
        ({"billing": Address(company="Gruber GmbH")}, "Gruber GmbH"),
        ({"first_name": "Anna", "last_name": "Muster"}, "Anna Muster"),
        ({"last_name": "Muster"}, "Muster"),
        ({"billing": Address(first_name="Anna")}, "Anna"),
        ({"email": "a@b.example"}, "a@b.example"),
    ],
)
def test_the_name_of_a_customer_in_the_erp(fields: dict[str, Any], name: str) -> None:
    payload = ALL.of("sandbox-erp", "customer").write(Customer(id="1", **fields))
    assert payload["name"] == name


def test_a_customer_as_the_erp_takes_it() -> None:
    customer = Customer(
        id="1",
        reference="WC-a-1",
        email="gast@kunde.example",
        vat_id="DE123456789",
        first_name="Anna",
        last_name="Muster",
        billing=BILLING.model_copy(update={"phone": "+49 30 1"}),
    )
    mapping = ALL.of("sandbox-erp", "customer")
    payload = mapping.write(customer)
    assert payload == {
        "reference": "WC-a-1",
        "name": "Anna Muster",
        "company": "",
        "email": "gast@kunde.example",
        "phone": "+49 30 1",
        "vat_id": "DE123456789",
        "address": ADDRESS,
    }
    assert "reference" not in mapping.write(customer.model_copy(update={"reference": ""}))
    assert mapping.write(customer, without_owner="shop") == {}
    json.dumps(payload)


def test_a_customer_without_any_name_is_a_problem() -> None:
    with pytest.raises(Unreadable) as refused:
        ALL.of("sandbox-erp", "customer").write(Customer(id="1"))
    assert refused.value.problems[0].code == "field-empty"
