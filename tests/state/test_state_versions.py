"""A state file of every version ever released opens, with all that was in it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlite_utils import Database

from sync_cli.core.item import Link
from sync_cli.core.outcome import Stage
from sync_cli.state.schema import CURRENT
from sync_cli.state.store import Pause, Position, RunRow, State, Watermark
from tests.state.state_examples import (
    MINUTE,
    NOW,
    ROUTE,
    applied,
    ask,
    held,
    intent,
)

VERSIONS = sorted(
    Path(__file__).with_name("versions").glob("*.sql"), key=lambda file: int(file.stem)
)


@pytest.fixture(params=VERSIONS, ids=lambda file: f"version {file.stem}")
def old(request: pytest.FixtureRequest, path: Path) -> Path:
    """A file of an older version, built without the program."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(request.param.read_text())
    return path


def test_every_version_has_its_example() -> None:
    assert [file.stem for file in VERSIONS] == [str(v + 1) for v in range(CURRENT.version)]
    assert len(CURRENT.migrations().pending(Database(memory=True))) == CURRENT.version


def test_runs_and_marks_of_an_older_version_are_kept(old: Path) -> None:
    with State.open(old) as state:
        assert (state.installation, state.last_run_number()) == ("0123456789ab", 2)
        assert state.runs(9) == [
            RunRow(2, "orders", NOW + MINUTE, None, None, {}),
            RunRow(1, "orders", NOW, NOW + MINUTE, 3, {"created": 1}),
        ]
        assert state.position(ROUTE) == Position("page 3", None, NOW, "scope")
        assert state.watermarks() == {"shop.refunds": Watermark(NOW, "scope", NOW + MINUTE)}


def test_links_and_journal_of_an_older_version_are_kept(old: Path) -> None:
    with State.open(old) as state:
        assert state.links("order", "shop", "erp", ["7"]) == {
            "7": Link("7", "S7", "key-7", "WC-x-7")
        }
        known = state.fingerprints(ROUTE, ["7"])["7"]
        assert replace(known, seen="") == applied("7")
        [begun] = state.open_intents(ROUTE).values()
        assert replace(begun, before="") == intent("8", number=2)
        assert state.withdrawn("order", ["S6"]) == {"S6"}


def test_held_records_and_stories_of_an_older_version_are_kept(old: Path) -> None:
    with State.open(old) as state:
        [known] = state.held()
        assert replace(known, birth="", places={}) == held("9")
        assert state.dismissed(ROUTE, ["10"]) == {"10": "old"}
        assert state.skipped(ROUTE) == {"11": "draft"}
        assert state.stages("order", "7") == {Stage.CREATED: NOW}
        assert state.search_facts("SO7") == [("order", "7", "erp_number")]
        assert [line.operation for line in state.audit()] == ["dismiss", "create"]


def test_what_an_older_version_knew_of_systems_is_kept(old: Path) -> None:
    with State.open(old) as state:
        assert state.identity("shop") == {"home_url": "https://shop.example"}
        assert state.pause("erp") == Pause(NOW + MINUTE, "access denied", "hash")
        assert not state.say_once("the ERP is down", NOW, MINUTE)


def test_corrections_are_kept_since_version_2(old: Path) -> None:
    with State.open(old) as state:
        paths = [(one.path, one.value, one.who) for one in state.corrections("order", "9")]
    known = [("lines[1].tax_class", "reduced", "anna")]
    assert paths == (known if int(version_of(old)) >= 2 else [])


def test_what_targets_looked_like_is_kept_since_version_3(old: Path) -> None:
    with State.open(old) as state:
        seen = state.fingerprints(ROUTE, ["7"])["7"].seen
    assert seen == ("seen-7" if int(version_of(old)) >= 3 else "")


def test_what_a_correction_was_for_is_kept_since_version_4(old: Path) -> None:
    with State.open(old) as state:
        [known] = state.held()
        found = [(one.birth, one.entry) for one in state.corrections("order", "9")]
    if int(version_of(old)) >= 4:
        assert (known.birth, dict(known.places)) == ("key-9", {"lines[1]": "91"})
        assert found == [("key-9", "91")]
    else:
        assert (known.birth, dict(known.places)) == ("", {})
        assert set(found) <= {("", "")}


def test_what_a_call_was_to_change_is_kept_since_version_5(old: Path) -> None:
    with State.open(old) as state:
        [known] = state.open_intents(ROUTE).values()
    assert known.before == ("note=0123456789ab" if int(version_of(old)) >= 5 else "")


def version_of(path: Path) -> str:
    """The newest migration that the example brought along, by its time."""
    query = "SELECT count(*) FROM _sqlite_migrations WHERE applied_at LIKE '2026-03-01 12:30:15%'"
    return str(ask(path, query)[0][0])


def test_a_migrated_file_has_the_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    State.open(fresh).close()
    State.open(old).close()
    assert tables(old) == tables(fresh)


def tables(path: Path) -> list[str]:
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    return [re.sub(r"\s+", " ", sql) for (sql,) in ask(path, query)]
