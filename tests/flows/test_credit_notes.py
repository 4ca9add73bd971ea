"""Credit notes of the ERP: the checkpoints of returns, and refunds of the shop made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync_cli.connectors.memory import Fate
from sync_cli.core.item import Why
from tests.flows.refund_town import RefundTown
from tests.flows.town import hour, of_route
from tests.properties.refunding import Back, refund_config
from tests.properties.world import fates


def made(folder: Path, **refunds: Any) -> RefundTown:
    """A town with these settings of its refunds."""
    return RefundTown(folder, config=refund_config(**refunds))


@pytest.fixture
def town(tmp_path: Path) -> RefundTown:
    """Credit notes of the ERP become refunds of the shop."""
    return made(tmp_path, from_erp="on", from_erp_since="2026-01-01")


# Refunds of the shop made of credit notes


def test_a_credit_note_of_the_erp_becomes_one_refund_of_the_shop(town: RefundTown) -> None:
    order = town.sold()
    note = town.erp_credit(order, "5.00")
    town.orders()
    [refund] = town.refunds_of(order)
    assert (refund["amount"], refund["reason"]) == ("5.000000", "Goodwill")
    assert refund["refunded_payment"] is False
    assert {"key": "_sync_cli_credit_note", "value": f"CN{note}"} in refund["meta_data"]


def test_it_never_comes_round_again_as_a_second_credit_note(town: RefundTown) -> None:
    order = town.sold()
    note = town.erp_credit(order, "5.00")
    for _ in range(3):
        town.orders()
    town.orders(full=True)
    [refund] = town.refunds_of(order)
    assert town.credit_notes(refund["id"]) == []
    assert list(town.erp.records("refund")) == [note]
    assert town.left_out(refund["id"]) == f"it was made of credit note CN{note}"


def test_our_own_credit_notes_make_no_refund_of_the_shop(town: RefundTown) -> None:
    order = town.sold()
    town.give_back(order, "5.00")
    for _ in range(3):
        town.orders()
    assert len(town.refunds_of(order)) == 1


def test_money_goes_back_by_the_gateway_only_where_it_is_asked_for(tmp_path: Path) -> None:
    town = made(tmp_path, from_erp="on", from_erp_since="2026-01-01", api_refund=True)
    order = town.sold()
    town.erp_credit(order, "5.00")
    town.orders()
    assert [refund["refunded_payment"] for refund in town.refunds_of(order)] == [True]


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.LATE])
def test_a_lost_answer_makes_no_second_refund(town: RefundTown, fate: Fate) -> None:
    order = town.sold()
    town.erp_credit(order, "5.00")
    town.settle_down()
    town.go("orders", network=fates(fate))
    for _ in range(3):
        town.pass_time(hour())
        town.go("orders")
    assert len(town.refunds_of(order)) == 1
    assert len(town.erp.records("refund")) == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"state": "draft"}, "it is not confirmed yet"),
        ({"state": "cancelled"}, "it was cancelled"),
        ({"order_id": "777"}, "its order is none of this shop's"),
        ({"total": "0.00"}, "it gives nothing back"),
        ({"refunded_at": "2025-12-31T00:00:00Z"}, "it was made before refunds.from_erp_since"),
    ],
)
def test_credit_notes_that_are_none_of_the_shops_business(
    town: RefundTown, fields: dict[str, str], why: str
) -> None:
    order = town.sold()
    town.erp_credit(order, "5.00", **fields)
    told = town.orders()
    assert town.refunds_of(order) == []
    assert any(why in line for line in of_route(told.ears.plan, "credit-notes"))


def test_credit_notes_stay_in_the_erp_unless_the_configuration_says_otherwise(
    tmp_path: Path,
) -> None:
    town = made(tmp_path)
    order = town.sold()
    town.erp_credit(order, "5.00")
    town.orders()
    assert town.refunds_of(order) == []
    town.configure(refunds={"from_erp": "plan", "from_erp_since": "2026-01-01"})
    assert len(of_route(town.orders().ears.plan, "credit-notes")) == 1
    assert town.refunds_of(order) == []
    town.configure(refunds={"from_erp": "on", "from_erp_since": "2026-01-01"})
    town.orders()
    assert len(town.refunds_of(order)) == 1


def test_from_erp_needs_the_day_from_which_on_it_holds() -> None:
    with pytest.raises(ValueError, match="from_erp_since"):
        refund_config(from_erp="on")


def test_a_refund_by_amount_after_one_from_the_erp_takes_back_what_is_left(
    town: RefundTown,
) -> None:
    order = town.sold()
    town.erp_credit(order, "5.00")
    town.orders()
    rest = town.give_back(order, "30.70")
    town.orders()
    assert town.credit_note(rest)["total"] == "30.70"
    more = town.give_back(order, "0.01")
    town.orders()
    assert "35.70 ≠ 35.71" in town.why_refund_held(more)


# A credit note that was cancelled


def test_a_credit_note_cancelled_in_the_erp_is_a_task_until_the_refund_is_gone(
    town: RefundTown,
) -> None:
    order = town.sold()
    refund = town.give_back(order, "5.00")
    town.orders()
    note = town.credit_note(refund)
    town.reach(refund, state="cancelled")
    town.orders()
    held = town.held("credit-notes")[note["id"]]
    assert held.why is Why.TASK
    assert f"refund {refund} still stands in the shop" in held.problem.sentence()
    town.delete_refund(refund)
    town.pass_time(hour(2))
    town.orders()
    assert town.held("credit-notes") == {}


# Returns


def test_each_checkpoint_of_a_return_is_an_event_told_once(tmp_path: Path) -> None:
    town = made(tmp_path)
    town.by_hand = True
    order = town.sold()
    refund = town.give_back(order, "11.90", Back(1, pieces=1))
    town.orders()
    assert [outcome for outcome, _ in town.return_events(refund)] == ["refunded"]
    town.reach(refund, received_at="2026-01-07T09:00:00Z")
    town.orders()
    town.reach(refund, inspected_at="2026-01-07T10:00:00Z", restocked_at="2026-01-08T11:00:00Z")
    town.orders()
    town.orders(full=True)
    events = town.return_events(refund)
    assert [outcome for outcome, _ in events] == ["refunded", "received", "inspected", "restocked"]
    assert events[1][1].startswith("2026-01-07 09:00:00 UTC, Credit note CN")


def test_what_the_shop_knows_of_a_return_travels_with_the_credit_note(tmp_path: Path) -> None:
    town = made(tmp_path)
    meta = [{"id": 1, "key": "_return_authorised_at", "value": "2026-01-04T12:00:00"}]
    refund = town.give_back(town.sold(), "11.90", Back(1, pieces=1), meta_data=meta)
    town.orders()
    outcomes = {outcome for outcome, _ in town.return_events(refund)}
    assert outcomes == {"authorised", "refunded", "restocked"}


def test_a_dry_run_tells_no_checkpoint(tmp_path: Path) -> None:
    town = made(tmp_path)
    refund = town.give_back(town.sold(), "5.00")
    town.orders()
    town.reach(refund, received_at="2026-01-07T09:00:00Z")
    town.orders(dry_run=True)
    assert [outcome for outcome, _ in town.return_events(refund)] == ["refunded"]
