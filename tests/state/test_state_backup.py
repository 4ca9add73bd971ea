"""Copies of the state file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync_cli.core.errors import StateError
from sync_cli.state.store import State
from tests.state.state_examples import ask, ends


def test_a_copy_is_one_private_file_with_everything(state: State, tmp_path: Path) -> None:
    state.attach("order", *ends("7"))
    (tmp_path / "safe").mkdir()
    target = tmp_path / "safe" / "copy.sqlite"
    state.backup(target)
    assert list(target.parent.iterdir()) == [target]
    assert target.stat().st_mode & 0o777 == 0o600
    assert ask(target, "PRAGMA journal_mode") == [("delete",)]
    with State.open(target) as copy:
        assert copy.installation == state.installation
        assert copy.count_links("order") == 1


def test_a_copy_made_while_another_writes_holds_what_was_committed(
    state: State, tmp_path: Path, path: Path
) -> None:
    state.attach("order", *ends("7"))
    with State.open(path) as other, other.file.transaction() as connection:
        connection.execute("DELETE FROM ends")
        state.backup(tmp_path / "copy")
    with State.open(tmp_path / "copy") as copy:
        assert copy.count_links("order") == 1


def test_a_copy_never_overwrites(state: State, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    with pytest.raises(StateError, match="There is already a file"):
        state.backup(target)
    assert target.read_text() == "precious"


def test_a_copy_into_a_missing_folder_is_refused(state: State, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be created: No such file") as raised:
        state.backup(tmp_path / "missing" / "copy")
    assert "existing folder" in raised.value.remedy


def test_a_copy_of_a_damaged_file_is_not_kept(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    with State.open(path) as state:
        with path.open("r+b") as file:
            file.seek(8 * 4096)
            file.write(b"\xa5" * 4096 * 8)
        state.file.rows("PRAGMA shrink_memory")
        with pytest.raises(StateError, match="is damaged"):
            state.backup(target)
    assert list(tmp_path.glob("copy*")) == []
