"""What operations leave behind, committed as one: link, fingerprint, journal and all the rest."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from sync_cli.core.outcome import Settlement
from sync_cli.state.file import Room
from sync_cli.state.held import forget_dismissals, store_held, store_skipped
from sync_cli.state.journal import close_intents, close_intents_of, store_fingerprints
from sync_cli.state.links import Pair, attach_pairs
from sync_cli.state.story import AuditEntry, write_audit
from sync_cli.state.texts import time_to_text


class Settling(Room):
    """The one way by which an operation's result is stored."""

    def settle(
        self, route: str, run: int, settlements: Sequence[Settlement], now: datetime
    ) -> None:
        """Store all settlements of a route in one transaction; of one record the last one counts.

        A fingerprint says that the target is known, so it closes an intent that is open for the
        record in any case. Raises LinkConflict, and ValueError for a settlement that contradicts
        itself; then nothing is stored and the intents stay open.
        """
        for settlement in settlements:
            _check(route, settlement)
        at = time_to_text(now)
        with self.file.transaction() as connection:
            _close(connection, route, settlements, at)
            _link(connection, settlements)
            _store_applied(connection, route, settlements)
            store_held(connection, route, list({s.id: s.held for s in settlements}.items()))
            store_skipped(connection, route, list({s.id: s.skipped for s in settlements}.items()))
            _store_withdrawn(connection, settlements, at)
            _tell_story(connection, settlements)
            entries = (
                AuditEntry(at, run, route, s.id, s.label, s.audit) for s in settlements if s.audit
            )
            write_audit(connection, entries)


def _check(route: str, settlement: Settlement) -> None:
    if settlement.keep_intent and settlement.applied is not None:
        raise ValueError(f"{route} {settlement.id}: applied, and yet its intent is in doubt")
    held = settlement.held
    if held is not None and (held.route, held.id) != (route, settlement.id):
        raise ValueError(f"{route} {settlement.id}: would hold {held.route} {held.id}")
    tells = settlement.ends or settlement.withdrawn or settlement.stages or settlement.facts
    if tells and not settlement.entity:
        raise ValueError(f"{route} {settlement.id}: of which entity?")


def _close(
    connection: sqlite3.Connection, route: str, settlements: Sequence[Settlement], at: str
) -> None:
    closed = [s for s in settlements if not s.keep_intent]
    close_intents(connection, [s.intent for s in closed if s.intent], at)
    close_intents_of(connection, route, [s.id for s in closed if s.applied is not None], at)


def _link(connection: sqlite3.Connection, settlements: Sequence[Settlement]) -> None:
    pairs: dict[str, list[Pair]] = {}
    for settlement in settlements:
        if settlement.ends is not None:
            pairs.setdefault(settlement.entity, []).append(settlement.ends)
    for entity, of_entity in pairs.items():
        attach_pairs(connection, entity, of_entity)


def _store_applied(
    connection: sqlite3.Connection, route: str, settlements: Sequence[Settlement]
) -> None:
    applied = [(s.id, s.applied) for s in settlements if s.applied is not None]
    store_fingerprints(connection, route, applied)
    forget_dismissals(connection, route, (id_ for id_, _ in applied))


def _store_withdrawn(
    connection: sqlite3.Connection, settlements: Sequence[Settlement], at: str
) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO withdrawn VALUES (?, ?, ?)",
        [(s.entity, s.withdrawn, at) for s in settlements if s.withdrawn],
    )


def _tell_story(connection: sqlite3.Connection, settlements: Sequence[Settlement]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO stages VALUES (?, ?, ?, ?)",
        [
            (s.entity, s.id, stage, time_to_text(at))
            for s in settlements
            for stage, at in s.stages.items()
        ],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)",
        [(s.entity, s.id, fact, value) for s in settlements for fact, value in s.facts.items()],
    )
