"""New orders in one run: customers, documents, confirmation, write-back and notes."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Figure
from benchmarks.measuring import Cost
from benchmarks.sizes import Size
from benchmarks.systems import Setting, serve


def measure_orders(size: Size) -> Iterator[Figure]:
    """`order-cpu-ms`: our CPU per new order, all that happens to it included."""
    articles = size.pick(smoke=24, usual=500, large=500)
    orders = size.pick(smoke=4, usual=500, large=2_000)
    with serve("--articles", str(articles)) as setting:
        setting.sync("stock")
        setting.sync("orders")
        runs = [_backfill(setting, orders) for _ in range(size.runs)]
        calls = setting.calls()
    cost, made = runs[-1]
    detail = (
        f"{made} orders made of {orders} placed, {cost.cpu:.2f} s CPU, {cost.wall:.1f} s wall,"
        f" {cost.peak_mb:.0f} MB, the last of {size.runs} runs; its calls: {calls}"
    )
    each = median(cost.cpu / made for cost, made in runs)
    yield Figure("order-cpu-ms", round(each * 1000, 2), "ms", detail, goal=5)


def _backfill(setting: Setting, orders: int) -> tuple[Cost, int]:
    """What one run took that found so many new orders, and how many it made documents of."""
    setting.do("shop", "place_order", n=orders)
    setting.count_anew()
    cost = setting.sync("orders")
    return cost, setting.tally()["orders.create"]
