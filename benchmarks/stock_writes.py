"""Changed stock rows against a bare loop that sends the same batches, by turns."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Figure
from benchmarks.measuring import measure
from benchmarks.systems import Counts, Setting, serve

ROWS = 20_000
QUICK_ROWS = 4_000
ROUNDS = 3
WRITE_SECONDS = 0.1
"""What the pretend shop takes for a batch of 100; a real one of two cores takes a second."""


def measure_stock_writes(*, quick: bool) -> Iterator[Figure]:
    """`stock-write-ratio`, and that of whole runs; each is the median of some rounds."""
    rows = QUICK_ROWS if quick else ROWS
    options = ("--articles", str(rows), "--simple", "--write-seconds", str(WRITE_SECONDS))
    with serve(*options) as setting:
        setting.sync("stock", "--full")
        rounds = [_round(setting) for _ in range(ROUNDS)]
        tally = setting.tally()
    ours, bare = rounds[-1].ours, rounds[-1].bare
    detail = (
        f"{tally['stock.update']} of {tally['stock.read']} rows changed, batches of 100,"
        f" {WRITE_SECONDS:g} s each; ours {ours.writing:.2f} s ({ours}), bare {bare.writing:.2f} s"
        f" ({bare}); median of {ROUNDS}"
    )
    ratio = median(each.ours.writing / each.bare.writing for each in rounds)
    yield Figure("stock-write-ratio", round(ratio, 3), "x", detail, goal=1.1)
    whole = median(each.our_wall / each.bare_wall for each in rounds)
    walls = f"ours {rounds[-1].our_wall:.2f} s, bare {rounds[-1].bare_wall:.2f} s"
    yield Figure(
        "stock-run-ratio", round(whole, 3), "x", f"the same runs from start to end: {walls}"
    )


class _Round:
    """A run of ours that holds back a piece of each article, a bare one that gives it back."""

    def __init__(self, setting: Setting) -> None:
        setting.counted("shop")
        self.our_wall = setting.sync("stock", "--full", safety_stock=1).wall
        self.ours: Counts = setting.counted("shop")
        self.bare_wall = measure(_bare(setting), setting.env).wall
        self.bare: Counts = setting.counted("shop")


def _round(setting: Setting) -> _Round:
    return _Round(setting)


def _bare(setting: Setting) -> list[str]:
    urls = (setting.access["shop_url"], setting.access["erp_url"])
    return [sys.executable, "-m", "benchmarks.bare_loop", *urls]
