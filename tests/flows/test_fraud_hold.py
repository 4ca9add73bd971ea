"""Suspicious orders wait until the shop takes their mark away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.town import Town
from tests.flows.town import town as found

RISK = "_fraud_risk"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    hold = {"states": ["on_hold"], "metadata": {RISK: ["high", "review*"]}}
    return found(tmp_path, orders={"fraud_hold": hold})


def mark(town: Town, order: str, value: str) -> None:
    """A plug-in of the shop writes its verdict on an order."""
    others = [one for one in town.shop_order(order)["meta_data"] if one["key"] != RISK]
    town.edit(order, meta_data=[*others, {"key": RISK, "value": value}])


def test_a_marked_order_makes_no_document_no_customer_and_says_why(town: Town) -> None:
    order = town.buy()
    mark(town, order, "HIGH")
    assert town.orders().writes == 0
    assert town.why_held(order) == (
        f"Order {order} in shop: it is held for a check, because its metadata _fraud_risk"
        " fits orders.fraud_hold. Look at the order in the shop. Release or cancel it there:"
        " once that mark is gone it goes on by itself."
    )
    assert not town.parties()


def test_a_change_of_the_metadata_releases_it_by_itself(town: Town) -> None:
    order = town.buy()
    mark(town, order, "review soon")
    town.orders()
    mark(town, order, "low")
    town.orders()
    assert town.states(order) == ["confirmed"]
    assert not town.held()


def test_a_state_that_holds_shows_on_the_held_list_and_a_change_releases_it(town: Town) -> None:
    order = town.buy(status="on-hold")
    town.orders()
    assert "its state is on_hold" in town.why_held(order)
    town.edit(order, status="processing")
    town.orders()
    assert town.states(order) == ["confirmed"]


def test_a_marked_order_that_is_cancelled_is_left_out(town: Town) -> None:
    order = town.buy()
    mark(town, order, "high")
    town.orders()
    town.edit(order, status="cancelled")
    town.orders()
    assert not town.held()
    assert "cancelled" in town.skipped(order)


def test_its_pieces_are_not_sold_a_second_time(town: Town) -> None:
    town.stock()
    order = town.buy(pieces=3)
    mark(town, order, "high")
    town.orders()
    town.stock()
    assert town.shop.tables["product"]["11"]["stock_quantity"] == 47


def test_marked_after_the_transfer_it_is_a_task_until_the_mark_is_gone(town: Town) -> None:
    order = town.buy()
    town.orders()
    mark(town, order, "high")
    town.orders()
    assert "it was marked after it was transferred" in town.why_held(order)
    assert town.states(order) == ["confirmed"]
    mark(town, order, "low")
    town.orders()
    assert not town.held()


def test_marked_and_cancelled_after_the_transfer_it_is_called_off(town: Town) -> None:
    order = town.buy()
    town.orders()
    mark(town, order, "high")
    town.orders()
    town.edit(order, status="cancelled")
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert not town.held()


def test_an_order_placed_before_start_at_is_not_held(town: Town) -> None:
    town.configure(orders={"start_at": "2090-01-01"})
    order = town.buy()
    mark(town, order, "high")
    town.orders()
    assert not town.held()
