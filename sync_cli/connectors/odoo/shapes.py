"""The entities of Odoo: which model holds each, what is asked of it, and what it can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.connectors.base import References, Traits
from sync_cli.connectors.odoo.values import Row, read_moment, text_of
from sync_cli.core.errors import ConfigError

PRODUCT = "product"
STOCK = "stock"
CUSTOMER = "customer"
ORDER = "order"
SHIPMENT = "shipment"
INVOICE = "invoice"
REFUND = "refund"
PAYMENT = "payment"

OVERLAP = timedelta(minutes=30)
"""A date is that of the transaction's start; an import may run for many minutes (FACTS 2, 091)."""
PAGE_SIZE = 500
ORDERS_AT_ONCE = 60
"""Tried up to 60 orders a call (FACTS 6a); more lie in one transaction for longer than is good."""

ORDER_EDITS = ("delivery_address", "invoice_address", "note")
"""What may be changed in an order that was made: nothing that carries money or pieces."""

Domain = list[Any]
ARCHIVED_TOO: Domain = [["active", "in", [True, False]]]


class Shape(Struct, frozen=True):
    """How one entity lies in Odoo.

    `keys` are the fields that `find` searches by, `domain` narrows the model to the entity, `birth`
    is the field that never changes. `made_up` names what the connector puts beside the fields, so
    that they are not asked of the model.
    """

    name: str
    label: str
    model: str
    fields: tuple[str, ...]
    traits: Traits
    keys: Mapping[str, str] = field(default_factory=dict)
    domain: tuple[Any, ...] = ()
    birth: str = "create_date"
    made_up: frozenset[str] = frozenset()

    @property
    def archives(self) -> bool:
        """Whether its records can be archived, and are then left out unless asked for."""
        return "active" in self.fields

    @property
    def everything(self) -> Domain:
        """The domain of all its records, archived ones among them."""
        return [*self.domain, *(ARCHIVED_TOO if self.archives else [])]

    def birth_of(self, row: Row) -> str:
        """The birth mark in a row; a moment as ISO text."""
        if self.birth != "create_date":
            return text_of(row.get(self.birth))
        made = read_moment(row.get("create_date"))
        return "" if made is None else made.isoformat()

    def marks_of(self, row: Row) -> frozenset[str]:
        """What a reader must know of a row's standing."""
        marks = set()
        if self.archives and row.get("active") is False:
            marks.add("archived")
        if row.get("state") in ("cancel", "cancelled", "canceled", "rejected"):
            marks.add("cancelled")
        return frozenset(marks)


def _traits(**own: Any) -> Traits:
    common: dict[str, Any] = {"overlap": OVERLAP, "find_batch": 200, "quantity_digits": 2}
    return Traits(**{**common, **own})


_STATES = ("draft", "confirmed", "shipped", "done", "cancelled")
_DATES = ("create_date", "write_date")
_MOVE_FIELDS = (
    *("name", "state", "move_type", "payment_state", "ref", "invoice_origin", "partner_id"),
    *("invoice_date", "invoice_date_due", "amount_untaxed", "amount_tax", "amount_total"),
    *("amount_residual", "currency_id", "reversed_entry_id"),
    *_DATES,
)

