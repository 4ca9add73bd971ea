"""Marketplaces: a whole and its parts stand in the shop alike, and only one side is booked."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.flows.town import Town, hour


def say(town: Town, booked: str) -> None:
    """The merchant says which side is booked."""
    town.configure(orders={"child_orders": booked})


@pytest.fixture
def family(town: Town) -> tuple[Town, str, str, str]:
    """An order of two pieces, and its two parts of one piece each."""
    whole = town.place_order([("11", 1), ("12", 1)])
    parts = [town.buy("11"), town.buy("12")]
    for part in parts:
        town.edit(part, parent_id=int(whole))
    return town, whole, *parts  # type: ignore[return-value]


Orders = tuple[Town, str, str, str]


def test_nothing_of_a_family_is_booked_until_the_configuration_says_which_side(
    family: Orders,
) -> None:
    town, whole, one, two = family
    town.orders()
    assert set(town.held()) == {whole, one, two}
    assert f"it was split into orders {one}, {two}" in town.why_held(whole)
    assert f"it is a part of order {whole}, and the sale stands in both" in town.why_held(one)
    assert not town.documents()
    assert not town.parties()


@pytest.mark.parametrize("booked", ["parents", "children"])
def test_the_side_that_is_named_goes_on_by_itself_and_the_other_is_left_out(
    family: Orders, booked: str
) -> None:
    town, whole, one, two = family
    town.orders()
    say(town, booked)
    town.pass_time(hour())
    town.orders()
    assert not town.held()
    documents = [town.states(order) for order in (whole, one, two)]
    sold = ["confirmed"]
    assert documents == ([sold, [], []] if booked == "parents" else [[], sold, sold])
    if booked == "parents":
        assert town.skipped(one) == f"a part of order {whole}"
    else:
        assert town.skipped(whole) == f"booked by its parts: orders {one}, {two}"


def test_a_part_that_comes_after_its_whole_was_booked_is_never_booked_too(town: Town) -> None:
    whole = town.buy()
    town.orders()
    part = town.buy()
    town.edit(part, parent_id=int(whole))
    town.orders()
    assert town.skipped(part) == f"a part of order {whole}"
    say(town, "children")
    town.edit(part, customer_note="soon")
    town.orders()
    assert town.states(part) == []


def test_once_the_shop_is_known_to_split_orders_a_whole_waits_alone_too(family: Orders) -> None:
    """Its parts may stand in another window of the same read."""
    town, *_ = family
    town.orders(page_size=1)
    whole = town.buy("11")
    part = town.buy("11")
    town.edit(part, parent_id=int(whole))
    town.orders(page_size=1)
    assert {whole, part} <= set(town.held())


@pytest.mark.parametrize("booked", ["parents", "children", "hold"])
@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_the_parts_of_a_whole_that_fails_are_booked_or_held_and_never_sold_twice(
    family: Orders, booked: str, state: str
) -> None:
    town, whole, one, two = family
    town.edit(whole, status=state)
    say(town, booked)
    town.stock()
    town.orders()
    town.stock()
    assert town.states(whole) == []
    if booked == "children":
        assert town.states(one) == ["confirmed"]
    elif booked == "parents":
        assert f"order {whole}, which is not booked: state {state} is not transferred" in (
            town.why_held(one)
        )
        assert "its pieces count as sold" in town.why_held(two)
    for product in ("11", "12"):
        assert town.shop.tables["product"][product]["stock_quantity"] == 49


def test_a_part_of_a_whole_that_waits_for_its_payment_follows_it(family: Orders) -> None:
    town, whole, one, _two = family
    say(town, "parents")
    town.set_status(whole, "on-hold")
    town.orders()
    assert "state on_hold is not transferred" in town.why_held(one)
    town.set_status(whole, "processing")
    town.orders()
    town.pass_time(hour(14))
    town.orders()
    assert town.states(whole) == ["confirmed"]
    assert town.skipped(one) == f"a part of order {whole}"


def test_a_part_whose_whole_was_deleted_is_held(family: Orders) -> None:
    town, whole, one, _two = family
    say(town, "parents")
    town.shop.remove("order", whole)
    town.orders()
    assert "it no longer exists in the shop" in town.why_held(one)


def test_cancelled_parts_hold_nothing(family: Orders) -> None:
    town, whole, one, two = family
    town.edit(one, status="cancelled")
    town.edit(two, status="failed")
    say(town, "children")
    town.orders()
    assert town.states(whole) == ["confirmed"]


def test_a_shop_that_never_splits_orders_is_asked_nothing_more(town: Town) -> None:
    town.buy()
    reads = town.orders().run
    with closing(town.open_state()) as state:
        assert "splits_orders" not in state.facts("orders", ["orders"]).get("orders", {})
    assert reads.tally.of("orders", "create") == 1
