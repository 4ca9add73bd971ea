"""Reads what changed in a source that cannot be asked for changes: all ids and dates, then those.

Dates do not tell everything, so all the rest is read too, spread over a week: each record has its
hour in it. Fingerprints decide whether anything of it is new.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zlib import crc32

from sync_cli.connectors.base import Connector, Page, Seen, batched

HOUR = timedelta(hours=1)
HOURS_OF_A_WEEK = 168
AT_ONCE = 100


def sweep(
    source: Connector, entity: str, since: datetime, last: datetime | None = None
) -> Iterator[Page]:
    """Every record changed at or after `since`, and those whose hour began after `last`.

    Both are the source's clock. A record without a date counts as changed. At least one page comes;
    its clock is the source's at the start. An interrupted sweep begins anew.
    """
    clock = source.identify().clock
    wanted = [
        seen.id
        for seen in source.census(entity)
        if _changed(seen, since) or (last is not None and has_turn(seen.id, last, clock))
    ]
    for batch in batched(wanted, AT_ONCE):
        yield Page(tuple(source.fetch(entity, batch)), "", clock, len(wanted))
    if not wanted:
        yield Page((), "", clock, 0)


def has_turn(record_id: str, last: datetime, now: datetime) -> bool:
    """Whether the record's hour of the week began after `last` and not after `now`.

    After a week away everybody's did.
    """
    passed = _hour(now) - _hour(last)
    own = crc32(record_id.encode()) % HOURS_OF_A_WEEK
    return (_hour(now) - own) % HOURS_OF_A_WEEK < passed


def _changed(seen: Seen, since: datetime) -> bool:
    return seen.modified_at is None or seen.modified_at >= since


def _hour(at: datetime) -> int:
    return int(at.timestamp() // HOUR.total_seconds())
