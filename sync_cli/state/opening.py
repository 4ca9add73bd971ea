"""Opens the state file, or says in plain words why it must not be used."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sync_cli.core.errors import StateError
from sync_cli.state.backup import copy_database
from sync_cli.state.connecting import BUSY_SECONDS, atomic, connect
from sync_cli.state.faults import damaged, is_busy, is_fault, state_error
from sync_cli.state.file import StateFile
from sync_cli.state.places import (
    check_disk,
    check_existing,
    check_folder,
    create_private,
    make_private,
    read_mounts,
)
from sync_cli.state.schema import APPLICATION_ID, CURRENT, Schema

_ALWAYS_CHECKED = 4_000_000
"""Bytes. SQLite checks a file of this size in a few milliseconds."""

_CACHE = -16_384
"""SQLite's page cache in KiB, negative by its convention."""


def open_file(
    path: Path, *, create: bool, schema: Schema = CURRENT, mounts: str | None = None
) -> StateFile:
    """The open state file, created or brought to the newest version where needed.

    Raises StateError with a remedy for a missing, foreign, damaged, newer or unwritable file, and
    for one on a network disk. `mounts` stands for the mount table of this machine.
    """
    place = path.resolve()
    check_disk(place, read_mounts() if mounts is None else mounts)
    check_folder(place)
    _find_or_create(place, create=create)
    try:
        return StateFile(place, _open(place, schema, create=create))
    except sqlite3.Error as error:
        if not is_fault(error):
            raise
        raise state_error(place, error) from error


def _find_or_create(path: Path, *, create: bool) -> None:
    # The file is never opened here other than through SQLite: closing any other handle of it
    # would drop the locks that this process holds on it (sqlite.org/howtocorrupt.html, 2.2).
    if path.exists():
        check_existing(path)
    elif not create:
        raise _missing(path)
    if not path.exists() or not path.stat().st_size:
        _refuse_orphaned_log(path)
    if create:
        _create(path)


def _create(path: Path) -> None:
    try:
        create_private(path)
    except OSError as error:
        raise StateError(
            f"The state file {path} cannot be created: {error.strerror}.",
            "Name a file on a local disk that has room and that this user can write.",
        ) from error


def _missing(path: Path) -> StateError:
    return StateError(
        f"There is no state file {path}.",
        "The first run creates it. If there was one, bring back the newest copy made by"
        " `sync-cli state backup`, or run `sync-cli state rebuild`.",
    )


def _refuse_orphaned_log(path: Path) -> None:
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise StateError(
            f"The state file {path} is gone, but its write-ahead log {log} is still there.",
            "Bring the state file back before anything else is done. If a backup is restored"
            f" instead, move {log} away first.",
        )


def _open(path: Path, schema: Schema, *, create: bool) -> sqlite3.Connection:
    connection = connect(path)
    try:
        version = _check_ours(connection, path, schema, create=create)
        make_private(path)
        _set_up(connection)
        if version:
            _check_health(connection, path)
        if version < schema.version:
            _migrate(connection, path, schema)
            _set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_ours(connection: sqlite3.Connection, path: Path, schema: Schema, *, create: bool) -> int:
    """The version of the file, 0 if it is still empty; nothing of it is changed."""
    if not _pragma(connection, "page_count"):
        if not create:
            raise _missing(path)
        return 0
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise StateError(
            f"The file {path} is a SQLite database of another program.",
            "It was not touched. Correct the path of the state in the config.",
        )
    version = _pragma(connection, "user_version")
    if version > schema.version:
        raise StateError(
            f"The state file {path} was made by a newer sync-cli (version {version} of the file;"
            f" this program knows {schema.version}).",
            "Update sync-cli. An older program must not write it.",
        )
    return version


def _set_up(connection: sqlite3.Connection) -> None:
    _use_write_ahead_log(connection)
    for setting in ("synchronous = FULL", "foreign_keys = ON", f"cache_size = {_CACHE}"):
        connection.execute(f"PRAGMA {setting}")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    # An empty file stays as it is: its first page is written together with our mark, in one
    # transaction, so that a kill leaves it empty or whole.
    if not _pragma(connection, "page_count") or _journal_mode(connection) == "wal":
        return
    # Nobody may have the file open during the switch. It is not waited for: until the next start
    # the file stays with a rollback journal, which is as safe.
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if not is_busy(error):
            raise
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _check_health(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size > _ALWAYS_CHECKED and not _last_run_died(connection):
        return
    finding = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if finding != "ok":
        raise damaged(path, " ".join(finding.split()))


def _last_run_died(connection: sqlite3.Connection) -> bool:
    last = "SELECT process, ended_at FROM runs ORDER BY number DESC LIMIT 1"
    row = connection.execute(last).fetchone()
    return row is not None and row[1] is None and not _is_alive(row[0])


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _migrate(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    from sqlite_utils import Database

    # Of two programs started at once one migrates; the other waits here and finds the work done.
    with atomic(connection):
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        version = _check_ours(connection, path, schema, create=True)
        if version == schema.version:
            return
        if version:
            _copy_beside(path, version)
        # Plug-ins of sqlite-utils that happen to be installed are not loaded.
        schema.migrations().apply(Database(connection, execute_plugins=False))
        connection.execute(f"PRAGMA user_version = {schema.version}")


def _copy_beside(path: Path, version: int) -> None:
    """Keep the file as it was before the migration, under a name that is still free."""
    name = f"{path.name}.version-{version}"
    taken = {other.name for other in path.parent.glob(f"{path.name}.version-*")}
    names = (name, *(f"{name}.{count}" for count in range(2, len(taken) + 3)))
    # A second connection sees what is committed; the first one only holds the lock.
    source = connect(path)
    try:
        copy_database(source, path.with_name(next(free for free in names if free not in taken)))
    finally:
        source.close()


def _journal_mode(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
