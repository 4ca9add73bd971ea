"""A real Tryton that tests share: one a process, on a copy of the database that was built once.

Between it and the connector stands a wire on which faults can be let happen. Whoever uses it takes
references of their own (`Town.mark`), and judges only what carries them.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import requests
from werkzeug.wrappers import Request, Response

from sync_cli.connectors.base import Draft
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.settings import Secret
from sync_cli.connectors.tryton.connector import Tryton
from sync_cli.connectors.tryton.settings import TrytonSettings
from sync_cli.sandbox.articles import Article, catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.faults import Faults
from sync_cli.sandbox.server import RunningServer, serve
from sync_cli.sandbox.tryton.client import Client
from sync_cli.sandbox.tryton.people import Bookkeeper, Merchant, Warehouse
from sync_cli.sandbox.tryton.seed import CLERK, SYNC_USER, WEB_SHOP
from sync_cli.sandbox.tryton.server import TrytonServer
from sync_cli.sandbox.wire import FaultyWire

CACHE = Path(__file__).parents[2] / ".cache" / "tryton"
ARTICLES = tuple(catalogue(24))
HOME = {
    "party_name": "Björn Müller", "street": "Hauptstraße 1", "postal_code": "10115",
    "city": "Berlin", "country": "DE",
}  # fmt: skip
DEBT = Decimal(500)
"""What a sale owes on which several payments are booked; the more, the longer reading it takes."""
SKU = "A-000001"
"""A stocked article of 80.19 with 19 % tax."""


class Wire:
    """Passes requests on to a server, except where a fault is to happen."""

    def __init__(self, url: str) -> None:
        self.faults = Faults()
        self._url = url
        self._http = requests.Session()
        self._http.trust_env = False
        clock = SandboxClock()
        wire = FaultyWire(self._pass_on, self.faults, clock)
        self.server: RunningServer = serve(wire, clock=clock)

    def _pass_on(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        answer = self._http.request(
            request.method, f"{self._url}{request.full_path.rstrip('?')}", data=request.get_data(),
            headers=headers, timeout=60,
        )  # fmt: skip
        kept = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() in ("content-type", "date")
        }
        return Response(answer.content, answer.status_code, kept)(environ, start)


class Town:
    """A running Tryton with some articles, and those who work there."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tryton-"))
        self.server = TrytonServer(self._folder, CACHE)
        self.wire = Wire(self.server.url)
        self._marks = count(1)
        self._debt, self._owed = "", Decimal(0)
        self.clerk = self.client(CLERK)
        self.merchant = Merchant(self.clerk)
        self.warehouse = Warehouse(self.clerk)
        self.bookkeeper = Bookkeeper(self.clerk)
        self.merchant.add(ARTICLES)

    def close(self) -> None:
        """End it, and remove what it wrote."""
        self.wire.server.stop()
        self.server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def client(self, login: tuple[str, str]) -> Client:
        """A person at work."""
        return Client(self.server.url, self.server.database, login)

    def open(
        self,
        login: tuple[str, str] = SYNC_USER,
        *,
        pacing: Pacing | None = None,
        page: int | None = None,
        web_shop: str = WEB_SHOP,
        database: str | None = None,
    ) -> Tryton:
        """The connector, over the wire."""
        settings = TrytonSettings(
            url=self.wire.server.url,
            database=database or self.server.database,
            user=login[0],
            password=Secret(env="UNUSED"),
            web_shop=web_shop,
        )
        return Tryton("erp", settings, login[1], pacing=pacing, page=page)

    def mark(self) -> str:
        """A reference that nobody else uses."""
        return f"WC-t-{next(self._marks)}"

    @cached_property
    def party(self) -> str:
        """The id of a customer."""
        (made,) = self.open().create("customer", [customer(self.mark())])
        return made.id  # type: ignore[union-attr]

    @cached_property
    def sale(self) -> str:
        """The id of a sale, for refunds to name."""
        (made,) = self.open().create("order", [self.order()])
        return made.id  # type: ignore[union-attr]

    def debt(self, amount: Decimal) -> str:
        """The id of a billed sale that owes the amount twice, and more than that, to its end."""
        reserved = amount * 3
        if reserved > self._owed:
            self._owed = max(reserved, DEBT)
            self._debt = self._billed(self._owed)
        self._owed -= reserved
        return self._debt

    def _billed(self, amount: Decimal) -> str:
        with closing(self.open()) as erp:
            (made,) = erp.create("order", [self.order(lines=[shipping(str(amount), tax="")])])
            sale = str(made.id)  # type: ignore[union-attr]
            list(erp.advance("order", [sale], "confirmed"))
        self.bookkeeper.post(int(sale))
        return sale

    def article(self, sku: str = SKU) -> str:
        """The id of an article."""
        return str(self.clerk.one("product.product", "code", sku))

    def customer(self, reference: str, **changes: Any) -> Draft:
        """See `customer`."""
        return customer(reference, **changes)

    def order(self, reference: str = "", **changes: Any) -> Draft:
        """An order of two pieces and shipping: 164.50 net, 195.76 with tax."""
        reference = reference or self.mark()
        payload = {
            "party": self.party,
            "reference": reference[-5:],
            "currency": "EUR",
            "sale_date": "2026-11-20",
            "invoice_address": HOME,
            "shipment_address": {**HOME, "street": "Lager 5"},
            "comment": "",
            "lines": [self.goods(2), shipping("4.12")],
        }
        return Draft(reference, {**payload, **changes})

    def goods(self, pieces: int, net: str = "", sku: str = SKU) -> dict[str, Any]:
        """A line of goods; its price is that of the article, unless the whole `net` is given."""
        whole = Decimal(net) if net else Decimal("80.19") * pieces
        return {
            "kind": "product", "product": self.article(sku), "quantity": str(pieces),
            "net": str(whole), "tax": "DE 19%", "text": "Kettle",
        }  # fmt: skip

    def now(self) -> datetime:
        """The clock of this machine, which is Tryton's too."""
        return datetime.now(UTC)


def customer(reference: str, **changes: Any) -> Draft:
    """A customer with an address."""
    payload = {
        "name": reference, "email": f"{reference.lower()}@mail.example", "phone": "",
        "vat_id": "", "invoice_address": HOME, "delivery_address": HOME,
    }  # fmt: skip
    return Draft(reference, {**payload, **changes})


def shipping(net: str, tax: str = "DE 19%") -> dict[str, Any]:
    """A line of shipping."""
    return {"kind": "shipping", "quantity": "1", "net": net, "tax": tax, "text": "Paketversand"}


@cache
def town() -> Town:
    """The town of this process; it ends with the process."""
    found = Town()
    atexit.register(found.close)
    return found


def article(sku: str, **changes: Any) -> Article:
    """An article that the merchant can add."""
    values = {
        "sku": sku, "name": sku, "kind": "goods", "net_price": Decimal("10.00"), "tax_class": "",
        "on_hand": 0, "warehouses": {},
    }  # fmt: skip
    return Article(**{**values, **changes})
