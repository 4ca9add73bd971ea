"""Kills of the real program at every writing call of a run before Tryton or Odoo.

Where `campaign` strikes at phases by chance, this one goes through the writing calls of a run in
their order: it dies once while the call is under way and once with its answer in hand, so that it
is cut off between any two steps of a document. Judged by what both sides' books say.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import yaml

from sync_cli.sandbox import start
from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.books import Books
from sync_cli.sandbox.embedded import Sandbox
from sync_cli.sandbox.odoo.books import OdooBooks
from sync_cli.sandbox.tryton.books import TrytonBooks
from sync_cli.sandbox.verdict import judge
from tests.kills.aims import ORDERS, STOCK
from tests.kills.child import Aim, Life, Program
from tests.kills.phases import Phase
from tests.tryton.town import CACHE

KEY = "kill"
ARTICLES = 4
SKU, OTHER = "A-000001", "A-000003"
ROUTING = {"parts": [{"part": "store", "lines": {"sku": [OTHER]}}], "rest": "main"}
"""Each order has both articles, and each of them lies in another warehouse."""
IN_DOUBT = timedelta(seconds=3)
"""Longer than a call to this Tryton can be under way."""
ROUNDS_TO_REST = 12
STRIKES = (Phase.IN_CALL, Phase.AFTER)
BUYERS = ("ada", "bob", "eve")
ADDRESS = {
    "last_name": "Quick", "address_1": "Weg 1", "postcode": "53111", "city": "Bonn",
    "country": "DE",
}  # fmt: skip
FLAT_RATE = {"method_id": "flat_rate", "method_title": "Flat rate", "total": "4.90"}
Tell = Callable[[str], None]
BOOKS: dict[str, Callable[[Path], Books]] = {
    "odoo": lambda _folder: OdooBooks(catalogue(ARTICLES)),
    "tryton": lambda folder: TrytonBooks(folder, CACHE, catalogue(ARTICLES)),
}
"""The ERPs that can stand behind the shop, by their kind: a real Tryton, a pretend Odoo."""


@dataclass
class Swept:
    """What a sweep did: at which writing call of a run it was killed how, and the verdict."""

    kills: list[tuple[int, Phase]] = field(default_factory=list)
    in_step: int = 0
    refunds: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether everything is in step, and there was something to judge."""
        return not self.faults and self.in_step > 0

    @property
    def deepest(self) -> int:
        """The last call of a run at which it was killed."""
        return max((call for call, _ in self.kills), default=0)

    @property
    def line(self) -> str:
        """The verdict in one line."""
        return (
            f"{len(self.kills)} kills at writing calls 1 to {self.deepest} of a run:"
            f" {self.in_step} orders and {self.refunds} refunds, {len(self.faults)} faults"
        )


