"""An order goes to the ERP once, and its document's number and state come back."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import pytest

from sync_cli.core.outcome import Stage
from tests.flows.town import Reads, Stutter, Town, hour


def test_an_order_becomes_one_confirmed_document_to_the_cent(town: Town) -> None:
    order = town.place_order([("11", 2), ("12", 1)], customer=7, email="erika@kunde.example")
    town.orders()
    document = town.document(order)
    assert (document["state"], document["reference"]) == ("confirmed", f"WC-main-{order}")
    assert (document["total"], document["tax"], document["currency"]) == ("35.70", "5.70", "EUR")
    assert document["ordered_at"] == "2026-01-05T08:00:00Z"
    assert [(line["product_id"], line["quantity"], line["net"]) for line in document["lines"]] == [
        ("911", "2", "20.00"),
        ("912", "1", "10.00"),
    ]
    [customer] = town.parties()
    assert (customer["reference"], document["customer_id"]) == ("WC-main-C7", customer["id"])


def test_number_state_and_seal_come_back_with_one_note(town: Town) -> None:
    order = town.buy()
    town.orders()
    with closing(town.open_state()) as state:
        seal = f"{state.installation}:1"
    meta = {entry["key"]: entry["value"] for entry in town.shop_order(order)["meta_data"]}
    assert meta == {
        "_sync_cli_document": town.document(order)["number"],
        "_sync_cli_state": "confirmed",
        "_sync_cli_seal": seal,
    }
    [note] = town.shop.records("note").values()
    assert note["note"] == (
        f"ERP document {town.document(order)['number']} was made of this order. [WC-main-{order}]"
    )


def test_nothing_but_metadata_is_written_to_a_paid_order(town: Town) -> None:
    order = town.buy()
    before = {**town.shop_order(order), "meta_data": None}
    town.orders()
    assert {**town.shop_order(order), "meta_data": None} == before


def test_a_second_run_writes_nothing_nor_does_one_a_week_later(town: Town) -> None:
    town.buy()
    assert town.orders().writes == 5
    assert town.orders().writes == 0
    town.pass_time(hour(24 * 7))
    assert town.orders().writes == 0
    assert town.orders(full=True).writes == 0


def test_our_own_echo_is_read_and_skipped(town: Town) -> None:
    town.buy()
    town.orders()
    again = town.orders()
    assert (again.run.tally.of("orders", "read"), again.run.tally.of("orders", "skip")) == (1, 1)
    assert again.ears.plan == []


def test_the_stages_of_an_order_are_told_with_their_times(town: Town) -> None:
    order = town.buy()
    town.go("orders")
    seen = town.now
    town.orders()
    with closing(town.open_state()) as state:
        stages = state.stages("order", order)
    assert stages[Stage.SEEN] == seen
    assert stages[Stage.CREATED] == stages[Stage.CONFIRMED] == town.now
    assert stages[Stage.WRITTEN_BACK] == town.now


def test_a_draft_is_read_back_before_it_is_confirmed(town: Town) -> None:
    calls: list[str] = []
    town.wrap_erp = lambda connector: Reads(connector, calls)
    town.buy()
    town.orders()
    made = calls.index("create order")
    assert calls[made : made + 3] == ["create order", "find order", "advance order"]


def test_where_references_are_unique_the_draft_is_read_back_by_its_id(town: Town) -> None:
    unique = Town(town.folder / "unique", unique_references=True)
    unique.folder.mkdir()
    calls: list[str] = []
    unique.wrap_erp = lambda connector: Reads(connector, calls)
    order = unique.buy()
    unique.orders()
    made = calls.index("create order")
    assert calls[made : made + 3] == ["create order", "fetch order", "advance order"]
    assert unique.states(order) == ["confirmed"]


def test_records_that_come_more_than_once_are_transferred_once(town: Town) -> None:
    town.wrap_shop = Stutter
    town.wrap_erp = Stutter
    orders = [town.buy() for _ in range(5)]
    town.orders()
    assert [town.states(order) for order in orders] == [["confirmed"]] * 5
    assert [town.notes(order) for order in orders] == [1] * 5


# Which orders go


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("pending", "state pending is not transferred"),
        ("on-hold", "state on_hold is not transferred"),
        ("failed", "state failed is not transferred"),
        ("cancelled", "state cancelled is not transferred"),
        ("refunded", "state refunded is not transferred"),
        ("checkout-draft", "state draft is not transferred"),
        ("trash", "state trashed is not transferred"),
        ("completed", ""),
        ("processing", ""),
    ],
)
def test_only_the_chosen_states_are_transferred(town: Town, status: str, reason: str) -> None:
    order = town.buy(status=status)
    town.orders()
    assert town.skipped(order) == reason
    assert town.states(order) == ([] if reason else ["confirmed"])


def test_an_order_that_reaches_a_chosen_state_is_transferred_then(town: Town) -> None:
    order = town.buy(status="on-hold")
    town.orders()
    town.set_status(order, "processing")
    town.orders()
    assert town.states(order) == ["confirmed"]
    assert town.skipped(order) == ""


@pytest.mark.parametrize(("late", "made"), [(-1, 0), (0, 1)])
def test_orders_placed_before_start_at_are_never_made(town: Town, late: int, made: int) -> None:
    town.configure(orders={"start_at": town.now})
    order = town.buy(late_by=timedelta(seconds=-late))
    town.edit(order, customer_note="please ring")
    town.orders()
    assert len(town.all_documents(order)) == made
    assert town.skipped(order) == ("" if made else "placed before start_at")


def test_a_widened_filter_takes_in_what_it_had_left_out_long_ago(town: Town) -> None:
    order = town.buy(status="on-hold")
    town.orders()
    town.pass_time(hour(24 * 30))
    town.orders()
    town.configure(orders={"states": ["processing", "completed", "on_hold"]})
    town.orders()
    assert town.states(order) == ["confirmed"]


def test_a_narrowed_filter_leaves_what_was_transferred_alone(town: Town) -> None:
    town.configure(orders={"states": ["processing", "completed", "on_hold"]})
    order = town.buy(status="on-hold")
    town.orders()
    town.configure(orders={"states": ["processing", "completed"]})
    assert town.orders().writes == 0
    assert town.states(order) == ["confirmed"]


# Settling delay


@pytest.mark.parametrize("offset", [timedelta(0), timedelta(minutes=15), timedelta(minutes=-15)])
def test_an_order_is_left_alone_for_a_minute_by_the_shops_clock(
    town: Town, offset: timedelta
) -> None:
    town.host_offset = offset
    order = town.buy()
    town.pass_time(59)
    told = town.go("orders")
    assert town.states(order) == []
    assert "it was changed less than 60 s ago" in town.why_held(order)
    assert told.run.tally.new_failures == 0
    town.pass_time(1)
    town.go("orders")
    assert town.states(order) == ["confirmed"]
    assert not town.held()


def test_each_edit_begins_the_wait_anew(town: Town) -> None:
    order = town.buy()
    for _ in range(3):
        town.pass_time(45)
        town.edit(order, customer_note="a plug-in at work")
        town.go("orders")
    assert town.states(order) == []
    town.orders()
    assert town.states(order) == ["confirmed"]


def test_the_settling_delay_is_a_setting(town: Town) -> None:
    town.configure(orders={"settle": timedelta(0)})
    order = town.buy()
    town.go("orders")
    assert town.states(order) == ["confirmed"]


# One bad order among good ones


def test_one_bad_order_of_each_kind_costs_the_others_nothing(town: Town) -> None:
    good = [town.buy(), town.buy("12")]
    unproven = town.buy(off_by=Decimal("0.01"))
    unknown = town.buy("99")
    good += [town.buy("13")]
    strange = town.buy()
    town.edit(strange, status="wholesale-paid")
    no_date = town.buy()
    town.edit(no_date, date_created_gmt=None)
    good += [town.buy()]
    told = town.orders(page_size=100)
    assert [town.states(order) for order in good] == [["confirmed"]] * 4
    assert set(town.held()) == {unproven, unknown, strange, no_date}
    assert told.run.tally.new_failures == 4
    arithmetic = "total (tax rounded per line; 10.00 + 0 + 0.00 + 1.90 + 0.00): 11.91 ≠ 11.90"
    assert arithmetic in town.why_held(unproven)
    assert "line 1 (SKU SKU-99, Article 99): no article of the ERP has this SKU" in (
        town.why_held(unknown)
    )
    assert "wholesale-paid" in town.why_held(strange)
    assert "date_created_gmt" in town.why_held(no_date)


def test_an_order_that_the_erp_refuses_is_held_and_its_neighbours_go_on(town: Town) -> None:
    town.buy(customer=7, email="erika@kunde.example")
    town.orders()
    [customer] = town.parties()
    town.erp.remove("customer", customer["id"])
    good = town.buy()
    refused = town.buy(customer=7, email="erika@kunde.example")
    better = town.buy("12")
    town.orders(page_size=100)
    assert [town.states(order) for order in (good, better)] == [["confirmed"]] * 2
    assert town.states(refused) == []
    assert "unknown customer" in town.why_held(refused)


def test_a_held_order_that_was_put_right_goes_on_by_itself(town: Town) -> None:
    order = town.buy("99")
    town.orders()
    assert town.states(order) == []
    town.new_article("99")
    town.pass_time(hour())
    told = town.orders()
    assert town.states(order) == ["confirmed"]
    assert told.run.tally.new_failures == 0
    assert not town.held()


def test_a_held_order_is_read_again_by_id_long_after_it_left_the_buffer(town: Town) -> None:
    order = town.buy("99")
    for _ in range(8):
        town.orders()
        town.pass_time(hour(24))
    town.new_article("99")
    town.orders()
    assert town.states(order) == ["confirmed"]


def test_only_a_try_that_was_due_counts_as_an_attempt(town: Town) -> None:
    order = town.buy("99")
    told = [town.orders() for _ in range(4)]
    assert [each.run.tally.new_failures for each in told] == [1, 0, 0, 0]
    assert town.held()[order].attempts == 1
    town.pass_time(300)
    town.orders()
    assert town.held()[order].attempts == 2


def test_a_held_order_that_was_deleted_from_the_shop_is_let_go(town: Town) -> None:
    order = town.buy("99")
    town.orders()
    town.shop.remove("order", order)
    town.pass_time(hour())
    town.orders()
    assert not town.held()
    assert town.skipped(order) == "it no longer exists in the shop"
