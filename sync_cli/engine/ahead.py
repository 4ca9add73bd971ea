"""Overlaps waiting with work: the next question is on its way while this answer is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def asked_ahead(items: Iterable[A], ask: Callable[[A], B]) -> Iterator[tuple[A, B]]:
    """Each item with its answer, in order, never more than one asked for ahead.

    `ask` runs in a thread of its own, so it may call a connector, but not the state; `items` are
    taken by the caller's thread. What `ask` raises is raised where that answer would have come;
    what was begun is waited for even if the caller stops.
    """
    left = iter(items)
    first = list(islice(left, 2))
    if len(first) < 2:
        yield from ((item, ask(item)) for item in first)
        return
    left = chain(first, left)
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        item = next(left)
        answer = thread.submit(ask, item)
        for following in left:
            now = answer.result()
            answer = thread.submit(ask, following)
            yield item, now
            item = following
        yield item, answer.result()
