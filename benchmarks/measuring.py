"""Runs the real program as a child process and tells what it cost.

The systems under test run in processes of their own, so that their CPU does not count.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
SYNC_CLI = (sys.executable, "-c", "from sync_cli.cli.main import main; main()")
"""What the installed script does, without the need that it is on the path."""
_MAXRSS_UNITS = 1 if sys.platform == "darwin" else 1024


class RunFailed(Exception):
    """A measured program ended with an error; its last words are the message."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds of CPU (user and system), seconds passed, megabytes at its peak.

    The peak is never less than that of the process that started it, which therefore stays small.
    """

    cpu: float
    wall: float
    peak_mb: float


def measure(command: Sequence[str], env: Mapping[str, str]) -> Cost:
    """Run a command to its end, with `env` added to the environment. Raises RunFailed."""
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **env}, stdout=output, stderr=output
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            output.seek(0)
            said = output.read()[-2000:].decode("utf-8", "replace")
            raise RunFailed(f"{' '.join(command[3:])} ended with {child.returncode}:\n{said}")
    peak = used.ru_maxrss * _MAXRSS_UNITS / 1_000_000
    return Cost(used.ru_utime + used.ru_stime, wall, peak)


def median_cpu(run: Callable[[], Cost], times: int) -> float:
    """The median of the CPU seconds of several runs."""
    return median(run().cpu for _ in range(times))
