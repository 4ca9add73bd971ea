"""From a system's raw record to the fields of a canonical one.

A reader is put together once at loading; 200,000 stock rows a night pass through it, so its loop
does nothing but call one function a field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from sync_cli.core.fingerprint import digest
from sync_cli.mapping.errors import (
    ABSENT_FIELD,
    EMPTY_FIELD,
    INVALID_FIELD,
    PATH,
    BadValue,
    Refusal,
    Refused,
)
from sync_cli.mapping.named import Convert
from sync_cli.mapping.paths import ABSENT, Getter, is_true
from sync_cli.mapping.rules import UNSET, Rule

Json = Mapping[str, Any]
Producer = Callable[[Json], Any]


class _Omit:
    """The type of `OMIT`."""


OMIT: Final = _Omit()
"""What a producer gives for a field that is to be left out, so that the model's default holds."""


class Given(Struct, frozen=True):
    """What corrections say of one object: values of its fields, and what they say below it.

    `below` is keyed by the name of a field, or by a place in a list.
    """

    values: dict[str, Any] = field(default_factory=dict)
    below: dict[str | int, Given] = field(default_factory=dict)

    def at(self, key: str | int) -> Given:
        """What is said of the object below `key`, made if nothing was."""
        return self.below.setdefault(key, Given())


class Reader:
    """Reads the fields of one canonical object out of a raw one.

    `groups` are objects below it whose fields come from the same raw object. `nested` makes the
    producers of fields that hold objects, where corrections of these are given.
    """

    __slots__ = ("_groups", "_nested", "_steps")

    def __init__(
        self,
        steps: Sequence[tuple[str, Producer, Rule]],
        groups: Sequence[tuple[str, Reader]] = (),
        nested: Mapping[str, Callable[[Given], Producer]] | None = None,
    ) -> None:
        self._steps = tuple(steps)
        self._groups = tuple(groups)
        self._nested = dict(nested or {})

    def narrowed(self, fields: frozenset[str]) -> Reader:
        """A reader of these top-level fields alone."""
        return Reader(
            [step for step in self._steps if step[0] in fields],
            [group for group in self._groups if group[0] in fields],
            {name: make for name, make in self._nested.items() if name in fields},
        )

    def corrected(self, given: Given) -> Reader:
        """A reader that takes what is given in place of what the rules would read."""
        steps = [step for step in self._steps if step[0] not in given.values]
        for at, (name, _, rule) in enumerate(steps):
            if name in given.below and name in self._nested:
                steps[at] = (name, self._nested[name](given.below[name]), rule)
        return _Corrected(steps, [*self._corrected_groups(given)], self._nested, given)

    def _corrected_groups(self, given: Given) -> Iterator[tuple[str, Reader]]:
        """The groups, and those objects that no rule reads and a correction fills."""
        known = {name for name, _, _ in self._steps} | {name for name, _ in self._groups}
        for name, group in self._groups:
            below = given.below.get(name)
            yield name, group.corrected(below) if below is not None else group
        for key, below in given.below.items():
            if isinstance(key, str) and key not in known:
                yield key, Reader(()).corrected(below)

    def read(self, data: Json) -> dict[str, Any]:
        """The canonical fields by name; raises Refused with everything that does not fit."""
        fields: dict[str, Any] = {}
        refusals: list[Refusal] = []
        for name, produce, rule in self._steps:
            try:
                value = produce(data)
            except BadValue as bad:
                refusals.append(refusal(rule, bad))
            except Refused as refused:
                refusals.extend(refused.refusals)
            else:
                if value is not OMIT:
                    fields[name] = value
        for name, group in self._groups:
            try:
                below = group.read(data)
            except Refused as refused:
                refusals.extend(refused.refusals)
            else:
                fields[name] = {**fields[name], **below} if name in fields else below
        if refusals:
            raise Refused(refusals)
        return fields


class _Corrected(Reader):
    """A reader for one record that somebody corrected."""

    __slots__ = ("_given",)

    def __init__(
        self,
        steps: Sequence[tuple[str, Producer, Rule]],
        groups: Sequence[tuple[str, Reader]],
        nested: Mapping[str, Callable[[Given], Producer]],
        given: Given,
    ) -> None:
        super().__init__(steps, groups, nested)
        self._given = given

    def read(self, data: Json) -> dict[str, Any]:
        """The canonical fields, those that were corrected among them."""
        return {**super().read(data), **self._given.values}


