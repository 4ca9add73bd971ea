"""The tables of the state file, by version.

A migration that has been released is never edited; a later one follows it. Only what SQLite 3.31
understands is used, because long-lived servers bring old libraries.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("sync-cli state")
"""One for each version, the first for version 1."""

_RUNS = """
CREATE TABLE installation (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    id TEXT NOT NULL,
    last_run INTEGER NOT NULL
);
INSERT INTO installation VALUES (1, lower(hex(randomblob(6))), 0);
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    process INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    exit_code INTEGER,
    counts TEXT NOT NULL DEFAULT '{}'
);
"""
_MARKS = """
CREATE TABLE watermarks (
    route TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    scope TEXT NOT NULL,
    set_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE positions (
    route TEXT PRIMARY KEY,
    resume TEXT NOT NULL,
    since TEXT,
    clock TEXT NOT NULL,
    scope TEXT NOT NULL
) WITHOUT ROWID;
"""
# `number` grows with each linking. A thing is named by the number of its first end.
_LINKS = """
CREATE TABLE ends (
    number INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    thing INTEGER NOT NULL,
    system TEXT NOT NULL,
    part TEXT NOT NULL,
    id TEXT NOT NULL,
    birth TEXT NOT NULL,
    UNIQUE (entity, system, id, part),
    UNIQUE (entity, thing, system, part)
);
CREATE INDEX ends_in_order ON ends (entity, system);
"""
_JOURNAL = """
CREATE TABLE fingerprints (
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    payload TEXT NOT NULL,
    mapping TEXT NOT NULL,
    content TEXT NOT NULL,
    wanted TEXT NOT NULL,
    PRIMARY KEY (route, id)
) WITHOUT ROWID;
CREATE TABLE intents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    reference TEXT NOT NULL,
    step TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    request_id TEXT NOT NULL,
    run INTEGER NOT NULL,
    payload TEXT NOT NULL,
    target TEXT NOT NULL,
    closed_at TEXT
);
CREATE UNIQUE INDEX intents_open ON intents (route, id) WHERE closed_at IS NULL;
CREATE TABLE withdrawn (
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (entity, id)
) WITHOUT ROWID;
"""
_HELD = """
CREATE TABLE held (
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    why TEXT NOT NULL,
    until TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    since TEXT NOT NULL,
    problem TEXT NOT NULL,
    label TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (route, id)
) WITHOUT ROWID;
CREATE INDEX held_until ON held (route, until);
CREATE TABLE dismissed (
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (route, id)
) WITHOUT ROWID;
CREATE TABLE skipped (
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (route, id)
) WITHOUT ROWID;
"""
_STORY = """
CREATE TABLE stages (
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    stage TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (entity, id, stage)
) WITHOUT ROWID;
CREATE TABLE facts (
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    fact TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (entity, id, fact)
) WITHOUT ROWID;
CREATE INDEX facts_by_value ON facts (value);
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    run INTEGER NOT NULL,
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    label TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    payload_hash TEXT NOT NULL,
    target TEXT NOT NULL,
    payload TEXT
);
CREATE INDEX audit_by_record ON audit (id, route);
"""
_SYSTEMS = """
CREATE TABLE identities (
    system TEXT PRIMARY KEY,
    facts TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE pauses (
    system TEXT PRIMARY KEY,
    not_before TEXT NOT NULL,
    why TEXT NOT NULL,
    secret_hash TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE said (
    cause TEXT PRIMARY KEY,
    at TEXT NOT NULL
) WITHOUT ROWID;
"""


@MIGRATIONS(name="0001_first")
def create_first_tables(database: Database) -> None:
    """Version 1."""
    for tables in (_RUNS, _MARKS, _LINKS, _JOURNAL, _HELD, _STORY, _SYSTEMS):
        database.executescript(tables)


_CORRECTIONS = """
CREATE TABLE corrections (
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    path TEXT NOT NULL,
    value TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (entity, id, path)
) WITHOUT ROWID;
"""


@MIGRATIONS(name="0002_corrections")
def create_corrections(database: Database) -> None:
    """Version 2: corrections that people lay over records."""
    database.executescript(_CORRECTIONS)


@MIGRATIONS(name="0003_seen_targets")
def add_seen_targets(database: Database) -> None:
    """Version 3: what the target looked like when it was found in step."""
    database.execute("ALTER TABLE fingerprints ADD COLUMN seen TEXT NOT NULL DEFAULT ''")


_CORRECTED_RECORDS = """
ALTER TABLE held ADD COLUMN birth TEXT NOT NULL DEFAULT '';
ALTER TABLE held ADD COLUMN places TEXT NOT NULL DEFAULT '{}';
ALTER TABLE corrections ADD COLUMN birth TEXT NOT NULL DEFAULT '';
ALTER TABLE corrections ADD COLUMN entry TEXT NOT NULL DEFAULT '';
"""


@MIGRATIONS(name="0004_corrected_records")
def add_corrected_records(database: Database) -> None:
    """Version 4: which record, and which entry of its lists, a correction was for."""
    database.executescript(_CORRECTED_RECORDS)


@MIGRATIONS(name="0005_fields_before")
def add_fields_before(database: Database) -> None:
    """Version 5: what the target held of the fields that a call was to change."""
    database.execute("ALTER TABLE intents ADD COLUMN before TEXT NOT NULL DEFAULT ''")
