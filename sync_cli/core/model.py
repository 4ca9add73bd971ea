"""The canonical retail model: what every system's records are translated to.

All records are immutable. Money and quantities are `Decimal`, times aware UTC, ids text. `extra`
carries what a merchant adds by mapping alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

ZERO = Decimal(0)


class Part(BaseModel):
    """A piece of a record; immutable, and unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Record(Part):
    """What all records share.

    `id` is the id in the system it was read from. `birth` is what never changes for that thing
    (order: order key; product, customer: creation time; ERP document: its reference).
    """

    id: str = ""
    birth: str = ""
    modified_at: datetime | None = None
    extra: Mapping[str, Any] = Field(default_factory=dict, repr=False)


class OrderState(StrEnum):
    """The canonical states of a shop order."""

    DRAFT = "draft"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    PROCESSING = "processing"
    PARTIALLY_SHIPPED = "partially_shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    FAILED = "failed"
    TRASHED = "trashed"


class DocumentState(StrEnum):
    """The canonical states of a sales document in an ERP."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DONE = "done"
    CANCELLED = "cancelled"


class LineKind(StrEnum):
    """What a line of a sales document stands for."""

    PRODUCT = "product"
    SHIPPING = "shipping"
    FEE = "fee"
    GIFT_CARD = "gift_card"
    DISCOUNT = "discount"
    ROUNDING = "rounding"
    ADJUSTMENT = "adjustment"


class Disposition(StrEnum):
    """What becomes of goods that were refunded; `NONE`: they do not come back."""

    RESTOCK = "restock"
    SCRAP = "scrap"
    REPAIR = "repair"
    NONE = "none"


class Address(Part):
    """A postal address with the person's contact data; never shown in logs."""

    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    company: str = Field(default="", repr=False)
    street: str = Field(default="", repr=False)
    street2: str = Field(default="", repr=False)
    postcode: str = Field(default="", repr=False)
    city: str = Field(default="", repr=False)
    state: str = Field(default="", repr=False)
    country: str = ""
    email: str = Field(default="", repr=False)
    phone: str = Field(default="", repr=False)

    @property
    def name(self) -> str:
        """First and last name, or the company where there is neither."""
        return f"{self.first_name} {self.last_name}".strip() or self.company


class Customer(Record):
    """A person or company that buys; `key` is our stable name for it on the shop's side.

    `number` is the ERP's number of it, in the shop the one that was written back. `role` is the
    shop's word for what the account may do.
    """

    key: str = ""
    role: str = ""
    registered_at: datetime | None = None
    number: str = ""
    reference: str = ""
    email: str = Field(default="", repr=False)
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    company: str = Field(default="", repr=False)
    vat_id: str = Field(default="", repr=False)
    archived: bool = False
    billing: Address = Field(default_factory=lambda: Address())
    shipping: Address = Field(default_factory=lambda: Address())


class TaxRate(Part):
    """A tax rate that an order was charged with, as it was on the order's day.

    `id` is what lines name it by; `code` begins with the country where the rate is one country's;
    `percent` is None where the shop does not say it. `compound` claims that it is charged on top
    of the other taxes.
    """

    id: str
    code: str = ""
    percent: Decimal | None = None
    compound: bool = False


class LineTax(Part):
    """What one line was charged under one rate; `total` is None where the rate does not apply."""

    rate_id: str
    total: Decimal | None = None


class OrderLine(Part):
    """One item of a shop order: a product line, a shipping line or a fee.

    `total` is net and may carry six decimals; `total_tax` is its tax as the shop stored it.
    `subtotal` and `subtotal_tax` are both before coupons, None for what no coupon lowers. `taxes`
    are unrounded and do not add up to `total_tax`: they say which rates were charged.
    `reduced_stock` is what the line took from the stock, None where the shop does not say;
    `restocked` is what refunds have put back.

    A line that is part of a bundle names the line that holds it together by its id (`bundled_by`)
    or by that line's `cart_key` (`bundle_key`). `full_amount` is what the goods cost where the line
    is but a deposit on them. `gift_card` claims that a fee is what a gift card paid.
    """

    id: str = ""
    product_id: str = ""
    variation_id: str = ""
    sku: str = ""
    name: str = ""
    quantity: Decimal = Decimal(1)
    subtotal: Decimal | None = None
    subtotal_tax: Decimal | None = None
    total: Decimal = ZERO
    total_tax: Decimal = ZERO
    tax_class: str = ""
    taxes: tuple[LineTax, ...] = ()
    method: str = ""
    bundled_by: str = ""
    bundle_key: str = ""
    cart_key: str = ""
    full_amount: Decimal | None = None
    gift_card: bool = False
    reduced_stock: Decimal | None = None
    restocked: Decimal = ZERO
    extra: Mapping[str, Any] = Field(default_factory=dict, repr=False)

    @property
    def product_key(self) -> str:
        """The shop id of what was sold: the variation's where there is one, "" if it is gone."""
        for candidate in (self.variation_id, self.product_id):
            if candidate not in ("", "0"):
                return candidate
        return ""


class GiftCard(Part):
    """What one gift card paid of an order; its code is money and stays in the shop."""

    amount: Decimal


