"""A whole run against its own calls, made again by a loop that does nothing else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.figures import SLOWER, Figure
from benchmarks.measuring import measure
from benchmarks.systems import Setting

READ_SECONDS, WRITE_SECONDS = 0.05 * SLOWER, 0.1 * SLOWER
"""What the pretend systems take for a page and for a batch of 100; real ones take longer.

As much slower as this machine is, so that our share of the time is what it would be elsewhere.
"""
SLOWNESS = ("--read-seconds", str(READ_SECONDS), "--write-seconds", str(WRITE_SECONDS))
GOAL = 1.15


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds from start to end of a run of ours, and of its bare calls, two at a time."""

    ours: float
    bare: float


def against_bare(setting: Setting, *words: str) -> Round:
    """One run of `sync-cli`, then its calls alone."""
    setting.begin_script()
    ours = setting.sync(*words).wall
    urls = (setting.access["shop_url"], setting.access["erp_url"])
    command = [sys.executable, "-m", "benchmarks.replay", *urls, str(setting.end_script())]
    return Round(ours, measure(command, setting.env).wall)


def ratio(name: str, rounds: Sequence[Round], what: str) -> Figure:
    """The median ratio of some rounds."""
    last = rounds[-1]
    detail = (
        f"{what}; a page takes {READ_SECONDS:g} s, a batch {WRITE_SECONDS:g} s; ours"
        f" {last.ours:.2f} s, bare {last.bare:.2f} s, from start to end, median of {len(rounds)}"
    )
    value = median(each.ours / each.bare for each in rounds)
    return Figure(name, round(value, 3), "x", detail, GOAL)
