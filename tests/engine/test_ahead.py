"""Questions asked ahead: in order, one at a time, and nothing left running."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, current_thread, main_thread

import pytest

from sync_cli.engine.ahead import asked_ahead


def test_each_item_comes_with_its_answer_in_order() -> None:
    assert list(asked_ahead(range(4), str)) == [(0, "0"), (1, "1"), (2, "2"), (3, "3")]
    assert list(asked_ahead([], str)) == []


def test_the_next_question_is_on_its_way_while_an_answer_is_worked_on() -> None:
    begun = {number: Event() for number in range(3)}

    def ask(number: int) -> int:
        begun[number].set()
        return number

    for number, _ in asked_ahead(range(3), ask):
        following = begun.get(number + 1)
        assert following is None or following.wait(60)


def test_no_more_than_one_is_asked_for_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(5):
            taken.append(number)
            yield number

    pairs = asked_ahead(items(), str)
    next(pairs)
    assert taken == [0, 1]
    pairs.close()  # type: ignore[attr-defined]


def test_a_single_question_needs_no_thread() -> None:
    [(_, thread)] = asked_ahead([1], lambda _: current_thread())
    assert thread is main_thread()


def test_what_goes_wrong_is_raised_where_its_answer_would_have_come() -> None:
    def ask(number: int) -> int:
        return 6 // number

    pairs = asked_ahead([3, 2, 0, 1], ask)
    assert [next(pairs), next(pairs)] == [(3, 2), (2, 3)]
    with pytest.raises(ZeroDivisionError):
        next(pairs)


def test_what_was_begun_is_over_when_the_caller_stops() -> None:
    ended: list[int] = []
    pairs = asked_ahead(range(5), ended.append)
    next(pairs)
    pairs.close()  # type: ignore[attr-defined]
    assert ended == [0, 1]
