"""Ctrl-C: the run is written down as stopped by hand, not as a bug, and the next one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from sync_cli.cli.exits import exit_codes
from sync_cli.core.errors import ExitCode
from sync_cli.engine.route import Options
from sync_cli.engine.run import Run, Silent
from sync_cli.flows.commands import ORDERS, carry_out
from tests.scenarios.stage import Stage, open_stage

STOPPED = int(ExitCode.INTERRUPTED)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path) as opened:
        yield opened


class Impatient(Silent):
    """Presses Ctrl-C at the first sign of progress, and keeps how the run was said to end."""

    def __init__(self) -> None:
        self.ends: list[tuple[int, str]] = []

    def reading(self, route: str, count: int, total: int | None) -> None:
        """Enough is read."""
        del route, count, total
        raise KeyboardInterrupt

    def begin(self, *, dry: bool) -> None:
        """Nobody is told."""
        del dry

    def finish(self, command: str, run: Run | None, exit_code: int, stopped: str = "") -> None:
        """The last word."""
        del command, run
        self.ends.append((exit_code, stopped))


def test_a_run_that_a_person_stops_is_no_bug_and_the_next_one_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stage.environment().items():
        monkeypatch.setenv(name, value)
    stage.buy("A-0001")
    person = Impatient()
    with pytest.raises(KeyboardInterrupt):
        carry_out(ORDERS, stage.config, Options(), person)
    [(code, why)] = person.ends
    assert code == STOPPED
    assert "Nothing is lost" in why
    assert stage.ask("SELECT exit_code FROM runs") == [(STOPPED,)]
    assert "1 created" in stage.run("orders").out
    assert stage.ask("SELECT exit_code FROM runs ORDER BY number") == [(STOPPED,), (0,)]


def test_it_is_told_in_a_sentence_with_a_code_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit) as ended, exit_codes():
        raise KeyboardInterrupt
    assert ended.value.exit_code == STOPPED
    assert "the next run goes on" in capsys.readouterr().err
