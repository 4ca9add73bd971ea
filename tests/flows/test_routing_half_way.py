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


# After the state file was lost


def lose_the_state(depot: Depot) -> None:
    """What an admin does after the state file was lost."""
    for file in depot.town.folder.glob("state.sqlite*"):
        file.unlink()
    depot.town.rebuild_state()
    depot.town.pass_time(hour())


def documents(depot: Depot) -> list[str]:
    """The references of all documents in the ERP."""
    return sorted(str(one["reference"]) for one in depot.town.erp.records("order").values())


SOUTH = {"parts": [{"part": "south", "lines": {"sku": ["SKU-12"]}}], "rest": "main"}


@pytest.mark.parametrize("routing", [WHOLE, SOUTH], ids=["whole", "otherwise"])
def test_what_went_over_before_the_rules_changed_is_not_made_again(
    depot: Depot, routing: dict[str, object]
) -> None:
    order = depot.order()
    depot.town.orders()
    before = documents(depot)
    lose_the_state(depot)
    depot.town.configure(orders={"routing": routing})
    for _ in range(3):
        depot.town.orders(full=True)
        depot.town.pass_time(hour(25))
    assert documents(depot) == before
    assert "orders.routing" in depot.town.why_held(order)
    assert f"`sync-cli orders --id {order}`" in depot.town.why_held(order)
    depot.town.configure(orders={"routing": ROUTING})
    depot.town.orders(full=True)
    depot.town.pass_time(hour(25))
    depot.town.orders(full=True)
    assert documents(depot) == before
    assert not depot.town.held()


def test_what_went_over_as_a_whole_stays_whole(depot: Depot) -> None:
    depot.town.configure(orders={"routing": WHOLE})
    order = depot.order()
    depot.town.orders()
    lose_the_state(depot)
    depot.town.configure(orders={"routing": ROUTING})
    depot.town.orders(full=True)
    assert documents(depot) == [f"WC-main-{order}"]
    assert not depot.town.held()
    assert depot.town.orders(full=True).writes == 0


def test_a_part_that_the_shop_was_not_told_of_yet_is_found_by_its_name(depot: Depot) -> None:
    order = depot.order()
    refuse_north(depot, CLOSED)
    depot.town.orders()
    depot.town.edit(order, meta_data=[])
    refuse_north(depot, None)
    lose_the_state(depot)
    depot.town.orders(full=True)
    assert documents(depot) == [f"WC-main-{order}#main"]
    assert (
        f"it is WC-main-{order}#main, WC-main-{order}#north, but the ERP has WC-main-{order}#main."
    ) in depot.town.why_held(order)
    depot.town.orders(ids=(order,))
    assert depot.states(order) == BOTH
    assert not depot.town.held()


def test_with_the_rules_that_were_in_force_all_is_found_again(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    lose_the_state(depot)
    depot.town.orders(full=True)
    assert depot.states(order) == BOTH
    assert not depot.town.held()
    assert len(documents(depot)) == 2
