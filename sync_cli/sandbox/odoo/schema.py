"""The models and fields that the pretend Odoo has: those that the recordings prove.

Beside them, by Odoo's documentation alone: payments and their journals, to whom deliveries and
their moves go (`partner_id`), the rate that an order is converted by (`currency_rate`) and the
table that it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "char", "html", "selection", "integer", "float", "boolean", "datetime", "date",
    "many2one", "one2many", "many2many",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its kind, the model it relates to, and for lists of lines their way back.

    `via` is the relation that it is really a field of (`product.product` shows those of its
    template). `computed` fields have no place of their own.
    """

    kind: Kind
    label: str = ""
    relation: str = ""
    inverse: str = ""
    via: str = ""
    required: bool = False
    computed: bool = False
    digits: int = 2


def _char(label: str = "", *, required: bool = False) -> Field:
    return Field("char", label, required=required)


def _one(relation: str, label: str = "", *, required: bool = False) -> Field:
    return Field("many2one", label, relation, required=required)


def _many(relation: str, label: str = "", *, computed: bool = False) -> Field:
    return Field("many2many", label, relation, computed=computed)


def _lines(relation: str, inverse: str, label: str = "") -> Field:
    return Field("one2many", label, relation, inverse)


def _number(label: str = "", *, computed: bool = False, digits: int = 2) -> Field:
    return Field("float", label, computed=computed, digits=digits)


def _of_template(kind: Kind, relation: str = "") -> Field:
    return Field(kind, relation=relation, via="product_tmpl_id")


_TIMES = {"create_date": Field("datetime"), "write_date": Field("datetime")}
_ACTIVE = {"active": Field("boolean")}
_PLACE = {
    "street": _char(), "street2": _char(), "zip": _char(), "city": _char(),
    "state_id": _one("res.country.state", "State"), "country_id": _one("res.country", "Country"),
}  # fmt: skip

