"""Recordings of a stranger tell less: each conforms alone, and beside any half of the others."""

from __future__ import annotations

from random import Random

import pytest

from tests.conformance.figures import RECORDINGS
from tests.conformance.known import Known
from tests.conformance.recording import Recording
from tests.conformance.replay import verdict
from tests.conformance.shops import load

SEEDS = (4, 6)
"""Halves that lack a state right before a change, or a deletion, or what goods cost."""


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    return load(RECORDINGS)


def _differing(tried: list[Recording], told: list[Recording]) -> dict[str, tuple[str, ...]]:
    known = Known(told)
    found = [verdict(recording, known) for recording in tried]
    return {v.name: v.differences[:3] for v in found if not v.conforms and not v.reason}


def test_each_recording_conforms_alone_beside_the_tax_rates(recordings: list[Recording]) -> None:
    rates = next(recording for recording in recordings if recording.name == "taxes-list")
    differing = [_differing([recording], [rates, recording]) for recording in recordings]
    assert [found for found in differing if found] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_half_of_the_recordings_conform_without_the_other_half(
    recordings: list[Recording], seed: int
) -> None:
    chance = Random(seed)
    half = [r for r in recordings if chance.random() < 0.5 or r.name == "taxes-list"]
    assert _differing(half, half) == {}
