"""`reconcile` over a catalogue and its orders, both sides in step."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Figure
from benchmarks.sizes import Size
from benchmarks.systems import Setting, serve


def measure_reconcile(size: Size) -> Iterator[Figure]:
    """CPU for a record of either side, and the peak of memory."""
    rows = size.pick(smoke=24, usual=20_000, large=200_000)
    orders = size.pick(smoke=4, usual=500, large=2_000)
    with serve("--articles", str(rows), "--orders", str(orders)) as setting:
        bring_in_step(setting)
        setting.count_anew()
        runs = [setting.sync("reconcile") for _ in range(size.runs)]
        calls = setting.calls()
    records = 3 * rows + 2 * orders
    cpu = median(run.cpu for run in runs)
    detail = (
        f"{rows} products, articles and stock rows, {orders} orders and documents: {records}"
        f" records, {cpu:.2f} s CPU,"
        f" {runs[-1].wall:.1f} s wall, median of {len(runs)}; calls of all: {calls}"
    )
    yield Figure("reconcile-us", round(cpu / records * 1e6, 1), "us", detail, goal=150)
    peak = max(run.peak_mb for run in runs)
    yield Figure("reconcile-peak-mb", round(peak, 1), "MB", "the same runs", goal=200)


def bring_in_step(setting: Setting) -> None:
    """Run all that brings both sides in step; stock a second time, now that orders are there."""
    for command in ("products", "customers", "orders", "stock", "stock"):
        setting.sync(command)
