"""The demo: a pretend shop and ERP on this machine, and the real program between them."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import TYPE_CHECKING

import yaml

from sync_cli.admin.demo_erp import DemoErp
from sync_cli.admin.demo_order import follow_order
from sync_cli.admin.rehearsal import Rehearsal
from sync_cli.admin.sandbox_parcels import SandboxParcels
from sync_cli.core.errors import ConfigError, ExitCode
from sync_cli.engine.route import Options
from sync_cli.flows.commands import (
    CUSTOMERS,
    ORDERS,
    PRODUCTS,
    STOCK,
    Command,
    carry_out,
)
from sync_cli.report.watchers import LineWatcher
from sync_cli.state.store import State

if TYPE_CHECKING:
    from sync_cli.sandbox.articles import Article
    from sync_cli.sandbox.books import Books
    from sync_cli.sandbox.embedded import Sandbox

Tell = Callable[[str], None]

EVERYTHING = (PRODUCTS, CUSTOMERS, STOCK, ORDERS)
"""All that writes, in the order of a first day; `reconcile` is the fifth command."""

WRITTEN_BY = "# Written by sync-cli"
CONFIG = """\
# Written by sync-cli {command}; the secrets are in the environment.
shop: demo
state: state.sqlite
systems:
  shop:
    kind: woocommerce
    url: {shop_url}
    key: {{env: SHOP_KEY}}
    secret: {{env: SHOP_SECRET}}
    in_doubt: 10s
  erp:
{erp}
    in_doubt: 10s
orders:
  mode: 'on'
  start_at: 2020-01-01
  settle: 0s
refunds:
  mode: 'on'
customers:
  mode: 'on'
stock:
  mode: 'on'
products:
  mode: 'on'
  create: true
  new_status: published
reconcile:
  grace: 0s
