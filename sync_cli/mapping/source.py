"""A mapping file as written: its rules and tables, checked one by one, not yet put together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from sync_cli.mapping.errors import Fault, did_you_mean
from sync_cli.mapping.located import Block, Items, Node, Scalar, parse_yaml, plain
from sync_cli.mapping.rules import UNSET, Rule, Table, parse_rule
from sync_cli.mapping.shapes import RECORDS

_KEYS = ("entity", "system", "version", "record", "tables", "parts", "read", "write", "description")
_PARTS = "parts"
Rules = tuple[Rule, ...]


class Source(Struct, frozen=True):
    """One mapping file. `record` names the canonical record where it is not the entity's own.

    `file` is the path for messages about the file, `label` the short name that rules carry.
    """

    file: str
    label: str
    entity: str
    system: str
    record: str
    version: Any
    tables: Mapping[str, Table]
    parts: Mapping[str, Rules]
    read: Rules
    write: Rules


def short_name(path: Path) -> str:
    """The name of a mapping file for people: its folder, which is the system, and its name."""
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name


def parse_source(text: str, file: str, label: str, faults: list[Fault]) -> Source | None:
    """The mapping written in `text`; None if its head is unusable. Errors go to `faults`."""
    root = parse_yaml(text, file, faults)
    if root is None:
        return None
    if not isinstance(root, Block):
        faults.append(Fault(file, root.line, "a mapping file begins with `entity:`"))
        return None
    return SourceParser(root, file, label, faults).parse()


class SourceParser:
    """Reads the parts of a mapping file; the overlay's parser reads some of them too."""

    def __init__(self, root: Block, file: str, label: str, faults: list[Fault]) -> None:
        self.root = root
        self.file = file
        self.label = label
        self.faults = faults

    def parse(self) -> Source | None:
        self.check_keys(self.root, _KEYS)
        entity = self._head("entity")
        record = self._head("record", entity)
        system = self._head("system")
        if record and record not in RECORDS:
            line = self.root.lines.get("record", self.root.lines.get("entity", 1))
            self.fault(line, f"unknown entity {record!r}{did_you_mean(record, RECORDS)}")
            return None
        if not entity or not system:
            return None
        if not self.root.entries.keys() & {"read", "write"}:
            self.fault(self.root.line, "the mapping has neither `read` nor `write` rules")
        return Source(
            file=self.file,
            label=self.label,
            entity=entity,
            system=system,
            record=record,
            version=self._version(),
            tables=self.tables(),
            parts={name: self.rules(node) for name, node in self.block(_PARTS)},
            read=self._section("read"),
            write=self._section("write"),
        )

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(self.file, line, message))

    def check_keys(self, block: Block, known: tuple[str, ...]) -> None:
        for key in block.entries:
            if key not in known:
                self.fault(block.lines[key], f"unknown key {key!r}{did_you_mean(key, known)}")

    def block(self, key: str) -> Block:
        """The mapping under `key`, an empty one if there is none."""
        node = self.root.entries.get(key)
        if isinstance(node, Block):
            return node
        if node is not None:
            self.fault(node.line, f"`{key}` must hold named entries")
        return Block({}, self.root.line)

    def tables(self) -> dict[str, Table]:
        """All tables of the file."""
        tables: dict[str, Table] = {}
        for name, node in self.block("tables"):
            if isinstance(node, Block):
                tables[name] = self._table(name, node)
            else:
                self.fault(node.line, f"the table {name!r} must hold lines such as `from: to`")
        return tables

    def rules(self, node: Node) -> Rules:
        """The rules of a list."""
        if not isinstance(node, Items):
            self.fault(node.line, "here stands a list of rules: - {to: ..., from: ...}")
            return ()
        rules = [parse_rule(item, self.file, self.label, self.faults) for item in node.items]
        return tuple(rule for rule in rules if rule is not None)

    def _section(self, key: str) -> Rules:
        node = self.root.entries.get(key)
        return () if node is None else self.rules(node)

    def _head(self, key: str, fallback: str = "") -> str:
        node = self.root.entries.get(key)
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
            return node.value
        if node is not None or not fallback:
            self.fault(node.line if node else 1, f"`{key}:` must say a name")
        return fallback

    def _version(self) -> Any:
        node = self.root.entries.get("version")
        return None if node is None else plain(node)

    def _table(self, name: str, node: Block) -> Table:
        entries: dict[str, Any] = {}
        for key, value in node:
            if isinstance(value, Scalar):
                entries[key] = value.value
            else:
                self.fault(node.lines[key], f"the table {name!r} maps {key!r} to more than a value")
        default = entries.pop("default", UNSET)
        return Table(name, entries, default, self.label, self.root.lines["tables"])
