"""A temporary file for planned operations, so that a whole catalogue needs no memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from sync_cli.state.connecting import atomic, connect
from sync_cli.state.file import Room, StateFile
from sync_cli.state.texts import IN_IDS, exact_to_text, ids_to_text, text_to_exact

_BUFFERED = 500
"""Rows that are written at a time."""


class Spooled(NamedTuple):
    """One row: its key, the key of its parent (empty if none), and the values."""

    key: str
    parent: str
    values: tuple[Any, ...]


class Spool:
    """Rows on the disk that vanish with the process, however it ends."""

    def __init__(self, state: Path) -> None:
        self._buffer: list[tuple[str, str, str]] = []
        self._count = 0
        self._file = _open_nameless(state)

    def append(self, key: str, parent: str, values: Sequence[Any]) -> None:
        """Add a row. `values` is made of what JSON knows, and Decimals; TypeError otherwise."""
        self._buffer.append((key, parent, exact_to_text(values)))
        self._count += 1
        if len(self._buffer) >= _BUFFERED:
            self._write()

    def note(self, keys: Iterable[str]) -> None:
        """Add rows that have nothing but their key, for `among`."""
        for key in keys:
            self.append(key, "", ())

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Spooled]:
        """All rows in the order they came; add none while reading."""
        return self._read("ORDER BY rowid")

    def by_key(self) -> Iterator[Spooled]:
        """All rows in the order of their keys."""
        self._index("key")
        return self._read("ORDER BY key, rowid")

    def by_parent(self) -> Iterator[Spooled]:
        """All rows, those of one parent together, within it in the order of their keys."""
        self._index("parent, key")
        return self._read("ORDER BY parent, key, rowid")

    def among(self, keys: Iterable[str]) -> set[str]:
        """Those of these keys that have a row."""
        self._index("key")
        query = f"SELECT key FROM rows WHERE key {IN_IDS}"
        return {key for (key,) in self._file.rows(query, (ids_to_text(keys),))}

    def close(self) -> None:
        """Give the space back."""
        self._file.close()

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self) -> None:
        with self._file.plain_words(), atomic(self._file.connection):
            self._file.connection.executemany("INSERT INTO rows VALUES (?, ?, ?)", self._buffer)
        self._buffer.clear()

    def _index(self, columns: str) -> None:
        # Sorting by an index writes keys only to SQLite's own temporary files, not the contents.
        self._write()
        self._file.rows(f'CREATE INDEX IF NOT EXISTS "{columns}" ON rows ({columns})')

    def _read(self, order: str) -> Iterator[Spooled]:
        self._write()
        with self._file.plain_words():
            query = f"SELECT key, parent, spooled FROM rows {order}"
            for key, parent, text in self._file.connection.execute(query):
                yield Spooled(key, parent, tuple(text_to_exact(text)))


def _open_nameless(state: Path) -> StateFile:
    """A database in a file (mode 0600) whose name is gone at once: no kill leaves it behind."""
    handle, name = tempfile.mkstemp(prefix=f".{state.name}-spool-", dir=state.parent)
    os.close(handle)
    try:
        connection = connect(Path(name))
    finally:
        Path(name).unlink()
    # `state` names the disk in the messages: the file itself has no name any more.
    file = StateFile(state, connection)
    for setting in ("locking_mode = EXCLUSIVE", "journal_mode = MEMORY", "synchronous = OFF"):
        file.rows(f"PRAGMA {setting}")
    file.rows("CREATE TABLE rows (key TEXT, parent TEXT, spooled TEXT)")
    return file


class Spools(Room):
    """Temporary files beside the state file."""

    def spool(self) -> Spool:
        """A new, empty spool (mode 0600); close it when done."""
        return Spool(self.file.path)
