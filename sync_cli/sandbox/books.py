"""The ERP's side of the demo: what its people do there, and what its books say.

Two ERPs can stand here, the pretended one and a real Tryton; the story is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sync_cli.sandbox.embedded import Sandbox


@dataclass(frozen=True, slots=True)
class Booked:
    """What the books say of one order: its document's number and total, its invoice, its payment.

    `invoice` is empty until one is posted.
    """

    number: str
    total: str
    invoice: str
    paid: bool


class Books(Protocol):
    """An ERP that people work in; an order is named by its reference."""

    url: str

    def settings(self) -> Mapping[str, Any]:
        """The section `systems.erp` of the configuration; a secret is the variable that has it."""

    def secrets(self) -> Mapping[str, str]:
        """The secrets by their environment variable."""

    def ship(self) -> None:
        """Send all that is open."""

    def count(self, sku: str, pieces: int) -> None:
        """So many pieces lie in the main warehouse."""

    def invoice(self, reference: str) -> None:
        """Post the invoice of an order."""

    def pay(self, reference: str) -> None:
        """Record that the posted invoice of an order was paid."""

    def deliver(self, reference: str, parcel: str) -> None:
        """Send all of one order, in one parcel with this number."""

    def booked(self, reference: str) -> Booked:
        """What the books say of an order."""

    def credited(self, reference: str) -> str:
        """The amount of the credit note with this reference, tax included."""

    def state(self) -> Mapping[str, Any]:
        """Orders, customers and stock in the form that `sync_cli.sandbox.verdict` judges."""

    def effects(self) -> int:
        """How many changes by other programs there were so far."""

    def close(self) -> None:
        """End it; safe to call twice."""


class PretendBooks:
    """The sandbox's own ERP."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.url = sandbox.erp_url

    def settings(self) -> Mapping[str, Any]:
        """See `Books.settings`."""
        return {
            "kind": "rest",
            "profile": "sandbox-erp",
            "url": self.url,
            "credentials": {"token": {"env": "ERP_TOKEN"}},
        }

    def secrets(self) -> Mapping[str, str]:
        """See `Books.secrets`."""
        return {"ERP_TOKEN": self._sandbox.erp_token}

    def ship(self) -> None:
        """See `Books.ship`."""
        self._sandbox.erp.do("ship")

    def count(self, sku: str, pieces: int) -> None:
        """See `Books.count`."""
        self._sandbox.erp.do("set_stock", sku=sku, warehouse="MAIN", on_hand=pieces)

    def invoice(self, reference: str) -> None:
        """See `Books.invoice`."""
        facts = {"invoice_number": "INV-2026-0001", "invoice_date": "2026-01-31"}
        self._sandbox.erp.do("edit_order", reference=reference, **facts)

    def pay(self, reference: str) -> None:
        """See `Books.pay`."""
        self._sandbox.erp.do("edit_order", reference=reference, paid=True)

    def deliver(self, reference: str, parcel: str) -> None:
        """See `Books.deliver`."""
        order = self._named("orders", reference)
        self._sandbox.erp.do("ship", ids=[order["id"]], tracking=parcel)

    def booked(self, reference: str) -> Booked:
        """See `Books.booked`."""
        order = self._named("orders", reference)
        invoice = order["invoice_number"] or ""
        return Booked(order["number"], order["total"], invoice, order["paid"])

    def credited(self, reference: str) -> str:
        """See `Books.credited`."""
        return str(self._named("credit_notes", reference)["total"])

    def state(self) -> Mapping[str, Any]:
        """See `Books.state`."""
        return self._sandbox.erp.ledger.state()

    def effects(self) -> int:
        """See `Books.effects`."""
        return len(self._sandbox.erp.ledger.effects())

    def close(self) -> None:
        """It ends with the sandbox."""

    def _named(self, table: str, reference: str) -> Mapping[str, Any]:
        """The one live record with this reference."""
        rows = self._sandbox.erp.ledger.state()[table]
        [found] = [
            row for row in rows if row["reference"] == reference and row["state"] != "cancelled"
        ]
        return dict(found)
