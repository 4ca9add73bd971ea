"""JSON whose fractions are `Decimal`, both ways: no amount ever passes through a float."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

_MARK = "\x00"
_MARKED = re.compile(rb'"\\u0000(-?[0-9]+(?:\.[0-9]+)?)"')


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


def read_json(body: bytes) -> Any:
    """The value of a UTF-8 body (a byte order mark is skipped). Raises ValueError."""
    return _DECODER.decode(body.decode("utf-8-sig"))


def write_json(value: Any) -> bytes:
    """The value as UTF-8 JSON, each `Decimal` as a number with exactly its digits.

    Raises TypeError for a type that JSON does not know, ValueError for NaN and infinity.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_marked)
    body = text.encode("utf-8")
    return _MARKED.sub(rb"\1", body) if rb'"\u0000' in body else body


def _marked(value: Any) -> str:
    """A text that `write_json` turns into a number: the encoder offers no way to write digits."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} cannot be written as JSON")
    if not value.is_finite():
        raise ValueError(f"{value} is no JSON number")
    return f"{_MARK}{value:f}"
