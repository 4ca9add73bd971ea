"""The story of each record: its stages, the facts people search by, the audit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from msgspec import Struct

from sync_cli.core.outcome import Audit, Stage
from sync_cli.core.values import Discreet
from sync_cli.state.file import Room, Row, Value
from sync_cli.state.texts import IN_IDS, data_to_text, ids_to_text, text_to_time


class AuditRow(Discreet, Struct, frozen=True):
    """One line of the audit, as stored."""

    hidden: ClassVar[frozenset[str]] = frozenset({"payload"})

    number: int
    at: datetime
    run: int
    route: str
    id: str
    label: str
    operation: str
    outcome: str
    reason: str
    request_id: str
    payload_hash: str
    target: str
    payload: Mapping[str, Any] | None = None


class AuditEntry(Struct, frozen=True):
    """One line of the audit, to be stored; `at` is the text of a time."""

    at: str
    run: int
    route: str
    id: str
    label: str
    audit: Audit


class Story(Room):
    """Stages and facts by entity and id; the audit by route and id."""

    def stages(self, entity: str, id: str) -> dict[Stage, datetime]:
        """The stations that the record has reached, each with the first time it did."""
        rows = self.file.rows(
            "SELECT stage, at FROM stages WHERE entity = ? AND id = ? ORDER BY at", (entity, id)
        )
        return {Stage(stage): text_to_time(at) for stage, at in rows}

    def at_stage(self, entity: str, stage: Stage, ids: Iterable[str]) -> set[str]:
        """Those of these records that have reached `stage`."""
        rows = self.file.rows(
            f"SELECT id FROM stages WHERE entity = ? AND stage = ? AND id {IN_IDS}",
            (entity, stage, ids_to_text(ids)),
        )
        return {row[0] for row in rows}

    def facts(self, entity: str, ids: Iterable[str]) -> dict[str, dict[str, str]]:
        """The facts of these records: id -> fact -> value; records without facts are absent."""
        rows = self.file.rows(
            f"SELECT id, fact, value FROM facts WHERE entity = ? AND id {IN_IDS} ORDER BY id, fact",
            (entity, ids_to_text(ids)),
        )
        found: dict[str, dict[str, str]] = {}
        for record_id, fact, value in rows:
            found.setdefault(record_id, {})[fact] = value
        return found

    def search_facts(self, value: str) -> list[tuple[str, str, str]]:
        """Where exactly this value is a fact: (entity, id, fact)."""
        rows = self.file.rows(
            "SELECT entity, id, fact FROM facts WHERE value = ? ORDER BY entity, id, fact", (value,)
        )
        return [(entity, record_id, fact) for entity, record_id, fact in rows]

    def audit(
        self, route: str | None = None, id: str | None = None, limit: int = 100
    ) -> list[AuditRow]:
        """The last `limit` lines, newest first, of a route, of a record, or of everything."""
        limits = {"route = ?": route, "id = ?": id}
        chosen: dict[str, Value] = {
            key: value for key, value in limits.items() if value is not None
        }
        where = f" WHERE {' AND '.join(chosen)}" if chosen else ""
        rows = self.file.rows(
            "SELECT number, at, run, route, id, label, operation, outcome, reason, request_id,"
            f" payload_hash, target, payload FROM audit{where} ORDER BY number DESC LIMIT ?",
            (*chosen.values(), limit),
        )
        return [_audit_row(row) for row in rows]


def write_audit(connection: sqlite3.Connection, entries: Iterable[AuditEntry]) -> None:
    """Add lines to the audit within the open transaction."""
    connection.executemany(
        "INSERT INTO audit (at, run, route, id, label, operation, outcome, reason, request_id,"
        " payload_hash, target, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        map(_entry_row, entries),
    )


def _entry_row(entry: AuditEntry) -> Row:
    audit = entry.audit
    return (
        entry.at,
        entry.run,
        entry.route,
        entry.id,
        entry.label,
        audit.operation,
        audit.outcome,
        audit.reason,
        audit.request_id,
        audit.payload_hash,
        audit.target,
        None if audit.payload is None else data_to_text(dict(audit.payload)),
    )


def _audit_row(row: Row) -> AuditRow:
    (number, at, run, route, record_id, label, operation, outcome) = row[:8]
    (reason, request_id, payload_hash, target, payload) = row[8:]
    return AuditRow(
        number=number,
        at=text_to_time(at),
        run=run,
        route=route,
        id=record_id,
        label=label,
        operation=operation,
        outcome=outcome,
        reason=reason,
        request_id=request_id,
        payload_hash=payload_hash,
        target=target,
        payload=None if payload is None else json.loads(payload),
    )
