"""The shop's clock face: local and GMT text of a second, and the bounds of a date filter."""

from __future__ import annotations

import re
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|z|[+-]\d{2}(?::\d{2})?)?"
)
_FORMAT = "%Y-%m-%dT%H:%M:%S"


@lru_cache(maxsize=65536)
def gmt_text(second: int | None) -> str | None:
    """`second` (Unix time) in UTC without a suffix, as the `*_gmt` fields carry it."""
    return None if second is None else datetime.fromtimestamp(second, UTC).strftime(_FORMAT)


@lru_cache(maxsize=65536)
def local_text(second: int | None, zone: str) -> str | None:
    """`second` (Unix time) in the shop's local time without a suffix."""
    if second is None:
        return None
    return datetime.fromtimestamp(second, ZoneInfo(zone)).strftime(_FORMAT)


@lru_cache(maxsize=65536)
def wall_second(second: int, zone: str) -> int:
    """The seconds that a local clock shows at `second`, counted as if they were UTC."""
    return timegm(datetime.fromtimestamp(second, ZoneInfo(zone)).timetuple())


def seconds_of(moment: datetime) -> int:
    """The whole Unix second of an aware moment; fractions are cut off."""
    return int(moment.timestamp())


@dataclass(frozen=True, slots=True)
class Bound:
    """A date given in a request: what its clock showed, and its offset in seconds if it had one."""

    shown: int
    offset: int | None


def parse_bound(text: str) -> Bound | None:
    """Read a date as the shop's filters do; None for what they refuse (a date without time ...)."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    try:
        shown = datetime.strptime(f"{match[1]}T{match[2]}", _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Bound(int(shown.timestamp()), _offset(match[3]))


def _offset(suffix: str | None) -> int | None:
    if suffix is None:
        return None
    if suffix in "Zz":
        return 0
    hours, _, minutes = suffix[1:].partition(":")
    size = int(hours) * 3600 + int(minutes or 0) * 60
    return -size if suffix[0] == "-" else size


def wall_of(bound: Bound, zone: str) -> int:
    """The local clock's seconds of a bound: a suffix is honoured, none means local time."""
    return bound.shown if bound.offset is None else wall_second(bound.shown - bound.offset, zone)


def gmt_of(bound: Bound, zone: str, *, dates_are_gmt: bool) -> int:
    """The Unix second that a bound is compared with.

    With `dates_are_gmt` a suffix shifts the window: the value is turned into local time and then
    taken as UTC, as the recorded shop does.
    """
    wall = wall_of(bound, zone)
    if dates_are_gmt:
        return wall
    return second_of_wall(wall, zone)


def second_of_wall(wall: int, zone: str, *, fold: int = 0) -> int:
    """The Unix second at which the local clock shows `wall`; `fold` picks the second showing."""
    shown = datetime.fromtimestamp(wall, UTC).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return int(shown.timestamp())
