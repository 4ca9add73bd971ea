"""How the shop stores `meta_data`: by key or by id, null deletes, scalars become texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sync_cli.sandbox.shop.records import Json, Meta


def stored_value(value: Any) -> Any:
    """The value as it comes back: numbers and booleans as texts, lists and objects as they are."""
    if value is True:
        return "1"
    if value is False:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value


def changed_meta(
    entries: list[Meta], changes: Iterable[Json], next_id: Callable[[], int]
) -> list[Meta]:
    """The entries after the changes of a request; `entries` itself is left alone."""
    result = list(entries)
    for change in changes:
        if isinstance(change, dict) and (change.get("key") or change.get("id")):
            result = _with_change(result, change, next_id)
    return result


def _with_change(entries: list[Meta], change: Json, next_id: Callable[[], int]) -> list[Meta]:
    asked = change.get("id")
    key = str(change.get("key") or next((e.key for e in entries if e.id == asked), ""))
    at = _place(entries, asked, key)
    value = change.get("value")
    if value is None:
        return [e for e in entries if e.id != asked] if asked else _without(entries, key)
    if at is None:
        return [*_without(entries, key), Meta(next_id(), key, stored_value(value))]
    kept = Meta(entries[at].id, key, stored_value(value))
    doubles = [] if asked else [e for e in entries if e.key == key and e.id != kept.id]
    return [kept if e.id == kept.id else e for e in entries if e not in doubles]


def _place(entries: list[Meta], asked: Any, key: str) -> int | None:
    """Where the entry meant by a change stands: by its id, else the first of the key."""
    for at, entry in enumerate(entries):
        if entry.id == asked if asked else entry.key == key:
            return at
    return None


def _without(entries: list[Meta], key: str) -> list[Meta]:
    return [entry for entry in entries if entry.key != key]


def split_meta(
    changes: Iterable[Json], internal: Callable[[str], str | None]
) -> tuple[list[Json], list[tuple[str, Any]]]:
    """Part the changes into real meta entries and writes to fields (`internal` names the field)."""
    metas: list[Json] = []
    writes: list[tuple[str, Any]] = []
    for change in changes:
        name = internal(str(change.get("key", ""))) if isinstance(change, dict) else None
        if name is None:
            metas.append(change)
        else:
            writes.append((name, change.get("value")))
    return metas, writes
