"""Where a value is found: dotted paths, metadata keys, and JMESPath for all else.

Unlike JMESPath this tells an absent field from one that is null: a field that the other system
renamed must be noticed. A getter gives `ABSENT` where the field is not there at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache, partial
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from msgspec import Struct

from sync_cli.mapping.errors import BadValue, did_you_mean

META_FIELD = "meta_data"
"""Where a WooCommerce-style record keeps its metadata: a list of {key, value}."""

_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_FIRST_CHILD_ONLY = frozenset(
    {
        "subexpression",
        "index_expression",
        "projection",
        "filter_projection",
        "value_projection",
        "flatten",
        "pipe",
        "slice",
    }
)


class Absent(Enum):
    """The answer of a getter whose field is not in the record."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT

Names = tuple[str, ...]
Getter = Callable[[Mapping[str, Any]], Any]


class Path(Struct, frozen=True):
    """A compiled path; `starts` are the dotted paths that it reads from the top of the record.

    `key` is the field's name if the path is nothing but one name.
    """

    get: Getter
    starts: tuple[Names, ...]
    key: str = ""

    @property
    def roots(self) -> frozenset[str]:
        """The top-level fields that the path needs."""
        return frozenset(start[0] for start in self.starts)


@lru_cache(maxsize=2048)
def compile_path(text: str) -> Path:
    """The path written in `text`, a JMESPath expression; raises ValueError saying what is wrong."""
    if _SIMPLE.fullmatch(text):
        names = tuple(text.split("."))
        key = names[0] if len(names) == 1 else ""
        return Path(_field_getter(names), (names,), key)
    try:
        expression = jmespath.compile(text)
    except JMESPathError as error:
        raise ValueError(f"{text!r} is no JMESPath: {_first_line(error)}") from error
    _check_functions(expression.parsed)
    choices = [_starts(node) for node in _alternatives(expression.parsed)]
    starts = tuple(dict.fromkeys(start for choice in choices for start in choice))
    return Path(_expression_getter(expression, choices), starts)


def meta_path(keys: Sequence[str]) -> Path:
    """The first of the metadata `keys` that has a value; null if all that are there are empty."""
    wanted = frozenset(keys)

    def get(data: Mapping[str, Any]) -> Any:
        entries = data.get(META_FIELD)
        if not entries or not isinstance(entries, list):
            return ABSENT
        found = _meta_values(entries, wanted)
        for key in keys:
            if found.get(key) is not None:
                return found[key]
        return None if found else ABSENT

    return Path(get, ((META_FIELD,),))


