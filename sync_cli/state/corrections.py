"""Corrections that people laid over records of the shop, and took away again."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from sync_cli.core.corrections import Correction, place_of
from sync_cli.core.outcome import Audit
from sync_cli.state.file import Room
from sync_cli.state.story import AuditEntry, write_audit
from sync_cli.state.texts import text_to_time, time_to_text

FOR_ANOTHER = "sync-cli, for another record"
"""Who takes corrections away once another record has their id."""


class Corrected(Struct, frozen=True):
    """The record that a correction is for: its entity, and the route that reads it.

    `birth` is its birth mark, `places` has a mark of each entry of its lists, as in `lines[1]`;
    both are empty where they are not known.
    """

    entity: str
    route: str
    id: str
    label: str
    birth: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


class Corrections(Room):
    """Corrections by entity and id."""

    def corrections(self, entity: str, id: str) -> tuple[Correction, ...]:
        """What stands in place of the shop's values for one record, by path."""
        rows = self.file.rows(
            "SELECT path, value, at, who, birth, entry FROM corrections"
            " WHERE entity = ? AND id = ? ORDER BY path",
            (entity, id),
        )
        return tuple(
            Correction(path, value, text_to_time(at), who, birth, entry)
            for path, value, at, who, birth, entry in rows
        )

    def correct(
        self, record: Corrected, values: Mapping[str, str], now: datetime, who: str
    ) -> tuple[Correction, ...]:
        """Lay values over a record, by path; the next run tries it again. The audit tells who."""
        made = tuple(
            Correction(path, value, now, who, record.birth, record.places.get(place_of(path), ""))
            for path, value in values.items()
        )
        at = time_to_text(now)
        rows = [
            (record.entity, record.id, one.path, one.value, at, who, one.birth, one.entry)
            for one in made
        ]
        with self.file.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
            )
            _release(connection, record, "correct", made, now, who)
        return made

    def uncorrect(
        self, record: Corrected, paths: Sequence[str], now: datetime, who: str
    ) -> tuple[Correction, ...]:
        """Take corrections away, all of them without `paths`; returns those that there were."""
        known = self.corrections(record.entity, record.id)
        gone = tuple(one for one in known if not paths or one.path in paths)
        self._take_away(record, gone, now, who)
        return gone

    def uncorrect_others(
        self, record: Corrected, birth: str, now: datetime
    ) -> tuple[Correction, ...]:
        """Take away what was for another record that had this id; returns it."""
        known = self.corrections(record.entity, record.id)
        gone = tuple(one for one in known if not one.is_for(birth))
        self._take_away(record, gone, now, FOR_ANOTHER)
        return gone

    def _take_away(
        self, record: Corrected, gone: Sequence[Correction], now: datetime, who: str
    ) -> None:
        if not gone:
            return
        with self.file.transaction() as connection:
            connection.executemany(
                "DELETE FROM corrections WHERE entity = ? AND id = ? AND path = ?",
                [(record.entity, record.id, one.path) for one in gone],
            )
            _release(connection, record, "uncorrect", gone, now, who)


def _release(
    connection: sqlite3.Connection,
    record: Corrected,
    operation: str,
    corrections: Sequence[Correction],
    now: datetime,
    who: str,
) -> None:
    """Make the record due if it is held, or parts of it are, and write the audit."""
    at = time_to_text(now)
    connection.execute(
        "UPDATE held SET until = min(until, ?) WHERE route = ? AND ? IN (id, substr(id, 1,"
        " instr(id, '#') - 1))",
        (at, record.route, record.id),
    )
    said = "; ".join(one.shown for one in corrections)
    audit = Audit(operation, "done", f"by {who}: {said}")
    write_audit(connection, [AuditEntry(at, 0, record.route, record.id, record.label, audit)])
