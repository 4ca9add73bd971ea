"""The query of a list request: checked, and turned into a wish that a table can fulfil."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync_cli.sandbox.shop.errors import Fault, invalid_params
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

DATES = ("after", "before", "modified_after", "modified_before")
_COLUMNS = {"after": "date", "before": "date"}


@dataclass(frozen=True, slots=True)
class ListSpec:
    """What a collection takes in its query; `local_dates` compares dates without flag by the clock
    on the wall (products), not by the second (orders)."""

    orderby: tuple[str, ...]
    default_orderby: str = "date"
    default_order: str = "desc"
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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


def one_of(names: tuple[str, ...]) -> str:
    """The choices as the shop names them in an error."""
    if len(names) == 2:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def check_query(spec: ListSpec, query: Mapping[str, str]) -> None:
    """Refuse (400) values that the collection does not take; unknown names are let through."""
    found = {
        "page": _out_of_bounds(query.get("page"), 1, None, "page"),
        "per_page": _out_of_bounds(query.get("per_page"), 1, 100, "per_page"),
        "order": _not_one_of(query.get("order"), ("asc", "desc"), "order"),
        "orderby": _not_one_of(query.get("orderby"), spec.orderby, "orderby"),
        **{name: _not_one_of(query.get(name), spec.choices[name], name) for name in spec.choices},
        **{name: _not_all_of(query.get(name), spec.lists[name], name) for name in spec.lists},
        **{name: _no_date(query.get(name)) for name in (DATES if spec.dates else ())},
    }
    faults = {name: fault for name, fault in found.items() if fault is not None}
    if faults:
        raise invalid_params(faults)


def _not_one_of(text: str | None, choices: tuple[str, ...], name: str) -> Fault | None:
    if text is None or text in choices:
        return None
    return Fault("rest_not_in_enum", f"{name} is not one of {one_of(choices)}.")


def _not_all_of(text: str | None, choices: tuple[str, ...], name: str) -> Fault | None:
    for at, word in enumerate(words(text)):
        if word not in choices:
            return _not_one_of(word, choices, f"{name}[{at}]")
    return None


def _no_date(text: str | None) -> Fault | None:
    if text is None or parse_bound(text) is not None:
        return None
    return Fault("rest_invalid_date", "Invalid date.")


def _out_of_bounds(text: str | None, low: int, high: int | None, name: str) -> Fault | None:
    if text is None:
        return None
    try:
        value = int(text)
    except ValueError:
        message = f"{name} is not of type integer."
        return Fault("rest_invalid_type", message, {"param": name})
    if high is None and value < low:
        message = f"{name} must be greater than or equal to {low}"
    elif high is not None and not low <= value <= high:
        message = f"{name} must be between {low} (inclusive) and {high} (inclusive)"
    else:
        return None
    return Fault("rest_out_of_bounds", message)


def words(text: str | None) -> list[str]:
    """The parts of a comma list."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def ids(text: str | None) -> list[int]:
    """The ids of a comma list; a word among them is ignored."""
    return [int(part) for part in words(text) if part.isdecimal()]


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
