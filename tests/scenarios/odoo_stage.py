"""A pretend shop and the pretend Odoo over real HTTP, and the real command line between them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.control import Control, control_of
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.odoo import (
    KEY as ERP_KEY,
)
from sync_cli.sandbox.odoo import (
    USERS,
    Hands,
    OdooSettings,
    OdooStore,
    User,
    odoo_app,
    seed_articles,
    seed_company,
)
from sync_cli.sandbox.server import serve
from sync_cli.sandbox.shop import KEY, SECRET, ShopSettings, build_shop
from tests.scenarios.stage import GUEST, LONG_AGO, Said, plain_config, type_command

SECRETS = {"STAGE_KEY": KEY, "STAGE_SECRET": SECRET, "STAGE_ERP_KEY": ERP_KEY}


@dataclass
class OdooStage:
    """Both sides, the configuration, and whoever types commands."""

    folder: Path
    shop_url: str
    shop: Control
    erp_url: str
    erp: Control
    store: OdooStore
    hands: Hands
    users: list[User] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "config.yaml"

    def configure(self, parts: Mapping[str, Any] | None = None, **orders: Any) -> None:
        """Write the configuration; `parts` are what stands beside systems and orders."""
        data = plain_config(self.shop_url, self.erp_url)
        data["systems"]["erp"] = {
            "kind": "odoo",
            "url": self.erp_url,
            "database": "erp",
            "user": "shopsync",
            "key": {"env": "STAGE_ERP_KEY"},
        }
        data["orders"] |= orders
        data |= {"customers": {"mode": "off"}, **(parts or {})}
        self.config.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")

    def type(self, *words: str) -> Said:
        """Type one command."""
        return type_command(*words, "--config", str(self.config), env=SECRETS)

    def run(self, *words: str) -> Said:
        """Type a command that must end well."""
        said = self.type(*words)
        assert said.code == 0, said
        return said

    def buy(self, *lines: Mapping[str, Any] | str, **order: Any) -> str:
        """An order of a guest; its id."""
        wanted = [{"sku": one, "quantity": 1} if isinstance(one, str) else one for one in lines]
        given = {"billing": GUEST, **order}
        return str(self.shop.do("place_order", lines=wanted, **given)[0]["id"])

    def shop_order(self, id_: str) -> dict[str, Any]:
        """The order as the shop has it."""
        orders = self.shop.ledger.state()["orders"]
        return dict(next(order for order in orders if str(order["id"]) == id_))

    def document(self, id_: str) -> dict[str, Any]:
        """The row of the only live document of a shop order."""
        rows = self.store.where("sale.order", "client_order_ref", f"WC-main-{id_}")
        (live,) = [row for row in rows if row["state"] != "cancel"]
        return live

    def amounts(self, document: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
        """Total and tax of a document as Odoo computes them."""
        amounts = self.hands.records().computed.order_amounts(document["id"])
        return amounts.total, amounts.tax

    def lines(self, document: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The lines of a document in their order."""
        return self.hands.records().computed.lines_of("sale.order.line", "order_id", document["id"])

    def let_time_pass(self) -> None:
        """As if hours went by: what was lost can no longer arrive, what is held is due."""
        with closing(sqlite3.connect(self.folder / "state.sqlite")) as connection:
            connection.execute(f"UPDATE intents SET begun_at = '{LONG_AGO}'")
            connection.execute(f"UPDATE held SET until = '{LONG_AGO}'")
            connection.execute(f"UPDATE pauses SET not_before = '{LONG_AGO}'")
            connection.commit()


def article(sku: str, price: str = "10.00", tax_class: str = "", **facts: Any) -> Article:
    """Goods of which fifty lie in MAIN."""
    known: dict[str, Any] = {
        "name": f"Article {sku}", "kind": "goods", "on_hand": 50, "warehouses": {"MAIN": 50},
    }  # fmt: skip
    return Article(sku=sku, net_price=Decimal(price), tax_class=tax_class, **{**known, **facts})  # type: ignore[arg-type]


ARTICLES = (article("A-1", "19.99"), article("A-2", "7.33", "reduced-rate"), article("A-3", "0.35"))


@contextmanager
def open_odoo_stage(folder: Path, **shop: Any) -> Iterator[OdooStage]:
    """Both sides running, and a configuration for them in `folder`."""
    shop_clock, erp_clock = SandboxClock(), SandboxClock()
    store = OdooStore(erp_clock, Ledger("erp", erp_clock))
    seed_company(store)
    seed_articles(store, ARTICLES)
    users = list(USERS)
    erp = odoo_app(store, OdooSettings(users=users))
    ledger = Ledger("shop", shop_clock)
    front = build_shop(ARTICLES, 0, shop_clock, ledger, ShopSettings(**shop))
    with serve(erp, clock=erp_clock) as erp_server, serve(front, clock=shop_clock) as shop_server:
        stage = OdooStage(
            folder, shop_server.url, control_of(front), erp_server.url, control_of(erp), store,
            Hands(store), users,
        )  # fmt: skip
        stage.configure()
        yield stage
