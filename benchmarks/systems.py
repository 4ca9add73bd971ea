"""A pretend shop and ERP in a process of their own, and a configuration to reach them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.measuring import ROOT, SYNC_CLI, Cost, measure

CONFIG = """\
shop: b
state: state.sqlite
systems:
  shop:
    kind: woocommerce
    url: {shop_url}
    key: {{env: SYNC_CLI_BENCH_KEY}}
    secret: {{env: SYNC_CLI_BENCH_SECRET}}
  erp:
    kind: rest
    profile: sandbox-erp
    url: {erp_url}
    credentials:
      token: {{env: SYNC_CLI_BENCH_TOKEN}}
orders:
  mode: 'on'
  start_at: {start_at}
  settle: 0s
customers:
  mode: 'on'
stock:
  mode: 'on'
  safety_stock: {safety_stock}
  guard:
    overwrite: {{share: 1, least: 0}}
    zero: {{share: 1, least: 0}}
products:
  mode: 'on'
  create: true
  guard:
    overwrite: {{share: 1, least: 0}}
    price: {{share: 1, least: 0}}
"""
"""Every row may change here: the guard is measured elsewhere by its tests."""

AN_HOUR = 3600
"""Longer than any buffer, in seconds."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The calls that one side answered, by HTTP method, and the seconds it was written to."""

    calls: dict[str, int]
    writing: float

    def __str__(self) -> str:
        return ", ".join(f"{count} {method}" for method, count in sorted(self.calls.items()))


@dataclass(frozen=True, slots=True)
class Setting:
    """Both systems with a folder for state and configuration; they live in another process."""

    folder: Path
    access: dict[str, str]

    @property
    def env(self) -> dict[str, str]:
        """The secrets, as the configuration names them."""
        names = {"KEY": "key", "SECRET": "secret", "TOKEN": "token"}
        return {f"SYNC_CLI_BENCH_{name}": self.access[key] for name, key in names.items()}

    def sync(self, *words: str, safety_stock: int = 0, start_at: str = "2020-01-01") -> Cost:
        """One run of `sync-cli`, with the shop's part held back as asked. Raises RunFailed."""
        config = self.folder / "config.yaml"
        settings = CONFIG.format(**self.access, safety_stock=safety_stock, start_at=start_at)
        config.write_text(settings, encoding="utf-8")
        return measure([*SYNC_CLI, *words, "--config", str(config)], self.env)

    def do(self, side: str, action: str, **arguments: Any) -> None:
        """Let customers or staff do something on one side: a named action of the sandbox."""
        address = f"{self.access[f'{side}_url']}/_sandbox/do/{action}"
        with urllib.request.urlopen(address, json.dumps(arguments).encode()):
            return

    def rename(self, *, each: int, round: int) -> int:
        """Give every `each`-th article of the ERP another name and price; how many that were."""
        return int(self._ask("erp", f"rename?each={each}&round={round}"))

    def let_time_pass(self) -> None:
        """An hour on both sides, so that the next run reads no change a second time.

        What the last run itself wrote is new to the next one all the same.
        """
        self._ask("shop", f"pass_time?seconds={AN_HOUR}")

    def begin_script(self) -> None:
        """Keep all calls from now on."""
        self._ask("erp", "record")

    def end_script(self) -> Path:
        """The file of the calls that were kept, for `benchmarks.replay`."""
        script = self.folder / "calls.jsonl"
        self._ask("erp", f"record?{urlencode({'to': script})}")
        return script

    def calls(self) -> str:
        """What both were asked since this was last counted, in words."""
        return f"shop {self.counted('shop')}; erp {self.counted('erp')}"

    def count_anew(self) -> None:
        """Forget the calls so far."""
        self.calls()

    def counted(self, side: str) -> Counts:
        """What "shop" or "erp" was asked since the last time this was."""
        told = self._ask(side, "counted")
        return Counts(told["calls"], told["writing"])

    def tally(self) -> dict[str, int]:
        """What the last run counted."""
        with closing(sqlite3.connect(self.folder / "state.sqlite")) as state:
            row = state.execute("SELECT counts FROM runs ORDER BY number DESC LIMIT 1").fetchone()
        tally: dict[str, int] = json.loads(row[0])
        return tally

    def _ask(self, side: str, what: str) -> Any:
        with urllib.request.urlopen(f"{self.access[f'{side}_url']}/_benchmark/{what}") as answer:
            return json.load(answer)


@contextmanager
def serve(*options: str) -> Iterator[Setting]:
    """Both systems, seeded as the options of `benchmarks.serving` say, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="sync-cli-bench-") as folder:
        command = [sys.executable, "-m", "benchmarks.serving", *options]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        try:
            yield Setting(Path(folder), _ready(server))
        finally:
            server.terminate()
            server.wait()


def _ready(server: subprocess.Popen[bytes]) -> dict[str, str]:
    line = server.stdout.readline() if server.stdout is not None else b""
    if not line:
        raise RuntimeError("the sandbox did not start; is `pip install -e '.[sandbox]'` done?")
    access: dict[str, str] = json.loads(line)
    return access
