"""The system is kept busy while we work on its last answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from threading import Event

import pytest

from sync_cli.connectors.pacing import Pacing


def test_as_many_calls_are_under_way_while_the_caller_works_on_a_result() -> None:
    begun = [Event() for _ in range(4)]

    def task(number: int) -> int:
        begun[number].set()
        return number

    pacing = Pacing(at_once=2)
    results = pacing.run_in_order([partial(task, number) for number in range(4)])
    assert next(results) == 0
    assert begun[2].wait(timeout=60)
    assert not begun[3].is_set()
    assert list(results) == [1, 2, 3]
    pacing.close()


class Pages:
    """Three pages that tell when each was begun; `fault` is what the third one raises."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.begun = [Event() for _ in range(3)]
        self.ended = False
        self._fault = fault

    def __iter__(self) -> Iterator[int]:
        for number in range(3):
            self.begun[number].set()
            if number == 2 and self._fault is not None:
                raise self._fault
            yield number
        self.ended = True


def test_pages_come_whole_and_in_order_and_none_before_it_is_asked_for() -> None:
    pages, pacing = Pages(), Pacing()
    read = pacing.one_ahead(iter(pages))
    assert not pages.begun[0].is_set()
    assert list(read) == [0, 1, 2]
    assert pages.ended
    pacing.close()


def test_the_next_page_is_under_way_before_the_caller_asks_for_it() -> None:
    pages, pacing = Pages(), Pacing()
    read = pacing.one_ahead(iter(pages))
    next(read)
    assert pages.begun[1].wait(timeout=60)
    assert not pages.begun[2].is_set()
    assert list(read) == [1, 2]
    pacing.close()


def test_a_fault_comes_where_its_page_would_have_come() -> None:
    pages, pacing = Pages(ValueError("down")), Pacing()
    read = pacing.one_ahead(iter(pages))
    assert list(islice(read, 2)) == [0, 1]
    assert pages.begun[2].wait(timeout=60)
    with pytest.raises(ValueError, match="down"):
        next(read)
    pacing.close()


@pytest.mark.parametrize("pacing", [Pacing(at_once=1), Pacing(most_at_once=1)])
def test_a_strained_system_is_read_page_by_page(pacing: Pacing) -> None:
    pages = Pages()
    read = pacing.one_ahead(iter(pages))
    for number in range(3):
        assert next(read) == number
        assert [each.is_set() for each in pages.begun] == [at <= number for at in range(3)]
    assert list(read) == []


def test_a_caller_that_stops_waits_for_what_was_begun() -> None:
    pages, pacing = Pages(), Pacing()
    read = pacing.one_ahead(iter(pages))
    next(read)
    read.close()  # type: ignore[attr-defined]
    assert pages.begun[1].is_set()
    assert not pages.begun[2].is_set()
    pacing.close()


def test_no_pages_are_no_pages() -> None:
    assert list(Pacing().one_ahead(iter(()))) == []
