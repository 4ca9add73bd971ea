"""Where an interrupted read goes on: opaque to all others, JSON text in truth."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from msgspec import Struct

Place = str | int | None
"""Where the next page begins, in the words of the paging; None is the beginning."""


class Position(Struct, frozen=True):
    """A read from `since` that began when the source's clock showed `clock`, now at `place`.

    `ended` claims that nothing is left to read.
    """

    since: datetime | None
    clock: datetime
    place: Place = None
    ended: bool = False

    def write(self) -> str:
        """The position as text for `Page.resume`."""
        members = {
            "since": None if self.since is None else self.since.isoformat(),
            "clock": self.clock.isoformat(),
            "place": self.place,
            "ended": self.ended,
        }
        return json.dumps(members, separators=(",", ":"))


def read_position(text: str | None) -> Position | None:
    """The position in this text; None for one that cannot be read: then all is read again."""
    try:
        members = json.loads(text or "")
        since, clock = members["since"], members["clock"]
        return Position(
            None if since is None else _moment(since),
            _moment(clock),
            members["place"],
            members["ended"],
        )
    except (ValueError, TypeError, KeyError):
        return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a position has no time without zone")
    return moment.astimezone(UTC)