"""


def tell_story(
    folder: Path, articles: int, orders: int, tell: Tell, erp: DemoErp = DemoErp.SANDBOX
) -> bool:
    """The story of three days with all five commands, line by line; whether all was in step then.

    Leaves config, state and both ledgers in `folder`. Raises ConfigError if what the ERP needs is
    not installed.
    """
    _clear(folder)
    with (
        _start(_merchandise(articles), orders, 0, 0, folder) as sandbox,
        closing(_books(erp, sandbox, articles, folder, tell)) as books,
    ):
        config = write_config(folder, sandbox, "demo", books)
        tell(
            f"A shop at {sandbox.shop_url} and an ERP at {books.url}: {articles} articles, {orders}"
            f" orders placed. The configuration is {config}.\n"
        )
        rehearsal = Rehearsal(config, tell)
        _day_one(config, rehearsal, tell)
        _day_two(config, sandbox, books, tell)
        _behind_our_back(config, sandbox, rehearsal, tell)
        _day_three(config, sandbox, books, tell)
        tell("\nOnce more, with nothing to do:")
        before = _effects(sandbox, books)
        for command in (*EVERYTHING, *EVERYTHING):
            _run(command, config, tell)
        return _conclude(folder, sandbox, books, _effects(sandbox, books) - before, tell)


def _day_one(config: Path, rehearsal: Rehearsal, tell: Tell) -> None:
    tell("Day one: articles that the shop lacks are made there, accounts and orders go to the ERP.")
    for command in EVERYTHING:
        _run(command, config, tell)
    tell("\nDo both sides agree? All but what is wrong in their own data, on purpose:")
    rehearsal.compare()


def _day_two(config: Path, sandbox: Sandbox, books: Books, tell: Tell) -> None:
    tell("\nDay two: people register and buy, the warehouse ships and counts.")
    for name in ("Petra", "Paul"):
        email = f"{name.lower()}@kunde.example"
        account = sandbox.shop.do("register", email=email, first_name=name, last_name="Muster")
        sandbox.shop.do(
            "place_order",
            lines=[{"sku": _some_sku(sandbox), "quantity": 1}],
            customer_id=account["id"],
            billing={"email": email, "first_name": name, "last_name": "Muster", "country": "DE"},
        )
    sandbox.shop.do("place_order", n=5)
    books.ship()
    books.count(_some_sku(sandbox), 77)
    for command in EVERYTHING:
        _run(command, config, tell)


def _behind_our_back(config: Path, sandbox: Sandbox, rehearsal: Rehearsal, tell: Tell) -> None:
    """A drift as it comes about in life: found by the comparison, mended by what it names."""
    sku = _some_sku(sandbox)
    tell(f"\nSomebody in the shop types 999 into the stock of {sku}. The comparison finds it:")
    sandbox.shop.do("set_stock", sku=sku, quantity=999)
    rehearsal.compare()
    tell("\nMended by the command that it names:")
    _run(STOCK, config, tell, Options(skus=(sku,)), f"--sku {sku}")
    rehearsal.compare()


def _day_three(config: Path, sandbox: Sandbox, books: Books, tell: Tell) -> None:
    """Some days of one order, after each of which cron has run stock and orders."""

    def run() -> None:
        for command in (STOCK, ORDERS):
            _run(command, config, tell)

    follow_order(sandbox, books, run, tell)


def serve_sandbox(
    folder: Path,
    shop_port: int,
    erp_port: int,
    articles: int,
    orders: int,
    tell: Tell,
    *,
    traps: bool = False,
    parcels: SandboxParcels = SandboxParcels.NONE,
    shop_version: str = "10.7.0",
) -> None:
    """Serve both sides until Ctrl-C or SIGTERM; the config file names the secrets' variables."""
    if (folder / "config.yaml").exists() and not _is_made_by_us(folder):
        raise ConfigError(f"{folder} holds a configuration of yours.", "Name another --folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with _start(
        articles, orders, shop_port, erp_port, folder,
        traps=traps, parcels=parcels, shop_version=shop_version,
    ) as sandbox:  # fmt: skip
        config = write_config(folder, sandbox, "sandbox")
        tell(f"Shop {sandbox.shop_url}\nERP  {sandbox.erp_url}\nConfiguration {config}")
        for name, value in _secrets(sandbox, _pretend_books(sandbox)).items():
            tell(f"export {name}={value}")
        tell("Ctrl-C ends it.")
        done = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: done.set())
        done.wait()


def write_config(folder: Path, sandbox: Sandbox, command: str, books: Books | None = None) -> Path:
    """The configuration of a sandbox; its secrets go to this process's environment.

    Without `books` the sandbox's own ERP is behind the shop.
    """
    books = books or _pretend_books(sandbox)
    os.environ.update(_secrets(sandbox, books))
    path = folder / "config.yaml"
    erp = indent(yaml.safe_dump(dict(books.settings()), sort_keys=False), "    ").rstrip()
    text = CONFIG.format(command=command, shop_url=sandbox.shop_url, erp=erp)
    path.write_text(text, encoding="utf-8")
    return path


def _secrets(sandbox: Sandbox, books: Books) -> dict[str, str]:
    return {
        "SHOP_KEY": sandbox.consumer_key,
        "SHOP_SECRET": sandbox.consumer_secret,
        **books.secrets(),
    }


def _books(erp: DemoErp, sandbox: Sandbox, articles: int, folder: Path, tell: Tell) -> Books:
    """The ERP behind the shop; a Tryton is built first, which takes some time once."""
    if erp is DemoErp.SANDBOX:
        return _pretend_books(sandbox)
    if find_spec("trytond") is None or find_spec("proteus") is None:
        raise ConfigError(
            "Tryton is not installed.", "Install it: `pip install '.[tryton]'` in a checkout."
        )
    from sync_cli.sandbox.articles import catalogue
    from sync_cli.sandbox.tryton.books import TrytonBooks
    from sync_cli.sandbox.tryton.building import NotBuilt

    tell("A Tryton is made ready: half a minute the first time, seconds later on.")
    try:
        return TrytonBooks(folder / "tryton", _cache(), catalogue(articles))
    except NotBuilt as fault:
        raise ConfigError(f"Tryton cannot be started: {fault}") from None


