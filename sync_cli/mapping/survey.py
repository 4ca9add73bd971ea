"""What many records of a living system say of the rules: what does not fit, what never came."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from sync_cli.core.errors import Problem
from sync_cli.core.fingerprint import OUR_META
from sync_cli.mapping.compiler import path_of
from sync_cli.mapping.conversions import table_key, transforms_of
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.errors import BadValue
from sync_cli.mapping.paths import ABSENT, compile_path, is_true
from sync_cli.mapping.rules import UNSET, Rule
from sync_cli.mapping.sheet import Row, rows_of

_INDEX = re.compile(r"\[\d+\]")
MOST_VALUES = 5
"""How many values of a table's default are named."""


class Finding(Struct, frozen=True):
    """One thing that is wrong with `count` of the records read; `example` is the first of them."""

    code: str
    message: str
    remedy: str
    count: int
    example: str


class Hint(Struct, frozen=True):
    """What is no error and worth a look, with the rule's file and line."""

    where: str
    message: str


class Troubles(Struct):
    """Gathers the problems of many records; the same one of several records becomes one finding."""

    _found: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def add(self, label: str, problems: Iterable[Problem]) -> None:
        """What is wrong with the record that people call `label`."""
        for problem in problems:
            key = (problem.code, _general(problem.message), problem.remedy)
            labels = self._found.setdefault(key, [])
            if not labels or labels[-1] != label:
                labels.append(label)

    def findings(self) -> list[Finding]:
        """What is wrong, the most frequent first."""
        found = [
            Finding(code, message, remedy, len(labels), labels[0])
            for (code, message, remedy), labels in self._found.items()
        ]
        return sorted(found, key=lambda one: -one.count)


def _general(message: str) -> str:
    """The message without the places of list items, so that all of a list are one finding."""
    return _INDEX.sub("[]", message)


Key = tuple[str, str]
"""A rule's file and line and its source: a part that is used twice has two."""


class Survey:
    """Looks at raw records with the read rules of one mapping."""

    def __init__(self, mapping: EntityMapping) -> None:
        self._mapping = mapping
        self._asked: Counter[Key] = Counter()
        self._seen: Counter[Key] = Counter()
        self._by_default: defaultdict[Key, dict[str, None]] = defaultdict(dict)

    def look(self, data: Mapping[str, Any]) -> None:
        """One raw record."""
        self._look(self._mapping.rules_read, data, "")

    def hints(self) -> list[Hint]:
        """Fields that no record had, and values that went to a table's default."""
        rows = {(row.where, row.source): row for row in rows_of(self._mapping)}
        return [*self._never(rows), *self._defaulted(rows)]

    def _look(self, rules: Sequence[Rule], data: Any, above: str) -> None:
        if not isinstance(data, Mapping):
            return
        for rule in rules:
            if rule.value is UNSET and _applies(rule, data):
                self._look_at(rule, data, above)

    def _look_at(self, rule: Rule, data: Mapping[str, Any], above: str) -> None:
        source = above + (rule.path or f"meta:{' or '.join(rule.meta)}")
        key = (rule.where, source)
        self._asked[key] += 1
        value = _value(rule, data)
        if value is ABSENT:
            return
        self._seen[key] += 1
        below = self._mapping.parts.get(rule.each or rule.part, ())
        if rule.each:
            for item in value if isinstance(value, list) else ():
                self._look(below, item, f"{source}[].")
        elif rule.part:
            self._look(below, value, f"{source}.")
        elif rule.table:
            self._look_up(rule, key, value)

    def _look_up(self, rule: Rule, key: Key, value: Any) -> None:
        table = self._mapping.tables[rule.table]
        if value is None or table.default is UNSET:
            return
        try:
            for transform in transforms_of(rule):
                value = transform(value)
            text = table_key(value)
        except BadValue:
            return
        if text not in table.entries:
            self._by_default[key][text] = None

    def _never(self, rows: Mapping[Key, Row]) -> Iterator[Hint]:
        for key, row in rows.items():
            if self._asked[key] and not self._seen[key] and OUR_META not in row.source:
                first, *others = row.source.split(" or ")
                more = f" or {len(others)} other keys" if others and "meta:" in first else ""
                yield Hint(row.where, f"{first}{more} (to {row.target}): no record has it")

    def _defaulted(self, rows: Mapping[Key, Row]) -> Iterator[Hint]:
        for key, values in self._by_default.items():
            row = rows[key]
            named = ", ".join(repr(value) for value in list(values)[:MOST_VALUES])
            more = ", ..." if len(values) > MOST_VALUES else ""
            says = f"{row.source}: not in table {row.table}, which gives its default: {named}{more}"
            yield Hint(row.where, says)


def _applies(rule: Rule, data: Mapping[str, Any]) -> bool:
    if not rule.when:
        return True
    condition = _got(compile_path(rule.when).get, data)
    return condition is not ABSENT and is_true(condition)


def _value(rule: Rule, data: Mapping[str, Any]) -> Any:
    return _got(path_of(rule).get, data)


def _got(get: Any, data: Mapping[str, Any]) -> Any:
    try:
        return get(data)
    except BadValue:
        return ABSENT
