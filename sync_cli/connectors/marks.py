"""Fields that somebody else changed between two tries of one update."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sync_cli.connectors.base import Change
from sync_cli.core.fingerprint import mark_of


def marks_of_fields(stored: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """A mark of each of these fields as it is stored; empty values are alike."""
    return {name: mark_of(stored.get(name) or None) for name in names}


def changed_by_others(
    change: Change, now: Mapping[str, str], is_written: Callable[[str], bool]
) -> list[str]:
    """The fields that hold neither what stood there before an earlier try nor the new value.

    `now` are the marks of what stands there, `is_written` says of a field that it holds the new
    value already.
    """
    return sorted(
        name
        for name, mark in change.before.items()
        if name in change.fields and now.get(name) != mark and not is_written(name)
    )
