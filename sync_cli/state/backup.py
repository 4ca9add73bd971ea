"""Copies of the state file that are whole even while others write it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sync_cli.core.errors import StateError
from sync_cli.state.connecting import connect
from sync_cli.state.faults import damaged, is_fault, state_error
from sync_cli.state.file import Room
from sync_cli.state.places import create_private


class Backups(Room):
    """Copies for safe keeping."""

    def backup(self, target: Path) -> None:
        """Copy the state as of now to the new file `target` (mode 0600), and check the copy.

        Runs of other lanes go on meanwhile. Raises StateError if `target` exists already, cannot
        be written or turns out damaged; then no file is left there.
        """
        copy_database(self.file.connection, target)


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """Copy what is committed in `source` to a new file; raises StateError, see `backup`."""
    place = target.absolute()
    _create(place)
    try:
        _fill(source, place)
    except BaseException as error:
        _remove(place)
        if isinstance(error, sqlite3.Error) and is_fault(error):
            raise state_error(place, error) from error
        raise


def _create(target: Path) -> None:
    try:
        created = create_private(target)
    except OSError as error:
        raise StateError(
            f"The copy {target} cannot be created: {error.strerror}.",
            "Name a file in an existing folder that this user can write.",
        ) from error
    if not created:
        raise StateError(
            f"There is already a file {target}.",
            "A backup never overwrites anything: name a new file, or move that one away.",
        )


def _fill(source: sqlite3.Connection, target: Path) -> None:
    copy = connect(target)
    try:
        source.backup(copy)
        # A copy is one file: its write-ahead log is not to be forgotten when it is moved.
        copy.execute("PRAGMA journal_mode = DELETE")
        finding = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
    finally:
        copy.close()
    if finding != "ok":
        raise damaged(target, " ".join(finding.split()))
    _make_durable(target.parent)


def _make_durable(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(target: Path) -> None:
    for ending in ("", "-journal", "-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
