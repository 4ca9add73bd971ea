"""From a canonical record to the payload that a system takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sync_cli.mapping.checks import is_empty
from sync_cli.mapping.errors import BadValue, Refusal, Refused
from sync_cli.mapping.named import Convert
from sync_cli.mapping.paths import ABSENT, META_FIELD, Getter, is_true
from sync_cli.mapping.reading import OMIT, Json, field_of, refusal, without_value
from sync_cli.mapping.rules import Rule

References = Mapping[tuple[str, str], str]

_PLAIN_PATH = re.compile(r"[\w.]+")


@dataclass(slots=True)
class Writing:
    """One record being written: the target ids of its references, and those that are missing.

    Rules whose owner is `leave_out` are left out.
    """

    refs: References
    leave_out: str = ""
    missing: list[tuple[str, str]] = field(default_factory=list)

    def leaves_out(self, rule: Rule) -> bool:
        """Whether the rule's field belongs to the system that is written to."""
        return bool(self.leave_out) and rule.owner == self.leave_out


Producer = Callable[[Json, Writing], Any]


class Writer:
    """Writes the payload of one object out of a canonical one, given as plain data."""

    __slots__ = ("_steps",)

    def __init__(self, steps: Sequence[tuple[Rule, Producer]]) -> None:
        self._steps = tuple((rule, tuple(rule.to.split(".")), produce) for rule, produce in steps)

    def write(self, data: Json, writing: Writing) -> dict[str, Any]:
        """The payload; raises Refused with everything that does not fit."""
        payload: dict[str, Any] = {}
        refusals: list[Refusal] = []
        for rule, names, produce in self._steps:
            if writing.leaves_out(rule):
                continue
            try:
                value = produce(data, writing)
            except BadValue as bad:
                refusals.append(replace(refusal(rule, bad), path=_name_of(rule)))
            except Refused as refused:
                refusals.extend(refused.refusals)
            else:
                _put(payload, rule, names, value)
        if refusals:
            raise Refused(refusals)
        return payload


def _put(payload: dict[str, Any], rule: Rule, names: Sequence[str], value: Any) -> None:
    if value is OMIT:
        return
    if rule.to_meta:
        _put_meta(payload, rule.to, value)
        return
    for name in names[:-1]:
        payload = payload.setdefault(name, {})
    payload[names[-1]] = value


def _put_meta(payload: dict[str, Any], key: str, value: Any) -> None:
    entries: list[dict[str, Any]] = payload.setdefault(META_FIELD, [])
    entries[:] = [entry for entry in entries if entry["key"] != key]
    entries.append({"key": key, "value": value})


def constant(value: Any) -> Producer:
    """Always the same value."""
    return lambda _data, _writing: value


def conditional(holds: Getter, produce: Producer) -> Producer:
    """Leaves the field out unless `holds`; an own field that is absent does not hold."""

    def produce_if(data: Json, writing: Writing) -> Any:
        condition = holds(data)
        return produce(data, writing) if condition is not ABSENT and is_true(condition) else OMIT

    return produce_if


def producer(rule: Rule, get: Getter, before: Convert, after: Convert) -> Producer:
    """Gets a value, changes it, resolves it if it is a reference, then types it.

    An optional rule leaves an empty value out. `before` is transforms and table, `after` checks
    and type.
    """
    absent = OMIT if rule.optional else rule.default

    def produce(data: Json, writing: Writing) -> Any:
        value = get(data)
        value = before(without_value(absent) if value is ABSENT else value)
        if value is OMIT or (rule.optional and is_empty(value)):
            return OMIT
        if rule.ref:
            value = _resolved(rule.ref, value, writing)
        return value if value is OMIT else after(value)

    return produce


def _resolved(entity: str, value: Any, writing: Writing) -> Any:
    """The target's id for a source id; null for none, OMIT (and noted) where it is not known."""
    if is_empty(value):
        return None
    key = (entity, str(value))
    if key not in writing.refs:
        writing.missing.append(key)
        return OMIT
    return writing.refs[key]


def items_of(rule: Rule, get: Getter, writer: Writer, check: Convert) -> Producer:
    """Writes each object of a list."""
    path = _name_of(rule)

    def produce(data: Json, writing: Writing) -> Any:
        items: list[dict[str, Any]] = []
        refusals: list[Refusal] = []
        for index, item in enumerate(check(get(data) or [])):
            try:
                items.append(_write_object(item, writer, writing))
            except Refused as refused:
                refusals.extend(one.below(f"{path}[{index}]") for one in refused.refusals)
        if refusals:
            raise Refused(refusals)
        return OMIT if rule.optional and not items else items

    return produce


def object_of(rule: Rule, get: Getter, writer: Writer) -> Producer:
    """Writes one object."""
    path = _name_of(rule)

    def produce(data: Json, writing: Writing) -> Any:
        try:
            return _write_object(get(data), writer, writing)
        except Refused as refused:
            raise Refused([one.below(path) for one in refused.refusals]) from refused

    return produce


def _write_object(item: Any, writer: Writer, writing: Writing) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise BadValue("does not hold objects")
    return writer.write(item, writing)


def _name_of(rule: Rule) -> str:
    """The field as problems name it: an expression would tell a clerk nothing."""
    path = field_of(rule)
    return path if _PLAIN_PATH.fullmatch(path) else f"{rule.to}"
