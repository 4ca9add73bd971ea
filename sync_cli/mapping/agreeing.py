"""In what one record would write something that another one does not write already.

That is known without writing either out: a target is made of some fields, and where those are
equal in both records, so is the target. A catalogue in which nothing changed costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from msgspec import Struct

from sync_cli.core.model import Record
from sync_cli.mapping.entity import EntityMapping, sources_of
from sync_cli.mapping.errors import BadValue, Refused, Unresolved
from sync_cli.mapping.merging import without_null_meta
from sync_cli.mapping.reading import OMIT, Json
from sync_cli.mapping.shapes import plain_value
from sync_cli.mapping.writing import Step, Writing


class _Target(Struct, frozen=True):
    """One key of the payload: the rules that fill it, and the canonical fields they read.

    `read` gives those fields of a record, in the order of their names. `key` is the one place
    that the rules fill, "" if that is in the metadata.
    """

    sources: tuple[str, ...]
    steps: tuple[Step, ...]
    read: Callable[[Record], Any]
    key: str

    def surely_holds(self, wanted: Record, held: Record, payload: Json | None = None) -> bool:
        """Whether `held` writes here what `wanted` writes, or `wanted` nothing.

        False too where a rule refuses one of them. `payload` is all that `wanted` writes, if that
        was written out already.
        """
        same = bool(self.read(wanted) == self.read(held))
        return same or self._writes_the_same(wanted, held, payload)

    def _writes_the_same(self, wanted: Record, held: Record, payload: Json | None) -> bool:
        try:
            if payload is None or not self.key:
                written = self._written(wanted)
            else:
                written = {self.key: payload[self.key]} if self.key in payload else {}
            return not written or (
                without_null_meta(written) == without_null_meta(self._written(held))
            )
        except (BadValue, Refused, Unresolved):
            return False

    def _written(self, record: Record) -> dict[str, Any]:
        data = {name: plain_value(getattr(record, name)) for name in self.sources}
        writing = Writing({})
        payload: dict[str, Any] = {}
        for produce, put, _ in self.steps:
            value = produce(data, writing)
            if value is not OMIT:
                put(payload, value)
        if writing.missing:
            raise Unresolved(writing.missing)
        return payload


def _target(sources: Sequence[str], steps: Sequence[Step]) -> _Target:
    read = attrgetter(*sources) if sources else _nothing
    key = "" if any(step.rule.to_meta for step in steps) else steps[0].rule.payload_key
    return _Target(tuple(sources), tuple(steps), read, key)


def _nothing(_record: Record) -> Any:
    """What a constant reads."""
    return None


class Agreement:
    """Compares records by the write rules of one mapping, target by target.

    Rules whose owner is `without_owner` are left out, and the targets in `without`: payload keys,
    "meta:key" for metadata.
    """

    def __init__(
        self, mapping: EntityMapping, *, without_owner: str, without: Iterable[str] = ()
    ) -> None:
        steps: dict[str, list[Step]] = {}
        for step in mapping.writer.steps_without(without_owner):
            steps.setdefault(step.rule.payload_key, []).append(step)
        for target in without:
            steps.pop(target, None)
        self._targets = {
            target: _target(sorted(sources_of([step.rule for step in some])), some)
            for target, some in steps.items()
        }

    def holds(self, wanted: Record, held: Record) -> bool:
        """Whether `held` surely writes all that `wanted` writes; false also where that is not
        sure, because a rule refuses one of them. What is equal in both is not checked."""
        return all(target.surely_holds(wanted, held) for target in self._targets.values())

    def differing(
        self, wanted: Record, held: Record, payload: Json | None = None
    ) -> frozenset[str]:
        """The targets in which `held` does not surely write what `wanted` writes.

        `payload` is what the mapping writes of `wanted`, if that is known already.
        """
        return frozenset(
            name
            for name, target in self._targets.items()
            if not target.surely_holds(wanted, held, payload)
        )
