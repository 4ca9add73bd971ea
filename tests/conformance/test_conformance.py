"""The sandbox answers as the real shop was recorded to, and the harness would notice if not."""

from __future__ import annotations

import pytest

from tests.conformance.doctor import REQUIRED, undetected
from tests.conformance.figures import RECORDINGS, figures_of, load_doctored
from tests.conformance.figures import load as committed
from tests.conformance.recording import Recording
from tests.conformance.replay import verdicts
from tests.conformance.shops import load


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    return load(RECORDINGS)


def test_the_sandbox_answers_the_recorded_requests_as_the_shop_did(
    recordings: list[Recording],
) -> None:
    found = verdicts(recordings, recordings)
    differing = {v.name: v.differences[:3] for v in found if not v.conforms and not v.reason}
    assert not differing
    assert figures_of(found) == committed(), "`make conformance` writes the figures anew"


def test_nine_of_ten_recordings_and_nearly_all_of_our_own_calls_conform() -> None:
    figures = committed()
    assert figures.conform >= 0.9 * figures.tried
    assert figures.ours_conform >= 0.98 * figures.ours


def test_nine_of_ten_doctored_recordings_are_found_out(
    recordings: list[Recording],
) -> None:
    sample = recordings[::8]
    tried, believed = undetected(sample, recordings)
    assert tried > 100
    assert tried - len(believed) >= REQUIRED * tried, believed
    kinds = {line.rpartition(": ")[2] for line in believed}
    assert not kinds & {"status", "code", "key dropped", "key added", "header X-WP-Total"}


def test_the_committed_figure_of_doctored_copies_is_high_enough() -> None:
    figures = load_doctored()
    assert figures.found_out >= REQUIRED * figures.tried
