"""The held list: records that wait. Beside it what a person dismissed, and what was left out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from sync_cli.core.errors import Problem
from sync_cli.core.item import Held, Why
from sync_cli.core.outcome import Audit
from sync_cli.core.refusals import DISMISSED_CHANGED
from sync_cli.state.file import Room, Row, Value, forget
from sync_cli.state.story import AuditEntry, write_audit
from sync_cli.state.texts import IN_IDS, data_to_text, ids_to_text, text_to_time, time_to_text

_HELD = (
    "SELECT route, id, why, until, attempts, since, problem, label, content, birth, places"
    " FROM held"
)
_PROBLEM = Problem.__struct_fields__


class HeldList(Room):
    """Held, dismissed and skipped records by route."""

    def held(self, route: str | None = None) -> list[Held]:
        """The records that wait, of one route or of all, the longest waiting first."""
        where, parameters = ("", ()) if route is None else (" WHERE route = ?", (route,))
        rows = self.file.rows(f"{_HELD}{where} ORDER BY since, route, id", parameters)
        return [_held(row) for row in rows]

    def held_of(self, route: str, ids: Iterable[str]) -> dict[str, Held]:
        """Those of these records that wait, by id."""
        rows = self.file.rows(f"{_HELD} WHERE route = ? AND id {IN_IDS}", (route, ids_to_text(ids)))
        return {row[1]: _held(row) for row in rows}

    def due(self, route: str, now: datetime, limit: int) -> list[str]:
        """The ids of held records whose time has come, the longest overdue first."""
        rows = self.file.rows(
            "SELECT id FROM held WHERE route = ? AND until <= ? ORDER BY until, since, id LIMIT ?",
            (route, time_to_text(now), limit),
        )
        return [row[0] for row in rows]

    def retry_now(self, route: str | None, ids: Sequence[str] | None, now: datetime) -> int:
        """Make held records due (None: of all routes, all ids); returns how many are meant.

        A record that is named is no longer dismissed: it may be made.
        """
        limits: list[str] = []
        values: list[Value] = []
        if route is not None:
            limits.append("route = ?")
            values.append(route)
        if ids is not None:
            limits.append(f"id {IN_IDS}")
            values.append(ids_to_text(ids))
        where = f" WHERE {' AND '.join(limits)}" if limits else ""
        with self.file.transaction() as connection:
            changed = connection.execute(
                f"UPDATE held SET until = min(until, ?){where}", (time_to_text(now), *values)
            )
            if ids is not None:
                connection.execute(f"DELETE FROM dismissed{where}", tuple(values))
        return changed.rowcount

    def dismiss(self, route: str, id: str, now: datetime, who: str) -> bool:
        """Take a record off the list for good, by a person's word; False if it is not on it.

        Its content is remembered, so that the same content is not held again; the audit tells who.
        """
        at = time_to_text(now)
        with self.file.transaction() as connection:
            row = connection.execute(f"{_HELD} WHERE route = ? AND id = ?", (route, id)).fetchone()
            if row is None:
                return False
            held = _held(row)
            connection.execute("DELETE FROM held WHERE route = ? AND id = ?", (route, id))
            connection.execute(
                "INSERT OR REPLACE INTO dismissed VALUES (?, ?, ?, ?, ?)",
                (route, id, held.content, at, who),
            )
            audit = Audit("dismiss", "done", f"by {who}: {held.problem.message}")
            write_audit(connection, [AuditEntry(at, 0, route, id, held.label, audit)])
        return True

    def dismissed(self, route: str, ids: Iterable[str] | None = None) -> dict[str, str]:
        """The content hash that a person dismissed, by id, until something else is known."""
        if ids is None:
            every = "SELECT id, content FROM dismissed WHERE route = ?"
            return dict(self.file.rows(every, (route,)))
        rows = self.file.rows(
            f"SELECT id, content FROM dismissed WHERE route = ? AND id {IN_IDS}",
            (route, ids_to_text(ids)),
        )
        return dict(rows)

    def skipped(self, route: str, ids: Iterable[str] | None = None) -> dict[str, str]:
        """Why the route left records out, by id: those of `ids`, or all of the route."""
        query = "SELECT id, reason FROM skipped WHERE route = ?"
        if ids is None:
            return dict(self.file.rows(query, (route,)))
        return dict(self.file.rows(f"{query} AND id {IN_IDS}", (route, ids_to_text(ids))))


def store_held(
    connection: sqlite3.Connection, route: str, records: Iterable[tuple[str, Held | None]]
) -> None:
    """Put records (id, held) on the list, or take them off (None), within the transaction.

    What was dismissed before is forgotten for a record that is held anew, not for one that waits.
    """
    on_list = [(id_, held) for id_, held in records if held is not None]
    forget(connection, "held", route, (id_ for id_, held in records if held is None))
    connection.executemany(
        "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_held_row(route, id_, held) for id_, held in on_list],
    )
    forget_dismissals(connection, route, (id_ for id_, held in on_list if _is_news(held)))


def _is_news(held: Held) -> bool:
    """Whether it is held for a reason of its own: not to wait, and not to ask of a dismissal."""
    return held.problem.code not in {DISMISSED_CHANGED, *Why}


def forget_dismissals(connection: sqlite3.Connection, route: str, ids: Iterable[str]) -> None:
    """What a person dismissed no longer matters for these records."""
    forget(connection, "dismissed", route, ids)


def store_skipped(
    connection: sqlite3.Connection, route: str, records: Iterable[tuple[str, str]]
) -> None:
    """Remember why records (id, reason) were left out; an empty reason: they no longer are."""
    left_out = [(route, id_, reason) for id_, reason in records if reason]
    forget(connection, "skipped", route, (id_ for id_, reason in records if not reason))
    connection.executemany("INSERT OR REPLACE INTO skipped VALUES (?, ?, ?)", left_out)


def _held_row(route: str, record_id: str, held: Held) -> Row:
    return (
        route,
        record_id,
        held.why,
        time_to_text(held.until),
        held.attempts,
        time_to_text(held.since),
        data_to_text({name: getattr(held.problem, name) for name in _PROBLEM}),
        held.label,
        held.content,
        held.birth,
        data_to_text(dict(held.places)),
    )


def _held(row: Row) -> Held:
    route, record_id, why, until, attempts, since, problem, label, content, birth, places = row
    return Held(
        route=route,
        id=record_id,
        why=Why(why),
        until=text_to_time(until),
        attempts=attempts,
        since=text_to_time(since),
        problem=Problem(**json.loads(problem)),
        label=label,
        content=content,
        birth=birth,
        places=json.loads(places),
    )
