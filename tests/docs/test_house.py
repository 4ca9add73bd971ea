"""What import-linter cannot see of the floors: the clock, and what a start costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.reading import ROOT

PURE = [path for floor in ("core", "mapping") for path in (ROOT / "sync_cli" / floor).rglob("*.py")]
CLOCKS = frozenset({"now", "utcnow", "today", "time", "monotonic"})
HEAVY = frozenset(
    {
        "flask",
        "jmespath",
        "pydantic",
        "requests",
        "rich",
        "sqlite_utils",
        "sqlite3",
        "tenacity",
        "werkzeug",
        "yaml",
    }
)


def imported_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(ran.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.name)
def test_a_pure_module_asks_no_clock(path: Path) -> None:
    calls = [
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    assert CLOCKS.isdisjoint(calls)


def test_the_command_line_starts_without_what_only_some_commands_need() -> None:
    assert imported_by("import sync_cli.cli.main") & HEAVY == set()


def test_a_run_loads_no_web_server() -> None:
    loaded = imported_by(
        "import sync_cli.flows.commands, sync_cli.flows.session, sync_cli.admin.demo"
    )
    assert loaded.isdisjoint({"flask", "werkzeug", "sync_cli.sandbox"})


def test_the_sandbox_stands_without_the_house() -> None:
    loaded = imported_by("import sync_cli.sandbox.embedded, sync_cli.sandbox.verdict")
    house = {name for name in loaded if name.startswith("sync_cli.")}
    assert {name for name in house if not name.startswith("sync_cli.sandbox")} == set()


def test_a_state_file_that_is_up_to_date_is_opened_without_what_migrations_need(
    tmp_path: Path,
) -> None:
    """Cron opens it every minute, and sqlite-utils was a tenth of each start."""
    path = tmp_path / "state.sqlite"
    opening = (
        "from pathlib import Path; from sync_cli.state.store import State;"
        f" State.open(Path({str(path)!r})).close()"
    )
    assert "sqlite_utils" in imported_by(opening), "the first opening makes the tables"
    assert "sqlite_utils" not in imported_by(opening)
