"""From a canonical record to the payload that a system takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.mapping.checks import is_empty
from sync_cli.mapping.conversions import as_it_is
from sync_cli.mapping.errors import BadValue, Refusal, Refused
from sync_cli.mapping.named import Convert
from sync_cli.mapping.paths import ABSENT, META_FIELD, Getter, Path, is_true
from sync_cli.mapping.reading import OMIT, Json, field_of, refusal, without_value
from sync_cli.mapping.rules import Rule

References = Mapping[tuple[str, str], str]

_PLAIN_PATH = re.compile(r"[\w.]+")


class Writing(Struct):
    """One record being written: the target ids of its references, and those that are missing.

    Rules whose owner is `leave_out` are left out.
    """

    refs: References
    leave_out: str = ""
    missing: list[tuple[str, str]] = field(default_factory=list)


Producer = Callable[[Json, Writing], Any]
Put = Callable[[dict[str, Any], Any], None]
"""Puts a value to its place in a payload."""


class Step(NamedTuple):
    """One rule put together: what it produces, and where that goes."""

    produce: Producer
    put: Put
    rule: Rule


class Writer:
    """Writes the payload of one object out of a canonical one, given as plain data.

    `_by_owner` are the steps without those that belong to one owner, put together at first use.
    """

    __slots__ = ("_by_owner", "_steps")

    def __init__(self, steps: Sequence[tuple[Rule, Producer]]) -> None:
        self._steps = tuple(Step(produce, _put_by(rule), rule) for rule, produce in steps)
        self._by_owner: dict[str, tuple[Step, ...]] = {"": self._steps}

    def write(self, data: Json, writing: Writing) -> dict[str, Any]:
        """The payload; raises Refused with everything that does not fit."""
        payload: dict[str, Any] = {}
        refusals: list[Refusal] = []
        for produce, put, rule in self.steps_without(writing.leave_out):
            try:
                value = produce(data, writing)
            except BadValue as bad:
                refusals.append(replace(refusal(rule, bad), path=_name_of(rule)))
            except Refused as refused:
                refusals.extend(refused.refusals)
            else:
                if value is not OMIT:
                    put(payload, value)
        if refusals:
            raise Refused(refusals)
        return payload

    def steps_without(self, owner: str) -> tuple[Step, ...]:
        """The steps of all rules that do not belong to `owner`."""
        steps = self._by_owner.get(owner)
        if steps is None:
            steps = tuple(step for step in self._steps if step.rule.owner != owner)
            self._by_owner[owner] = steps
        return steps


def _put_by(rule: Rule) -> Put:
    """How the values of a rule are put to their place."""
    if rule.to_meta:
        return _meta_putter(rule.to)
    *above, name = rule.to.split(".")
    return _putter_below(above, name) if above else _putter(name)


def _putter(name: str) -> Put:
    def put(payload: dict[str, Any], value: Any) -> None:
        payload[name] = value

    return put


def _putter_below(above: Sequence[str], name: str) -> Put:
    def put(payload: dict[str, Any], value: Any) -> None:
        for each in above:
            payload = payload.setdefault(each, {})
        payload[name] = value

    return put


def _meta_putter(key: str) -> Put:
    def put(payload: dict[str, Any], value: Any) -> None:
        entries: list[dict[str, Any]] = payload.setdefault(META_FIELD, [])
        entries[:] = [entry for entry in entries if entry["key"] != key]
        entries.append({"key": key, "value": value})

    return put


def constant(value: Any) -> Producer:
    """Always the same value."""
    return lambda _data, _writing: value


def conditional(condition: Path, produce: Producer) -> Producer:
    """Leaves the field out unless the condition holds; an own field that is absent does not."""
    holds = condition.get

    def produce_if(data: Json, writing: Writing) -> Any:
        found = holds(data)
        if found is True or (found is not ABSENT and is_true(found)):
            return produce(data, writing)
        return OMIT

    return produce_if


def producer(rule: Rule, path: Path, before: Convert, after: Convert) -> Producer:
    """Gets a value, changes it, resolves it if it is a reference, then types it.

    An optional rule leaves an empty value out. `before` is transforms and table, `after` checks
    and type.
    """
    get, optional, ref = path.get, rule.optional, rule.ref
    absent = OMIT if optional else rule.default
    if path.key and before is as_it_is and not ref:
        return _from_key(path.key, absent, after, optional=optional)

    def produce(data: Json, writing: Writing) -> Any:
        value = get(data)
        if value is ABSENT:
            value = without_value(absent)
        if value is not OMIT:
            value = before(value)
        if value is OMIT or (optional and is_empty(value)):
            return OMIT
        if ref:
            value = _resolved(ref, value, writing)
        return value if value is OMIT else after(value)

    return produce


def _from_key(key: str, absent: Any, after: Convert, *, optional: bool) -> Producer:
    """The same for a single name whose value is only typed: most rules are of this form."""

    def produce(data: Json, _writing: Writing) -> Any:
        value = data.get(key, ABSENT)
        if value is ABSENT:
            value = without_value(absent)
        return OMIT if value is OMIT or (optional and is_empty(value)) else after(value)

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
