"""A real Tryton as the ERP of the demo: started, filled with the articles, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.books import Booked
from sync_cli.sandbox.tryton.client import Client
from sync_cli.sandbox.tryton.people import Bookkeeper, Merchant, Warehouse
from sync_cli.sandbox.tryton.seed import CLERK, SYNC_USER, WEB_SHOP
from sync_cli.sandbox.tryton.server import TrytonServer

STATES = {"quotation": "draft", "processing": "confirmed"}
STEPS = {"draft": 1, "quotation": 2, "confirmed": 3, "processing": 3, "done": 3, "cancelled": 2}
"""How many calls brought a sale to its state."""


class TrytonBooks:
    """See `sync_cli.sandbox.books.Books`. Its state is read by a clerk, past the connector.

    Of two articles with one SKU it has the first: Tryton refuses the second. Raises NotBuilt if
    trytond cannot be started.
    """

    def __init__(self, folder: Path, cache: Path, articles: Iterable[Article]) -> None:
        self._server = TrytonServer(folder, cache)
        self.url = self._server.url
        try:
            self._clerk = Client(self.url, self._server.database, CLERK)
            Merchant(self._clerk).add(articles)
        except BaseException:
            self._server.stop()
            raise
        self._warehouse = Warehouse(self._clerk)
        self._bookkeeper = Bookkeeper(self._clerk)
        self._before = self._written()

    def settings(self) -> Mapping[str, Any]:
        """See `Books.settings`."""
        return {
            "kind": "tryton",
            "url": self.url,
            "database": self._server.database,
            "user": SYNC_USER[0],
            "password": {"env": "ERP_PASSWORD"},
            "web_shop": WEB_SHOP,
        }

    def secrets(self) -> Mapping[str, str]:
        """See `Books.secrets`."""
        return {"ERP_PASSWORD": SYNC_USER[1]}

    def ship(self) -> None:
        """See `Books.ship`."""
        waiting = self._clerk.read(
            "sale.sale", [["shipments.state", "in", ["waiting", "assigned"]]], "web_id"
        )
        for sale in waiting:
            self.deliver(sale["web_id"], f"PARCEL-{sale['web_id']}")

    def count(self, sku: str, pieces: int) -> None:
        """See `Books.count`."""
        self._warehouse.count("MAIN", {sku: pieces})

    def invoice(self, reference: str) -> None:
        """See `Books.invoice`."""
        self._bookkeeper.post(self._sale(reference)["id"])

    def pay(self, reference: str) -> None:
        """See `Books.pay`."""
        [invoice] = self._invoices(reference, "posted")
        self._bookkeeper.pay(invoice["id"])

    def deliver(self, reference: str, parcel: str) -> None:
        """See `Books.deliver`."""
        self._warehouse.ship(self._sale(reference)["id"], parcel)

    def booked(self, reference: str) -> Booked:
        """See `Books.booked`."""
        sale = self._sale(reference)
        invoices = self._invoices(reference, "posted", "paid")
        return Booked(
            sale["number"],
            str(sale["total_amount"]),
            " ".join(invoice["number"] for invoice in invoices),
            bool(invoices) and all(invoice["state"] == "paid" for invoice in invoices),
        )

    def credited(self, reference: str) -> str:
        """See `Books.credited`."""
        return str(-self._sale(reference)["total_amount"])

    def state(self) -> Mapping[str, Any]:
        """See `Books.state`."""
        sales = self._sales()
        return {
            "orders": [_order(sale) for sale in sales if not _is_refund(sale)],
            "credit_notes": [_credit_note(sale) for sale in sales if _is_refund(sale)],
            "customers": [{"reference": one["code"]} for one in self._parties()],
            "stock": self._stock(),
        }

    def effects(self) -> int:
        """See `Books.effects`."""
        return self._written() - self._before

    def close(self) -> None:
        """See `Books.close`."""
        self._clerk.close()
        self._server.stop()

    def _sales(self) -> list[Any]:
        return self._clerk.read(
            "sale.sale", [["web_id", "!=", None]], "web_id", "state", "total_amount", "number",
            "currency.code", "shipment_state", "origin", "shipment_returns.state",
            "warehouse.code",
        )  # fmt: skip

    def _sale(self, reference: str) -> Any:
        [found] = [sale for sale in self._sales() if sale["web_id"] == reference]
        return found

    def _invoices(self, reference: str, *states: str) -> list[Any]:
        return self._clerk.read(
            "account.invoice",
            [["sales.web_id", "=", reference], ["state", "in", list(states)]],
            "number",
            "state",
        )

    def _parties(self) -> list[Any]:
        return self._clerk.read("party.party", [], "code")

    def _written(self) -> int:
        sales = sum(STEPS[sale["state"]] for sale in self._sales())
        others = ("party.party", "party.address", "party.contact_mechanism", "sale.line")
        return sales + sum(len(self._clerk.read(model, [], "id")) for model in others)

    def _stock(self) -> list[Mapping[str, Any]]:
        """Levels by article, summed up from Tryton's moves alone."""
        products = self._clerk.read(
            "product.product", [], "code", "template.type", "template.consumable",
            "template.sale_uom.factor",
        )  # fmt: skip
        warehouses = self._clerk.read("stock.location", [["type", "=", "warehouse"]], "code")
        inner = {
            place["id"]: warehouse["code"]
            for warehouse in warehouses
            for place in self._clerk.read(
                "stock.location", [["parent", "child_of", [warehouse["id"]], "parent"]], "id"
            )
        }
        on_hand: Counter[tuple[int, str]] = Counter()
        demand: Counter[tuple[int, str]] = Counter()
        for move in self._clerk.read(
            "stock.move", [["state", "!=", "cancelled"]], "product", "internal_quantity", "state",
            "from_location", "to_location",
        ):  # fmt: skip
            source, target = inner.get(move["from_location"]), inner.get(move["to_location"])
            if source == target:
                continue
            pieces = int(move["internal_quantity"])
            if move["state"] == "done":
                on_hand[move["product"], target or ""] += pieces
                on_hand[move["product"], source or ""] -= pieces
            elif source:
                demand[move["product"], source] += pieces
        return [
            {
                "sku": product["code"],
                "stocked": _is_stocked(product["template."]),
                "archived": False,
                "unit_factor": str(Decimal(str(product["template."]["sale_uom."]["factor"]))),
                "warehouses": [
                    {
                        "code": warehouse["code"],
                        "on_hand": str(on_hand[product["id"], warehouse["code"]]),
                        "demand": str(demand[product["id"], warehouse["code"]]),
                    }
                    for warehouse in warehouses
                ],
            }
            for product in products
        ]


def _order(sale: Mapping[str, Any]) -> Mapping[str, Any]:
    state = STATES.get(sale["state"], sale["state"])
    return {
        "reference": sale["web_id"],
        "state": "shipped" if sale["shipment_state"] == "sent" else state,
        "total": str(sale["total_amount"]),
        "currency": sale["currency."]["code"],
        "number": sale["number"],
        "warehouse": (sale["warehouse."] or {}).get("code", ""),
    }


def _is_refund(sale: Mapping[str, Any]) -> bool:
    """A sale of negative quantities that names the sale it takes from (FACTS 7)."""
    return str(sale["origin"] or "").startswith("sale.sale,")


def _credit_note(sale: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**_order(sale), "total": str(-sale["total_amount"])}


def _is_stocked(template: Mapping[str, Any]) -> bool:
    return template["type"] == "goods" and not template["consumable"]
