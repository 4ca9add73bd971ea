"""A table of records in order of id, with a page read in the time of the page, not of the table."""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Generic, Protocol, TypeVar

_NEVER = -(2**62)


class Stamped(Protocol):
    """What a table keeps: something with a number and the time of its last change (ms)."""

    @property
    def id(self) -> int: ...
    @property
    def changed_at(self) -> int: ...


Row = TypeVar("Row", bound=Stamped)


def folded(text: str) -> str:
    """The text without case, accents and outer blanks, as databases often compare it."""
    bare = text.strip()
    if bare.isascii():
        return bare.casefold()
    parts = unicodedata.normalize("NFKD", bare)
    return "".join(each for each in parts if not unicodedata.combining(each)).casefold()


class ChangeTree:
    """Times of change by position, with the next position changed since a time in log(n).

    A tree of maxima: leaf i + size holds position i's time, each inner node its children's later.
    """

    def __init__(self) -> None:
        self._size = 1
        self._latest = array("q", [_NEVER, _NEVER])

    def put(self, position: int, changed_at: int) -> None:
        """Note when the position changed; a tree that is too small is grown first."""
        while position >= self._size:
            self._grow()
        node = position + self._size
        self._latest[node] = changed_at
        while node > 1:
            node //= 2
            latest = max(self._latest[2 * node], self._latest[2 * node + 1])
            if latest == self._latest[node]:
                return
            self._latest[node] = latest

    def clear_from(self, position: int) -> None:
        """Forget every position from this one on."""
        for each in range(position, self._size):
            if self._latest[each + self._size] != _NEVER:
                self.put(each, _NEVER)

    def changed(self, since: int, start: int) -> Iterator[int]:
        """Positions from `start` on that changed at or after `since`, ascending."""
        position = self._next(since, start)
        while position is not None:
            yield position
            position = self._next(since, position + 1)

    def _next(self, since: int, start: int) -> int | None:
        if start >= self._size:
            return None
        node = start + self._size
        while self._latest[node] < since:
            while node % 2:  # a right child: its subtree is exhausted, and so is its parent's
                node //= 2
            if node == 0:
                return None
            node += 1
        while node < self._size:
            node = 2 * node if self._latest[2 * node] >= since else 2 * node + 1
        return node - self._size

    def _grow(self) -> None:
        leaves = self._latest[self._size :]
        self._size *= 2
        self._latest = array("q", [_NEVER]) * (2 * self._size)
        self._latest[self._size : self._size + len(leaves)] = leaves
        for node in range(self._size - 1, 0, -1):
            self._latest[node] = max(self._latest[2 * node], self._latest[2 * node + 1])


class Table(Generic[Row]):
    """Records in ascending order of id, found by id, by change and by folded keys.

    `keys` names the texts by which a record can be found. Not thread-safe: the store locks.
    """

    def __init__(self, **keys: Callable[[Row], str | None]) -> None:
        self._ids = array("q")
        self._rows: list[Row] = []
        self._changes = ChangeTree()
        self._keys = keys
        self._indexes: dict[str, dict[str, tuple[int, ...]]] = {name: {} for name in keys}
        self._highest = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def append(self, row: Row) -> None:
        """Add a record; raises ValueError unless its id is above all others."""
        if self._ids and row.id <= self._ids[-1]:
            raise ValueError(f"id {row.id} is not above {self._ids[-1]}, the last of the table")
        self._changes.put(len(self._rows), row.changed_at)
        self._ids.append(row.id)
        self._highest = row.id
        self._rows.append(row)
        self._enter(row)

    def next_id(self) -> int:
        """One above the highest id that there ever was; a deleted one is not given again."""
        return self._highest + 1

    def get(self, id: int) -> Row | None:
        """The record of this id, or None."""
        position = self._position(id)
        return None if position is None else self._rows[position]

    def changed(self, row: Row) -> None:
        """Say that a record's `changed_at` was set anew; to be called after each change."""
        position = self._position(row.id)
        if position is None:
            raise LookupError(f"id {row.id} is not in the table")
        self._changes.put(position, row.changed_at)

    def page(self, after: int | None, since: int | None, limit: int) -> list[Row]:
        """Up to `limit` records with id > `after`, changed at or after `since` (ms)."""
        start = 0 if after is None else bisect_right(self._ids, after)
        if since is None:
            return self._rows[start : start + limit]
        return [self._rows[at] for at in islice(self._changes.changed(since, start), limit)]

    def pick(self, ids: Iterable[int]) -> list[Row]:
        """The records of these ids in ascending order; unknown ones are absent."""
        found = (self.get(id) for id in sorted(set(ids)))
        return [row for row in found if row is not None]

    def find(self, key: str, value: str) -> list[Row]:
        """Records whose key equals the value without case and accents; none for an empty value.

        Raises KeyError for a key that the table does not have.
        """
        wanted = folded(value)
        return self.pick(self._indexes[key].get(wanted, ())) if wanted else []

    def rekey(self, row: Row, change: Callable[[], None]) -> None:
        """Carry out a change of a record that may change its keys."""
        self._leave(row)
        change()
        self._enter(row)

    def remove(self, row: Row) -> None:
        """Delete one record for good; the ones behind it move up."""
        position = self._position(row.id)
        if position is None:
            raise LookupError(f"id {row.id} is not in the table")
        self._leave(row)
        del self._rows[position]
        del self._ids[position]
        self._changes.clear_from(position)
        for at in range(position, len(self._rows)):
            self._changes.put(at, self._rows[at].changed_at)

    def drop_last(self, count: int) -> list[Row]:
        """Take away the last `count` records, as a restored backup does; returns them.

        The next records get their ids again.
        """
        kept = max(0, len(self._rows) - count)
        dropped = self._rows[kept:]
        for row in dropped:
            self._leave(row)
        del self._rows[kept:]
        del self._ids[kept:]
        self._changes.clear_from(kept)
        self._highest = self._ids[-1] if self._ids else 0
        return dropped

    def _position(self, id: int) -> int | None:
        at = bisect_left(self._ids, id)
        return at if at < len(self._ids) and self._ids[at] == id else None

    def _enter(self, row: Row) -> None:
        for name, read in self._keys.items():
            value = folded(read(row) or "")
            if value:
                index = self._indexes[name]
                index[value] = (*index.get(value, ()), row.id)

    def _leave(self, row: Row) -> None:
        for name, read in self._keys.items():
            value = folded(read(row) or "")
            if value:
                index = self._indexes[name]
                index[value] = tuple(id for id in index[value] if id != row.id)
