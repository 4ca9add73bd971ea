"""A refund of an order in several documents: a credit note for each part that it touches."""

from __future__ import annotations

from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.admin.story import describe, stories
from sync_cli.connectors.base import Json
from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import Problem
from sync_cli.core.outcome import Settlement
from tests.flows.depot import CLOSED, ROUTING, WHOLE, Depot, refuse_north
from tests.flows.refund_town import RefundTown
from tests.flows.town import hour, of_route
from tests.properties.refunding import Back, refund_config
from tests.properties.world import Killed, fates

EVERY = 5
# the order of a depot: 11.90 and 1.94 for shipping in main, 23.80 and 3.89 in the north
MAIN, NORTH = Decimal("13.84"), Decimal("27.69")
OF_MAIN, OF_NORTH = Back(1, pieces=1), Back(2, pieces=1)


def opened(folder: Path, **refunds: Any) -> RefundTown:
    town = RefundTown(folder, config=refund_config(**refunds))
    town.configure(orders={"routing": ROUTING})
    return town


@pytest.fixture
def town(tmp_path: Path) -> RefundTown:
    return opened(tmp_path)


def bought(town: RefundTown) -> str:
    """An order that is in the ERP with both of its parts."""
    order = Depot(town).order()
    town.orders()
    return order


def totals(town: RefundTown, refund: str) -> dict[str, tuple[str, str]]:
    """State and total of the only credit note of each part."""
    found: dict[str, tuple[str, str]] = {}
    for note in town.erp.records("refund").values():
        whole, _, part = note["reference"].partition("#")
        if whole == f"WC-main-R{refund}" and note["state"] != "cancelled":
            assert part not in found, f"{note['reference']} is there twice"
            found[part] = note["state"], note["total"]
    return found


def confirmed(**amounts: str) -> dict[str, tuple[str, str]]:
    return {part: ("confirmed", amount) for part, amount in amounts.items()}


def note_of(town: RefundTown, refund: str, part: str) -> dict[str, Any]:
    [note] = [
        one
        for one in town.erp.tables["refund"].values()
        if one["reference"] == f"WC-main-R{refund}#{part}"
    ]
    return note


def set_note(town: RefundTown, refund: str, part: str, **fields: Any) -> None:
    """Somebody changes a credit note in the ERP."""
    note = note_of(town, refund, part)
    note.update(fields)
    town.erp.dates["refund", note["id"]] = town.now


def refuse_notes(town: RefundTown, ending: str, problem: Problem | None) -> None:
    """The ERP refuses credit notes whose reference ends so, or takes them again."""
    shape = town.erp.shapes["refund"]

    def refuses(data: Json) -> Problem | None:
        return problem if str(data.get("reference", "")).endswith(ending) else None

    town.erp.shapes = {**town.erp.shapes, "refund": replace(shape, refuses=refuses)}


# What becomes of a refund


def test_a_line_is_given_back_by_the_part_that_sold_it(town: RefundTown) -> None:
    order = bought(town)
    refund = town.give_back(order, "11.90", OF_NORTH)
    town.orders()
    assert totals(town, refund) == confirmed(north="11.90")
    note = note_of(town, refund, "north")
    assert note["order_id"] == Depot(town).only(order, "north")["id"]
    assert [(line["product_id"], line["quantity"]) for line in note["lines"]] == [("912", "1")]
    assert town.orders().writes == 0
    town.pass_time(hour(25))
    assert town.orders(full=True).writes == 0


def test_lines_of_both_parts_become_two_credit_notes(town: RefundTown) -> None:
    refund = town.give_back(bought(town), "23.80", OF_MAIN, OF_NORTH)
    town.orders()
    assert totals(town, refund) == confirmed(main="11.90", north="11.90")
    assert not town.held("refunds")


def test_an_amount_alone_is_shared_by_what_each_part_is_over(town: RefundTown) -> None:
    refund = town.give_back(bought(town), "10.00")
    town.orders()
    assert totals(town, refund) == confirmed(main="3.33", north="6.67")


