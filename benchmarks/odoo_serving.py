"""The pretend Odoo in a process of its own, as slow as the measured one.

`python -m benchmarks.odoo_serving SLOWNESS` prints its address as JSON and then serves.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from decimal import Decimal

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.odoo import (
    USERS,
    OdooSettings,
    OdooStore,
    odoo_app,
    seed_articles,
    seed_company,
)
from sync_cli.sandbox.server import serve

SKU = "A-1"
_BY_RECORD = {"load": 0.0027, "action_confirm": 0.050}
"""Seconds a row of a load, a confirmed order (FACTS 8: 60 orders of 5 lines 0.81 s, 20 1.2 s)."""
_BY_CALL = 0.008


def cost(_model: str, method: str, size: int) -> float:
    """How long a call takes with a real Odoo on two cores, in seconds."""
    return _BY_CALL + _BY_RECORD.get(method, 0.0) * size


def main(slowness: float) -> None:
    """Serve one article and a company; `slowness` 0 makes every call take no time of its own."""
    clock = SandboxClock()
    store = OdooStore(clock, Ledger("erp", clock))
    seed_company(store)
    goods = Article(SKU, "Kettle", "goods", Decimal("19.99"), "", 10**6, {"MAIN": 10**6})
    seed_articles(store, [goods])
    settings = OdooSettings(
        users=USERS,
        costs=lambda *call: cost(*call) * slowness,
        sleep=time.sleep,
    )
    with serve(odoo_app(store, settings), clock=clock) as server:
        print(json.dumps({"url": server.url}), flush=True)
        signal.pause()


if __name__ == "__main__":
    main(float(sys.argv[1]))
