"""A table of records with indexes by id, creation and change, for quick pages of long lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from sync_cli.sandbox.shop.sorted_keys import SortedKeys, id_of, key_of


class Record(Protocol):
    """What a table needs of its records."""

    id: int
    created: int
    modified: int | None


R = TypeVar("R", bound=Record)
Range = tuple[int | None, int | None]
"""Exclusive bounds in Unix seconds; None is open."""


@dataclass(slots=True)
class Wish(Generic[R]):
    """What a list request asks of a table.

    `sort_key` replaces the order by `column` ("id", "date" or "modified") when it is given.
    """

    column: str = "date"
    descending: bool = True
    skip: int = 0
    limit: int = 10
    ranges: dict[str, Range] = field(default_factory=dict)
    matches: Callable[[R], bool] | None = None
    include: tuple[int, ...] = ()
    exclude: frozenset[int] = frozenset()
    trashed: bool = False
    sort_key: Callable[[R], Any] | None = None


class Table(Generic[R]):
    """Records by id; trashed ones are kept apart and not listed unless asked for."""

    def __init__(self) -> None:
        self.records: dict[int, R] = {}
        self.trashed: set[int] = set()
        self._indexes: dict[str, SortedKeys] = {}

    def __len__(self) -> int:
        return len(self.records)

    def get(self, record_id: int) -> R | None:
        """The record with this id, trashed or not."""
        return self.records.get(record_id)

    def add(self, record: R, *, trashed: bool = False) -> None:
        """Store a new record, or one in place of another with its id."""
        self.remove(record.id)
        self.records[record.id] = record
        if trashed:
            self.trashed.add(record.id)
            return
        for column, index in self._indexes.items():
            index.add(_key(record, column))

    def remove(self, record_id: int) -> R | None:
        """Take a record out for good; None when there is none."""
        record = self.records.pop(record_id, None)
        if record is None:
            return None
        if record_id in self.trashed:
            self.trashed.discard(record_id)
            return record
        for column, index in self._indexes.items():
            index.discard(_key(record, column))
        return record

    def touch(self, record: R, second: int) -> None:
        """Move the record's date of change to `second`."""
        index = None if record.id in self.trashed else self._indexes.get("modified")
        if index is not None:
            index.discard(_key(record, "modified"))
        record.modified = second
        if index is not None:
            index.add(_key(record, "modified"))

    def set_trashed(self, record: R, trashed: bool) -> None:
        """Move the record to the trash or out of it."""
        if (record.id in self.trashed) != trashed:
            self.add(record, trashed=trashed)

    def find(self, wish: Wish[R]) -> tuple[list[R], int]:
        """One page of records and the number of all that fit."""
        if self._is_plain(wish):
            return self._ranked(wish)
        return self._scanned(wish)

    def choose(self, records: Iterable[R], wish: Wish[R]) -> tuple[list[R], int]:
        """One page of the given records that fit, and the number of them."""
        if wish.include:
            records = [record for record in records if record.id in wish.include]
        return self._page([record for record in records if _fits(record, wish)], wish)

    def _page(self, found: list[R], wish: Wish[R]) -> tuple[list[R], int]:
        sort_key = wish.sort_key or (lambda record: _key(record, wish.column))
        found.sort(key=sort_key, reverse=wish.descending)
        return found[wish.skip : wish.skip + wish.limit], len(found)

    def _is_plain(self, wish: Wish[R]) -> bool:
        other = [column for column in wish.ranges if column != wish.column]
        return not (other or wish.matches or wish.include or wish.trashed or wish.sort_key)

    def _index(self, column: str) -> SortedKeys:
        index = self._indexes.get(column)
        if index is None:
            listed = (r for r in self.records.values() if r.id not in self.trashed)
            index = self._indexes[column] = SortedKeys(_key(record, column) for record in listed)
        return index

    def _ranks(self, column: str, bounds: Range) -> tuple[int, int]:
        index = self._index(column)
        low, high = bounds
        start = 0 if low is None else index.rank(key_of(low + 1, 0))
        stop = len(index) if high is None else index.rank(key_of(high, 0))
        return start, max(start, stop)

    def _ranked(self, wish: Wish[R]) -> tuple[list[R], int]:
        index = self._index(wish.column)
        start, stop = self._ranks(wish.column, wish.ranges.get(wish.column, (None, None)))
        left_out = self._left_out(wish, index, start, stop)
        total = stop - start - len(left_out)
        reach = wish.skip + wish.limit + len(left_out)
        first = 0 if left_out else wish.skip
        if wish.descending:
            keys = index.between(max(start, stop - reach), max(start, stop - first))[::-1]
        else:
            keys = index.between(min(stop, start + first), min(stop, start + reach))
        kept = [key for key in keys if key not in left_out] if left_out else keys
        page = kept[wish.skip - first :][: wish.limit]
        return [self.records[id_of(key)] for key in page], total

    def _left_out(self, wish: Wish[R], index: SortedKeys, start: int, stop: int) -> set[int]:
        """The keys of excluded records that would be in the list otherwise."""
        keys = set()
        for record_id in wish.exclude:
            record = self.records.get(record_id)
            if record is not None and record_id not in self.trashed:
                key = _key(record, wish.column)
                if start <= index.rank(key) < stop:
                    keys.add(key)
        return keys

    def _scanned(self, wish: Wish[R]) -> tuple[list[R], int]:
        found = [record for record in self._candidates(wish) if _fits(record, wish)]
        return self._page(found, wish)

    def _candidates(self, wish: Wish[R]) -> Iterable[R]:
        if wish.include:
            listed = (i for i in set(wish.include) if (i in self.trashed) == wish.trashed)
            return [self.records[i] for i in listed if i in self.records]
        if wish.trashed:
            return [self.records[i] for i in self.trashed]
        if wish.ranges:
            column = min(wish.ranges, key=lambda name: self._width(name, wish.ranges[name]))
            keys = self._index(column).between(*self._ranks(column, wish.ranges[column]))
            return (self.records[id_of(key)] for key in keys)
        return (r for i, r in self.records.items() if i not in self.trashed)

    def _width(self, column: str, bounds: Range) -> int:
        start, stop = self._ranks(column, bounds)
        return stop - start


def _value(record: Record, column: str) -> int:
    if column == "id":
        return 0
    return (record.created if column == "date" else record.modified) or 0


def _key(record: Record, column: str) -> int:
    return key_of(_value(record, column), record.id)


def _fits(record: R, wish: Wish[R]) -> bool:
    if record.id in wish.exclude:
        return False
    for column, (low, high) in wish.ranges.items():
        value = _value(record, column)
        if (low is not None and value <= low) or (high is not None and value >= high):
            return False
    return wish.matches is None or wish.matches(record)
