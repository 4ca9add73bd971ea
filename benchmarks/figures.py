"""The figures of a benchmark: as a table for people, as JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from benchmarks.sizes import Size

SLOWER = float(os.environ.get("SYNC_CLI_BENCH_SLOWER", "1"))
"""How many times slower this machine is than a usual one, as whoever measures says."""
RESULTS = Path(__file__).with_name("results.json")
Results = dict[str, dict[str, Any]]
"""What was measured last of each figure, by its name."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `goal` is the most it should be, None where it is only told."""

    name: str
    value: float
    unit: str
    detail: str
    goal: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the goal was reached, "" where there is none."""
        if self.goal is None:
            return ""
        return "ok" if self.value <= self.goal else "MISSED"


@dataclass(frozen=True, slots=True)
class Occasion:
    """When, how much and on what was measured; neither the machine's name nor any place on it."""

    size: Size
    on: date
    python: str
    machine: str

    @classmethod
    def now(cls, size: Size) -> Occasion:
        """Today, on this machine."""
        machine = f"{platform.system()} {platform.machine()}"
        if SLOWER != 1:
            machine = f"{machine}, taken for {SLOWER:g} times slower than a usual one"
        return cls(size, datetime.now(UTC).date(), platform.python_version(), machine)


def read_results(path: Path) -> Results:
    """What was measured before, nothing if that was never."""
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {row["name"]: row for row in rows}


def write_results(path: Path, figures: Iterable[Figure], occasion: Occasion) -> None:
    """Put the figures into the JSON list, each in the place of its older value.

    So parts of the benchmarks may be run on their own, each figure telling its own occasion.
    """
    news = {figure.name: _row(figure, occasion) for figure in figures}
    results = {**read_results(path), **news}
    text = json.dumps(list(results.values()), indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def verdict_of(row: Mapping[str, Any]) -> str:
    """The verdict on a figure as it was written down."""
    return Figure(row["name"], row["value"], row["unit"], row["detail"], row["goal"]).verdict


def line_of(figure: Figure) -> str:
    """The figure as one row of the table."""
    goal = "" if figure.goal is None else f"<= {figure.goal:g}"
    value = f"{figure.value:g} {figure.unit}"
    return f"{figure.name:<24} {value:>16}  {goal:>9}  {figure.verdict:<7} {figure.detail}"


def heading() -> str:
    """The first row of the table."""
    return f"{'figure':<24} {'value':>16}  {'goal':>9}  {'':<7} detail"


def _row(figure: Figure, occasion: Occasion) -> dict[str, Any]:
    return {
        **asdict(figure),
        "size": str(occasion.size),
        "on": occasion.on.isoformat(),
        "python": occasion.python,
        "machine": occasion.machine,
    }
