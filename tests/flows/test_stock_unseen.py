"""Pieces that shop orders took and that the ERP does not know yet are never offered again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.connectors.memory import Fate
from tests.flows.town import Town, hour
from tests.properties.world import fates


def waiting_for_nothing(town: Town) -> str:
    """A fresh order that no orders run has seen."""
    return town.buy(pieces=4)


def held(town: Town) -> str:
    order = town.buy(pieces=4, off_by=Decimal("0.01"))
    town.orders()
    assert order in town.held()
    return order


def held_for_long(town: Town) -> str:
    order = held(town)
    town.pass_time(hour(24 * 20))
    town.orders()
    return order


def on_hold(town: Town) -> str:
    order = town.buy(pieces=4, status="on-hold")
    town.orders()
    town.pass_time(hour(24 * 20))
    town.orders()
    assert "on_hold" in town.skipped(order)
    return order


def in_doubt(town: Town) -> str:
    order = town.buy(pieces=4)
    town.orders(network=fates(Fate.ARRIVES, Fate.LOST_BEFORE))
    return order


def a_draft(town: Town) -> str:
    order = town.buy(pieces=4)
    town.orders(network=fates(Fate.ARRIVES, Fate.ARRIVES, Fate.REFUSED))
    assert town.states(order) == ["draft"]
    return order


def refunded_by_state(town: Town) -> str:
    order = town.buy(pieces=4)
    town.edit(order, status="refunded")
    town.orders()
    return order


def called_off_by_the_erp(town: Town) -> str:
    town.configure(orders={"status": {"cancelled": False}})
    order = town.buy(pieces=4)
    town.orders()
    document = town.erp.tables["order"][town.document(order)["id"]]
    town._advance_document(document, "cancelled")
    town.erp.dates["order", document["id"]] = town.now
    town.orders()
    return order


def dismissed(town: Town) -> str:
    """An order that a person took off the held list, because it is to be booked by hand."""
    order = held(town)
    with town.open_state() as state:
        assert state.dismiss("orders", order, town.now, "anna")
    town.pass_time(hour(24 * 20))
    town.orders()
    return order


Unseen = Callable[[Town], str]
UNSEEN: list[Any] = [
    waiting_for_nothing,
    held,
    held_for_long,
    on_hold,
    in_doubt,
    a_draft,
    refunded_by_state,
    called_off_by_the_erp,
    dismissed,
]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_pieces_of_an_order_that_the_erp_does_not_know_are_taken_off(
    town: Town, unseen: Unseen
) -> None:
    town.stock()
    unseen(town)
    town.stock(full=True)
    assert town.shop_stock("11") == 46


@pytest.mark.parametrize("unseen", UNSEEN)
def test_raising_the_stock_of_the_erp_does_not_sell_them_twice(town: Town, unseen: Unseen) -> None:
    town.stock()
    unseen(town)
    town.move_stock("911", on_hand=10)
    town.stock()
    assert town.shop_stock("11") == 56


def test_a_document_that_the_erp_called_off_is_noticed_without_the_way_back_too(
    town: Town,
) -> None:
    town.configure(orders={"write_back": "off"})
    town.stock()
    called_off_by_the_erp(town)
    town.stock(full=True)
    assert town.shop_stock("11") == 46


def test_without_counting_them_the_shop_offers_what_is_sold(town: Town) -> None:
    town.configure(stock={"count_unseen": False})
    town.stock()
    town.buy(pieces=4)
    town.stock(full=True)
    assert town.shop_stock("11") == 50


def test_a_confirmed_order_counts_in_the_erp_and_no_longer_here(town: Town) -> None:
    town.buy(pieces=4)
    town.orders()
    told = town.stock()
    assert told.writes == 0
    assert town.shop_stock("11") == 46


def test_a_shipped_order_counts_nowhere_any_more(town: Town) -> None:
    order = town.buy(pieces=4)
    town.orders()
    town.ship(order)
    town.move_stock("911", on_hand=-4, demand=-4)
    town.orders()
    town.stock()
    assert town.shop_stock("11") == 46


@pytest.mark.parametrize("status", ["pending", "failed", "cancelled", "trash", "checkout-draft"])
def test_orders_that_took_nothing_from_the_stock_do_not_count(town: Town, status: str) -> None:
    town.stock()
    town.buy(pieces=4, status=status)
    town.stock(full=True)
    assert town.shop_stock("11") == 50


def test_orders_placed_before_start_at_are_the_erps_own_business(town: Town) -> None:
    town.stock()
    town.configure(orders={"start_at": town.now + timedelta(hours=1)})
    town.buy(pieces=4)
    town.stock(full=True)
    assert town.shop_stock("11") == 50


def test_a_line_counts_with_what_it_took_not_with_what_was_bought(town: Town) -> None:
    town.stock()
    order = town.buy(pieces=4)
    town.shop_order(order)["line_items"][0]["meta_data"] = [
        {"id": 1, "key": "_reduced_stock", "value": "1"}
    ]
    town.stock(full=True)
    assert town.shop_stock("11") == 49


def test_pieces_that_a_refund_has_put_back_are_no_longer_unseen(town: Town) -> None:
    town.stock()
    order = town.buy(pieces=4)
    town.shop_order(order)["line_items"][0]["meta_data"] = [
        {"id": 1, "key": "_restock_refunded_items", "value": "4"}
    ]
    town.stock(full=True)
    assert town.shop_stock("11") == 50


def test_unseen_pieces_are_pieces_of_the_shop_not_units_of_the_erp(town: Town) -> None:
    town.stock_row("11", unit_factor="6")  # 50 units are 8 pieces
    town.stock()
    town.buy(pieces=3)
    town.stock(full=True)
    assert town.shop_stock("11") == 5


def test_pieces_added_to_a_transferred_order_are_unseen_until_the_erp_knows_them(
    town: Town,
) -> None:
    order = town.buy(pieces=4)
    town.orders()
    town.stock()
    line = town.shop_order(order)["line_items"][0]
    line.update(quantity=6, total="60.000000", total_tax="11.400000")
    line["meta_data"] = [{"id": 1, "key": "_reduced_stock", "value": "6"}]
    town.edit(order, total="71.400000", total_tax="11.400000", cart_tax="11.400000")
    town.shop.tables["product"]["11"]["stock_quantity"] -= 2
    town.orders()
    assert "changed after it was transferred" in town.why_held(order)
    town.stock(full=True)
    assert town.shop_stock("11") == 44


def test_an_order_cancelled_in_the_shop_gives_its_pieces_back(town: Town) -> None:
    order = town.buy(pieces=4)
    town.orders()
    town.stock()
    town.set_status(order, "cancelled")
    town.orders()
    town.stock()
    assert town.shop_stock("11") == 50


def test_several_orders_of_several_articles_add_up(town: Town) -> None:
    town.stock()
    town.place_order([("11", 2), ("12", 1)])
    town.place_order([("11", 3), ("13", 5)])
    town.stock(full=True)
    assert [town.shop_stock(id) for id in ("11", "12", "13")] == [45, 49, 45]


def test_an_unreadable_order_is_said_because_it_may_count(town: Town) -> None:
    order = town.buy(pieces=4)
    town.edit(order, status="wholesale-paid")
    told = town.stock()
    assert any("counted too low" in note for note in told.ears.notes)
    assert any(order in note for note in told.ears.notes)


# The second look


def test_an_order_placed_while_the_rows_were_read_is_seen_by_the_second_look(town: Town) -> None:
    town.stock()
    town.move_stock("911", on_hand=10)
    town.pass_time(1)
    _buy_during(town, "update")
    assert town.shop_stock("11") == 56


def test_without_it_the_write_would_have_given_the_pieces_back(town: Town) -> None:
    town.configure(stock={"second_looks": 0})
    town.stock()
    town.move_stock("911", on_hand=10)
    town.pass_time(1)
    _buy_during(town, "update")
    assert town.shop_stock("11") == 60


def test_it_looks_again_until_no_order_came(town: Town) -> None:
    town.stock()
    town.move_stock("911", on_hand=10)
    town.pass_time(1)
    _buy_during(town, "update", times=3)
    assert town.shop_stock("11") == 60 - 3 * 4


def test_it_rewrites_only_the_articles_of_the_new_orders(town: Town) -> None:
    town.stock()
    for article in ("911", "912"):
        town.move_stock(article, on_hand=10)
    town.pass_time(1)
    told = _buy_during(town, "update")
    assert told.writes == 2
    assert (town.shop_stock("11"), town.shop_stock("12")) == (56, 60)


def test_a_dry_run_does_not_look_again(town: Town) -> None:
    town.stock()
    town.move_stock("911", on_hand=10)
    assert town.stock(dry_run=True).writes == 0


def _buy_during(town: Town, call: str, times: int = 1) -> Any:
    """A stock run, and an order of four pieces that is placed just as the shop is written to."""
    left = [None] * times

    def network(what: str) -> Fate:
        if what == call and left:
            left.pop()
            town.buy(pieces=4)
        return Fate.ARRIVES

    return town.stock(network=network)
