"""Search domains: lists of conditions in prefix notation, as Odoo evaluates them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.odoo.refusals import ValueFault
from sync_cli.sandbox.odoo.schema import MODELS
from sync_cli.sandbox.odoo.values import end_of_day, number, read_moment

Value = Callable[[str, int, str], Any]
"""The plain value of one field of one record: model, id, field."""
_DAY = len("2026-01-31")
_LISTS = ("many2many", "one2many")


class Domain:
    """Tells which records of a model are meant; `value` gives their fields."""

    def __init__(self, model: str, terms: Sequence[Any], value: Value) -> None:
        self._model = model
        self._terms = list(terms)
        self._value = value

    def names(self, field: str) -> bool:
        """Whether a condition is about this field."""
        return any(isinstance(term, list) and term[0] == field for term in self._terms)

    def holds(self, id_: int) -> bool:
        """Whether the record is meant. Raises ValueFault for a field that does not exist."""
        terms = iter(self._terms)
        return all(self._next(term, terms, id_) for term in terms)

    def check(self) -> None:
        """Raise ValueFault for a field that does not exist, even where no record is looked at."""
        for term in self._terms:
            if isinstance(term, list):
                self._walk(term)

    def _next(self, term: Any, terms: Iterator[Any], id_: int) -> bool:
        if term == "!":
            return not self._next(next(terms), terms, id_)
        if term in ("&", "|"):
            first = self._next(next(terms), terms, id_)
            second = self._next(next(terms), terms, id_)
            return (first and second) if term == "&" else (first or second)
        return self._leaf(term, id_)

    def _leaf(self, term: Sequence[Any], id_: int) -> bool:
        path, operator, wanted = term
        self._walk(term)
        values = self._values(self._model, [id_], str(path).split("."))
        return _OPERATORS[operator](values, wanted)

    def _walk(self, term: Sequence[Any]) -> None:
        model = self._model
        for name in str(term[0]).split("."):
            field = MODELS[model].fields.get(name)
            if field is None:
                leaf = f"({term[0]!r}, {term[1]!r}, {term[2]!r})"
                raise ValueFault(f"Invalid field {self._model}.{term[0]} in leaf {leaf}")
            model = field.relation or model

    def _values(self, model: str, ids: Sequence[int], path: Sequence[str]) -> list[Any]:
        """All values at the end of a path, over relations; None where it ends early."""
        field = MODELS[model].fields[path[0]]
        found: list[Any] = []
        for id_ in ids:
            value = self._value(model, id_, path[0])
            found += list(value) if field.kind in _LISTS else [value]
        if len(path) == 1:
            return found or [None]
        next_ids = [value for value in found if value]
        return self._values(field.relation, next_ids, path[1:]) if next_ids else [None]


def _is_in(values: Sequence[Any], wanted: Sequence[Any]) -> bool:
    return any(_equals(value, each) for value in values for each in wanted)


def _equals(value: Any, wanted: Any) -> bool:
    if isinstance(value, datetime) and isinstance(wanted, str):
        return value == read_moment(wanted)
    if isinstance(value, date) and isinstance(wanted, str):
        return value.isoformat() == wanted
    if isinstance(value, bool) or isinstance(wanted, bool):
        return bool(value) == bool(wanted) if wanted is not False else not value
    if isinstance(value, int | Decimal) and isinstance(wanted, int | float | Decimal):
        return number(value) == number(wanted)
    return bool((value or False) == (wanted or False))


def _compared(sign: str) -> Callable[[Sequence[Any], Any], bool]:
    def holds(values: Sequence[Any], wanted: Any) -> bool:
        value = values[0]
        if value is None:
            return False
        if isinstance(value, datetime):
            day = len(str(wanted)) == _DAY and sign in (">", "<=")
            other: Any = end_of_day(wanted) if day else read_moment(str(wanted))
            return _SIGNS[sign](value, other)
        return _SIGNS[sign](number(value), number(wanted))

    return holds


def _matches(values: Sequence[Any], pattern: Any) -> bool:
    """`=ilike`: a pattern of SQL for the whole value, without regard to case."""
    parts = re.split(r"([%_])", str(pattern))
    form = "".join({"%": ".*", "_": "."}.get(part, re.escape(part)) for part in parts)
    return any(re.fullmatch(form, str(v), re.IGNORECASE | re.DOTALL) for v in values if v)


_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
_OPERATORS: Mapping[str, Callable[[Sequence[Any], Any], bool]] = {
    "=": lambda values, wanted: any(_equals(value, wanted) for value in values),
    "!=": lambda values, wanted: not any(_equals(value, wanted) for value in values),
    "in": _is_in,
    "not in": lambda values, wanted: not _is_in(values, wanted),
    "=ilike": _matches,
    **{sign: _compared(sign) for sign in _SIGNS},
}
