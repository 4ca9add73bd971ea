"""A dry run prints the very plan that a real run executes, and writes nothing anywhere."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.flows.town import Told, Town, hour, of_route

FIRST_HALF = ("orders", "order-customers", "order-guests")
"""Routes whose plan does not hang on what the same run has just made in the ERP."""


def a_busy_morning(town: Town) -> None:
    """Orders of every kind, each with another fate, and stock that moved."""
    town.orders()
    town.stock()
    cancelled, edited = town.buy(), town.buy("12")
    town.orders()
    town.set_status(cancelled, "cancelled")
    town.edit(edited, customer_note="please ring")
    town.buy(customer=7, email="erika@kunde.example")
    town.buy("13", pieces=2, email="hans@kunde.example")
    town.buy("12", email="frieda@kunde.example", off_by=Decimal("0.01"))
    town.buy("99")
    town.buy(status="on-hold")
    town.move_stock("911", on_hand=-7)
    town.move_stock("912", on_hand=70)
    town.settle_down()


def said(told: Told) -> list[str]:
    """What was planned where both kinds of run know the same."""
    return [line for line in told.ears.plan if line.partition(":")[0] in FIRST_HALF]


def test_the_plan_of_a_dry_orders_run_is_that_of_the_real_one(town: Town) -> None:
    a_busy_morning(town)
    planned = town.go("orders", dry_run=True, page_size=100)
    carried_out = town.go("orders", page_size=100)
    assert said(planned) == said(carried_out)
    assert len(of_route(said(planned), "orders")) >= 7


def test_the_plan_of_a_dry_stock_run_is_that_of_the_real_one(town: Town) -> None:
    a_busy_morning(town)
    town.go("orders")
    planned = town.go("stock", dry_run=True)
    carried_out = town.go("stock")
    assert planned.ears.plan == carried_out.ears.plan
    assert len(planned.ears.plan) >= 2


@pytest.mark.parametrize("lane", ["orders", "stock"])
@pytest.mark.parametrize("options", [{}, {"full": True}, {"since": timedelta(days=1)}], ids=str)
def test_a_dry_run_writes_nothing_anywhere(town: Town, lane: str, options: dict[str, Any]) -> None:
    a_busy_morning(town)
    if "since" in options:
        options = {"since": town.now - options["since"]}
    sides, state = town.both_sides(), town.remembered()
    told = town.go(lane, dry_run=True, **options)
    assert told.writes == 0
    assert told.ears.plan
    assert town.both_sides() == sides
    assert town.remembered() == state


@pytest.mark.parametrize("mode", ["plan", "off"])
@pytest.mark.parametrize("lane", ["orders", "stock"])
def test_a_route_that_is_not_on_writes_nothing_anywhere(town: Town, lane: str, mode: str) -> None:
    a_busy_morning(town)
    town.configure(**{lane: {"mode": mode}})
    sides, state = town.both_sides(), town.remembered()
    assert town.go(lane).writes == 0
    assert town.both_sides() == sides
    assert town.remembered() == state


def test_the_way_back_can_be_planned_alone(town: Town) -> None:
    town.configure(orders={"write_back": "plan"})
    order = town.buy()
    shop, _ = town.both_sides()
    told = town.orders()
    assert town.states(order) == ["confirmed"]
    assert town.both_sides()[0] == shop
    assert of_route(told.ears.plan, "orders-back") == [
        f"update Order {order}: meta_data = 3 entries"
    ]
    town.configure(orders={"write_back": "on"})
    town.orders()
    assert town.written_back(order)


def test_a_plan_that_the_guard_would_stop_is_shown_with_the_way_to_let_it_pass(
    town: Town,
) -> None:
    town.configure(stock={"guard": {"overwrite": {"share": 0, "least": 0}}})
    town.move_stock("911", on_hand=5)
    told = town.stock(dry_run=True)
    [note] = told.ears.notes
    assert "overwrite 1 of 3 records" in note
    assert "--accept" in note
    assert of_route(told.ears.plan, "stock") == ["update Stock of SKU-11: stock_quantity = 55"]


def test_after_a_dry_run_the_real_one_still_has_all_to_do(town: Town) -> None:
    order = town.buy()
    town.orders(dry_run=True)
    town.pass_time(hour())
    town.orders(dry_run=True)
    town.orders()
    assert town.states(order) == ["confirmed"]


def test_a_guest_who_buys_twice_is_planned_once_within_a_window(town: Town) -> None:
    for _ in range(3):
        town.buy(email="erika@kunde.example")
    planned = town.orders(dry_run=True, page_size=100)
    assert len(of_route(planned.ears.plan, "order-guests")) == 1


def test_a_guest_who_buys_twice_is_planned_once_over_several_windows(town: Town) -> None:
    for _ in range(3):
        town.buy(email="erika@kunde.example")
    planned = town.orders(dry_run=True, page_size=1)
    assert len(of_route(planned.ears.plan, "order-guests")) == 1
