"""Puts read rules together to a `Reader`, checking them against the canonical model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sync_cli.core.model import Part, Record
from sync_cli.mapping.compiler import Compiler
from sync_cli.mapping.conversions import (
    chain,
    checks_of,
    each_text,
    not_null,
    one_of,
    transforms_of,
)
from sync_cli.mapping.errors import did_you_mean
from sync_cli.mapping.named import Convert
from sync_cli.mapping.reading import (
    Given,
    Producer,
    Reader,
    conditional,
    constant,
    items_of,
    object_of,
    producer,
)
from sync_cli.mapping.rules import UNSET, Rule
from sync_cli.mapping.shapes import GIVEN, Kind, Shape, shapes_of
from sync_cli.mapping.types import NUMBER_TYPES, READ_TYPES, TEXT_TYPES

Placed = tuple[Rule, tuple[str, ...]]
"""A rule and the names of its target that lie below the object being put together."""

_FREE = Shape(Kind.FREE, nullable=True)
_DEFAULT_TYPES = {
    Kind.TEXT: "text",
    Kind.TEXTS: "text",
    Kind.CHOICE: "text",
    Kind.NUMBER: "decimal",
    Kind.BOOLEAN: "boolean",
    Kind.TIME: "utc_datetime",
    Kind.FREE: "json",
}
_FITTING_TYPES: Mapping[Kind, frozenset[str]] = {
    Kind.TEXT: TEXT_TYPES,
    Kind.TEXTS: TEXT_TYPES,
    Kind.CHOICE: frozenset({"text"}),
    Kind.NUMBER: NUMBER_TYPES,
    Kind.BOOLEAN: frozenset({"boolean"}),
    Kind.TIME: frozenset({"utc_datetime"}),
    Kind.FREE: frozenset(READ_TYPES),
}


class ReadCompiler(Compiler):
    """Puts the read rules of one mapping together."""

    def reader(self, rules: Sequence[Rule], model: type[Part]) -> Reader:
        """The reader of one canonical object; what is wrong is noted as faults."""
        self.check_targets(rules)
        self._check_complete(rules, model)
        return self._reader([(rule, tuple(rule.to.split("."))) for rule in rules], model)

    def _reader(self, placed: Sequence[Placed], model: type[Part]) -> Reader:
        steps: list[tuple[str, Producer, Rule]] = []
        below: dict[str, list[Placed]] = {}
        nested: dict[str, Callable[[Given], Producer]] = {}
        for rule, names in placed:
            shape = self._shape(rule, names, model)
            if shape is None:
                continue
            if len(names) > 1:
                below.setdefault(names[0], []).append((rule, names[1:]))
                continue
            produce = self._producer(rule, shape)
            if produce is not None:
                steps.append((names[0], produce, rule))
            if shape.model is not None:
                nested[names[0]] = partial(self._corrected, rule, shape)
        groups = [(name, self._group(name, rules, model)) for name, rules in below.items()]
        return Reader(steps, groups, nested)

    def _group(self, name: str, placed: Sequence[Placed], model: type[Part]) -> Reader:
        below = shapes_of(model)[name].model
        if below is not None:
            return self._reader(placed, below)
        produced = [(names[0], self._producer(rule, _FREE), rule) for rule, names in placed]
        return Reader([(key, make, rule) for key, make, rule in produced if make is not None])

    def _shape(self, rule: Rule, names: Sequence[str], model: type[Part]) -> Shape | None:
        """The shape of the first of `names`, None if the target cannot be: then it is noted."""
        name = names[0]
        shape = shapes_of(model).get(name)
        wrong = ""
        if rule.to_meta:
            wrong = "a read rule cannot write metadata"
        elif shape is None:
            near = did_you_mean(name, shapes_of(model))
            wrong = f"{model.__name__} has no field {name!r}{near} (own fields: extra.name)"
        elif issubclass(model, Record) and name in GIVEN:
            wrong = f"{name!r} is given by the connector, not by a mapping"
        elif shape.kind is Kind.FREE:
            wrong = "" if len(names) == 2 else "an own field is written extra.name"
        elif len(names) > 1 and shape.kind is not Kind.PART:
            wrong = f"{name!r} has no fields below it"
        if wrong:
            self.fault(rule, wrong)
            return None
        return shape

    def _producer(self, rule: Rule, shape: Shape) -> Producer | None:
        if rule.ref:
            self.fault(rule, "`ref` belongs to write rules: ids are read as they are")
        condition = self.condition(rule)
        produce = self._unconditional(rule, shape)
        if produce is None or condition is None:
            return produce
        return conditional(rule, condition.get, produce)

    def _corrected(self, rule: Rule, shape: Shape, given: Given) -> Producer:
        """The producer of a field that holds objects, where some of these were corrected.

        The rule was put together once already, so nothing can be wrong with it.
        """
        condition, produce = self.condition(rule), self._nested(rule, shape, given)
        assert produce is not None
        return produce if condition is None else conditional(rule, condition.get, produce)

    def _unconditional(self, rule: Rule, shape: Shape) -> Producer | None:
        if shape.kind in (Kind.PART, Kind.PARTS):
            return self._nested(rule, shape)
        if rule.each or rule.part:
            self.fault(rule, f"{rule.to!r} is a single value: it takes neither each nor part")
            return None
        typed = self._type(rule, shape)
        guards = _guards(shape)
        fixed = chain([typed, *guards])
        if rule.value is not UNSET:
            return constant(self.fixed(rule, _whole(fixed, shape), rule.value, "`value`"))
        table = self.table(rule, fixed, "" if shape.kind in (Kind.TEXT, Kind.TEXTS) else None)
        converted = [*table, *_null_guard(shape)] if table else [typed, *guards]
        whole = _whole(chain(converted), shape)
        convert = chain([*transforms_of(rule), whole, *checks_of(rule)])
        return self._from_path(rule, convert, _whole(fixed, shape))

    def _from_path(self, rule: Rule, convert: Convert, fixed: Convert) -> Producer | None:
        path = self.path(rule)
        if path is None:
            return None
        default = rule.default
        if default is not UNSET:
            default = self.fixed(rule, fixed, default, "`default`")
        return producer(rule, path.get, path.key, convert, default)

    def _nested(self, rule: Rule, shape: Shape, given: Given | None = None) -> Producer | None:
        """The reader of a part or of a list of parts."""
        wanted = "part" if shape.kind is Kind.PART else "each"
        if not getattr(rule, wanted) or shape.model is None:
            self.fault(rule, f"{rule.to!r} holds objects: say `{wanted}:`, the part to read it by")
            return None
        reader = self.reader(self.part_rules(rule), shape.model)
        checks = checks_of(rule)
        if shape.kind is Kind.PART:
            own = reader.corrected(given) if given else reader
            return self._from_path(rule, chain([*checks, object_of(rule, own)]), not_null)
        items = items_of(rule, reader, given)
        return self._from_path(rule, chain([items, *checks]), not_null)

    def _type(self, rule: Rule, shape: Shape) -> Convert:
        name = rule.type or _DEFAULT_TYPES[shape.kind]
        if name not in READ_TYPES:
            self.fault(rule, f"unknown type {name!r}{did_you_mean(name, READ_TYPES)}")
        elif name not in _FITTING_TYPES[shape.kind]:
            fitting = ", ".join(sorted(_FITTING_TYPES[shape.kind]))
            self.fault(rule, f"the type {name!r} does not fit {rule.to!r}; fitting are {fitting}")
        return READ_TYPES.get(name, READ_TYPES["json"])

    def _check_complete(self, rules: Sequence[Rule], model: type[Part]) -> None:
        """Note fields that every record must have and that no rule surely gives."""
        for name, shape in shapes_of(model).items():
            own = [rule for rule in rules if rule.to.partition(".")[0] == name]
            if not shape.required or not rules:
                continue
            if not own:
                self.fault(rules[0], f"{model.__name__}.{name} must have a rule, and has none")
            elif all(rule.optional for rule in own):
                message = f"{model.__name__}.{name} cannot be optional; give it a `default`"
                self.fault(own[0], message)


def default_type(shape: Shape) -> str:
    """The type of a rule that names none; "" where the field holds objects."""
    return _DEFAULT_TYPES.get(shape.kind, "")


def refuses_null(shape: Shape) -> bool:
    """Whether a field of this shape must have a value."""
    return not shape.nullable and shape.kind not in (Kind.TEXT, Kind.TEXTS, Kind.FREE)


def _null_guard(shape: Shape) -> list[Convert]:
    return [not_null] if refuses_null(shape) else []


def _guards(shape: Shape) -> list[Convert]:
    """What holds a typed value to its field."""
    return [one_of(shape.choices)] if shape.kind is Kind.CHOICE else _null_guard(shape)


def _whole(convert: Convert, shape: Shape) -> Convert:
    """The conversion of the whole value: of each item where the field is a list of texts."""
    return each_text(convert) if shape.kind is Kind.TEXTS else convert
