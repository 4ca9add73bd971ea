"""Promises of `fetch`, `find` and `census`."""

from __future__ import annotations

import unicodedata

from tests.contract.promises.asking import fetched, found, make, opened, start_of
from tests.contract.promises.registry import promise, require
from tests.contract.rig import Ability as A
from tests.contract.rig import Rig, Subject

GROUP = "Looking records up"


@promise(GROUP, A.FETCH, A.MAKE)
def fetch_leaves_missing_ones_out(rig: Rig, subject: Subject) -> None:
    """Ids that exist come once each; ids that do not, or could not, are absent, and no error."""
    made = make(rig, subject, 3)
    asked = [made[0].id, "987654321", made[1].id, "0", "no-such-id", made[2].id, made[0].id]
    with opened(rig) as connector:
        ids = sorted(raw.id for raw in connector.fetch(subject.entity, asked))
    require(ids == sorted(record.id for record in made), f"of {asked} came {ids}")


@promise(GROUP, A.FETCH, A.MAKE, A.REMOVE)
def fetch_knows_the_deleted(rig: Rig, subject: Subject) -> None:
    """A record that was deleted for good is absent."""
    (made,) = make(rig, subject, 1)
    subject.remove(made.id)
    with opened(rig) as connector:
        ids = [raw.id for raw in connector.fetch(subject.entity, [made.id])]
    require(not ids, f"the deleted record {made.id} still comes")


@promise(GROUP, A.FIND, A.MAKE)
def find_compares_exactly(rig: Rig, subject: Subject) -> None:
    """A value finds the records that have exactly it: no other case, no other accents (e-mails
    alone without regard to case)."""
    made = subject.make(f"{rig.mark()}-Größe")
    others = {made.key.swapcase(), _without_accents(made.key), made.key[:-1]} - {made.key}
    with opened(rig) as connector:
        answer = connector.find(subject.entity, subject.key, [made.key, *sorted(others)])
    require(made.id in [raw.id for raw in answer[made.key]], f"{made.key} was not found")
    for other in others:
        hit = made.id in [raw.id for raw in answer[other]]
        wanted = subject.folds_case and other.casefold() == made.key.casefold()
        require(hit == wanted, f"{made.key} was {'' if hit else 'not '}found by {other}")


@promise(GROUP, A.FIND)
def find_answers_every_value(rig: Rig, subject: Subject) -> None:
    """Every value that was asked for has an entry, also one that nobody has."""
    asked = [f"nobody-{rig.mark()}" for _ in range(3)]
    with opened(rig) as connector:
        answer = connector.find(subject.entity, subject.key, asked)
    require(set(asked) <= set(answer), f"without entry: {sorted(set(asked) - set(answer))}")
    require(not any(answer.values()), "a value that nobody has was found")


@promise(GROUP, A.FIND)
def find_takes_more_than_one_call_holds(rig: Rig, subject: Subject) -> None:
    """More values than one call holds are asked for in several, and each has its entry."""
    mark = rig.mark()
    asked = [f"nobody-{mark}-{number}" for number in range(subject.several)]
    with opened(rig) as connector:
        answer = connector.find(subject.entity, subject.key, asked)
    require(set(asked) <= set(answer), "some values have no entry")


@promise(GROUP, A.FIND)
def find_finds_nothing_for_an_empty_value(rig: Rig, subject: Subject) -> None:
    """An empty value finds nothing, so that it can never be taken for a match."""
    with opened(rig) as connector:
        answer = connector.find(subject.entity, subject.key, [""])
    require(answer.get("") == (), f"an empty {subject.key} found {len(answer.get('', ()))} records")


@promise(GROUP, A.FIND, A.MAKE, A.ARCHIVE)
def find_marks_the_archived(rig: Rig, subject: Subject) -> None:
    """What lies in the trash, is archived or cancelled is found and marked as such."""
    (made,) = make(rig, subject, 1)
    subject.archive(made.id)
    records = [raw for raw in found(rig, subject, made.key) if raw.id == made.id]
    require(records, f"the archived record {made.key} was not found")
    require(records[0].marks, f"the archived record {made.key} was found without a mark")


@promise(GROUP, A.CENSUS, A.FETCH, A.MAKE)
def census_tells_ids_births_and_dates(rig: Rig, subject: Subject) -> None:
    """The census has each record with the birth mark and the date that a fetch gives."""
    since = start_of(rig, subject)
    made = make(rig, subject, 3)
    with opened(rig) as connector:
        seen = {row.id: row for row in connector.census(subject.entity, since)}
    for record in made:
        raw = fetched(rig, subject, record.id)
        require(record.id in seen, f"the census lacks {record.id}")
        row = seen[record.id]
        require(row.birth == raw.birth, f"{record.id} is born {row.birth!r}, and {raw.birth!r}")
        require(row.modified_at == raw.modified_at, f"{record.id} has two dates of change")


@promise(GROUP, A.CENSUS, A.MAKE, A.REMOVE)
def census_lacks_the_deleted(rig: Rig, subject: Subject) -> None:
    """A record that was deleted for good is in no census."""
    since = start_of(rig, subject)
    kept, gone = make(rig, subject, 2)
    subject.remove(gone.id)
    with opened(rig) as connector:
        ids = {row.id for row in connector.census(subject.entity, since)}
    require(kept.id in ids, f"the census lacks {kept.id}")
    require(gone.id not in ids, f"the census has the deleted {gone.id}")


@promise(GROUP, A.FETCH, A.MAKE, A.EDIT, A.TIME, A.BIRTH)
def birth_marks_never_change(rig: Rig, subject: Subject) -> None:
    """The birth mark of a record stays when the record is edited, and is not empty."""
    (made,) = make(rig, subject, 1)
    before = fetched(rig, subject, made.id)
    rig.pass_time(1.1)
    subject.edit(made.id)
    after = fetched(rig, subject, made.id)
    require(before.birth, f"{made.id} has no birth mark")
    require(before.birth == after.birth, f"the birth mark moved to {after.birth!r}")


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(part for part in parts if not unicodedata.combining(part))
