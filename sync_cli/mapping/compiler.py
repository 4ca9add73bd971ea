"""What putting together read rules and write rules has in common: looking up what a rule names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync_cli.mapping.conversions import lookup, table_values
from sync_cli.mapping.errors import BadValue, Fault, did_you_mean
from sync_cli.mapping.named import Convert
from sync_cli.mapping.paths import Path, compile_path, meta_path
from sync_cli.mapping.rules import Rule
from sync_cli.mapping.source import Rules, Source


def path_of(rule: Rule) -> Path:
    """The compiled source of a rule that is no constant; raises ValueError."""
    return meta_path(rule.meta) if rule.meta else compile_path(rule.path)


class Compiler:
    """Puts rules together; every error goes to `faults`, with the rule's line."""

    def __init__(self, source: Source, files: Mapping[str, str], faults: list[Fault]) -> None:
        self._source = source
        self._files = files
        self._faults = faults

    def fault(self, rule: Rule, message: str) -> None:
        """Note an error of `rule`."""
        self._faults.append(Fault(self._files.get(rule.file, rule.file), rule.line, message))

    def path(self, rule: Rule) -> Path | None:
        """Where the rule's value comes from, None if that is no path."""
        try:
            return path_of(rule)
        except ValueError as error:
            self.fault(rule, str(error))
            return None

    def condition(self, rule: Rule) -> Path | None:
        """The rule's condition, None if it has none or a wrong one."""
        if not rule.when:
            return None
        try:
            return compile_path(rule.when)
        except ValueError as error:
            self.fault(rule, f"`when`: {error}")
            return None

    def table(self, rule: Rule, convert: Convert, empty: Any) -> list[Convert]:
        """The rule's table as a step, its values converted now; [] if it has none."""
        if not rule.table:
            return []
        table = self._source.tables.get(rule.table)
        if table is None:
            near = did_you_mean(rule.table, self._source.tables)
            self.fault(rule, f"there is no table {rule.table!r}{near}")
            return []
        entries = {
            key: self.fixed(rule, convert, value, f"tables.{table.name}.{key}")
            for key, value in table_values(table).items()
        }
        return [lookup(table, entries, self._subject(rule), empty)]

    def fixed(self, rule: Rule, convert: Convert, value: Any, what: str) -> Any:
        """A value written in the file as its field takes it."""
        try:
            return convert(value)
        except BadValue as bad:
            self.fault(rule, f"{what} {bad.says}")
            return None

    def part_rules(self, rule: Rule) -> Rules:
        """The rules of the part that `rule` names, none if there is no such part."""
        name = rule.each or rule.part
        rules = self._source.parts.get(name)
        if rules is None:
            self.fault(rule, f"there is no part {name!r}{did_you_mean(name, self._source.parts)}")
        return rules or ()

    def check_targets(self, rules: Sequence[Rule]) -> None:
        """Note rules that always overwrite an earlier one of the same target."""
        seen: dict[str, Rule] = {}
        for rule in rules:
            first = seen.setdefault(rule.target, rule)
            if first is not rule and not rule.when:
                message = f"{rule.target!r} already has a rule in {first.where}"
                self.fault(rule, f"{message}; a second one needs `when`")

    def _subject(self, rule: Rule) -> str:
        """What a table's values are called in messages: "order status"."""
        name = (rule.path or rule.target).rpartition(".")[2]
        return f"{self._source.entity} {name}".replace("_", " ")
