"""Runs and their numbers, and the name of this installation: the two halves of a seal."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from sync_cli.state.file import Room, Row
from sync_cli.state.texts import (
    data_to_text,
    optional_text_to_time,
    text_to_time,
    time_to_text,
)


class RunRow(Struct, frozen=True):
    """One run of a command; `ended_at` and `exit_code` are None while it runs or if it died."""

    number: int
    command: str
    started_at: datetime
    ended_at: datetime | None
    exit_code: int | None
    counts: Mapping[str, int]


class Runs(Room):
    """The runs of this installation."""

    @property
    def installation(self) -> str:
        """The random name of this installation: 12 hexadecimal digits, made with the file."""
        return str(self.file.rows("SELECT id FROM installation")[0][0])

    def adopt_installation(self, installation: str) -> None:
        """Go on under the name of an earlier state file (`state rebuild`)."""
        with self.file.transaction() as connection:
            connection.execute("UPDATE installation SET id = ?", (installation,))

    def start_run(self, command: str, now: datetime) -> int:
        """The number of a new run; no number is ever given twice.

        To be called with the lane's lock held. Runs of this command that never ended were killed;
        their last calls left at an unknown time before now, so their open intents count from now.
        """
        at = time_to_text(now)
        with self.file.transaction() as connection:
            connection.execute(
                "UPDATE intents SET begun_at = ? WHERE closed_at IS NULL AND run IN"
                " (SELECT number FROM runs WHERE command = ? AND ended_at IS NULL)",
                (at, command),
            )
            connection.execute(
                "UPDATE runs SET ended_at = ? WHERE command = ? AND ended_at IS NULL",
                (at, command),
            )
            connection.execute("UPDATE installation SET last_run = last_run + 1")
            number = int(connection.execute("SELECT last_run FROM installation").fetchone()[0])
            connection.execute(
                "INSERT INTO runs (number, command, process, started_at) VALUES (?, ?, ?, ?)",
                (number, command, os.getpid(), at),
            )
        return number

    def end_run(self, run: int, exit_code: int, counts: Mapping[str, int], now: datetime) -> None:
        """Note that the run ended by itself, how, and what it counted."""
        with self.file.transaction() as connection:
            connection.execute(
                "UPDATE runs SET ended_at = ?, exit_code = ?, counts = ? WHERE number = ?",
                (time_to_text(now), exit_code, data_to_text(dict(counts)), run),
            )

    def runs(self, limit: int) -> list[RunRow]:
        """The last `limit` runs, newest first."""
        rows = self.file.rows(
            "SELECT number, command, started_at, ended_at, exit_code, counts FROM runs"
            " ORDER BY number DESC LIMIT ?",
            (limit,),
        )
        return [_run(row) for row in rows]

    def command_of(self, number: int) -> str | None:
        """What the run of that number was for; None if it is not known (any more)."""
        row = self.file.row("SELECT command FROM runs WHERE number = ?", (number,))
        return None if row is None else str(row[0])

    def last_run_number(self) -> int:
        """The highest number given or adopted so far; 0 before the first run."""
        return int(self.file.rows("SELECT last_run FROM installation")[0][0])

    def adopt_run_number(self, number: int) -> None:
        """Give the next runs numbers above `number`, which an earlier state file had reached."""
        with self.file.transaction() as connection:
            connection.execute("UPDATE installation SET last_run = max(last_run, ?)", (number,))
            # Another state gave these numbers to runs of its own; ours say nothing about them.
            connection.execute(
                "DELETE FROM runs WHERE number <= ? AND ended_at IS NOT NULL", (number,)
            )


def _run(row: Row) -> RunRow:
    number, command, started_at, ended_at, exit_code, counts = row
    return RunRow(
        number=number,
        command=command,
        started_at=text_to_time(started_at),
        ended_at=optional_text_to_time(ended_at),
        exit_code=exit_code,
        counts=json.loads(counts),
    )
