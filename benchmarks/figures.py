"""The figures of a benchmark: as a table for people, as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


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


def write_results(path: Path, figures: Iterable[Figure]) -> None:
    """Write the figures as a JSON list of name, value, unit and detail."""
    rows = [
        {"name": each.name, "value": each.value, "unit": each.unit, "detail": _detail(each)}
        for each in figures
    ]
    path.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def line_of(figure: Figure) -> str:
    """The figure as one row of the table."""
    goal = "" if figure.goal is None else f"<= {figure.goal:g}"
    value = f"{figure.value:g} {figure.unit}"
    return f"{figure.name:<24} {value:>16}  {goal:>9}  {figure.verdict:<7} {figure.detail}"


def heading() -> str:
    """The first row of the table."""
    return f"{'figure':<24} {'value':>16}  {'goal':>9}  {'':<7} detail"


def _detail(figure: Figure) -> str:
    return figure.detail if figure.goal is None else f"goal {figure.goal:g}; {figure.detail}"
