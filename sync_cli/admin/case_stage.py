"""The stage of a case: a pretend shop and ERP of its own, and the merchant's configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct

from sync_cli.admin.cases import Case, Done, Wrong
from sync_cli.admin.demo import sandbox_module
from sync_cli.config import Config
from sync_cli.config_file import load_config
from sync_cli.core.errors import ExitCode, SyncError
from sync_cli.core.identity import reference
from sync_cli.engine.route import Options
from sync_cli.engine.run import Run, Silent
from sync_cli.flows.clock import utc_now
from sync_cli.flows.commands import CUSTOMERS, ORDERS, PRODUCTS, STOCK, carry_out
from sync_cli.flows.systems import ERP, SHOP
from sync_cli.state.store import State

if TYPE_CHECKING:
    from sync_cli.sandbox.embedded import Sandbox, Side

COMMANDS = {command.name: command for command in (ORDERS, CUSTOMERS, STOCK, PRODUCTS)}
SECRETS = {
    "key": "SYNC_CLI_SELFTEST_KEY",
    "secret": "SYNC_CLI_SELFTEST_SECRET",
    "token": "SYNC_CLI_SELFTEST_TOKEN",
}
SANDBOX_ERP = "sandbox-erp"
BUYER = {
    "first_name": "Erika",
    "last_name": "Mustermann",
    "address_1": "Heidestrasse 17",
    "postcode": "51147",
    "city": "Koeln",
    "country": "DE",
    "phone": "+49 2203 1234",
}
"""Who bought, where a case does not say it."""
ON_HAND = 50
OWN_SETTINGS = frozenset({"guests", "fraud_hold", "child_orders", "routing", "parcels"})
"""Settings of orders that change what becomes of any order: a case that is about one sets it."""


class Mute(Silent):
    """A reporter that says nothing: the case is judged by both sides."""

    def begin(self, *, dry: bool) -> None:
        """Ignored."""

    def finish(self, command: str, run: Run | None, exit_code: int, stopped: str = "") -> None:
        """Ignored."""


class Stage(Struct):
    """Both sides of one case, the configuration between them, and what was seen so far."""

    case: Case
    sandbox: Sandbox
    config_path: Path
    config: Config
    order: dict[str, Any]
    seen_effects: int = 0

    @property
    def sandbox_decimals(self) -> int:
        """The number of decimals that the case's shop rounds to."""
        return int(self.case.shop.get("decimals", 2))

    @property
    def order_id(self) -> str:
        """The id of the case's order."""
        return str(self.order["id"])

    @property
    def reference(self) -> str:
        """Our name for the order in the ERP."""
        return reference(self.config.orders.reference, self.config.shop, self.order_id)

    def run(self, name: str) -> ExitCode:
        """Run a command as cron would; its exit code."""
        try:
            return carry_out(COMMANDS[name], self.config_path, Options(), Mute())
        except SyncError as error:
            return error.exit_code

    def plant(self, changes: Mapping[str, Any]) -> None:
        """Store the order anew with these fields changed, as the shop would show it now."""
        self.order = with_buyer({**self.order, **changes})
        self.sandbox.shop.do("plant_order", **self.order)

    def act(self, side: str, done: Done) -> None:
        """Let people of one side do something; `{reference}` and `{id}` stand for the order's."""
        self._side(side).do(done.do, **_filled(done.with_, self))

    def break_wire(self, wrong: Wrong) -> None:
        """Something goes wrong on the wire from now on."""
        rule = sandbox_module().rule_from_json({"kind": wrong.kind, **wrong.with_})
        self._side(wrong.side).fault(rule)

    def mend(self) -> None:
        """Nothing goes wrong any more, and what was late has arrived."""
        for side in (self.sandbox.shop, self.sandbox.erp):
            side.faults.settled()
            side.faults.clear()

    def let_time_pass(self) -> None:
        """As if hours went by: what waits is due, and every system is tried again."""
        with State.open(self.config.state) as state:
            state.retry_now(None, None, utc_now())
            for role in (SHOP, ERP):
                state.clear_pause(role)

    def effects(self) -> int:
        """How much has ever changed on both sides."""
        sides = (self.sandbox.shop, self.sandbox.erp)
        return sum(len(side.ledger.effects()) for side in sides)

    def _side(self, name: str) -> Side:
        return self.sandbox.shop if name == SHOP else self.sandbox.erp


def _filled(value: Any, stage: Stage) -> Any:
    if isinstance(value, str):
        return value.replace("{reference}", stage.reference).replace("{id}", stage.order_id)
    if isinstance(value, Mapping):
        return {key: _filled(inner, stage) for key, inner in value.items()}
    return [_filled(inner, stage) for inner in value] if isinstance(value, list) else value


