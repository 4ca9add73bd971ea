"""The hour that comes twice when the clocks go back.

Products are ordered by the shop's LOCAL time of modification, so in that night a record of the
first hour may stand behind one of the second, and a walk that goes on from the last UTC second
would pass it by.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sync_cli.connectors.woocommerce.entities import LOCAL, MODIFIED, Row, shifted
from sync_cli.connectors.woocommerce.position import Crowd

_HOUR = 3600


def seconds_ahead(row: Row) -> int | None:
    """By how many seconds the local date of a record is ahead of UTC; None if a date is missing."""
    local, utc = row.get(LOCAL), row.get(MODIFIED)
    if not local or not utc:
        return None
    return int((datetime.fromisoformat(local) - datetime.fromisoformat(utc)).total_seconds())


def repeated_hour(rows: list[Row], ahead: int | None) -> Crowd | None:
    """The window to read by id if the page may end in the repeated hour, else None.

    `ahead` is that of the last record before the page. Once the page ends an hour behind the first
    record of the new time, nothing of the old time can follow.
    """
    known = [
        (seconds, row[MODIFIED]) for row in rows if (seconds := seconds_ahead(row)) is not None
    ]
    if not known:
        return None
    furthest = max(_with(ahead, (seconds for seconds, _ in known)))
    after_change = [utc for seconds, utc in known if seconds < furthest]
    if not after_change:
        return None
    until, last = shifted(min(after_change), _HOUR), known[-1][1]
    return Crowd(shifted(last, -_HOUR), until) if last < until else None


def _with(ahead: int | None, others: Iterable[int]) -> list[int]:
    return [*others] if ahead is None else [ahead, *others]