FIELDS: Mapping[str, Mapping[str, Field]] = {
    "res.company": {
        "name": _char(), "currency_id": _one("res.currency"),
        "tax_calculation_rounding_method": Field("selection"),
    },
    "res.currency": {"name": _char()},
    "res.currency.rate": {
        "name": Field("date"), "currency_id": _one("res.currency"), "rate": _number(digits=6),
    },
    "res.country": {"name": _char(), "code": _char()},
    "res.country.state": {"name": _char(), "code": _char(), "country_id": _one("res.country")},
    "res.users": {
        "name": _char(), "login": _char(), "email": _char(), "tz": _char(),
        "company_id": _one("res.company"),
    },
    "decimal.precision": {"name": _char(), "digits": Field("integer")},
    "res.partner": {
        **_PLACE, **_ACTIVE, "name": _char("Name", required=True), "ref": _char("Reference"),
        "email": _char("Email"), "phone": _char("Phone"), "vat": _char("Tax ID"),
        "type": Field("selection", "Address Type"), "is_company": Field("boolean"),
        "parent_id": _one("res.partner", "Related Company"),
        "commercial_partner_id": Field("many2one", relation="res.partner", computed=True),
        "child_ids": _lines("res.partner", "parent_id"), "date": Field("date"),
        "comment": Field("html"), "category_id": _many("res.partner"),
        "company_id": _one("res.company"),
    },
    "account.tax": {
        **_ACTIVE, "name": _char(), "amount": _number(), "amount_type": Field("selection"),
        "price_include": Field("boolean"), "type_tax_use": Field("selection"),
        "company_id": _one("res.company"), "country_id": _one("res.country"),
    },
    "account.payment.term": {"name": _char()},
    "product.pricelist": {"name": _char(), "currency_id": _one("res.currency")},
    "delivery.carrier": {
        "name": _char(), "delivery_type": Field("selection"), "fixed_price": _number(),
        "product_id": _one("product.product"),
    },
    "stock.location": {"name": _char(), "usage": Field("selection")},
    "stock.warehouse": {
        "name": _char(), "code": _char(), "lot_stock_id": _one("stock.location"),
        "company_id": _one("res.company"),
    },
    "product.category": {"name": _char()},
    "uom.uom": {"name": _char()},
    "product.template": {
        **_ACTIVE, "name": _char("Name", required=True), "list_price": _number(),
        "type": Field("selection"), "sale_ok": Field("boolean"), "taxes_id": _many("account.tax"),
        "categ_id": _one("product.category"), "uom_id": _one("uom.uom"),
        "standard_price": _number(),
    },
    "product.attribute": {"name": _char()},
    "product.template.attribute.value": {
        "name": _char(), "attribute_id": _one("product.attribute"), "price_extra": _number(),
        "product_attribute_value_id": _one("product.attribute"),
    },
    "product.product": {
        **_ACTIVE, "default_code": _char("Internal Reference"), "barcode": _char("Barcode"),
        "weight": _number(), "product_tmpl_id": _one("product.template"),
        "product_template_attribute_value_ids": _many("product.template.attribute.value"),
        "display_name": Field("char", computed=True), "lst_price": _number(computed=True),
        "price_extra": _number(computed=True), "combination_indices": _char(),
        "qty_available": _number(computed=True), "free_qty": _number(computed=True),
        "virtual_available": _number(computed=True), "outgoing_qty": _number(computed=True),
        "incoming_qty": _number(computed=True),
        "name": _of_template("char"), "list_price": _of_template("float"),
        "standard_price": _of_template("float"), "type": _of_template("selection"),
        "sale_ok": _of_template("boolean"), "taxes_id": _of_template("many2many", "account.tax"),
        "categ_id": _of_template("many2one", "product.category"),
        "uom_id": _of_template("many2one", "uom.uom"),
    },
    "stock.quant": {
        "product_id": _one("product.product"), "location_id": _one("stock.location"),
        "quantity": _number(), "reserved_quantity": _number(),
        "available_quantity": _number(computed=True),
    },
    "stock.picking": {
        "name": _char(), "state": Field("selection", computed=True),
        "picking_type_code": Field("selection"), "sale_id": _one("sale.order"), "origin": _char(),
        "partner_id": _one("res.partner", "Contact"),
        "carrier_id": _one("delivery.carrier"), "carrier_tracking_ref": _char("Tracking Reference"),
        "carrier_tracking_url": _char(), "scheduled_date": Field("datetime"),
        "date_done": Field("datetime"), "backorder_id": _one("stock.picking"),
        "backorder_ids": _lines("stock.picking", "backorder_id"),
        "return_id": _one("stock.picking"), "return_ids": _lines("stock.picking", "return_id"),
        "move_ids": _lines("stock.move", "picking_id"),
    },
    "stock.move": {
        "picking_id": _one("stock.picking"), "product_id": _one("product.product"),
        "product_uom_qty": _number(), "quantity": _number(), "picked": Field("boolean"),
        "state": Field("selection"), "sale_line_id": _one("sale.order.line"),
        "location_id": _one("stock.location"), "location_dest_id": _one("stock.location"),
        "date": Field("datetime"), "date_deadline": Field("datetime"),
        "partner_id": _one("res.partner", "Destination Address"),
    },
    "sale.order": {
        "name": _char(), "state": Field("selection"),
        "client_order_ref": _char("Customer Reference"),
        "origin": _char(), "reference": _char(), "locked": Field("boolean"),
        "partner_id": _one("res.partner", "Customer", required=True),
        "partner_invoice_id": _one("res.partner", "Invoice Address", required=True),
        "partner_shipping_id": _one("res.partner", "Delivery Address", required=True),
        "date_order": Field("datetime", "Order Date", required=True),
        "commitment_date": Field("datetime", "Delivery Date"),
        "pricelist_id": _one("product.pricelist", "Pricelist"),
        "currency_id": Field("many2one", relation="res.currency", computed=True),
        "currency_rate": _number(computed=True),
        "warehouse_id": _one("stock.warehouse", "Warehouse", required=True),
        "carrier_id": _one("delivery.carrier", "Delivery Method"),
        "payment_term_id": _one("account.payment.term", "Payment Terms"), "note": Field("html"),
        "order_line": _lines("sale.order.line", "order_id", "Order Lines"),
        "amount_untaxed": _number(computed=True), "amount_tax": _number(computed=True),
        "amount_total": _number(computed=True),
        "invoice_status": Field("selection", computed=True),
        "delivery_status": Field("selection", computed=True),
        "effective_date": Field("datetime", computed=True),
        "invoice_ids": _many("account.move", computed=True),
        "picking_ids": _lines("stock.picking", "sale_id"), "tag_ids": _many("res.partner"),
        "company_id": _one("res.company"), "user_id": _one("res.users"),
        "fiscal_position_id": _one("res.partner"), "team_id": _one("res.partner"),
    },
    "sale.order.line": {
        "order_id": _one("sale.order", required=True), "sequence": Field("integer", "Sequence"),
        "display_type": Field("selection", "Display Type"),
        "product_id": _one("product.product", "Product"),
        "name": _char("Description", required=True),
        "product_uom_qty": _number("Quantity"), "price_unit": _number("Unit Price"),
        "discount": _number("Discount (%)"), "tax_id": _many("account.tax", "Taxes"),
        "is_delivery": Field("boolean", "Is a Delivery"),
        "price_subtotal": _number(computed=True), "price_tax": _number(computed=True),
        "price_total": _number(computed=True), "qty_delivered": _number(computed=True),
        "qty_invoiced": _number(computed=True),
    },
    "account.move": {
        "name": _char(), "state": Field("selection"), "move_type": Field("selection", "Type"),
        "payment_state": Field("selection", computed=True), "ref": _char("Reference"),
        "invoice_origin": _char("Origin"), "partner_id": _one("res.partner", "Partner"),
        "journal_id": Field("integer"), "invoice_date": Field("date", "Invoice Date"),
        "invoice_date_due": Field("date"), "currency_id": _one("res.currency"),
        "reversed_entry_id": _one("account.move", "Reversal of"),
        "reversal_move_id": _lines("account.move", "reversed_entry_id"),
        "payment_reference": _char(), "access_url": Field("char", computed=True),
        "amount_untaxed": _number(computed=True), "amount_tax": _number(computed=True),
        "amount_total": _number(computed=True), "amount_residual": _number(computed=True),
        "paid": _number(),
        "invoice_line_ids": _lines("account.move.line", "move_id", "Invoice lines"),
    },
    "account.move.line": {
        "move_id": _one("account.move", required=True), "display_type": Field("selection"),
        "product_id": _one("product.product", "Product"), "name": _char("Label"),
        "quantity": _number("Quantity"), "price_unit": _number("Unit Price"),
        "discount": _number("Discount (%)"), "tax_ids": _many("account.tax", "Taxes"),
        "sale_line_ids": _many("sale.order.line", "Sales Order Lines"),
        "price_subtotal": _number(computed=True), "price_total": _number(computed=True),
    },
    "account.journal": {
        "name": _char(), "code": _char(), "type": Field("selection"),
        "company_id": _one("res.company"),
    },
    "account.payment": {
        "name": _char(), "ref": _char("Memo"), "state": Field("selection"),
        "payment_type": Field("selection"), "partner_type": Field("selection"),
        "amount": _number("Amount"), "date": Field("date", "Date"),
        "currency_id": _one("res.currency", "Currency"),
        "journal_id": _one("account.journal", "Journal"),
        "partner_id": _one("res.partner", "Customer"),
        "reconciled_invoice_ids": _many("account.move"),
    },
    "account.payment.register": {
        "payment_date": Field("date"), "amount": _number(), "communication": _char("Memo"),
        "group_payment": Field("boolean"), "currency_id": _one("res.currency"),
        "journal_id": _one("account.journal"), "payment_difference_handling": Field("selection"),
        "move_ids": _many("account.move"),
    },
    "sale.advance.payment.inv": {
        "sale_order_ids": _many("sale.order"), "advance_payment_method": Field("selection"),
        "consolidated_billing": Field("boolean"),
    },
    "ir.model.data": {
        "module": _char(), "name": _char(), "model": _char(), "res_id": Field("integer"),
    },
}  # fmt: skip
"""By model. What Odoo has besides is unknown here, and asking for it is an error as there."""

_COMMON = {"id": Field("integer"), **_TIMES}

LABELS: Mapping[str, str] = {
    "sale.order": "Sales Order", "product.product": "Product Variant", "res.partner": "Contact",
    "ir.model.data": "Model Data", "account.move": "Journal Entry", "stock.picking": "Transfer",
    "stock.move": "Stock Move", "sale.order.line": "Sales Order Line",
    "account.payment": "Payments", "account.payment.register": "Register Payment",
    "account.journal": "Journal",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Model:
    """One model with all its fields."""

    name: str
    fields: Mapping[str, Field] = field(repr=False)

    @property
    def label(self) -> str:
        """As people are told of it."""
        return LABELS.get(self.name, self.name)


MODELS: Mapping[str, Model] = {
    name: Model(name, {**_COMMON, **fields}) for name, fields in FIELDS.items()
}
