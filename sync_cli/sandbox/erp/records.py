"""The ERP's records, kept small for catalogues of 200,000 products, and their JSON forms.

Times are milliseconds since 1970 UTC, as compact as the API's resolution allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from sync_cli.sandbox.clock import iso_milliseconds

Json = dict[str, Any]
OrderState = Literal["draft", "confirmed", "shipped", "done", "cancelled"]
ZERO = Decimal(0)
MAIN_WAREHOUSE = "MAIN"
ADDRESS_FIELDS = (
    "name",
    "company",
    "street",
    "street2",
    "postcode",
    "city",
    "state",
    "country",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Product:
    """What can be sold, or a main article that only holds its variants together.

    `sale_price` holds from `sale_from` to `sale_to` (None: at once, for ever). `status` is
    "active", "draft", or "" where the ERP leaves that to the shop. `attributes` are (name, value)
    pairs: one a variant and attribute, on a main article one for each option of its variants.
    """

    id: int
    sku: str
    name: str
    kind: str
    main_article: bool
    parent_id: int | None
    price: Decimal
    tax_code: str
    barcode: str
    unit_factor: int
    archived: bool
    created_at: int
    changed_at: int
    sale_price: Decimal | None = None
    sale_from: int | None = None
    sale_to: int | None = None
    weight: Decimal | None = None
    status: str = ""
    minimum_quantity: Decimal | None = None
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Shelf:
    """One product's pieces in one warehouse; demand = all open outgoing, reserved or not."""

    code: str
    on_hand: Decimal = ZERO
    demand: Decimal = ZERO
    reserved: Decimal = ZERO
    incoming: Decimal = ZERO


@dataclass(slots=True)
class Stock:
    """The stock row of one sellable product, under the product's id."""

    product: Product
    shelves: list[Shelf]
    changed_at: int

    @property
    def id(self) -> int:
        return self.product.id

    @property
    def stocked(self) -> bool:
        return self.product.kind == "goods"

    def shelf(self, code: str) -> Shelf:
        """The shelf in this warehouse, added empty when there was none."""
        for shelf in self.shelves:
            if shelf.code == code:
                return shelf
        self.shelves.append(Shelf(code))
        return self.shelves[-1]


@dataclass(slots=True)
class Customer:
    """A party to invoice."""

    id: int
    number: str
    reference: str | None
    name: str = field(repr=False)
    company: str = field(repr=False)
    email: str = field(repr=False)
    phone: str = field(repr=False)
    vat_id: str = field(repr=False)
    address: dict[str, str] = field(repr=False)
    archived: bool
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line; `net` and `tax` are the whole line's, `product_id` only of kind product.

    `unit_price` is the price of one piece as it was sent, None where amounts were sent instead;
    `discount` is what was taken off it in percent, `details` whatever else was sent.
    """

    kind: str
    product_id: int | None
    text: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    tax_code: str
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderHead:
    """What the client sent with an order beside its lines."""

    reference: str
    customer_id: int
    ordered_at: str
    currency: str
    rate: str | None
    billing: Mapping[str, Any] = field(repr=False)
    shipping: Mapping[str, Any] = field(repr=False)
    note: str = field(repr=False)
    payment_method: str
    shipping_method: str
    prices_include_tax: bool = False
    document_date: str | None = None
    prepaid: str | None = None
    warehouse: str = ""


@dataclass(slots=True)
class Order:
    """A sales order and where it stands."""

    id: int
    number: str
    head: OrderHead
    lines: tuple[OrderLine, ...]
    state: OrderState
    created_at: int
    changed_at: int
    tracking: list[str] = field(default_factory=list)
    invoice_number: str | None = None
    invoice_date: str | None = None
    invoice_link: str | None = None
    paid: bool = False
    shipped: dict[int, Decimal] = field(default_factory=dict)

    @property
    def warehouse(self) -> str:
        """Where its pieces lie."""
        return self.head.warehouse or MAIN_WAREHOUSE

    @property
    def open(self) -> dict[int, Decimal]:
        """Pieces by product that were ordered and have not left yet."""
        ordered: dict[int, Decimal] = {}
        for line in self.lines:
            if line.product_id is not None:
                ordered[line.product_id] = ordered.get(line.product_id, ZERO) + line.quantity
        left = {id: count - self.shipped.get(id, ZERO) for id, count in ordered.items()}
        return {id: count for id, count in left.items() if count > 0}

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel of a shipment."""

    number: str
    carrier: str = ""
    link: str = ""


@dataclass(slots=True)
class Shipment:
    """What left for one order at one time: its `pieces`, each a product and how many."""

    id: int
    number: str
    order: Order
    parcels: list[Parcel]
    pieces: tuple[tuple[Product, Decimal], ...]
    created_at: int
    changed_at: int


Fields = Mapping[str, Callable[[Any], Any]]


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970 of an aware time, cut off below."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def decimal_text(amount: Decimal) -> str:
    """The number with all its digits and without an exponent: "12.50"."""
    return format(amount, "f")


def moment(value: int) -> str:
    """The time of so many milliseconds since 1970, as the API writes it."""
    return iso_milliseconds(_EPOCH + timedelta(milliseconds=value))


