"""The one place where errors become exit codes and words on the screen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import typer

from sync_cli.core.errors import INTERRUPTED, ExitCode, SyncError, SystemFault
from sync_cli.report.lines import say

SILENT_IN_CRON = frozenset({ExitCode.DOWN, ExitCode.LOCKED})
ONCE = timedelta(hours=1)


def is_person() -> bool:
    """Whether somebody looks at a terminal."""
    return sys.stderr.isatty()


@contextmanager
def exit_codes(config: Path | None = None) -> Iterator[None]:
    """Turns every SyncError, and Ctrl-C, into its sentence on stderr and its exit code.

    In cron "a system is down" and "the lock is held" are printed at most once an hour each.
    """
    try:
        yield
    except SyncError as error:
        if _is_to_be_said(error, config):
            say(error.sentence(), aloud=True)
        raise typer.Exit(int(error.exit_code)) from None
    except KeyboardInterrupt:
        say(INTERRUPTED, aloud=True)
        raise typer.Exit(int(ExitCode.INTERRUPTED)) from None


def _cause(error: SyncError) -> str:
    """What stays the same while a cause lasts: times and processes in its sentence do not."""
    if isinstance(error, SystemFault):
        return f"{error.exit_code}:{error.system}"
    return f"{error.exit_code}:{str(error).partition(' is at work')[0]}"


def _is_to_be_said(error: SyncError, config: Path | None) -> bool:
    if error.exit_code not in SILENT_IN_CRON or is_person() or config is None:
        return True
    from sync_cli.config_file import load_config
    from sync_cli.flows.clock import utc_now
    from sync_cli.state.store import State

    try:
        with State.open(load_config(config).state) as state:
            return state.say_once(_cause(error), utc_now(), ONCE)
    except SyncError:
        return True
