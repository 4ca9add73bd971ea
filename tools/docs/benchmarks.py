"""How fast sync-cli was found to be: the results that the benchmarks wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.figures import RESULTS, read_results, verdict_of
from benchmarks.meanings import MEANINGS
from tools.docs.markdown import code, table


def measured() -> str:
    """Every figure that was measured, with its goal and the occasion."""
    results = read_results(RESULTS)
    rows = [_row(results[name], meaning) for name, meaning in MEANINGS.items() if name in results]
    return table(("figure", "value", "goal", "what it is", "size", "measured"), rows)


def _row(row: Mapping[str, Any], meaning: str) -> tuple[str, ...]:
    goal = "" if row["goal"] is None else f"{row['goal']:g}"
    missed = " (missed)" if verdict_of(row) == "MISSED" else ""
    occasion = f"{row['on']}, Python {row['python']}, {row['machine']}"
    value = f"{row['value']:g} {row['unit']}"
    return (code(row["name"]), value, f"{goal}{missed}", meaning, row["size"], occasion)
