"""Lists in metadata that several programs write to: ours are put in, the others' stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sync_cli.mapping.formats import as_json
from sync_cli.mapping.paths import META_FIELD, meta_path

Json = Mapping[str, Any]
IsOurs = Callable[[str, Json], bool]
"""Whether an entry of a list, with the name by which two are the same, was put there by us."""


def merged_meta(
    payload: Json, current: Json, fields: Mapping[str, str], is_ours: IsOurs
) -> dict[str, Any]:
    """The payload whose metadata entries named in `fields` hold the lists of both records.

    `fields` gives for a metadata key the field by which two entries of its list are the same. What
    `is_ours` and is not in the payload any more is taken out.
    """
    entries = payload.get(META_FIELD)
    if not entries or not fields:
        return dict(payload)
    joined = [
        {**entry, "value": _joined(_list_of(current, entry["key"]), entry["value"], field, is_ours)}
        if (field := fields.get(entry["key"])) and isinstance(entry["value"], list)
        else entry
        for entry in entries
    ]
    return {**payload, META_FIELD: joined}


def named_entries(record: Json, key: str, field: str) -> Iterator[tuple[str, Json]]:
    """The entries of the list that a record's metadata holds under `key`, each with its `field`."""
    for entry in _list_of(record, key):
        name = _name_of(entry, field)
        if name is not None:
            yield name, entry


def without_null_meta(payload: Json) -> dict[str, Any]:
    """The payload without metadata entries that hold nothing: a record without them is the same."""
    metas = [entry for entry in payload.get(META_FIELD, ()) if entry["value"] is not None]
    rest = {key: value for key, value in payload.items() if key != META_FIELD}
    return {**rest, META_FIELD: metas} if metas else rest


def _list_of(record: Json, key: str) -> list[Any]:
    """The list that a record's metadata holds under `key`; empty for anything else.

    PHP tells a list from which entries were deleted as an object, with the places as its names.
    """
    found = meta_path([key]).get(record)
    if isinstance(found, Mapping) and all(place.isdecimal() for place in found):
        return list(found.values())
    return list(found) if isinstance(found, list) else []


def _joined(there: Sequence[Any], ours: Sequence[Json], field: str, is_ours: IsOurs) -> list[Any]:
    """Their entries in their order, then those of ours that they did not have."""
    named = {str(entry[field]): entry for entry in ours}
    kept = [
        _overlaid(as_json(entry), named, field)
        for entry in there
        if (name := _name_of(entry, field)) is None or name in named or not is_ours(name, entry)
    ]
    known = {_name_of(entry, field) for entry in there}
    return [*kept, *(entry for name, entry in named.items() if name not in known)]


def _overlaid(entry: Any, named: Mapping[str, Json], field: str) -> Any:
    ours = named.get(_name_of(entry, field) or "")
    return entry if ours is None else {**entry, **ours}


def _name_of(entry: Any, field: str) -> str | None:
    value = entry.get(field) if isinstance(entry, Mapping) else None
    return None if value is None else str(value)
