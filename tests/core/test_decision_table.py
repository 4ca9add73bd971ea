"""The decision table, row by row, and the order of its rows."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.core.fingerprint import by_field
from sync_cli.core.item import Candidate, Item, Kind, Rules, Step, Target, Why
from sync_cli.core.plan import (
    Adopt,
    Advance,
    Create,
    Defer,
    Reject,
    Skip,
    Update,
    decide,
    next_try,
)
from tests.core.planned import (
    APPLIED,
    CANCELLED,
    CONFIRMED,
    DOCUMENT,
    DRAFT,
    IN_DOUBT,
    LINK,
    MASTER,
    NOW,
    PROBLEM,
    decision,
    intent,
    linked,
    order,
)

SECOND = timedelta(seconds=1)
PENDING = "state pending is not transferred"
CHANGED = {"fingerprint": "another", "content": "other content"}
REMAPPED = {"fingerprint": "another", "mapping": "mapping-2", "content": "content"}
READ_ONLY = replace(MASTER, updates=False)
STRANGER = replace(LINK, birth="key_of_another")

ROWS: list[tuple[str, Item, Rules, str]] = [
    ("1 the filter says no", order(filtered=PENDING), DOCUMENT, f"Skip {PENDING}"),
    ("2 unreadable", order(problem=PROBLEM), DOCUMENT, "Reject order-unproven"),
    ("3 not yet settled", order(waits="changed just now"), DOCUMENT, "Defer"),
    ("3 in doubt and young", order(intent=intent(Step.CREATE)), DOCUMENT, "Defer"),
    ("4 another birth mark", linked(link=STRANGER), DOCUMENT, "Reject another-record"),
    ("4 the target is gone", linked(target=Target(gone=True)), DOCUMENT, "Reject target-gone"),
    ("5 nothing changed", linked(), DOCUMENT, "Skip unchanged"),
    ("5 master data too", linked(), MASTER, "Skip unchanged"),
    ("5 the shop shows the number", linked(same=True, applied=None), MASTER, "Skip unchanged"),
    ("6 only the mapping changed", linked(**REMAPPED), DOCUMENT, "Skip mapping changed"),
    ("6 master data follows it", linked(**REMAPPED), MASTER, "Update"),
    ("6 --remap forces", linked(**REMAPPED), replace(DOCUMENT, remap=True), "Reject late-edit"),
    ("7 master data differs", linked(**CHANGED), MASTER, "Update"),
    ("7 the shop shows another", linked(same=False), MASTER, "Update"),
    ("7 but is not ours to write", linked(**CHANGED), READ_ONLY, "Skip unchanged"),
    ("7 a document was edited late", linked(**CHANGED), DOCUMENT, "Reject late-edit"),
    ("7 a document is to go on", linked(wanted="cancelled"), DOCUMENT, "Advance"),
    ("7 although the mapping changed", linked(**REMAPPED, wanted="cancelled"), DOCUMENT, "Advance"),
    ("7 it is there already", linked(applied=None), DOCUMENT, "Adopt"),
    ("7 it was called off there", linked(applied=None, target=Target("cancelled")), DOCUMENT,
     "Reject cancelled-in-target"),
    ("8 one candidate agrees", order(candidates=(DRAFT,)), DOCUMENT, "Adopt"),
    ("8 a confirmed one too", order(candidates=(CONFIRMED,)), DOCUMENT, "Adopt"),
    ("8 beside a cancelled one", order(candidates=(CANCELLED, DRAFT)), DOCUMENT, "Adopt"),
    ("9 several confirmed ones", order(candidates=(CONFIRMED, replace(CONFIRMED, id="80"))),
     DOCUMENT, "Reject ambiguous"),
    ("9 several of master data", order(candidates=(DRAFT, replace(DRAFT, id="80"))), MASTER,
     "Reject ambiguous"),
    ("9 linked elsewhere", order(candidates=(replace(DRAFT, linked=True),)), DOCUMENT,
     "Reject taken"),
    ("9 it disagrees", order(candidates=(replace(DRAFT, agrees=False, conflict="USD"),)), DOCUMENT,
     "Reject disagrees"),
    ("9 cancelled by the ERP", order(candidates=(CANCELLED,)), DOCUMENT,
     "Reject cancelled-in-target"),
    ("10 none", order(), DOCUMENT, "Create"),
    ("10 none, and nothing to find it by", order(match=""), DOCUMENT, "Reject no-match-value"),
    ("11 none, and we make none", order(), replace(DOCUMENT, creates=False), "Skip not ours"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("item", "rules", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_each_row_decides(item: Item, rules: Rules, expected: str) -> None:
    assert decision(item, rules) == expected


UNLINKED: list[tuple[dict[str, Any], str]] = [
    ({"filtered": PENDING}, f"Skip {PENDING}"),
    ({"problem": PROBLEM}, "Reject order-unproven"),
    ({"waits": "changed just now"}, "Defer"),
    ({"candidates": (replace(DRAFT, linked=True),)}, "Reject taken"),
    ({"candidates": (DRAFT,)}, "Adopt"),
    ({"match": ""}, "Reject no-match-value"),
    ({}, "Create"),
]
LINKED: list[tuple[dict[str, Any], str]] = [
    ({"problem": PROBLEM}, "Reject order-unproven"),
    ({"waits": "changed just now"}, "Defer"),
    ({"intent": intent(Step.ADVANCE), "target": Target("draft")}, "Defer"),
    ({"link": STRANGER}, "Reject another-record"),
    ({"target": Target(gone=True)}, "Reject target-gone"),
    (REMAPPED, "Skip mapping changed"),
    ({"wanted": "cancelled"}, "Advance"),
    (CHANGED, "Reject late-edit"),
    ({}, "Skip unchanged"),
]


@pytest.mark.parametrize(("first", "later"), list(combinations(UNLINKED, 2)))
def test_of_an_unlinked_record_the_first_row_that_fits_decides(
    first: tuple[dict[str, Any], str], later: tuple[dict[str, Any], str]
) -> None:
    assert decision(order(**{**later[0], **first[0]})) == first[1]


# A state that is due is no change of the mapping alone, so the later of these two rows decides.
TOGETHER = ((REMAPPED, "Skip mapping changed"), ({"wanted": "cancelled"}, "Advance"))


@pytest.mark.parametrize(
    ("first", "later"), [pair for pair in combinations(LINKED, 2) if pair != TOGETHER]
)
def test_of_a_linked_record_the_first_row_that_fits_decides(
    first: tuple[dict[str, Any], str], later: tuple[dict[str, Any], str]
) -> None:
    assert decision(linked(**{**later[0], **first[0]})) == first[1]


# Row 1: what was begun is never left out


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(linked(filtered=PENDING, wanted="cancelled"), "Advance", id="linked"),
        pytest.param(order(filtered=PENDING, intent=intent(Step.CREATE)), "Defer", id="under way"),
        pytest.param(
            order(filtered=PENDING, known_there=True, candidates=(CONFIRMED,)),
            "Adopt",
            id="named in the shop",
        ),
        pytest.param(
            order(filtered=PENDING, known_there=True), f"Skip {PENDING}", id="named, but not there"
        ),
    ],
)
def test_a_filter_leaves_out_only_what_was_never_begun(item: Item, expected: str) -> None:
    assert decision(item) == expected


def test_a_create_that_arrived_for_an_order_called_off_meanwhile_is_called_off_too() -> None:
    half_made = order(
        filtered="state cancelled is not transferred",
        wanted="cancelled",
        intent=intent(Step.CREATE, age=IN_DOUBT),
        candidates=(DRAFT,),
    )
    assert decide(half_made, DOCUMENT, NOW) == Advance(half_made, "77", "cancelled")


# Row 3: what is in doubt


@pytest.mark.parametrize(
    ("age", "expected"),
    [(timedelta(0), "Defer"), (IN_DOUBT - SECOND, "Defer"), (IN_DOUBT, "Create")],
)
def test_none_found_counts_only_when_the_lost_create_is_old_enough(
    age: timedelta, expected: str
) -> None:
    assert decision(order(intent=intent(Step.CREATE, age=age))) == expected


def test_the_wait_ends_when_the_lost_create_is_old_enough() -> None:
    begun = intent(Step.CREATE, age=5 * SECOND)
    operation = decide(order(intent=begun), DOCUMENT, NOW)
    assert isinstance(operation, Defer)
    assert (operation.why, operation.until) == (Why.IN_DOUBT, begun.begun_at + IN_DOUBT)
    assert "may still take effect" in operation.reason


def test_a_target_that_refuses_duplicates_is_asked_again_at_once() -> None:
    unique = replace(DOCUMENT, unique_reference=True)
    assert decision(order(intent=intent(Step.CREATE)), unique) == "Create"


def test_what_was_found_ends_the_doubt_at_once() -> None:
    assert decision(order(intent=intent(Step.CREATE), candidates=(DRAFT,))) == "Adopt"


@pytest.mark.parametrize(
    ("here", "wanted", "expected"),
    [
        ("draft", "confirmed", "Defer"),
        ("confirmed", "confirmed", "Adopt"),
        ("shipped", "confirmed", "Adopt"),
        ("confirmed", "cancelled", "Defer"),
        ("cancelled", "cancelled", "Adopt"),
    ],
)
def test_a_lost_step_is_in_doubt_until_the_document_stands_there(
    here: str, wanted: str, expected: str
) -> None:
    item = linked(intent=intent(Step.ADVANCE), applied=None, target=Target(here), wanted=wanted)
    assert decision(item) == expected


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        pytest.param((DRAFT,), "Defer", id="not yet cancelled"),
        pytest.param((), "Create", id="out of the way"),
    ],
)
def test_a_draft_that_is_being_withdrawn_is_not_taken_up_again(
    candidates: tuple[Candidate, ...], expected: str
) -> None:
    withdrawing = intent(Step.WITHDRAW, target=DRAFT.id)
    assert decision(order(intent=withdrawing, candidates=candidates)) == expected


def test_a_lost_update_is_sent_again_at_once() -> None:
    item = linked(intent=intent(Step.UPDATE), applied=None)
    assert decide(item, MASTER, NOW) == Update(item)


def test_a_wait_without_an_end_is_looked_at_again_soon() -> None:
    operation = decide(order(waits="its customer is not ready"), DOCUMENT, NOW)
    assert operation == Defer(
        operation.item, "its customer is not ready", NOW + timedelta(minutes=1)
    )


# Row 4


@pytest.mark.parametrize(("ours", "known"), [("", "key_1"), ("key_1", "")])
def test_a_birth_mark_that_nobody_knows_is_no_other_one(ours: str, known: str) -> None:
    assert decision(linked(birth=ours, link=replace(LINK, birth=known))) == "Skip unchanged"


# Rows 8 and 9


def test_a_candidate_that_stands_further_is_continued_where_it_stands() -> None:
    item = order(candidates=(CONFIRMED,))
    assert decide(item, DOCUMENT, NOW) == Adopt(item, CONFIRMED)


@pytest.mark.parametrize(
    ("candidates", "kept", "spare"),
    [
        pytest.param([("9", "draft"), ("10", "draft")], "9", ["10"], id="the lowest number"),
        pytest.param(
            [("9", "draft"), ("10", "confirmed")], "10", ["9"], id="a confirmed one first"
        ),
        pytest.param(
            [("10", "draft"), ("9", "draft"), ("11", "draft")], "9", ["10", "11"], id="of three"
        ),
    ],
)
def test_of_two_drafts_of_one_reference_both_writers_keep_the_same(
    candidates: list[tuple[str, str]], kept: str, spare: list[str]
) -> None:
    found = tuple(replace(DRAFT, id=id, state=state) for id, state in candidates)
    for seen in (found, found[::-1]):
        operation = decide(order(candidates=seen), DOCUMENT, NOW)
        assert isinstance(operation, Adopt)
        assert operation.candidate.id == kept
        assert sorted(c.id for c in operation.spare) == sorted(spare)


def test_two_drafts_are_ambiguous_where_the_target_refuses_duplicates() -> None:
    found = (DRAFT, replace(DRAFT, id="80"))
    unique = replace(DOCUMENT, unique_reference=True)
    assert decision(order(candidates=found), unique) == "Reject ambiguous"


def test_a_draft_that_disagrees_hides_no_other_one() -> None:
    found = (replace(DRAFT, agrees=False, conflict="USD"), replace(DRAFT, id="80"))
    assert decision(order(candidates=found)) == "Reject disagrees"


def test_a_cancelled_document_of_a_cancelled_order_is_taken_over_as_it_is() -> None:
    item = order(candidates=(CANCELLED,), wanted="cancelled")
    assert decide(item, DOCUMENT, NOW) == Adopt(item, CANCELLED)


# What an operation carries


def test_operations_carry_the_record_they_are_about() -> None:
    new, moved, problem = order(), linked(wanted="cancelled"), order(problem=PROBLEM)
    assert decide(new, DOCUMENT, NOW) == Create(new)
    assert decide(moved, DOCUMENT, NOW) == Advance(moved, "77", "cancelled")
    assert decide(problem, DOCUMENT, NOW) == Reject(problem, PROBLEM)
    assert decide(order(filtered=PENDING), DOCUMENT, NOW) == Skip(order(filtered=PENDING), PENDING)


def test_what_is_applied_is_the_fingerprint_with_mapping_content_and_wish() -> None:
    assert order().as_applied() == APPLIED


@pytest.mark.parametrize("why", list(Why))
def test_the_waits_of_a_held_record_grow_and_then_stay(why: Why) -> None:
    waits = [next_try(why, attempts, NOW) - NOW for attempts in range(9)]
    assert waits == sorted(waits)
    assert waits[0] == waits[1] >= timedelta(minutes=1)
    assert waits[-1] == waits[-2] <= timedelta(days=1)


# Row 7: a late edit of fields that the document still takes

BEFORE = by_field({"note": "a", "lines": [1], "city": "Bonn"})
EDITED = by_field({"note": "b", "lines": [1], "city": "Bonn"})
EDITABLE = Rules(Kind.DOCUMENT, editable={"confirmed": frozenset({"note", "city"})})


def edited(fingerprint: str = EDITED, here: str = "confirmed", **facts: Any) -> Item:
    """A linked order whose payload was `BEFORE` when it was applied."""
    applied = replace(APPLIED, payload=BEFORE, content="before")
    how = {"applied": applied, "fingerprint": fingerprint, "target": Target(here), "content": "new"}
    return linked(**{**how, "payload": {"note": "b"}, **facts})


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (edited(), "Update"),
        (edited(by_field({"note": "b", "lines": [2], "city": "Bonn"})), "Reject late-edit"),
        (edited(here="shipped"), "Reject late-edit"),
        (edited(payload={}), "Reject late-edit"),
        (edited(applied=None, intent=intent(Step.UPDATE)), "Update"),
        (edited(applied=None, intent=intent(Step.UPDATE), payload={}), "Reject late-edit"),
        (edited(applied=None, intent=intent(Step.UPDATE), here="shipped"), "Reject late-edit"),
        (edited(wanted="cancelled"), "Advance"),
        (edited(wanted="cancelled", here="shipped"), "Reject cancelled-too-late"),
    ],
)
def test_a_late_edit_is_written_only_where_the_document_takes_it(item: Item, expected: str) -> None:
    assert decision(item, EDITABLE) == expected


def test_the_task_names_the_fields_that_were_changed() -> None:
    operation = decide(edited(by_field({"note": "b", "lines": [2], "city": "Bonn"})), EDITABLE, NOW)
    assert isinstance(operation, Reject)
    assert operation.problem.message.endswith("(lines, note)")
