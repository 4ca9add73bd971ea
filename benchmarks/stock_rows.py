"""A whole stock run over many rows: the links adopted first, then nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Figure
from benchmarks.measuring import Cost
from benchmarks.sizes import Size
from benchmarks.systems import Setting, serve

ARTICLES_PER_ROW = 1.0916
"""The sandbox's catalogue has main articles too, which have no row of their own in the ERP."""


def measure_stock_rows(size: Size) -> Iterator[Figure]:
    """`engine-us-per-row` and `engine-peak-mb`, and the same of the first run."""
    rows = size.pick(smoke=24, usual=20_000, large=200_000)
    with serve("--articles", str(int(rows * ARTICLES_PER_ROW))) as setting:
        first = [setting.sync("stock", "--full")]
        yield _per_row(setting, "first-run-us-per-row", first, None)
        yield _peak("first-run-peak-mb", first, None)
        later = [setting.sync("stock", "--full") for _ in range(size.runs - 1)]
        setting.count_anew()
        later.append(setting.sync("stock", "--full"))
        yield _per_row(setting, "engine-us-per-row", later, 60)
        yield _peak("engine-peak-mb", later, 100)


def _per_row(setting: Setting, name: str, runs: list[Cost], goal: float | None) -> Figure:
    tally = setting.tally()
    rows = tally["stock.read"]
    cpu, wall = median(run.cpu for run in runs), median(run.wall for run in runs)
    detail = (
        f"stock --full, {rows} rows, {cpu:.2f} s CPU, {wall:.1f} s wall, median of {len(runs)};"
        f" calls of one run: {setting.calls()}"
    )
    return Figure(name, round(cpu / rows * 1e6, 1), "us", detail, goal)


def _peak(name: str, runs: list[Cost], goal: float | None) -> Figure:
    return Figure(name, round(max(run.peak_mb for run in runs), 1), "MB", "the same runs", goal)
