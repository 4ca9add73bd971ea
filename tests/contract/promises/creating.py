"""Promises of `create`: what was made is found again, and nothing is made twice."""

from __future__ import annotations

from sync_cli.connectors.base import Done, Failed, InDoubt, NotSent, References
from tests.contract.promises.asking import created, fetched, found, kinds, opened
from tests.contract.promises.registry import promise, require
from tests.contract.rig import Ability as A
from tests.contract.rig import Fault, Rig, Subject

GROUP = "Making records"


@promise(GROUP, A.CREATE, A.FIND)
def create_answers_in_order(rig: Rig, subject: Subject) -> None:
    """Each record that is made has one result, in order, and is found by its reference."""
    drafts = [subject.draft(rig.mark()) for _ in range(3)]
    results = created(rig, subject, drafts)
    require(all(isinstance(r, Done) for r in results), f"results: {kinds(results)}")
    for draft, result in zip(drafts, results, strict=True):
        ids = [raw.id for raw in found(rig, subject, draft.reference)]
        assert isinstance(result, Done)
        require(ids == [result.id], f"{draft.reference} was made as {result.id}, found: {ids}")


@promise(GROUP, A.CREATE)
def create_of_nothing_is_nothing(rig: Rig, subject: Subject) -> None:
    """Without a draft there is no call and no result."""
    with opened(rig) as connector:
        results = list(connector.create(subject.entity, []))
        require(not results, f"results: {kinds(results)}")
        require(not connector.calls().get("write"), "a writing call was made")


@promise(GROUP, A.CREATE, A.FIND, A.BAD_RECORD)
def create_lets_a_bad_one_spoil_no_other(rig: Rig, subject: Subject) -> None:
    """A refused record among good ones fails alone, and says what is wrong and what to do."""
    good, other = subject.draft(rig.mark()), subject.draft(rig.mark())
    results = created(rig, subject, [good, subject.bad_draft(rig.mark()), other])
    require(kinds(results) == "Done, Failed, Done", f"results: {kinds(results)}")
    for draft in (good, other):
        require(len(found(rig, subject, draft.reference)) == 1, f"{draft.reference} is not there")
    require_plain_words(results[1])


@promise(GROUP, A.CREATE, A.FIND)
def create_twice_makes_one(rig: Rig, subject: Subject) -> None:
    """Made twice with one reference there is one record where the traits say unique; else both are
    found, and where there are drafts the one with the higher id can be cancelled."""
    draft = subject.draft(rig.mark())
    (first,) = created(rig, subject, [draft])
    (second,) = created(rig, subject, [draft])
    records = found(rig, subject, draft.reference)
    with opened(rig) as connector:
        traits = connector.traits(subject.entity)
    if traits.reference is References.UNIQUE:
        require(isinstance(second, Failed | Done), f"the second create: {kinds([second])}")
        require(len(records) == 1, f"{len(records)} records have one reference")
        return
    require(isinstance(first, Done) and isinstance(second, Done), kinds([first, second]))
    require(len(records) == 2, f"of two with one reference {len(records)} were found")
    if traits.drafts:
        keep_the_lowest(rig, subject, draft.reference)


@promise(GROUP, A.CREATE, A.FIND, A.ADVANCE)
def create_makes_anew_what_was_cancelled(rig: Rig, subject: Subject) -> None:
    """Where there are drafts, one that was cancelled is in nobody's way: made again under its
    reference there is another one, which goes on."""
    with opened(rig) as connector:
        if not connector.traits(subject.entity).drafts:
            return
    draft = subject.draft(rig.mark())
    (first,) = created(rig, subject, [draft])
    require(isinstance(first, Done), f"the first create: {kinds([first])}")
    assert isinstance(first, Done)
    with opened(rig) as connector:
        (gone,) = connector.advance(subject.entity, [first.id], subject.cancelled)
    require(isinstance(gone, Done), f"cancelling it: {kinds([gone])}")
    (second,) = created(rig, subject, [draft])
    require(isinstance(second, Done), f"the second create: {kinds([second])}")
    assert isinstance(second, Done)
    with opened(rig) as connector:
        (there,) = connector.advance(subject.entity, [second.id], subject.goal)
    require(isinstance(there, Done), f"it does not go on: {kinds([there])}")
    live = [raw.id for raw in found(rig, subject, draft.reference) if not raw.marks]
    require(live == [second.id], f"alive are {live}, not {second.id} alone")


