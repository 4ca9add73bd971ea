"""Hashes that tell whether anything changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any

_VOLATILE = frozenset({"date_modified", "date_modified_gmt", "_links", "changed_at", "write_date"})
OUR_META = "_sync_cli_"
"""Our metadata in the shop begins with this; it is no content of the record."""


def digest(value: Any) -> str:
    """A short hash of any JSON-like value; equal values give equal hashes in every process.

    `Decimal("1.0")` and `Decimal("1.00")` are the same value.
    """
    return blake2b(_ENCODER.encode(value).encode(), digest_size=12).hexdigest()


def by_field(payload: Mapping[str, Any]) -> str:
    """A fingerprint that tells later which fields of a payload moved: a short hash of each."""
    return " ".join(f"{name}={mark_of(value)}" for name, value in sorted(payload.items()))


def fields_of(told: str) -> frozenset[str]:
    """The fields that a fingerprint by field tells of."""
    return frozenset(each.partition("=")[0] for each in told.split())


def marks_of(told: str) -> dict[str, str]:
    """A fingerprint by field as the short hash of each."""
    return dict(each.split("=", 1) for each in told.split() if "=" in each)


def mark_of(value: Any) -> str:
    """The short hash of one field's value, as `by_field` writes it."""
    return digest(value)[:12]


def changed_fields(before: str, after: str) -> frozenset[str]:
    """The fields that differ between two fingerprints by field; none if they are of another kind.

    Older state files hold one hash of the whole.
    """
    if "=" not in before or "=" not in after:
        return frozenset()
    moved = set(before.split()) ^ set(after.split())
    return frozenset(each.partition("=")[0] for each in moved)


def with_fields_of(before: str, after: str, fields: Collection[str]) -> str:
    """The fingerprint by field `after`, with these fields as they were in `before`."""
    known, now = marks_of(before), marks_of(after)
    kept = {name: known[name] for name in fields if name in known and name in now}
    return " ".join(f"{name}={value}" for name, value in sorted({**now, **kept}.items()))


def content_hash(data: Mapping[str, Any], volatile: Collection[str] = _VOLATILE) -> str:
    """The hash of a raw record without what moves by itself and without our own metadata."""
    kept = {key: value for key, value in data.items() if key not in volatile}
    meta = kept.get("meta_data")
    if isinstance(meta, list):
        kept["meta_data"] = [entry for entry in meta if not _is_ours(entry)]
    return digest(kept)


def _is_ours(entry: Any) -> bool:
    return isinstance(entry, Mapping) and str(entry.get("key", "")).startswith(OUR_META)


def _as_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return str(value)


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_as_text)
