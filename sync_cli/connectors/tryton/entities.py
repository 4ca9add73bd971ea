"""The kinds of record that the connector knows: where they lie in Tryton, and what to ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.connectors.base import References, Traits

OVERLAP = timedelta(minutes=30)
"""A date is that of the transaction's begin: a long one is seen late (FACTS 2)."""
RESOLUTION = timedelta(microseconds=1)
DOCUMENT_STATES = ("draft", "confirmed", "shipped", "done", "cancelled")

SALE_EDITS = ("comment",)
"""What Tryton still takes of a sale that was quoted or confirmed; all else it refuses."""

_READ_ONLY = Traits(
    overlap=OVERLAP, resolution=RESOLUTION, reference=References.NONE, find_batch=100, batch=100
)
_SALE = Traits(
    overlap=OVERLAP,
    resolution=RESOLUTION,
    reference=References.UNIQUE,
    batch=20,
    find_batch=500,
    drafts=True,
    taxes_given=False,
    price_digits=4,
    states=DOCUMENT_STATES,
)
_PARTY = Traits(
    overlap=OVERLAP, resolution=RESOLUTION, reference=References.UNIQUE, batch=100, find_batch=100
)


class Shape(Struct, frozen=True):
    """One kind of record.

    `fields` are those that are always read, `optional` those of a module that may be missing.
    `touched_by` are the paths of related records whose change is a change of this one, each with
    its module, "" for one that is always there. `finds` are the fields behind the keys of `find`.
    `archives` claims that there are inactive ones.
    """

    model: str
    fields: tuple[str, ...]
    traits: Traits
    touched_by: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    finds: Mapping[str, str] = field(default_factory=dict)
    archives: bool = False
    page: int = 500


_PAYMENT = Traits(
    overlap=OVERLAP,
    resolution=RESOLUTION,
    reference=References.SEARCHABLE,
    batch=20,
    find_batch=100,
    price_digits=2,
)
REFERENCE_OF_PAYMENT = "move.description"

_DATES = ("create_date", "last_modified_at")
_SALE_FIELDS = (
    *_DATES, "number", "reference", "web_id", "state", "shipment_state", "invoice_state",
    "currency.code", "sale_date", "total_amount", "tax_amount", "untaxed_amount", "party",
    "comment", "origin", "invoices.number", "invoices.state", "invoices.invoice_date",
    "invoices.total_amount",
)  # fmt: skip

SHAPES: Mapping[str, Shape] = {
    "product": Shape(
        "product.product",
        (
            *_DATES, "code", "suffix_code", "active", "list_price_used", "template",
            "template.name", "template.code", "template.active", "template.type",
            "template.consumable", "template.salable", "template.default_uom.factor",
            "template.sale_uom.factor", "template.account_category.name", "identifiers.type",
            "identifiers.code",
        ),
        _READ_ONLY,
        touched_by={"template": "", "identifiers": ""},
        optional={"product_attribute": ("attributes",)},
        finds={"sku": "code"},
        archives=True,
    ),
    "main article": Shape(
        "product.template",
        (*_DATES, "code", "name", "active", "type", "account_category.name"),
        _READ_ONLY,
        touched_by={"products": ""},
        finds={"sku": "code"},
        archives=True,
    ),
    "stock": Shape(
        "product.product",
        (*_DATES, "code"),
        _READ_ONLY,
        touched_by={"template": ""},
        archives=True,
        page=1000,
    ),
    "moved stock": Shape("stock.move", (*_DATES, "product"), _READ_ONLY, page=1000),
    "customer": Shape(
        "party.party",
        (
            *_DATES, "code", "name", "active", "addresses.party_name", "addresses.attn",
            "addresses.street", "addresses.postal_code", "addresses.city",
            "addresses.country.code", "addresses.subdivision.code", "addresses.invoice",
            "addresses.delivery", "addresses.active", "contact_mechanisms.type",
            "contact_mechanisms.value", "identifiers.type", "identifiers.code",
        ),
        _PARTY,
        touched_by={"addresses": "", "contact_mechanisms": "", "identifiers": ""},
        finds={"reference": "code", "email": "contact_mechanisms.value"},
        archives=True,
    ),
    "order": Shape(
        "sale.sale",
        _SALE_FIELDS,
        replace(_SALE, editable=dict.fromkeys(("draft", "confirmed"), SALE_EDITS)),
        finds={"reference": "web_id"},
    ),
    "refund": Shape("sale.sale", _SALE_FIELDS, _SALE, finds={"reference": "web_id"}),
    "shipment": Shape(
        "stock.shipment.out",
        (
            *_DATES, "number", "state", "effective_date", "outgoing_moves.product",
            "outgoing_moves.product.code", "outgoing_moves.internal_quantity",
            "outgoing_moves.sale", "outgoing_moves.state",
        ),
        _READ_ONLY,
        touched_by={"moves": "", "packages": "stock_package"},
        optional={
            "stock_package": ("packages.number",),
            "stock_package_shipping": (
                "shipping_reference", "packages.shipping_reference",
                "packages.shipping_tracking_url", "carrier.party.name",
            ),
        },
        finds={"document": "moves.sale"},
    ),
    "invoice": Shape(
        "account.invoice",
        (
            *_DATES, "number", "state", "invoice_date", "currency.code", "total_amount", "sales",
            "type",
        ),
        _READ_ONLY,
        finds={"document": "sales"},
    ),
    "payment": Shape(
        "account.move.line",
        (
            *_DATES, "debit", "credit", "amount_second_currency", "second_currency.code",
            "move.description", "move.number", "move.date", "invoice_payments.sales",
        ),
        _PAYMENT,
        finds={"reference": REFERENCE_OF_PAYMENT},
    ),
}  # fmt: skip
"""By entity. Two lie in two places: products with their main articles, stock with its moves."""

HALVES: Mapping[str, tuple[str, ...]] = {
    "product": ("product", "main article"),
    "stock": ("stock", "moved stock"),
}
ENTITIES = tuple(name for name in SHAPES if " " not in name)
