"""Puts write rules together to a `Writer`, checking them against the canonical model."""

from __future__ import annotations

from collections.abc import Sequence

from sync_cli.core.model import Part
from sync_cli.mapping.compiler import Compiler
from sync_cli.mapping.conversions import chain, checks_of, transforms_of
from sync_cli.mapping.errors import did_you_mean
from sync_cli.mapping.formats import WRITE_TYPES, as_json
from sync_cli.mapping.named import Convert
from sync_cli.mapping.paths import Path
from sync_cli.mapping.rules import UNSET, Rule
from sync_cli.mapping.shapes import RECORDS, model_below, wrong_path
from sync_cli.mapping.writing import (
    Producer,
    Writer,
    conditional,
    constant,
    items_of,
    object_of,
    producer,
)


class WriteCompiler(Compiler):
    """Puts the write rules of one mapping together."""

    def writer(self, rules: Sequence[Rule], model: type[Part]) -> Writer:
        """The writer of one canonical object; what is wrong is noted as faults."""
        self.check_targets(rules)
        self._check_objects(rules)
        produced = [(rule, self._producer(rule, model)) for rule in rules]
        return Writer([(rule, make) for rule, make in produced if make is not None])

    def _check_objects(self, rules: Sequence[Rule]) -> None:
        """Note a target that is a value in one rule and an object in another."""
        values = {rule.to: rule for rule in rules if not rule.to_meta and not rule.part}
        for rule in rules:
            names = rule.to.split(".")
            for at in range(1, len(names)):
                above = values.get(".".join(names[:at]))
                if above is not None and not rule.to_meta:
                    self.fault(rule, f"{above.to!r} is a single value by the rule {above.where}")

    def _producer(self, rule: Rule, model: type[Part]) -> Producer | None:
        condition = self.condition(rule)
        if condition is not None and not self._is_canonical(rule, condition, model):
            return None
        produce = self._unconditional(rule, model)
        if produce is None or condition is None:
            return produce
        return conditional(condition, produce)

    def _unconditional(self, rule: Rule, model: type[Part]) -> Producer | None:
        typed = self._type(rule)
        if rule.value is not UNSET:
            return constant(self.fixed(rule, typed, rule.value, "`value`"))
        path = self._path(rule, model)
        if path is None:
            return None
        if rule.each or rule.part:
            return self._nested(rule, path, model)
        if rule.ref and rule.ref not in RECORDS:
            self.fault(rule, f"unknown entity {rule.ref!r}{did_you_mean(rule.ref, RECORDS)}")
        before = chain([*transforms_of(rule), *self.table(rule, as_json, None)])
        return producer(rule, path, before, chain([*checks_of(rule), typed]))

    def _nested(self, rule: Rule, path: Path, model: type[Part]) -> Producer | None:
        below = model_below(model, ".".join(path.starts[0])) if path.starts else None
        if below is None:
            self.fault(rule, f"{rule.path!r} holds no objects: it takes neither each nor part")
            return None
        rules = self.part_rules(rule)
        if rule.merge and rule.merge not in {one.to for one in rules}:
            self.fault(rule, f"the part {rule.each!r} has no field {rule.merge!r} to merge by")
        writer = self.writer(rules, below)
        if rule.part:
            return object_of(rule, path.get, writer)
        return items_of(rule, path.get, writer, chain(checks_of(rule)))

    def _path(self, rule: Rule, model: type[Part]) -> Path | None:
        if rule.meta:
            self.fault(rule, "`from: {meta: ...}` belongs to read rules")
            return None
        path = self.path(rule)
        return path if path is not None and self._is_canonical(rule, path, model) else None

    def _is_canonical(self, rule: Rule, path: Path, model: type[Part]) -> bool:
        """Whether all that a path reads is in the canonical model; if not, that is noted."""
        wrong = [text for text in (wrong_path(model, start) for start in path.starts) if text]
        for text in wrong:
            self.fault(rule, text)
        return not wrong

    def _type(self, rule: Rule) -> Convert:
        if rule.type and rule.type not in WRITE_TYPES:
            self.fault(rule, f"unknown type {rule.type!r}{did_you_mean(rule.type, WRITE_TYPES)}")
        return WRITE_TYPES.get(rule.type, as_json)
