"""A pretend shop with a stopped clock, and a client that holds its key."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.shop import KEY, SECRET, ShopSettings, ShopStore, build_shop

NOW = datetime(2026, 11, 15, 12, 0, 0, tzinfo=UTC)
API = "/wp-json/wc/v3"


def basic(key: str, secret: str) -> dict[str, str]:
    """The header of Basic auth."""
    token = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


@dataclass
class Shop:
    """The shop as a test sees it: from outside by requests, from inside by `store`."""

    app: Flask
    clock: SandboxClock
    ledger: Ledger

    @property
    def store(self) -> ShopStore:
        """What the shop knows."""
        store = self.app.extensions["shop"]
        assert isinstance(store, ShopStore)
        return store

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> TestResponse:
        """Send a request with the full key."""
        return self.app.test_client().open(
            f"{API}/{path}",
            method=method,
            query_string=query,
            json=body,
            headers=basic(KEY, SECRET),
        )

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a read that has to succeed."""
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.json
        return answer.json

    def post(self, path: str, body: Any, **query: Any) -> Any:
        """The JSON of a write that has to succeed."""
        answer = self.ask("POST", path, body, **query)
        assert answer.status_code in (200, 201), answer.json
        return answer.json

    def put(self, path: str, body: Any, **query: Any) -> Any:
        """The JSON of an update that has to succeed."""
        answer = self.ask("PUT", path, body, **query)
        assert answer.status_code == 200, answer.json
        return answer.json

    def total(self, path: str, **query: Any) -> int:
        """How many records a list says that it has."""
        return int(self.ask("GET", path, **query).headers["X-WP-Total"])

    def do(self, action: str, **args: Any) -> Any:
        """The result of a control action."""
        answer = self.app.test_client().post(f"/_sandbox/do/{action}", json=args)
        assert answer.status_code == 200, answer.json
        assert answer.json is not None
        return answer.json["result"]

    def id_of(self, sku: str) -> int:
        """The id of the product with this SKU."""
        number = self.get("products", sku=sku, _fields="id")[0]["id"]
        assert isinstance(number, int)
        return number

    def stock_of(self, sku: str) -> int | None:
        """The stock that the shop shows for this SKU."""
        stock = self.get("products", sku=sku, _fields="stock_quantity")[0]["stock_quantity"]
        assert stock is None or isinstance(stock, int)
        return stock


def article(sku: str, price: str = "10.00", **facts: Any) -> Article:
    """Goods of which ten pieces are there."""
    base: dict[str, Any] = {"kind": "goods", "tax_class": "", "on_hand": 10, "warehouses": {}}
    name = str(facts.pop("name", f"Article {sku}"))
    return Article(sku=sku, name=name, net_price=Decimal(price), **{**base, **facts})


ARTICLES = (
    article("A-1", "4.26"),
    article("A-2", "131.91", tax_class="reduced-rate"),
    article("A-3", "0.0375"),
    article("A-4", "54.44"),
    article("S-1", kind="service", on_hand=0),
    article(
        "V-1", is_main=True, stock_by_parent=True, on_hand=30,
        attributes=(("Colour", "Red"), ("Colour", "Blue")),
    ),
    article(
        "V-1-R", "21.00", main_sku="V-1", stock_by_parent=True, attributes=(("Colour", "Red"),)
    ),
    article(
        "V-1-B", "22.00", main_sku="V-1", stock_by_parent=True, attributes=(("Colour", "Blue"),)
    ),
    article("W-1", is_main=True, on_hand=0, attributes=(("Size", "S"), ("Size", "M"))),
    article("W-1-S", "21.00", main_sku="W-1", on_hand=5, attributes=(("Size", "S"),)),
    article("W-1-M", "22.50", main_sku="W-1", on_hand=6, attributes=(("Size", "M"),)),
)  # fmt: skip

OpenShop = Callable[..., Shop]


@pytest.fixture
def open_shop() -> OpenShop:
    """Opens a shop with these articles, orders and settings."""

    def opened(
        articles: Iterable[Article] = ARTICLES,
        orders: int = 0,
        *,
        traps: bool = True,
        **settings: Any,
    ) -> Shop:
        clock = SandboxClock()
        clock.freeze(NOW)
        ledger = Ledger("shop", clock)
        app = build_shop(articles, orders, clock, ledger, ShopSettings(**settings), traps=traps)
        return Shop(app, clock, ledger)

    return opened


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """A shop with the few articles above and no orders."""
    return open_shop()
