"""Dates go to and from the forms of real systems without losing an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sync_cli.connectors.rest.times import moment_reader, write_moment

BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = datetime(2025, 7, 1, 22, 30, 5, 250_000, tzinfo=UTC)
MILLISECOND, SECOND = timedelta(milliseconds=1), timedelta(seconds=1)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("form", "zone", "step", "text"),
    [
        ("iso", UTC, MILLISECOND, "2025-07-01T22:30:05.250Z"),
        ("iso", BERLIN, MILLISECOND, "2025-07-01T22:30:05.250Z"),
        ("iso_seconds", UTC, SECOND, "2025-07-01T22:30:05Z"),
        ("iso_offset", BERLIN, SECOND, "2025-07-02T00:30:05+02:00"),
        ("epoch", UTC, SECOND, "1751409005"),
        ("epoch_milliseconds", UTC, MILLISECOND, "1751409005250"),
        ("dotnet", UTC, MILLISECOND, "/Date(1751409005250)/"),
        ("%Y-%m-%d %H:%M", BERLIN, MINUTE, "2025-07-02 00:30"),
        ("%Y-%m-%d", BERLIN, DAY, "2025-07-02"),
        ("%Y%m%d", UTC, DAY, "20250701"),
        ("iso_seconds", BERLIN, DAY, "2025-07-01T22:00:00Z"),
    ],
)
def test_a_date_is_asked_in_the_system_s_form_and_never_later(
    form: str, zone: Any, step: timedelta, text: str
) -> None:
    assert write_moment(MOMENT, form, zone, step) == text


@pytest.mark.parametrize(
    ("form", "zone", "value", "moment"),
    [
        ("iso", UTC, "2025-07-01T22:30:05.250Z", MOMENT),
        ("iso", UTC, "2025-07-02T00:30:05.250+02:00", MOMENT),
        ("iso", BERLIN, "2025-07-02T00:30:05.250", MOMENT),
        ("iso", BERLIN, "2025-07-02 00:30:05.250", MOMENT),
        ("epoch", UTC, 1751409005, MOMENT.replace(microsecond=0)),
        ("epoch", UTC, "1751409005", MOMENT.replace(microsecond=0)),
        ("epoch", UTC, Decimal("1751409005.25"), MOMENT),
        ("epoch_milliseconds", UTC, 1751409005250, MOMENT),
        ("dotnet", UTC, "/Date(1751409005250+0000)/", MOMENT),
        ("%d.%m.%Y %H:%M", BERLIN, "02.07.2025 00:30", MOMENT.replace(second=0, microsecond=0)),
        ("iso", UTC, None, None),
        ("iso", UTC, "", None),
        ("iso", UTC, False, None),
    ],
)
def test_a_date_is_read_as_utc(form: str, zone: Any, value: Any, moment: datetime | None) -> None:
    read = moment_reader(form, zone)(value)
    assert read == moment
    assert read is None or read.tzinfo is UTC


@pytest.mark.parametrize(
    ("form", "value"), [("iso", "soon"), ("iso", 5), ("epoch", "x"), ("dotnet", "2025-01-01")]
)
def test_what_is_no_date_is_refused(form: str, value: Any) -> None:
    with pytest.raises(ValueError, match="is no date of the form"):
        moment_reader(form, UTC)(value)


def test_an_hour_that_comes_twice_is_asked_from_its_first_time() -> None:
    second_time = datetime(2025, 10, 26, 1, 30, 20, tzinfo=UTC)
    written = write_moment(second_time, "iso_offset", BERLIN, MINUTE)
    assert datetime.fromisoformat(written) <= second_time
