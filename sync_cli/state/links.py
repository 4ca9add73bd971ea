"""Which records of the systems are the same thing; unique both ways.

A thing has one end per (system, part), and an end belongs to one thing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from sync_cli.core.errors import StateError
from sync_cli.core.item import Link
from sync_cli.core.outcome import End
from sync_cli.state.file import Room
from sync_cli.state.joining import Joining, KnownEnd
from sync_cli.state.texts import IN_IDS, ids_to_text

Pair = tuple[End, End]
_PAGE = 1000

_LINKS = f"""
SELECT one.id, other.id, one.birth, other.birth
FROM ends AS one
JOIN ends AS other ON other.entity = one.entity AND other.thing = one.thing
    AND other.system = ? AND other.part = ?
WHERE one.entity = ? AND one.system = ? AND one.part = ? AND one.id {IN_IDS}
"""
_PARTS = f"""
SELECT one.id, other.part, other.id, one.birth, other.birth
FROM ends AS one
JOIN ends AS other ON other.entity = one.entity AND other.thing = one.thing
    AND other.system = ? AND other.part != ''
WHERE one.entity = ? AND one.system = ? AND one.part = '' AND one.id {IN_IDS}
ORDER BY other.number
"""
_LINKED_TARGETS = f"""
SELECT other.id, one.id
FROM ends AS other
JOIN ends AS one ON one.entity = other.entity AND one.thing = other.thing
    AND one.system = ? AND one.part = ?
WHERE other.entity = ? AND other.system = ? AND other.id {IN_IDS}
"""


class Links(Room):
    """Links by entity."""

    def links(
        self,
        entity: str,
        source: str,
        target: str,
        ids: Iterable[str],
        part: str = "",
        target_part: str = "",
    ) -> dict[str, Link]:
        """The links of these records of the system `source` to `target`, by source id."""
        found = self.file.rows(
            _LINKS, (target, target_part, entity, source, part, ids_to_text(ids))
        )
        return {row[0]: Link(*row) for row in found}

    def parts(
        self, entity: str, source: str, target: str, ids: Iterable[str]
    ) -> dict[str, dict[str, Link]]:
        """The links of records that became several, by source id and part, the first made first."""
        rows = self.file.rows(_PARTS, (target, entity, source, ids_to_text(ids)))
        found: dict[str, dict[str, Link]] = {}
        for id, part, target_id, birth, target_birth in rows:
            found.setdefault(id, {})[part] = Link(id, target_id, birth, target_birth)
        return found

    def linked_targets(
        self, entity: str, source: str, target: str, target_ids: Iterable[str], part: str = ""
    ) -> dict[str, str]:
        """Target id -> source id for those of `target_ids` that are linked, under any part.

        `part` is that of the source.
        """
        found = self.file.rows(
            _LINKED_TARGETS, (source, part, entity, target, ids_to_text(target_ids))
        )
        return dict(found)

    def attach(self, entity: str, one: End, other: End) -> None:
        """Link two ends; if one is known already, the other joins its thing.

        An empty birth mark is filled in, a known one stays. Raises LinkConflict if an end belongs
        to another thing, has another birth mark, or its place in the thing is taken.
        """
        self.attach_many(entity, [(one, other)])

    def attach_many(self, entity: str, pairs: Iterable[Pair]) -> None:
        """Link all pairs in one transaction; LinkConflict leaves everything as it was."""
        with self.file.transaction() as connection:
            attach_pairs(connection, entity, list(pairs))

    def detach(self, entity: str, end: End) -> None:
        """Take an end out of its thing; an end left alone is forgotten too."""
        with self.file.transaction() as connection:
            thing = connection.execute(
                "SELECT thing FROM ends WHERE entity = ? AND system = ? AND id = ? AND part = ?",
                (entity, end.system, end.id, end.part),
            ).fetchone()
            if thing is None:
                return
            connection.execute(
                "DELETE FROM ends WHERE entity = ? AND thing = ? AND system = ? AND part = ?",
                (entity, *thing, end.system, end.part),
            )
            connection.execute(
                "DELETE FROM ends WHERE entity = ? AND thing = ? AND 1 ="
                " (SELECT count(*) FROM ends WHERE entity = ? AND thing = ?)",
                (entity, *thing, entity, *thing),
            )

    def recent_links(self, entity: str, system: str, limit: int) -> list[End]:
        """The last `limit` ends linked in `system`, newest first."""
        found = self.file.rows(
            "SELECT system, id, birth, part FROM ends WHERE entity = ? AND system = ?"
            " ORDER BY number DESC LIMIT ?",
            (entity, system, limit),
        )
        return [End(*row) for row in found]

    def all_links(self, entity: str, system: str) -> Iterator[str]:
        """The ids of all records of this entity that are linked in `system`, a page at a time."""
        last = 0
        query = (
            "SELECT number, id FROM ends WHERE entity = ? AND system = ? AND number > ?"
            " ORDER BY number LIMIT ?"
        )
        while rows := self.file.rows(query, (entity, system, last, _PAGE)):
            yield from (id for _, id in rows)
            last = rows[-1][0]

    def count_links(self, entity: str) -> int:
        """How many things of this entity have ends in several systems."""
        counted = "SELECT count(DISTINCT thing) FROM ends WHERE entity = ?"
        return int(self.file.rows(counted, (entity,))[0][0])


class LinkConflict(StateError):
    """Two records cannot be linked; `pair` are the two. Nothing of the transaction was stored."""

    def __init__(self, entity: str, pair: Pair, reason: str) -> None:
        one, other = pair
        super().__init__(
            f"The {entity} {one.id} of {one.system} cannot be linked to {other.id} of"
            f" {other.system}: {reason}.",
            "Nothing was changed. Compare the records in both systems; was one of the systems"
            " restored or copied?",
        )
        self.pair = pair


def attach_pairs(connection: sqlite3.Connection, entity: str, pairs: Sequence[Pair]) -> None:
    """Link all pairs within the open transaction; raises LinkConflict."""
    if not pairs:
        return
    joining = _read_known(connection, entity, pairs)
    for pair in pairs:
        reason = joining.join(*pair)
        if reason:
            raise LinkConflict(entity, pair, reason)
    connection.executemany(
        "INSERT INTO ends (number, thing, system, part, id, birth, entity)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(*row, entity) for row in joining.rows()],
    )
    connection.executemany("UPDATE ends SET birth = ? WHERE number = ?", joining.births())


def _read_known(connection: sqlite3.Connection, entity: str, pairs: Sequence[Pair]) -> Joining:
    """All that the file knows of these ends and of the things they belong to."""
    ids: dict[str, set[str]] = {}
    for end in (end for pair in pairs for end in pair):
        ids.setdefault(end.system, set()).add(end.id)
    things: set[int] = set()
    for system, of_system in ids.items():
        found = connection.execute(
            f"SELECT thing FROM ends WHERE entity = ? AND system = ? AND id {IN_IDS}",
            (entity, system, ids_to_text(of_system)),
        )
        things.update(thing for (thing,) in found)
    last = connection.execute("SELECT coalesce(max(number), 0) FROM ends").fetchone()[0]
    joining = Joining(int(last))
    for row in connection.execute(
        "SELECT number, thing, system, part, id, birth FROM ends"
        f" WHERE entity = ? AND thing {IN_IDS}",
        (entity, ids_to_text(things)),
    ):
        number, thing, system, part, record_id, birth = row
        joining.know(KnownEnd(number, thing, End(system, record_id, birth, part)))
    return joining