@contextmanager
def open_stage(case: Case, merchant: Path | None) -> Iterator[Stage]:
    """Both sides with the case's articles and orders, under the merchant's configuration.

    `merchant` is their file, None for the example's. Raises ConfigError without the sandbox.
    """
    module = sandbox_module()
    settings = module.ShopSettings(**case.shop)
    articles = [module.Article(**one) for one in _articles(case)]
    with (
        TemporaryDirectory(prefix="sync-cli-selftest-") as folder,
        module.start(articles=articles, orders=0, shop_settings=settings) as sandbox,
    ):
        os.environ.update(_secrets(sandbox))
        path = Path(folder) / "config.yaml"
        path.write_text(yaml.safe_dump(_settings(sandbox, merchant, case)), encoding="utf-8")
        stage = Stage(case, sandbox, path, load_config(path), {})
        for order in (*case.others, case.order):
            stage.order = with_buyer(order)
            sandbox.shop.do("plant_order", **stage.order)
        stage.seen_effects = stage.effects()
        yield stage


def with_buyer(order: Mapping[str, Any]) -> dict[str, Any]:
    """The order with a buyer in every field of an address that it leaves open."""
    billing = {**BUYER, "email": "erika@kunde.example", **order.get("billing", {})}
    shipping = {**{key: billing[key] for key in BUYER}, **order.get("shipping", {})}
    return {**order, "billing": billing, "shipping": shipping}


def _articles(case: Case) -> Iterator[dict[str, Any]]:
    """The articles that a case tells of, then plain goods for every other SKU of its lines."""
    told = [_article(**one) for one in case.articles]
    yield from told
    known = {one["sku"] for one in told}
    for line in _lines(case.orders()):
        sku = line.get("sku")
        if sku and sku not in known:
            known.add(sku)
            yield _article(sku=sku, tax_class=line.get("tax_class", ""))


def _lines(orders: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (line for order in orders for line in order.get("line_items", ()))


def _article(**facts: Any) -> dict[str, Any]:
    on_hand = facts.pop("on_hand", 0 if facts.get("is_main") else ON_HAND)
    pairs = tuple(tuple(pair) for pair in facts.pop("attributes", ()))
    return {
        "name": f"Article {facts['sku']}",
        "kind": "goods",
        "net_price": Decimal("10.00"),
        "tax_class": "",
        "on_hand": on_hand,
        "warehouses": {"MAIN": on_hand} if on_hand else {},
        "attributes": pairs,
        **facts,
    }


def _secrets(sandbox: Sandbox) -> dict[str, str]:
    return {
        SECRETS["key"]: sandbox.consumer_key,
        SECRETS["secret"]: sandbox.consumer_secret,
        SECRETS["token"]: sandbox.erp_token,
    }


def _settings(sandbox: Sandbox, merchant: Path | None, case: Case) -> dict[str, Any]:
    """The configuration with what the case says of it itself."""
    config = _config(sandbox, merchant)
    own = {part: {**config.get(part, {}), **given} for part, given in case.settings.items()}
    return {**config, **own}


def _config(sandbox: Sandbox, merchant: Path | None) -> dict[str, Any]:
    """The merchant's configuration between the two sides of the sandbox: all modes on, no waits."""
    given = {} if merchant is None else yaml.safe_load(merchant.read_text(encoding="utf-8"))
    mappings = given.get("mappings")
    own = (
        {}
        if mappings is None or merchant is None
        else {"mappings": str((merchant.parent / mappings).resolve())}
    )
    kept = given.get("orders", {}).items()
    orders = {name: value for name, value in kept if name not in OWN_SETTINGS}
    return {
        "shop": given.get("shop", "test"),
        "state": "state.sqlite",
        **own,
        "systems": {
            "shop": {
                "kind": "woocommerce",
                "url": sandbox.shop_url,
                "key": {"env": SECRETS["key"]},
                "secret": {"env": SECRETS["secret"]},
                "in_doubt": "0s",
            },
            "erp": {
                "kind": "rest",
                "profile": SANDBOX_ERP,
                "url": sandbox.erp_url,
                "credentials": {"token": {"env": SECRETS["token"]}},
                "in_doubt": "0s",
            },
        },
        "orders": {
            **orders,
            "mode": "on",
            "start_at": "2020-01-01",
            "settle": "0s",
            "write_back": "on",
        },
        "refunds": {**given.get("refunds", {}), "mode": "on", "from_erp": "off"},
        "stock": {**given.get("stock", {}), "mode": "on"},
    }
