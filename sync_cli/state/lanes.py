"""The lock of a lane: one run at a time, released by the kernel however that run ends."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sync_cli.core.errors import LockHeld, StateError
from sync_cli.state.places import check_disk, read_mounts


@contextmanager
def lane_lock(folder: Path, shop: str, lane: str, *, command: str = "") -> Iterator[None]:
    """Hold the lock of a shop's lane; raises LockHeld if another run has it, naming that run.

    The lock is a kernel `flock` on a file in `folder`, that of the state file. The file is never
    deleted: a program that has just opened it would lock a file that no longer has a name.
    `command` is what others are told. Raises StateError if the lock file cannot be used.
    """
    path = folder.resolve() / f"{quote(shop, safe='')}.{quote(lane, safe='')}.lock"
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