def test_all_that_is_left_leaves_nothing_of_any_part(town: RefundTown) -> None:
    order = bought(town)
    refunds = [
        town.give_back(order, "11.90", OF_NORTH),
        town.give_back(order, "5.00"),
        town.give_back(order, "24.63"),
    ]
    town.orders()
    assert not town.held("refunds"), [
        one.problem.sentence() for one in town.held("refunds").values()
    ]
    sums = {
        part: sum(
            Decimal(found[part][1]) for one in refunds if part in (found := totals(town, one))
        )
        for part in ("main", "north")
    }
    assert sums == {"main": MAIN, "north": NORTH}


def test_more_than_the_order_is_held_as_a_whole(town: RefundTown) -> None:
    refund = town.give_back(bought(town), "41.54")
    town.orders()
    assert "no more than the order" in town.why_refund_held(refund)
    assert totals(town, refund) == {}


def test_more_than_a_part_is_over_is_held_in_words(town: RefundTown) -> None:
    order = bought(town)
    town.give_back(order, "30.00")
    refund = town.give_back(
        order, "11.53", Back(1, pieces=1, net=Decimal("9.69"), tax=Decimal("1.84"))
    )
    town.orders()
    assert "credit notes would give back 21.53 of part main, whose document is over 13.84" in (
        town.why_refund_held(refund)
    )
    assert totals(town, refund) == {}


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.LATE, Fate.REFUSED])
@pytest.mark.parametrize("at", [0, 1])
def test_whatever_happens_to_a_call_each_part_is_credited_once(
    town: RefundTown, fate: Fate, at: int
) -> None:
    refund = town.give_back(bought(town), "10.00")
    town.settle_down()
    town.orders(network=fates(*([Fate.ARRIVES] * at), fate))
    for _ in range(4):
        town.pass_time(hour())
        town.orders()
    assert totals(town, refund) == confirmed(main="3.33", north="6.67")
    assert not town.held("refunds")


def test_a_run_that_is_killed_anywhere_credits_each_part_once(tmp_path: Path) -> None:
    steps = killed_at(tmp_path / "whole", None)
    assert steps > EVERY
    for step in range(0, steps, EVERY):
        killed_at(tmp_path / str(step), step)


def killed_at(folder: Path, step: int | None) -> int:
    """Kill the run that credits a refund of two parts, and go on; the steps of a whole run."""
    folder.mkdir()
    town = opened(folder)
    refund = town.give_back(bought(town), "10.00")
    town.settle_down()
    steps = 0
    with suppress(Killed):
        steps = town.run("orders", kill_at=step).steps
    for _ in range(3):
        town.pass_time(hour())
        town.orders()
    assert totals(town, refund) == confirmed(main="3.33", north="6.67")
    assert not town.held("refunds")
    return steps


# When one part cannot go


def test_a_part_that_is_refused_waits_alone_and_goes_on_by_itself(town: RefundTown) -> None:
    refund = town.give_back(bought(town), "23.80", OF_MAIN, OF_NORTH)
    refuse_notes(town, "#north", Problem("closed", "", "the north is closed", "Open it."))
    town.orders()
    assert set(town.held("refunds")) == {f"{refund}#north"}
    assert ", part north" in town.why_refund_held(f"{refund}#north")
    assert totals(town, refund) == confirmed(main="11.90")
    town.orders()
    assert set(town.held("refunds")) == {f"{refund}#north"}
    refuse_notes(town, "#north", None)
    town.pass_time(hour())
    town.orders()
    assert totals(town, refund) == confirmed(main="11.90", north="11.90")
    assert not town.held("refunds")


def test_a_part_that_waits_for_its_next_try_is_not_forgotten_while_another_goes(
    town: RefundTown,
) -> None:
    order = bought(town)
    refund = town.give_back(order, "23.80", OF_MAIN, OF_NORTH)
    refuse_notes(town, "#north", CLOSED)
    Depot(town).set_in_erp(order, "main", state="draft")
    town.orders()
    assert set(town.held("refunds")) == {f"{refund}#main", f"{refund}#north"}
    Depot(town).set_in_erp(order, "main", state="confirmed")
    town.pass_time(30)
    town.run("orders")
    assert totals(town, refund) == confirmed(main="11.90")
    assert set(town.held("refunds")) == {f"{refund}#north"}
    refuse_notes(town, "#north", None)
    town.pass_time(hour())
    town.orders()
    assert totals(town, refund) == confirmed(main="11.90", north="11.90")
    assert not town.held("refunds")


