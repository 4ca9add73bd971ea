"""The simulated world with ears: what a run planned, held and said, and short words for people.

The shop sells articles 11, 12 and 13 at 10.00 net; 50 pieces of each lie in warehouse MAIN.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from sync_cli.config import Config
from sync_cli.connectors.base import Found, Json, Page, Raw
from sync_cli.connectors.memory import MemorySystem, Network, Shape, calm
from sync_cli.core.errors import Problem
from sync_cli.core.item import Held, Item
from sync_cli.core.model import Order
from sync_cli.core.plan import Operation
from sync_cli.engine.route import Options
from sync_cli.engine.run import Run, Silent
from sync_cli.report.words import describe
from sync_cli.state.store import State
from tests.properties.goods import (
    erp_article,
    erp_party,
    erp_stock,
    shop_account,
    shop_product,
)
from tests.properties.world import SyncResult, World, config_for

SETTLED = 61
"""Seconds after which the shop's plug-ins are taken to be done with an order."""
STATE = "state.sqlite"


class Ears(Silent):
    """Remembers what a run planned, what it failed at, and what it said besides."""

    def __init__(self) -> None:
        self.plan: list[str] = []
        self.failures: list[str] = []
        self.notes: list[str] = []

    def planned(self, route: str, operation: Operation) -> None:
        self.plan.append(f"{route}: {describe(operation)}")

    def failed(self, route: str, item: Item, problem: Problem, *, new: bool) -> None:
        del route, new
        self.failures.append(problem.about(item.label).sentence())

    def note(self, text: str) -> None:
        self.notes.append(text)


@dataclass(frozen=True)
class Told:
    """What came of one run."""

    result: SyncResult
    ears: Ears

    @property
    def writes(self) -> int:
        """Writing calls to either side."""
        return self.result.writes

    @property
    def run(self) -> Run:
        """The run, with its tally."""
        return self.result.run


class Reads:
    """Stands before a connector and remembers which writing calls were made, in order."""

    def __init__(self, inner: Any, log: list[str]) -> None:
        self._inner = inner
        self._log = log

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if name not in ("create", "update", "advance", "find", "fetch", "changes"):
            return value

        def call(entity: str, *args: Any, **kwargs: Any) -> Any:
            self._log.append(f"{name} {entity}")
            return value(entity, *args, **kwargs)

        return call


