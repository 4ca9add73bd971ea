"""The pace of a system: calls a minute, calls at a time, records a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from threading import Barrier, BrokenBarrierError, Lock, Thread

import pytest

from sync_cli.connectors.pacing import Pacing


class Time:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


def paced(time: Time, **options: int) -> Pacing:
    return Pacing(monotonic=time.monotonic, sleep=time.sleep, **options)


@pytest.mark.parametrize("limit", [1, 7, 60])
def test_no_sixty_seconds_see_more_calls_than_allowed(time: Time, limit: int) -> None:
    pacing = paced(time, max_per_minute=limit)
    begun = []
    for number in range(5 * limit):
        with pacing.turn(write=number % 2 == 0):
            begun.append(time.now)
        time.now += 0.1
    for first, later in zip(begun, begun[limit:], strict=False):
        assert later - first >= 60 - 1e-3


def test_without_a_limit_nobody_waits(time: Time) -> None:
    pacing = paced(time)
    for _ in range(1000):
        with pacing.turn(write=False):
            pass
    assert time.slept == []
    assert pacing.calls() == {"read": 1000, "write": 0}


def test_a_pause_keeps_the_next_call_back(time: Time) -> None:
    pacing = paced(time)
    pacing.pause(12)
    pacing.pause(5)
    with pacing.turn(write=True):
        pass
    assert time.slept == [12]


def test_strain_halves_and_calm_brings_back_one_by_one(time: Time) -> None:
    pacing = paced(time, at_once=4, most_at_once=4)
    pacing.strained()
    assert pacing.at_once == 2
    pacing.strained()
    pacing.strained()
    assert pacing.at_once == 1
    seen = []
    for _ in range(200):
        pacing.eased()
        seen.append(pacing.at_once)
    assert max(seen) == seen[-1] == 4
    assert all(later - before in (0, 1) for before, later in pairwise(seen))


def test_a_heavy_batch_is_halved_and_grows_back_slowly(time: Time) -> None:
    pacing = paced(time, batch=100)
    pacing.shrink_batch(100)
    assert pacing.batch == 50
    pacing.shrink_batch(3)
    assert pacing.batch == 1
    pacing.shrink_batch(1)
    assert pacing.batch == 1
    pacing.grow_batch(1)
    assert pacing.batch == 11
    pacing.grow_batch(3)
    assert pacing.batch == 11
    for _ in range(20):
        pacing.grow_batch(pacing.batch)
    assert pacing.batch == 100


@pytest.mark.parametrize("count", [0, 1, 2, 25])
def test_results_come_in_the_order_of_the_tasks(count: int) -> None:
    pacing = Pacing(at_once=4)
    tasks: list[Callable[[], int]] = [lambda n=n: n for n in range(count)]  # type: ignore[misc]
    assert list(pacing.run_in_order(tasks)) == list(range(count))
    pacing.close()


def test_two_tasks_run_at_the_same_time_and_never_more() -> None:
    pacing = Pacing(at_once=2)
    meeting, lock = Barrier(2, timeout=60), Lock()
    running, most = 0, 0

    def task() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        meeting.wait()
        with lock:
            running -= 1

    list(pacing.run_in_order([task] * 10))
    pacing.close()
    assert most == 2


@pytest.mark.parametrize(("strain", "meet"), [(0, True), (1, False)])
def test_a_strained_system_is_asked_one_thing_at_a_time_by_all_threads(
    strain: int, meet: bool
) -> None:
    pacing = Pacing(at_once=2)
    for _ in range(strain):
        pacing.strained()
    meeting, met = Barrier(2, timeout=60 if meet else 0.2), []

    def call() -> None:
        with pacing.turn(write=False):
            try:
                meeting.wait()
                met.append(True)
            except BrokenBarrierError:
                met.append(False)

    threads = [Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == [meet, meet]


def test_tasks_are_asked_for_only_when_they_are_due() -> None:
    pacing = Pacing(at_once=2)
    asked = []

    def tasks() -> Iterator[Callable[[], int]]:
        for number in range(10):
            asked.append(number)
            yield lambda number=number: number  # type: ignore[misc]

    results = pacing.run_in_order(tasks())
    assert next(results) == 0
    assert len(asked) <= 3
    results.close()  # type: ignore[attr-defined]
    assert len(asked) <= 3
    pacing.close()


def test_a_task_that_fails_fails_the_whole_after_the_rest_has_ended() -> None:
    pacing, meeting = Pacing(at_once=2), Barrier(2, timeout=60)
    done = []

    def fail() -> None:
        meeting.wait()
        raise RuntimeError("bug")

    def succeed() -> None:
        meeting.wait()
        done.append(1)

    with pytest.raises(RuntimeError, match="bug"):
        list(pacing.run_in_order([fail, succeed]))
    assert done == [1]
    pacing.close()
    pacing.close()
