"""The lock of a lane: one run at a time, released by the kernel however that run ends."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sync_cli.core.errors import LockHeld, StateError
from sync_cli.state.places import check_disk, read_mounts

WINDOW_PATIENCE = 300.0
"""Seconds that a run waits for a backfill to end the window it is in."""
LANE_PATIENCE = 3600.0
"""Seconds that a backfill waits for the runs of its lane before it gives up for now."""
_WINDOW_STEP, _LANE_STEP = 0.2, 2.0

Sleep = Callable[[float], None]


@contextmanager
def lane_lock(
    folder: Path, shop: str, lane: str, *, command: str = "", sleep: Sleep = time.sleep
) -> Iterator[None]:
    """Hold the lock of a shop's lane; raises LockHeld if another run has it, naming that run.

    A backfill that is in the middle of a window is waited for, so that no run loses its turn to
    it. The lock is a kernel `flock` on a file in `folder`, that of the state file. The file is
    never deleted: a program that has just opened it would lock a file that no longer has a name.
    `command` is what others are told. Raises StateError if the lock file cannot be used.
    """
    window = _path(folder, shop, f"{lane}.window")
    with _locked(_path(folder, shop, lane), shop, lane, command):
        # A window begins only while nobody holds the lane: a file that is not there now is no
        # window that we could miss.
        if not window.exists():
            yield
            return
        with _locked_in_time(window, shop, lane, command, WINDOW_PATIENCE, _WINDOW_STEP, sleep):
            yield


@contextmanager
def window_lock(
    folder: Path, shop: str, lane: str, *, command: str = "", sleep: Sleep = time.sleep
) -> Iterator[None]:
    """Hold a lane for one window of a long piece of work; runs of the lane go before it.

    Waits until no run works in the lane. A run that begins meanwhile gets the lane when the window
    ends, and the next window comes after it. Raises LockHeld if the lane is never free.
    """
    window = _path(folder, shop, f"{lane}.window")
    with ExitStack() as stack:
        lock = _path(folder, shop, lane)
        with _locked_in_time(lock, shop, lane, command, LANE_PATIENCE, _LANE_STEP, sleep):
            stack.enter_context(_locked(window, shop, lane, command))
        yield


@contextmanager
def _locked_in_time(
    path: Path, shop: str, lane: str, command: str, patience: float, step: float, sleep: Sleep
) -> Iterator[None]:
    """The lock as soon as it is free; raises LockHeld after so many seconds of patience."""
    with ExitStack() as stack:
        for _ in range(int(patience / step)):
            try:
                stack.enter_context(_locked(path, shop, lane, command))
                break
            except LockHeld:
                sleep(step)
        else:
            stack.enter_context(_locked(path, shop, lane, command))
        yield


@contextmanager
def _locked(path: Path, shop: str, lane: str, command: str) -> Iterator[None]:
    check_disk(path, read_mounts())
    handle = _open(path)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _lock_held(handle, shop, lane) from None
        _sign(handle, command)
        yield
    finally:
        os.close(handle)


def _path(folder: Path, shop: str, lane: str) -> Path:
    return folder.resolve() / f"{quote(shop, safe='')}.{quote(lane, safe='')}.lock"


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError(
            f"The lock file {path} cannot be opened: {error.strerror}.",
            "It lies beside the state file: give the user that runs sync-cli the right to it.",
        ) from error


def _sign(handle: int, command: str) -> None:
    """Leave word who holds the lock; the time is the kernel's, that of this write."""
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps({"process": os.getpid(), "command": command}).encode(), 0)


def _lock_held(handle: int, shop: str, lane: str) -> LockHeld:
    since = datetime.fromtimestamp(os.fstat(handle).st_mtime, UTC)
    return LockHeld(
        f"The lane {lane} of {shop} is at work in {_read_holder(handle)},"
        f" since {since:%Y-%m-%d %H:%M:%S} UTC.",
        "Nothing to do: the next run comes when that one has ended. If it hangs, end that process.",
    )


def _read_holder(handle: int) -> str:
    try:
        holder = json.loads(os.pread(handle, 4096, 0))
    except ValueError:
        # It took the lock this very moment and has not signed yet.
        return "another process"
    command = f" ({holder['command']})" if holder["command"] else ""
    return f"process {holder['process']}{command}"
