"""The journal: intents written before each call, and the fingerprints of what was applied.

A record with an open intent has no fingerprint: what its target holds is not known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from sync_cli.core.item import Applied, Intent, Step
from sync_cli.state.file import Room, Row, forget
from sync_cli.state.texts import IN_IDS, ids_to_text, text_to_time, time_to_text

_OPEN_INTENTS = """
SELECT route, id, reference, step, begun_at, request_id, run, payload, target, number, before
FROM intents WHERE closed_at IS NULL AND route = ?
"""


class Journal(Room):
    """Intents and fingerprints by route, withdrawn documents by entity."""

    def begin(self, intents: Sequence[Intent]) -> list[Intent]:
        """Write the intents down, before their calls are made; returns them with `number`.

        The fingerprints of these records go in the same transaction. An intent that is still
        open for one of them ends here: the new call takes its place. Raises ValueError for two
        intents of one record.
        """
        records = [(intent.route, intent.id) for intent in intents]
        if len(set(records)) != len(records):
            raise ValueError("a record cannot have two calls at once")
        with self.file.transaction() as connection:
            for route, ids in _by_route(records).items():
                at = time_to_text(max(i.begun_at for i in intents if i.route == route))
                close_intents_of(connection, route, ids, at)
                forget(connection, "fingerprints", route, ids)
            first = _last_number(connection) + 1
            numbered = [
                replace(intent, number=number) for number, intent in enumerate(intents, first)
            ]
            connection.executemany(
                "INSERT INTO intents (number, route, id, reference, step, begun_at, request_id,"
                " run, payload, target, before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                map(_intent_row, numbered),
            )
        return numbered

    def step(self, number: int, step: Step, *, target: str = "", now: datetime) -> None:
        """The open intent goes on to another call, which begins now; see `steps`."""
        self.steps([(number, step, target)], now)

    def steps(self, changes: Sequence[tuple[int, Step, str]], now: datetime) -> None:
        """Several open intents (number, step, target) go on to their next call, which begins now.

        An empty target leaves the known one. Raises ValueError if one of them is not open.
        """
        at = time_to_text(now)
        with self.file.transaction() as connection:
            changed = connection.executemany(
                "UPDATE intents SET step = ?, begun_at = ?,"
                " target = CASE WHEN ? = '' THEN target ELSE ? END"
                " WHERE number = ? AND closed_at IS NULL",
                [(step, at, target, target, number) for number, step, target in changes],
            )
            if changed.rowcount != len(changes):
                raise ValueError(f"not all of these intents are open: {[c[0] for c in changes]}")

    def open_intents(self, route: str, ids: Iterable[str] | None = None) -> dict[str, Intent]:
        """The intents not yet closed, by record id: those of `ids`, or all of the route."""
        if ids is None:
            rows = self.file.rows(_OPEN_INTENTS, (route,))
        else:
            rows = self.file.rows(f"{_OPEN_INTENTS} AND id {IN_IDS}", (route, ids_to_text(ids)))
        return {row[1]: _intent(row) for row in rows}

    def fingerprints(self, route: str, ids: Iterable[str]) -> dict[str, Applied]:
        """What the route last applied for these records, by id."""
        rows = self.file.rows(
            "SELECT id, payload, mapping, content, wanted, seen FROM fingerprints"
            f" WHERE route = ? AND id {IN_IDS}",
            (route, ids_to_text(ids)),
        )
        return {row[0]: Applied(*row[1:]) for row in rows}

    def withdrawn(self, entity: str, ids: Iterable[str]) -> set[str]:
        """Those of these documents of the target that we cancelled ourselves."""
        rows = self.file.rows(
            f"SELECT id FROM withdrawn WHERE entity = ? AND id {IN_IDS}", (entity, ids_to_text(ids))
        )
        return {row[0] for row in rows}


def close_intents(connection: sqlite3.Connection, numbers: Iterable[int], at: str) -> None:
    """Close these intents within the open transaction; a closed one stays as it is."""
    connection.executemany(
        "UPDATE intents SET closed_at = ? WHERE number = ? AND closed_at IS NULL",
        [(at, number) for number in numbers],
    )


def close_intents_of(
    connection: sqlite3.Connection, route: str, ids: Iterable[str], at: str
) -> None:
    """Close the open intents, if any, of these records within the transaction."""
    connection.execute(
        f"UPDATE intents SET closed_at = ? WHERE closed_at IS NULL AND route = ? AND id {IN_IDS}",
        (at, route, ids_to_text(ids)),
    )


def store_fingerprints(
    connection: sqlite3.Connection, route: str, applied: Iterable[tuple[str, Applied]]
) -> None:
    """Replace the fingerprints of records (id, applied) within the open transaction."""
    connection.executemany(
        "INSERT OR REPLACE INTO fingerprints (route, id, payload, mapping, content, wanted, seen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(route, id_, a.payload, a.mapping, a.content, a.wanted, a.seen) for id_, a in applied],
    )


def _by_route(records: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for route, id_ in records:
        found.setdefault(route, []).append(id_)
    return found


def _last_number(connection: sqlite3.Connection) -> int:
    # Not max(number): the newest entries may have been pruned, and no number comes twice.
    last = "SELECT seq FROM sqlite_sequence WHERE name = 'intents'"
    row = connection.execute(last).fetchone()
    return 0 if row is None else int(row[0])


def _intent_row(intent: Intent) -> Row:
    return (
        intent.number,
        intent.route,
        intent.id,
        intent.reference,
        intent.step,
        time_to_text(intent.begun_at),
        intent.request_id,
        intent.run,
        intent.payload,
        intent.target,
        intent.before,
    )


def _intent(row: Row) -> Intent:
    route, record_id, reference, step, begun_at, request_id, run, payload, target, *rest = row
    number, before = rest
    return Intent(
        route=route,
        id=record_id,
        reference=reference,
        step=Step(step),
        begun_at=text_to_time(begun_at),
        request_id=request_id,
        run=run,
        payload=payload,
        target=target,
        number=number,
        before=before,
    )
