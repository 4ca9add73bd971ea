"""One run of the real program as a child process, and its death at a chosen moment."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.kills.phases import Phase

ROOT = Path(__file__).resolve().parents[2]
INSIDE = Path(__file__).resolve().parent / "inside"
PATIENCE = 180.0
"""Seconds after which a run that neither ends nor comes to the aim is a fault of the program."""


@dataclass(frozen=True)
class Aim:
    """Kill a run of `command` when it enters `phase` for the `nth` time.

    Without `delay` the process is halted there before it is killed; else it goes on and is killed
    `delay` seconds later, at whatever instruction it is by then.
    """

    command: str
    phase: Phase
    nth: int = 1
    delay: float | None = None

    def __str__(self) -> str:
        return f"{self.phase.name} {self.nth} {'stop' if self.delay is None else 'run'}"


@dataclass(frozen=True)
class Life:
    """What became of one run; `died_in` is None if it ended by itself. Times are aware UTC."""

    command: str
    began: datetime
    ended: datetime
    exit_code: int
    died_in: Phase | None = None


class Program:
    """The real program with one configuration; what it prints goes to `log`."""

    def __init__(self, config: Path, secrets: Mapping[str, str], log: Path) -> None:
        self._config = config
        self._log = log
        self._environment = {**os.environ, **secrets, "PYTHONPATH": str(ROOT)}

    def run(self, *arguments: str) -> Life:
        """Let it run to its end."""
        began = _now()
        with self._log.open("ab") as log:
            process = self._start(arguments, log.fileno(), {}, ())
            code = process.wait(PATIENCE)
        return Life(arguments[0], began, _now(), code)

    def ask(self, *arguments: str) -> str:
        """What it prints; raises CalledProcessError if it fails."""
        told = subprocess.run(
            self._command(arguments),
            cwd=ROOT,
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return told.stdout

    def kill(self, aim: Aim) -> Life:
        """Let it run until `aim`, then kill it; it may end before.

        Raises RuntimeError if it hangs, or if nothing could be told of its phases.
        """
        board = self._config.parent / f"{aim.command}.board"
        board.write_bytes(bytes(1))
        listen, told = os.pipe()
        watching = {
            "PYTHONPATH": f"{INSIDE}{os.pathsep}{ROOT}",
            "SYNC_CLI_KILLS_BOARD": str(board),
            "SYNC_CLI_KILLS_AIM": str(aim),
            "SYNC_CLI_KILLS_TOLD": str(told),
        }
        began = _now()
        with self._log.open("ab") as log:
            process = self._start((aim.command,), log.fileno(), watching, (told,))
            os.close(told)
            try:
                _strike(process, listen, aim)
            finally:
                process.kill()
                os.close(listen)
            code = process.wait()
        died_in = Phase(board.read_bytes()[0]) if code < 0 else None
        return Life(aim.command, began, _now(), code, died_in)

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        program = (sys.executable, "-m", "sync_cli.cli.main")
        return [*program, *arguments, "--config", str(self._config)]

    def _start(
        self,
        arguments: tuple[str, ...],
        log: int,
        more: Mapping[str, str],
        pass_fds: tuple[int, ...],
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command(arguments),
            cwd=ROOT,
            env={**self._environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=pass_fds,
        )


def _strike(process: subprocess.Popen[bytes], listen: int, aim: Aim) -> None:
    """Wait for the aim, and for the instruction after it; returns at once if the run has ended."""
    if _hear(listen) != b"?":
        raise RuntimeError("the child ended before its phases could be watched; see its log")
    if _hear(listen) != b"!":
        process.wait(PATIENCE)
    elif aim.delay is not None:
        time.sleep(aim.delay)


def _hear(listen: int) -> bytes:
    """The next word of the child; b"" when it has ended."""
    ready, _, _ = select.select([listen], [], [], PATIENCE)
    if not ready:
        raise RuntimeError(f"the child says nothing for {PATIENCE:.0f} s")
    return os.read(listen, 1)


def _now() -> datetime:
    return datetime.now(UTC)
