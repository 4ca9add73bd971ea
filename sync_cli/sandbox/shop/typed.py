"""Checked values turned into the types that a route's arguments name, as WordPress does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync_cli.sandbox.shop.arguments import entries_of, is_kind, kind_of, taken_by
from sync_cli.sandbox.shop.records import Json


def typed(path: str, method: str, values: Json) -> Json:
    """The values of a write by name; those of names that the route does not know stay.

    Null empties what is of one type: it becomes "", 0, false or a list of nothing.
    """
    schemas = taken_by(path, method)
    return {name: _typed(schemas.get(name) or {}, value) for name, value in values.items()}


def _typed(schema: Json, value: Any) -> Any:
    kinds = schema.get("type", "mixed")
    if value is None:
        return _EMPTY.get(kinds, lambda: None)() if isinstance(kinds, str) else None
    kind = kind_of(kinds, value)
    if kind is None or not is_kind(kind, value):
        return value
    if kind == "boolean" and isinstance(value, str | int):
        return str(value).lower() not in ("false", "0")
    if kind == "integer":
        return int(float(value))
    if kind == "number" and "string" not in kinds and isinstance(value, str):
        return float(value)
    if kind == "array":
        return [_typed(schema.get("items") or {}, entry) for entry in entries_of(value)]
    if kind == "object" and isinstance(value, dict):
        parts = schema.get("properties") or {}
        return {name: _typed(parts.get(name) or {}, part) for name, part in value.items()}
    return value


_EMPTY: dict[str, Callable[[], Any]] = {
    "string": str,
    "integer": int,
    "number": int,
    "boolean": bool,
    "array": list,
    "object": dict,
}