class Order(Record):
    """A shop order as the shop stored it, amounts as read with six decimals.

    `exchange_rate` is how much of `currency` one of `base_currency` bought, `inverse_rate` the
    other way round; a currency plug-in stores one of them. `gift_cards` and `gift_card_total` are
    what gift cards paid besides: the shop's `total` is what was left to pay.

    `seal` is our own metadata on it ("installation:run"), `document` the ERP's number that we
    wrote back. `customer_id` is "" for guests. `vat_exempt` claims that the shop charged no tax
    because the buyer needs to pay none.
    """

    number: str = ""
    state: OrderState = OrderState.PENDING
    parent_id: str = ""
    currency: str = ""
    base_currency: str = ""
    exchange_rate: Decimal | None = None
    inverse_rate: Decimal | None = None
    prices_include_tax: bool = False
    ordered_at: datetime
    paid_at: datetime | None = None
    customer_id: str = ""
    billing: Address = Field(default_factory=lambda: Address())
    shipping: Address = Field(default_factory=lambda: Address())
    lines: tuple[OrderLine, ...] = ()
    shipping_lines: tuple[OrderLine, ...] = ()
    fees: tuple[OrderLine, ...] = ()
    coupons: tuple[str, ...] = ()
    gift_cards: tuple[GiftCard, ...] = ()
    gift_card_total: Decimal = ZERO
    tax_rates: tuple[TaxRate, ...] = ()
    vat_exempt: bool = False
    total: Decimal
    total_tax: Decimal
    cart_tax: Decimal
    shipping_total: Decimal
    shipping_tax: Decimal
    discount_total: Decimal = ZERO
    payment_method: str = ""
    payment_title: str = ""
    transaction_id: str = ""
    customer_note: str = Field(default="", repr=False)
    vat_id: str = Field(default="", repr=False)
    seal: str = ""
    document: str = ""
    document_state: str = ""

    @property
    def paid_by_gift_card(self) -> Decimal:
        """What gift cards paid besides `total`."""
        return sum((card.amount for card in self.gift_cards), self.gift_card_total)


class DocumentLine(Part):
    """One line of an ERP sales document; `net` and `tax` are whole-line amounts in the currency.

    `tax_key` names the tax that was charged, for ERPs that compute taxes themselves: a country and
    its rates ("DE 19 incl", "AT 20 excl", "DE 0 incl"), or why there is none ("FR exempt",
    "US none"); see core.taxes. `unit_price` is the price of one of `quantity`, gross where the
    document's prices include tax, net elsewhere; None until the digits of the ERP are known.
    `pieces` is what the shop sold, in its own units; a line that was split has them on its first.

    `list_net` and `list_tax` are the amounts before a discount, where the ERP is told both;
    `discount` is that discount in percent, None where no percentage gives the amount exactly.
    """

    kind: LineKind
    product_key: str = ""
    sku: str = ""
    text: str = ""
    quantity: Decimal = Decimal(1)
    net: Decimal = ZERO
    tax: Decimal = ZERO
    tax_class: str = ""
    tax_key: str = ""
    unit_price: Decimal | None = None
    line_id: str = ""
    disposition: Disposition = Disposition.NONE
    pieces: Decimal = ZERO
    list_net: Decimal | None = None
    list_tax: Decimal | None = None
    discount: Decimal | None = None
    extra: Mapping[str, Any] = Field(default_factory=dict, repr=False)

    @property
    def gross(self) -> Decimal:
        """Net and tax of the whole line."""
        return self.net + self.tax


class Document(Record):
    """A sales document of an ERP: as we want it, or as the ERP stored it.

    `customer_key` names the customer on the shop's side; `reference` is our name for the order.
    `part` names what it holds of an order that became several documents.
    `exchange_rate` is how much of `currency` one of the ERP's own bought, None in its own.
    `ordered_on` is the day of `ordered_at` in the company's time zone, as 2026-01-31.
    `prices_include_tax` claims that unit prices are gross. `prepaid` is what gift cards have paid
    of `total`, None where a line says it or none did. `bundled` are the pieces of shop products
    that no line has because another stands for the bundle. `paid` is what the ERP says of the
    payment, None where it says nothing. `tracking` are parcel numbers of ERPs that know no
    shipments of their own.
    """

    number: str = ""
    reference: str = ""
    part: str = ""
    order_number: str = ""
    state: DocumentState = DocumentState.DRAFT
    currency: str = ""
    exchange_rate: Decimal | None = None
    prices_include_tax: bool = False
    ordered_at: datetime | None = None
    ordered_on: str = ""
    customer_key: str = ""
    vat_id: str = Field(default="", repr=False)
    billing: Address = Field(default_factory=lambda: Address())
    shipping: Address = Field(default_factory=lambda: Address())
    lines: tuple[DocumentLine, ...] = ()
    total: Decimal = ZERO
    total_tax: Decimal = ZERO
    prepaid: Decimal | None = None
    bundled: Mapping[str, Decimal] = Field(default_factory=dict)
    payment_method: str = ""
    payment_title: str = ""
    transaction_id: str = ""
    shipping_method: str = ""
    note: str = Field(default="", repr=False)
    invoice_number: str = ""
    invoice_date: str = ""
    invoice_link: str = ""
    paid: bool | None = None
    tracking: tuple[str, ...] = ()
