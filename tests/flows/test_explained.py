"""The story of an order, found by every name that people have for it."""

from __future__ import annotations

from contextlib import closing

import pytest

from sync_cli.admin.story import describe, stories
from tests.flows.town import Town


def told(town: Town, name: str) -> list[str]:
    """The stories that a name leads to, as text."""
    with closing(town.open_state()) as state:
        return ["\n".join(describe(story)) for story in stories(state, name)]


@pytest.fixture
def numbered(town: Town) -> tuple[Town, str]:
    """A transferred order that a plug-in of the shop numbers in its own way."""
    order = town.buy()
    town.edit(order, number="2026-0077")
    town.orders()
    return town, order


def test_an_order_is_found_by_id_number_reference_and_erp_number(
    numbered: tuple[Town, str],
) -> None:
    town, order = numbered
    names = [order, "2026-0077", f"WC-main-{order}", town.document(order)["number"]]
    found = [told(town, name) for name in names]
    assert [len(stories) for stories in found] == [1] * 4
    assert len({stories[0] for stories in found}) == 1
    assert "2026-0077" in found[0][0]


def test_an_order_that_waits_is_found_by_its_number_too(town: Town) -> None:
    order = town.buy("99")
    town.edit(order, number="2026-0078")
    town.orders()
    [story] = told(town, "2026-0078")
    assert story.startswith(f"Order {order}")
    assert "no article of the ERP has this SKU" in story


def test_a_number_that_means_two_orders_tells_both_stories(town: Town) -> None:
    first, second = town.buy(), town.buy()
    town.edit(second, number=first)
    town.orders()
    assert len(told(town, first)) == 2


def test_each_attempt_stands_in_the_story(town: Town) -> None:
    order = town.buy("99")
    town.orders()
    town.pass_time(400)
    town.orders()
    [story] = told(town, order)
    assert story.count("held: ") >= 3
    assert "attempt 2" in story


def test_the_head_of_a_story_has_plain_words(numbered: tuple[Town, str]) -> None:
    town, order = numbered
    town.orders()
    [story] = told(town, order)
    number = town.document(order)["number"]
    names = f"number 2026-0077, reference WC-main-{order}, ERP number {number}"
    assert story.splitlines()[0] == f"Order {order} ({names}, in the ERP confirmed)"


def test_a_name_that_nobody_has_tells_nothing(town: Town) -> None:
    town.buy()
    town.orders()
    assert told(town, "4711") == []
