"""What the shop stores: compact records, money as Decimal, moments as whole Unix seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Json = dict[str, Any]
ItemKind = Literal["line_item", "fee", "shipping", "coupon", "tax"]

ZERO = Decimal(0)
ADDRESS_KEYS = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
)


@dataclass(slots=True)
class Meta:
    """One entry of `meta_data`; `value` is a text, a list or an object."""

    id: int
    key: str
    value: Any


@dataclass(slots=True)
class Product:
    """A product or a variation; `kind` is "variation" for the latter.

    `price` is the active price, set on every write; a scheduled sale changes it when the shop's
    job queue runs. `extra` holds the fields that few products have, under their API names.
    """

    id: int
    created: int
    modified: int | None
    kind: str = "simple"
    name: str = ""
    slug: str = ""
    sku: str = ""
    parent_id: int = 0
    status: str = "publish"
    regular_price: str = ""
    sale_price: str = ""
    price: str = ""
    managed: bool = False
    stock: int | None = None
    stock_status: str = "instock"
    backorders: str = "no"
    tax_class: str = ""
    meta: list[Meta] = field(default_factory=list)
    variations: list[int] = field(default_factory=list)
    extra: Json = field(default_factory=dict)


@dataclass(slots=True)
class Item:
    """A line, fee, shipping or coupon of an order; `taxes` are unrounded amounts by rate id.

    A coupon's `total` is its discount and `total_tax` its discount tax.
    """

    id: int
    kind: ItemKind
    name: str = ""
    product_id: int = 0
    variation_id: int = 0
    quantity: int = 1
    tax_class: str = ""
    subtotal: Decimal = ZERO
    total: Decimal = ZERO
    subtotal_tax: Decimal = ZERO
    total_tax: Decimal = ZERO
    taxes: dict[int, Decimal] = field(default_factory=dict)
    subtotal_taxes: dict[int, Decimal] = field(default_factory=dict)
    meta: list[Meta] = field(default_factory=list)
    extra: Json = field(default_factory=dict)


@dataclass(slots=True)
class TaxLine:
    """The sum of one tax rate over an order."""

    id: int
    rate_id: int
    rate_code: str
    label: str
    compound: bool
    percent: Decimal
    tax_total: Decimal = ZERO
    shipping_tax_total: Decimal = ZERO


@dataclass(slots=True)
class Order:
    """An order with its stored sums; see `totals.recalculate` for how they are made."""

    id: int
    created: int
    modified: int | None
    status: str = "pending"
    parent_id: int = 0
    currency: str = "EUR"
    order_key: str = ""
    customer_id: int = 0
    prices_include_tax: bool = False
    created_via: str = "rest-api"
    paid: int | None = None
    completed: int | None = None
    stock_reduced: bool = False
    needs_processing: bool | None = None
    billing: dict[str, str] = field(default_factory=dict)
    shipping: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    tax_lines: list[TaxLine] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)
    discount_total: Decimal = ZERO
    discount_tax: Decimal = ZERO
    shipping_total: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    cart_tax: Decimal = ZERO
    total_tax: Decimal = ZERO
    total: Decimal = ZERO
    extra: Json = field(default_factory=dict)

    def of_kind(self, kind: ItemKind) -> list[Item]:
        """The items of one kind, in the order they were added."""
        return [item for item in self.items if item.kind == kind]


@dataclass(slots=True)
class Refund:
    """A refund of an order: the amounts are positive here and shown negative in its items."""

    id: int
    created: int
    modified: int | None
    parent_id: int
    amount: Decimal
    reason: str = ""
    refunded_by: int = 1
    items: list[Item] = field(default_factory=list)
    tax_lines: list[TaxLine] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)


@dataclass(slots=True)
class Note:
    """A note of an order."""

    id: int
    order_id: int
    created: int
    text: str
    to_customer: bool = False
    author: str = "WooCommerce"


@dataclass(slots=True)
class Customer:
    """A registered user of the shop; `modified` is None when nothing was ever changed."""

    id: int
    created: int
    modified: int | None
    email: str = ""
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    role: str = "customer"
    billing: dict[str, str] = field(default_factory=dict)
    shipping: dict[str, str] = field(default_factory=dict)
    is_paying: bool = False
    meta: list[Meta] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax rate in percent for a country (and state), by class and priority.

    Postcodes and cities are kept as they were sent; the rate is found without them.
    """

    id: int
    country: str
    percent: Decimal
    name: str
    tax_class: str = ""
    state: str = ""
    priority: int = 1
    compound: bool = False
    shipping: bool = True
    order: int = 0
    postcodes: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The rate's code as tax lines carry it: country, state, name and priority."""
        parts = [part for part in (self.country, self.state, self.name) if part]
        return f"{'-'.join(parts)}-{self.priority}".upper()


@dataclass(slots=True)
class Coupon:
    """A coupon; `kind` is percent, fixed_cart or fixed_product."""

    id: int
    created: int
    modified: int | None
    code: str = ""
    amount: Decimal = ZERO
    kind: str = "fixed_cart"
    status: str = "publish"
    used_by: list[str] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)
    extra: Json = field(default_factory=dict)


@dataclass(slots=True)
class Webhook:
    """A webhook as a record; the sandbox does not deliver."""

    id: int
    created: int
    modified: int | None
    name: str
    topic: str
    delivery_url: str
    status: str = "active"


@dataclass(slots=True)
class Review:
    """A review of a product; `before` is the status that it had before its last one."""

    id: int
    created: int
    modified: int | None
    product_id: int
    reviewer: str = ""
    email: str = ""
    text: str = ""
    rating: int = 0
    verified: bool = False
    status: str = "approved"
    before: str = "approved"


@dataclass(slots=True)
class Term:
    """A category, tag, brand or shipping class of products, or an option of an attribute."""

    id: int
    name: str
    slug: str
    parent: int = 0
    description: str = ""
    menu_order: int = 0
    display: str = "default"


@dataclass(slots=True)
class Attribute:
    """An attribute that all products share; its slug begins with "pa_"."""

    id: int
    name: str
    slug: str
    order_by: str = "menu_order"
    has_archives: bool = False