def test_an_earlier_refund_that_is_deleted_meanwhile_divides_nothing_anew(
    town: RefundTown,
) -> None:
    order = bought(town)
    first = town.give_back(order, "13.84", OF_MAIN)
    town.orders()
    refund = town.give_back(order, "10.00")
    refuse_notes(town, f"R{refund}#north", Problem("closed", "", "it is closed", "Open it."))
    town.orders()
    before = totals(town, refund)
    town.shop.remove("refund", first)
    refuse_notes(town, "#north", None)
    town.pass_time(hour(25))
    town.orders()
    assert totals(town, refund) == before
    assert "when its first credit note was made" in town.why_refund_held(f"{refund}#north")


def test_a_part_that_the_erp_cancelled_has_nothing_to_give_back(town: RefundTown) -> None:
    order = bought(town)
    Depot(town).set_in_erp(order, "north", state="cancelled")
    town.orders()
    refund = town.give_back(order, "23.80", OF_MAIN, OF_NORTH)
    town.orders()
    assert totals(town, refund) == confirmed(main="11.90")
    assert "was cancelled: nothing to give back" in town.left_out(f"{refund}#north")
    assert not town.held("refunds")


def test_an_amount_alone_is_held_while_a_part_is_cancelled(town: RefundTown) -> None:
    order = bought(town)
    Depot(town).set_in_erp(order, "north", state="cancelled")
    refund = town.give_back(order, "10.00")
    town.orders()
    assert "the ERP cancelled the document of north" in town.why_refund_held(refund)
    assert totals(town, refund) == {}


def test_all_of_it_is_given_back_by_the_part_that_stands(town: RefundTown) -> None:
    order = bought(town)
    Depot(town).set_in_erp(order, "north", state="cancelled")
    refund = town.give_back(order, "41.53")
    town.orders()
    assert totals(town, refund) == confirmed(main=str(MAIN))


def test_rules_that_change_later_change_nothing(town: RefundTown) -> None:
    order = bought(town)
    town.configure(orders={"routing": WHOLE})
    refund = town.give_back(order, "11.90", OF_NORTH)
    town.orders()
    assert totals(town, refund) == confirmed(north="11.90")


def test_an_order_of_an_older_version_is_divided_by_the_rules_or_held(town: RefundTown) -> None:
    order = bought(town)
    forget_allotment(town, order)
    refund = town.give_back(order, "11.90", OF_NORTH)
    town.orders()
    assert totals(town, refund) == confirmed(north="11.90")
    town.configure(orders={"routing": WHOLE})
    forget_allotment(town, order)
    other = town.give_back(order, "11.90", OF_NORTH)
    town.orders()
    assert "its lines belong to other parts" in town.why_refund_held(other)
    town.configure(orders={"routing": ROUTING})
    town.pass_time(hour())
    town.orders()
    assert totals(town, other) == confirmed(north="11.90")
    assert not town.held("refunds")


def forget_allotment(town: RefundTown, order: str) -> None:
    """As a state is that an older version has written."""
    with closing(town.open_state()) as state:
        facts = {"allotted": "", "shared": ""}
        state.settle("parts", 1, [Settlement(order, entity="order", facts=facts)], town.now)


# Afterwards


def test_a_refund_that_is_deleted_is_a_task_for_each_credit_note(town: RefundTown) -> None:
    refund = town.give_back(bought(town), "10.00")
    town.orders()
    town.shop.remove("refund", refund)
    town.pass_time(hour(25))
    town.orders()
    assert set(town.held("refunds")) == {f"{refund}#main", f"{refund}#north"}
    for part in ("main", "north"):
        set_note(town, refund, part, state="cancelled")
    town.pass_time(hour(25))
    town.orders()
    assert not town.held("refunds")


def test_a_credit_note_that_was_cancelled_in_the_erp_is_a_task(town: RefundTown) -> None:
    refund = town.give_back(bought(town), "10.00")
    town.orders()
    set_note(town, refund, "north", state="cancelled")
    town.orders()
    [task] = town.held("credit-notes").values()
    assert f"refund {refund}#north still stands in the shop" in task.problem.sentence()


