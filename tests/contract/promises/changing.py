"""Promises of `update` and `advance`."""

from __future__ import annotations

from msgspec.structs import replace

from sync_cli.connectors.base import Change, Done, Failed, InDoubt, Marks, Result
from tests.contract.promises.asking import created, fetched, kinds, make, opened
from tests.contract.promises.creating import require_plain_words
from tests.contract.promises.registry import promise, require
from tests.contract.rig import Ability as A
from tests.contract.rig import Fault, Rig, Subject

CHANGING = "Changing records"
ADVANCING = "Bringing documents on"
NOBODY = "987654321"


def _updated(rig: Rig, subject: Subject, changes: list[Change]) -> list[Result]:
    with opened(rig) as connector:
        return list(connector.update(subject.entity, changes))


def _text(rig: Rig, subject: Subject, id: str) -> str:
    return subject.text_of(fetched(rig, subject, id).data)


@promise(CHANGING, A.UPDATE, A.MAKE, A.FETCH, A.TEXT)
def update_writes_only_what_is_named(rig: Rig, subject: Subject) -> None:
    """An update changes the named field and no other; sent again it changes nothing more."""
    (made,) = make(rig, subject, 1)
    before = fetched(rig, subject, made.id).data
    text = f"{rig.mark()} new"
    for _ in range(2):
        results = _updated(rig, subject, [subject.change(made.id, text)])
        require(kinds(results) == "Done", f"the result is {kinds(results)}")
    after = fetched(rig, subject, made.id).data
    require(subject.text_of(after) == text, f"stored is {subject.text_of(after)!r}, not {text!r}")
    moved = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    others = sorted(name for name in moved - subject.moves if text not in str(after.get(name)))
    require(not others, f"other fields moved too: {others}")


@promise(CHANGING, A.UPDATE, A.MAKE, A.FETCH, A.TEXT, A.BAD_RECORD)
def update_lets_a_bad_one_spoil_no_other(rig: Rig, subject: Subject) -> None:
    """A refused change among good ones fails alone; one result each, in order."""
    one, two, three = make(rig, subject, 3)
    text = f"{rig.mark()} new"
    changes = [subject.change(one.id, text), subject.bad_change(two.id),
               subject.change(three.id, text)]  # fmt: skip
    results = _updated(rig, subject, changes)
    require(kinds(results) == "Done, Failed, Done", f"results: {kinds(results)}")
    require_plain_words(results[1])
    for made in (one, three):
        require(_text(rig, subject, made.id) == text, f"{made.id} was not changed")


@promise(CHANGING, A.UPDATE, A.TEXT)
def update_of_a_missing_one_fails(rig: Rig, subject: Subject) -> None:
    """A change of a record that is not there fails, by itself and in plain words."""
    (result,) = _updated(rig, subject, [subject.change(NOBODY, rig.mark())])
    require(isinstance(result, Failed), f"the result is {type(result).__name__}")
    require_plain_words(result)


@promise(CHANGING, A.UPDATE, A.MAKE, A.FETCH, A.TEXT, A.LOST_ANSWERS)
def update_survives_a_lost_answer(rig: Rig, subject: Subject) -> None:
    """A change whose answer was lost is done or in doubt, and the value is what was sent."""
    (made,) = make(rig, subject, 1)
    text = f"{rig.mark()} new"
    rig.fault(Fault.LOST_AFTER)
    (result,) = _updated(rig, subject, [subject.change(made.id, text)])
    rig.heal()
    require(isinstance(result, Done | InDoubt), f"the result is {type(result).__name__}")
    require(_text(rig, subject, made.id) == text, "the value was not written")


@promise(CHANGING, A.UPDATE, A.MAKE, A.FETCH, A.TEXT)
def update_leaves_what_others_changed_between_two_tries(rig: Rig, subject: Subject) -> None:
    """Where the connector tells what stands in a field: a second try is done where that still
    stands or the new value does, and fails where somebody wrote another one meanwhile."""
    (made,) = make(rig, subject, 1)
    text, other = f"{rig.mark()} new", f"{rig.mark()} other"
    change = subject.change(made.id, text)
    with opened(rig) as connector:
        marks = connector.marks(subject.entity, [change]) if isinstance(connector, Marks) else {}
    if made.id not in marks:
        return
    change = replace(change, before=marks[made.id])
    for _ in range(2):
        results = _updated(rig, subject, [change])
        require(kinds(results) == "Done", f"the result is {kinds(results)}")
    require(_text(rig, subject, made.id) == text, "the value was not written")
    _updated(rig, subject, [subject.change(made.id, other)])
    (result,) = _updated(rig, subject, [change])
    require(isinstance(result, Failed), f"the result is {type(result).__name__}")
    require_plain_words(result)
    require(_text(rig, subject, made.id) == other, "what somebody wrote is gone")


