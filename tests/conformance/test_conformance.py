"""The sandbox answers as the real shop was recorded to, and the harness would notice if not."""

from __future__ import annotations

import pytest

from tests.conformance.__main__ import RECORDINGS
from tests.conformance.doctor import REQUIRED, undetected
from tests.conformance.recording import Recording, load
from tests.conformance.replay import verdicts

CONFORMING = 317
"""How many recordings conform; raise it, never lower it."""
LEFT_OUT = 15
"""How many are left out on purpose: deliveries, the shop front, a shop in trouble, OAuth."""


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    return load(RECORDINGS)


def test_the_sandbox_answers_the_recorded_requests_as_the_shop_did(
    recordings: list[Recording],
) -> None:
    found = verdicts(recordings, recordings)
    differing = {v.name: v.differences[:3] for v in found if not v.conforms and not v.reason}
    assert sum(v.conforms for v in found) >= CONFORMING, differing
    assert sum(bool(v.reason) for v in found) <= LEFT_OUT


def test_nine_of_ten_doctored_recordings_are_found_out(
    recordings: list[Recording],
) -> None:
    sample = recordings[::8]
    tried, believed = undetected(sample, recordings)
    assert tried > 100
    assert tried - len(believed) >= REQUIRED * tried, believed
