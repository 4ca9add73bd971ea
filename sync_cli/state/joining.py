"""Decides which thing an end joins. Pure: knows what it was told, asks no database."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.core.outcome import End

Place = tuple[str, str, str]
"""System, part, id: what identifies an end."""

Row = tuple[int, int, str, str, str, str]
"""Number, thing, system, part, id, birth mark."""


class KnownEnd(Struct, frozen=True):
    """An end with its number in the order of linking, and its thing."""

    number: int
    thing: int
    end: End


class Joining:
    """The ends of one transaction: those known before, and those it adds."""

    def __init__(self, last_number: int) -> None:
        self._last_number = last_number
        self._ends: dict[Place, KnownEnd] = {}
        self._ids: dict[tuple[int, str, str], str] = {}
        self._added: set[Place] = set()
        self._marked: set[Place] = set()

    def know(self, known: KnownEnd) -> None:
        """Tell of an end that is stored."""
        self._ends[_place(known.end)] = known
        self._ids[known.thing, known.end.system, known.end.part] = known.end.id

    def join(self, one: End, other: End) -> str:
        """Make both ends of one thing; returns why that is impossible, else an empty text."""
        known = [self._ends.get(_place(end)) for end in (one, other)]
        things = {end.thing for end in known if end is not None}
        if len(things) > 1:
            return "each already belongs to another record"
        thing = things.pop() if things else self._last_number + 1
        return self._enter(thing, one) or self._enter(thing, other)

    def rows(self) -> Iterator[Row]:
        """What is to be stored, in the order of linking."""
        for place in self._ends:
            if place in self._added:
                known = self._ends[place]
                yield (known.number, known.thing, *place, known.end.birth)

    def births(self) -> Iterator[tuple[str, int]]:
        """Birth marks to fill into stored ends: mark, number."""
        for place in self._marked - self._added:
            yield self._ends[place].end.birth, self._ends[place].number

    def _enter(self, thing: int, end: End) -> str:
        known = self._ends.get(_place(end))
        if known is not None:
            return self._mark(known, end)
        taken = self._ids.get((thing, end.system, end.part))
        if taken is not None:
            part = f" (part {end.part})" if end.part else ""
            return f"it is already linked to {taken} of {end.system}{part}"
        self._last_number += 1
        self.know(KnownEnd(self._last_number, thing, end))
        self._added.add(_place(end))
        return ""

    def _mark(self, known: KnownEnd, end: End) -> str:
        if not end.birth or end.birth == known.end.birth:
            return ""
        if known.end.birth:
            return f"the id {end.id} of {end.system} stood for another record when it was linked"
        self.know(replace(known, end=replace(known.end, birth=end.birth)))
        self._marked.add(_place(end))
        return ""


def _place(end: End) -> Place:
    return end.system, end.part, end.id
