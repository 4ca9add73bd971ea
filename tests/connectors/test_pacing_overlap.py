"""The system is kept busy while we work on its last answer."""

from __future__ import annotations

from functools import partial
from threading import Event

from sync_cli.connectors.pacing import Pacing


def test_as_many_calls_are_under_way_while_the_caller_works_on_a_result() -> None:
    begun = [Event() for _ in range(4)]

    def task(number: int) -> int:
        begun[number].set()
        return number

    pacing = Pacing(at_once=2)
    results = pacing.run_in_order([partial(task, number) for number in range(4)])
    assert next(results) == 0
    assert begun[2].wait(timeout=10)
    assert not begun[3].is_set()
    assert list(results) == [1, 2, 3]
    pacing.close()
