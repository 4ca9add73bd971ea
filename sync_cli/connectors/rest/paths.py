"""JMESPath expressions of a profile: compiled once, and fast where they are plain.

A profile reads thousands of rows by paths such as `id` or `state == 'cancelled'`; the interpreter
of the library costs microseconds for each, so plain ones become closures of the same meaning.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.visitor import TreeInterpreter
from pydantic import PlainValidator

from sync_cli.core.errors import ConfigError

Search = Callable[[Any], Any]
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


class Expression:
    """A JMESPath expression; calling it gives what it finds in the data, None for nothing."""

    __slots__ = ("_search", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        tree = jmespath.compile(text).parsed
        self._search: Search = _closure(tree) or partial(_Interpreter().visit, tree)

    def __call__(self, data: Any) -> Any:
        """What the expression finds; raises ConfigError where the data is of another kind."""
        try:
            return self._search(data)
        except JMESPathError as error:
            raise ConfigError(
                f"The expression {self.text!r} of the profile does not fit the answer: {error}.",
                "Correct the profile, or ask whether the system was upgraded.",
            ) from error

    def holds(self, data: Any) -> bool:
        """Whether it finds something that JMESPath calls true (the number 0 is true)."""
        found = self(data)
        return not (found is None or found is False or found in ("", [], {}))

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def _read_expression(given: Any) -> Expression:
    if isinstance(given, Expression):
        return given
    if not isinstance(given, str):
        raise ValueError(f"a JMESPath expression is a text, not {given!r}")
    try:
        return Expression(given)
    except JMESPathError as error:
        raise ValueError(f"{given!r} is no JMESPath expression: {_first_line(error)}") from error


def _first_line(error: JMESPathError) -> str:
    return str(error).splitlines()[0].rstrip(":")


class _Interpreter(TreeInterpreter):
    """JMESPath that can also order `Decimal`, which the library takes for no number."""

    def visit_comparator(self, node: Any, value: Any) -> Any:
        if node["value"] in ("eq", "ne"):
            return super().visit_comparator(node, value)
        left, right = (self.visit(child, value) for child in node["children"])
        if not (_is_number(left) and _is_number(right)) and not (
            isinstance(left, str) and isinstance(right, str)
        ):
            return None
        return _ORDERS[node["value"]](left, right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


JmesPath = Annotated[Expression, PlainValidator(_read_expression)]
"""A field of a profile that holds a JMESPath expression."""


def _closure(node: Mapping[str, Any]) -> Search | None:
    """A closure that means the same as this syntax tree; None where it is not a plain one."""
    match node["type"]:
        case "current":
            return lambda data: data
        case "field":
            return _field(node["value"])
        case "subexpression":
            return _chain([_closure(child) for child in node["children"]])
        case "comparator":
            return _comparison(node)
        case _:
            return None


def _field(name: str) -> Search:
    def search(data: Any) -> Any:
        return data.get(name) if isinstance(data, dict) else None

    return search


def _chain(steps: list[Search | None]) -> Search | None:
    plain = [step for step in steps if step is not None]
    if len(plain) < len(steps):
        return None

    def search(data: Any) -> Any:
        for step in plain:
            data = step(data)
        return data

    return search


def _comparison(node: Mapping[str, Any]) -> Search | None:
    """Equality with a text: with numbers and booleans the library has rules of its own."""
    left, right = node["children"]
    found = _closure(left)
    text = right["value"] if right["type"] == "literal" else None
    if found is None or not isinstance(text, str) or node["value"] not in ("eq", "ne"):
        return None
    wanted = node["value"] == "eq"
    return lambda data: (found(data) == text) is wanted