class Stutter:
    """A source that keeps its promise "at least once": each page comes twice."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def changes(self, entity: str, *args: Any) -> Iterator[Page]:
        for page in self._inner.changes(entity, *args):
            yield page
            yield page


@dataclass
class Town(World):
    """A world whose ERP can miscalculate.

    `erp_adds` is put on the totals of drafts; lines of the kinds in `erp_ignores` do not count.
    """

    erp_adds: Mapping[str, Decimal | str] = field(default_factory=dict)
    erp_ignores: Set[str] = frozenset()

    def configure(self, **parts: Mapping[str, Any]) -> None:
        """Change settings, `orders={...}` or `stock={...}`, and leave the others."""
        data = self.config.model_dump()
        for part, changes in parts.items():
            data[part] = {**data[part], **changes}
        self.config = Config.model_validate(data)

    def settle_down(self) -> None:
        """Nobody touches the orders for a minute."""
        self.pass_time(SETTLED)

    def go(self, lane: str, *, network: Network = calm, page_size: int = 2, **options: Any) -> Told:
        """One run of a lane, overheard."""
        ears = Ears()
        result = self.run(
            lane,
            network=network,
            page_size=page_size,
            options=Options(**options),
            watcher=ears,
        )
        return Told(result, ears)

    def orders(self, **how: Any) -> Told:
        """One run of the orders lane, once the orders have settled down."""
        self.settle_down()
        return self.go("orders", **how)

    def stock(self, **how: Any) -> Told:
        """One run of the stock lane."""
        return self.go("stock", **how)

    def customers(self, **how: Any) -> Told:
        """One run of the command for customers."""
        return self.go("customers", **how)

    # The shop

    def register(self, id: str, email: str = "", **facts: Any) -> str:
        """Somebody opens an account; `facts` change it."""
        created = f"{self.now:%Y-%m-%dT%H:%M:%S}"
        made = shop_account(id, email or f"c{id}@kunde.example", created)
        return self.shop.put("customer", {**made, **facts})

    def account(self, id: str) -> dict[str, Any]:
        """The shop's own record of an account."""
        return self.shop.tables["customer"][id]

    def edit_account(self, id: str, **fields: Any) -> None:
        """Somebody changes an account in the shop; `billing` names the changed parts of it."""
        account = self.account(id)
        billing = {**account["billing"], **fields.pop("billing", {})}
        account.update({**fields, "billing": billing})
        self.shop.dates["customer", id] = self.now

    def number_in_shop(self, id: str) -> str:
        """The ERP's number that an account carries."""
        entries = {entry["key"]: entry["value"] for entry in self.account(id)["meta_data"]}
        return str(entries.get("_sync_cli_customer", ""))

    def buy(self, product: str = "11", pieces: int = 1, **how: Any) -> str:
        """One order of one article."""
        return self.place_order([(product, pieces)], **how)

    def shop_order(self, order: str) -> dict[str, Any]:
        """The shop's own record of an order."""
        return self.shop.tables["order"][order]

    def edit(self, order: str, **fields: Any) -> None:
        """Somebody edits an order in the shop."""
        self.shop_order(order).update(fields)
        self.shop.dates["order", order] = self.now

    def new_article(self, product: str, on_hand: int = 50, **facts: Any) -> None:
        """An article that both sides know under one SKU; `facts` change the shop's product."""
        self.shop.put("product", {**shop_product(product, on_hand), **facts})
        self.new_in_erp(product, on_hand)

    # The ERP

    def new_in_erp(
        self, product: str, on_hand: int = 50, *, article: str = "", **facts: Any
    ) -> str:
        """The ERP's article of a shop product, and its stock row."""
        id = article or f"9{product}"
        self.erp.put("product", {**erp_article(id, product), **facts})
        row = erp_stock(id, product, on_hand)
        row.update({name: value for name, value in facts.items() if name in row})
        self.erp.put("stock", row)
        return id

    def stock_row(self, product: str, **facts: Any) -> None:
        """Somebody changes fields of an ERP stock row."""
        self.erp.tables["stock"][f"9{product}"].update(facts)
        self.erp.dates["stock", f"9{product}"] = self.now

    def _erp_shapes(self) -> dict[str, Shape]:
        """The ERP marks what is archived."""
        shapes = super()._erp_shapes()
        shapes["customer"] = replace(shapes["customer"], marks=_archived)
        return shapes

    def _sum_up(self, stored: dict[str, Any]) -> None:
        counted = [line for line in stored["lines"] if line["kind"] not in self.erp_ignores]
        sums = {**stored, "lines": counted}
        super()._sum_up(sums)
        stored.update(tax=sums["tax"], total=sums["total"])
        for name, wrong in self.erp_adds.items():
            if isinstance(wrong, Decimal):
                stored[name] = str(Decimal(stored[name]) + wrong)
            else:
                stored[name] = wrong

    def all_documents(self, order: str) -> list[Json]:
        """Every document with the order's reference, cancelled ones too, the oldest first."""
        found = self.erp.records("order").values()
        return [data for data in found if data["reference"] == f"WC-main-{order}"]

    def document(self, order: str) -> Json:
        """The one live document of an order."""
        [only] = self.documents()[f"WC-main-{order}"]
        return only

    def states(self, order: str) -> list[str]:
        """The states of all documents of an order."""
        return [data["state"] for data in self.all_documents(order)]

    def ship(self, order: str, **fields: Any) -> None:
        """The warehouse ships an order; `fields` are what it writes besides."""
        document = self.erp.tables["order"][self.document(order)["id"]]
        document.update({"state": "shipped", **fields})
        self.erp.dates["order", document["id"]] = self.now

    def parties(self) -> list[Json]:
        """The ERP's customers."""
        return list(self.erp.records("customer").values())

    def new_party(self, number: str = "K0", email: str = "", **facts: Any) -> str:
        """A customer that people made in the ERP; its id."""
        return self.erp.put("customer", {**erp_party(number, email), **facts})

    def edit_party(self, id: str, **fields: Any) -> None:
        """Somebody changes a customer in the ERP."""
        self.erp.tables["customer"][id].update(fields)
        self.erp.dates["customer", id] = self.now

    # What the state file knows

    def open_state(self) -> State:
        """The state file, to be closed again."""
        return State.open(self.folder / STATE)

    def held(self, route: str = "orders") -> dict[str, Held]:
        """The held list of a route, by record."""
        with closing(self.open_state()) as state:
            return {held.id: held for held in state.held(route)}

    def why_held(self, order: str, route: str = "orders") -> str:
        """The whole sentence that a held record shows."""
        return self.held(route)[order].problem.sentence()

    def skipped(self, order: str) -> str:
        """Why the orders route left an order out."""
        with closing(self.open_state()) as state:
            return state.skipped("orders", [order]).get(order, "")

    def remembered(self) -> list[str]:
        """All that the state file holds, but for the list of runs and their number."""
        with closing(sqlite3.connect(self.folder / STATE)) as connection:
            return [line for line in connection.iterdump() if not _is_of_runs(line)]

    def both_sides(self) -> tuple[str, str]:
        """All that shop and ERP hold."""
        return _contents(self.shop), _contents(self.erp)


def _contents(side: MemorySystem) -> str:
    return repr({name: table for name, table in side.tables.items() if table})


def _archived(data: Json) -> frozenset[str]:
    return frozenset({"archived"} if data["archived"] else ())


def _is_of_runs(line: str) -> bool:
    return line.startswith(('INSERT INTO "runs"', 'INSERT INTO "installation"'))


def town(folder: Path, *, computes_taxes: bool = False, **parts: Mapping[str, Any]) -> Town:
    """A town with these settings."""
    made = Town(folder, config=config_for(), computes_taxes=computes_taxes)
    made.configure(**parts)
    return made


def hour(count: float = 1) -> float:
    """Hours in seconds."""
    return timedelta(hours=count).total_seconds()


def of_route(plan: Iterable[str], route: str) -> list[str]:
    """What was planned for one route."""
    return [line.removeprefix(f"{route}: ") for line in plan if line.startswith(f"{route}: ")]


__all__ = ["Found", "Order", "Raw", "Reads", "Stutter", "Told", "Town", "hour", "of_route", "town"]
