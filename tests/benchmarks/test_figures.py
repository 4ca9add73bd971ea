"""What the benchmarks write down. How fast they found it is never asserted: machines differ."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from dataclasses import astuple
from datetime import date
from pathlib import Path

import pytest

from benchmarks.__main__ import SUITES
from benchmarks.figures import (
    RESULTS,
    Figure,
    Occasion,
    heading,
    line_of,
    read_results,
    write_results,
)
from benchmarks.meanings import MEANINGS
from benchmarks.measuring import ROOT, RunFailed, measure
from benchmarks.sizes import Size


@pytest.mark.parametrize(
    ("value", "goal", "verdict"), [(1.0, 2.0, "ok"), (2.0, 2.0, "ok"), (3.0, 2.0, "MISSED")]
)
def test_a_figure_says_whether_its_goal_was_reached(
    value: float, goal: float, verdict: str
) -> None:
    figure = Figure("calls", value, "x", "detail", goal)
    assert figure.verdict == verdict
    assert verdict in line_of(figure).split()


def test_a_figure_without_a_goal_has_no_verdict() -> None:
    assert Figure("calls", 1.0, "x", "detail").verdict == ""


def on(day: int, size: Size = Size.USUAL) -> Occasion:
    return Occasion(size, date(2026, 3, day), "3.11.7", "Linux x86_64")


def test_the_results_tell_value_goal_and_occasion_of_each_figure(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write_results(path, [Figure("a", 1.5, "s", "told", 2)], on(1))
    assert json.loads(path.read_text(encoding="utf-8")) == [
        {
            "name": "a",
            "value": 1.5,
            "unit": "s",
            "detail": "told",
            "goal": 2,
            "size": "usual",
            "on": "2026-03-01",
            "python": "3.11.7",
            "machine": "Linux x86_64",
        },
    ]


def test_figures_that_are_measured_again_take_the_place_of_their_older_values(
    tmp_path: Path,
) -> None:
    path = tmp_path / "results.json"
    write_results(path, [Figure("a", 1, "s", ""), Figure("b", 2, "s", "")], on(1))
    write_results(path, [Figure("a", 3, "s", ""), Figure("c", 4, "s", "")], on(2, Size.LARGE))
    rows = read_results(path).values()
    assert [(row["name"], row["value"], row["on"][-2:], row["size"]) for row in rows] == [
        ("a", 3, "02", "large"),
        ("b", 2, "01", "usual"),
        ("c", 4, "02", "large"),
    ]


def test_an_occasion_names_neither_the_machine_nor_a_place_on_it() -> None:
    told = " ".join(map(str, astuple(Occasion.now(Size.USUAL))))
    assert platform.node() not in told
    assert "/" not in told


def test_every_figure_has_its_meaning_and_a_committed_result_has_one() -> None:
    assert MEANINGS.keys() == set().union(*NAMES.values())
    assert read_results(RESULTS).keys() <= MEANINGS.keys()


def test_a_measured_program_that_fails_tells_its_last_words() -> None:
    with pytest.raises(RunFailed, match="ended with 3:\nthe disk is full"):
        measure([sys.executable, "-c", "import sys; print('the disk is full'); sys.exit(3)"], {})


def test_a_measured_program_costs_time_and_memory() -> None:
    cost = measure([sys.executable, "-c", "x = b'x' * 300_000_000"], {})
    assert cost.cpu > 0
    assert cost.wall > 0
    assert cost.peak_mb > 300


NAMES = {
    "start": {"start-cpu", "idle-run-cpu"},
    "rows": {"first-run-us-per-row", "first-run-peak-mb", "engine-us-per-row", "engine-peak-mb"},
    "orders": {"order-cpu-ms"},
    "odoo": {"odoo-orders-ratio", "odoo-repeat-calls"},
    "backfill": {"backfill-cpu-ms", "backfill-peak-mb"},
    "reconcile": {"reconcile-us", "reconcile-peak-mb"},
    "ratios": {"product-unchanged-ratio", "product-changed-ratio", "reconcile-ratio"},
    "writes": {"stock-write-ratio", "stock-run-ratio"},
    "tryton": {"tryton-products-ratio", "tryton-orders-ratio", "tryton-repeat-calls"},
    "products": {
        "product-first-us",
        "product-unchanged-us",
        "product-peak-mb",
        "product-changed-us",
        "product-all-changed-us",
        "product-changed-peak-mb",
        "product-echo-us",
        "product-new-us",
        "product-new-peak-mb",
    },
}


def test_every_suite_is_run_here() -> None:
    assert NAMES.keys() == SUITES.keys()


@pytest.mark.scenario
@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_runs_from_end_to_end(suite: str, tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    words = ["--size", "smoke", "--only", suite, "--results", str(results)]
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    figures = {each["name"]: each for each in json.loads(results.read_text(encoding="utf-8"))}
    assert figures.keys() == NAMES[suite]
    assert all(isinstance(each["value"], float | int) for each in figures.values())
    assert ran.stdout.splitlines()[0] == heading()
