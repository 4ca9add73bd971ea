"""Example records for the tests of the state file."""

from __future__ import annotations

import os
import sqlite3
import traceback
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from sync_cli.core.errors import Problem
from sync_cli.core.item import Applied, Held, Intent, Step, Why
from sync_cli.core.outcome import Audit, End, Settlement, Stage
from sync_cli.state.schema import CURRENT, Schema

NOW = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROUTE = "shop.orders"
PROBLEM = Problem(
    "no-tax-class", "Order 7", "line 2 has no tax class", "Set one.", "shop", "lines", 400, True
)

NEXT = Migrations("sync-cli state")
for migration in CURRENT.migrations().pending(Database(memory=True)):
    NEXT(name=migration.name)(migration.fn)


@NEXT(name="next_version")
def add_a_table(database: Database) -> None:
    database.execute("CREATE TABLE later (id TEXT)")


NEXT_SCHEMA = Schema(CURRENT.version + 1, lambda: NEXT)
"""The tables as a later release might have them."""


def intent(id: str, **changes: Any) -> Intent:
    """An intent to create the order `id`."""
    return replace(Intent(ROUTE, id, f"WC-x-{id}", Step.CREATE, NOW, f"request-{id}", 1), **changes)


def applied(id: str) -> Applied:
    """The fingerprint of the order `id`."""
    return Applied(f"payload-{id}", "mapping-1", f"content-{id}", "confirmed")


def ends(id: str) -> tuple[End, End]:
    """The order `id` of the shop and its document in the ERP."""
    return End("shop", id, f"key-{id}"), End("erp", f"S{id}", f"WC-x-{id}")


def settled(begun: Intent, **changes: Any) -> Settlement:
    """The settlement of an order that was created and confirmed."""
    settlement = Settlement(
        begun.id,
        f"Order {begun.id}",
        intent=begun.number,
        entity="order",
        ends=ends(begun.id),
        applied=applied(begun.id),
        stages={Stage.CREATED: NOW},
        facts={"erp_number": f"SO{begun.id}"},
        audit=Audit("create", "done", request_id=begun.request_id, target=f"S{begun.id}"),
    )
    return replace(settlement, **changes)


def held(id: str, **changes: Any) -> Held:
    """The order `id` on the held list, due in a minute."""
    return replace(
        Held(ROUTE, id, Why.RETRY, NOW + MINUTE, 2, NOW, PROBLEM, f"Order {id}", "content"),
        **changes,
    )


def ask(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What a file holds, asked past the program."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def in_child(work: Callable[[], None]) -> int:
    """Do `work` in a forked process; returns that process's id. Its exit code is 0 if all went."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def succeeded(child: int) -> bool:
    """Wait for a forked process; whether it ended well."""
    return os.waitpid(child, 0)[1] == 0
