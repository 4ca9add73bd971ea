"""The pretend Odoo on a real port, as the tests of the connector see it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sync_cli.connectors.base import Draft
from sync_cli.connectors.odoo.connector import Choices, Odoo
from sync_cli.connectors.odoo.wire import Login
from sync_cli.connectors.pacing import Pacing
from sync_cli.sandbox.articles import Article, catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.control import control_of
from sync_cli.sandbox.faults import FaultRule, Faults
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.odoo import (
    KEY,
    USERS,
    Hands,
    OdooSettings,
    OdooStore,
    odoo_app,
    seed_articles,
    seed_company,
)
from sync_cli.sandbox.server import serve

RECORDINGS = Path(__file__).parents[2] / "recordings" / "odoo"
START = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
DATABASE = "erp"
LOGIN = "shopsync"


@dataclass
class Waits:
    """A clock that only sleeping moves on, and sleeping that takes no time."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Erp:
    """The running Odoo, from inside and by what really happened in it."""

    url: str
    store: OdooStore
    faults: Faults
    hands: Hands
    calls: list[tuple[str, str]] = field(default_factory=list)
    opened: list[Odoo] = field(default_factory=list)
    waits: Waits = field(default_factory=Waits)

    @property
    def clock(self) -> SandboxClock:
        return self.store.clock

    def open(self, key: str = KEY, login: str = LOGIN, **options: Any) -> Odoo:
        """A connector whose waits take no time; its machine's clock is wrong by years."""
        pacing = Pacing(sleep=self.waits.sleep, monotonic=self.waits.monotonic)
        access = Login(
            options.pop("url", self.url),
            options.pop("database", DATABASE),
            login,
            key,
            options.pop("api", "jsonrpc"),
        )
        given = {"pacing": pacing, "clock": lambda: datetime(2031, 1, 1, tzinfo=UTC), **options}
        connector = Odoo("erp", access, **given)
        self.opened.append(connector)
        return connector

    def happened(self, what: str) -> list[dict[str, Any]]:
        """The effects of this kind in the order in which they happened."""
        return self.store.ledger.effects(what)

    def hit(self, kind: Any, holds: str = "", **rule: Any) -> None:
        """Let calls whose body holds this text meet a fault."""
        self.faults.add(FaultRule(kind, holds=holds, **rule))

    def made(self, method: str) -> int:
        """How often a method was called, such as `sale.order.load`."""
        return sum(f"{model}.{name}" == method for model, name in self.calls)

    def rows(self, model: str) -> list[dict[str, Any]]:
        """All rows of a model, by id."""
        return [self.store.table(model)[id_] for id_ in sorted(self.store.table(model))]

    def product(self, sku: str) -> str:
        """The id of the product with this internal reference."""
        found = [row for row in self.rows("product.product") if row["default_code"] == sku]
        return str(found[0]["id"])

    def customer(self, name: str = "Petra Muster", **values: Any) -> str:
        """A new customer."""
        return str(self.hands.call("res.partner", "create", {"name": name, **values}))


@contextmanager
def running(articles: int | Sequence[Article] = 24, settings: OdooSettings | None = None,
            at: datetime | None = START) -> Iterator[Erp]:  # fmt: skip
    """An Odoo whose clock stands still until a test moves it."""
    clock = SandboxClock()
    if at is not None:
        clock.freeze(at)
    store = OdooStore(clock, Ledger("erp", clock))
    seed_company(store)
    seed_articles(store, catalogue(articles) if isinstance(articles, int) else articles)
    app = odoo_app(store, settings or OdooSettings(users=USERS))
    calls: list[tuple[str, str]] = []
    _watch(app, calls)
    with serve(app, clock=clock) as server:
        erp = Erp(server.url, store, control_of(app).faults, Hands(store), calls)
        try:
            yield erp
        finally:
            for connector in erp.opened:
                connector.close()


def _watch(app: Any, calls: list[tuple[str, str]]) -> None:
    inner = app.wsgi_app

    def told(environ: dict[str, Any], start_response: Any) -> Any:
        stream = environ["wsgi.input"]
        body = stream.read()
        stream.seek(0)
        if environ["PATH_INFO"] == "/jsonrpc":
            params = json.loads(body)["params"]
            args = params["args"]
            execute = params["method"] == "execute_kw"
            calls.append((args[3], args[4]) if execute else (params["service"], params["method"]))
        else:
            calls.append(tuple(environ["PATH_INFO"].split("/")[-2:]))
        return inner(environ, start_response)

    app.wsgi_app = told


def line(product: str, quantity: str = "2", price: str = "19.99", **more: Any) -> dict[str, Any]:
    """A line of goods as the mapping writes it."""
    own = {"product_id": product, "name": "Kettle", "product_uom_qty": quantity}
    return {**own, "price_unit": price, "tax_id": "19%", **more}


def order(customer: str, number: int | str, *lines: Mapping[str, Any], **more: Any) -> Draft:
    """An acceptable order as the mapping writes it."""
    reference = f"WC-main-{number}"
    payload = {
        "client_order_ref": reference,
        "partner_id": customer,
        "date_order": "2026-11-20T09:15:00Z",
        "pricelist_id": "EUR",
        "order_line": list(lines),
    }
    return Draft(reference, {**payload, **more})


def recorded(name: str) -> dict[str, Any]:
    """The recording whose name begins so."""
    (path,) = RECORDINGS.glob(f"{name}*.json")
    return dict(json.loads(path.read_text(encoding="utf-8")))


__all__ = ["Choices", "Erp", "line", "order", "recorded", "running"]
