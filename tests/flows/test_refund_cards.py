"""Refunds of orders that a gift card paid in part, from the shop to the ERP's credit notes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.flows.depot import Depot
from tests.flows.refund_town import RefundTown
from tests.flows.test_refund_parts import opened
from tests.flows.town import hour
from tests.properties.refunding import Back, refund_config

ALL_OF_IT = "23.70"


def paid_by_card(town: RefundTown, order: str, amount: str) -> str:
    """The order, of which a gift card has paid so much."""
    record = town.shop.tables["order"][order]
    record["gift_cards"] = [{"id": 1, "code": "SECRET", "amount": amount}]
    record["total"] = str(Decimal(record["total"]) - Decimal(amount))
    return order


def given_back(town: RefundTown, *refunds: str) -> tuple[str, str]:
    """The tax in their credit notes, and what these took back of the gift card's line."""
    notes = [town.credit_note(each) for each in refunds]
    lines = [line for note in notes for line in note["lines"] if line["kind"] == "gift_card"]
    tax = sum(Decimal(note["tax"]) for note in notes)
    return str(tax), str(sum((Decimal(line["net"]) for line in lines), Decimal(0)))


@pytest.fixture
def town(tmp_path: Path) -> RefundTown:
    return RefundTown(tmp_path, config=refund_config())


def ordered(town: RefundTown) -> str:
    """An order of 35.70 with 5.70 tax, of which a gift card paid 12.00, in the ERP."""
    order = paid_by_card(town, town.buy("11", 3), "12.00")
    town.orders()
    return order


def test_all_that_was_paid_clears_the_document(town: RefundTown) -> None:
    refund = town.give_back(ordered(town), ALL_OF_IT)
    town.orders()
    assert town.credit_note(refund)["total"] == ALL_OF_IT
    assert given_back(town, refund) == ("5.70", "-12.00")


def test_a_refund_that_was_deleted_and_made_anew_takes_no_card_back_a_second_time(
    town: RefundTown,
) -> None:
    order = ordered(town)
    deleted = town.give_back(order, "15.00")
    town.orders()
    town.pass_time(hour(1))
    last = town.give_back(order, "8.70")
    town.orders()
    town.delete_refund(deleted)
    town.erp.tables["refund"][town.credit_note(deleted)["id"]]["state"] = "cancelled"
    town.pass_time(hour(25))
    town.orders()
    anew = town.give_back(order, "15.00")
    town.orders()
    assert given_back(town, last, anew) == ("5.70", "-12.00")


@pytest.mark.parametrize("now", ["payment", "hold"])
def test_the_document_decides_and_not_what_is_configured_by_now(town: RefundTown, now: str) -> None:
    order = ordered(town)
    lines = town.config.orders.lines.model_dump(mode="json", exclude_unset=True)
    town.configure(orders={"lines": {**lines, "gift_cards": now}})
    refund = town.give_back(order, ALL_OF_IT)
    town.orders()
    assert given_back(town, refund) == ("5.70", "-12.00")


def test_no_credit_note_of_a_part_is_below_zero(tmp_path: Path) -> None:
    town = opened(tmp_path)
    order = paid_by_card(town, Depot(town).order(), "20.00")
    town.orders()
    town.give_back(order, "6.00", Back(1, net=Decimal("5.04"), tax=Decimal("0.96")))
    for amount in ("10.00", "5.53"):
        town.orders()
        town.pass_time(hour(1))
        town.give_back(order, amount)
    town.orders()
    notes = town.erp.records("refund").values()
    assert notes
    assert all(Decimal(note["total"]) > 0 for note in notes)
    codes = [held.problem.code for held in town.held("refunds").values()]
    assert codes
    assert set(codes) <= {"refund-exceeds", "refund-below-zero"}
