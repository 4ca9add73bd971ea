"""Puts the fields of a carried record beside those that they came from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from sync_cli.core.model import Record
from sync_cli.flows.journeys import Carried, Way
from sync_cli.flows.tracing import stored_values
from sync_cli.mapping.changes import flattened
from sync_cli.mapping.shapes import plain_record
from sync_cli.mapping.sheet import Direction, Row, rows_of

_NOTHING: tuple[Any, ...] = ("", None, [], {})
_INDEX = re.compile(r"\[(\d+)\]")


class Step(Struct, frozen=True):
    """One field on its way: what was read, what became of it, what is written; "" for nothing.

    `made` is the field of the second canonical record, where the journey makes one.
    """

    raw: str = ""
    canonical: str = ""
    made: str = ""
    payload: str = ""


class Alignment:
    """Finds for each field that is written where it came from."""

    def __init__(
        self, way: Way, carried: Carried, middle: Mapping[str, Sequence[str]] | None
    ) -> None:
        self._reading = _by_target(way, Direction.READ)
        self._writing = _by_target(way, Direction.WRITE)
        self._middle = middle
        self._raw = flattened(carried.raw.data)
        first = carried.canonical
        if middle is None and carried.translated is not None:
            first = carried.translated
        self._canonical = _values(first)
        self._stored = {} if first is None else stored_values(first)
        self._made = self._canonical if middle is None else _values(carried.translated)
        self._payload = flattened(carried.payload or {})

    def steps(self) -> Iterator[Step]:
        """What is written first, then canonical fields that go no further, then raw ones."""
        told: set[str] = set()
        for place, value in self._payload.items():
            yield self._written(place, value, told)
        for name, value in self._stored.items():
            if name not in told and value not in _NOTHING:
                yield Step(self._origin(name), _cell(name, self._canonical))

    def _written(self, place: str, value: Any, told: set[str]) -> Step:
        written = f"{place} = {_said(value)}"
        made = _placed(self._reads(self._writing, place), place, self._made)
        canonical = made if self._middle is None else [one for m in made for one in self._from(m)]
        told.update(canonical)
        raws = dict.fromkeys(filter(None, map(self._origin, canonical)))
        return Step(
            "\n".join(raws),
            "\n".join(_cell(name, self._canonical) for name in canonical),
            "" if self._middle is None else "\n".join(_cell(name, self._made) for name in made),
            written,
        )

    def _from(self, made: str) -> list[str]:
        """The canonical fields that a field of the second record was made of."""
        general = _INDEX.sub("[]", made)
        sources = (self._middle or {}).get(general, ())
        if "[]" not in general:
            return [one for name in sources for one in self._known(name)]
        place = made[: made.index("]") + 1]
        slots = list(self._slots(sources))
        own = self._made.get(f"{place}.line_id")
        at = int(_INDEX.findall(made)[0])
        if own:
            return next((names for item, names in slots if item == own), [])
        return slots[at][1] if at < len(slots) else []

    def _slots(self, sources: Sequence[str]) -> Iterator[tuple[Any, list[str]]]:
        """Each item that a list of the second record may be made of: its id, and its fields.

        An item may become several: a line whose price cannot be held is split.
        """
        single = [name for name in sources if "[]" not in name and name in self._canonical]
        prefixes = dict.fromkeys(name.partition("[]")[0] for name in sources if "[]" in name)
        for prefix in prefixes:
            own = [name for name in sources if name.startswith(f"{prefix}[]")]
            for at in range(_length(prefix, self._canonical)):
                placed = (name.replace("[]", f"[{at}]", 1) for name in own)
                names = [*single, *(one for name in placed for one in self._known(name))]
                yield self._canonical.get(f"{prefix}[{at}].id"), names

    def _known(self, name: str) -> list[str]:
        """The fields of the canonical record that a name with open places stands for."""
        if "[]" not in name:
            return [name] if name in self._canonical else []
        pattern = re.compile(re.escape(name).replace(r"\[\]", r"\[\d+\]"))
        return [known for known in self._canonical if pattern.fullmatch(known)]

    def _origin(self, canonical: str) -> str:
        """The raw fields that a canonical field was read from, with their values."""
        reads = _placed(self._reads(self._reading, canonical), canonical, None)
        return "\n".join(_cell(name, self._raw) for name in reads if name in self._raw)

    @staticmethod
    def _reads(rows: Mapping[str, Sequence[Row]], place: str) -> list[str]:
        general = _INDEX.sub("[]", place)
        found = rows.get(general) or rows.get(general.removesuffix("[]"), ())
        return [name for row in found for name in _names(row)]


def _names(row: Row) -> list[str]:
    """What a rule reads: each metadata key by itself, and the paths of an expression."""
    if "meta:" in row.source and not row.source.startswith("always "):
        above, _, keys = row.source.rpartition("meta:")
        return [f"{above}meta:{key}" for key in keys.split(" or ")]
    return list(dict.fromkeys([*row.reads, row.source]))


def _by_target(way: Way, direction: Direction) -> dict[str, list[Row]]:
    mapping = way.source if direction is Direction.READ else way.target
    found: dict[str, list[Row]] = {}
    for row in rows_of(mapping):
        if row.direction is direction:
            found.setdefault(row.target, []).append(row)
    return found


def _placed(names: Sequence[str], place: str, known: Mapping[str, Any] | None) -> list[str]:
    """The names with the places of `place` put in; of those only the `known` ones, if given."""
    indices = _INDEX.findall(place)
    placed = []
    for name in dict.fromkeys(names):
        left = iter(indices)
        whole = re.sub(r"\[\]", lambda _, left=left: f"[{next(left, '')}]", name)  # type: ignore[misc]
        if known is None or whole in known:
            placed.append(whole)
    return placed


def _length(prefix: str, values: Mapping[str, Any]) -> int:
    pattern = re.compile(re.escape(prefix) + r"\[(\d+)\]")
    found = [int(hit.group(1)) for name in values if (hit := pattern.match(name))]
    return max(found, default=-1) + 1


def _values(record: Record | None) -> dict[str, Any]:
    """The single values of a canonical record, the computed ones included."""
    return {} if record is None else flattened(plain_record(record))


def _cell(name: str, values: Mapping[str, Any]) -> str:
    return f"{name} = {_said(values[name])}" if name in values else name


def _said(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
