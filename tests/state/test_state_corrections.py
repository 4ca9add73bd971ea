"""Corrections that people lay over records: kept, replaced, taken away, audited."""

from __future__ import annotations

from sync_cli.core.corrections import Correction
from sync_cli.core.outcome import Settlement
from sync_cli.state.corrections import Corrected
from sync_cli.state.store import State
from tests.state.state_examples import MINUTE, NOW, ROUTE, held

RECORD = Corrected("order", ROUTE, "7", "Order 7")
CLASS, CITY = "lines[1].tax_class", "billing.city"


def test_corrections_come_back_by_record_and_the_last_word_counts(state: State) -> None:
    state.correct(RECORD, {CLASS: "low", CITY: "Ulm"}, NOW, "anna")
    state.correct(RECORD, {CLASS: "zero"}, NOW + MINUTE, "bert")
    assert state.corrections("order", "7") == (
        Correction(CITY, "Ulm", NOW, "anna"),
        Correction(CLASS, "zero", NOW + MINUTE, "bert"),
    )
    assert state.corrections("refund", "7") == state.corrections("order", "8") == ()


def test_a_held_record_is_due_once_it_was_corrected_and_no_other_is(state: State) -> None:
    for each in (held("7", until=NOW + 9 * MINUTE), held("8", until=NOW + 9 * MINUTE)):
        state.settle(ROUTE, 1, [Settlement(each.id, held=each)], NOW)
    state.correct(RECORD, {CLASS: "low"}, NOW + MINUTE, "anna")
    assert state.due(ROUTE, NOW + MINUTE, 10) == ["7"]


def test_named_corrections_are_taken_away_or_all(state: State) -> None:
    state.correct(RECORD, {CLASS: "low", CITY: "Ulm"}, NOW, "anna")
    [gone] = state.uncorrect(RECORD, [CLASS], NOW, "anna")
    assert gone.path == CLASS
    assert [one.path for one in state.corrections("order", "7")] == [CITY]
    assert len(state.uncorrect(RECORD, [], NOW, "anna")) == 1
    assert state.uncorrect(RECORD, [], NOW, "anna") == ()


def test_the_audit_tells_who_and_masks_what_names_a_person(state: State) -> None:
    state.correct(RECORD, {CLASS: "low", CITY: "Ulm"}, NOW, "anna")
    state.uncorrect(RECORD, [CITY], NOW, "bert")
    away, made = state.audit(ROUTE, "7")
    assert (made.operation, made.reason) == (
        "correct",
        "by anna: lines[1].tax_class = 'low'; billing.city = ***",
    )
    assert (away.operation, away.reason) == ("uncorrect", "by bert: billing.city = ***")


def test_the_audit_masks_what_a_payment_gateway_calls_a_payment(state: State) -> None:
    state.correct(RECORD, {"transaction_id": "tr_1"}, NOW, "anna")
    [made] = state.audit(ROUTE, "7")
    assert made.reason == "by anna: transaction_id = ***"


def test_corrections_know_the_record_and_the_line_that_they_were_for(state: State) -> None:
    record = Corrected("order", ROUTE, "7", "Order 7", "key-7", {"lines[1]": "71"})
    made = state.correct(record, {CLASS: "low", CITY: "Ulm"}, NOW, "anna")
    assert state.corrections("order", "7") == tuple(sorted(made, key=lambda one: one.path))
    assert [(one.birth, one.entry) for one in made] == [("key-7", "71"), ("key-7", "")]


def test_corrections_of_another_birth_are_taken_away_and_no_others(state: State) -> None:
    state.correct(RECORD, {CITY: "Ulm"}, NOW, "anna")
    state.correct(Corrected("order", ROUTE, "7", "Order 7", "key-7"), {CLASS: "low"}, NOW, "anna")
    assert state.uncorrect_others(RECORD, "key-7", NOW) == ()
    [gone] = state.uncorrect_others(RECORD, "key-8", NOW)
    assert gone.path == CLASS
    assert [one.path for one in state.corrections("order", "7")] == [CITY]


def test_a_held_record_knows_its_birth_and_the_entries_of_its_lists(state: State) -> None:
    known = held("7", birth="key-7", places={"lines[0]": "70", "lines[1]": "71"})
    state.settle(ROUTE, 1, [Settlement("7", held=known)], NOW)
    assert state.held() == [known]
