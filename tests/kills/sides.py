"""The sandbox in a process of its own, steered through its control routes alone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.kills.child import ROOT

READY_WITHIN = 120.0
STOPPED_WITHIN = 120.0


class Side:
    """The control routes of a running side."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url

    def do(self, action: str, **arguments: Any) -> Any:
        """Carry out a named action; raises HTTPError if the side refuses it."""
        return self._ask("POST", f"do/{action}", arguments)["result"]

    def state(self) -> dict[str, Any]:
        """Everything this side knows now."""
        return dict(self._ask("GET", "state"))

    def effects(self) -> int:
        """How many effects there were so far."""
        return len(self._ask("GET", "ledger")["effects"])

    def set_faults(self, rules: Iterable[dict[str, Any]]) -> None:
        """Replace the rules of the wire; what is already under way goes on."""
        self._ask("DELETE", "faults")
        for rule in rules:
            self._ask("POST", "faults", rule)

    def advance(self, seconds: float) -> str:
        """Put the clock on; the side's time just before, as ISO 8601."""
        before = str(self._ask("GET", "clock")["now"])
        self._ask("POST", "clock", {"advance": seconds})
        return before

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


class SandboxProcess:
    """A shop and an ERP in one process; a context manager that leaves both ledgers in `folder`."""

    def __init__(
        self, folder: Path, articles: int, *, unique_references: bool, fulfillments: bool
    ) -> None:
        ready = folder / "ready.json"
        unique = "--erp-unique-references" if unique_references else "--no-erp-unique-references"
        parcels = "--shop-fulfillments" if fulfillments else "--no-shop-fulfillments"
        self._log = (folder / "sandbox.log").open("wb")
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "sync_cli.sandbox", unique, parcels),
                *("--articles", str(articles), "--orders", "0"),
                *("--ledger-dir", str(folder), "--ready-file", str(ready)),
            ],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        self._announced = self._wait_for(ready)
        self.shop = Side("shop", self._announced["shop_url"])
        self.erp = Side("erp", self._announced["erp_url"])

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides."""
        return (self.shop, self.erp)

    @property
    def secrets(self) -> dict[str, str]:
        """The variables that the configuration of a campaign names."""
        names = {
            "SYNC_CLI_KILLS_KEY": "consumer_key",
            "SYNC_CLI_KILLS_SECRET": "consumer_secret",
            "SYNC_CLI_KILLS_TOKEN": "erp_token",
        }
        return {variable: self._announced[name] for variable, name in names.items()}

    def stop(self) -> None:
        """End it; both ledgers are dumped by then. Safe to call twice."""
        self._process.terminate()
        try:
            self._process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            self._log.close()

    def __enter__(self) -> SandboxProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait_for(self, ready: Path) -> dict[str, str]:
        until = time.monotonic() + READY_WITHIN
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > until:
                self._process.kill()
                raise RuntimeError(f"the sandbox did not start; see {self._log.name}")
            time.sleep(0.05)
        return dict(json.loads(ready.read_text("utf-8")))
