"""How fast a system is asked: calls a minute, calls at a time, records a batch.

Each adapts to the system: what strains it is halved, what goes well grows back slowly.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import chain, islice
from threading import Condition, Lock
from typing import Any, TypeVar

T = TypeVar("T")

MINUTE = 60.0
CALM_CALLS = 20
"""Writing calls without strain after which one more is made at a time."""
BATCH_STEP = 10
_NO_WAIT = 1e-6
_NO_MORE: Any = object()


class Pacing:
    """The pace of one system in one run; thread-safe.

    `at_once` writing calls are made at a time to begin with, never more than `most_at_once`.
    `max_per_minute` calls, 0 for no limit, are begun in any 60 seconds. `batch` is the most
    records of a writing call. `monotonic` gives seconds, `sleep` takes them and lets them pass
    there. A system that is strained is asked one thing at a time, by whatever thread.
    """

    def __init__(
        self,
        *,
        at_once: int = 2,
        most_at_once: int = 4,
        max_per_minute: int = 0,
        batch: int = 100,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.sleep = sleep
        self._monotonic = monotonic
        self._most_at_once = max(1, most_at_once)
        self._at_once = max(1, min(at_once, self._most_at_once))
        self._max_per_minute = max_per_minute
        self._most_batch = max(1, batch)
        self._batch = self._most_batch
        self._begun: deque[float] = deque()
        self._closed_until = float("-inf")
        self._calm = 0
        self._calls = {"read": 0, "write": 0}
        self._under_way: set[object] = set()
        self._lock = Lock()
        self._room = Condition(self._lock)
        self._executor: ThreadPoolExecutor | None = None

    @contextmanager
    def turn(self, *, write: bool) -> Iterator[None]:
        """Wait until a call may be made, and count it as begun; the call is made within."""
        call = object()
        try:
            # within, so that Ctrl-C leaves no call under way that nobody makes
            while (seconds := self._take(call, write)) > 0:
                self.sleep(seconds)
            yield
        finally:
            with self._room:
                self._under_way.discard(call)
                self._room.notify_all()

    def pause(self, seconds: float) -> None:
        """Let no call begin for so many seconds: the system asked for it."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._monotonic() + seconds)

    def strained(self) -> None:
        """The system had too much (429, 503, a time-out): fewer calls at a time."""
        with self._lock:
            self._at_once = max(1, self._at_once // 2)
            self._calm = 0

    def eased(self) -> None:
        """A writing call went well; after twenty in a row one more is made at a time."""
        with self._lock:
            self._calm += 1
            if self._calm >= CALM_CALLS and self._at_once < self._most_at_once:
                self._at_once += 1
                self._calm = 0
                self._room.notify_all()

    @property
    def at_once(self) -> int:
        """How many writing calls are made at a time now."""
        return self._at_once

    @property
    def batch(self) -> int:
        """How many records a writing call may hold now."""
        return self._batch

    def shrink_batch(self, size: int) -> None:
        """A batch of `size` was too heavy (time-out, 413, 5xx): half of it from now on."""
        with self._lock:
            self._batch = max(1, min(self._batch, size // 2))

    def grow_batch(self, size: int) -> None:
        """A batch of `size` went well; if that was all that is allowed, allow ten more."""
        with self._lock:
            if size >= self._batch:
                self._batch = min(self._most_batch, self._batch + BATCH_STEP)

    def calls(self) -> Mapping[str, int]:
        """How many calls were begun so far: "read" and "write"."""
        with self._lock:
            return dict(self._calls)

    def run_in_order(self, tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
        """The results of `tasks` in their order, some of them worked on at the same time.

        Never more than `at_once` are under way, and no task is asked for before it is due; what
        was begun is waited for even if the caller stops asking, so that nothing writes behind its
        back. Raises what a task raises.
        """
        left = iter(tasks)
        first = list(islice(left, 2))
        if len(first) < 2:
            yield from (task() for task in first)
            return
        executor, left = self._threads(), chain(first, left)
        running: deque[Future[T]] = deque()
        try:
            self._top_up(executor, left, running)
            while running:
                result = running.popleft().result()
                # before the caller works on the result, so that the system need not wait for it
                self._top_up(executor, left, running)
                yield result
        finally:
            for future in running:
                future.cancel()
            wait(running)

    def one_ahead(self, pages: Iterator[T]) -> Iterator[T]:
        """The `pages` in order, each fetched while the caller works on the one before it.

        Never more than one is fetched ahead, and none while the system is strained. What fetching
        a page raises is raised where that page would have come, so all before it is settled; what
        was begun is waited for even if the caller stops asking.
        """
        page = next(pages, _NO_MORE)
        # a thread of its own: one of those that make calls might wait for others of them
        with ThreadPoolExecutor(1, thread_name_prefix="page") as thread:
            while page is not _NO_MORE:
                if self._at_once < 2:
                    yield page
                    page = next(pages, _NO_MORE)
                    continue
                following = thread.submit(next, pages, _NO_MORE)
                try:
                    yield page
                finally:
                    wait([following])
                page = following.result()

    def close(self) -> None:
        """End the threads; idempotent, and the pacing may be used again."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown()

    def _top_up(
        self,
        executor: ThreadPoolExecutor,
        left: Iterator[Callable[[], T]],
        running: deque[Future[T]],
    ) -> None:
        while len(running) < self._at_once:
            task = next(left, None)
            if task is None:
                return
            running.append(executor.submit(task))

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(self._most_at_once, thread_name_prefix="call")
            return self._executor

    def _take(self, call: object, write: bool) -> float:
        """0 if the call is begun with this, else the seconds to wait before asking again."""
        with self._room:
            self._room.wait_for(self._has_room)
            now = self._monotonic()
            seconds = max(self._closed_until - now, self._until_budget(now))
            if seconds > _NO_WAIT:
                return seconds
            if self._max_per_minute:
                self._begun.append(now)
            self._calls["write" if write else "read"] += 1
            self._under_way.add(call)
            return 0.0

    def _has_room(self) -> bool:
        return self._at_once > 1 or not self._under_way

    def _until_budget(self, now: float) -> float:
        while self._begun and self._begun[0] + MINUTE - now <= _NO_WAIT:
            self._begun.popleft()
        if not self._max_per_minute or len(self._begun) < self._max_per_minute:
            return 0.0
        return self._begun[0] + MINUTE - now
