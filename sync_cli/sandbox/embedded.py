"""Starts both sides of the sandbox in threads of the calling process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from sync_cli.sandbox.articles import Article, catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.control import control_of
from sync_cli.sandbox.erp import ALL_RIGHTS, ErpSettings, ErpStore, erp_app
from sync_cli.sandbox.faults import FaultRule, Faults
from sync_cli.sandbox.ledger import Ledger, SideName
from sync_cli.sandbox.seed import seed_erp
from sync_cli.sandbox.server import RunningServer, serve
from sync_cli.sandbox.shop import KEY, SECRET, ShopSettings, build_shop

ERP_TOKEN = "sandbox-erp-token"
_PATIENCE = 10.0
"""Seconds that `stop` waits for requests which a fault carries out late."""


@dataclass(frozen=True)
class Side:
    """One running side: its server, its app, and what steers it."""

    name: SideName
    app: Flask
    server: RunningServer
    clock: SandboxClock
    ledger: Ledger

    @property
    def url(self) -> str:
        """The base address, without a slash at the end."""
        return self.server.url

    @property
    def faults(self) -> Faults:
        """The faults of this side's wire."""
        return control_of(self.app).faults

    def fault(self, rule: FaultRule) -> int:
        """Add a fault rule; its number."""
        return self.faults.add(rule)

    def do(self, action: str, /, **args: Any) -> Any:
        """Run a named action in the side; raises LookupError or ValueError if it cannot be."""
        return control_of(self.app).do(action, **args)


class Sandbox:
    """A running shop and ERP; a context manager that stops them.

    `shop_store` and `erp_store` are the sides' own memories. The keys and the token that open the
    sides are `consumer_key`, `consumer_secret`, `erp_token`.
    """

    def __init__(self, shop: Side, erp: Side, erp_store: ErpStore, ledger_dir: Path | None) -> None:
        self.shop = shop
        self.erp = erp
        self.erp_store = erp_store
        self.consumer_key = KEY
        self.consumer_secret = SECRET
        self.erp_token = ERP_TOKEN
        self._ledger_dir = ledger_dir
        self._stopped = False

    @property
    def shop_url(self) -> str:
        """The shop's base address, without a slash at the end."""
        return self.shop.url

    @property
    def erp_url(self) -> str:
        """The ERP's base address, without a slash at the end and without /api/v1."""
        return self.erp.url

    def stop(self) -> None:
        """Stop both sides, wait for what faults still carry out, dump the ledgers if asked to.

        With a ledger directory that leaves shop-ledger.json and erp-ledger.json. Safe to call
        twice.
        """
        if self._stopped:
            return
        self._stopped = True
        for side in (self.shop, self.erp):
            side.server.stop()
            side.faults.settled(_PATIENCE)
            if self._ledger_dir is not None:
                side.ledger.dump(self._ledger_dir / f"{side.name}-ledger.json")
            side.ledger.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    *,
    articles: int | Sequence[Article] = 60,
    orders: int = 30,
    shop_port: int = 0,
    erp_port: int = 0,
    ledger_dir: Path | None = None,
    erp_settings: ErpSettings | None = None,
    shop_settings: ShopSettings | None = None,
    shop_traps: bool = False,
) -> Sandbox:
    """Start a shop with `orders` orders and an ERP, both on loopback and seeded with the articles.

    `articles` is a number for `catalogue`, or the articles themselves. Port 0 takes a free one.
    `shop_traps` adds orders that careless code stumbles over (see `build_shop`).
    Each side has its own clock and ledger; with `ledger_dir` the effects are also written to
    shop-effects.jsonl and erp-effects.jsonl there, complete even after a kill. Raises OSError if a
    port is taken.
    """
    shop_clock, erp_clock = SandboxClock(), SandboxClock()
    shop_ledger = Ledger("shop", shop_clock, _effects_path(ledger_dir, "shop"))
    erp_ledger = Ledger("erp", erp_clock, _effects_path(ledger_dir, "erp"))
    store = ErpStore(erp_clock, erp_ledger, erp_settings)
    seed_erp(store, _each(articles))
    erp = erp_app(store, {ERP_TOKEN: ALL_RIGHTS})
    shop = build_shop(
        _each(articles), orders, shop_clock, shop_ledger, shop_settings, traps=shop_traps
    )
    erp_server = serve(erp, erp_port, erp_clock)
    try:
        shop_server = serve(shop, shop_port, shop_clock)
    except OSError:
        erp_server.stop()
        raise
    return Sandbox(
        Side("shop", shop, shop_server, shop_clock, shop_ledger),
        Side("erp", erp, erp_server, erp_clock, erp_ledger),
        store,
        ledger_dir,
    )


def _each(articles: int | Sequence[Article]) -> Iterable[Article]:
    return catalogue(articles) if isinstance(articles, int) else articles


def _effects_path(ledger_dir: Path | None, side: SideName) -> Path | None:
    return None if ledger_dir is None else ledger_dir / f"{side}-effects.jsonl"
