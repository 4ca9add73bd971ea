"""The steps between a rule's raw value and its field, put together once at loading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sync_cli.mapping.checks import CHECKS, is_empty
from sync_cli.mapping.errors import EMPTY_FIELD, INVALID_FIELD, UNMAPPED_VALUE, BadValue
from sync_cli.mapping.named import Convert
from sync_cli.mapping.rules import UNSET, Rule, Table
from sync_cli.mapping.transforms import TRANSFORMS
from sync_cli.mapping.types import shown

NULL_KEY = "null"
DEFAULT_KEY = "default"


def chain(steps: Sequence[Convert]) -> Convert:
    """One function that does all steps in order; the shortest form for none, one and two."""
    if not steps:
        return as_it_is
    if len(steps) == 1:
        return steps[0]
    first, *others = steps
    rest = chain(others)
    return lambda value: rest(first(value))


def transforms_of(rule: Rule) -> list[Convert]:
    """The transforms of a rule; null passes by them."""
    return [_past_null(TRANSFORMS[named.name].bound(named.argument)) for named in rule.transforms]


def checks_of(rule: Rule) -> list[Convert]:
    """The checks of a rule, `required` last."""
    checks = [CHECKS[named.name].bound(named.argument) for named in rule.checks]
    return [*checks, _required] if rule.required else checks


def not_null(value: Any) -> Any:
    """The value, refused if it is null: the canonical field must have one."""
    if value is None:
        raise BadValue("is empty", EMPTY_FIELD)
    return value


def one_of(choices: frozenset[str]) -> Convert:
    """The value, refused if it is none of `choices`."""
    named = ", ".join(sorted(choices))

    def check(value: Any) -> Any:
        if value in choices:
            return value
        if is_empty(value):
            raise BadValue("is empty", EMPTY_FIELD)
        raise BadValue(f"is {shown(value)}, which is none of {named}", INVALID_FIELD)

    return check


def each_text(convert: Convert) -> Convert:
    """Applies `convert` to every item of a list; null is no items."""

    def apply(value: Any) -> tuple[Any, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            raise BadValue("is no list")
        return tuple(convert(item) for item in value)

    return apply


def table_values(table: Table) -> dict[str, Any]:
    """The table's entries, its default among them under "default"."""
    values = dict(table.entries)
    return values if table.default is UNSET else {**values, DEFAULT_KEY: table.default}


def lookup(table: Table, entries: Mapping[str, Any], subject: str, empty: Any) -> Convert:
    """The entry of a raw value; null gives `empty` unless the table lists it.

    `entries` are the table's values as the field takes them. A value that is not listed is
    refused, naming the table, unless that has a default.
    """

    def find(value: Any) -> Any:
        key = table_key(value)
        if key in entries:
            return entries[key]
        if value is None:
            return empty
        if DEFAULT_KEY in entries:
            return entries[DEFAULT_KEY]
        raise _unmapped(table, subject, value)

    return find


def _unmapped(table: Table, subject: str, value: Any) -> BadValue:
    return BadValue(
        f"unknown {subject} {shown(value)}: map it under tables.{table.name} in {table.file}",
        UNMAPPED_VALUE,
        f"Add a line to tables.{table.name} ({table.file}:{table.line}), best in your own overlay.",
        complete=True,
    )


def table_key(value: Any) -> str:
    """How a raw value is written in a table; raises BadValue for what is no single value."""
    if value.__class__ is str:
        return value
    if value is None:
        return NULL_KEY
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | str):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    raise BadValue(f"is {shown(value)}; a table takes single values")


def _required(value: Any) -> Any:
    if is_empty(value):
        raise BadValue("is empty", EMPTY_FIELD, "Fill it in.")
    return value


def _past_null(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def as_it_is(value: Any) -> Any:
    """The conversion that does nothing."""
    return value
