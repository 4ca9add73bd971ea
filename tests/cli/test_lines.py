"""Lines for a person: no word is broken, and what is to be typed stays in one piece."""

from __future__ import annotations

import pytest

from sync_cli.report.lines import fitted, say

LONG = "  extra: Product 14 (Steel Lamp 8) is in the shop; `reconcile.extra_products: false`."


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_no_word_is_broken_and_none_is_lost(width: int) -> None:
    lines = fitted(f"{LONG}\nshort", width).split("\n")
    assert " ".join(lines).split() == f"{LONG} short".split()
    assert all(len(line) <= width or " " not in line.strip() for line in lines)
    assert lines[-1] == "short"


def test_what_goes_on_stands_a_little_to_the_right() -> None:
    assert fitted("  one two three", 10) == "  one two\n    three"


@pytest.mark.parametrize("command", ["$ sync-cli stock --sku A", "sync-cli held list --config c"])
def test_a_command_stays_in_one_piece(command: str) -> None:
    assert fitted(command, 10) == command


def test_where_nobody_looks_a_line_stays_whole(capsys: pytest.CaptureFixture[str]) -> None:
    say(LONG * 3)
    say(LONG * 3, aloud=True)
    assert capsys.readouterr() == (f"{LONG * 3}\n", f"{LONG * 3}\n")


def test_a_terminal_gets_lines_of_its_own_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "44")
    say(LONG)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 44
