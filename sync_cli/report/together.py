"""Records that wait for the same thing, told of in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from sync_cli.core.drift import Waiting

NAMED = 5
"""So many records that wait for the same thing are named."""

T = TypeVar("T")


def together(entries: Iterable[T], key: Callable[[T], Hashable]) -> list[list[T]]:
    """The entries in groups of the same key, in the order of their first ones."""
    groups: dict[Hashable, list[T]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    return list(groups.values())


def waiting_together(waiting: Iterable[Waiting]) -> list[list[Waiting]]:
    """What waits for the same thing, in groups."""
    return together(waiting, lambda each: (each.part, each.cause or each.reason))


def waiting_row(group: Sequence[Waiting]) -> tuple[str, str]:
    """The name of what waits, and why: of several the first names, and what is said of all."""
    first = group[0]
    if len(group) == 1:
        return first.label, first.reason
    return records([each.label for each in group]), first.cause or first.reason


def records(labels: Sequence[str]) -> str:
    """How many records these are, by their kind, and the first names: 12 orders: 1042, 1043 ..."""
    return f"{number_of(labels)}: {names_of(labels)}"


def number_of(labels: Sequence[str], more: str = "") -> str:
    """How many records these are, by their kind; `more` stands between the two: 3 more orders."""
    count = len(labels)
    return f"{count:,}{more} {(_kind(labels) or 'Record').lower()}{'' if count == 1 else 's'}"


def names_of(labels: Sequence[str]) -> str:
    """The first names of some records, without the kind that they share."""
    kind = _kind(labels)
    return first_of([label.removeprefix(f"{kind} ") if kind else label for label in labels])


def _kind(labels: Sequence[str]) -> str:
    """What all of these records are, such as Order; "" unless one word says it."""
    kinds = {label.rpartition(" ")[0] for label in labels}
    kind = kinds.pop() if len(kinds) == 1 else ""
    return kind if kind.isalpha() else ""


def first_of(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - NAMED
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {more:,} more" if more > 0 else shown
