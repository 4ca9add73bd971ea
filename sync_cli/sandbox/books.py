"""The ERP's side of the demo: what its people do there, and what its books say.

Two ERPs can stand here, the pretended one and a real Tryton; the story is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sync_cli.sandbox.embedded import Sandbox


class Books(Protocol):
    """An ERP that people work in."""

    url: str

    def settings(self) -> Mapping[str, Any]:
        """The section `systems.erp` of the configuration; a secret is the variable that has it."""

    def secrets(self) -> Mapping[str, str]:
        """The secrets by their environment variable."""

    def ship(self) -> None:
        """Send all that is open."""

    def count(self, sku: str, pieces: int) -> None:
        """So many pieces lie in the main warehouse."""

    def state(self) -> Mapping[str, Any]:
        """Orders, customers and stock in the form that `sync_cli.sandbox.verdict` judges."""

    def effects(self) -> int:
        """How many changes by other programs there were so far."""

    def close(self) -> None:
        """End it; safe to call twice."""


class PretendBooks:
    """The sandbox's own ERP."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.url = sandbox.erp_url

    def settings(self) -> Mapping[str, Any]:
        """See `Books.settings`."""
        return {
            "kind": "rest",
            "profile": "sandbox-erp",
            "url": self.url,
            "credentials": {"token": {"env": "SYNC_CLI_DEMO_TOKEN"}},
        }

    def secrets(self) -> Mapping[str, str]:
        """See `Books.secrets`."""
        return {"SYNC_CLI_DEMO_TOKEN": self._sandbox.erp_token}

    def ship(self) -> None:
        """See `Books.ship`."""
        self._sandbox.erp.do("ship")

    def count(self, sku: str, pieces: int) -> None:
        """See `Books.count`."""
        self._sandbox.erp.do("set_stock", sku=sku, warehouse="MAIN", on_hand=pieces)

    def state(self) -> Mapping[str, Any]:
        """See `Books.state`."""
        return self._sandbox.erp.ledger.state()

    def effects(self) -> int:
        """See `Books.effects`."""
        return len(self._sandbox.erp.ledger.effects())

    def close(self) -> None:
        """It ends with the sandbox."""
