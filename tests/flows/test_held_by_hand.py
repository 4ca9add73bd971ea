"""What a person does about a held order counts at once, whenever its next try is due."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from tests.flows.town import Town


@pytest.fixture
def held(town: Town) -> tuple[Town, str]:
    """An order that was held until later, and whose article has been made since."""
    order = town.buy("99")
    town.orders()
    town.new_article("99")
    return town, order


@pytest.mark.parametrize("how", ["ids", "retry"])
def test_an_order_named_or_retried_by_hand_is_tried_at_once(
    held: tuple[Town, str], how: str
) -> None:
    town, order = held
    options: dict[str, Any] = {"ids": (order,)} if how == "ids" else {}
    if how == "retry":
        with closing(town.open_state()) as state:
            assert state.retry_now("orders", [order], town.now) == 1
    town.go("orders", **options)
    assert town.states(order) == ["confirmed"]
    assert not town.held()


def test_an_order_that_was_edited_in_the_shop_is_tried_with_the_next_run(
    held: tuple[Town, str],
) -> None:
    town, order = held
    town.edit(order, customer_note="please hurry")
    town.orders()
    assert town.states(order) == ["confirmed"]


def test_until_then_it_is_left_alone(held: tuple[Town, str]) -> None:
    town, order = held
    town.go("orders")
    assert town.states(order) == []
    town.pass_time(300)
    town.go("orders")
    assert town.states(order) == ["confirmed"]


def test_naming_another_order_leaves_it_alone(held: tuple[Town, str]) -> None:
    town, order = held
    other = town.buy()
    town.settle_down()
    town.go("orders", ids=(other,))
    assert (town.states(other), town.states(order)) == (["confirmed"], [])


def test_an_order_that_does_not_exist_is_named_without_harm(town: Town) -> None:
    good = town.buy()
    town.orders()
    told = town.go("orders", ids=("4711",))
    assert told.ears.notes == ["The shop has no order 4711."]
    assert told.writes == 0
    assert town.states(good) == ["confirmed"]
    assert not town.held()


def test_an_order_that_a_person_booked_and_dismissed_is_not_made_again(
    held: tuple[Town, str],
) -> None:
    town, order = held
    with closing(town.open_state()) as state:
        assert state.dismiss("orders", order, town.now, "anna")
    town.pass_time(25 * 60 * 60)
    town.go("orders")
    assert town.states(order) == []
    assert not town.held()
    town.edit(order, customer_note="please hurry")
    for _ in range(2):
        town.orders()
        town.pass_time(25 * 60 * 60)
    assert town.states(order) == []
    assert "a person dismissed it, and it has changed since" in town.why_held(order)
    with closing(town.open_state()) as state:
        assert state.retry_now("orders", [order], town.now) == 1
    town.orders()
    assert town.states(order) == ["confirmed"]
    assert not town.held()


def test_an_order_that_was_dismissed_is_made_when_it_is_named(held: tuple[Town, str]) -> None:
    town, order = held
    with closing(town.open_state()) as state:
        assert state.dismiss("orders", order, town.now, "anna")
    town.go("orders", ids=(order,))
    assert town.states(order) == ["confirmed"]
