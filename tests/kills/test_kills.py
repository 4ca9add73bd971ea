"""A few kills of the real program; `make kills N=100` is the same with more of them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.kills.__main__ import KINDS, fight
from tests.kills.child import ROOT
from tests.kills.phases import DANGEROUS, Phase, histogram, too_rare

KILLS = 8
SEED = 20_260_301


@pytest.mark.kills
def test_kills_in_every_dangerous_phase_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    outcome = fight(KILLS, SEED, tmp_path, print)
    assert outcome.faults == []
    assert outcome.line == f"{KILLS} kills: 0 lost, 0 doubled, 0 wrong, 0 oversold"
    assert set(outcome.sentences) == set(KINDS)
    assert {phase for phase in DANGEROUS if outcome.hits[phase]} == set(DANGEROUS)
    assert outcome.in_step > 0
    assert outcome.is_good


def test_the_judge_never_loads_the_program() -> None:
    check = (
        "import sys, tests.kills.judge;"
        "print([name for name in sys.modules if name.startswith('sync_cli')])"
    )
    told = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("hits", "missing"),
    [
        (dict.fromkeys(DANGEROUS, 1), []),
        (dict.fromkeys(DANGEROUS, 10), []),
        ({**dict.fromkeys(DANGEROUS, 18), Phase.BETWEEN: 9}, ["between two calls"]),
        ({**dict.fromkeys(DANGEROUS, 2), Phase.IN_CALL: 0}, ["in the call"]),
        ({**dict.fromkeys(DANGEROUS, 1), Phase.START: 5}, [
            "reading", "before the call", "in the call",
            "between two calls", "after the call", "after settle",
        ]),
    ],
)  # fmt: skip
def test_a_tenth_of_all_kills_is_asked_of_each_dangerous_phase(
    hits: dict[Phase, int], missing: list[str]
) -> None:
    assert too_rare(Counter(hits)) == missing


def test_the_histogram_tells_count_and_share_of_each_phase() -> None:
    lines = histogram(Counter({Phase.READING: 3, Phase.IN_CALL: 1})).splitlines()
    assert [line.split("  ")[0] for line in lines][:2] == ["starting", "reading"]
    assert "    3    75%" in lines[Phase.READING]
    assert "    1    25%" in lines[Phase.IN_CALL]
