"""The closed set of transforms: small named pure functions, applied before the type is read.

A transform never sees null: null passes by. The text transforms also work on each text of a list.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sync_cli.mapping.errors import BadValue
from sync_cli.mapping.named import Convert, NamedFunction
from sync_cli.mapping.types import read_decimal

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def unescape_entities(text: str) -> str:
    """`text` with HTML entities replaced, those only that end in a semicolon.

    HTML also knows "&reg" without one, which would spoil a name such as "Land&region".
    """
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text)


def _on_text(change: Callable[[str], str]) -> Convert:
    def apply(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [item if item is None else apply(item) for item in value]
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return change(str(value))
        raise BadValue("is no text")

    return apply


def _on_number(change: Callable[[Decimal], Decimal]) -> Convert:
    def apply(value: Any) -> Any:
        number = read_decimal(value)
        return None if number is None else change(number)

    return apply


def _negated(number: Decimal) -> Decimal:
    return number.copy_negate() if number else number


def _truncate(length: int) -> Convert:
    return _on_text(lambda text: text[:length].rstrip())


def _join(separator: str) -> Convert:
    def apply(value: Any) -> str:
        if not isinstance(value, list):
            raise BadValue("is no list")
        if any(isinstance(item, list | dict | bool | float) for item in value):
            raise BadValue("is no list of texts")
        return separator.join(str(item) for item in value if item not in (None, ""))

    return apply


def _first(value: Any) -> Any:
    if not isinstance(value, list):
        raise BadValue("is no list")
    return value[0] if value else None


def _split(separator: str) -> Convert:
    def apply(value: Any) -> list[str]:
        if not isinstance(value, str):
            raise BadValue("is no text")
        pieces = (piece.strip() for piece in value.split(separator))
        return [piece for piece in pieces if piece]

    return apply


TRANSFORMS: Mapping[str, NamedFunction] = {
    "strip": NamedFunction("takes blanks from both ends", lambda _: _on_text(str.strip)),
    "upper": NamedFunction("writes it in capitals", lambda _: _on_text(str.upper)),
    "lower": NamedFunction("writes it in small letters", lambda _: _on_text(str.lower)),
    "unescape_html": NamedFunction(
        "replaces HTML entities: `&amp;` becomes `&`", lambda _: _on_text(unescape_entities)
    ),
    "truncate": NamedFunction("keeps at most that many characters", _truncate, int),
    "absolute": NamedFunction("takes the sign away", lambda _: _on_number(Decimal.copy_abs)),
    "negate": NamedFunction("turns the sign round", lambda _: _on_number(_negated)),
    "join": NamedFunction(
        "makes one text of a list, leaving out what is empty; a blank or the argument between",
        _join,
        str,
        " ",
    ),
    "split": NamedFunction(
        "makes a list of a text that is parted by commas or the argument", _split, str, ","
    ),
    "first": NamedFunction("takes the first item of a list, null if it is empty", lambda _: _first),
}
