"""Reads what is needed later at the same time as something else, and keeps it on the disk."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Iterator
from threading import Condition, Thread
from typing import IO, Generic, TypeVar

from sync_cli.core.errors import StateError

T = TypeVar("T")


class ReadAside(Generic[T]):
    """All `items`, which a thread of its own takes from now on, asked for or not.

    Each iteration begins with the first of them and waits for those that were not taken yet. They
    are kept in a temporary file without a name, so that memory stays flat. What taking an item
    raises is raised where that item would have come, as often as it is asked for. `close` waits
    for what was begun and takes no more.
    """

    def __init__(self, items: Iterator[T]) -> None:
        self._file = _nameless()
        self._kept: list[tuple[int, int]] = []
        self._ended = False
        self._error: BaseException | None = None
        self._moved = Condition()
        self._thread = Thread(target=self._take, args=(items,), name="aside", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        return _Reading(self)

    def item(self, number: int) -> T:
        """The item of this number, from 0; raises StopIteration behind the last."""
        with self._moved:
            self._moved.wait_for(lambda: len(self._kept) > number or self._ended)
            if len(self._kept) <= number:
                raise self._error or StopIteration
            offset, length = self._kept[number]
        # our own file, which nobody else can name
        item: T = pickle.loads(os.pread(self._file.fileno(), length, offset))
        return item

    def close(self) -> None:
        """Take no more items and give the space back; idempotent."""
        with self._moved:
            self._ended = True
        self._thread.join()
        self._file.close()

    def _keep(self, data: bytes, offset: int) -> None:
        """Write all of `data`; raises StateError if the disk has no room for it."""
        rest = memoryview(data)
        try:
            while rest:
                written = os.pwrite(self._file.fileno(), rest, offset)
                rest, offset = rest[written:], offset + written
        except OSError as error:
            raise _no_room(f" {tempfile.gettempdir()}", error) from error

    def _take(self, items: Iterator[T]) -> None:
        offset = 0
        try:
            for item in items:
                data = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
                self._keep(data, offset)
                with self._moved:
                    if self._ended:
                        return
                    self._kept.append((offset, len(data)))
                    self._moved.notify_all()
                offset += len(data)
        except BaseException as error:
            self._error = error
        with self._moved:
            self._ended = True
            self._moved.notify_all()


def _nameless() -> IO[bytes]:
    """A temporary file; raises StateError if none can be made."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise _no_room("", error) from error


def _no_room(where: str, error: OSError) -> StateError:
    return StateError(
        "What is read ahead cannot be kept in the folder for temporary files"
        f"{where}: {error.strerror}.",
        "Free some space there, or name another folder in the environment as TMPDIR.",
    )


class _Reading(Iterator[T]):
    """One iteration over all that is read aside."""

    def __init__(self, aside: ReadAside[T]) -> None:
        self._aside = aside
        self._number = 0

    def __next__(self) -> T:
        item = self._aside.item(self._number)
        self._number += 1
        return item
