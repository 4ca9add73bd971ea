"""The held list: who waits, who is due, what a person decides."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sync_cli.core.errors import Problem
from sync_cli.core.item import Held, Why
from sync_cli.core.outcome import Settlement
from sync_cli.state.store import State
from tests.state.state_examples import MINUTE, NOW, PROBLEM, ROUTE, applied, held


def hold(state: State, *records: Held) -> None:
    for record in records:
        state.settle(record.route, 1, [Settlement(record.id, held=record)], NOW)


@pytest.mark.parametrize("why", list(Why))
def test_a_held_record_comes_back_whole(state: State, why: Why) -> None:
    bare = Problem("code", "Order 8", "message", "remedy")
    records = [held("7", why=why), held("8", why=why, problem=bare, since=NOW + MINUTE)]
    hold(state, *records)
    assert state.held() == state.held(ROUTE) == records
    assert state.held_of(ROUTE, ["7", "9"]) == {"7": records[0]}
    assert state.held("other") == []
    assert records[0].problem == PROBLEM


def test_a_settlement_without_held_takes_the_record_off(state: State) -> None:
    hold(state, held("7"), held("8"))
    state.settle(ROUTE, 2, [Settlement("7", applied=applied("7"))], NOW)
    assert [record.id for record in state.held()] == ["8"]


def test_the_longest_overdue_come_first_and_the_future_not_at_all(state: State) -> None:
    waits = {"a": -5, "b": -7, "c": 0, "d": 1}
    hold(state, *(held(id, until=NOW + minutes * MINUTE) for id, minutes in waits.items()))
    hold(state, held("e", route="other", until=NOW))
    assert state.due(ROUTE, NOW, 10) == ["b", "a", "c"]
    assert state.due(ROUTE, NOW, 2) == ["b", "a"]
    assert state.due(ROUTE, NOW + timedelta(microseconds=-1), 10) == ["b", "a"]


@pytest.mark.parametrize(
    ("route", "ids", "due"),
    [
        (None, None, {"shop.orders 7", "shop.orders 8", "shop.notes 7"}),
        (ROUTE, None, {"shop.orders 7", "shop.orders 8"}),
        (ROUTE, ["7", "99"], {"shop.orders 7"}),
        (None, ["7"], {"shop.orders 7", "shop.notes 7"}),
        (ROUTE, [], set()),
    ],
)
def test_a_person_makes_records_due(
    state: State, route: str | None, ids: list[str] | None, due: set[str]
) -> None:
    hold(state, held("7"), held("8"), held("7", route="shop.notes"))
    assert state.retry_now(route, ids, NOW) == len(due)
    routes = (ROUTE, "shop.notes")
    assert {f"{r} {id}" for r in routes for id in state.due(r, NOW, 10)} == due


def test_retry_never_makes_a_record_wait_longer(state: State) -> None:
    hold(state, held("7", until=NOW - MINUTE))
    assert state.retry_now(None, None, NOW) == 1
    assert state.held()[0].until == NOW - MINUTE


def test_a_dismissed_record_is_off_the_list_remembered_and_noted(state: State) -> None:
    hold(state, held("7", content="as it was"))
    assert state.dismiss(ROUTE, "7", NOW, "anna")
    assert not state.dismiss(ROUTE, "7", NOW, "anna")
    assert state.held() == []
    assert state.dismissed(ROUTE, ["7", "8"]) == {"7": "as it was"}
    (line,) = state.audit(ROUTE, "7")
    assert (line.operation, line.label) == ("dismiss", "Order 7")
    assert line.reason == "by anna: line 2 has no tax class"


LATER = [
    (Settlement("7", skipped="dismissed"), {"7": "content"}),
    (Settlement("7"), {"7": "content"}),
    (Settlement("7", held=held("7", content="other")), {}),
    (Settlement("7", applied=applied("7")), {}),
]


@pytest.mark.parametrize(("settlement", "remembered"), LATER)
def test_a_dismissal_lasts_until_something_else_is_known(
    state: State, settlement: Settlement, remembered: dict[str, str]
) -> None:
    hold(state, held("7"))
    state.dismiss(ROUTE, "7", NOW, "anna")
    state.settle(ROUTE, 2, [settlement], NOW)
    assert state.dismissed(ROUTE, ["7"]) == remembered


def test_skipped_records_keep_their_reason_until_they_are_taken_in(state: State) -> None:
    state.settle(ROUTE, 1, [Settlement("7", skipped="draft"), Settlement("8", skipped="old")], NOW)
    assert state.skipped(ROUTE) == {"7": "draft", "8": "old"}
    assert state.skipped(ROUTE, ["8", "9"]) == {"8": "old"}
    state.settle(ROUTE, 2, [Settlement("7"), Settlement("8", skipped="cancelled")], NOW)
    assert state.skipped(ROUTE) == {"8": "cancelled"}


def test_a_time_without_zone_is_refused_and_nothing_is_stored(state: State) -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        hold(state, held("7", until=naive))
    assert state.held() == []
