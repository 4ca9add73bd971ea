"""Whoever looks on while a run works: a person at a terminal, cron, or a machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from sync_cli.core.errors import Problem
from sync_cli.core.item import Item
from sync_cli.core.plan import Defer, Operation, Reject, Skip
from sync_cli.engine.run import Run
from sync_cli.report.lines import say
from sync_cli.report.together import names_of, number_of
from sync_cli.report.words import as_data, describe, summary


class LineWatcher:
    """Plain lines for cron: the plan of a dry run, new failures, and one line at the end."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._show_plan = False
        self._quiet = quiet
        self._told: dict[tuple[str, str], list[str]] = {}

    def begin(self, *, dry: bool) -> None:
        """A run that only plans shows its plan."""
        self._show_plan = dry

    def reading(self, route: str, count: int, total: int | None) -> None:
        """Cron is not told of progress."""

    def planned(self, _route: str, operation: Operation) -> None:
        """The plan of a dry run, a line an operation; waiting and holding are told as failures."""
        if self._show_plan and not isinstance(operation, Skip):
            say(describe(operation))

    def failed(self, route: str, item: Item, problem: Problem, *, new: bool) -> None:
        """New failures go to stderr, so that they are mailed even when stdout is thrown away.

        Of many that wait for the same thing the first is told at once, the others at the end.
        """
        if not new or problem.code == "in-doubt":
            return
        problem = problem.about(item.label)
        others = self._told.get((route, problem.of_all()))
        if others is None:
            self._told[route, problem.of_all()] = []
            say(problem.sentence(), aloud=True)
        else:
            others.append(item.label)

    def note(self, text: str) -> None:
        """What belongs to no record."""
        say(text, aloud=True)

    def finish(self, command: str, run: Run | None, _exit_code: int, _stopped: str = "") -> None:
        """The other failures of the same cause, and one line that says what the run did."""
        for (_, said), others in self._told.items():
            if others:
                say(f"{number_of(others, ' more')} ({names_of(others)}): {said}", aloud=True)
        self._told.clear()
        if run is not None and not self._quiet:
            name = f"{command} (plan only)" if self._show_plan else command
            say(summary(name, run.tally.counts, run.tally.planned))


class PersonWatcher(LineWatcher):
    """The same with a progress bar, for a person at a terminal.

    What is printed meanwhile goes through the bar's own console and stands above it: a bar that is
    stopped and started again wipes out the lines that were printed in between.
    """

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._tasks: dict[str, Any] = {}
        self._progress.start()

    def reading(self, route: str, count: int, total: int | None) -> None:
        """Moves the bar of `route`; it pulses while the total is unknown."""
        if route not in self._tasks:
            self._tasks[route] = self._progress.add_task(route, total=total)
        self._progress.update(self._tasks[route], completed=count, total=total)

    def finish(self, command: str, run: Run | None, exit_code: int, stopped: str = "") -> None:
        """The bar goes, the line stays."""
        self._progress.stop()
        super().finish(command, run, exit_code, stopped)


class JsonWatcher:
    """One JSON document on stdout, written as it comes: a plan of any length needs no memory."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._failures: list[dict[str, Any]] = []
        self._notes: list[str] = []
        self._first = True
        self._dry = False
        self._out.write('{"planned": [')

    def reading(self, route: str, count: int, total: int | None) -> None:
        """Machines are not told of progress."""

    def planned(self, route: str, operation: Operation) -> None:
        """Every operation but those that leave a record alone.

        What a run holds stands among its failures; a plan has none, so that it stands here.
        """
        if isinstance(operation, Skip | Defer) or (isinstance(operation, Reject) and not self._dry):
            return
        self._out.write(("" if self._first else ",") + "\n  " + _dump(as_data(route, operation)))
        self._first = False

    def failed(self, route: str, item: Item, problem: Problem, *, new: bool) -> None:
        """Every held record, with its sentence."""
        told = problem.about(item.label)
        entry = {"route": route, "id": item.id, "code": told.code, "text": told.sentence()}
        self._failures.append({**entry, "new": new})

    def note(self, text: str) -> None:
        """What belongs to no record."""
        self._notes.append(text)

    def begin(self, *, dry: bool) -> None:
        """Whether the run only plans stands at the end of the document."""
        self._dry = dry

    def finish(self, command: str, run: Run | None, exit_code: int, stopped: str = "") -> None:
        """The end of the document: counts, failures, notes, exit code."""
        rest: Mapping[str, Any] = {
            "failures": self._failures,
            "notes": self._notes,
            "command": command,
            "run": run.number if run is not None else None,
            "dry_run": self._dry,
            "exit_code": exit_code,
            "stopped": stopped,
            "counts": dict(run.tally.counts) if run is not None else {},
        }
        self._out.write("\n],\n" + _dump(rest)[1:] + "\n")
        self._out.flush()


def reporter(
    *, as_json: bool, quiet: bool, is_person: bool
) -> LineWatcher | PersonWatcher | JsonWatcher:
    """The watcher for whoever looks on."""
    if as_json:
        return JsonWatcher()
    return PersonWatcher() if is_person and not quiet else LineWatcher(quiet=quiet)


def _dump(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, default=str)
