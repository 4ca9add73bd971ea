"""Numbers kept in order, with cheap change and cheap access by rank, for lists of many records."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

_BUCKET = 1000
_ID_BITS = 40


def key_of(value: int, record_id: int) -> int:
    """One number that sorts by `value`, then by id."""
    return (value << _ID_BITS) | record_id


def id_of(key: int) -> int:
    """The record id within a key made by `key_of`."""
    return key & ((1 << _ID_BITS) - 1)


class SortedKeys:
    """A sorted list in buckets: a change costs one bucket, a rank the number of buckets."""

    def __init__(self, keys: Iterable[int] = ()) -> None:
        ordered = sorted(keys)
        self._buckets = [ordered[at : at + _BUCKET] for at in range(0, len(ordered), _BUCKET)]
        self._lasts = [bucket[-1] for bucket in self._buckets]
        self._size = len(ordered)

    def __len__(self) -> int:
        return self._size

    def add(self, key: int) -> None:
        """Put `key` in its place."""
        self._size += 1
        if not self._buckets:
            self._buckets, self._lasts = [[key]], [key]
            return
        at = min(bisect_left(self._lasts, key), len(self._buckets) - 1)
        bucket = self._buckets[at]
        insort(bucket, key)
        self._lasts[at] = bucket[-1]
        if len(bucket) > 2 * _BUCKET:
            self._split(at)

    def _split(self, at: int) -> None:
        bucket = self._buckets[at]
        halves = [bucket[:_BUCKET], bucket[_BUCKET:]]
        self._buckets[at : at + 1] = halves
        self._lasts[at : at + 1] = [half[-1] for half in halves]

    def discard(self, key: int) -> None:
        """Take `key` out if it is there."""
        at = bisect_left(self._lasts, key)
        if at == len(self._buckets):
            return
        bucket = self._buckets[at]
        place = bisect_left(bucket, key)
        if place == len(bucket) or bucket[place] != key:
            return
        del bucket[place]
        self._size -= 1
        if bucket:
            self._lasts[at] = bucket[-1]
        else:
            del self._buckets[at], self._lasts[at]

    def rank(self, key: int) -> int:
        """How many keys are smaller than `key`."""
        at = bisect_left(self._lasts, key)
        below = sum(len(bucket) for bucket in self._buckets[:at])
        return below if at == len(self._buckets) else below + bisect_left(self._buckets[at], key)

    def between(self, start: int, stop: int) -> list[int]:
        """The keys whose ranks are `start` to `stop` (exclusive), in order."""
        found: list[int] = []
        below = 0
        for bucket in self._buckets:
            if below >= stop:
                break
            if below + len(bucket) > start:
                found += bucket[max(0, start - below) : stop - below]
            below += len(bucket)
        return found
