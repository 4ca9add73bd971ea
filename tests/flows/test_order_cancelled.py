"""An order that is called off, before and after it went to the ERP, and late edits of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import GuardTripped
from sync_cli.core.item import Why
from tests.flows.town import Town, hour, of_route
from tests.properties.world import fates


def test_an_order_cancelled_before_its_transfer_is_never_made(town: Town) -> None:
    order = town.buy()
    town.set_status(order, "cancelled")
    town.orders()
    assert town.states(order) == []


def test_an_order_cancelled_after_its_transfer_is_called_off_in_the_erp(town: Town) -> None:
    order = town.buy(pieces=3)
    town.orders()
    town.set_status(order, "cancelled")
    told = town.orders()
    assert of_route(told.ears.plan, "orders") == [
        f"bring Order {order} (document {town.all_documents(order)[0]['id']}) to cancelled"
    ]
    assert town.states(order) == ["cancelled"]
    assert town.written_state(order) == "cancelled"
    assert town.orders().writes == 0


def test_an_order_cancelled_while_its_create_is_in_doubt_is_called_off_once_it_is_found(
    town: Town,
) -> None:
    order = town.buy()
    town.orders(network=fates(Fate.ARRIVES, Fate.LATE))
    town.set_status(order, "cancelled")
    town.pass_time(hour())
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert not town.held()


def test_an_order_cancelled_while_its_create_got_lost_leaves_nothing_behind(town: Town) -> None:
    order = town.buy()
    town.orders(network=fates(Fate.ARRIVES, Fate.LOST_BEFORE))
    town.set_status(order, "cancelled")
    town.pass_time(hour())
    town.orders()
    assert town.states(order) == []
    assert not town.held()


def test_a_cancelled_order_that_is_paid_after_all_is_a_task_for_a_person(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.set_status(order, "cancelled")
    town.orders()
    town.set_status(order, "processing")
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert town.held()[order].why is Why.TASK
    assert "was cancelled in the ERP" in town.why_held(order)


def test_a_document_that_cannot_be_called_off_any_more_is_held_and_told(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.set_status(order, "cancelled")
    told = town.orders(network=fates(Fate.REFUSED))
    assert town.states(order) == ["confirmed"]
    assert told.run.tally.new_failures == 1
    assert "refused" in town.why_held(order)


@pytest.mark.parametrize("status", ["completed", "on-hold", "failed", "refunded", "pending"])
def test_other_states_of_a_transferred_order_leave_its_document_alone(
    town: Town, status: str
) -> None:
    order = town.buy()
    town.orders()
    town.set_status(order, status)
    assert town.orders().writes == 0
    assert town.states(order) == ["confirmed"]
    assert not town.held()


def test_an_order_moved_to_the_trash_after_its_transfer_is_told(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.set_status(order, "trash")
    town.orders()
    assert town.states(order) == ["confirmed"]
    assert "moved to the trash in the shop after it was transferred" in town.why_held(order)
    town.set_status(order, "processing")
    town.orders()
    assert not town.held()


# The guard


def test_a_run_that_would_call_off_most_documents_is_stopped_before_it_does(town: Town) -> None:
    orders = [town.buy() for _ in range(12)]
    town.orders()
    for order in orders:
        town.set_status(order, "cancelled")
    before = town.both_sides()
    with pytest.raises(GuardTripped, match="cancel 12 of 12 documents") as stopped:
        town.orders(page_size=100)
    assert town.both_sides() == before
    assert not town.held()
    town.orders(page_size=100, accept=stopped.value.token)
    assert all(town.states(order) == ["cancelled"] for order in orders)


def test_the_guard_lets_ten_be_called_off(town: Town) -> None:
    orders = [town.buy() for _ in range(10)]
    town.orders()
    for order in orders:
        town.set_status(order, "cancelled")
    town.orders(page_size=100)
    assert all(town.states(order) == ["cancelled"] for order in orders)


def test_the_guard_counts_all_windows_of_a_run(town: Town) -> None:
    orders = [town.buy() for _ in range(22)]
    town.orders(page_size=100)
    for order in orders:
        town.set_status(order, "cancelled")
    with pytest.raises(GuardTripped):
        town.orders(page_size=10)


# Late edits


def test_a_late_edit_is_never_carried_over_but_a_task(town: Town) -> None:
    order = town.buy()
    town.orders()
    before = town.document(order)
    town.edit(order, billing={**town.shop_order(order)["billing"], "city": "Bonn"})
    told = town.orders()
    assert town.document(order) == before
    assert told.run.tally.new_failures == 1
    assert town.held()[order].why is Why.TASK
    assert "it was changed after it was transferred" in town.why_held(order)
    assert town.orders().run.tally.new_failures == 0


def test_a_late_edit_taken_back_is_no_task_any_more(town: Town) -> None:
    order = town.buy()
    town.orders()
    note = town.shop_order(order)["customer_note"]
    town.edit(order, customer_note="please ring")
    town.orders()
    town.edit(order, customer_note=note)
    town.orders()
    assert not town.held()


def test_a_dismissed_edit_stays_away_until_there_is_another_one(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, customer_note="please ring")
    town.orders()
    with town.open_state() as state:
        assert state.dismiss("orders", order, town.now, "anna")
    town.orders()
    town.orders(full=True)
    assert not town.held()
    town.edit(order, customer_note="please ring twice")
    town.orders()
    assert order in town.held()


def test_what_the_document_does_not_show_is_no_late_edit(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, date_paid_gmt="2026-01-05T09:00:00", transaction_id="tx-1")
    assert town.orders().writes == 0
    assert not town.held()


def test_an_edit_while_its_draft_is_being_made_makes_a_new_draft(town: Town) -> None:
    order = town.buy()
    town.orders(network=fates(Fate.ARRIVES, Fate.LOST_AFTER))
    assert town.states(order) == ["draft"]
    town.edit(order, customer_note="please ring")
    town.pass_time(hour())
    town.orders()
    town.pass_time(hour())
    town.orders()
    assert town.states(order) == ["cancelled", "confirmed"]
    assert town.document(order)["note"] == "please ring"
    assert not town.held()


def test_an_edit_that_breaks_the_sums_of_a_transferred_order_is_told_with_the_arithmetic(
    town: Town,
) -> None:
    order = town.buy()
    town.orders()
    total = Decimal(town.shop_order(order)["total"]) + 1
    town.edit(order, total=str(total))
    town.orders()
    assert "12.90 ≠ 11.90" in town.why_held(order)
    assert town.states(order) == ["confirmed"]
