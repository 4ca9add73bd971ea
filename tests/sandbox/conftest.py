"""A pretend ERP on a real port, and a client that holds its token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from sync_cli.sandbox.articles import catalogue
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.control import control_of
from sync_cli.sandbox.erp import ALL_RIGHTS, ErpStore, erp_app
from sync_cli.sandbox.faults import FaultRule, Faults
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.seed import seed_erp
from sync_cli.sandbox.server import serve

TOKEN = "all-rights"
READER = "reads-products"


@dataclass
class ErpSide:
    """The running ERP as a test sees it: from outside by `call`, from inside by `store`."""

    url: str
    store: ErpStore
    faults: Faults
    session: requests.Session

    @property
    def clock(self) -> SandboxClock:
        return self.store.clock

    @property
    def ledger(self) -> Ledger:
        return self.store.ledger

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str = TOKEN,
        timeout: float = 10,
        **params: Any,
    ) -> requests.Response:
        return self.session.request(
            method,
            f"{self.url}/api/v1{path}",
            json=body,
            params=params,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
        )

    def results(self, method: str, path: str, body: object) -> list[dict[str, Any]]:
        answer = self.call(method, path, body)
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def items(self, path: str, **params: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.call("GET", path, **params).json()["items"]
        return items

    def act(self, action: str, **args: Any) -> requests.Response:
        return self.session.post(f"{self.url}/_sandbox/do/{action}", json=args, timeout=60)

    def do(self, action: str, **args: Any) -> Any:
        """The result of an action that must work."""
        answer = self.act(action, **args)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def hit(self, kind: Any, **rule: Any) -> int:
        return self.faults.add(FaultRule(kind, **rule))

    def effects(self, what: str) -> int:
        return len(self.ledger.effects(what))

    def product(self, sku: str) -> str:
        """The id of the first product of this SKU."""
        found = self.call("POST", "/products/find", {"key": "sku", "values": [sku]})
        return str(found.json()["items"][0]["id"])

    def customer(self, **fields: Any) -> str:
        """The id of a new customer."""
        item = {"name": "Erika Muster", **fields}
        return str(self.results("POST", "/customers", {"items": [item]})[0]["item"]["id"])

    def order(self, **fields: Any) -> dict[str, Any]:
        """An acceptable order of two pieces of A-000001, not yet sent; `fields` replace its own."""
        line = {
            "kind": "product",
            "product_id": self.product("A-000001"),
            "text": "Grüne Kettle 1",
            "quantity": "2",
            "net": "160.38",
            "tax": "30.47",
            "tax_code": "standard",
        }
        head = {
            "reference": "WC-shop-1",
            "ordered_at": "2025-01-31T12:00:00Z",
            "currency": "EUR",
            "lines": [line],
        }
        order = {**head, **fields}
        return order if "customer_id" in order else {**order, "customer_id": self.customer()}

    def draft(self, **fields: Any) -> dict[str, Any]:
        """A new draft as stored."""
        result = self.results("POST", "/orders", {"items": [self.order(**fields)]})[0]
        assert result["ok"], result
        item: dict[str, Any] = result["item"]
        return item

    def main_shelf(self, sku: str) -> dict[str, str]:
        """The counts of the product in warehouse MAIN."""
        row = self.items("/stock", ids=self.product(sku))[0]
        return next(shelf for shelf in row["warehouses"] if shelf["code"] == "MAIN")


@pytest.fixture
def erp() -> Iterator[ErpSide]:
    """An ERP with the twenty articles that hold all the traps."""
    clock = SandboxClock()
    store = ErpStore(clock, Ledger("erp", clock))
    seed_erp(store, catalogue(20))
    app = erp_app(store, {TOKEN: ALL_RIGHTS, READER: ["products:read"]})
    with serve(app, clock=clock) as server, requests.Session() as session:
        yield ErpSide(server.url, store, control_of(app).faults, session)