def sweep(erp: str, kills: int, seed: int, folder: Path, tell: Tell, first: int = 1) -> Swept:
    """So many kills, from the call number `first` on; then the program comes to rest."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        start(articles=ARTICLES, orders=0, ledger_dir=folder) as sandbox,
        closing(BOOKS[erp](folder / erp)) as books,
    ):
        sweeper = _Sweeper(sandbox, books, folder, Random(seed), tell)
        sweeper.kill(kills, first)
        sweeper.rest()
        return sweeper.judged()


class _Sweeper:
    """One shop, one ERP, and the program between them."""

    def __init__(
        self, sandbox: Sandbox, books: Books, folder: Path, chance: Random, tell: Tell
    ) -> None:
        self._sandbox = sandbox
        self._books = books
        self._chance = chance
        self._tell = tell
        secrets = {
            "SYNC_CLI_KILLS_KEY": sandbox.consumer_key,
            "SYNC_CLI_KILLS_SECRET": sandbox.consumer_secret,
            **books.secrets(),
        }
        self._folder = folder
        self._program = Program(self._write_config(), secrets, folder / "program.log")
        self._swept = Swept()

    def kill(self, kills: int, first: int) -> None:
        """Kill run after run, each one call further than the last; a run that ends starts anew.

        From half of the kills on each order becomes two documents; the others stay as they are.
        Raises RuntimeError if runs end before the first call that is aimed at.
        """
        aims = self._aims(first)
        survived = 0
        while len(self._swept.kills) < kills:
            if len(self._swept.kills) == kills // 2:
                self._write_config(routing=ROUTING)
            self._happen()
            call, phase = next(aims)
            life = self._program.kill(Aim(ORDERS, phase, call))
            self._say(life, call)
            if life.died_in is None:
                survived += 1
                aims = self._aims(1 if survived % 2 else first)
            else:
                self._swept.kills.append((call, phase))
            if survived > kills:
                raise RuntimeError("runs end by themselves before they can be killed")

    def rest(self) -> None:
        """Run until nothing was written twice in a row and nothing is in doubt."""
        quiet = 0
        for _ in range(ROUNDS_TO_REST):
            before = self._effects()
            self._program.run("held", "retry")
            codes = [self._program.run(lane).exit_code for lane in (ORDERS, STOCK)]
            doubtful = self._wait_for_doubts()
            quiet = quiet + 1 if not doubtful and self._effects() == before else 0
            if quiet == 2:
                self._swept.faults += [f"in the end it exits with {code}" for code in codes if code]
                self._swept.faults += [f"held: {held['text']}" for held in self._held()]
                return
        self._swept.faults.append(f"after {ROUNDS_TO_REST} runs there are still writes")

    def judged(self) -> Swept:
        """The verdict of an independent reader over what both sides wrote down."""
        shop, erp = self._sandbox.shop.ledger.state(), self._books.state()
        verdict = judge(shop, erp, key=KEY)
        self._swept.faults += verdict.drifts
        self._swept.in_step = verdict.in_step
        self._swept.refunds = len(shop["refunds"])
        return self._swept

    def _write_config(self, **orders: Any) -> Path:
        path = self._folder / "config.yaml"
        path.write_text(yaml.safe_dump(self._configuration(orders)), encoding="utf-8")
        return path

    def _configuration(self, orders: dict[str, Any]) -> dict[str, Any]:
        calm = {"share": 1, "least": 1000}
        doubt = f"{int(IN_DOUBT.total_seconds())}s"
        shop = {
            "kind": "woocommerce",
            "url": self._sandbox.shop_url,
            "key": {"env": "SYNC_CLI_KILLS_KEY"},
            "secret": {"env": "SYNC_CLI_KILLS_SECRET"},
            "in_doubt": doubt,
        }
        return {
            "shop": KEY,
            "state": "state.sqlite",
            "systems": {"shop": shop, "erp": {**self._books.settings(), "in_doubt": doubt}},
            "orders": {"mode": "on", "start_at": "2020-01-01", "settle": "0s", **orders},
            "refunds": {"mode": "on"},
            "stock": {"mode": "on", "guard": {"overwrite": calm, "zero": calm}},
        }

    @staticmethod
    def _aims(first: int) -> Iterator[tuple[int, Phase]]:
        return ((call, phase) for call in count(first) for phase in STRIKES)

    def _happen(self) -> None:
        """An order comes, and at times a piece of an older one goes back."""
        name = self._chance.choice(BUYERS)
        person = {**ADDRESS, "first_name": name, "email": f"{name}@kunde.example"}
        self._sandbox.shop.do(
            "place_order", lines=[{"sku": sku, "quantity": 2} for sku in (SKU, OTHER)],
            shipping_lines=[FLAT_RATE], billing=person, payment_method="card",
        )  # fmt: skip
        if self._chance.random() < 0.5:
            self._give_back()

    def _give_back(self) -> None:
        """Pieces of the oldest order that can be: invoiced, so that they can be credited."""
        sold = {o["reference"] for o in self._books.state()["orders"] if o["state"] == "confirmed"}
        for order in self._sandbox.shop.ledger.state()["orders"]:
            name = f"WC-{KEY}-{order['id']}"
            names = [name] if name in sold else [f"{name}#main", f"{name}#store"]
            if sold.issuperset(names) and not order["refunds"]:
                for one in names:
                    self._books.invoice(one)
                pieces = {SKU: 1, OTHER: 1}
                self._sandbox.shop.do("refund", id=order["id"], pieces=pieces, api_restock=False)
                return

    def _say(self, life: Life, call: int) -> None:
        end = "ended" if life.died_in is None else f"died {life.died_in.name}"
        self._tell(f"call {call:>3}  exit {life.exit_code:>3}  {end}")

    def _effects(self) -> int:
        return self._books.effects() + len(self._sandbox.shop.ledger.effects())

    def _held(self) -> list[dict[str, Any]]:
        return list(json.loads(self._program.ask("held", "list", "--json")))

    def _wait_for_doubts(self) -> bool:
        """Whether calls are in doubt still; if so, until the program will look for them again."""
        until = [
            datetime.fromisoformat(held["until"])
            for held in self._held()
            if held["why"] == "in_doubt"
        ]
        if until:
            seconds = (max(until) - datetime.now(UTC)).total_seconds()
            time.sleep(min(max(seconds, 0), IN_DOUBT.total_seconds()))
        return bool(until)
