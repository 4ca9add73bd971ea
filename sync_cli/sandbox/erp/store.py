"""What the pretend ERP remembers, and how its records are stamped and changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from threading import RLock
from typing import TypeVar

from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.erp.credit_records import CREDIT_NOTE_FIELDS, CreditNote
from sync_cli.sandbox.erp.payment_records import PAYMENT_FIELDS, Payment
from sync_cli.sandbox.erp.records import (
    CUSTOMER_FIELDS,
    MAIN_WAREHOUSE,
    ORDER_FIELDS,
    PRODUCT_FIELDS,
    SHIPMENT_FIELDS,
    STOCK_FIELDS,
    Customer,
    Json,
    Order,
    Product,
    Shelf,
    Shipment,
    Stock,
    as_json,
    milliseconds,
)
from sync_cli.sandbox.erp.settings import ErpSettings
from sync_cli.sandbox.erp.table import Table
from sync_cli.sandbox.ledger import Ledger

FIRST_PRODUCT_ID = 5000
Outcome = TypeVar("Outcome")


class ErpStore:
    """The ERP's tables, in memory; hold `lock` around whatever reads or changes them.

    What happens to them stands in `parties`, `documents` and `warehouse`; each change gets its
    `changed_at` from `stamp` and, where a client or the demo caused it, a line in the ledger.
    """

    def __init__(
        self, clock: SandboxClock, ledger: Ledger, settings: ErpSettings | None = None
    ) -> None:
        self.clock = clock
        self.ledger = ledger
        self.settings = settings or ErpSettings()
        self.lock = RLock()
        self.products: Table[Product] = Table(sku=lambda it: it.sku, barcode=lambda it: it.barcode)
        self.stock: Table[Stock] = Table()
        self.customers: Table[Customer] = Table(
            reference=lambda it: it.reference, email=lambda it: it.email
        )
        self.orders: Table[Order] = Table(
            reference=lambda it: it.head.reference, number=lambda it: it.number
        )
        self.shipments: Table[Shipment] = Table(order_id=lambda it: str(it.order.id))
        self.credit_notes: Table[CreditNote] = Table(
            reference=lambda it: it.reference, order_id=lambda it: str(it.order.id)
        )
        self.payments: Table[Payment] = Table(
            reference=lambda it: it.reference, order_id=lambda it: str(it.order.id)
        )
        self._stamp: int | None = None
        self._next_product_id = FIRST_PRODUCT_ID

    def stamp(self) -> int:
        """The time (ms since 1970) that a record changed now is given as its changed_at.

        That is the start of its transaction: by `stamped` or `begin_late`, else now less the
        setting `late_commit`.
        """
        if self._stamp is not None:
            return self._stamp
        return milliseconds(self.clock.now() - timedelta(seconds=self.settings.late_commit))

    @contextmanager
    def stamped(self, at: datetime) -> Iterator[None]:
        """Give every change made inside the aware time `at` as its changed_at; holds the lock."""
        with self.lock:
            outer, self._stamp = self._stamp, milliseconds(at)
            try:
                yield
            finally:
                self._stamp = outer

    def begin_late(self) -> LateTransaction:
        """Begin a transaction whose changes become visible at its commit, stamped with now."""
        return LateTransaction(self, self.clock.now())

    def add_product(
        self,
        *,
        sku: str,
        name: str,
        price: Decimal,
        kind: str = "goods",
        tax_code: str = "",
        parent_id: int | None = None,
        main_article: bool = False,
        unit_factor: int = 1,
        attributes: tuple[tuple[str, str], ...] = (),
        on_hand: Mapping[str, int] | None = None,
    ) -> Product:
        """Add a product, and its stock row unless it is a main article; no ledger line (seeding).

        `on_hand` is pieces by warehouse; MAIN is always there. The barcode is made from the id.
        """
        with self.lock:
            id, now = self._next_product_id, self.stamp()
            self._next_product_id += 1
            product = Product(
                id, sku, name, kind, main_article, parent_id, price, tax_code, barcode(id),
                unit_factor, False, now, now, attributes=attributes,
            )  # fmt: skip
            self.products.append(product)
            if not main_article:
                pieces = {MAIN_WAREHOUSE: 0, **(on_hand or {})}
                shelves = [Shelf(code, Decimal(count)) for code, count in pieces.items()]
                self.stock.append(Stock(product, shelves, now))
            return product

    def state(self) -> dict[str, list[Json]]:
        """Every record of every table in the API's JSON form."""
        with self.lock:
            return {
                "products": [as_json(row, PRODUCT_FIELDS) for row in self.products],
                "stock": [as_json(row, STOCK_FIELDS) for row in self.stock],
                "customers": [as_json(row, CUSTOMER_FIELDS) for row in self.customers],
                "orders": [as_json(row, ORDER_FIELDS) for row in self.orders],
                "shipments": [as_json(row, SHIPMENT_FIELDS) for row in self.shipments],
                "credit_notes": [as_json(row, CREDIT_NOTE_FIELDS) for row in self.credit_notes],
                "payments": [as_json(row, PAYMENT_FIELDS) for row in self.payments],
            }


@dataclass(frozen=True)
class LateTransaction:
    """A transaction that was begun at `started_at` and has not become visible yet."""

    store: ErpStore
    started_at: datetime

    def commit(self, change: Callable[[], Outcome]) -> Outcome:
        """Carry out the change now; its records' changed_at is the start of this transaction."""
        with self.store.stamped(self.started_at):
            return change()


def barcode(id: int) -> str:
    """An EAN-13 with its check digit, from the range for use inside a company (prefix 2)."""
    body = f"2{id:011}"
    weighted = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return f"{body}{-weighted % 10}"
