"""What the routes take: query and body checked as WordPress does it before it asks who calls.

`arguments.json` holds the arguments of each route as a shop's own index of routes names them;
`tools.shop_arguments` writes it. Routes without an entry, and batches, are not checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sync_cli.sandbox.shop.errors import Fault, invalid_params, missing_params
from sync_cli.sandbox.shop.times import parse_bound

Json = dict[str, Any]
FILE = Path(__file__).with_name("arguments.json")
_MAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHORTEST_MAIL = 6


@cache
def _table() -> Json:
    found: Json = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def taken_by(path: str, method: str) -> Json:
    """The schemas of what a route takes with a method, by name."""
    method = "POST" if method in ("PUT", "PATCH") else method
    found: Json = _table().get(path, {}).get(method, {})
    return found


def check(path: str, method: str, query: Mapping[str, str], body: Json) -> None:
    """Refuse (400) a request that lacks an argument, or has one that does not fit.

    Names that the route does not know are let through, and so is null.
    """
    taken = taken_by(path, method)
    given = {**query, **body}
    missing = [n for n, schema in taken.items() if schema.get("required") and given.get(n) is None]
    if missing:
        raise missing_params(missing)
    faults = {}
    for name, schema in taken.items():
        value = given.get(name)
        fault = None if value is None else _fault(name, schema, value)
        if fault is not None:
            faults[name] = fault
    if faults:
        raise invalid_params(faults)


def one_of(names: Sequence[str]) -> str:
    """The choices as the shop names them in an error."""
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def _fault(name: str, schema: Json, value: Any) -> Fault | None:
    """Why a value does not fit its schema, the first reason that the shop finds."""
    kind = kind_of(schema.get("type", "mixed"), value)
    if kind is None:
        return _wrong_type(name, ",".join(schema["type"]))
    return next(_faults(name, schema, kind, value), None)


def _faults(name: str, schema: Json, kind: str, value: Any) -> Iterator[Fault]:
    if not is_kind(kind, value):
        yield _wrong_type(name, kind)
    elif kind == "array":
        yield from _in_items(name, schema.get("items") or {}, entries_of(value))
    elif kind == "object":
        yield from _in_parts(name, schema.get("properties") or {}, value)
    elif kind in ("integer", "number"):
        yield from _out_of_bounds(name, schema, float(value))
    choices = schema.get("enum")
    if choices and value not in choices:
        yield Fault("rest_not_in_enum", f"{name} is not {_named(choices)}.")
    if kind == "string":
        yield from _malformed(schema.get("format", ""), value)


def _wrong_type(name: str, kinds: str) -> Fault:
    return Fault("rest_invalid_type", f"{name} is not of type {kinds}.", {"param": name})


def _named(choices: Sequence[str]) -> str:
    return choices[0] if len(choices) == 1 else f"one of {one_of(choices)}"


def _in_items(name: str, schema: Json, entries: list[Any]) -> Iterator[Fault]:
    for at, entry in enumerate(entries):
        fault = _fault(f"{name}[{at}]", schema, entry)
        if fault is not None:
            yield fault


def _in_parts(name: str, schemas: Json, value: Any) -> Iterator[Fault]:
    for key, part in value.items() if isinstance(value, dict) else ():
        fault = _fault(f"{name}[{key}]", schemas[key], part) if key in schemas else None
        if fault is not None:
            yield fault


def _out_of_bounds(name: str, schema: Json, number: float) -> Iterator[Fault]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        within, said = low <= number <= high, f"between {low} (inclusive) and {high} (inclusive)"
    elif low is not None:
        within, said = number >= low, f"greater than or equal to {low}"
    elif high is not None:
        within, said = number <= high, f"less than or equal to {high}"
    else:
        return
    if not within:
        yield Fault("rest_out_of_bounds", f"{name} must be {said}")


def is_mail(text: str) -> bool:
    """Whether the shop takes a text for an address of e-mail."""
    return len(text) >= _SHORTEST_MAIL and _MAIL.fullmatch(text) is not None


def _malformed(form: str, text: str) -> Iterator[Fault]:
    if form == "date-time" and parse_bound(text) is None:
        yield Fault("rest_invalid_date", "Invalid date.")
    if form == "date" and not _DAY.fullmatch(text):
        yield Fault("woocommerce_rest_invalid_date", "The date you provided is invalid.")
    if form == "email" and not is_mail(text):
        yield Fault("rest_invalid_email", "Invalid email address.")


def kind_of(kinds: str | list[str], value: Any) -> str | None:
    """The type that a value is checked as; None where none of several fits it."""
    if isinstance(kinds, str):
        return kinds
    if value == "" and "string" in kinds:
        return "string"
    return next((kind for kind in kinds if _FITS[kind](value)), None)


def entries_of(value: Any) -> list[Any]:
    """A list as the shop reads it: a text is cut at commas and blanks."""
    if isinstance(value, str):
        return [part for part in re.split(r"[\s,]+", value) if part]
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def is_kind(kind: str, value: Any) -> bool:
    """Whether a value can be read as one of this type."""
    return _FITS[kind](value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_whole(value: Any) -> bool:
    return _is_number(value) and float(value).is_integer()


def _is_flag(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() in ("true", "false", "1", "0")
    return isinstance(value, bool) or (isinstance(value, int) and value in (0, 1))


def _is_list(value: Any) -> bool:
    return value is not None and not isinstance(value, dict)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict | list) or value == ""


_FITS: dict[str, Callable[[Any], bool]] = {
    "string": _is_text,
    "number": _is_number,
    "integer": _is_whole,
    "boolean": _is_flag,
    "array": _is_list,
    "object": _is_object,
    "null": lambda value: value is None,
    "mixed": lambda _value: True,
}