def refusal(rule: Rule, bad: BadValue) -> Refusal:
    """Why `rule` refused a value, with what to do about it and the rule's line."""
    message = bad.says if bad.complete else f"{PATH} {bad.says}"
    if bad.remedy:
        remedy = f"{bad.remedy} The rule stands in {rule.where}."
    elif bad.code == ABSENT_FIELD:
        remedy = (
            f"If it was renamed, correct `from` in {rule.where};"
            " if it may be missing, write `optional: true` there."
        )
    elif bad.code == EMPTY_FIELD:
        remedy = f"Fill it in; the rule stands in {rule.where}."
    else:
        remedy = f"Correct it in the record, or change the rule in {rule.where}."
    return Refusal(field_of(rule), bad.code, message, remedy)


def field_of(rule: Rule) -> str:
    """The source field of a rule as problems name it."""
    return rule.path or f"meta_data.{rule.meta[0] if rule.meta else rule.to}"


def producer(rule: Rule, get: Getter, key: str, convert: Convert, default: Any) -> Producer:
    """Gets and converts one value; `key` is set where the path is a single name.

    For an absent field it gives `default`, leaves an optional one out, or refuses.
    """
    absent = OMIT if rule.optional else default
    if key:
        return _from_key(key, convert, absent)

    def produce(data: Json) -> Any:
        value = get(data)
        return without_value(absent) if value is ABSENT else convert(value)

    return produce


def _from_key(key: str, convert: Convert, absent: Any) -> Producer:
    """The same for a single name, without the call of a getter: most rules are of this form."""

    def produce(data: Json) -> Any:
        value = data.get(key, ABSENT)
        return without_value(absent) if value is ABSENT else convert(value)

    return produce


def constant(value: Any) -> Producer:
    """Always the same value."""
    return lambda _: value


def conditional(rule: Rule, holds: Getter, produce: Producer) -> Producer:
    """Leaves the field out unless `holds`; a condition on an absent field is refused.

    (Else a renamed field would switch the rule off without a word.)
    """

    def produce_if(data: Json) -> Any:
        condition = holds(data)
        if condition is ABSENT and not rule.optional:
            raise _missing(f"the condition `{rule.when}` reads a field that is missing")
        return produce(data) if condition is not ABSENT and is_true(condition) else OMIT

    return produce_if


def items_of(rule: Rule, reader: Reader, given: Given | None = None) -> Convert:
    """Reads each object of a list; null is an empty list. `given` is keyed by places in it."""
    path = field_of(rule)
    own = {at: reader.corrected(below) for at, below in given.below.items()} if given else {}

    def convert(value: Any) -> tuple[dict[str, Any], ...]:
        if value is None:
            value = []
        if not isinstance(value, list):
            raise BadValue("is no list")
        if own:
            _check_places(own, len(value))
        items: list[dict[str, Any]] = []
        refusals: list[Refusal] = []
        for index, item in enumerate(value):
            try:
                items.append(_read_object(item, own.get(index, reader)))
            except BadValue as bad:
                refusals.append(refusal(rule, bad))
            except Refused as refused:
                refusals.extend(one.below(f"{path}[{index}]") for one in refused.refusals)
        if refusals:
            raise Refused(refusals)
        return tuple(items)

    return convert


def mark_of(entry: Any) -> str:
    """What tells an entry of a list from the others, wherever it stands: its id, or a hash."""
    id = entry.get("id") if isinstance(entry, Mapping) else None
    return str(id) if id else digest(entry)


def _check_places(own: Mapping[str | int, Reader], count: int) -> None:
    """Refuse corrections of objects that a list does not have."""
    missing = [at for at in own if not isinstance(at, int) or at >= count]
    if missing:
        raise BadValue(
            f"has {count} entries, and a correction is for [{missing[0]}]",
            INVALID_FIELD,
            "Take the correction away with `sync-cli held uncorrect`.",
        )


def object_of(rule: Rule, reader: Reader) -> Convert:
    """Reads one object; null leaves the field out."""
    path = field_of(rule)

    def convert(value: Any) -> Any:
        if value is None:
            return OMIT
        try:
            return _read_object(value, reader)
        except Refused as refused:
            raise Refused([one.below(path) for one in refused.refusals]) from refused

    return convert


def _read_object(value: Any, reader: Reader) -> dict[str, Any]:
    if value.__class__ is not dict and not isinstance(value, Mapping):
        raise BadValue("does not hold objects")
    return reader.read(value)


def without_value(absent: Any) -> Any:
    """What stands for an absent field: a default or OMIT; refused if the rule has neither."""
    if absent is UNSET:
        raise BadValue("is missing", ABSENT_FIELD)
    return absent


def _missing(text: str) -> BadValue:
    return BadValue(text, ABSENT_FIELD, complete=True)
