"""The demo's last chapter: one order from the checkout to its partial refund, with its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from sync_cli.sandbox.books import Books
    from sync_cli.sandbox.embedded import Sandbox

Tell = Callable[[str], None]

SKU = "A-000001"
PIECES = 3
COUNTED = 40
PARCEL = "PARCEL-DEMO-1"
BUYER = {
    "first_name": "Vera", "last_name": "Muster", "email": "vera@kunde.example",
    "address_1": "Musterweg 1", "postcode": "10115", "city": "Berlin", "country": "DE",
}  # fmt: skip
FLAT_RATE = {"method_id": "flat_rate", "method_title": "Flat rate", "total": "4.90"}


class Figures(Struct, frozen=True):
    """What both sides say of the order; amounts with tax, `stock` in pieces that the shop shows."""

    total: Decimal
    status: str
    stock: int
    told: Mapping[str, str]
    parcels: tuple[str, ...]
    refunded: Decimal
    document: str
    booked: Decimal
    invoice: str
    paid: bool
    credited: Decimal

    def lines(self) -> tuple[str, ...]:
        """What the screen shows: of each side its figures, and what the shop was told of."""
        papers = {**self.told, "parcel": ", ".join(self.parcels)}
        told = ", ".join(f"{name} {number}" for name, number in papers.items() if number)
        invoice = f"invoice {self.invoice}" if self.invoice else "no invoice yet"
        return (
            f"  shop: {self.total} EUR, {self.status}, {self.stock} pieces left;"
            f" refunded {self.refunded} EUR",
            f"        {told or 'no document yet'}",
            f"  ERP:  {self.booked} EUR, document {self.document};"
            f" {invoice}, {'paid' if self.paid else 'not paid'}; credited {self.credited} EUR",
        )


def follow_order(
    sandbox: Sandbox, books: Books, run: Callable[[], None], tell: Tell
) -> list[Figures]:
    """Buy, transfer, invoice, pay, ship and refund one order; `run` is all that cron would start.

    Returns the figures after each step; the order's own steps are told, those of `run` by itself.
    """
    order = _Order(sandbox, books)
    tell(f"\nDay three: one order, {PIECES} pieces of {SKU}, followed through its whole life.")
    books.count(SKU, COUNTED)
    run()
    order.place()
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("Placed in the shop, brought to the ERP.", lambda: None),
        ("Invoiced and paid in the ERP, and sent in one parcel.", order.fulfil),
        (
            "One piece came broken: it is refunded in the shop and stays with the customer.",
            order.refund_one,
        ),
    )
    seen = []
    for title, happen in steps:
        happen()
        tell(title)
        run()
        seen.append(order.figures())
        for line in seen[-1].lines():
            tell(line)
    return seen


class _Order:
    """What people on both sides do with the order, and what both ledgers say of it."""

    def __init__(self, sandbox: Sandbox, books: Books) -> None:
        self._sandbox = sandbox
        self._books = books
        self._id = 0

    @property
    def _reference(self) -> str:
        return f"WC-demo-{self._id}"

    def place(self) -> None:
        [placed] = self._sandbox.shop.do(
            "place_order",
            lines=[{"sku": SKU, "quantity": PIECES}],
            shipping_lines=[FLAT_RATE],
            billing=BUYER,
            payment_method="bacs",
        )
        self._id = int(placed["id"])

    def fulfil(self) -> None:
        self._books.invoice(self._reference)
        self._books.pay(self._reference)
        self._books.deliver(self._reference, PARCEL)

    def refund_one(self) -> None:
        self._sandbox.shop.do("refund", id=self._id, pieces={SKU: 1}, api_restock=False)

    def figures(self) -> Figures:
        shop = self._sandbox.shop.ledger.state()
        [order] = [each for each in shop["orders"] if each["id"] == self._id]
        [article] = [each for each in shop["products"] if each["sku"] == SKU]
        meta = {entry["key"]: entry["value"] for entry in order["meta_data"]}
        refunds = [each for each in shop["refunds"] if each["parent_id"] == self._id]
        booked = self._books.booked(self._reference)
        return Figures(
            total=_money(order["total"]),
            status=order["status"],
            stock=article["stock_quantity"],
            told={
                "document": meta.get("_sync_cli_document", ""),
                "invoice": meta.get("_sync_cli_invoice", ""),
            },
            parcels=tuple(
                entry["tracking_number"] for entry in meta.get("_wc_shipment_tracking_items", ())
            ),
            refunded=_sum(each["amount"] for each in refunds),
            document=booked.number,
            booked=_money(booked.total),
            invoice=booked.invoice,
            paid=booked.paid,
            credited=_sum(self._books.credited(f"WC-demo-R{each['id']}") for each in refunds),
        )


def _money(amount: Any) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def _sum(amounts: Any) -> Decimal:
    return sum((_money(amount) for amount in amounts), Decimal("0.00"))
