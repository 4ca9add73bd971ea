"""No document with another total is confirmed, and none is made twice."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sync_cli.admin.keeping import forget_missing
from sync_cli.connectors.base import Json
from sync_cli.connectors.memory import Fate, MemoryConnector
from sync_cli.core.errors import IdentityError, SystemDown
from sync_cli.core.item import Why
from tests.flows.town import Town, hour
from tests.properties.world import IN_DOUBT, fates


def of_another_writer(town: Town, order: str, **facts: object) -> Json:
    """A draft of the same order that somebody else put into the ERP."""
    stored = {
        "reference": f"WC-main-{order}",
        "state": "draft",
        "number": "SO99999",
        "currency": "EUR",
        "ordered_at": "2026-01-05T08:00:00Z",
        "total": "11.90",
        "tax": "1.90",
        "invoice_number": None,
        "tracking": [],
        "customer_id": "1",
        "lines": [{"product_id": "911", "quantity": "1", "net": "10.00", "tax": "1.90"}],
        **facts,
    }
    id = town.erp.put("order", stored)
    return town.erp.tables["order"][id]


# The draft is not what the order says


@pytest.mark.parametrize(
    ("field", "adds", "theirs", "ours"),
    [
        ("total", Decimal("0.01"), "total 11.91", "11.90"),
        ("total", Decimal("-0.01"), "total 11.89", "11.90"),
        ("tax", Decimal("0.01"), "total_tax 1.91", "1.90"),
        ("currency", "CHF", "currency CHF", "EUR"),
    ],
)
def test_a_draft_that_differs_is_cancelled_and_never_confirmed(
    town: Town, field: str, adds: Decimal | str, theirs: str, ours: str
) -> None:
    town.erp_adds = {field: adds}
    order = town.buy()
    told = town.orders()
    assert town.states(order) == ["cancelled"]
    assert town.held()[order].why is Why.QUARANTINED
    sentence = town.why_held(order)
    assert f"the draft made of it has {theirs}" in sentence
    assert f"the order has {ours}" in sentence
    assert told.run.tally.new_failures == 1
    assert town.written_back(order) == ""


def test_once_the_erp_computes_rightly_the_order_goes_through_by_itself(town: Town) -> None:
    town.erp_adds = {"total": Decimal("0.01")}
    order = town.buy()
    town.orders()
    town.erp_adds = {}
    town.pass_time(hour())
    town.orders()
    assert town.states(order) == ["cancelled", "confirmed"]
    assert not town.held()


def test_a_wrong_draft_is_not_made_again_and_again_at_once(town: Town) -> None:
    town.erp_adds = {"total": Decimal("0.01")}
    order = town.buy()
    for _ in range(4):
        town.orders()
    assert town.states(order) == ["cancelled"]


def test_a_cancel_that_got_lost_is_sent_again_and_the_draft_never_confirmed(town: Town) -> None:
    town.erp_adds = {"total": Decimal("0.01")}
    order = town.buy()
    town.orders(network=fates(Fate.ARRIVES, Fate.ARRIVES, Fate.LOST_BEFORE))
    assert town.states(order) == ["draft"]
    for _ in range(6):
        town.pass_time(hour())
        town.orders()
    assert "confirmed" not in town.states(order)
    assert town.states(order).count("draft") == 0


# Two writers


def test_a_draft_of_another_writer_is_taken_over_and_confirmed(town: Town) -> None:
    order = town.buy()
    of_another_writer(town, order)
    town.orders()
    assert town.states(order) == ["confirmed"]


def test_of_two_drafts_that_are_there_the_older_is_confirmed_and_the_other_cancelled(
    town: Town,
) -> None:
    order = town.buy()
    of_another_writer(town, order)
    of_another_writer(town, order)
    town.orders()
    assert town.states(order) == ["confirmed", "cancelled"]
    assert town.notes(order) == 1


def test_a_second_draft_that_comes_while_ours_is_made_is_cancelled(town: Town) -> None:
    order = town.buy()

    def another_writer_is_quicker(call: str) -> Fate:
        if call == "create" and town.parties() and not town.all_documents(order):
            of_another_writer(town, order)
        return Fate.ARRIVES

    town.orders(network=another_writer_is_quicker)
    assert town.states(order) == ["confirmed", "cancelled"]


def test_two_confirmed_documents_of_one_order_are_left_to_a_person(town: Town) -> None:
    order = town.buy()
    of_another_writer(town, order, state="confirmed")
    of_another_writer(town, order, state="confirmed")
    town.orders()
    assert town.states(order) == ["confirmed", "confirmed"]
    assert f"2 records of the other system carry 'WC-main-{order}'" in town.why_held(order)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"currency": "USD"}, "its currency is USD and not EUR"),
        ({"ordered_at": "2025-12-24T08:00:00Z"}, "it was ordered at 2025-12-24"),
        ({"total": "12.00"}, "its total is 12.00 and not 11.90"),
    ],
)
def test_a_document_that_only_carries_the_reference_is_not_adopted(
    town: Town, facts: dict[str, str], says: str
) -> None:
    order = town.buy()
    of_another_writer(town, order, **facts)
    town.orders()
    assert town.states(order) == ["draft"]
    assert says in town.why_held(order)


def test_a_document_that_the_erp_cancelled_is_not_made_again(town: Town) -> None:
    order = town.buy()
    of_another_writer(town, order, state="cancelled")
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert "was cancelled in the ERP" in town.why_held(order)


# Lost answers


@pytest.mark.parametrize("call", range(5))
@pytest.mark.parametrize(
    ("unique", "fate"),
    [
        (False, Fate.LOST_BEFORE),
        (False, Fate.LOST_AFTER),
        (False, Fate.LATE),
        (True, Fate.LATE),
    ],
)
def test_a_lost_answer_to_any_call_makes_nothing_twice(
    tmp_path: Path, fate: Fate, call: int, unique: bool
) -> None:
    town = Town(tmp_path, unique_references=unique)
    order = town.buy()
    town.orders(network=fates(*[Fate.ARRIVES] * call, fate))
    for _ in range(3):
        town.pass_time(600)
        town.orders()
    assert town.states(order) == ["confirmed"]
    assert town.notes(order) == 1
    assert len(town.parties()) == 1
    assert town.written_back(order) == town.document(order)["number"]
    assert not town.held()


def test_a_lost_create_is_not_sent_again_while_it_may_still_arrive(town: Town) -> None:
    order = town.buy()
    town.orders(network=fates(Fate.ARRIVES, Fate.LOST_BEFORE))
    begun = town.now
    assert town.held()[order].why is Why.IN_DOUBT
    assert town.held()[order].until == begun + IN_DOUBT
    town.pass_time(IN_DOUBT.total_seconds() - 1)
    town.go("orders")
    assert town.states(order) == []
    town.pass_time(1)
    town.go("orders")
    assert town.states(order) == ["confirmed"]


def test_what_is_in_doubt_is_no_failure_of_the_run(town: Town) -> None:
    town.buy()
    told = town.orders(network=fates(Fate.ARRIVES, Fate.LOST_AFTER))
    assert told.run.tally.new_failures == 0


def test_an_erp_that_goes_down_stops_the_run_and_no_order_is_lost(town: Town) -> None:
    orders = [town.buy() for _ in range(4)]
    with pytest.raises(SystemDown):
        town.orders(network=fates(Fate.ARRIVES, Fate.DOWN))
    town.pass_time(120)
    town.orders()
    assert [town.states(order) for order in orders] == [["confirmed"]] * 4


def test_an_erp_that_is_down_costs_no_order_an_attempt_and_is_no_failure_of_it(town: Town) -> None:
    town.buy()
    with pytest.raises(SystemDown):
        town.orders(network=fates(Fate.ARRIVES, Fate.DOWN))
    assert [held.attempts for held in town.held().values()] in ([], [0])


# Restored systems


def test_references_that_are_gone_from_the_erp_stop_the_lane(town: Town) -> None:
    lost, kept = town.buy(), town.buy()
    town.orders()
    town.erp.remove("order", town.document(lost)["id"])
    new = town.buy()
    before = town.both_sides()
    with pytest.raises(IdentityError, match="1 of the last 2 orders are gone from erp") as stopped:
        town.orders()
    assert f"WC-main-{lost}" in str(stopped.value)
    assert "--erp-restored" in stopped.value.remedy
    assert town.both_sides() == before
    assert (town.states(new), town.states(kept)) == ([], ["confirmed"])


def test_after_a_persons_word_the_lost_orders_are_made_again(town: Town) -> None:
    lost, kept = town.buy(), town.buy()
    town.orders()
    town.erp.remove("order", town.document(lost)["id"])
    with closing(town.open_state()) as state:
        assert forget_missing(state, MemoryConnector(town.erp), town.now) == 1
    town.orders()
    assert (town.states(lost), town.states(kept)) == (["confirmed"], ["confirmed"])
    assert town.orders().writes == 0


def test_only_the_last_fifty_references_are_asked_for_in_one_call(town: Town) -> None:
    for _ in range(60):
        town.buy()
    town.orders(page_size=100)
    first = town.all_documents("1001")[0]["id"]
    town.erp.remove("order", first)
    town.pass_time(hour(24 * 9))
    assert town.orders().writes == 0


def test_an_order_id_that_is_used_again_stops_the_lane(town: Town) -> None:
    order = town.buy()
    town.orders()
    document = dict(town.document(order))
    town.buy("13", pieces=9, order_id=int(order))
    with pytest.raises(IdentityError, match="now belongs to another record") as stopped:
        town.orders()
    assert "state accept" in stopped.value.sentence()
    assert town.document(order) == document
    with pytest.raises(IdentityError):
        town.orders()


def test_the_way_back_never_writes_to_a_stranger_with_an_old_id(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.ship(order)
    town.buy("13", order_id=int(order), late_by=timedelta(days=30))
    with pytest.raises(IdentityError):
        town.orders()
    assert town.written_state(order) == ""


def test_a_lost_order_is_made_again_though_a_later_edit_of_it_was_dismissed(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, customer_note="please ring")
    town.orders()
    with closing(town.open_state()) as state:
        assert state.dismiss("orders", order, town.now, "anna")
    town.erp.remove("order", town.document(order)["id"])
    with closing(town.open_state()) as state:
        assert forget_missing(state, MemoryConnector(town.erp), town.now) == 1
    town.orders()
    assert town.states(order) == ["confirmed"]
