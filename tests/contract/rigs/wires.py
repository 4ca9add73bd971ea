"""What rigs over HTTP share: hands that call an API past the connector, and faults of its wire."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import requests

from sync_cli.connectors.pacing import Pacing
from sync_cli.sandbox.faults import FaultRule, Faults
from tests.contract.rig import Fault

SECONDS = (10.0, 60.0)
"""How long a call past the connector waits for the connection, and for its answer."""
USER_AGENT = "sync-cli-contract"
LATE_SECONDS = 0.2
_WRITING = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Hands:
    """Calls an HTTP API with credentials of its own, past the connector."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    verify: bool | str = True
    query: Mapping[str, str] = field(default_factory=dict, repr=False)

    def call(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """The JSON of an answer; raises requests.HTTPError for a refusal."""
        answer = self._answer(method, path, body, params)
        return answer.json() if answer.content else None

    def count(self, path: str, **params: Any) -> int:
        """How many records a list of the shop has."""
        answer = self._answer("GET", path, None, {**params, "per_page": "1"})
        return int(answer.headers.get("X-WP-Total", 0))

    def _answer(
        self, method: str, path: str, body: Any, params: Mapping[str, Any]
    ) -> requests.Response:
        answer = requests.request(
            method, f"{self.url}{path}", json=body, params={**self.query, **params},
            headers={**self.headers, "Accept": "application/json", "User-Agent": USER_AGENT},
            timeout=SECONDS, verify=self.verify, allow_redirects=False,
        )  # fmt: skip
        if not 200 <= answer.status_code < 300:
            # without the address, whose query may hold a secret
            said = f"{method} {path} was answered HTTP {answer.status_code}: {answer.text[:200]}"
            raise requests.HTTPError(said, response=answer)
        return answer


def basic(key: str, secret: str) -> str:
    """The Authorization header of a key and its secret."""
    return f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}"


class Waits:
    """A clock that only sleeping moves on, and sleeping that takes no time."""

    def __init__(self) -> None:
        self.slept = 0.0

    def pacing(self) -> Pacing:
        """A pace that never really sleeps."""
        return Pacing(sleep=self._sleep, monotonic=lambda: self.slept)

    def _sleep(self, seconds: float) -> None:
        self.slept += seconds


class Marks:
    """Texts that nobody else uses, one after another."""

    def __init__(self, beginning: str) -> None:
        self.beginning = beginning
        self._numbers = count(1)

    def next(self) -> str:
        """The next one."""
        return f"{self.beginning}-{next(self._numbers)}"


def break_wire(faults: Faults, fault: Fault, writes: str, holds: str = "") -> None:
    """Let a fault happen on a side of the sandbox, or on any application behind a `FaultyWire`.

    Writing calls are those whose method is none of reading, whose address matches the regular
    expression `writes`, and whose body matches `holds`, where JSON-RPC names what is called.
    """
    once = FaultRule("lost_before", methods=_WRITING, path=writes, holds=holds, times=1)
    match fault:
        case Fault.LOST_BEFORE:
            rule = once
        case Fault.LOST_AFTER:
            rule = replace(once, kind="lost_after")
        case Fault.LATE:
            rule = replace(once, kind="late", delay=LATE_SECONDS)
        case Fault.BUSY:
            rule = FaultRule("status", status=429, times=1)
        case Fault.BUSY_FOR_A_SECOND:
            rule = FaultRule("status", status=429, retry_after=1, times=1)
        case Fault.BUSY_FOR_LONG:
            rule = FaultRule("status", status=429, retry_after=600)
        case Fault.DOWN:
            rule = FaultRule("status", status=503)
    faults.add(rule)


def heal_wire(faults: Faults) -> None:
    """Let what is under way come to its end, and nothing more go wrong."""
    faults.settled()
    faults.clear()
