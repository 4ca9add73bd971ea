"""How a connection to a SQLite file is made."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database

BUSY_SECONDS = 30
"""How long a writer waits for another one."""


def connect(path: Path) -> Database:
    """A connection to the existing file at the absolute `path`; never creates one.

    No transaction begins by itself, and plug-ins of sqlite-utils that happen to be installed
    are not loaded.
    """
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )
    return Database(connection, recursive_triggers=False, execute_plugins=False)