def _pretend_books(sandbox: Sandbox) -> Books:
    from sync_cli.sandbox.books import PretendBooks

    return PretendBooks(sandbox)


def _cache() -> Path:
    """Where what is built once is kept."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "sync-cli" / "tryton"


def sandbox_module() -> ModuleType:
    """The package of the sandbox; raises ConfigError where it is not installed."""
    try:
        from sync_cli import sandbox
    except ImportError as error:
        raise ConfigError(
            f"The sandbox is not installed ({error.name} is missing).",
            "Install sync-cli once more with it, from its folder:"
            " `pipx install --force '.[sandbox]'`, or `pip install '.[sandbox]'`.",
        ) from None
    return sandbox


def _merchandise(count: int) -> Sequence[Article]:
    """So many articles, of which the shop lacks some."""
    sandbox_module()
    from sync_cli.sandbox.articles import partly_in_shop

    return partly_in_shop(count)


def _start(
    articles: int | Sequence[Article],
    orders: int,
    shop_port: int,
    erp_port: int,
    folder: Path,
    *,
    traps: bool = False,
    parcels: SandboxParcels = SandboxParcels.NONE,
    shop_version: str = "10.7.0",
) -> Sandbox:
    module = sandbox_module()
    started: Sandbox = module.start(
        articles=articles, orders=orders, shop_port=shop_port, erp_port=erp_port,
        ledger_dir=folder, shop_traps=traps,
        shop_settings=module.ShopSettings(version=shop_version, **parcels.settings),
    )  # fmt: skip
    return started


def _clear(folder: Path) -> None:
    """An empty folder; only one that a demo made is emptied."""
    if folder.exists() and any(folder.iterdir()):
        if not _is_made_by_us(folder):
            raise ConfigError(f"{folder} is not empty and no demo.", "Name another --folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)


def _is_made_by_us(folder: Path) -> bool:
    config = folder / "config.yaml"
    return config.is_file() and config.read_text(encoding="utf-8").startswith(WRITTEN_BY)


def _run(
    command: Command,
    config: Path,
    tell: Tell,
    options: Options | None = None,
    words: str = "",
) -> None:
    tell(f"$ sync-cli {command.name} {words}".rstrip())
    code = carry_out(command, config, options or Options(), LineWatcher())
    if code is not ExitCode.OK:
        tell(f"(exit code {int(code)})")


def _some_sku(sandbox: Sandbox) -> str:
    """An article that is stocked and is no trap."""
    rows = sandbox.erp_store.state()["stock"]
    stocked = (str(row["sku"]) for row in rows if row["stocked"])
    return next(sku for sku in stocked if sku.startswith("A-"))


def _effects(sandbox: Sandbox, books: Books) -> int:
    return len(sandbox.shop.ledger.effects()) + books.effects()


def _conclude(folder: Path, sandbox: Sandbox, books: Books, writes: int, tell: Tell) -> bool:
    from sync_cli.sandbox.verdict import judge

    with closing(State.open(folder / "state.sqlite")) as state:
        held = state.held()
    wrong = [entry for entry in held if entry.why.needs_somebody]
    if wrong:
        tell(
            f"\n{len(wrong)} records are held on purpose. What is wrong with each, and what to do:"
        )
        tell(f"sync-cli held list --config {folder / 'config.yaml'}")
    unpaid = [entry for entry in held if entry.route == "order-status"]
    if unpaid:
        tell(f"{len(unpaid)} orders have left and are completed once they are paid.")
    verdict = judge(
        sandbox.shop.ledger.state(),
        books.state(),
        key="demo",
        excused=[entry.id for entry in held if entry.route == "orders"],
    )
    for sentence in verdict.drifts:
        tell(f"drift: {sentence}")
    drifts = len(verdict.drifts)
    tell(f"{verdict.in_step} orders in step, second run {writes} writes, {drifts} drifts")
    return not drifts and not writes
