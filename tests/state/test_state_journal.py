"""Intents, fingerprints, and what a settlement stores in one go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from sync_cli.core.item import Applied, Intent, Step
from sync_cli.core.outcome import End, Settlement, Stage
from sync_cli.state.store import LinkConflict, State
from tests.state.state_examples import MINUTE, NOW, ROUTE, applied, ends, held, intent, settled


def begin(state: State, *ids: str) -> list[Intent]:
    return state.begin([intent(id) for id in ids])


def test_an_intent_comes_back_as_it_was_written(state: State) -> None:
    written = intent("7", payload='{"total": "10.00"}', target="S7", step=Step.ADVANCE, run=3)
    (begun,) = state.begin([written])
    assert begun == replace(written, number=begun.number)
    assert begun.number > 0
    assert state.open_intents(ROUTE) == {"7": begun}
    assert state.open_intents(ROUTE, ["7", "8"]) == {"7": begun}
    assert state.open_intents(ROUTE, ["8"]) == state.open_intents("other") == {}


def test_begin_erases_the_fingerprints_of_these_records_only(state: State) -> None:
    state.settle(ROUTE, 1, [settled(begun) for begun in begin(state, "7", "8")], NOW)
    state.settle("other", 1, [Settlement("7", applied=applied("7"))], NOW)
    begin(state, "7")
    assert state.fingerprints(ROUTE, ["7", "8"]) == {"8": applied("8")}
    assert state.fingerprints("other", ["7"]) == {"7": applied("7")}


def test_a_new_call_takes_the_place_of_an_open_one(state: State) -> None:
    (first,) = begin(state, "7")
    (second,) = state.begin([intent("7", begun_at=NOW + MINUTE)])
    assert state.open_intents(ROUTE) == {"7": second}
    assert second.number > first.number


def test_two_calls_of_one_record_cannot_begin_at_once(state: State) -> None:
    with pytest.raises(ValueError, match="two calls at once"):
        begin(state, "7", "8", "7")
    assert state.open_intents(ROUTE) == {}


def test_one_record_may_have_a_call_on_each_route(state: State) -> None:
    state.begin([intent("7"), intent("7", route="shop.notes")])
    assert list(state.open_intents("shop.notes")) == list(state.open_intents(ROUTE)) == ["7"]


def test_an_intent_goes_on_to_its_next_call(state: State) -> None:
    seven, eight = begin(state, "7", "8")
    state.step(seven.number, Step.ADVANCE, target="S7", now=NOW + MINUTE)
    state.step(seven.number, Step.WITHDRAW, now=NOW + 2 * MINUTE)
    assert state.open_intents(ROUTE) == {
        "7": replace(seven, step=Step.WITHDRAW, target="S7", begun_at=NOW + 2 * MINUTE),
        "8": eight,
    }


def test_steps_of_many_are_all_taken_or_none(state: State) -> None:
    seven, eight = begin(state, "7", "8")
    state.settle(ROUTE, 1, [settled(eight)], NOW)
    changes = [(seven.number, Step.ADVANCE, "S7"), (eight.number, Step.ADVANCE, "S8")]
    with pytest.raises(ValueError, match="open"):
        state.steps(changes, NOW)
    assert state.open_intents(ROUTE) == {"7": seven}
    state.steps(changes[:1], NOW)
    assert state.open_intents(ROUTE)["7"].step is Step.ADVANCE


def test_a_settlement_stores_everything_at_once(state: State) -> None:
    (begun,) = begin(state, "7")
    state.settle(ROUTE, 4, [settled(begun, withdrawn="S6")], NOW)
    assert state.open_intents(ROUTE) == {}
    assert state.links("order", "shop", "erp", ["7"])["7"].target == "S7"
    assert state.fingerprints(ROUTE, ["7"]) == {"7": applied("7")}
    assert state.withdrawn("order", ["S6", "S7"]) == {"S6"}
    assert state.stages("order", "7") == {Stage.CREATED: NOW}
    assert state.facts("order", ["7"]) == {"7": {"erp_number": "SO7"}}
    (line,) = state.audit()
    assert (line.run, line.route, line.id, line.operation) == (4, ROUTE, "7", "create")


def test_a_conflict_in_one_settlement_stores_none_and_keeps_the_intents(state: State) -> None:
    state.attach("order", *ends("8"))
    seven, eight = begin(state, "7", "8")
    stolen = settled(eight, ends=(End("shop", "8", "key-8"), End("erp", "S9")))
    with pytest.raises(LinkConflict):
        state.settle(ROUTE, 1, [settled(seven), stolen], NOW)
    assert set(state.open_intents(ROUTE)) == {"7", "8"}
    assert state.fingerprints(ROUTE, ["7"]) == {}
    assert state.links("order", "shop", "erp", ["7"]) == {}
    assert state.audit() == []


def test_a_call_still_in_doubt_keeps_its_intent(state: State) -> None:
    (begun,) = begin(state, "7")
    waiting = Settlement("7", intent=begun.number, keep_intent=True, held=held("7"))
    state.settle(ROUTE, 1, [waiting], NOW)
    assert state.open_intents(ROUTE) == {"7": begun}
    assert state.fingerprints(ROUTE, ["7"]) == {}
    assert state.held_of(ROUTE, ["7"]) == {"7": held("7")}


def test_a_failed_call_closes_its_intent_without_a_fingerprint(state: State) -> None:
    (begun,) = begin(state, "7")
    state.settle(ROUTE, 1, [Settlement("7", intent=begun.number, held=held("7"))], NOW)
    assert state.open_intents(ROUTE) == {}
    assert state.fingerprints(ROUTE, ["7"]) == {}


def test_a_fingerprint_closes_the_intent_of_its_record_even_if_it_is_not_named(
    state: State,
) -> None:
    begin(state, "7", "8")
    state.settle(ROUTE, 1, [Settlement("7", applied=applied("7")), Settlement("8")], NOW)
    assert set(state.open_intents(ROUTE)) == {"8"}


def test_a_settlement_without_a_fingerprint_leaves_the_stored_one(state: State) -> None:
    state.settle(ROUTE, 1, [Settlement("7", applied=applied("7"))], NOW)
    state.settle(ROUTE, 1, [Settlement("7", skipped="too old")], NOW)
    assert state.fingerprints(ROUTE, ["7"]) == {"7": applied("7")}
    changed = Applied("new", "mapping-2", "content-2", "", "seen-2")
    state.settle(ROUTE, 1, [Settlement("7", applied=changed)], NOW)
    assert state.fingerprints(ROUTE, ["7"]) == {"7": changed}


CONTRADICTIONS = [
    (Settlement("7", keep_intent=True, applied=applied("7")), "in doubt"),
    (Settlement("7", held=held("8")), "would hold shop.orders 8"),
    (Settlement("7", held=held("7", route="shop.notes")), "would hold shop.notes 7"),
    (Settlement("7", ends=ends("7")), "which entity"),
    (Settlement("7", facts={"erp_number": "1"}), "which entity"),
    (Settlement("7", withdrawn="S7"), "which entity"),
]


@pytest.mark.parametrize(("settlement", "reason"), CONTRADICTIONS)
def test_a_settlement_that_contradicts_itself_is_refused(
    state: State, settlement: Settlement, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        state.settle(ROUTE, 1, [Settlement("6", applied=applied("6")), settlement], NOW)
    assert state.fingerprints(ROUTE, ["6"]) == {}


def test_of_two_settlements_of_one_record_the_last_counts(state: State) -> None:
    state.settle(ROUTE, 1, [Settlement("7", held=held("7")), Settlement("7")], NOW)
    assert state.held() == []
    state.settle(ROUTE, 1, [Settlement("7", skipped="a"), Settlement("7", held=held("7"))], NOW)
    assert state.held() == [held("7")]
    assert state.skipped(ROUTE) == {}


def test_numbers_of_intents_are_never_given_twice(state: State) -> None:
    (begun,) = begin(state, "7")
    state.settle(ROUTE, 1, [settled(begun)], NOW)
    assert state.prune(NOW + timedelta(days=1)) == 2
    (later,) = begin(state, "8")
    assert later.number > begun.number