def _optional_number(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


def optional_moment(value: int | None) -> str | None:
    """The same, null where there is none."""
    return None if value is None else moment(value)


def _optional_id(value: int | None) -> str | None:
    return None if value is None else str(value)


PRODUCT_FIELDS: Fields = {
    "id": lambda it: str(it.id),
    "sku": lambda it: it.sku,
    "name": lambda it: it.name,
    "kind": lambda it: it.kind,
    "main_article": lambda it: it.main_article,
    "parent_id": lambda it: _optional_id(it.parent_id),
    "price": lambda it: decimal_text(it.price),
    "sale_price": lambda it: _optional_number(it.sale_price),
    "sale_from": lambda it: optional_moment(it.sale_from),
    "sale_to": lambda it: optional_moment(it.sale_to),
    "weight": lambda it: _optional_number(it.weight),
    "status": lambda it: it.status,
    "attributes": lambda it: [{"name": name, "value": value} for name, value in it.attributes],
    "minimum_quantity": lambda it: _optional_number(it.minimum_quantity),
    "tax_code": lambda it: it.tax_code,
    "barcode": lambda it: it.barcode,
    "unit_factor": lambda it: str(it.unit_factor),
    "archived": lambda it: it.archived,
    "created_at": lambda it: moment(it.created_at),
    "changed_at": lambda it: moment(it.changed_at),
}
STOCK_FIELDS: Fields = {
    "id": lambda it: str(it.id),
    "sku": lambda it: it.product.sku,
    "stocked": lambda it: it.stocked,
    "unit_factor": lambda it: str(it.product.unit_factor),
    "main_article": lambda it: it.product.main_article,
    "archived": lambda it: it.product.archived,
    "warehouses": lambda it: [_shelf_json(shelf) for shelf in it.shelves],
    "changed_at": lambda it: moment(it.changed_at),
}
CUSTOMER_FIELDS: Fields = {
    "id": lambda it: str(it.id),
    "number": lambda it: it.number,
    "reference": lambda it: it.reference,
    "name": lambda it: it.name,
    "company": lambda it: it.company,
    "email": lambda it: it.email,
    "phone": lambda it: it.phone,
    "vat_id": lambda it: it.vat_id,
    "address": lambda it: dict(it.address),
    "archived": lambda it: it.archived,
    "created_at": lambda it: moment(it.created_at),
    "changed_at": lambda it: moment(it.changed_at),
}
ORDER_FIELDS: Fields = {
    "id": lambda it: str(it.id),
    "number": lambda it: it.number,
    "reference": lambda it: it.head.reference,
    "state": lambda it: it.state,
    "customer_id": lambda it: str(it.head.customer_id),
    "currency": lambda it: it.head.currency,
    "rate": lambda it: it.head.rate,
    "ordered_at": lambda it: it.head.ordered_at,
    "document_date": lambda it: it.head.document_date,
    "prepaid": lambda it: it.head.prepaid,
    "prices_include_tax": lambda it: it.head.prices_include_tax,
    "net": lambda it: decimal_text(it.net),
    "tax": lambda it: decimal_text(it.tax),
    "total": lambda it: decimal_text(it.total),
    "lines": lambda it: [line_json(line) for line in it.lines],
    "billing": lambda it: dict(it.head.billing),
    "shipping": lambda it: dict(it.head.shipping),
    "note": lambda it: it.head.note,
    "payment_method": lambda it: it.head.payment_method,
    "shipping_method": lambda it: it.head.shipping_method,
    "warehouse": lambda it: it.head.warehouse,
    "tracking": lambda it: list(it.tracking),
    "invoice_number": lambda it: it.invoice_number,
    "invoice_date": lambda it: it.invoice_date,
    "invoice_link": lambda it: it.invoice_link,
    "paid": lambda it: it.paid,
    "created_at": lambda it: moment(it.created_at),
    "changed_at": lambda it: moment(it.changed_at),
}
SHIPMENT_FIELDS: Fields = {
    "id": lambda it: str(it.id),
    "number": lambda it: it.number,
    "order_id": lambda it: str(it.order.id),
    "parcels": lambda it: [_parcel_json(parcel) for parcel in it.parcels],
    "lines": lambda it: [_pieces_json(product, count) for product, count in it.pieces],
    "shipped_at": lambda it: moment(it.created_at),
    "changed_at": lambda it: moment(it.changed_at),
}


def as_json(record: Any, fields: Fields, names: frozenset[str] | None = None) -> Json:
    """The record's JSON form: all its fields, or the named ones and always the id."""
    return {
        name: read(record)
        for name, read in fields.items()
        if names is None or name in names or name == "id"
    }


def _shelf_json(shelf: Shelf) -> Json:
    return {
        "code": shelf.code,
        "on_hand": decimal_text(shelf.on_hand),
        "demand": decimal_text(shelf.demand),
        "reserved": decimal_text(shelf.reserved),
        "incoming": decimal_text(shelf.incoming),
    }


def _parcel_json(parcel: Parcel) -> Json:
    return {"number": parcel.number, "carrier": parcel.carrier, "link": parcel.link}


def _pieces_json(product: Product, count: Decimal) -> Json:
    return {"product_id": str(product.id), "sku": product.sku, "quantity": decimal_text(count)}


def line_json(line: OrderLine) -> Json:
    """A line of an order or credit note."""
    return {
        "kind": line.kind,
        "product_id": _optional_id(line.product_id),
        "text": line.text,
        "quantity": decimal_text(line.quantity),
        "net": decimal_text(line.net),
        "tax": decimal_text(line.tax),
        "tax_code": line.tax_code,
        "unit_price": _optional_number(line.unit_price),
        "discount": _optional_number(line.discount),
        "details": dict(line.details),
    }
