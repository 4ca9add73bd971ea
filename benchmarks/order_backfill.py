"""New orders in one run: customers, documents, confirmation, write-back and notes."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.systems import serve

ORDERS = 1000
QUICK_ORDERS = 200
ARTICLES = 500


def measure_orders(*, quick: bool) -> Iterator[Figure]:
    """`order-cpu-ms`: our CPU per new order, all that happens to it included."""
    orders = QUICK_ORDERS if quick else ORDERS
    with serve("--articles", str(ARTICLES), "--orders", str(orders)) as setting:
        setting.sync("stock")
        for side in ("shop", "erp"):
            setting.counted(side)
        cost = setting.sync("orders")
        tally = setting.tally()
        made = tally.get("orders.written", 0)
        calls = f"shop {setting.counted('shop')}; erp {setting.counted('erp')}"
        detail = (
            f"{made} orders made of {tally['orders.read']} read, {cost.cpu:.2f} s CPU,"
            f" {cost.wall:.1f} s wall, {cost.peak_mb:.0f} MB; {calls}"
        )
        yield Figure("order-cpu-ms", round(cost.cpu / made * 1000, 2), "ms", detail, goal=5)
