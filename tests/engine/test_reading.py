"""A route reads all that changed, misses nothing, and goes on where it was interrupted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sync_cli.engine.route import Mode
from tests.engine.source import DAY, MINUTE, NOON, OVERLAP, SECOND, Source


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


@pytest.fixture
def read_before(source: Source) -> Source:
    """A source that was read at noon, and is looked at one hour later."""
    source.read()
    source.clock += timedelta(hours=1)
    return source


# Watermark and buffer


def test_the_first_read_goes_over_everything(source: Source) -> None:
    source.put("1", ago=1000 * DAY)
    source.put("2")
    assert source.read() == ["1", "2"]


def test_the_first_read_begins_at_start_at(source: Source) -> None:
    source.start_at = NOON - DAY
    source.put("1", ago=DAY + SECOND)
    source.put("2", ago=DAY)
    assert source.read() == ["2"]


def test_the_watermark_is_the_sources_clock_when_the_read_began(source: Source) -> None:
    source.host_offset = timedelta(hours=-3)
    for id in ("1", "2", "3"):
        source.put(id)

    def a_minute_passes() -> None:
        source.clock += MINUTE

    source.read(page_size=1, between_pages=a_minute_passes)
    watermark = source.watermark()
    assert watermark is not None
    assert watermark.at == NOON
    assert watermark.set_at == source.now() == NOON + 3 * MINUTE - timedelta(hours=3)


@pytest.mark.parametrize(
    ("buffer", "reach"),
    [(timedelta(0), OVERLAP), (MINUTE, OVERLAP), (timedelta(minutes=30), timedelta(minutes=30))],
)
def test_the_next_read_goes_back_by_the_buffer_and_never_less_than_the_overlap(
    read_before: Source, buffer: timedelta, reach: timedelta
) -> None:
    source = read_before
    source.buffer = buffer
    behind = timedelta(hours=1) + reach
    source.put("too old", ago=behind + SECOND)
    source.put("at the bound", ago=behind)
    source.put("new")
    assert sorted(source.read()) == ["at the bound", "new"]


def test_a_record_that_became_visible_late_is_read(read_before: Source) -> None:
    read_before.put("late", ago=timedelta(hours=1, minutes=4))
    assert read_before.read() == ["late"]


def test_a_buffer_never_reaches_behind_start_at(read_before: Source) -> None:
    read_before.start_at = NOON
    read_before.put("before", ago=timedelta(hours=1, seconds=1))
    assert read_before.read() == []


def test_a_record_without_a_change_is_not_read_again_for_ever(read_before: Source) -> None:
    read_before.put("1")
    read_before.clock += OVERLAP + SECOND
    assert read_before.read() == ["1"]
    assert read_before.read() == []


# Once in 24 hours


def test_once_in_24_hours_three_days_are_read_again(source: Source) -> None:
    source.read()
    source.put("hidden", ago=2 * DAY)
    source.clock += DAY - SECOND
    assert source.read() == []
    source.clock += SECOND
    assert source.read() == ["hidden"]
    assert source.read() == []


def test_three_days_and_no_more(source: Source) -> None:
    source.read()
    source.put("too old", ago=3 * DAY + SECOND)
    source.put("old", ago=3 * DAY)
    source.clock += DAY
    assert source.read() == ["old"]


@pytest.mark.parametrize("jump", [timedelta(days=-30), timedelta(hours=-1), timedelta(days=30)])
def test_a_jump_of_this_machines_clock_reads_more_and_never_less(
    source: Source, jump: timedelta
) -> None:
    source.read()
    source.put("hidden", ago=2 * DAY)
    source.put("new")
    source.host_offset = jump
    source.clock += MINUTE
    assert sorted(source.read()) == ["hidden", "new"]
    source.clock += MINUTE
    assert source.read() == ["new"]


# The source's clock


def test_a_source_whose_clock_went_back_is_read_from_there_on(source: Source) -> None:
    source.read()
    source.clock -= timedelta(hours=2)
    source.put("new")
    assert source.read() == ["new"]
    [note] = source.notes
    assert "The clock of shop is 2:00:00 behind the last read" in note
    watermark = source.watermark()
    assert watermark is not None
    assert watermark.at == NOON - timedelta(hours=2)


def test_a_clock_rounded_to_seconds_is_no_word_worth(source: Source) -> None:
    source.read()
    source.clock -= 10 * SECOND
    source.put("new")
    assert source.read() == ["new"]
    assert source.notes == []


def test_what_was_changed_while_the_sources_clock_was_ahead_is_read_within_a_day(
    source: Source,
) -> None:
    source.clock += timedelta(hours=1)
    source.read()
    source.clock -= timedelta(hours=1)
    source.put("in between", ago=-10 * MINUTE)
    source.clock += timedelta(hours=2)
    source.read()
    source.clock += DAY
    assert source.read() == ["in between"]


# Interrupted reads


def test_an_interrupted_read_goes_on_behind_what_was_settled(source: Source) -> None:
    for id in ("1", "2", "3", "4"):
        source.put(id)
    assert source.read(stop_after=3, page_size=1) == ["1", "2", "3"]
    assert source.watermark() is None
    source.clock += timedelta(hours=1)
    assert source.read(page_size=1) == ["3", "4"]  # the third was not settled
    watermark = source.watermark()
    assert watermark is not None
    assert watermark.at == NOON
    assert source.position() is None


def test_what_changed_after_the_interruption_is_not_lost(source: Source) -> None:
    for id in ("1", "2"):
        source.put(id)
    source.read(stop_after=2, page_size=1)
    source.clock += timedelta(hours=1)
    source.put("1")
    source.read(page_size=1)
    assert source.read(page_size=1) == ["1", "2"]  # since the interrupted read began


@pytest.mark.parametrize("how", [{"scope": "two"}, {"full": True}])
def test_a_position_of_another_scope_or_with_full_begins_anew(
    source: Source, how: dict[str, Any]
) -> None:
    for id in ("1", "2"):
        source.put(id)
    source.read(stop_after=2, page_size=1)
    source.scope = how.pop("scope", source.scope)
    assert source.read(page_size=1, **how) == ["1", "2"]


# A changed filter


def test_a_changed_filter_reads_everything_again(read_before: Source) -> None:
    read_before.put("old", ago=100 * DAY)
    read_before.scope = "two"
    assert read_before.read() == ["old"]
    read_before.clock += DAY / 2
    assert read_before.read() == []


@pytest.mark.parametrize("stepwise", [True, False])
def test_a_whole_read_that_was_interrupted_is_not_taken_for_finished(
    read_before: Source, stepwise: bool
) -> None:
    source = read_before
    for id in ("1", "2", "3"):
        source.put(id, ago=100 * DAY)
    source.read(full=True, stop_after=1, page_size=1, stepwise=stepwise)
    source.scope = "two"  # changed, and at once changed back
    source.read(stop_after=1, page_size=1, stepwise=stepwise)
    source.scope = "one"
    assert source.read(page_size=1, stepwise=stepwise, finish=not stepwise) == ["1", "2", "3"]
    assert source.read(page_size=1, stepwise=stepwise) == []


# What never moves the watermark


@pytest.mark.parametrize(
    "options",
    [
        {"since": NOON - timedelta(days=9)},
        {"ids": ("1",)},
        {"skus": ("A-1",)},
        {"limit": 1},
        {"dry_run": True},
        {"full": True, "dry_run": True},
        {"full": True, "limit": 5},
    ],
    ids=str,
)
def test_a_narrowed_or_dry_run_moves_neither_watermark_nor_position(
    read_before: Source, options: dict[str, Any]
) -> None:
    source = read_before
    for id in ("1", "2"):
        source.put(id)
    before = source.path.read_bytes()
    source.read(page_size=1, **options)
    assert source.path.read_bytes() == before
    assert sorted(source.read()) == ["1", "2"]


def test_a_route_that_only_plans_moves_nothing(read_before: Source) -> None:
    read_before.mode = Mode.PLAN
    read_before.put("1")
    before = read_before.path.read_bytes()
    assert read_before.read() == ["1"]
    assert read_before.path.read_bytes() == before


def test_since_reads_from_there_whatever_the_watermark_says(read_before: Source) -> None:
    read_before.put("1", ago=9 * DAY)
    read_before.put("2", ago=9 * DAY + SECOND)
    assert read_before.read(since=read_before.clock - 9 * DAY) == ["1"]


@pytest.mark.parametrize(("limit", "read"), [(1, 1), (2, 2), (3, 3), (9, 4)])
def test_no_more_than_the_limit_is_read(source: Source, limit: int, read: int) -> None:
    for id in ("1", "2", "3", "4"):
        source.put(id)
    assert len(source.read(limit=limit, page_size=2)) == read


def test_ids_read_these_records_alone_and_say_which_are_missing(read_before: Source) -> None:
    read_before.put("1", ago=100 * DAY)
    read_before.put("2")
    assert read_before.read(ids=("1", "9")) == ["1", "missing 9"]


# What is held


def test_what_is_due_is_read_by_id_before_what_changed(read_before: Source) -> None:
    read_before.put("due", ago=100 * DAY)
    read_before.put("new")
    read_before.hold("due", read_before.now())
    assert read_before.read() == ["due", "new"]


def test_what_is_not_due_waits(read_before: Source) -> None:
    read_before.put("waiting", ago=100 * DAY)
    read_before.hold("waiting", read_before.now() + SECOND)
    assert read_before.read() == []


def test_a_held_record_that_is_gone_is_told_as_missing(read_before: Source) -> None:
    read_before.hold("gone", read_before.now())
    assert read_before.read() == ["missing gone"]


def test_held_records_never_hold_the_watermark_back(source: Source) -> None:
    source.hold("waiting", source.now() + DAY)
    source.read()
    watermark = source.watermark()
    assert watermark is not None
    assert watermark.at == NOON


def test_a_narrowed_run_leaves_the_held_list_alone(read_before: Source) -> None:
    read_before.put("due", ago=100 * DAY)
    read_before.hold("due", read_before.now())
    assert read_before.read(since=read_before.clock) == []


# Reads that are settled only as a whole


def test_without_finish_a_read_at_once_leaves_nothing_behind(read_before: Source) -> None:
    read_before.put("1")
    read_before.read(stepwise=False)
    watermark = read_before.watermark()
    assert watermark is not None
    assert watermark.at == NOON
    assert read_before.read(stepwise=False, finish=True) == ["1"]
    moved = read_before.watermark()
    assert moved is not None
    assert moved.at == read_before.clock


def test_a_read_at_once_that_was_stopped_begins_anew(source: Source) -> None:
    for id in ("1", "2"):
        source.put(id)
    source.read(stepwise=False, stop_after=1, page_size=1)
    assert source.position() is None
    assert source.read(stepwise=False, page_size=1) == ["1", "2"]
