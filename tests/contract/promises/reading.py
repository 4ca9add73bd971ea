"""Promises of `changes`: nothing is missed, whatever happens meanwhile."""

from __future__ import annotations

from datetime import UTC, timedelta

from tests.contract.promises.asking import (
    SMALL,
    fetched,
    ids_of,
    ids_since,
    make,
    missing,
    opened,
    start_of,
)
from tests.contract.promises.registry import promise, require
from tests.contract.rig import Ability as A
from tests.contract.rig import Rig, Subject

GROUP = "Reading what changed"


@promise(GROUP, A.READ, A.MAKE)
def changes_bring_everything(rig: Rig, subject: Subject) -> None:
    """Every record changed at or after the date comes, over as many pages as it takes."""
    since = start_of(rig, subject)
    made = make(rig, subject, 5)
    with opened(rig, page=SMALL) as connector:
        lost = missing(made, ids_of(list(connector.changes(subject.entity, since))))
    require(not lost, f"of five new records {lost} did not come")


@promise(GROUP, A.READ, A.MAKE)
def changes_include_the_date_itself(rig: Rig, subject: Subject) -> None:
    """A record changed at the very moment that is asked for comes."""
    (made,) = make(rig, subject, 1)
    changed = fetched(rig, subject, made.id).modified_at
    require(changed is not None, f"the record {made.id} names no date of change")
    assert changed is not None
    ids = ids_since(rig, subject, changed)
    require(made.id in ids, f"the record changed at {changed} does not come since {changed}")


@promise(GROUP, A.READ, A.MAKE, A.EDIT, A.TIME)
def changes_survive_edits(rig: Rig, subject: Subject) -> None:
    """Whoever edits records between two pages, the ones read and the ones to come, hides none."""
    since = start_of(rig, subject)
    made = make(rig, subject, 6)
    seen: list[str] = []
    with opened(rig, page=SMALL) as connector:
        for turn, page in enumerate(connector.changes(subject.entity, since)):
            seen += [raw.id for raw in page.records]
            if turn < len(made):
                rig.pass_time(1.1)
                subject.edit(made[turn].id)
    require(not missing(made, seen), f"{missing(made, seen)} did not come while others edited")


@promise(GROUP, A.READ, A.MAKE, A.REMOVE, A.TIME)
def changes_survive_deletions(rig: Rig, subject: Subject) -> None:
    """A record deleted between two pages makes no other one slide out of sight."""
    since = start_of(rig, subject)
    made = make(rig, subject, 6)
    seen: list[str] = []
    removed: set[str] = set()
    with opened(rig, page=SMALL) as connector:
        for page in connector.changes(subject.entity, since):
            seen += [raw.id for raw in page.records]
            gone = next((m.id for m in made if m.id in seen and m.id not in removed), None)
            if gone is not None and len(removed) < 2:
                rig.pass_time(1.1)
                subject.remove(gone)
                removed.add(gone)
    require(removed, "none of the new records was read")
    require(
        not missing(made, seen), f"{missing(made, seen)} did not come while others were deleted"
    )


@promise(GROUP, A.READ, A.MAKE)
def changes_go_on_from_any_position(rig: Rig, subject: Subject) -> None:
    """A read broken off after any page goes on from its position and leaves nothing out."""
    since = start_of(rig, subject)
    made = make(rig, subject, 5)
    with opened(rig, page=SMALL) as connector:
        pages = list(connector.changes(subject.entity, since))
    for count in range(1, len(pages) + 1):
        position = pages[count - 1].resume
        with opened(rig, page=SMALL) as connector:
            rest = list(connector.changes(subject.entity, since, position))
        seen = ids_of([*pages[:count], *rest])
        require(not missing(made, seen), f"after page {count} {missing(made, seen)} never came")
        clocks = {page.clock for page in [*pages, *rest]}
        require(len(clocks) == 1, f"the clock of one read changed: {sorted(clocks)}")


@promise(GROUP, A.READ, A.MAKE, A.TIME)
def changes_tell_the_next_watermark(rig: Rig, subject: Subject) -> None:
    """The clock of a read, less the overlap, is a date since which nothing made meanwhile is
    lost."""
    since = start_of(rig, subject)
    make(rig, subject, 3)
    late = None
    clock = rig.now()
    with opened(rig, page=SMALL) as connector:
        overlap = connector.traits(subject.entity).overlap
        for page in connector.changes(subject.entity, since):
            clock = page.clock
            late = late or subject.make(rig.mark())
    require(clock.tzinfo is UTC or clock.utcoffset() == timedelta(0), f"{clock} is not UTC")
    require(clock <= rig.now() + timedelta(seconds=1), f"the read began at {clock}, in the future")
    rig.pass_time(1.1)
    ids = ids_since(rig, subject, clock - overlap)
    assert late is not None
    require(
        late.id in ids, f"the record made during a read does not come since {clock} - {overlap}"
    )


@promise(GROUP, A.READ, A.LATE_COMMIT)
def changes_reach_late_commits(rig: Rig, subject: Subject) -> None:
    """A record that becomes visible later than its date says is within the overlap of that kind."""
    with opened(rig) as connector:
        overlap = connector.traits(subject.entity).overlap
        clock = next(iter(connector.changes(subject.entity, start_of(rig, subject)))).clock
    late = rig.commit_late(subject, rig.mark(), overlap.total_seconds() - 2)
    ids = ids_since(rig, subject, clock - overlap)
    require(late.id in ids, f"the late commit does not come since the watermark less {overlap}")


@promise(GROUP, A.READ)
def changes_answer_even_without_records(rig: Rig, subject: Subject) -> None:
    """A read that finds nothing new still brings one page, with a position and the clock."""
    tomorrow = rig.now() + timedelta(days=1)
    with opened(rig) as connector:
        pages = list(connector.changes(subject.entity, tomorrow))
    require(pages, "no page came")
    require(pages[-1].clock.tzinfo is not None, "the clock of the page has no zone")
