"""Whole runs against the bare calls of the same runs, two at a time, by turns."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.against_bare import SLOWNESS, against_bare, ratio
from benchmarks.comparing import bring_in_step
from benchmarks.figures import Figure
from benchmarks.product_rows import settle
from benchmarks.sizes import Size
from benchmarks.systems import serve


def measure_ratios(size: Size) -> Iterator[Figure]:
    """The seconds from start to end of `products` and `reconcile`, against those of their calls."""
    rows = size.pick(smoke=24, usual=4_000, large=20_000)
    with serve("--articles", str(rows), "--simple", *SLOWNESS) as setting:
        setting.sync("products", "--full")
        rounds = [against_bare(setting, "products", "--full") for _ in range(size.runs)]
        yield ratio("product-unchanged-ratio", rounds, f"{rows} products, nothing changed")
        rounds = []
        for number in range(31, 31 + size.runs):
            settle(setting)
            setting.rename(each=1, round=number)
            rounds.append(against_bare(setting, "products"))
        yield ratio("product-changed-ratio", rounds, f"{rows} products, all changed")
    with serve("--articles", str(rows), "--simple", *SLOWNESS) as setting:
        bring_in_step(setting)
        rounds = [against_bare(setting, "reconcile") for _ in range(size.runs)]
        yield ratio("reconcile-ratio", rounds, f"{rows} products")
