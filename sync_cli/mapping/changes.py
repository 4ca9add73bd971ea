"""What differs between two sets of mappings: rules, tables, and the payloads that they write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from sync_cli.mapping.conversions import table_values
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.mapping_set import MappingSet
from sync_cli.mapping.paths import META_FIELD
from sync_cli.mapping.rules import UNSET, Rule

_NONE = "-"
_WRITTEN = {"transforms": "transform", "checks": "check"}
"""Keys of a rule that are written otherwise in a file."""


class RuleChange(Struct, frozen=True):
    """One rule, one entry of a table, or one file that is new, gone, or another one.

    `what` names it, `before` and `after` show what differs ("-" where there is none), `where` is
    the file and line that says so.
    """

    system: str
    entity: str
    what: str
    before: str
    after: str
    where: str


class FieldChange(Struct, frozen=True):
    """One field of a payload that is written otherwise; None stands for "not written"."""

    field: str
    before: Any
    after: Any


def rule_changes(before: MappingSet, after: MappingSet) -> list[RuleChange]:
    """Every rule and table entry that differs, in the order of the files."""
    return [
        change
        for key in sorted({*before.mappings, *after.mappings})
        for change in _mapping_changes(before.mappings.get(key), after.mappings.get(key))
    ]


def payload_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """The fields in which two payloads differ: dotted paths, `[0]` for places in lists."""
    old, new = flattened(before), flattened(after)
    return [
        FieldChange(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if (name in old) != (name in new) or old.get(name) != new.get(name)
    ]


def flattened(value: Any, name: str = "") -> dict[str, Any]:
    """Every single value of a payload by its path; metadata by its key, as `meta:key`.

    Lists and objects that are empty stand for themselves.
    """
    if isinstance(value, Mapping) and value:
        below = [(f"{name}.{key}" if name else str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list | tuple) and value:
        below = [(f"{name}[{at}]", inner) for at, inner in enumerate(value)]
        if name.rpartition(".")[2] == META_FIELD:
            below = [_meta(name, place, inner) for place, inner in below]
    else:
        return {name: value}
    return {
        path: single for place, inner in below for path, single in flattened(inner, place).items()
    }


def _meta(name: str, place: str, entry: Any) -> tuple[str, Any]:
    if not isinstance(entry, Mapping) or "key" not in entry:
        return place, entry
    return f"{name.removesuffix(META_FIELD)}meta:{entry['key']}", entry.get("value")


def _mapping_changes(
    before: EntityMapping | None, after: EntityMapping | None
) -> Iterator[RuleChange]:
    known = before or after
    if known is None:
        return
    if before is None or after is None:
        there = ("-", "all of it") if before is None else ("all of it", "-")
        yield RuleChange(known.system, known.entity, "the mapping", *there, known.file)
        return
    if before.version == after.version:
        return
    for section, old, new in _sections(before, after):
        for change in _section_changes(section, old, new):
            yield _located(change, known)
    for change in _table_changes(before, after):
        yield _located(change, known)


def _located(change: tuple[str, str, str, str], of: EntityMapping) -> RuleChange:
    what, before, after, where = change
    return RuleChange(of.system, of.entity, what, before, after, where or of.file)


def _sections(
    before: EntityMapping, after: EntityMapping
) -> Iterator[tuple[str, Sequence[Rule], Sequence[Rule]]]:
    yield "read", before.rules_read, after.rules_read
    yield "write", before.rules_write, after.rules_write
    for name in dict.fromkeys([*before.parts, *after.parts]):
        yield f"part {name}", before.parts.get(name, ()), after.parts.get(name, ())


def _section_changes(
    section: str, before: Sequence[Rule], after: Sequence[Rule]
) -> Iterator[tuple[str, str, str, str]]:
    for target in dict.fromkeys(rule.target for rule in (*before, *after)):
        old = [rule for rule in before if rule.target == target]
        new = [rule for rule in after if rule.target == target]
        if [rule.meaning() for rule in old] != [rule.meaning() for rule in new]:
            where = (new or old)[0].where
            yield f"{section} {target}", *_differences(old, new), where


def _differences(before: Sequence[Rule], after: Sequence[Rule]) -> tuple[str, str]:
    """Both sides in words: of one rule each only the keys that differ."""
    if len(before) == len(after) == 1:
        old, new = before[0].meaning(), after[0].meaning()
        keys = [key for key in old if old[key] != new[key]]
        return _said(before[0], keys), _said(after[0], keys)
    return _all(before), _all(after)


def _all(rules: Sequence[Rule]) -> str:
    return "; ".join(_said(rule, list(rule.meaning())) for rule in rules) or _NONE


def _said(rule: Rule, keys: Sequence[str]) -> str:
    origin = {"path", "meta", "value"}
    said = [f"from {rule.origin}"] if origin & set(keys) else []
    for key in keys:
        value = getattr(rule, key)
        if key not in {*origin, "to", "to_meta"} and value not in ("", (), False, UNSET):
            said.append(f"{_WRITTEN.get(key, key)} {_value(value)}")
    return ", ".join(said) or _NONE


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(
            one.name if one.argument is None else f"{one.name}({one.argument})" for one in value
        )
    return str(value)


def _table_changes(
    before: EntityMapping, after: EntityMapping
) -> Iterator[tuple[str, str, str, str]]:
    for name in dict.fromkeys([*before.tables, *after.tables]):
        old, new = _entries(before, name), _entries(after, name)
        for key in dict.fromkeys([*old, *new]):
            if old.get(key, UNSET) != new.get(key, UNSET):
                what = f"table {name}: {key!r}"
                yield what, _entry(old, key), _entry(new, key), ""


def _entries(mapping: EntityMapping, name: str) -> dict[str, Any]:
    table = mapping.tables.get(name)
    return {} if table is None else table_values(table)


def _entry(entries: Mapping[str, Any], key: str) -> str:
    return repr(entries[key]) if key in entries else _NONE
