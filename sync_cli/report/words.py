"""Operations and counts in words that a shop owner reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, assert_never

from sync_cli.core.item import Item
from sync_cli.core.model import Customer, Document
from sync_cli.core.money import plain
from sync_cli.core.payments import Payment
from sync_cli.core.plan import (
    Adopt,
    Advance,
    Create,
    Defer,
    Operation,
    Reject,
    Skip,
    Update,
)

_COUNTED = ("read", "create", "adopt", "update", "advance", "reached", "skip", "defer", "held")


def describe(operation: Operation) -> str:
    """One line that says what the operation does."""
    item = operation.item
    match operation:
        case Create():
            return f"create {item.label}{_amount(item)}"
        case Update():
            return f"update {item.label}: {_fields(item)}"
        case Advance(to=to, target=target):
            return f"bring {item.label} (document {target}) to {to}"
        case Adopt(candidate=candidate):
            return f"link   {item.label} with {candidate.id}, which is there already"
        case Skip(reason=reason):
            return f"skip   {item.label}: {reason}"
        case Defer(reason=reason, until=until):
            return f"wait   {item.label}: {reason}, until {until:%Y-%m-%d %H:%M:%S} UTC"
        case Reject(problem=problem):
            return f"hold   {problem.about(item.label).sentence()}"
        case _:
            assert_never(operation)


def as_data(route: str, operation: Operation) -> dict[str, Any]:
    """The operation for machines: route, operation, id, label and what is said of it."""
    return {
        "route": route,
        "operation": type(operation).__name__.lower(),
        "id": operation.item.id,
        "label": operation.item.label,
        "text": describe(operation),
    }


def summary(command: str, counts: Mapping[str, int], planned: Collection[str] = ()) -> str:
    """All routes of a run in one line: what was read, written, held.

    Every record that was read is in one of the other counts; of the routes in `planned` these say
    what would be done.
    """
    routes: dict[str, dict[str, int]] = {}
    for key, count in counts.items():
        route, _, what = key.rpartition(".")
        routes.setdefault(route, {})[what] = count
    parts = [
        f"{route} {_counts(each, _FUTURE if route in planned else _PAST)}"
        for route, each in routes.items()
        if any(each.values())
    ]
    return f"{command}: " + ("; ".join(parts) if parts else "nothing to do")


def _counts(each: Mapping[str, int], words: Mapping[str, str]) -> str:
    shown = [f"{each[what]} {words[what]}" for what in _COUNTED if each.get(what)]
    return ", ".join(shown)


_PAST = {
    "read": "read",
    "create": "created",
    "adopt": "linked",
    "update": "updated",
    "advance": "advanced",
    "reached": "reached a checkpoint",
    "skip": "unchanged or left out",
    "defer": "waiting",
    "held": "held",
}
_FUTURE = {
    **_PAST,
    "create": "to create",
    "adopt": "to link",
    "update": "to update",
    "advance": "to advance",
    "held": "to hold",
}


def _amount(item: Item) -> str:
    record = item.record
    if isinstance(record, Payment):
        amount = f"{plain(record.amount)} {record.currency}"
        return f" as {item.reference}: {amount} by {record.method}"
    if not isinstance(record, Document):
        return ""
    lines = counted(len(record.lines), "line")
    return f" as {item.reference}: {plain(record.total)} {record.currency}, {lines}"


def _fields(item: Item) -> str:
    """The fields with their values; of a customer without: they are personal."""
    if isinstance(item.record, Customer):
        return ", ".join(item.payload)
    return ", ".join(f"{key} = {_short(value)}" for key, value in item.payload.items())


def counted(count: int, noun: str) -> str:
    """The noun with its number: 1 line, 2 lines."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _short(value: Any) -> str:
    if isinstance(value, list):
        return "1 entry" if len(value) == 1 else f"{len(value)} entries"
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
