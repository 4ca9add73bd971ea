"""Which files are opened, which are refused, and with which words."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from sync_cli.core.errors import ExitCode, StateError
from sync_cli.state.opening import open_file
from sync_cli.state.schema import APPLICATION_ID, CURRENT, Schema
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


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_file_is_private_and_marked_as_ours(path: Path) -> None:
    old_mask = os.umask(0)
    try:
        with State.open(path) as state:
            state.set_watermark(ROUTE, NOW, "", NOW)
            companions = [path.with_name(path.name + ending) for ending in ("-wal", "-shm")]
            assert [mode(file) for file in (path, *companions)] == [0o600] * 3
    finally:
        os.umask(old_mask)
    assert ask(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert ask(path, "PRAGMA user_version") == [(CURRENT.version,)]


def test_commits_reach_the_disk_and_writers_wait(state: State) -> None:
    settings = {
        name: state.file.rows(f"PRAGMA {name}")[0][0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    full = 2
    assert settings == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }


def test_each_file_is_another_installation_and_keeps_its_name(tmp_path: Path) -> None:
    names = []
    for file in ("a", "b", "a"):
        with State.open(tmp_path / file) as state:
            names.append(state.installation)
    assert names[0] == names[2] != names[1]
    assert all(len(name) == 12 and int(name, 16) >= 0 for name in names)


@pytest.mark.parametrize("wide", [0o644, 0o660, 0o604])
def test_wider_rights_are_taken_away(path: Path, wide: int) -> None:
    State.open(path).close()
    path.chmod(wide)
    State.open(path).close()
    assert mode(path) == 0o600


def test_an_empty_file_is_like_none(path: Path) -> None:
    path.touch()
    with pytest.raises(StateError, match="There is no state file"):
        State.open(path, create=False)
    with State.open(path) as state:
        assert state.last_run_number() == 0
    assert mode(path) == 0o600


def missing_folder(path: Path) -> None:
    path.parent.rmdir()


def a_folder(path: Path) -> None:
    path.mkdir()


def no_sqlite_file(path: Path) -> None:
    path.write_bytes(b"Not a database. " * 1000)


def foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE visits (url)")


def damaged_header(path: Path) -> None:
    State.open(path).close()
    with path.open("r+b") as file:
        file.write(b"\0" * 64)


def damaged_pages(path: Path) -> None:
    State.open(path).close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 40_000)


def newer_version(path: Path) -> None:
    State.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {CURRENT.version + 1}")


def orphaned_log(path: Path) -> None:
    path.with_name(path.name + "-wal").write_bytes(b"what was written last")


BAD_FILES: list[tuple[Callable[[Path], None], str, str]] = [
    (missing_folder, "The folder .*/shop for the state file does not exist", "Create it"),
    (a_folder, "is not a file", "Correct the path"),
    (no_sqlite_file, "it is not a SQLite file", "state backup"),
    (foreign_database, "a SQLite database of another program", "Correct the path"),
    (damaged_header, "its beginning is damaged", "state backup"),
    (damaged_pages, "state.sqlite is damaged", "state backup"),
    (newer_version, "made by a newer sync-cli", "Update sync-cli"),
    (orphaned_log, "is gone, but its write-ahead log", "Bring the state file back"),
]


@pytest.mark.parametrize(("spoil", "message", "remedy"), BAD_FILES)
def test_a_bad_file_is_named_with_a_remedy_and_left_alone(
    tmp_path: Path, spoil: Callable[[Path], None], message: str, remedy: str
) -> None:
    path = tmp_path / "shop" / "state.sqlite"
    path.parent.mkdir()
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StateError, match=message) as raised:
        State.open(path)
    assert remedy in raised.value.remedy
    assert "{" not in raised.value.sentence()
    assert raised.value.exit_code is ExitCode.CONFIG
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_foreign_database_keeps_its_rights(path: Path) -> None:
    foreign_database(path)
    path.chmod(0o644)
    with pytest.raises(StateError):
        State.open(path)
    assert mode(path) == 0o644


def test_without_create_a_missing_file_is_not_made(path: Path) -> None:
    with pytest.raises(StateError, match="There is no state file") as raised:
        State.open(path, create=False)
    assert "state rebuild" in raised.value.remedy
    assert not path.exists()


def test_a_file_without_write_right_is_refused(unprivileged: Path) -> None:
    path = unprivileged / "state.sqlite"
    State.open(path).close()
    path.chmod(0o400)
    with pytest.raises(StateError, match="cannot be read and written by this user"):
        State.open(path)


def test_a_full_disk_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.open", full)
    with pytest.raises(StateError, match="cannot be created: No space left on device"):
        State.open(path)


def test_a_folder_without_write_right_is_refused(unprivileged: Path) -> None:
    path = unprivileged / "state.sqlite"
    State.open(path).close()
    unprivileged.chmod(0o500)
    try:
        with pytest.raises(StateError, match="cannot be written by this user"):
            State.open(path)
    finally:
        unprivileged.chmod(0o700)


def test_a_network_disk_is_refused_before_a_file_is_made(path: Path) -> None:
    mounts = "36 35 98:0 / / rw,noatime - nfs4 server:/export rw"
    with pytest.raises(StateError, match=r"lies on a network disk \(nfs4\)"):
        open_file(path, create=True, mounts=mounts)
    assert not path.exists()


def grow(state: State, megabytes: int) -> None:
    run = state.start_run("products", NOW)
    text = "x" * 500
    state.settle(
        ROUTE,
        run,
        [settled(intent(str(i)), facts={"text": text}) for i in range(megabytes * 700)],
        NOW,
    )


def tear_the_facts(path: Path) -> None:
    """Damage a page that only facts lie in, so that opening does not touch it."""
    marker = b"x" * 500
    data = path.read_bytes()
    place = data.rindex(marker) // 4096 * 4096
    with path.open("r+b") as file:
        file.seek(place)
        file.write(b"\xa5" * 4096)


def test_a_big_file_is_checked_after_a_run_that_died(path: Path) -> None:
    def die_in_a_run() -> None:
        grow(State.open(path), 6)

    assert succeeded(in_child(die_in_a_run))
    State.open(path).close()
    tear_the_facts(path)
    with pytest.raises(StateError, match="is damaged"):
        State.open(path)


def test_a_big_file_opens_unchecked_after_a_proper_end_and_damage_shows_in_use(path: Path) -> None:
    with State.open(path) as state:
        grow(state, 6)
        state.end_run(1, 0, {}, NOW)
    tear_the_facts(path)
    with State.open(path) as state, pytest.raises(StateError, match="is damaged") as raised:
        state.facts("order", [str(i) for i in range(6 * 700)])
    assert "state backup" in raised.value.remedy


def test_a_big_file_in_use_by_a_living_run_is_not_checked(path: Path) -> None:
    with State.open(path) as running:
        grow(running, 6)
    tear_the_facts(path)
    State.open(path).close()


def settle_until_full(state: State, stored: list[str], pages: int) -> None:
    """Settle order after order on a disk of so many pages; `stored` grows with each."""
    state.file.rows(f"PRAGMA max_page_count = {pages}")
    for number in range(10_000):
        state.settle(ROUTE, 1, [settled(intent(str(number)))], NOW)
        stored.append(str(number))


def test_a_file_without_write_ahead_log_gets_one_as_soon_as_nobody_reads(path: Path) -> None:
    State.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("PRAGMA journal_mode = DELETE")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM runs").fetchall()
        with State.open(path) as state:
            assert state.last_run_number() == 0
            reader.execute("COMMIT")
            assert state.start_run("orders", NOW) == 1
    State.open(path).close()
    assert ask(path, "PRAGMA journal_mode") == [("wal",)]


def test_a_full_disk_loses_nothing_and_later_all_goes_on(path: Path) -> None:
    stored: list[str] = []
    with State.open(path) as state:
        with pytest.raises(StateError, match="is full") as raised:
            settle_until_full(state, stored, 80)
        assert "nothing that was stored is lost" in raised.value.remedy
        failed = str(len(stored))
        assert set(state.fingerprints(ROUTE, [*stored, failed])) == set(stored)
        assert set(state.links("order", "shop", "erp", [*stored, failed])) == set(stored)
        state.file.rows("PRAGMA max_page_count = 100000")
        state.settle(ROUTE, 1, [settled(intent(failed))], NOW)
    with State.open(path) as state:
        assert state.count_links("order") == len(stored) + 1 > 1


def test_a_disk_that_refuses_a_write_is_named_and_loses_nothing(path: Path) -> None:
    def write_beyond_the_limit() -> None:
        with State.open(path) as state:
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
            with pytest.raises(StateError, match=r"disk .*/state\.sqlite") as raised:
                settle_until_full(state, [], 100_000)
            assert raised.value.remedy

    assert succeeded(in_child(write_beyond_the_limit))
    with State.open(path) as state:
        assert state.file.rows("PRAGMA integrity_check") == [("ok",)]
        assert 0 < state.count_links("order") == len(state.audit(limit=100_000))


def test_a_migration_keeps_everything_and_a_copy_of_the_old_file(path: Path) -> None:
    with State.open(path) as state:
        state.attach("order", *ends("7"))
    with State(open_file(path, create=True, schema=NEXT_SCHEMA)) as state:
        assert state.count_links("order") == 1
        assert state.file.rows("SELECT * FROM later") == []
    assert ask(path, "PRAGMA user_version") == [(NEXT_SCHEMA.version,)]
    copy = path.with_name(f"{path.name}.version-{CURRENT.version}")
    assert mode(copy) == 0o600
    with State.open(copy) as old:
        assert old.count_links("order") == 1


def test_a_second_migration_of_a_restored_file_leaves_the_first_copy_alone(path: Path) -> None:
    copy = path.with_name(f"{path.name}.version-{CURRENT.version}")
    copy.write_text("the first copy")
    State.open(path).close()
    open_file(path, create=True, schema=NEXT_SCHEMA).close()
    assert copy.read_text() == "the first copy"
    assert ask(copy.with_name(f"{copy.name}.2"), "PRAGMA user_version") == [(CURRENT.version,)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    broken = Migrations("sync-cli state")

    @broken(name="broken")
    def break_off(database: Database) -> None:
        database.execute("CREATE TABLE half (id TEXT)")
        raise RuntimeError("a bug in the migration")

    State.open(path).close()
    with pytest.raises(RuntimeError):
        open_file(path, create=True, schema=Schema(CURRENT.version + 1, lambda: broken))
    assert ask(path, "PRAGMA user_version") == [(CURRENT.version,)]
    assert ask(path, "SELECT name FROM sqlite_master WHERE name = 'half'") == []
    State.open(path).close()


def test_a_migrated_file_is_refused_by_the_older_program(path: Path) -> None:
    open_file(path, create=True, schema=NEXT_SCHEMA).close()
    with pytest.raises(StateError, match="made by a newer sync-cli"):
        State.open(path)
