"""An admin's overlay: single rules of a shipped mapping replaced, dropped or added.

The shipped file stays as it is, so that an upgrade never overwrites what a merchant changed:

    read:
      replace: [{to: price, from: price, type: money}]
      drop: [barcode]
      add: [{to: extra.brand, from: "brands[0].name", optional: true}]
    tables: {order_states: {shipped: completed}}

`parts:` takes the same three for each named part. Tables are merged line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from sync_cli.mapping.errors import Fault, did_you_mean
from sync_cli.mapping.located import Block, Items, Node, Scalar, parse_yaml, plain
from sync_cli.mapping.rules import UNSET, Rule, Table
from sync_cli.mapping.source import Rules, Source, SourceParser

_KEYS = ("entity", "system", "version", "tables", "parts", "read", "write", "description")
_CHANGES = ("replace", "drop", "add")


def apply_overlay(base: Source, text: str, file: str, label: str, faults: list[Fault]) -> Source:
    """The shipped mapping with the overlay's changes; errors go to `faults`."""
    root = parse_yaml(text, file, faults)
    if root is None:
        return base
    if not isinstance(root, Block):
        faults.append(Fault(file, root.line, "an overlay begins with `entity:`"))
        return base
    return _Overlay(SourceParser(root, file, label, faults), base).apply()


class _Overlay:
    def __init__(self, parser: SourceParser, base: Source) -> None:
        self._parser = parser
        self._base = base

    def apply(self) -> Source:
        parser, base = self._parser, self._base
        parser.check_keys(parser.root, _KEYS)
        self._check_head("entity", base.entity)
        self._check_head("system", base.system)
        return replace(
            base,
            tables=self._merged_tables(),
            parts=self._changed_parts(),
            read=self._changed_section("read", base.read),
            write=self._changed_section("write", base.write),
        )

    def _check_head(self, key: str, expected: str) -> None:
        node = self._parser.root.entries.get(key)
        if node is not None and plain(node) != expected:
            self._parser.fault(
                node.line, f"this overlay changes the mapping whose {key} is {expected!r}"
            )

    def _merged_tables(self) -> dict[str, Table]:
        tables = dict(self._base.tables)
        for name, own in self._parser.tables().items():
            shipped = tables.get(name)
            tables[name] = own if shipped is None else _merge(shipped, own)
        return tables

    def _changed_parts(self) -> dict[str, Rules]:
        parts = dict(self._base.parts)
        for name, node in self._parser.block("parts"):
            if name in parts:
                parts[name] = self._changed(node, parts[name])
            elif isinstance(node, Items):
                parts[name] = self._parser.rules(node)
            else:
                message = f"there is no part {name!r}{did_you_mean(name, parts)}"
                self._parser.fault(node.line, message)
        return parts

    def _changed_section(self, key: str, rules: Rules) -> Rules:
        node = self._parser.root.entries.get(key)
        return rules if node is None else self._changed(node, rules)

    def _changed(self, node: Node, rules: Rules) -> Rules:
        """The rules after `replace`, then `drop`, then `add`."""
        if not isinstance(node, Block):
            self._parser.fault(node.line, f"an overlay says {', '.join(_CHANGES)} here")
            return rules
        self._parser.check_keys(node, _CHANGES)
        known = {rule.target for rule in rules}
        own = self._rules_under(node, "replace")
        self._check_known(((rule.target, rule.line) for rule in own), known)
        rules = _replaced(rules, own)
        dropped = self._dropped(node, known)
        kept = tuple(rule for rule in rules if rule.target not in dropped)
        return kept + self._rules_under(node, "add")

    def _rules_under(self, node: Block, key: str) -> Rules:
        found = node.entries.get(key)
        return () if found is None else self._parser.rules(found)

    def _dropped(self, node: Block, known: set[str]) -> set[str]:
        found = node.entries.get("drop")
        if found is None:
            return set()
        items: Sequence[Node] = found.items if isinstance(found, Items) else (found,)
        targets = [(self._target(item), item.line) for item in items]
        self._check_known(targets, known)
        return {target for target, _ in targets}

    def _target(self, node: Node) -> str:
        written: Any = plain(node)
        if isinstance(node, Scalar) and isinstance(written, str):
            return written
        if isinstance(written, dict) and set(written) == {"meta"}:
            return f"meta:{written['meta']}"
        self._parser.fault(node.line, "`drop` lists the `to` of rules")
        return ""

    def _check_known(self, targets: Any, known: set[str]) -> None:
        for target, line in targets:
            if target and target not in known:
                message = f"{self._base.label} has no rule to {target!r}"
                self._parser.fault(line, message + did_you_mean(target, known))


def _merge(shipped: Table, own: Table) -> Table:
    default = shipped.default if own.default is UNSET else own.default
    return replace(shipped, entries={**shipped.entries, **own.entries}, default=default)


def _replaced(rules: Rules, own: Rules) -> Rules:
    """`rules` with those of the same target swapped for `own`, in the place of the first."""
    targets = {rule.target for rule in own}
    result: list[Rule] = []
    done: set[str] = set()
    for rule in rules:
        if rule.target not in targets:
            result.append(rule)
        elif rule.target not in done:
            done.add(rule.target)
            result.extend(one for one in own if one.target == rule.target)
    return tuple(result)
