"""A whole stock run over many rows: the links adopted first, then nothing changed."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.measuring import Cost
from benchmarks.systems import Setting, serve

ROWS = 200_000
QUICK_ROWS = 20_000
ARTICLES_PER_ROW = 1.0916
"""The sandbox's catalogue has main articles too, which have no row of their own in the ERP."""


def measure_stock_rows(*, quick: bool) -> Iterator[Figure]:
    """`engine-us-per-row` and `engine-peak-mb`, and the same of the first run."""
    rows = QUICK_ROWS if quick else ROWS
    with serve("--articles", str(int(rows * ARTICLES_PER_ROW))) as setting:
        first = setting.sync("stock", "--full")
        yield _per_row(setting, "first-run-us-per-row", first, None)
        yield _peak("first-run-peak-mb", first, None)
        cost = setting.sync("stock", "--full")
        yield _per_row(setting, "engine-us-per-row", cost, 60)
        yield _peak("engine-peak-mb", cost, 100)


def _per_row(setting: Setting, name: str, cost: Cost, goal: float | None) -> Figure:
    tally = setting.tally()
    rows = tally["stock.read"]
    calls = f"shop {setting.counted('shop')}; erp {setting.counted('erp')}"
    detail = f"stock --full, {rows} rows, {cost.cpu:.2f} s CPU, {cost.wall:.1f} s wall; {calls}"
    return Figure(name, round(cost.cpu / rows * 1e6, 1), "us", detail, goal)


def _peak(name: str, cost: Cost, goal: float | None) -> Figure:
    return Figure(name, round(cost.peak_mb, 1), "MB", "the same run", goal)
