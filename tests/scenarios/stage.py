"""A pretend shop and ERP over real HTTP, and the real command line between them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from sync_cli.cli.main import app
from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.embedded import Sandbox, Side, start
from sync_cli.sandbox.faults import FaultRule
from sync_cli.sandbox.verdict import Verdict, judge
from sync_cli.state.store import State

KEY = "main"
LONG_AGO = "2020-01-01T00:00:00.000000+00:00"
"""A time as the state file writes it."""
GUEST = {
    "first_name": "Erika",
    "last_name": "Mustermann",
    "email": "erika@kunde.example",
    "address_1": "Heidestrasse 17",
    "postcode": "51147",
    "city": "Koeln",
    "country": "DE",
}
SECRETS = {"key": "STAGE_KEY", "secret": "STAGE_SECRET", "token": "STAGE_TOKEN"}


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str
    crash: BaseException | None = None

    @property
    def all(self) -> str:
        """Everything it printed."""
        return self.out + self.err


@dataclass(frozen=True)
class Request:
    """One request as a side got it; `path` without what stands before it."""

    method: str
    path: str
    query: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}?{self.query[:60]}"


@dataclass
class Wire:
    """Every request that reached one side."""

    requests: list[Request] = field(default_factory=list)

    def watch(self, side: Side) -> None:
        """Write down every request to the side from now on."""
        inner = side.app.wsgi_app

        def told(environ: dict[str, Any], start_response: Any) -> Any:
            path = environ["PATH_INFO"]
            for base in ("/wp-json/wc/v3/", "/api/v1/"):
                path = path.removeprefix(base)
            request = Request(environ["REQUEST_METHOD"], path, environ["QUERY_STRING"])
            self.requests.append(request)
            return inner(environ, start_response)

        side.app.wsgi_app = told  # type: ignore[method-assign]

    def count(self, method: str, path: str, *holds: str, lacks: tuple[str, ...] = ()) -> int:
        """Requests of this method and path (a "*" ends a beginning) whose query holds all words."""
        return sum(
            request.method == method
            and _is_path(request.path, path)
            and all(word in request.query for word in holds)
            and not any(word in request.query for word in lacks)
            for request in self.requests
        )

    def paths(self) -> Counter[str]:
        """How often each path was asked."""
        return Counter(f"{request.method} {request.path}" for request in self.requests)


def _is_path(path: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return path.startswith(pattern[:-1])
    return path == pattern


@dataclass
class Stage:
    """Both sides, the configuration, and whoever types commands."""

    sandbox: Sandbox
    folder: Path
    shop_wire: Wire = field(default_factory=Wire)
    erp_wire: Wire = field(default_factory=Wire)

    def __post_init__(self) -> None:
        self.shop_wire.watch(self.sandbox.shop)
        self.erp_wire.watch(self.sandbox.erp)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "config.yaml"

    @property
    def state(self) -> Path:
        """The state file."""
        return self.folder / "state.sqlite"

    def environment(self) -> dict[str, str]:
        """The secrets."""
        return {
            SECRETS["key"]: self.sandbox.consumer_key,
            SECRETS["secret"]: self.sandbox.consumer_secret,
            SECRETS["token"]: self.sandbox.erp_token,
        }

    def configure(self, change: Callable[[dict[str, Any]], object] = lambda _: None) -> None:
        """Write the configuration, changed by `change`."""
        data = plain_config(self.sandbox.shop_url, self.sandbox.erp_url)
        change(data)
        self.config.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")

    def type(self, *words: str, env: Mapping[str, str] | None = None) -> Said:
        """Type one command; the configuration and the secrets are there."""
        secrets = {**self.environment(), **(env or {})}
        return type_command(*words, "--config", str(self.config), env=secrets)

    def run(self, *words: str) -> Said:
        """Type a command that must end well."""
        said = self.type(*words)
        assert said.code == 0, said
        return said

    def forget_requests(self) -> None:
        """Count from here on."""
        self.shop_wire.requests.clear()
        self.erp_wire.requests.clear()

    def effects(self) -> int:
        """How much has ever changed on both sides."""
        sides = (self.sandbox.shop, self.sandbox.erp)
        return sum(len(side.ledger.effects()) for side in sides)

    def verdict(self) -> Verdict:
        """What an independent judge says of both sides, held orders excused."""
        with closing(State.open(self.state)) as state:
            held = {route: [e.id for e in state.held(route)] for route in ("orders", "refunds")}
        shop, erp = self.sandbox.shop.ledger.state(), self.sandbox.erp.ledger.state()
        config = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        return judge(
            shop,
            erp,
            key=KEY,
            excused=held["orders"],
            excused_refunds=held["refunds"],
            refunds="refunds" in config,
        )

    def buy(self, *skus: str, times: int = 1, **order: Any) -> list[str]:
        """Orders of these articles, by a guest unless `order` says otherwise; their ids."""
        lines = [{"sku": sku, "quantity": 1} for sku in skus]
        placed = [
            self.sandbox.shop.do("place_order", lines=lines, **{"billing": GUEST, **order})[0]
            for _ in range(times)
        ]
        return [str(each["id"]) for each in placed]

    def shop_fault(self, kind: Any, **rule: Any) -> int:
        """Let something go wrong on the shop's wire."""
        return self.sandbox.shop.fault(FaultRule(kind, **rule))

    def erp_fault(self, kind: Any, **rule: Any) -> int:
        """Let something go wrong on the ERP's wire."""
        return self.sandbox.erp.fault(FaultRule(kind, **rule))

    def struck(self) -> int:
        """How many requests were hit by a fault."""
        return self.sandbox.shop.faults.total_hits() + self.sandbox.erp.faults.total_hits()

    def settle(self) -> None:
        """Wait until what faults carry out late is done, then let nothing more go wrong."""
        for side in (self.sandbox.shop, self.sandbox.erp):
            assert side.faults.settled()
            side.faults.clear()

    def let_time_pass(self) -> None:
        """As if hours went by: what was lost can no longer arrive, what is held is due."""
        for side in (self.sandbox.shop, self.sandbox.erp):
            assert side.faults.settled()
        self.tell(f"UPDATE intents SET begun_at = '{LONG_AGO}'")
        self.tell(f"UPDATE held SET until = '{LONG_AGO}'")
        self.tell(f"UPDATE pauses SET not_before = '{LONG_AGO}'")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the state file holds, asked past the program."""
        with closing(sqlite3.connect(self.state)) as connection:
            return connection.execute(query).fetchall()

    def tell(self, statement: str) -> None:
        """Change the state file past the program."""
        with closing(sqlite3.connect(self.state)) as connection:
            connection.execute(statement)
            connection.commit()


def plain_config(shop_url: str, erp_url: str) -> dict[str, Any]:
    """A configuration with both routes on and no waits, because the sandbox has no plug-ins."""
    return {
        "shop": KEY,
        "state": "state.sqlite",
        "systems": {
            "shop": {
                "kind": "woocommerce",
                "url": shop_url,
                "key": {"env": SECRETS["key"]},
                "secret": {"env": SECRETS["secret"]},
            },
            "erp": {
                "kind": "rest",
                "profile": "sandbox-erp",
                "url": erp_url,
                "credentials": {"token": {"env": SECRETS["token"]}},
            },
        },
        "orders": {"mode": "on", "start_at": "2020-01-01", "settle": "0s"},
        "stock": {
            "mode": "on",
            "guard": {
                "overwrite": {"share": 1, "least": 0},
                "zero": {"share": 1, "least": 0},
            },
        },
    }


def type_command(*words: str, env: Mapping[str, str] | None = None) -> Said:
    """Type one command of sync-cli; a crash is kept, as a person would see its traceback."""
    result = CliRunner().invoke(app, list(words), env=dict(env or {}))
    crash = result.exception
    ended = crash is None or isinstance(crash, SystemExit)
    return Said(result.exit_code, result.stdout, result.stderr, None if ended else crash)


@contextmanager
def open_stage(folder: Path, **sandbox: Any) -> Iterator[Stage]:
    """Both sides running, and a configuration for them in `folder`."""
    with start(**{"articles": simple(20), "orders": 0, **sandbox}) as running:
        stage = Stage(running, folder)
        stage.configure()
        yield stage


def article(sku: str, **facts: object) -> Article:
    """Goods of which fifty lie in MAIN."""
    known: dict[str, object] = {
        "sku": sku,
        "name": f"Article {sku}",
        "kind": "goods",
        "net_price": Decimal("10.00"),
        "tax_class": "",
        "on_hand": 50,
        "warehouses": {"MAIN": 50},
    }
    return Article(**{**known, **facts})  # type: ignore[arg-type]


def family(number: int, size: int) -> list[Article]:
    """A main article and its variations, each with stock of its own."""
    main = f"V-{number}"
    sizes = tuple(("Size", f"S{index}") for index in range(size))
    whole = article(main, is_main=True, on_hand=0, warehouses={}, attributes=sizes)
    return [
        whole,
        *(article(f"{main}-{pair[1]}", main_sku=main, attributes=(pair,)) for pair in sizes),
    ]


def simple(count: int) -> list[Article]:
    """So many articles without variations."""
    return [article(f"A-{number:04}") for number in range(count)]
