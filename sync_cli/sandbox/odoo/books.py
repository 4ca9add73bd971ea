"""A pretend Odoo as the ERP of a story: served, filled with the articles, and judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.books import Booked
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.odoo.actions import Hands
from sync_cli.sandbox.odoo.application import OdooSettings, odoo_app
from sync_cli.sandbox.odoo.records import Records
from sync_cli.sandbox.odoo.seeding import KEY, USERS, seed_articles, seed_company
from sync_cli.sandbox.odoo.store import OdooStore, Row
from sync_cli.sandbox.server import serve

STATES = {"sale": "confirmed", "sent": "draft", "cancel": "cancelled", "posted": "confirmed"}


class OdooBooks:
    """See `sync_cli.sandbox.books.Books`."""

    def __init__(self, articles: Iterable[Article]) -> None:
        clock = SandboxClock()
        self._store = OdooStore(clock, Ledger("erp", clock))
        seed_company(self._store)
        seed_articles(self._store, articles)
        self._hands = Hands(self._store)
        app = odoo_app(self._store, OdooSettings(users=USERS))
        self._server = serve(app, clock=clock)
        self.url = self._server.url

    def settings(self) -> Mapping[str, Any]:
        """See `Books.settings`."""
        return {
            "kind": "odoo",
            "url": self.url,
            "database": "erp",
            "user": "shopsync",
            "key": {"env": "ERP_KEY"},
        }

    def secrets(self) -> Mapping[str, str]:
        """See `Books.secrets`."""
        return {"ERP_KEY": KEY}

    def ship(self) -> None:
        """See `Books.ship`."""
        for order in self._store.where("sale.order", "state", "sale"):
            self._hands.ship_order(order["id"], f"PARCEL-{order['client_order_ref']}")

    def count(self, sku: str, pieces: int) -> None:
        """See `Books.count`."""
        self._hands.set_stock(sku, "MAIN", pieces)

    def invoice(self, reference: str) -> None:
        """See `Books.invoice`."""
        self._hands.invoice_order(self._order(reference)["id"])

    def pay(self, reference: str) -> None:
        """See `Books.pay`."""
        for invoice in self._moves("out_invoice", reference):
            self._hands.pay_invoice(invoice["id"], str(self._total(invoice)))

    def deliver(self, reference: str, parcel: str) -> None:
        """See `Books.deliver`."""
        self._hands.ship_order(self._order(reference)["id"], parcel)

    def booked(self, reference: str) -> Booked:
        """See `Books.booked`."""
        order = self._order(reference)
        invoices = self._moves("out_invoice", reference)
        paid = [self._value("account.move", each, "payment_state") == "paid" for each in invoices]
        return Booked(
            order["name"],
            str(self._value("sale.order", order, "amount_total")),
            " ".join(invoice["name"] for invoice in invoices),
            bool(paid) and all(paid),
        )

    def credited(self, reference: str) -> str:
        """See `Books.credited`."""
        [note] = self._moves("out_refund", reference)
        return str(self._total(note))

    def state(self) -> Mapping[str, Any]:
        """See `Books.state`."""
        notes = self._store.where("account.move", "move_type", "out_refund")
        people = self._store.where("res.partner", "parent_id", None)
        return {
            "orders": [self._document(row) for row in self._store.table("sale.order").values()],
            "credit_notes": [
                {"reference": row["ref"], "state": _state(row), "total": str(self._total(row))}
                for row in notes
            ],
            "customers": [{"reference": row["ref"] or ""} for row in people],
            "stock": [self._level(row) for row in self._store.table("product.product").values()],
        }

    def effects(self) -> int:
        """See `Books.effects`."""
        return len(self._store.ledger.effects())

    def close(self) -> None:
        """See `Books.close`."""
        self._server.stop()

    def _document(self, row: Row) -> Mapping[str, Any]:
        return {
            "reference": row["client_order_ref"] or "",
            "state": _state(row),
            "total": str(self._value("sale.order", row, "amount_total")),
            "currency": "EUR",
            "number": row["name"],
            "warehouse": self._store.row("stock.warehouse", row["warehouse_id"])["code"],
        }

    def _level(self, row: Row) -> Mapping[str, Any]:
        """What lies there and what is to leave, of all warehouses together."""
        on_hand, demand = (
            str(self._value("product.product", row, name))
            for name in ("qty_available", "outgoing_qty")
        )
        return {
            "sku": row["default_code"] or "",
            "stocked": self._value("product.product", row, "type") == "product",
            "archived": not row["active"],
            "unit_factor": "1",
            "warehouses": [{"code": "MAIN", "on_hand": on_hand, "demand": demand}],
        }

    def _order(self, reference: str) -> Row:
        rows = self._store.where("sale.order", "client_order_ref", reference)
        [found] = [row for row in rows if row["state"] != "cancel"]
        return found

    def _moves(self, kind: str, reference: str) -> list[Row]:
        rows = self._store.where("account.move", "ref", reference)
        return [row for row in rows if row["move_type"] == kind and row["state"] == "posted"]

    def _total(self, move: Row) -> Any:
        return self._value("account.move", move, "amount_total")

    def _value(self, model: str, row: Row, name: str) -> Any:
        records: Records = self._hands.records()
        return records.value(model, row["id"], name)


def _state(row: Row) -> str:
    return STATES.get(row["state"], str(row["state"]))
