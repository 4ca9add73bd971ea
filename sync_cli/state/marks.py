"""How far a route has read: its watermark, and where an interrupted read continues."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from sync_cli.state.file import Room, Row
from sync_cli.state.texts import (
    optional_text_to_time,
    optional_time_to_text,
    text_to_time,
    time_to_text,
)


class Watermark(Struct, frozen=True):
    """The source's clock at the start of the route's last complete read.

    `scope` is the hash of the filter and state tables it was read under; `set_at` is our clock.
    """

    at: datetime
    scope: str
    set_at: datetime


class Position(Struct, frozen=True):
    """Where an interrupted read continues; `resume` is understood by the connector alone.

    `since` is where that read began, `clock` the source's clock at its start.
    """

    resume: str
    since: datetime | None
    clock: datetime
    scope: str


_WATERMARKS = "SELECT route, at, scope, set_at FROM watermarks"


class Marks(Room):
    """Watermarks and positions, by route."""

    def watermark(self, route: str) -> Watermark | None:
        """The route's watermark; None before its first complete read."""
        row = self.file.row(f"{_WATERMARKS} WHERE route = ?", (route,))
        return None if row is None else _watermark(row)

    def watermarks(self) -> dict[str, Watermark]:
        """All watermarks by route."""
        return {row[0]: _watermark(row) for row in self.file.rows(f"{_WATERMARKS} ORDER BY route")}

    def set_watermark(self, route: str, at: datetime, scope: str, now: datetime) -> None:
        """Move the watermark, forwards or back; in the same transaction the position goes."""
        with self.file.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO watermarks VALUES (?, ?, ?, ?)",
                (route, time_to_text(at), scope, time_to_text(now)),
            )
            connection.execute("DELETE FROM positions WHERE route = ?", (route,))

    def position(self, route: str) -> Position | None:
        """Where the route's interrupted read continues; None if none was interrupted."""
        row = self.file.row(
            "SELECT resume, since, clock, scope FROM positions WHERE route = ?", (route,)
        )
        if row is None:
            return None
        resume, since, clock, scope = row
        return Position(resume, optional_text_to_time(since), text_to_time(clock), scope)

    def set_position(self, route: str, position: Position) -> None:
        """Remember how far an unfinished read came."""
        since, clock = optional_time_to_text(position.since), time_to_text(position.clock)
        with self.file.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?, ?)",
                (route, position.resume, since, clock, position.scope),
            )

    def clear_position(self, route: str) -> None:
        """Forget an unfinished read: the next one begins at the watermark."""
        with self.file.transaction() as connection:
            connection.execute("DELETE FROM positions WHERE route = ?", (route,))


def _watermark(row: Row) -> Watermark:
    _, at, scope, set_at = row
    return Watermark(text_to_time(at), scope, text_to_time(set_at))
