"""A pretend shop that computes orders and refunds in every tax mode, and a town that books them.

The shop computes as a real one was found to; nothing here knows how the program reads its answers.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from sync_cli.connectors.base import Identity
from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.shop import KEY, SECRET, ShopSettings, build_shop
from tests.flows.refund_town import RefundTown
from tests.properties.refunding import refund_config

Json = dict[str, Any]
NOON = datetime(2026, 1, 5, 7, tzinfo=UTC)
CURRENCIES = {0: "JPY", 2: "EUR", 3: "KWD"}
PRICES = ("19.99", "0.99", "2.49", "12.95", "7.45", "0.05")
CLASSES = ("", "reduced-rate", "zero-rate", "", "reduced-rate", "")


def articles() -> list[Article]:
    """Six articles at odd prices, of all tax classes."""
    return [
        Article(f"B-{at}", f"Article {at}", "goods", Decimal(price), kind, 500, {"MAIN": 500})  # type: ignore[arg-type]
        for at, (price, kind) in enumerate(zip(PRICES, CLASSES, strict=True), start=1)
    ]


class Bookshop:
    """The shop, spoken to as any client does."""

    def __init__(self, **settings: Any) -> None:
        clock = SandboxClock()
        clock.freeze(NOON)
        self.settings = ShopSettings(**settings)
        shop = build_shop(articles(), 0, clock, Ledger("shop", clock), self.settings)
        self._client = shop.test_client()
        token = b64encode(f"{KEY}:{SECRET}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}

    def products(self) -> list[Json]:
        """All products."""
        return list(self._get("products?per_page=100"))

    def order(self, body: Json) -> Json:
        """A customer buys; the order as it is stored."""
        made = self._post("orders", body)
        return dict(self._get(f"orders/{made['id']}?dp=6"))

    def refund(self, order: int, body: Json) -> Json | None:
        """The staff give money back; the refund as it is stored, None if the shop refuses."""
        made = self._post(f"orders/{order}/refunds", {"api_refund": False, **body})
        if "id" not in made:
            return None
        found = self._get("refunds?dp=6&per_page=100")
        return next(dict(one) for one in found if one["id"] == made["id"])

    def _get(self, path: str) -> Any:
        answer = self._client.get(f"/wp-json/wc/v3/{path}", headers=self._headers)
        return json.loads(answer.data, parse_float=Decimal)

    def _post(self, path: str, body: Json) -> Json:
        answer = self._client.post(f"/wp-json/wc/v3/{path}", json=body, headers=self._headers)
        return dict(json.loads(answer.data))


def town_of(
    folder: Path, shop: Bookshop, *, computes: bool, lines: Mapping[str, Any]
) -> RefundTown:
    """A town whose shop has the same articles and settings, and an ERP beside it."""
    town = RefundTown(folder, config=refund_config(), computes_taxes=computes)
    town.configure(orders={"lines": dict(lines)})
    facts = {"decimals": str(shop.settings.decimals), "currency": shop.settings.currency}
    known = Identity("memory", "1", "shop", "", town.now)
    town.shop.identity = replace(known, facts=facts)
    for product in shop.products():
        town.new_article(str(product["id"]), 500)
    return town


def book(town: RefundTown, orders: Sequence[Json], refunds: Sequence[Json]) -> None:
    """Put orders and refunds into the town's shop, and run what cron runs."""
    for order in orders:
        town.shop.put("order", {**order, "id": str(order["id"])})
    town.orders()
    for refund in refunds:
        town.shop.put("refund", {**refund, "id": str(refund["id"])})
    town.orders()
