"""What rigs over HTTP share: hands that call an API past the connector, and faults of its wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import requests

from sync_cli.connectors.pacing import Pacing
from sync_cli.sandbox.faults import FaultRule, Faults
from tests.contract.rig import Fault

SECONDS = (10.0, 60.0)
"""How long a call past the connector waits for the connection, and for its answer."""
LATE_SECONDS = 0.2
_WRITING = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Hands:
    """Calls an HTTP API with credentials of its own, past the connector."""

    url: str
    headers: Mapping[str, str]
    verify: bool | str = True

    def call(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """The JSON of an answer; raises requests.HTTPError for a refusal."""
        answer = requests.request(
            method, f"{self.url}{path}", json=body, params=params, headers=dict(self.headers),
            timeout=SECONDS, verify=self.verify, allow_redirects=False,
        )  # fmt: skip
        answer.raise_for_status()
        return answer.json() if answer.content else None


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