SHAPES: Mapping[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape(
            PRODUCT,
            "Product",
            "product.product",
            (
                *("default_code", "barcode", "name", "display_name", "lst_price", "type"),
                *("active", "sale_ok", "taxes_id", "product_tmpl_id"),
                *("product_template_attribute_value_ids", "weight", "uom_id"),
                *_DATES,
            ),
            _traits(reference=References.NONE),
            keys={"sku": "default_code", "barcode": "barcode"},
            made_up=frozenset({"attributes", "tax_names", "stocked"}),
        ),
        Shape(
            STOCK,
            "Article",
            "product.product",
            ("default_code", "active", *_DATES),
            _traits(reference=References.NONE),
            made_up=frozenset({"stocked", "warehouses"}),
        ),
        Shape(
            CUSTOMER,
            "Customer",
            "res.partner",
            (
                *("name", "ref", "email", "phone", "vat", "is_company", "type", "parent_id"),
                *("commercial_partner_id", "street", "street2", "zip", "city", "state_id"),
                *("country_id", "active"),
                *_DATES,
            ),
            _traits(reference=References.UNIQUE, batch=100),
            keys={"reference": "ref", "email": "email"},
            made_up=frozenset({"addresses", "country", "state"}),
        ),
        Shape(
            ORDER,
            "Sales order",
            "sale.order",
            (
                *("name", "state", "client_order_ref", "partner_id", "date_order"),
                *("commitment_date", "amount_untaxed", "amount_tax", "amount_total"),
                *("currency_id", "invoice_status", "delivery_status", "invoice_ids"),
                *("picking_ids", "order_line"),
                *_DATES,
            ),
            _traits(
                reference=References.UNIQUE,
                batch=ORDERS_AT_ONCE,
                drafts=True,
                taxes_given=False,
                states=_STATES,
                editable=dict.fromkeys(("draft", "confirmed"), ORDER_EDITS),
            ),
            keys={"reference": "client_order_ref", "number": "name"},
            birth="client_order_ref",
            made_up=frozenset({"lines", "pickings", "invoices", "exchange_rate"}),
        ),
        Shape(
            SHIPMENT,
            "Delivery",
            "stock.picking",
            (
                *("name", "state", "picking_type_code", "sale_id", "origin", "carrier_id"),
                *("carrier_tracking_ref", "carrier_tracking_url", "scheduled_date", "date_done"),
                *("backorder_id", "return_id"),
                *_DATES,
            ),
            _traits(reference=References.NONE, states=("draft", "shipped", "cancelled"), batch=20),
            keys={"number": "name"},
            domain=(["picking_type_code", "=", "outgoing"], ["sale_id", "!=", False]),
            made_up=frozenset({"moves", "order_reference", "parcels"}),
        ),
        Shape(
            INVOICE,
            "Invoice",
            "account.move",
            _MOVE_FIELDS,
            _traits(
                reference=References.SEARCHABLE,
                taxes_given=False,
                drafts=True,
                states=("draft", "confirmed", "cancelled"),
            ),
            keys={"reference": "ref", "number": "name"},
            domain=(["move_type", "=", "out_invoice"],),
            birth="ref",
            made_up=frozenset({"orders"}),
        ),
        Shape(
            REFUND,
            "Credit note",
            "account.move",
            _MOVE_FIELDS,
            _traits(
                reference=References.UNIQUE,
                taxes_given=False,
                drafts=True,
                batch=20,
                states=("draft", "confirmed", "cancelled"),
            ),
            keys={"reference": "ref", "number": "name"},
            domain=(["move_type", "=", "out_refund"],),
            birth="ref",
            made_up=frozenset({"orders"}),
        ),
        Shape(
            PAYMENT,
            "Payment",
            "account.payment",
            (
                *("name", "state", "amount", "date", "currency_id", "journal_id", "partner_id"),
                *("reconciled_invoice_ids", "ref"),
                *_DATES,
            ),
            _traits(reference=References.SEARCHABLE, batch=20),
            keys={"reference": "ref", "number": "name"},
            domain=(["payment_type", "=", "inbound"], ["partner_type", "=", "customer"]),
            birth="ref",
            made_up=frozenset({"orders"}),
        ),
    )
}


def with_memo(shape: Shape, memo: str) -> Shape:
    """The shape of payments in a version that calls what they are found by `memo`."""
    fields = tuple(memo if name == "ref" else name for name in shape.fields)
    keys, made_up = {**shape.keys, "reference": memo}, shape.made_up | {"ref"} - {memo}
    return replace(shape, fields=fields, keys=keys, birth=memo, made_up=made_up)


def shape_of(entity: str) -> Shape:
    """How `entity` lies in Odoo. Raises ConfigError for one that it has not."""
    shape = SHAPES.get(entity)
    if shape is None:
        raise ConfigError(
            f"The connector of Odoo knows no {entity}; it has {', '.join(SHAPES)}.",
            "Switch off the route that needs it.",
        )
    return shape
