"""An open state file: reads, and changes that are one transaction each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sync_cli.state.connecting import atomic
from sync_cli.state.faults import is_fault, state_error
from sync_cli.state.texts import IN_IDS, ids_to_text

Row = tuple[Any, ...]
"""A row as SQLite gives it; the schema says the types."""

Value = str | int | None


class StateFile:
    """The open database; every fault of file or disk becomes a StateError that names it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection

    def rows(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """All rows of a query."""
        with self.plain_words():
            return self.connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Value] = ()) -> Row | None:
        """The first row of a query; None if there is none."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One state change: all of it is on the disk when the block ends, or none of it.

        The writers of other lanes wait for each other, for 30 seconds at most.
        """
        with self.plain_words(), atomic(self.connection):
            yield self.connection

    @contextmanager
    def plain_words(self) -> Iterator[None]:
        """Raises StateError for SQLite's complaints about file and disk; a bug stays a bug."""
        try:
            yield
        except sqlite3.Error as error:
            if not is_fault(error):
                raise
            raise state_error(self.path, error) from error

    def close(self) -> None:
        """Close the database; its write-ahead log goes into the file."""
        with self.plain_words():
            self.connection.close()


class Room:
    """A part of the state: the methods for one kind of memory, over the common file."""

    def __init__(self, file: StateFile) -> None:
        self.file = file


def forget(connection: sqlite3.Connection, table: str, route: str, ids: Iterable[str]) -> None:
    """Delete the rows of these records from a table by route and id, within the transaction."""
    gone = list(ids)
    if gone:
        statement = f"DELETE FROM {table} WHERE route = ? AND id {IN_IDS}"
        connection.execute(statement, (route, ids_to_text(gone)))
