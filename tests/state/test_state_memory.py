"""Runs, marks, systems, the story of records, and what may be forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sync_cli.core.outcome import Audit, Settlement, Stage
from sync_cli.state.store import AuditRow, Pause, Position, RunRow, State, Watermark
from sync_cli.state.texts import time_to_text
from tests.state.state_examples import MINUTE, NOW, ROUTE, ends, held, intent, settled

HOUR = timedelta(hours=1)


def test_a_run_is_noted_from_start_to_end(state: State) -> None:
    assert state.last_run_number() == 0
    first, second = state.start_run("orders", NOW), state.start_run("stock", NOW + MINUTE)
    state.end_run(first, 3, {"created": 2, "held": 1}, NOW + HOUR)
    assert state.runs(10) == [
        RunRow(second, "stock", NOW + MINUTE, None, None, {}),
        RunRow(first, "orders", NOW, NOW + HOUR, 3, {"created": 2, "held": 1}),
    ]
    assert [run.number for run in state.runs(1)] == [second] == [state.last_run_number()]


def test_adopted_numbers_are_passed_and_never_go_back(path: Path) -> None:
    with State.open(path) as state:
        state.adopt_run_number(41)
        assert state.last_run_number() == 41
        assert state.start_run("orders", NOW) == 42
        state.adopt_run_number(7)
        state.prune(NOW + HOUR)
    with State.open(path) as state:
        assert state.start_run("orders", NOW) == 43


def test_an_installation_can_be_taken_over(path: Path) -> None:
    with State.open(path) as state:
        state.adopt_installation("0123456789ab")
        assert state.installation == "0123456789ab"
    with State.open(path) as state:
        assert state.installation == "0123456789ab"


def test_a_watermark_moves_forwards_and_back(state: State) -> None:
    assert state.watermark(ROUTE) is None
    for at in (NOW, NOW + HOUR, NOW - HOUR):
        state.set_watermark(ROUTE, at, "scope", NOW)
        assert state.watermark(ROUTE) == Watermark(at, "scope", NOW)
    state.set_watermark("a.route", NOW, "", NOW)
    assert list(state.watermarks()) == ["a.route", ROUTE]


@pytest.mark.parametrize("since", [None, NOW - HOUR])
def test_a_complete_read_forgets_where_it_was_interrupted(
    state: State, since: datetime | None
) -> None:
    position = Position('{"page": 3}', since, NOW, "scope")
    for route in (ROUTE, "other"):
        state.set_position(route, position)
    state.set_watermark(ROUTE, NOW, "scope", NOW)
    assert state.position(ROUTE) is None
    assert state.position("other") == position
    state.clear_position("other")
    assert state.position("other") is None


def test_times_of_other_zones_are_the_same_times(state: State) -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    state.set_watermark(ROUTE, tokyo, "", tokyo)
    mark = state.watermark(ROUTE)
    assert mark == Watermark(NOW, "", NOW)
    assert mark is not None
    assert mark.at.utcoffset() == timedelta()


def test_the_hour_that_comes_twice_in_autumn_is_two_times() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hours = [datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1)]
    assert [time_to_text(at)[11:16] for at in hours] == ["00:30", "01:30"]


def test_systems_are_recognised_and_paused(state: State) -> None:
    assert state.identity("shop") is None
    state.set_identity("shop", {"home_url": "https://shop.example"})
    state.set_identity("shop", {"home_url": "https://new.example", "company": "Ä"})
    assert state.identity("shop") == {"home_url": "https://new.example", "company": "Ä"}
    pause = Pause(NOW + HOUR, "access denied", "hash")
    state.set_pause("erp", pause)
    assert (state.pause("erp"), state.pause("shop")) == (pause, None)
    state.clear_pause("erp")
    assert state.pause("erp") is None


def test_a_cause_is_said_once_an_hour_also_by_a_clock_that_jumps(path: Path) -> None:
    said = []
    for minutes in (0, 1, 59, 60, 61, -600, -599, -540):
        with State.open(path) as state:
            said.append(state.say_once("the ERP is down", NOW + minutes * MINUTE, HOUR))
            assert state.say_once(f"another cause at {minutes}", NOW, HOUR)
    assert said == [True, False, False, True, False, True, False, True]


def tell(state: State, id: str, **parts: object) -> None:
    state.settle(ROUTE, 1, [settled(intent(id), **parts)], NOW)


def test_the_first_time_at_a_stage_is_kept(state: State) -> None:
    tell(state, "7", stages={Stage.SEEN: NOW, Stage.CREATED: NOW + MINUTE})
    tell(state, "7", stages={Stage.SEEN: NOW + HOUR, Stage.CONFIRMED: NOW + HOUR})
    assert state.stages("order", "7") == {
        Stage.SEEN: NOW,
        Stage.CREATED: NOW + MINUTE,
        Stage.CONFIRMED: NOW + HOUR,
    }
    tell(state, "8", stages={Stage.SEEN: NOW})
    assert state.at_stage("order", Stage.CONFIRMED, ["7", "8", "9"]) == {"7"}
    assert state.at_stage("refund", Stage.CONFIRMED, ["7"]) == set()


def test_facts_are_replaced_one_by_one_and_found_by_value(state: State) -> None:
    tell(state, "7", facts={"erp_number": "SO7", "order_number": "1007"})
    tell(state, "7", facts={"erp_number": "SO8"})
    tell(state, "1007", facts={"order_number": "SO8"})
    assert state.facts("order", ["7", "99"]) == {"7": {"erp_number": "SO8", "order_number": "1007"}}
    assert state.search_facts("SO8") == [
        ("order", "1007", "order_number"),
        ("order", "7", "erp_number"),
    ]
    assert state.search_facts("SO") == state.search_facts("SO7") == []


def test_the_audit_tells_who_did_what_newest_first(state: State) -> None:
    audit = Audit("create", "done", "", "request", "hash", "S7", {"total": Decimal("1.50")})
    tell(state, "7", audit=audit)
    tell(state, "8", audit=Audit("skip", "done"))
    state.settle("other", 2, [Settlement("7", audit=Audit("update", "failed", "HTTP 500"))], NOW)
    assert [line.operation for line in state.audit()] == ["update", "skip", "create"]
    assert [line.operation for line in state.audit(limit=1)] == ["update"]
    assert [line.operation for line in state.audit(id="7")] == ["update", "create"]
    assert [line.operation for line in state.audit("other")] == ["update"]
    assert state.audit(ROUTE, "7") == [
        AuditRow(
            1, NOW, 1, ROUTE, "7", "Order 7", "create", "done", "", "request", "hash", "S7",
            {"total": "1.50"},
        )
    ]  # fmt: skip
    assert "1.50" not in repr(state.audit(ROUTE, "7"))


def test_pruning_forgets_the_past_but_nothing_a_decision_rests_on(state: State) -> None:
    ended, died = state.start_run("orders", NOW), state.start_run("orders", NOW)
    state.end_run(ended, 0, {}, NOW)
    seven, eight = state.begin([intent("7"), intent("8")])
    state.settle(ROUTE, ended, [settled(seven)], NOW)
    state.settle(ROUTE, ended, [Settlement("9", held=held("9"), audit=Audit("hold", "done"))], NOW)
    assert state.prune(NOW) == 0
    assert state.prune(NOW + MINUTE) == 4
    assert state.audit() == []
    assert [run.number for run in state.runs(9)] == [died]
    assert state.open_intents(ROUTE) == {"8": eight}
    assert set(state.links("order", "shop", "erp", ["7"])) == {"7"}
    assert set(state.fingerprints(ROUTE, ["7"])) == {"7"}
    assert set(state.held_of(ROUTE, ["9"])) == {"9"}
    assert state.links("order", "shop", "erp", ["7"])["7"].target == ends("7")[1].id
