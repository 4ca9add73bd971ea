"""Every kind of line has a handler; one that nobody knows is held by name, never dropped."""

from __future__ import annotations

from tests.flows.town import Town, hour

INSURANCE = [{"id": 1, "name": "Transport insurance", "total": "5.00"}]


def test_fees_coupons_gift_cards_not_carried(town: Town) -> None:
    """A kind of line that no rule reads holds the order, with its name."""
    order = town.buy()
    town.edit(order, insurance_lines=INSURANCE)
    town.orders()
    assert town.states(order) == []
    assert "lines of a kind that no rule reads: insurance_lines" in town.why_held(order)


def test_an_empty_list_of_a_plug_in_is_nothing(town: Town) -> None:
    order = town.buy()
    town.edit(order, insurance_lines=[])
    town.orders()
    assert town.states(order) == ["confirmed"]


def test_an_order_that_is_left_out_is_not_held_for_its_lines(town: Town) -> None:
    order = town.buy(status="pending")
    town.edit(order, insurance_lines=INSURANCE)
    town.orders()
    assert not town.held()
    assert town.skipped(order)


def test_it_goes_on_once_the_lines_are_gone(town: Town) -> None:
    order = town.buy()
    town.edit(order, insurance_lines=INSURANCE)
    town.orders()
    town.edit(order, insurance_lines=[])
    town.pass_time(hour())
    town.orders()
    assert town.states(order) == ["confirmed"]


def test_lines_added_after_the_transfer_are_named(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, insurance_lines=INSURANCE)
    town.orders()
    assert "insurance_lines" in town.why_held(order)
    assert town.states(order) == ["confirmed"]
