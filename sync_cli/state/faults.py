"""What SQLite complains of, in plain words with a remedy."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sync_cli.core.errors import StateError

_PRIMARY = 0xFF
"""SQLite's extended result codes keep the primary code in the lowest byte."""

_RESTORE = (
    "Stop all runs, move {path} and the files {name}-wal and {name}-shm beside it away, and put"
    " the newest copy made by `sync-cli state backup` in its place; without a copy, run"
    " `sync-cli state rebuild`."
)
_SENTENCES: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: (
        "The disk that holds the state file {path} is full.",
        "Free some space and run again; nothing that was stored is lost.",
    ),
    sqlite3.SQLITE_READONLY: (
        "The state file {path} cannot be written: the file, its folder or the disk is read-only.",
        "Give the user that runs sync-cli the right to write the file and its folder.",
    ),
    sqlite3.SQLITE_PERM: (
        "The state file {path} may not be used by this user.",
        "Run sync-cli as the user that owns the file.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The state file {path} cannot be opened.",
        "See that the file and its folder exist and that this user may read and write both.",
    ),
    sqlite3.SQLITE_CORRUPT: ("The state file {path} is damaged.", _RESTORE),
    sqlite3.SQLITE_NOTADB: (
        "The file {path} is no state file of sync-cli: it is not a SQLite file, or its beginning"
        " is damaged.",
        "If another file should be used, correct the path of the state in the config. " + _RESTORE,
    ),
    sqlite3.SQLITE_BUSY: (
        "Another program has kept the state file {path} locked for too long.",
        "Close programs that have it open (a database browser, a backup), then run again.",
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk did not read or write the state file {path} properly.",
        "See whether the disk is full or failing (the system's log tells). " + _RESTORE,
    ),
}
_SENTENCES[sqlite3.SQLITE_LOCKED] = _SENTENCES[sqlite3.SQLITE_BUSY]


def is_fault(error: sqlite3.Error) -> bool:
    """Whether the file or the disk is to blame; otherwise the program is."""
    return _primary_code(error) in _SENTENCES


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process has the file locked just now."""
    return _primary_code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def state_error(path: Path, error: sqlite3.Error) -> StateError:
    """The sentence and the remedy for a fault of the file at `path`."""
    message, remedy = _SENTENCES[_primary_code(error)]
    return StateError(
        message.format(path=path),
        remedy.format(path=path, name=path.name),
    )


def damaged(path: Path, finding: str) -> StateError:
    """What SQLite's own check found wrong."""
    message, remedy = _SENTENCES[sqlite3.SQLITE_CORRUPT]
    return StateError(
        f"{message.format(path=path)[:-1]}: {finding}.", remedy.format(path=path, name=path.name)
    )


def _primary_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY
