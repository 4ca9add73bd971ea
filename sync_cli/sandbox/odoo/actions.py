"""What people do in the pretend Odoo behind a client's back, and its state for a judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.odoo import billing, deliveries, sales
from sync_cli.sandbox.odoo.methods import call
from sync_cli.sandbox.odoo.records import Records
from sync_cli.sandbox.odoo.rights import ADMIN, User
from sync_cli.sandbox.odoo.store import OdooStore, Row

ADMINISTRATOR = User(2, "admin", "", frozenset({ADMIN}), "admin@erp.example")


class Hands:
    """People with all rights; every act is a transaction of its own."""

    def __init__(self, store: OdooStore) -> None:
        self.store = store

    def records(self, **context: Any) -> Records:
        """All models as an administrator sees them."""
        return Records(self.store, ADMINISTRATOR, context)

    def call(self, model: str, method: str, *args: Any, **keywords: Any) -> Any:
        """Call any method, as a client would; `context` among the keywords."""
        context = keywords.pop("context", {})
        with self.store.transaction():
            return call(self.records(**context), model, method, args, keywords)

    def set_stock(self, sku: str, warehouse: str, quantity: str | int) -> None:
        """Count the stock of an article."""
        location = self._by("stock.warehouse", "code", warehouse)["lot_stock_id"]
        product = self._by("product.product", "default_code", sku)["id"]
        with self.store.transaction():
            deliveries.set_stock(self.records(), product, location, Decimal(quantity))

    def edit(self, model: str, id: int | str, **values: Any) -> None:
        """Write fields of a record."""
        self.call(model, "write", [int(id)], values)

    def remove(self, model: str, id: int | str) -> None:
        """Delete a record for good."""
        self.call(model, "unlink", [int(id)])

    def cancel_order(self, id: int | str) -> None:
        """Cancel an order, confirmed or not."""
        self.call(
            "sale.order", "action_cancel", [int(id)], context={"disable_cancel_warning": True}
        )

    def confirm_order(self, id: int | str) -> None:
        """Confirm a draft."""
        self.call("sale.order", "action_confirm", [int(id)])

    def ship_order(self, id: int | str, tracking: str = "", quantity: str = "") -> list[int]:
        """Ship the open deliveries of an order, of each line at most `quantity`; their ids."""
        records = self.records()
        open_ones = [
            picking["id"]
            for picking in records.computed.pickings_of(int(id))
            if records.computed.picking_state(picking) in ("assigned", "confirmed")
        ]
        for picking in open_ones:
            self.edit("stock.picking", picking, carrier_tracking_ref=tracking or False)
            if quantity:
                self._pick(picking, Decimal(quantity))
        self.call("stock.picking", "button_validate", open_ones, context={"skip_backorder": True})
        return open_ones

    def _pick(self, picking: int, most: Decimal) -> None:
        for move in self.records().computed.moves_of("picking_id", picking):
            goes = str(min(most, move["quantity"]))
            self.edit("stock.move", move["id"], quantity=goes, picked=True)

    def invoice_order(self, id: int | str) -> int:
        """Make and post the invoice of an order; its id."""
        values = {"sale_order_ids": [[6, 0, [int(id)]]], "consolidated_billing": False}
        wizard = self.call("sale.advance.payment.inv", "create", values)
        action = self.call("sale.advance.payment.inv", "create_invoices", [wizard])
        (invoice,) = action["domain"][0][2]
        self.call("account.move", "action_post", [invoice])
        return int(invoice)

    def pay_invoice(self, id: int | str, amount: str) -> None:
        """Register a payment."""
        with self.store.transaction():
            billing.pay(self.records(), int(id), Decimal(amount))

    def contest(self, times: int = 1) -> None:
        """Let the next loads lose against another writer (101)."""
        self.store.contests = times

    def _by(self, model: str, name: str, value: str) -> Row:
        rows = self.store.table(model).values()
        found = next((row for row in rows if row[name] == value), None)
        if found is None:
            raise LookupError(f"no {model} with {name} {value!r}")
        return found


def actions_of(store: OdooStore) -> Mapping[str, Callable[..., Any]]:
    """The named acts that tests and demos may ask for."""
    hands = Hands(store)
    names = ("set_stock", "edit", "remove", "cancel_order", "confirm_order", "ship_order",
             "invoice_order", "pay_invoice", "contest")  # fmt: skip
    return {name: getattr(hands, name) for name in names}


def state_of(store: OdooStore) -> dict[str, Any]:
    """What a judge looks at: the orders with their lines and amounts, and the stock."""
    records = Records(store, ADMINISTRATOR)
    return {
        "orders": [_order(records, row) for row in store.table("sale.order").values()],
        "stock": [
            {"sku": row["default_code"], "free": records.value("product.product", id_, "free_qty")}
            for id_, row in store.table("product.product").items()
        ],
    }


def _order(records: Records, row: Row) -> dict[str, Any]:
    amounts = records.computed.order_amounts(row["id"])
    return {
        "id": str(row["id"]),
        "reference": row["client_order_ref"],
        "state": row["state"],
        "total": amounts.total,
        "tax": amounts.tax,
        "confirmed": row["state"] not in sales.UNCONFIRMED,
    }
