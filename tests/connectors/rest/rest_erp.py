"""The sandbox ERP on a real port, as the tests of the REST connector see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sync_cli.connectors.base import Draft
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.rest.connector import RestConnector
from sync_cli.connectors.rest.loading import load_profile
from sync_cli.connectors.rest.profile import Profile
from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.control import Control, control_of
from sync_cli.sandbox.erp import ALL_RIGHTS, ErpStore, erp_app
from sync_cli.sandbox.faults import FaultRule, Faults
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.seed import seed_erp
from sync_cli.sandbox.server import serve

PROFILE_FILE = Path(__file__).parents[3] / "mappings" / "sandbox-erp" / "profile.yaml"
TOKEN = "all-rights"
READER = "reads-products"
START = datetime(2025, 3, 3, 12, 0, 0, tzinfo=UTC)


@dataclass
class Waits:
    """A clock that only sleeping moves on, and sleeping that takes no time."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def waitless(**options: int) -> Pacing:
    """A pacing that never really sleeps."""
    waits = Waits()
    return Pacing(sleep=waits.sleep, monotonic=waits.monotonic, **options)


@dataclass
class Erp:
    """The running ERP, from inside and by what really happened in it."""

    url: str
    store: ErpStore
    faults: Faults
    control: Control

    @property
    def clock(self) -> SandboxClock:
        return self.store.clock

    def happened(self, what: str) -> list[dict[str, Any]]:
        """The effects of this kind in the order in which they happened."""
        return self.store.ledger.effects(what)

    def hit(self, kind: Any, **rule: Any) -> None:
        self.faults.add(FaultRule(kind, **rule))

    def do(self, action: str, **args: Any) -> Any:
        return self.control.actions[action](**args)

    def product(self, at: int = 0) -> str:
        """The id of a product that can be ordered."""
        goods = [row for row in self.store.products if row.kind == "goods" and not row.main_article]
        return str(goods[at].id)

    def demand(self, product: str) -> str:
        row = self.store.stock.get(int(product))
        assert row is not None
        return str(row.shelf("MAIN").demand)


@contextmanager
def running_erp(articles: int = 20) -> Iterator[Erp]:
    """An ERP whose clock stands at START, with so many articles."""
    clock = SandboxClock()
    clock.freeze(START)
    store = ErpStore(clock, Ledger("erp", clock))
    seed_erp(store, catalogue(articles))
    app = erp_app(store, {TOKEN: ALL_RIGHTS, READER: ["products:read"]})
    control = control_of(app)
    with serve(app, clock=clock) as server:
        yield Erp(server.url, store, control.faults, control)


def connect(erp: Erp, profile: Profile | None = None, **options: Any) -> RestConnector:
    """A connector that does not sleep; its machine's clock is wrong by years on purpose."""
    pacing = options.pop("pacing", None) or waitless()
    return RestConnector(
        "erp",
        erp.url,
        profile or load_profile(PROFILE_FILE),
        {"token": options.pop("token", TOKEN)},
        pacing=pacing,
        clock=options.pop("clock", lambda: datetime(2031, 1, 1, tzinfo=UTC)),
        **options,
    )


def customer_draft(number: int, **fields: Any) -> Draft:
    """An acceptable customer; `fields` replace its own."""
    reference = f"C-{number}"
    customer = {"reference": reference, "name": f"Customer {number}", **fields}
    return Draft(str(customer["reference"]), customer)


def order_draft(erp: Erp, number: int, customer: str, **fields: Any) -> Draft:
    """An acceptable order of two pieces; `fields` replace its own."""
    reference = f"WC-shop-{number}"
    line = {
        "kind": "product",
        "product_id": erp.product(),
        "text": "Kettle",
        "quantity": "2",
        "net": "20.00",
        "tax": "3.80",
        "tax_code": "standard",
    }
    order = {
        "reference": reference,
        "customer_id": customer,
        "ordered_at": "2025-03-01T10:00:00Z",
        "currency": "EUR",
        "lines": [line],
    }
    return Draft(reference, {**order, **fields})


def sandbox_profile(**sizes: int) -> Profile:
    """The shipped profile, with other sizes of a page for some entities."""
    profile = load_profile(PROFILE_FILE)
    entities = dict(profile.entities)
    for name, size in sizes.items():
        words = entities[name]
        assert words.changes is not None
        assert words.census is not None
        pages = {
            "changes": words.changes.model_copy(update={"size": size}),
            "census": words.census.model_copy(update={"size": size}),
        }
        entities[name] = words.model_copy(update=pages)
    return profile.model_copy(update={"entities": entities})
