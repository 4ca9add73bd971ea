"""Orders in parts that are half way: while rules change, or while a part is missing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from sync_cli.admin.keeping import forget_missing
from sync_cli.connectors.memory import Fate, MemoryConnector
from tests.flows.depot import BOTH, CLOSED, ROUTING, WHOLE, Depot, refuse, refuse_north
from tests.flows.town import hour
from tests.flows.town import town as found
from tests.properties.world import fates

MINUTES = 60


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    return Depot(found(tmp_path, orders={"routing": ROUTING}))


def test_rules_that_change_while_a_part_is_missing_lose_no_part(depot: Depot) -> None:
    order = depot.order()
    refuse_north(depot, CLOSED)
    depot.town.orders()
    routing = {"parts": [{"part": "south", "lines": {"sku": ["SKU-12"]}}], "rest": "main"}
    depot.town.configure(orders={"routing": routing})
    depot.town.pass_time(hour())
    depot.town.orders(full=True)
    assert depot.states(order) == {"main": ["confirmed"], "north": []}
    assert "still lacks the document of north" in depot.town.why_held(order)
    refuse_north(depot, None)
    depot.town.configure(orders={"routing": ROUTING})
    depot.town.pass_time(hour())
    depot.town.orders()
    assert depot.states(order) == BOTH
    assert not depot.town.held()


def test_rules_that_are_new_while_an_answer_is_lost_make_no_second_document(depot: Depot) -> None:
    depot.town.configure(orders={"routing": WHOLE})
    order = depot.order()
    depot.town.orders(network=fates(Fate.ARRIVES, Fate.LATE))
    depot.town.configure(orders={"routing": ROUTING})
    for _ in range(5):
        depot.town.pass_time(5 * MINUTES)
        depot.town.orders()
    assert depot.town.states(order) == ["confirmed"]
    assert depot.states(order) == {"main": [], "north": []}
    assert not depot.town.held()


def test_called_off_after_the_rules_changed_all_parts_are_called_off(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    depot.town.configure(orders={"routing": WHOLE})
    depot.town.set_status(order, "cancelled")
    depot.town.orders()
    assert depot.states(order) == {"main": ["cancelled"], "north": ["cancelled"]}
    assert not depot.town.held()
    assert depot.town.orders(full=True).writes == 0


def test_edited_and_called_off_at_once_it_is_called_off(depot: Depot) -> None:
    order = depot.town.buy("11")
    depot.town.orders()
    line = depot.town.shop_order(order)["line_items"][0]
    line.update(sku="SKU-12", product_id=12)
    depot.town.set_status(order, "cancelled")
    depot.town.orders()
    assert depot.states(order)["main"] == ["cancelled"]
    assert not depot.town.held()


def test_called_off_while_a_part_is_missing_and_the_rules_changed(depot: Depot) -> None:
    order = depot.order()
    refuse_north(depot, CLOSED)
    depot.town.orders()
    depot.town.configure(orders={"routing": WHOLE})
    depot.town.set_status(order, "cancelled")
    depot.town.orders()
    assert depot.states(order) == {"main": ["cancelled"], "north": []}
    assert not depot.town.held()


def test_it_is_not_completed_while_a_part_is_missing(depot: Depot) -> None:
    order = depot.order()
    depot.town.edit(order, date_paid_gmt="2026-01-05T08:00:00")
    refuse_north(depot, CLOSED)
    depot.town.orders()
    depot.set_in_erp(order, "main", state="shipped", tracking=["PKG-1"])
    depot.town.orders()
    assert depot.town.shop_order(order)["status"] == "processing"


def test_rules_that_end_before_any_part_was_made_leave_no_trace(depot: Depot) -> None:
    order = depot.order()
    refuse(depot, CLOSED)
    depot.town.orders()
    refuse(depot, None)
    depot.town.configure(orders={"routing": WHOLE})
    depot.town.pass_time(hour())
    depot.town.orders()
    assert depot.town.states(order) == ["confirmed"]
    assert not depot.town.held()
    depot.town.stock()
    stock = depot.town.shop.tables["product"]
    assert [stock[product]["stock_quantity"] for product in ("11", "12")] == [49, 48]


def test_it_is_not_paid_nor_called_off_while_a_part_is_missing(depot: Depot) -> None:
    order = depot.order()
    refuse_north(depot, CLOSED)
    depot.town.orders()
    depot.town.edit(order, payment_method="bacs", status="on-hold")
    depot.set_in_erp(order, "main", paid=True)
    depot.town.orders()
    assert depot.town.shop_order(order)["status"] == "on-hold"
    depot.set_in_erp(order, "main", state="cancelled")
    depot.town.orders()
    assert depot.town.shop_order(order)["status"] == "on-hold"
    assert "and not the others" in depot.town.why_held(order, "order-status")


@pytest.mark.parametrize("write_back", ["on", "off"])
def test_a_part_that_the_erp_lost_is_made_again_and_not_sold_again(
    depot: Depot, write_back: str
) -> None:
    depot.town.configure(orders={"write_back": write_back})
    order = depot.order()
    depot.town.orders()
    lost = depot.only(order, "north")
    depot.town._advance_document(depot.town.erp.tables["order"][lost["id"]], "cancelled")
    depot.town.erp.remove("order", lost["id"])
    with closing(depot.town.open_state()) as state:
        assert forget_missing(state, MemoryConnector(depot.town.erp), depot.town.now) == 1
    depot.town.stock()
    stock = depot.town.shop.tables["product"]
    assert [stock[product]["stock_quantity"] for product in ("11", "12")] == [49, 48]
    depot.town.orders()
    assert depot.states(order) == BOTH
    depot.town.stock()
    assert [stock[product]["stock_quantity"] for product in ("11", "12")] == [49, 48]
    assert not depot.town.held()


def test_a_dismissed_edit_of_one_part_does_not_hide_what_another_lacks(depot: Depot) -> None:
    order = depot.order()
    refuse_north(depot, CLOSED)
    depot.town.orders()
    depot.town.edit(order, customer_note="please ring")
    depot.town.orders()
    with closing(depot.town.open_state()) as state:
        assert state.dismiss("orders", f"{order}#main", depot.town.now, "anna")
    depot.town.stock()
    stock = depot.town.shop.tables["product"]
    assert [stock[product]["stock_quantity"] for product in ("11", "12")] == [49, 48]
