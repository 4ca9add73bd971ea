"""A backfill of older orders: customers, documents, proofs, confirmation, the number back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure
from benchmarks.sizes import Size
from benchmarks.systems import Setting, serve

AGE = timedelta(days=30)
AT_ONCE = 500
BACKFILL = ("orders", "--backfill", "--from")


def measure_backfill(size: Size) -> Iterator[Figure]:
    """`backfill-cpu-ms` for an order, all that happens to it included, and the peak of memory."""
    articles = size.pick(smoke=24, usual=500, large=500)
    orders = size.pick(smoke=4, usual=1_000, large=10_000)
    now = datetime.now(UTC)
    start_at, since = f"{now - timedelta(days=1):%Y-%m-%d}", f"{now - 2 * AGE:%Y-%m-%d}"
    with serve("--articles", str(articles)) as setting:
        setting.sync("stock")
        _place(setting, orders)
        setting.count_anew()
        cost = setting.sync(*BACKFILL, since, start_at=start_at)
        made, calls = setting.tally()["orders.create"], setting.calls()
    detail = (
        f"{made} documents of {orders} orders, {cost.cpu:.2f} s CPU, {cost.wall:.1f} s wall,"
        f" {cost.wall / made * 1000:.0f} ms an order; calls: {calls}"
    )
    yield Figure("backfill-cpu-ms", round(cost.cpu / made * 1000, 2), "ms", detail, goal=5)
    yield Figure("backfill-peak-mb", round(cost.peak_mb, 1), "MB", "the same run", goal=150)


def _place(setting: Setting, orders: int) -> None:
    for at in range(0, orders, AT_ONCE):
        count = min(AT_ONCE, orders - at)
        setting.do("shop", "place_order", n=count, age=int(AGE.total_seconds()) - at)
