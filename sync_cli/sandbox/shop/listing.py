"""The checked query of a list request, turned into a wish that a table can fulfil."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.table import R, Range, Wish
from sync_cli.sandbox.shop.times import (
    Bound,
    gmt_of,
    parse_bound,
    second_of_wall,
    wall_of,
    wall_second,
)


@dataclass(frozen=True, slots=True)
class ListSpec:
    """How a collection is listed; `local_dates` compares dates without flag by the clock
    on the wall (products), not by the second (orders)."""

    default_orderby: str = "date"
    default_order: str = "desc"
    dates: bool = True
    local_dates: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The place in a list that is asked for."""

    number: int
    size: int
    offset: int | None

    @property
    def skip(self) -> int:
        """How many records come before the page."""
        return (self.number - 1) * self.size if self.offset is None else self.offset


def words(text: str | None) -> list[str]:
    """The parts of a comma list."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def ids(text: str | None) -> list[int]:
    """The ids of a comma list; a word among them counts as 0, which no record has."""
    return [int(part) if part.isdecimal() else 0 for part in words(text)]


def is_true(text: str | None) -> bool:
    """A flag of a query."""
    return (text or "").lower() in ("1", "true", "yes")


def page_of(query: Mapping[str, str]) -> Page:
    """The page of a checked query."""
    offset = query.get("offset")
    return Page(
        int(query.get("page", 1)),
        int(query.get("per_page", 10)),
        int(offset) if offset and offset.isdecimal() else None,
    )


def wish_of(
    store: ShopStore,
    spec: ListSpec,
    query: Mapping[str, str],
    *,
    matches: Callable[[R], bool] | None = None,
    sort_keys: Mapping[str, Callable[[R], Any]] | None = None,
    trashed: bool = False,
) -> Wish[R]:
    """The wish that a checked query means; `matches` are the collection's own filters."""
    page = page_of(query)
    orderby = query.get("orderby", spec.default_orderby)
    wish: Wish[R] = Wish(
        column=orderby if orderby in ("id", "modified") else "date",
        descending=query.get("order", spec.default_order) == "desc",
        skip=page.skip,
        limit=page.size,
        matches=matches,
        include=tuple(ids(query.get("include"))),
        exclude=frozenset(ids(query.get("exclude"))),
        trashed=trashed,
        sort_key=(sort_keys or {}).get(orderby),
    )
    if orderby == "include" and wish.include:
        places = {number: at for at, number in enumerate(wish.include)}
        wish.sort_key, wish.descending = (lambda record: places[record.id]), False
    if spec.dates:
        _add_ranges(store, spec, query, wish)
    return wish


def _add_ranges(store: ShopStore, spec: ListSpec, query: Mapping[str, str], wish: Wish[R]) -> None:
    flag = is_true(query.get("dates_are_gmt"))
    for low_name, high_name, column in (
        ("after", "before", "date"),
        ("modified_after", "modified_before", "modified"),
    ):
        low, high = _bound(query, low_name), _bound(query, high_name)
        if low is None and high is None:
            continue
        if spec.local_dates and not flag:
            _add_wall_range(store, wish, column, (low, high))
        else:
            zone = store.settings.time_zone
            low_second = None if low is None else gmt_of(low, zone, dates_are_gmt=flag)
            high_second = None if high is None else gmt_of(high, zone, dates_are_gmt=flag)
            wish.ranges[column] = (low_second, high_second)


def _bound(query: Mapping[str, str], name: str) -> Bound | None:
    return parse_bound(query[name]) if name in query else None


def _add_wall_range(
    store: ShopStore, wish: Wish[R], column: str, bounds: tuple[Bound | None, Bound | None]
) -> None:
    """A range by the local clock: in the hour shown twice it holds both showings."""
    zone = store.settings.time_zone
    walls = tuple(None if b is None else wall_of(b, zone) for b in bounds)
    first = tuple(None if w is None else second_of_wall(w, zone) for w in walls)
    again = tuple(None if w is None else second_of_wall(w, zone, fold=1) for w in walls)
    if first == again:
        wish.ranges[column] = (first[0], first[1])
        return
    wish.ranges[column] = (_edge(min, first[0], again[0]), _edge(max, first[1], again[1]))
    within: Range = (walls[0], walls[1])
    before = wish.matches

    def matches(record: R) -> bool:
        shown = wall_second(_second(record, column), zone)
        inside = (within[0] is None or shown > within[0]) and (
            within[1] is None or shown < within[1]
        )
        return inside and (before is None or before(record))

    wish.matches = matches
    if wish.column == column:
        wish.sort_key = lambda record: (wall_second(_second(record, column), zone), record.id)


def _edge(pick: Callable[[int, int], int], one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else pick(one, other)


def _second(record: Any, column: str) -> int:
    return (record.created if column == "date" else record.modified) or 0
