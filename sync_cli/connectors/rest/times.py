"""Dates and durations as systems write them: parsed to aware UTC, written in the system's form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, PlainValidator

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_DURATION = re.compile(r"(\d+) ?(ms|s|min|h|d)")
_DOTNET = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMS = ("iso", "iso_seconds", "iso_offset", "epoch", "epoch_milliseconds", "dotnet")

ReadMoment = Callable[[Any], datetime | None]


def _read_duration(given: Any) -> timedelta:
    found = _DURATION.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError(f"{given!r} is no duration; write it like '90 s', '5 min' or '1 d'")
    return int(found[1]) * _UNITS[found[2]]


def _read_zone(given: Any) -> tzinfo:
    try:
        return UTC if given == "UTC" else ZoneInfo(given)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise ValueError(f"{given!r} is no time zone; use a name like Europe/Berlin") from error


def _check_form(given: str) -> str:
    if given not in _FORMS and "%" not in given:
        raise ValueError(
            f"{given!r} is no form of a date; use one of {', '.join(_FORMS)},"
            " or a pattern like '%Y-%m-%d %H:%M:%S'"
        )
    return given


Duration = Annotated[timedelta, PlainValidator(_read_duration)]
"""A duration in words: '500 ms', '30 s', '5 min', '2 h', '1 d'."""
Zone = Annotated[tzinfo, PlainValidator(_read_zone)]
Form = Annotated[str, AfterValidator(_check_form)]
"""How a system writes a moment: `iso` (milliseconds, Z), `iso_seconds`, `iso_offset`, `epoch`
(seconds), `epoch_milliseconds`, `dotnet` (/Date(ms)/), or a strftime pattern."""


def moment_reader(form: str, zone: tzinfo) -> ReadMoment:
    """A reader of dates in this form, aware UTC; None for an absent date.

    A date without an offset is in `zone`. The reader raises ValueError for what is no date.
    """
    read = _reader(form)

    def read_moment(value: Any) -> datetime | None:
        if value is None or value == "" or value is False:
            return None
        try:
            moment = read(value)
        except (TypeError, ValueError, OverflowError, ArithmeticError) as error:
            raise ValueError(f"{value!r} is no date of the form {form}") from error
        if moment.tzinfo is UTC:
            return moment
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        return aware.astimezone(UTC)

    return read_moment


def _reader(form: str) -> Callable[[Any], datetime]:
    match form:
        case "iso" | "iso_seconds" | "iso_offset":
            return datetime.fromisoformat
        case "epoch":
            return lambda value: (
                _EPOCH + int(_whole_microseconds(value)) * timedelta(microseconds=1)
            )
        case "epoch_milliseconds":
            return lambda value: _EPOCH + int(value) * timedelta(milliseconds=1)
        case "dotnet":
            return _read_dotnet
        case _:
            return lambda value: datetime.strptime(value, form)  # noqa: DTZ007 - zone comes after


def _whole_microseconds(seconds: Any) -> Any:
    return int(seconds) * 1_000_000 if isinstance(seconds, str) else seconds * 1_000_000


def _read_dotnet(value: Any) -> datetime:
    found = _DOTNET.fullmatch(value)
    if found is None:
        raise ValueError("not of the form /Date(ms)/")
    return _EPOCH + int(found[1]) * timedelta(milliseconds=1)


def write_moment(moment: datetime, form: str, zone: tzinfo, step: timedelta) -> str:
    """The moment in the system's form and zone, rounded down to a whole `step` of its day.

    Rounding down keeps what a system of coarse dates (whole days, minutes) would leave out.
    """
    floored = _floor(moment.astimezone(zone), step)
    match form:
        case "iso":
            return f"{_utc(floored):%Y-%m-%dT%H:%M:%S}.{_utc(floored).microsecond // 1000:03}Z"
        case "iso_seconds":
            return f"{_utc(floored):%Y-%m-%dT%H:%M:%SZ}"
        case "iso_offset":
            return floored.isoformat(timespec="seconds")
        case "epoch":
            return str((floored - _EPOCH) // timedelta(seconds=1))
        case "epoch_milliseconds":
            return str((floored - _EPOCH) // timedelta(milliseconds=1))
        case "dotnet":
            return f"/Date({(floored - _EPOCH) // timedelta(milliseconds=1)})/"
        case _:
            return floored.strftime(form)


def _floor(local: datetime, step: timedelta) -> datetime:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (local.replace(tzinfo=None) - midnight.replace(tzinfo=None)) // step * step


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