def meta_entries(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every metadata entry of a record whose value is a text, a number or a truth value.

    Booleans are "true" and "false", nothing is "".
    """
    entries = data.get(META_FIELD)
    for entry in entries if isinstance(entries, list) else ():
        key = entry.get("key") if isinstance(entry, dict) else None
        value = entry.get("value") if isinstance(entry, dict) else None
        if isinstance(key, str) and not isinstance(value, list | dict):
            yield key, _plain_text(value)


def _plain_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def is_true(value: Any) -> bool:
    """Whether JMESPath takes a value for true: all but false, null and what is empty; 0 too."""
    return value is not None and value is not False and value not in ("", [], {})


def _meta_values(entries: list[Any], wanted: frozenset[str]) -> dict[str, Any]:
    """The first filled value of each wanted key; None where a key has only empty ones."""
    found: dict[str, Any] = {}
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) else None
        if isinstance(key, str) and key in wanted and found.get(key) is None:
            value = entry.get("value")
            found[key] = None if value in ("", [], {}) else value
    return found


def _field_getter(names: Names) -> Getter:
    if len(names) == 1:
        return _key_getter(names[0])

    def get(data: Mapping[str, Any]) -> Any:
        value: Any = data
        for name in names:
            if value is None:
                return None
            if not isinstance(value, Mapping):
                return ABSENT
            value = value.get(name, ABSENT)
            if value is ABSENT:
                return ABSENT
        return value

    return get


def _key_getter(name: str) -> Getter:
    return lambda data: data.get(name, ABSENT)


def _expression_getter(
    expression: jmespath.parser.ParsedResult, choices: Sequence[Sequence[Names]]
) -> Getter:
    """Absent if every alternative of `a || b` is absent, or if none gives a value and one is."""
    getters = [[_field_getter(start) for start in choice] for choice in choices]
    search = _evaluator(expression.parsed) or expression.search

    def get(data: Mapping[str, Any]) -> Any:
        try:
            value = search(data)
        except (JMESPathError, TypeError) as error:
            raise BadValue(f"does not fit the expression ({type(error).__name__})") from error
        missing = [any(one(data) is ABSENT for one in choice) for choice in getters]
        if missing and (all(missing) or (value is None and any(missing))):
            return ABSENT
        return value

    return get


def _evaluator(node: Mapping[str, Any]) -> Getter | None:
    """What JMESPath would find, for names, lists of them, `||`, and comparisons with a text.

    Its own interpreter takes ten times as long, and attributes of a whole catalogue pass here.
    """
    names = _chain(node)
    if names is not None:
        return partial(_value_at, names)
    if node["type"] == "comparator":
        return _comparison(node)
    if node["type"] not in ("or_expression", "multi_select_list"):
        return None
    parts = [_evaluator(child) for child in node["children"]]
    if None in parts:
        return None
    known = [part for part in parts if part is not None]
    if node["type"] == "multi_select_list":
        return lambda data: [part(data) for part in known]
    return partial(_first_true, known)


def _comparison(node: Mapping[str, Any]) -> Getter | None:
    """`name == 'text'` and `name != 'text'`."""
    field, other = node["children"]
    names, text = _chain(field), other.get("value")
    if names is None or other["type"] != "literal" or not isinstance(text, str):
        return None
    if node["value"] == "eq":
        return lambda data: _value_at(names, data) == text
    if node["value"] == "ne":
        return lambda data: _value_at(names, data) != text
    return None


def _value_at(names: Names, data: Any) -> Any:
    for name in names:
        if not isinstance(data, Mapping):
            return None
        data = data.get(name)
    return data


def _first_true(parts: Sequence[Getter], data: Mapping[str, Any]) -> Any:
    """The first value that is true, or the last one."""
    value = None
    for part in parts:
        value = part(data)
        if is_true(value):
            return value
    return value


def _alternatives(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if node["type"] != "or_expression":
        return [node]
    return [found for child in node["children"] for found in _alternatives(child)]


def _starts(node: Mapping[str, Any]) -> list[Names]:
    """The dotted paths that an expression reads from the object it is applied to."""
    chain = _chain(node)
    if chain is not None:
        return [chain]
    kind = node["type"]
    if kind in ("current", "identity"):
        raise ValueError("`@`, `*` and `[...]` cannot stand at the beginning: name a field")
    if kind in ("literal", "expref"):
        return []
    children = node["children"][:1] if kind in _FIRST_CHILD_ONLY else node["children"]
    return [start for child in children for start in _starts(child)]


def _chain(node: Mapping[str, Any]) -> Names | None:
    """The names of a plain `a.b.c`, else None."""
    if node["type"] == "field":
        return (node["value"],)
    if node["type"] != "subexpression":
        return None
    left, right = (_chain(child) for child in node["children"])
    return None if left is None or right is None else (*left, *right)


def _check_functions(node: Mapping[str, Any]) -> None:
    """Raise ValueError for a function that JMESPath does not have."""
    name = node.get("value")
    if node["type"] == "function_expression" and name not in Functions.FUNCTION_TABLE:
        known = did_you_mean(str(name), Functions.FUNCTION_TABLE)
        raise ValueError(f"JMESPath has no function {name!r}{known}")
    for child in node["children"]:
        if isinstance(child, Mapping):
            _check_functions(child)


def _first_line(error: JMESPathError) -> str:
    return str(error).splitlines()[0]
