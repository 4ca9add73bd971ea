"""Whether an answer holds what was sent: a success that dropped or changed a value is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def fields_not_kept(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> Iterator[str]:
    """The names of the sent fields whose stored value is another one; dotted inside objects.

    A number equals the same number written as text; an empty text equals null. What the system
    adds of its own does not matter. Values are not told: they may be personal.
    """
    for name, value in sent.items():
        kept = stored.get(name)
        if isinstance(value, Mapping) and isinstance(kept, Mapping):
            yield from (f"{name}.{inner}" for inner in fields_not_kept(value, kept))
        elif not _is_same(value, kept):
            yield name


def _is_same(sent: Any, kept: Any) -> bool:
    if isinstance(sent, Mapping) and isinstance(kept, Mapping):
        return not any(fields_not_kept(sent, kept))
    if isinstance(sent, list | tuple) and isinstance(kept, list | tuple):
        return len(sent) == len(kept) and all(map(_is_same, sent, kept))
    if isinstance(sent, bool) or isinstance(kept, bool):
        return sent is kept
    if sent in (None, "") or kept in (None, ""):
        return kept in (None, "") and sent in (None, "")
    if isinstance(sent, int | Decimal) or isinstance(kept, int | Decimal):
        return _number(sent) is not None and _number(sent) == _number(kept)
    return bool(sent == kept)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
