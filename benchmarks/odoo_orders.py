"""Orders into Odoo: our batches beside the least that could do it, before the same server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import requests

from benchmarks.figures import Figure
from benchmarks.measuring import ROOT
from benchmarks.odoo_serving import SKU
from benchmarks.sizes import Size
from sync_cli.connectors.base import Done, Draft, batched
from sync_cli.connectors.odoo.connector import Odoo
from sync_cli.connectors.odoo.wire import Login
from sync_cli.connectors.pacing import Pacing
from sync_cli.sandbox.odoo import KEY

LINES = 5
BARE_BATCH = 20
LOGIN = "shopsync"
DATABASE = "erp"
_FIELDS = {"order": frozenset({"state", "amount_total"})}


def measure_odoo_orders(size: Size) -> Iterator[Figure]:
    """`odoo-orders-ratio`: our time against a bare loop; `odoo-repeat-calls`: calls a batch."""
    count = size.pick(smoke=4, usual=120, large=600)
    with _serving(0.0 if size is Size.SMOKE else 1.0) as url:
        bare = _Bare(url)
        product, customer = bare.article(), bare.customer()
        theirs = _seconds(lambda: bare.transfer(count, product, customer))
        with closing(_connector(url)) as ours:
            drafts = [_draft(number, product, customer) for number in range(count)]
            own = _seconds(lambda: _transfer(ours, drafts))
            before = sum(ours.calls().values())
            _create(ours, drafts)
            calls = sum(ours.calls().values()) - before
            batches = -(-count // ours.traits("order").batch)
    said = f"{count} orders of {LINES} lines: {_rate(count, own)} a minute, bare"
    said += f" {_rate(count, theirs)} in batches of {BARE_BATCH}"
    yield Figure("odoo-orders-ratio", round(own / theirs, 2), "x", said, goal=1.25)
    detail = f"{calls} calls for {count} orders that are there already, {batches} batches"
    yield Figure("odoo-repeat-calls", round(calls / batches, 2), "calls", detail, goal=1)


class _Bare:
    """Calls without look-ups, checks and repeats."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/jsonrpc"
        self._session = requests.Session()

    def article(self) -> int:
        """The id of the article."""
        domain = [["default_code", "=", SKU]]
        (id_,) = self.call("product.product", "search", [domain])
        return int(id_)

    def customer(self) -> int:
        """The id of a new customer."""
        return int(self.call("res.partner", "create", [{"name": "Bench"}]))

    def transfer(self, count: int, product: int, customer: int) -> None:
        """Load, read the totals, confirm; in batches."""
        for numbers in batched(range(count), BARE_BATCH):
            rows = [row for n in numbers for row in _rows(n, product, customer)]
            ids = self.call("sale.order", "load", [_HEADER, rows])["ids"]
            self.call("sale.order", "read", [ids, ["amount_total", "state"]])
            self.call("sale.order", "action_confirm", [ids])

    def call(self, model: str, method: str, args: list[Any]) -> Any:
        """The result of a method."""
        everything = [DATABASE, 6, KEY, model, method, args, {}]
        params = {"service": "object", "method": "execute_kw", "args": everything}
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        return self._session.post(self._url, json=body).json()["result"]


_HEADER = [
    *("id", "partner_id/.id", "client_order_ref", "order_line/id", "order_line/name"),
    *("order_line/product_id/.id", "order_line/product_uom_qty", "order_line/price_unit"),
]


def _rows(number: int, product: int, customer: int) -> list[list[str]]:
    own = [f"bare.order_{number}", str(customer), f"BARE-{number}"]
    return [
        [*(own if line == 0 else ["", "", ""]), f"bare.order_{number}_l{line}", "Kettle",
         str(product), "1", "19.99"]
        for line in range(LINES)
    ]  # fmt: skip


def _draft(number: int, product: int, customer: int) -> Draft:
    line = {
        "product_id": str(product), "name": "Kettle", "product_uom_qty": "1",
        "price_unit": "19.99", "tax_id": "14",
    }  # fmt: skip
    order = {"partner_id": str(customer), "pricelist_id": "1", "order_line": [line] * LINES}
    return Draft(f"WC-b-{number}", {**order, "date_order": "2026-11-20T09:15:00Z"})


def _connector(url: str) -> Odoo:
    return Odoo(
        "erp",
        Login(url, DATABASE, LOGIN, KEY),
        pacing=Pacing(),
        clock=lambda: datetime.now(UTC),
        fields=_FIELDS,
    )


def _transfer(connector: Odoo, drafts: Sequence[Draft]) -> None:
    """What the engine does: draft, read back, confirm; a batch at a time."""
    for some in batched(drafts, connector.traits("order").batch):
        ids = _create(connector, some)
        assert len(list(connector.fetch("order", ids))) == len(some)
        results = list(connector.advance("order", ids, "confirmed"))
        assert all(isinstance(result, Done) for result in results)


def _create(connector: Odoo, drafts: Sequence[Draft]) -> list[str]:
    results = list(connector.create("order", drafts))
    ids = [result.id for result in results if isinstance(result, Done)]
    assert len(ids) == len(drafts), results
    return ids


def _seconds(act: Any) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _rate(count: int, seconds: float) -> int:
    return round(count / seconds * 60)


@contextmanager
def _serving(slowness: float) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.odoo_serving", str(slowness)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        line = server.stdout.readline() if server.stdout is not None else b""
        yield str(json.loads(line)["url"])
    finally:
        server.terminate()
        server.wait()