def test_our_own_credit_notes_of_parts_make_no_refund_of_the_shop(tmp_path: Path) -> None:
    town = opened(tmp_path, from_erp="on", from_erp_since="2026-01-01")
    order = bought(town)
    town.give_back(order, "10.00")
    for _ in range(3):
        town.orders()
    assert len(town.refunds_of(order)) == 1


def test_a_credit_note_of_the_erp_on_one_part_becomes_a_refund_of_the_order(tmp_path: Path) -> None:
    town = opened(tmp_path, from_erp="on", from_erp_since="2026-01-01")
    order = bought(town)
    north = Depot(town).only(order, "north")["id"]
    town.erp_credit(order, "5.00", order_id=north)
    told = town.orders()
    assert [one["amount"] for one in town.refunds_of(order)] == ["5.000000"], told.ears.plan
    town.orders()
    assert len(town.erp.records("refund")) == 1


def test_each_part_tells_when_its_goods_are_back(town: RefundTown) -> None:
    town.by_hand = True
    refund = town.give_back(bought(town), "23.80", OF_MAIN, OF_NORTH)
    town.orders()
    set_note(town, refund, "main", restocked_at="2026-01-07T10:00:00Z")
    town.orders()
    told = {
        part: [one for one, _ in town.return_events(f"{refund}#{part}")]
        for part in ("main", "north")
    }
    assert told == {"main": ["refunded", "restocked"], "north": ["refunded"]}


def test_cancelled_after_a_refund_the_part_with_a_credit_note_is_a_task(town: RefundTown) -> None:
    order = bought(town)
    town.give_back(order, "11.90", OF_NORTH)
    town.orders()
    town.set_status(order, "cancelled")
    town.orders()
    depot = Depot(town)
    assert depot.states(order) == {"main": ["cancelled"], "north": ["confirmed"]}
    assert set(town.held("orders")) == {f"{order}#north"}


def test_its_story_tells_the_credit_note_of_each_part(town: RefundTown) -> None:
    order = bought(town)
    refund = town.give_back(order, "10.00")
    town.orders()
    number = note_of(town, refund, "north")["number"]
    with closing(town.open_state()) as state:
        [story] = stories(state, order)
        assert stories(state, refund) == stories(state, number) == [story]
        assert stories(state, f"{refund}#north") == [story]
    lines = [line.strip() for line in describe(story)]
    assert sum(line.startswith("ERP credit note") for line in lines) == 2
    assert any(
        line.startswith(f"Refund {refund}#north") and "amount 6.67" in line for line in lines
    )
    assert not any("no ERP credit note" in line for line in lines)


def test_a_plan_says_what_would_be_made(town: RefundTown) -> None:
    refund = town.give_back(bought(town), "10.00")
    town.configure(refunds={**town.config.refunds.model_dump(), "mode": "plan"})
    told = town.orders()
    plan = of_route(told.ears.plan, "refunds")
    assert len([line for line in plan if f"Refund {refund}" in line and "part" in line]) == 2, plan
    assert totals(town, refund) == {}


def half_made(town: RefundTown) -> str:
    """An order whose northern part the ERP refuses, and which a person dismissed."""
    depot = Depot(town)
    refuse_north(depot, CLOSED)
    order = depot.order()
    town.orders()
    with closing(town.open_state()) as state:
        assert state.dismiss("orders", f"{order}#north", town.now, "anna")
    return order


def test_the_credit_notes_of_other_parts_go_on_once_a_part_is_dismissed(town: RefundTown) -> None:
    order = half_made(town)
    refund = town.give_back(order, "23.80", OF_MAIN, OF_NORTH)
    for _ in range(2):
        town.pass_time(hour(24))
        town.orders()
    assert set(totals(town, refund)) == {"main"}
    assert totals(town, refund)["main"][0] == "confirmed"
    assert town.held("refunds") == {}
    assert "settled it by hand" in town.left_out(f"{refund}#north")
    assert town.orders().writes == 0


def test_a_refund_of_a_dismissed_part_alone_is_left_to_the_person(town: RefundTown) -> None:
    order = half_made(town)
    refund = town.give_back(order, "11.90", OF_NORTH)
    town.pass_time(hour(24))
    town.orders()
    assert totals(town, refund) == {}
    assert town.held("refunds") == {}
