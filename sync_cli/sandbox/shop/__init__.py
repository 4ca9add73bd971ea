"""The pretend WooCommerce shop: REST API v3 in memory, answering as the recorded real one does."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.control import mount_control
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.shop.actions import shop_actions, shop_state
from sync_cli.sandbox.shop.errors import trouble
from sync_cli.sandbox.shop.placing import place_orders
from sync_cli.sandbox.shop.seed import seed_shop
from sync_cli.sandbox.shop.settings import (
    KEY,
    READ_KEY,
    READ_SECRET,
    SECRET,
    WRITE_KEY,
    WRITE_SECRET,
    ApiKey,
    ShopSettings,
)
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.web import make_app

__all__ = [
    "KEY",
    "READ_KEY",
    "READ_SECRET",
    "SECRET",
    "WRITE_KEY",
    "WRITE_SECRET",
    "ApiKey",
    "ShopSettings",
    "ShopStore",
    "build_shop",
    "make_app",
    "place_orders",
]


def build_shop(
    articles: Iterable[Article],
    orders: int,
    clock: SandboxClock,
    ledger: Ledger,
    settings: ShopSettings | None = None,
    *,
    traps: bool = False,
) -> Flask:
    """A shop seeded with articles and `orders` varied orders, with the control routes mounted.

    The store is `app.extensions["shop"]`. Serve the app with the same clock. `traps` adds orders
    that careless code stumbles over (`trap_orders`).
    """
    store = ShopStore(clock, ledger, settings or ShopSettings())
    seed_shop(store, articles)
    place_orders(store, orders, traps=traps)
    app = make_app(store)
    mount_control(
        app,
        clock=clock,
        ledger=ledger,
        state=lambda: shop_state(store),
        actions=shop_actions(store),
        error_body=trouble,
    )
    return app
