"""Several processes on one file: two lanes, two starts at once."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sync_cli.state.connecting import atomic
from sync_cli.state.opening import open_file
from sync_cli.state.store import State
from tests.state.state_examples import (
    NEXT_SCHEMA,
    NOW,
    ROUTE,
    ask,
    ends,
    in_child,
    intent,
    settled,
    succeeded,
)

PROCESSES = 4


def together(work: Callable[[int], None]) -> None:
    """Run `work(number)` in several processes that begin at the same moment."""
    ready, gate = os.pipe()

    def begin(number: int) -> None:
        os.close(gate)
        os.read(ready, 1)
        work(number)

    children = [in_child(lambda number=number: begin(number)) for number in range(PROCESSES)]  # type: ignore[misc]
    os.close(ready)
    os.close(gate)
    assert [succeeded(child) for child in children] == [True] * PROCESSES


def test_programs_that_create_the_file_at_once_share_one_installation(path: Path) -> None:
    def create(_: int) -> None:
        with State.open(path) as state:
            state.set_identity(state.installation, {})

    together(create)
    with State.open(path) as state:
        assert ask(path, "SELECT system FROM identities") == [(state.installation,)]


def test_programs_that_migrate_at_once_do_it_once(path: Path) -> None:
    State.open(path).close()
    together(lambda _: open_file(path, create=True, schema=NEXT_SCHEMA).close())
    assert ask(path, "PRAGMA user_version") == [(NEXT_SCHEMA.version,)]
    assert len(list(path.parent.glob(f"{path.name}.version-*"))) == 1


def test_runs_started_at_once_have_numbers_of_their_own(path: Path) -> None:
    State.open(path).close()

    def start_runs(_: int) -> None:
        with State.open(path) as state:
            for _ in range(10):
                state.start_run("orders", NOW)

    together(start_runs)
    with State.open(path) as state:
        numbers = [run.number for run in state.runs(1000)]
    assert numbers == list(range(PROCESSES * 10, 0, -1))


def test_lanes_that_settle_at_once_lose_nothing(path: Path) -> None:
    State.open(path).close()

    def settle_orders(process: int) -> None:
        with State.open(path) as state:
            for number in range(15):
                id = f"{process}-{number}"
                (begun,) = state.begin([intent(id)])
                state.settle(ROUTE, 1, [settled(begun, ends=ends(id))], NOW)

    together(settle_orders)
    with State.open(path) as state:
        assert state.count_links("order") == PROCESSES * 15
        assert state.open_intents(ROUTE) == {}
        numbers = [row[0] for row in state.file.rows("SELECT number FROM intents ORDER BY 1")]
    assert numbers == list(range(1, PROCESSES * 15 + 1))


def test_changes_that_read_first_wait_for_other_writers_too(path: Path) -> None:
    State.open(path).close()

    def attach_orders(process: int) -> None:
        with State.open(path) as state:
            for number in range(30):
                state.attach("order", *ends(f"{process}-{number}"))

    together(attach_orders)
    with State.open(path) as state:
        assert state.count_links("order") == PROCESSES * 30


class Interrupted(sqlite3.Connection):
    """A connection that somebody breaks off just as a transaction has begun."""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        cursor = super().execute(sql, *parameters)
        if sql.startswith("BEGIN"):
            raise KeyboardInterrupt
        return cursor


def test_a_run_that_is_broken_off_as_it_takes_the_lock_gives_it_back(path: Path) -> None:
    with closing(sqlite3.connect(path, factory=Interrupted, isolation_level=None)) as connection:
        with pytest.raises(KeyboardInterrupt), atomic(connection):
            raise AssertionError("nothing is done")
        assert not connection.in_transaction
