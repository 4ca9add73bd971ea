"""Sales orders: defaults, confirming, cancelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.odoo.deliveries import follow_quantity, plan_delivery, release
from sync_cli.sandbox.odoo.records import Records
from sync_cli.sandbox.odoo.refusals import UserError
from sync_cli.sandbox.odoo.store import Row
from sync_cli.sandbox.odoo.values import number

UNCONFIRMED = ("draft", "sent")


def order_defaults(records: Records, values: Mapping[str, Any]) -> Row:
    """What a new order has besides what it was given; numbers are given to drafts too (061)."""
    partner = values.get("partner_id")
    return {
        "name": f"S{records.store.number('S'):05}",
        "state": "draft",
        "partner_invoice_id": partner,
        "partner_shipping_id": partner,
        "date_order": records.store.now.strftime("%Y-%m-%d %H:%M:%S"),
        "pricelist_id": min(records.store.table("product.pricelist"), default=None),
        "warehouse_id": min(records.store.table("stock.warehouse")),
        "company_id": 1,
        "user_id": records.user.uid,
        **values,
    }


def line_defaults(records: Records, values: Mapping[str, Any]) -> Row:
    """What a new line has: description, price and taxes of its product where none are given."""
    product = values.get("product_id")
    defaults: Row = {"sequence": 10, "product_uom_qty": 1, "discount": 0}
    if product:
        template = records.store.row("product.product", product)["product_tmpl_id"]
        defaults |= {
            "name": records.label("product.product", product),
            "price_unit": records.value("product.product", product, "lst_price"),
            "tax_id": list(records.store.row("product.template", template)["taxes_id"]),
        }
    if values.get("display_type"):
        defaults |= {"product_uom_qty": 0, "price_unit": 0}
    return {**defaults, **values}


def changed_line(records: Records, id_: int, values: Mapping[str, Any]) -> Row:
    """A new quantity alone brings the price back to the list price (092); deliveries follow it."""
    row = records.store.row("sale.order.line", id_)
    product = row["product_id"]
    order = records.store.row("sale.order", row["order_id"])
    if "product_uom_qty" in values and product and order["state"] == "sale":
        follow_quantity(records, order, row, number(values["product_uom_qty"]))
    if "product_uom_qty" not in values or "price_unit" in values or not product:
        return dict(values)
    return {**values, "price_unit": records.value("product.product", product, "lst_price")}


def confirm(records: Records, ids: Sequence[int]) -> bool:
    """All or none; the date of the order becomes now (066, 134)."""
    rows = [records.store.row("sale.order", id_) for id_ in ids]
    if any(row["state"] not in UNCONFIRMED for row in rows):
        names = ", ".join(row["name"] for row in rows)
        raise UserError(f"The following orders are not in a state requiring confirmation: {names}")
    for row in rows:
        now = records.store.now.replace(microsecond=0)
        values = {"state": "sale", "date_order": now, "locked": records.store.locks}
        records.store.change("sale.order", row["id"], values)
        plan_delivery(records, row)
        _tell(records, "order.confirmed", row)
    return True


def cancel(records: Records, ids: Sequence[int]) -> bool | Row:
    """Drafts at once; confirmed ones only if the question is waived (099, 100)."""
    rows = [records.store.row("sale.order", id_) for id_ in ids]
    asks = not records.context.get("disable_cancel_warning")
    confirmed = [row for row in rows if row["state"] == "sale"]
    if confirmed and asks:
        return _cancel_question(confirmed[0]["id"])
    for row in rows:
        if row["locked"]:
            raise UserError("You cannot cancel a locked order. Please unlock it first.")
        for picking in records.computed.pickings_of(row["id"]):
            release(records, picking)
        records.store.change("sale.order", row["id"], {"state": "cancel"})
        _tell(records, "order.cancelled", row)
    return True


def tell_created(records: Records, id_: int) -> None:
    """Note a new order for the ledger."""
    _tell(records, "order.created", records.store.row("sale.order", id_))


def _tell(records: Records, what: str, row: Row) -> None:
    total: Decimal = records.computed.order_amounts(row["id"]).total
    reference = row["client_order_ref"] or ""
    records.store.effect(what, row["id"], reference, total=total, state=row["state"])


def _cancel_question(order: int) -> Row:
    return {
        "name": "Cancel Sales Order",
        "view_mode": "form",
        "res_model": "sale.order.cancel",
        "view_id": 1245,
        "type": "ir.actions.act_window",
        "context": {
            "default_template_id": 22,
            "default_order_id": order,
            "mark_so_as_canceled": True,
            "default_email_layout_xmlid": (
                "mail.mail_notification_layout_with_responsible_signature"
            ),
            "model_description": "Sales Order",
        },
        "target": "new",
    }