def keep_the_lowest(rig: Rig, subject: Subject, reference: str) -> None:
    """Of two drafts the lowest id stays and goes on, the other one is cancelled."""
    lowest, other = found(rig, subject, reference)
    with opened(rig) as connector:
        (gone,) = connector.advance(subject.entity, [other.id], subject.cancelled)
        (kept,) = connector.advance(subject.entity, [lowest.id], subject.goal)
    require(isinstance(gone, Done), f"cancelling the second draft: {kinds([gone])}")
    require(isinstance(kept, Done), f"confirming the first draft: {kinds([kept])}")
    live = [raw.id for raw in found(rig, subject, reference) if not raw.marks]
    require(live == [lowest.id], f"alive are {live}, not {lowest.id} alone")


@promise(GROUP, A.CREATE, A.FIND, A.LOST_ANSWERS)
def create_is_in_doubt_when_the_answer_is_lost(rig: Rig, subject: Subject) -> None:
    """A create whose answer was lost after the write is in doubt, was made once, and is found."""
    draft = subject.draft(rig.mark())
    rig.fault(Fault.LOST_AFTER)
    (result,) = created(rig, subject, [draft])
    rig.heal()
    require(isinstance(result, InDoubt), f"the result is {kinds([result])}")
    count = len(found(rig, subject, draft.reference))
    require(count == 1, f"{count} records were made by one create")


@promise(GROUP, A.CREATE, A.FIND, A.LOST_ANSWERS)
def create_never_claims_what_did_not_arrive(rig: Rig, subject: Subject) -> None:
    """A create that never arrived is in doubt or not sent; made again there is one record."""
    draft = subject.draft(rig.mark())
    rig.fault(Fault.LOST_BEFORE)
    (result,) = created(rig, subject, [draft])
    rig.heal()
    require(isinstance(result, InDoubt | NotSent), f"the result is {kinds([result])}")
    require(not found(rig, subject, draft.reference), "the record was made all the same")
    (again,) = created(rig, subject, [draft])
    require(isinstance(again, Done), f"made again: {kinds([again])}")
    count = len(found(rig, subject, draft.reference))
    require(count == 1, f"{count} records were made")


@promise(GROUP, A.CREATE, A.FIND, A.LOST_ANSWERS)
def create_that_still_runs_is_in_doubt(rig: Rig, subject: Subject) -> None:
    """A create that the system carries out after the connector gave up is in doubt; later it is
    found, once."""
    draft = subject.draft(rig.mark())
    rig.fault(Fault.LATE)
    (result,) = created(rig, subject, [draft])
    require(isinstance(result, InDoubt), f"the result is {kinds([result])}")
    rig.heal()
    count = len(found(rig, subject, draft.reference))
    require(count == 1, f"{count} records are there in the end")


@promise(GROUP, A.CREATE, A.FETCH)
def create_tells_the_birth_mark(rig: Rig, subject: Subject) -> None:
    """The birth mark that a create tells, where it tells one, is the one that is read later."""
    (result,) = created(rig, subject, [subject.draft(rig.mark())])
    require(isinstance(result, Done), f"the result is {kinds([result])}")
    assert isinstance(result, Done)
    read = fetched(rig, subject, result.id).birth
    require(result.birth in ("", read), f"born as {result.birth!r}, read as {read!r}")


@promise(GROUP, A.CREATE, A.FIND, A.FETCH)
def create_keeps_the_parts_of_one_order_apart(rig: Rig, subject: Subject) -> None:
    """Two records whose names differ in their last part alone are two, each found by its own name;
    made again neither is made a second time where the traits say unique."""
    mark = rig.mark()
    drafts = [subject.draft(f"{mark}#{part}") for part in ("l1", "north")]
    results = created(rig, subject, drafts)
    require(kinds(results) == "Done, Done", f"results: {kinds(results)}")
    ids = [result.id for result in results if isinstance(result, Done)]
    with opened(rig) as connector:
        unique = connector.traits(subject.entity).reference is References.UNIQUE
    if unique:
        created(rig, subject, drafts)
    for draft, id in zip(drafts, ids, strict=True):
        there = [raw.id for raw in found(rig, subject, draft.reference)]
        require(there == [id], f"{draft.reference} was made as {id}, found: {there}")


def require_plain_words(result: object) -> None:
    """A failure says what is wrong, in which system, and what to do."""
    assert isinstance(result, Failed)
    problem = result.problem
    for name in ("record", "message", "remedy", "code"):
        require(getattr(problem, name), f"the problem has no {name}: {problem.sentence()!r}")
    require(problem.system, f"the problem names no system: {problem.sentence()!r}")
