"""A pretend shop on a real port, and recorded answers of a real one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sync_cli.connectors.base import Raw
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.woocommerce.connector import WooCommerce
from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.control import control_of
from sync_cli.sandbox.faults import FaultKind, FaultRule, Faults
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.server import serve
from sync_cli.sandbox.shop import KEY, SECRET, ShopSettings, ShopStore, build_shop

RECORDINGS = Path(__file__).parents[2] / "recordings" / "woocommerce"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass
class Shop:
    """A running shop as a test sees it: from inside by `store`, from outside by `open`."""

    url: str
    store: ShopStore
    faults: Faults
    clock: SandboxClock
    ledger: Ledger
    slept: list[float] = field(default_factory=list)
    opened: list[WooCommerce] = field(default_factory=list)

    def open(self, key: str = KEY, secret: str = SECRET, **options: Any) -> WooCommerce:
        """A connector to this shop, whose waits take no time."""
        given = {"pacing": self.pacing(), "clock": self.clock.now, **options}
        connector = WooCommerce("shop", self.url, key, secret, **given)
        self.opened.append(connector)
        return connector

    def pacing(self) -> Pacing:
        """A pace whose time passes only by sleeping."""
        return Pacing(sleep=self.slept.append, monotonic=lambda: sum(self.slept))

    def hit(self, kind: FaultKind, path: str, **rule: Any) -> int:
        """Let requests whose address matches `path` meet a fault."""
        return self.faults.add(FaultRule(kind, path=path, **rule))

    def between(self, path: str, edit: Callable[[], object]) -> None:
        """Run `edit` behind the back of each reader of `path`, before its answer goes out."""
        self.faults.register_edit("between", edit)
        self.hit("edit", path, methods=("GET",), edit="between")

    def effects(self, what: str) -> Sequence[Mapping[str, Any]]:
        """What the shop noted of itself."""
        return self.ledger.effects(what)


@contextmanager
def running(articles: int, orders: int = 0, **settings: Any) -> Iterator[Shop]:
    """A shop whose clock stands still at noon until a test moves it."""
    clock = SandboxClock()
    clock.freeze(NOON)
    ledger = Ledger("shop", clock)
    app = build_shop(catalogue(articles), orders, clock, ledger, ShopSettings(**settings))
    with serve(app, clock=clock) as server:
        shop = Shop(server.url, app.extensions["shop"], control_of(app).faults, clock, ledger)
        try:
            yield shop
        finally:
            for connector in shop.opened:
                connector.close()


@dataclass(frozen=True)
class Recorded:
    """One exchange with a real shop."""

    request: Mapping[str, Any]
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def text(self) -> str:
        return self.body if isinstance(self.body, str) else json.dumps(self.body)


def recorded(name: str) -> Recorded:
    """The recording of this name."""
    exchange = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))
    answer = exchange["response"]
    return Recorded(exchange["request"], answer["status"], answer["headers"], answer["body"])


def records(connector: WooCommerce, entity: str, since: datetime | None = None) -> list[Raw]:
    """All records of one read."""
    return [raw for page in connector.changes(entity, since) for raw in page.records]
