"""What follows a confirmed order in Odoo: its delivery and its invoice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sync_cli.connectors.base import Raw
from sync_cli.sandbox.odoo import Hands
from tests.contract.rig import Ability, Made, Subject

_NEVER_MADE = "Odoo's own people make it: sync-cli never does"
_READ_ONLY = dict.fromkeys(
    (Ability.CREATE, Ability.UPDATE, Ability.AMOUNT, Ability.MOMENT, Ability.TEXT), _NEVER_MADE
)


PLENTY = 1000


@dataclass
class Following(Subject):
    """A document that Odoo makes of an order; `orders` makes those."""

    hands: Hands = field(kw_only=True)
    orders: Subject = field(kw_only=True)

    def confirmed(self, text: str) -> str:
        """The id of a confirmed order."""
        order = self.orders.make(text)
        self.hands.confirm_order(order.id)
        return order.id


@dataclass
class Deliveries(Following):
    """Deliveries of orders, of which there is enough."""

    sku: str = field(kw_only=True)

    def make(self, text: str) -> Made:
        self.hands.set_stock(self.sku, "MAIN", PLENTY)
        order = self.confirmed(text)
        (row,) = self.hands.store.where("stock.picking", "sale_id", int(order))
        return Made(str(row["id"]), str(row["name"]))

    def edit(self, id: str) -> None:
        self.hands.edit("stock.picking", id, carrier_tracking_ref="0034")

    def remove(self, id: str) -> None:
        self.hands.remove("stock.picking", id)

    def archive(self, id: str) -> None:
        self.hands.cancel_order(self.hands.store.row("stock.picking", int(id))["sale_id"])

    def state_of(self, raw: Raw) -> str:
        return "shipped" if raw.data["state"] == "done" else str(raw.data["state"])


@dataclass
class Invoices(Following):
    """Draft invoices of orders; each carries its order's reference."""

    def make(self, text: str) -> Made:
        values = {"sale_order_ids": [[6, 0, [int(self.confirmed(text))]]]}
        wizard = self.hands.call("sale.advance.payment.inv", "create", values)
        action: Any = self.hands.call("sale.advance.payment.inv", "create_invoices", [wizard])
        (invoice,) = action["domain"][0][2]
        return Made(str(invoice), text)

    def edit(self, id: str) -> None:
        self.hands.edit("account.move", id, invoice_origin="edited")

    def remove(self, id: str) -> None:
        self.hands.remove("account.move", id)

    def archive(self, id: str) -> None:
        self.hands.call("account.move", "button_cancel", [int(id)])

    def state_of(self, raw: Raw) -> str:
        return "confirmed" if raw.data["state"] == "posted" else str(raw.data["state"])


def following(hands: Hands, orders: Subject, sku: str) -> tuple[Subject, Subject]:
    """Both of them, as the rig tries them; the orders are of the article `sku`."""
    return (
        Deliveries(
            "shipment",
            "number",
            goal="shipped",
            lacks=_READ_ONLY,
            hands=hands,
            orders=orders,
            sku=sku,
        ),
        Invoices("invoice", lacks=_READ_ONLY, hands=hands, orders=orders),
    )
