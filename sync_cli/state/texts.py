"""How values lie in the file: times as ISO UTC text with microseconds, ids and data as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any


def time_to_text(at: datetime) -> str:
    """ISO text in UTC with microseconds; sorts as the times do. Raises ValueError if naive."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone; the state file keeps aware times only")
    return _utc_text(at.astimezone(UTC))


@lru_cache(maxsize=64)
def _utc_text(at: datetime) -> str:
    """The records of a batch share one time; only in UTC do equal times mean the same."""
    return at.isoformat(timespec="microseconds")


def optional_time_to_text(at: datetime | None) -> str | None:
    """The same for a time that may be missing."""
    return None if at is None else time_to_text(at)


def text_to_time(text: str) -> datetime:
    """The aware UTC time that `time_to_text` wrote."""
    return datetime.fromisoformat(text)


def optional_text_to_time(text: str | None) -> datetime | None:
    """The same for a time that may be missing."""
    return None if text is None else text_to_time(text)


IN_IDS = "IN (SELECT value FROM json_each(?))"
"""The SQL for one of many ids; its parameter is made by `ids_to_text`.

One statement for every number of ids stays in the statement cache, and SQLite's limit of
parameters does not apply.
"""


def ids_to_text(ids: Iterable[str] | Iterable[int]) -> str:
    """Ids in any number as the one parameter of `IN_IDS`."""
    return json.dumps(list(ids))


def data_to_text(value: Any) -> str:
    """JSON text of foreign data, for people to read: whatever JSON lacks becomes text."""
    return _READABLE.encode(value)


def exact_to_text(value: Any) -> str:
    """JSON text from which `text_to_exact` makes an equal value; TypeError for what it cannot.

    Decimals survive as decimals, tuples come back as lists.
    """
    return _ENCODER.encode(value)


def text_to_exact(text: str) -> Any:
    """The value that `exact_to_text` wrote."""
    return _DECODER.decode(text)


_DECIMAL = "$decimal"


def _mark_decimal(value: Any) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    raise TypeError(f"{type(value).__name__} has no exact JSON form")


def _unmark_decimal(data: dict[str, Any]) -> Any:
    if len(data) == 1 and _DECIMAL in data:
        return Decimal(data[_DECIMAL])
    return data


_READABLE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_mark_decimal)
_DECODER = json.JSONDecoder(object_hook=_unmark_decimal)
