"""Which version the state file has, and which one this program knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations

APPLICATION_ID = 0x73796E63
"""Marks our files in the SQLite header: "sync" in ASCII."""


class Schema(Struct, frozen=True):
    """A version of the tables, and what gives the way to it from every older one."""

    version: int
    migrations: Callable[[], Migrations]


def _migrations() -> Migrations:
    # sqlite-utils costs a tenth of the start, and only a new or an older file needs it.
    from sync_cli.state.migrations import MIGRATIONS

    return MIGRATIONS


CURRENT = Schema(version=5, migrations=_migrations)
"""`version` is the number of migrations; the header of each file (`user_version`) tells its own."""
