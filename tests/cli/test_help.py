"""The help as a terminal of 80 columns shows it: no command is told by half a sentence."""

from __future__ import annotations

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from sync_cli.cli.main import app

WHOLE = get_command(app)
assert isinstance(WHOLE, TyperGroup)
GROUPS = [(), *((name,) for name, one in WHOLE.commands.items() if isinstance(one, TyperGroup))]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: " ".join(group) or "all")
def test_no_line_of_the_list_of_commands_is_cut(
    group: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = CliRunner().invoke(app, [*group, "--help"])
    assert said.exit_code == 0
    _, _, listed = said.output.partition("Commands:")
    assert listed
    assert "..." not in listed
