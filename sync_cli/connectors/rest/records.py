"""Turns the JSON of one entity into `Raw` records, fast enough for catalogues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sync_cli.connectors.base import Json, Raw, Seen
from sync_cli.connectors.rest.calls import When
from sync_cli.connectors.rest.paths import Expression
from sync_cli.connectors.rest.profile import Entity
from sync_cli.connectors.rest.times import moment_reader
from sync_cli.core.errors import ConfigError

_NO_MARKS: frozenset[str] = frozenset()


class Records:
    """How the records of one entity are read: id, birth mark, date and marks."""

    def __init__(self, entity_name: str, entity: Entity) -> None:
        self._name = entity_name
        self._id = entity.id
        self._birth = entity.birth
        self._modified_at = _date_reader(entity_name, entity.modified)
        self._marks = dict(entity.marks)

    def id_of(self, data: Any) -> str:
        """The record's id as text; raises ConfigError if it has none."""
        found = self._id(data)
        if found is None or found == "":
            raise ConfigError(
                f"A {self._name} without an id was answered ({self._id.text!r} finds nothing).",
                f"Correct `entities.{self._name}.id` in the profile.",
            )
        return str(found)

    def raw(self, data: Json) -> Raw:
        """The record with its marks; raises ConfigError where the profile does not fit it."""
        return Raw(
            self.id_of(data),
            data,
            _text(self._birth, data),
            self._modified_at(data),
            self._marks_of(data) if self._marks else _NO_MARKS,
        )

    def raws(self, items: Iterable[Json]) -> tuple[Raw, ...]:
        """All of these records."""
        return tuple(map(self.raw, items))

    def seen(self, data: Json) -> Seen:
        """The record as a row of a census."""
        return Seen(self.id_of(data), _text(self._birth, data), self._modified_at(data))

    def _marks_of(self, data: Json) -> frozenset[str]:
        return frozenset(mark for mark, holds in self._marks.items() if holds.holds(data))


def _text(expression: Expression | None, data: Json) -> str:
    found = expression(data) if expression is not None else None
    return "" if found is None else str(found)


def _date_reader(
    entity_name: str, modified: When | None
) -> Callable[[Mapping[str, Any]], datetime | None]:
    if modified is None:
        return lambda _data: None
    find, read = modified.path, moment_reader(modified.form, modified.zone)

    def read_date(data: Mapping[str, Any]) -> datetime | None:
        try:
            return read(find(data))
        except ValueError as error:
            raise ConfigError(
                f"The date of a {entity_name} cannot be read: {error}.",
                f"Correct `entities.{entity_name}.modified` in the profile.",
            ) from error

    return read_date
