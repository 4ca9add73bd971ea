"""Invoices and credit notes: drafts of orders, posting, payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.odoo.records import Records
from sync_cli.sandbox.odoo.refusals import AccessError, UserError
from sync_cli.sandbox.odoo.rights import BILLING
from sync_cli.sandbox.odoo.store import Row

INVOICE, CREDIT = "out_invoice", "out_refund"
_PREFIXES = {INVOICE: "INV", CREDIT: "RINV"}


def move_defaults(records: Records, values: Mapping[str, Any]) -> Row:
    """What a new invoice or credit note has; only posting makes its number (074, 106)."""
    return {
        "name": "/",
        "state": "draft",
        "move_type": INVOICE,
        "currency_id": min(records.store.table("res.currency")),
        "paid": 0,
        "journal_id": 1,
        **values,
    }


def line_defaults(_records: Records, values: Mapping[str, Any]) -> Row:
    """A line carries money of its own unless it says otherwise."""
    return {"display_type": "product", "quantity": 1, "discount": 0, "price_unit": 0, **values}


def touch_orders(records: Records, move: int) -> None:
    """A new invoice or credit note moves the date of its orders (082)."""
    for line in records.computed.lines_of("account.move.line", "move_id", move):
        for id_ in line["sale_line_ids"]:
            order = records.store.row("sale.order.line", id_)["order_id"]
            records.store.change("sale.order", order, {})


def touch_order(records: Records, line: int) -> None:
    """The same for one line of it."""
    touch_orders(records, records.store.row("account.move.line", line)["move_id"])


def create_invoices(records: Records, wizard: int) -> Row:
    """A draft invoice of each order over what it holds and is not invoiced yet (137, 138)."""
    orders = records.store.row("sale.advance.payment.inv", wizard)["sale_order_ids"]
    ids = [_invoice(records, records.store.row("sale.order", id_)) for id_ in orders]
    return {
        "name": "Invoices",
        "type": "ir.actions.act_window",
        "domain": [["id", "in", ids]],
        "res_model": "account.move",
    }


def _invoice(records: Records, order: Row) -> int:
    values = {
        "partner_id": order["partner_invoice_id"],
        "ref": order["client_order_ref"],
        "invoice_origin": order["name"],
    }
    move = records.store.insert("account.move", move_defaults(records, values))
    for line in records.computed.lines_of("sale.order.line", "order_id", order["id"]):
        left = line["product_uom_qty"] - records.computed.billed(line)
        if line["display_type"] or not left:
            continue
        records.store.insert(
            "account.move.line",
            line_defaults(
                records,
                {
                    "move_id": move,
                    "product_id": line["product_id"],
                    "name": line["name"],
                    "quantity": left,
                    "price_unit": line["price_unit"],
                    "discount": line["discount"],
                    "tax_ids": list(line["tax_id"]),
                    "sale_line_ids": [line["id"]],
                },
            ),
        )
    touch_orders(records, move)
    return move


def post(records: Records, ids: Sequence[int]) -> bool:
    """Make them final; the answer false means success (121, 145)."""
    if not (records.user.is_admin or BILLING in records.user.groups):
        raise AccessError("You don't have the access rights to post an invoice.")
    for id_ in ids:
        row = records.store.row("account.move", id_)
        if row["state"] != "draft":
            raise UserError("The entry is already posted or not in draft.")
        if row["move_type"] == CREDIT and not records.user.email:
            raise UserError("Unable to send message, please configure the sender's email address.")
        _post(records, row)
    return False


def _post(records: Records, row: Row) -> None:
    store, today = records.store, records.store.now.date()
    prefix = f"{_PREFIXES[row['move_type']]}/{today.year}"
    number = f"{prefix}/{store.number(prefix):05}"
    dates = {"invoice_date": row["invoice_date"] or today, "invoice_date_due": today}
    values = {"name": number, "state": "posted", "payment_reference": number, **dates}
    store.change("account.move", row["id"], values)
    if row["reversed_entry_id"]:
        _reconcile(records, row["id"], row["reversed_entry_id"])
    what = "invoice.posted" if row["move_type"] == INVOICE else "refund.posted"
    total = records.computed.move_amounts(row["id"]).total
    store.effect(what, row["id"], row["ref"] or "", total=total)


def _reconcile(records: Records, credit: int, invoice: int) -> None:
    """With an open invoice a credit note is settled at once (123)."""
    amount = records.computed.move_amounts(credit).total
    row = records.store.row("account.move", invoice)
    left = records.computed.move_amounts(invoice).total - row["paid"]
    settled = min(amount, left)
    if settled:
        records.store.change("account.move", invoice, {"paid": row["paid"] + settled})
        records.store.change("account.move", credit, {"paid": settled})


def cancel_moves(records: Records, ids: Sequence[int]) -> None:
    """Cancel drafts; the answer is null."""
    for id_ in ids:
        if records.store.row("account.move", id_)["state"] != "draft":
            raise UserError("You can only cancel draft entries.")
        records.store.change("account.move", id_, {"state": "cancel"})


def pay(records: Records, invoice: int, amount: Decimal) -> None:
    """Register a payment of an invoice; its date moves (105)."""
    row = records.store.row("account.move", invoice)
    records.store.change("account.move", invoice, {"paid": row["paid"] + amount})