def _document(rig: Rig, subject: Subject) -> str:
    """The id of a document that has not been brought on yet."""
    if A.CREATE in subject.lacks:
        return subject.make(rig.mark()).id
    (result,) = created(rig, subject, [subject.draft(rig.mark())])
    require(isinstance(result, Done), f"the document could not be made: {kinds([result])}")
    assert isinstance(result, Done)
    return result.id


@promise(ADVANCING, A.ADVANCE, A.FETCH)
def advance_reaches_the_state(rig: Rig, subject: Subject) -> None:
    """A document is brought to the wanted state, and read again it stands there."""
    id = _document(rig, subject)
    with opened(rig) as connector:
        (result,) = connector.advance(subject.entity, [id], subject.goal)
    require(isinstance(result, Done), f"the result is {kinds([result])}")
    state = subject.state_of(fetched(rig, subject, id))
    require(state == subject.goal, f"it stands at {state!r}, not {subject.goal!r}")


@promise(ADVANCING, A.ADVANCE)
def advance_leaves_what_is_already_there(rig: Rig, subject: Subject) -> None:
    """A document that already stands at the wanted state is done, without a writing call."""
    id = _document(rig, subject)
    with opened(rig) as connector:
        list(connector.advance(subject.entity, [id], subject.goal))
        calls = connector.calls().get("write", 0)
        (result,) = connector.advance(subject.entity, [id], subject.goal)
        written = connector.calls().get("write", 0) - calls
    require(isinstance(result, Done), f"the result is {kinds([result])}")
    require(written == 0, f"{written} writing calls were made for nothing")


@promise(ADVANCING, A.ADVANCE)
def advance_lets_a_missing_one_spoil_no_other(rig: Rig, subject: Subject) -> None:
    """A document that is not there fails alone among others; one result each, in order."""
    ids = [_document(rig, subject), NOBODY, _document(rig, subject)]
    with opened(rig) as connector:
        results = list(connector.advance(subject.entity, ids, subject.goal))
    require(kinds(results) == "Done, Failed, Done", f"results: {kinds(results)}")
    require_plain_words(results[1])


@promise(ADVANCING, A.ADVANCE, A.FETCH, A.LOST_ANSWERS)
def advance_survives_a_lost_answer(rig: Rig, subject: Subject) -> None:
    """A step whose answer was lost is in doubt or done; asked again the document is there."""
    id = _document(rig, subject)
    rig.fault(Fault.LOST_AFTER)
    with opened(rig) as connector:
        (result,) = connector.advance(subject.entity, [id], subject.goal)
    rig.heal()
    require(isinstance(result, Done | InDoubt), f"the result is {kinds([result])}")
    _stands_at_the_goal(rig, subject, id)


@promise(ADVANCING, A.ADVANCE, A.FETCH, A.LOST_ANSWERS)
def advance_waits_for_a_step_that_still_runs(rig: Rig, subject: Subject) -> None:
    """A step that the system carries out after the connector gave up is in doubt; asked again the
    document is there."""
    id = _document(rig, subject)
    rig.fault(Fault.LATE)
    with opened(rig) as connector:
        (result,) = connector.advance(subject.entity, [id], subject.goal)
    rig.heal()
    require(isinstance(result, Done | InDoubt), f"the result is {kinds([result])}")
    _stands_at_the_goal(rig, subject, id)


@promise(ADVANCING, A.ADVANCE, A.FETCH, A.QUESTION)
def advance_is_honest_about_questions(rig: Rig, subject: Subject) -> None:
    """Where the system asks something on the way, it is answered and the document is there, or
    the document fails with the question; never is it called done without being there."""
    id = subject.asking(rig.mark())
    with opened(rig) as connector:
        (result,) = connector.advance(subject.entity, [id], subject.goal)
    state = subject.state_of(fetched(rig, subject, id))
    if isinstance(result, Failed):
        require_plain_words(result)
    else:
        require(isinstance(result, Done), f"the result is {kinds([result])}")
        require(state == subject.goal, f"called done, but it stands at {state!r}")


def _stands_at_the_goal(rig: Rig, subject: Subject, id: str) -> None:
    with opened(rig) as connector:
        (again,) = connector.advance(subject.entity, [id], subject.goal)
    require(isinstance(again, Done), f"asked again: {kinds([again])}")
    state = subject.state_of(fetched(rig, subject, id))
    require(state == subject.goal, f"it stands at {state!r}, not {subject.goal!r}")
