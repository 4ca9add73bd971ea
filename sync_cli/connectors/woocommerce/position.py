"""Where an interrupted walk goes on: opaque to all others, JSON text in truth."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from sync_cli.core.values import as_data

_VERSION = 1


class Crowd(Struct, frozen=True):
    """A window of time, `since` up to but without `until`, that is read by id.

    `done` is the last id of it that was read. Empty bounds mean the whole list.
    """

    since: str
    until: str
    done: int = 0


class Position(Struct, frozen=True):
    """A walk that began when the shop's clock showed `clock`, now in its `listing`-th list.

    By modification: `at` is the last second seen ("" before the first), `seen` the ids seen in it,
    `ahead` by how many seconds the shop's local time is ahead of UTC there, `late` the number of
    pages behind the read's start. By id: `last` is the last id seen, `offset` its place from 1.
    """

    clock: datetime
    listing: int = 0
    at: str = ""
    seen: tuple[str, ...] = ()
    ahead: int | None = None
    crowd: Crowd | None = None
    late: int = 0
    last: int = 0
    offset: int = 0

    def write(self) -> str:
        """The position as text for `Page.resume`."""
        members = {**as_data(self), "clock": self.clock.isoformat(), "version": _VERSION}
        return json.dumps(members, separators=(",", ":"))


def read_position(text: str | None) -> Position | None:
    """The position in this text; None for one that cannot be read: then all is read again."""
    try:
        members: dict[str, Any] = json.loads(text or "")
        if members.pop("version") != _VERSION:
            return None
        clock, crowd, seen = members.pop("clock"), members.pop("crowd"), members.pop("seen")
        return Position(
            clock=_moment(clock),
            seen=tuple(seen),
            crowd=None if crowd is None else Crowd(**crowd),
            **members,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a position has no time without zone")
    return moment.astimezone(UTC)
