"""The mapping sheet: every rule of a mapping as one row, those of its parts included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from sync_cli.core.model import Part
from sync_cli.mapping.compiler import path_of
from sync_cli.mapping.conversions import NULL_KEY
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.mapping_set import MappingSet
from sync_cli.mapping.read_compiler import default_type, refuses_null
from sync_cli.mapping.rules import UNSET, Named, Rule, Table
from sync_cli.mapping.shapes import Shape, model_below, shapes_of


class Direction(StrEnum):
    """Whether a rule reads a system's record or writes one."""

    READ = "read"
    WRITE = "write"


class Need(StrEnum):
    """What a rule asks of its value: that there is one, that its key is there, or nothing."""

    VALUE = "yes"
    KEY = "key"
    NOTHING = "no"


class Row(Struct, frozen=True):
    """One rule as the sheet shows it; `source` and `target` are whole paths, `[]` after a list.

    A read rule's source is in the system's record and its target in the canonical one; a write
    rule's the other way round. `where` is its file and line.
    """

    system: str
    entity: str
    direction: Direction
    source: str
    target: str
    type: str = ""
    check: str = ""
    default: str = ""
    table: str = ""
    transform: str = ""
    when: str = ""
    owner: str = ""
    required: Need = Need.NOTHING
    description: str = ""
    where: str = ""
    reads: tuple[str, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether the row stands for a list or an object whose fields follow."""
        return self.type.startswith(("list of ", "object "))


COLUMNS = tuple(name for name in Row.__struct_fields__ if name != "reads")


def sheet(mappings: MappingSet | Iterable[EntityMapping]) -> list[Row]:
    """Every rule of these mappings, read rules first, each part's rules below the rule to it."""
    return [row for mapping in mappings for row in rows_of(mapping)]


def rows_of(mapping: EntityMapping) -> Iterator[Row]:
    """The rows of one mapping."""
    walk = _Walk(mapping)
    yield from walk.rows(mapping.rules_read, Direction.READ, "", "", mapping.model)
    yield from walk.rows(mapping.rules_write, Direction.WRITE, "", "", mapping.model)


def minimum(rows: Iterable[Row]) -> list[Row]:
    """The rows whose value must be there: together the least that a record needs."""
    return [row for row in rows if row.required is Need.VALUE]


class _Walk(Struct, frozen=True):
    """Goes down the rules of one mapping."""

    mapping: EntityMapping

    def rows(
        self,
        rules: Sequence[Rule],
        direction: Direction,
        source: str,
        target: str,
        model: type[Part] | None,
    ) -> Iterator[Row]:
        for rule in rules:
            row = self._row(rule, direction, source, target, model)
            yield row
            below = rule.each or rule.part
            if below:
                mark = "[]." if rule.each else "."
                canonical = rule.to if direction is Direction.READ else rule.path
                yield from self.rows(
                    self.mapping.parts.get(below, ()),
                    direction,
                    row.source + mark,
                    row.target + mark,
                    None if model is None else model_below(model, canonical),
                )

    def _row(
        self,
        rule: Rule,
        direction: Direction,
        source: str,
        target: str,
        model: type[Part] | None,
    ) -> Row:
        shape = _shape(rule, model) if direction is Direction.READ else None
        return Row(
            system=self.mapping.system,
            entity=self.mapping.entity,
            direction=direction,
            source=_source(rule, source),
            target=target + rule.target,
            type=_type(rule, shape),
            check=_names(rule.checks),
            default=_default(rule, self.mapping.tables.get(rule.table)),
            table=rule.table,
            transform=_names(rule.transforms),
            when=rule.when,
            owner=rule.owner,
            required=self._need(rule, direction, shape),
            description=rule.description,
            where=rule.where,
            reads=_reads(rule, source),
        )

    def _need(self, rule: Rule, direction: Direction, shape: Shape | None) -> Need:
        if rule.required:
            return Need.VALUE
        if rule.value is not UNSET or rule.optional or rule.default is not UNSET:
            return Need.NOTHING
        if direction is Direction.WRITE:
            return Need.NOTHING
        table = self.mapping.tables.get(rule.table)
        nothing_is_listed = table is not None and NULL_KEY in table.entries
        if shape is None or shape.model is not None or nothing_is_listed:
            return Need.KEY
        return Need.VALUE if refuses_null(shape) else Need.KEY


def _source(rule: Rule, above: str) -> str:
    """Where the value comes from, seen from the top of the record."""
    if rule.value is not UNSET:
        return f"always {_plain(rule.value)}"
    if rule.meta:
        return f"{above}meta:{' or '.join(rule.meta)}"
    return above + rule.path


def _reads(rule: Rule, above: str) -> tuple[str, ...]:
    if rule.value is not UNSET:
        return ()
    if rule.meta:
        return (f"{above}meta:{' or '.join(rule.meta)}",)
    return tuple(above + ".".join(names) for names in path_of(rule).starts)


def _shape(rule: Rule, model: type[Part] | None) -> Shape | None:
    """The shape of a read rule's canonical field; None for own fields."""
    shape = None
    for name in rule.to.split("."):
        shape = None if model is None else shapes_of(model).get(name)
        model = None if shape is None else shape.model
    return shape


def _type(rule: Rule, shape: Shape | None) -> str:
    if rule.each or rule.part:
        return f"list of {rule.each}" if rule.each else f"object {rule.part}"
    if rule.ref:
        return f"the other system's id of the {rule.ref}"
    return rule.type or ("" if shape is None else default_type(shape))


def _names(named: Iterable[Named]) -> str:
    return ", ".join(
        one.name if one.argument is None else f"{one.name} {one.argument}" for one in named
    )


def _default(rule: Rule, table: Table | None) -> str:
    if rule.default is not UNSET:
        return _plain(rule.default)
    if table is not None and table.default is not UNSET:
        return f"{_plain(table.default)} (of the table)"
    return ""


def _plain(value: Any) -> str:
    """A value as it is written in a mapping file."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return '""' if value == "" else str(value)
