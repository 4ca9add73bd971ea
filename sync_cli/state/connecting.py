"""How a connection to a SQLite file is made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_SECONDS = 30
"""How long a writer waits for another one."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the existing file at the absolute `path`; never creates one.

    No transaction begins by itself.
    """
    return sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )


@contextmanager
def atomic(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it is on the disk when the block ends, or none of it.

    It takes the write lock at once, for which it waits up to `BUSY_SECONDS`: one that has read
    before cannot wait for another writer any more, SQLite fails it.
    """
    try:
        # within: an interrupt from the keyboard may come just as the lock is taken
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite may have given the transaction up itself, as it does when the disk is full.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
