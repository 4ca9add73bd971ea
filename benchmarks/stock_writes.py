"""Changed stock rows against a bare loop that sends the same batches, by turns."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.figures import Figure
from benchmarks.measuring import measure
from benchmarks.sizes import Size
from benchmarks.systems import Counts, Setting, serve

WRITE_SECONDS = 0.1
"""What the pretend shop takes for a batch of 100; a real one of two cores takes a second."""


def measure_stock_writes(size: Size) -> Iterator[Figure]:
    """`stock-write-ratio`, and that of whole runs; each is the median of some rounds."""
    rows = size.pick(smoke=24, usual=4_000, large=20_000)
    options = ("--articles", str(rows), "--simple", "--write-seconds", str(WRITE_SECONDS))
    with serve(*options) as setting:
        setting.sync("stock", "--full")
        rounds = [_round(setting) for _ in range(size.runs)]
        tally = setting.tally()
    ours, bare = rounds[-1].ours, rounds[-1].bare
    detail = (
        f"{tally['stock.update']} of {tally['stock.read']} rows changed, batches of 100,"
        f" {WRITE_SECONDS:g} s each; ours {ours.writing:.2f} s ({ours}), bare {bare.writing:.2f} s"
        f" ({bare}); median of {size.runs}"
    )
    ratio = median(each.ours.writing / each.bare.writing for each in rounds)
    yield Figure("stock-write-ratio", round(ratio, 3), "x", detail, goal=1.1)
    whole = median(each.our_wall / each.bare_wall for each in rounds)
    walls = f"ours {rounds[-1].our_wall:.2f} s, bare {rounds[-1].bare_wall:.2f} s"
    yield Figure(
        "stock-run-ratio", round(whole, 3), "x", f"the same runs from start to end: {walls}"
    )


@dataclass(frozen=True, slots=True)
class Round:
    """A run of ours and a bare one: what the shop saw of each, and seconds from start to end."""

    ours: Counts
    bare: Counts
    our_wall: float
    bare_wall: float


def _round(setting: Setting) -> Round:
    """Ours holds back a piece of each article, the bare loop gives it back."""
    setting.count_anew()
    our_wall = setting.sync("stock", "--full", safety_stock=1).wall
    ours = setting.counted("shop")
    bare_wall = measure(_bare(setting), setting.env).wall
    return Round(ours, setting.counted("shop"), our_wall, bare_wall)


def _bare(setting: Setting) -> list[str]:
    urls = (setting.access["shop_url"], setting.access["erp_url"])
    return [sys.executable, "-m", "benchmarks.bare_loop", *urls]
