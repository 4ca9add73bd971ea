"""A source that cannot be asked for changes: its dates are swept, and all else has its hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from sync_cli.connectors.base import Seen, Traits
from sync_cli.connectors.memory import MemoryConnector
from sync_cli.engine.sweeping import has_turn, sweep
from tests.engine.source import DAY, NOON, OVERLAP, SECOND, Source

HOUR = timedelta(hours=1)
IDS = [str(number) for number in range(1, 401)]


class Dated(MemoryConnector):
    """A source that knows no date of one record."""

    undated = ""

    def census(self, entity: str, since: datetime | None = None) -> Iterator[Seen]:
        for seen in super().census(entity, since):
            yield replace(seen, modified_at=None) if seen.id == self.undated else seen


@pytest.fixture
def source(tmp_path: Path) -> Source:
    made = Source(tmp_path)
    made.system.traits = {"order": Traits(overlap=OVERLAP, delta=False)}
    return made


def swept(source: Source, since: datetime, last: datetime | None = None) -> list[str]:
    pages = sweep(MemoryConnector(source.system), "order", since, last)
    return [raw.id for page in pages for raw in page.records]


def test_only_what_changed_is_fetched(source: Source) -> None:
    for number, id in enumerate(IDS):
        source.put(id, ago=DAY if number % 2 else 2 * DAY)
    assert swept(source, NOON - DAY) == IDS[1::2]


def test_the_bound_belongs_to_it(source: Source) -> None:
    source.put("1", ago=DAY)
    source.put("2", ago=DAY + SECOND)
    assert swept(source, NOON - DAY) == ["1"]


def test_a_record_without_a_date_counts_as_changed(source: Source) -> None:
    source.put("1", ago=9 * DAY)
    connector = Dated(source.system)
    connector.undated = "1"
    [page] = sweep(connector, "order", NOON - DAY)
    assert [raw.id for raw in page.records] == ["1"]


def test_a_page_comes_even_if_nothing_changed_and_has_the_clock_of_the_start(
    source: Source,
) -> None:
    [page] = sweep(MemoryConnector(source.system), "order", NOON)
    assert (page.records, page.clock, page.total) == ((), NOON, 0)


@pytest.mark.parametrize("step", [timedelta(minutes=37), HOUR, timedelta(hours=5), 9 * DAY])
def test_in_a_week_everybody_has_exactly_one_turn_however_often_is_looked(
    step: timedelta,
) -> None:
    turns: Counter[str] = Counter()
    last = NOON
    while last < NOON + 7 * DAY:
        now = min(last + step, NOON + 7 * DAY)
        turns.update(id for id in IDS[:100] if has_turn(id, last, now))
        last = now
    assert turns == Counter(IDS[:100])


def test_the_turns_are_spread_evenly() -> None:
    by_hour = [
        sum(has_turn(id, NOON + hour * HOUR, NOON + (hour + 1) * HOUR) for id in IDS)
        for hour in range(168)
    ]
    assert sum(by_hour) == len(IDS)
    assert max(by_hour) <= 10


def test_a_clock_that_went_back_gives_no_turn() -> None:
    assert not any(has_turn(id, NOON, NOON - DAY) for id in IDS)


# Within a route's read


def test_a_first_read_goes_over_everything_without_a_sweep(source: Source) -> None:
    for id in IDS[:5]:
        source.put(id, ago=1000 * DAY)
    assert source.read(page_size=2) == IDS[:5]


def test_later_reads_sweep_and_each_record_is_read_once_more_in_a_week(source: Source) -> None:
    for id in IDS:
        source.put(id, ago=1000 * DAY)
    source.read()
    read: Counter[str] = Counter()
    for _ in range(7 * 3):
        source.clock += 8 * HOUR
        read.update(source.read())
    assert read == Counter(IDS)


def test_a_run_that_is_narrowed_gives_nobody_a_turn(source: Source) -> None:
    for id in IDS:
        source.put(id, ago=1000 * DAY)
    source.read()
    source.clock += 8 * DAY
    assert source.read(since=source.clock - DAY) == []
    assert sorted(source.read()) == sorted(IDS)
