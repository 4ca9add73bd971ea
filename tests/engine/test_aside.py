"""What is read aside: all of it, in order, with its faults where they belong."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from itertools import count
from threading import Event

import pytest

from sync_cli.core.errors import StateError
from sync_cli.engine.aside import ReadAside


def test_everything_comes_in_order() -> None:
    aside = ReadAside(iter([{"n": number} for number in range(300)]))
    assert [item["n"] for item in aside] == list(range(300))
    aside.close()


def test_each_iteration_begins_at_the_first_item() -> None:
    aside = ReadAside(iter(range(5)))
    early = iter(aside)
    assert [next(early), next(early)] == [0, 1]
    assert list(aside) == list(range(5))
    assert list(early) == [2, 3, 4]
    aside.close()


def test_it_is_read_before_anybody_asks() -> None:
    read = Event()

    def items() -> Iterator[int]:
        yield 1
        read.set()

    aside = ReadAside(items())
    assert read.wait(60), "nobody had asked, and nothing was read"
    assert list(aside) == [1]
    aside.close()


def test_a_fault_comes_after_what_was_read_and_again_to_who_asks_again() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ConnectionError("gone")

    aside = ReadAside(items())
    for _ in range(2):
        asked = iter(aside)
        assert next(asked) == 1
        with pytest.raises(ConnectionError, match="gone"):
            next(asked)
    aside.close()


def test_a_list_without_end_is_left_when_nobody_wants_more() -> None:
    aside = ReadAside(count())
    assert next(iter(aside)) == 0
    aside.close()
    aside.close()


def test_a_full_disk_is_told_in_plain_words() -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        aside = ReadAside(iter(["x" * 1000 for _ in range(10)]))
        with pytest.raises(StateError, match="temporary files") as told:
            list(aside)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "TMPDIR" in str(told.value.remedy)
    aside.close()


def test_no_folder_for_temporary_files_is_told_in_plain_words() -> None:
    """Where none can be written, not even the folder that the command was given in."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(StateError, match="temporary files") as told:
            ReadAside(iter([1]))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert "TMPDIR" in str(told.value.remedy)
