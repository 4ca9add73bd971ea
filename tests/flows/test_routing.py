"""One order, several documents: each made once, together the order to the cent."""

from __future__ import annotations

from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.admin.correcting import correct
from sync_cli.admin.story import describe, stories
from sync_cli.config.routing import RoutingSettings
from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import ConfigError, Problem
from tests.flows.depot import BOTH, ROUTING, WHOLE, Depot, refuse_north
from tests.flows.town import hour
from tests.flows.town import town as found
from tests.properties.world import Killed, fates

EVERY = 5
MINUTES = 60


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    return Depot(found(tmp_path, orders={"routing": ROUTING}))


def test_an_order_becomes_a_document_for_each_part_and_the_sum_is_the_order(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    assert depot.states(order) == BOTH
    main, north = depot.only(order, "main"), depot.only(order, "north")
    assert [line["product_id"] for line in main["lines"]] == ["911", None]
    assert [line["product_id"] for line in north["lines"]] == ["912", None]
    assert [main["lines"][1]["net"], north["lines"][1]["net"]] == ["1.63", "3.27"]
    assert [main["lines"][1]["tax"], north["lines"][1]["tax"]] == ["0.31", "0.62"]
    total = Decimal(main["total"]) + Decimal(north["total"])
    assert total == Decimal(depot.town.shop_order(order)["total"]) == Decimal("41.53")
    assert (main["warehouse"], north["warehouse"]) == ("main", "north")
    assert len(depot.town.parties()) == 1
    assert depot.town.orders().writes == 0


@pytest.mark.parametrize("coupons", ["net", "line"])
@pytest.mark.parametrize("cards", ["line", "payment"])
def test_gift_cards_and_coupons_are_shared_to_the_cent(
    depot: Depot, cards: str, coupons: str
) -> None:
    lines = depot.town.config.orders.lines.model_dump()
    depot.town.configure(orders={"lines": {**lines, "gift_cards": cards, "coupons": coupons}})
    order = depot.order()
    data = depot.town.shop_order(order)
    for line in data["line_items"]:
        line.update(subtotal=f"{Decimal(line['total']) + 1:.6f}")
        line.update(subtotal_tax=f"{Decimal(line['total_tax']) + Decimal('0.19'):.6f}")
    cents = Decimal(data["total"]) - Decimal("5.01")
    given = [{"id": 1, "code": "SECRET-CODE", "amount": Decimal("5.01")}]
    depot.town.edit(order, gift_cards=given, total=f"{cents:.6f}")
    depot.town.orders()
    assert depot.states(order) == BOTH, depot.town.held()
    documents = [depot.only(order, part) for part in ("main", "north")]
    total = sum((Decimal(one["total"]) for one in documents), Decimal(0))
    paid = sum((Decimal(one.get("prepaid") or 0) for one in documents), Decimal(0))
    assert (total - paid, paid) == (cents, Decimal("5.01") if cards == "payment" else Decimal(0))
    assert depot.town.orders().writes == 0


def test_an_order_of_one_part_has_one_document_with_its_name(depot: Depot) -> None:
    order = depot.town.buy("11")
    depot.town.orders()
    assert depot.states(order) == {"main": ["confirmed"], "north": []}
    assert depot.town.orders().writes == 0


@pytest.mark.parametrize(
    ("routing", "says"),
    [
        ({**ROUTING, "rest": ""}, "the `rest` needs a name too"),
        ({"parts": [{"part": "North!"}], "rest": "main"}, "pattern"),
        ({"parts": [{"part": "a", "lines": {"skuu": ["x"]}}], "rest": "b"}, "did you mean 'sku'"),
        ({"parts": [{"part": "a", "order": {"billing.land": ["x"]}}], "rest": "b"}, "no field"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(routing: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        RoutingSettings.model_validate(routing)


def test_an_order_that_cannot_be_proven_is_held_once_and_nothing_is_made(depot: Depot) -> None:
    order = depot.order(off_by=Decimal("0.01"))
    depot.town.orders()
    assert set(depot.town.held()) == {order}
    assert not depot.town.documents()


def test_a_line_without_an_article_holds_the_whole_order(depot: Depot) -> None:
    order = depot.town.place_order([("11", 1), ("99", 1)])
    depot.town.orders()
    assert set(depot.town.held()) == {order}
    depot.town.new_article("99")
    depot.town.pass_time(hour())
    depot.town.orders()
    assert not depot.town.held()
    assert depot.states(order)["main"] == ["confirmed"]


def test_a_part_that_is_refused_waits_alone_and_goes_on_by_itself(depot: Depot) -> None:
    order = depot.order()
    refuse_north(depot, Problem("closed", "", "the north is closed", "Open it."))
    depot.town.orders()
    assert set(depot.town.held()) == {f"{order}#north"}
    assert f"Order {order}, part north" in depot.town.why_held(f"{order}#north")
    assert depot.states(order) == {"main": ["confirmed"], "north": []}
    refuse_north(depot, None)
    depot.town.pass_time(hour())
    depot.town.orders()
    assert depot.states(order) == BOTH
    assert not depot.town.held()


def test_a_part_that_waits_is_not_forgotten_while_its_order_is_read_again(depot: Depot) -> None:
    order = depot.order()
    refuse_north(depot, Problem("closed", "", "the north is closed", "Open it."))
    depot.town.orders()
    for _ in range(2):
        depot.town.orders()
        assert set(depot.town.held()) == {f"{order}#north"}
    refuse_north(depot, None)
    depot.town.pass_time(hour(25))
    depot.town.orders()
    assert depot.states(order) == BOTH


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.LATE, Fate.REFUSED])
@pytest.mark.parametrize("at", [1, 2])
def test_whatever_happens_to_a_call_each_part_is_made_once(
    depot: Depot, fate: Fate, at: int
) -> None:
    order = depot.order()
    depot.town.orders(network=fates(*([Fate.ARRIVES] * at), fate))
    for _ in range(4):
        depot.town.pass_time(5 * MINUTES)
        depot.town.orders()
    live = {p: [s for s in states if s != "cancelled"] for p, states in depot.states(order).items()}
    assert live == BOTH
    assert not depot.town.held()


def test_a_run_that_is_killed_anywhere_makes_each_part_once(tmp_path: Path) -> None:
    steps = killed_at(tmp_path / "whole", None)
    for step in range(0, steps, EVERY):
        killed_at(tmp_path / str(step), step)


def killed_at(folder: Path, step: int | None) -> int:
    """Kill the run that transfers an order in two parts, and go on; the steps of a whole run."""
    folder.mkdir()
    depot = Depot(found(folder, orders={"routing": ROUTING}))
    order = depot.order()
    depot.town.settle_down()
    steps = 0
    with suppress(Killed):
        steps = depot.town.run("orders", kill_at=step).steps
    for _ in range(2):
        depot.town.pass_time(5 * MINUTES)
        depot.town.orders()
    assert depot.states(order) == BOTH
    assert not depot.town.held()
    return steps


def test_a_name_that_is_too_long_stops_the_run_before_anything_is_made(tmp_path: Path) -> None:
    long = {"parts": [], "rest": "", "shared": "shared"}
    rules = {**ROUTING, "rest": "middle"}
    depot = Depot(found(tmp_path, orders={"routing": rules, "reference": "WOOSHOP-{id}"}))
    depot.order(order_id=1_000_001)
    with pytest.raises(ConfigError, match="more than 20"):
        depot.town.orders()
    assert not depot.town.erp.records("order")
    depot.town.configure(orders={"routing": long})
    depot.town.orders()
    assert len(depot.town.erp.records("order")) == 1


def test_data_that_one_part_cannot_take_hold_the_whole_order(depot: Depot) -> None:
    order = depot.order()
    depot.town.shop_order(order)["line_items"][1]["tax_class"] = "odd"
    depot.town.orders()
    assert set(depot.town.held()) == {order}
    assert not depot.town.erp.records("order")
    correct_order(depot, order, "lines[1].tax_class=reduced-rate")
    depot.town.go("orders")
    assert depot.states(order) == BOTH
    assert not depot.town.held()


def correct_order(depot: Depot, name: str, value: str) -> None:
    with closing(depot.town.open_state()) as state:
        correct(state, name, [value], route="orders", now=depot.town.now, who="anna")


def test_a_correction_of_a_part_is_one_of_its_order(depot: Depot) -> None:
    order = depot.order()
    refuse_north(depot, Problem("closed", "", "the north is closed", "Open it."))
    depot.town.orders()
    refuse_north(depot, None)
    correct_order(depot, f"{order}#north", "lines[1].name=Screw")
    depot.town.orders()
    assert depot.only(order, "north")["lines"][0]["text"] == "Screw"
    assert not depot.town.held()


# What becomes of it afterwards


def test_cancelled_in_the_shop_all_parts_are_called_off(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    depot.town.set_status(order, "cancelled")
    depot.town.orders()
    assert depot.states(order) == {"main": ["cancelled"], "north": ["cancelled"]}
    assert not depot.town.held()


def test_cancelled_before_a_lost_part_was_found_it_is_called_off_too(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders(network=fates(Fate.ARRIVES, Fate.LOST_AFTER))
    depot.town.set_status(order, "cancelled")
    for _ in range(4):
        depot.town.pass_time(5 * MINUTES)
        depot.town.orders()
    states = {state for states in depot.states(order).values() for state in states}
    assert states == {"cancelled"}
    assert not depot.town.held()


def test_another_address_goes_to_the_parts_or_is_a_task_for_each(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    depot.town.edit(order, customer_note="ring twice")
    depot.town.orders()
    assert set(depot.town.held()) == {f"{order}#main", f"{order}#north"}


def test_a_line_that_now_belongs_to_another_part_makes_no_further_document(depot: Depot) -> None:
    order = depot.town.buy("11")
    depot.town.orders()
    line = depot.town.shop_order(order)["line_items"][0]
    line.update(sku="SKU-12", product_id=12)
    depot.town.edit(order)
    depot.town.orders()
    assert depot.states(order) == {"main": ["confirmed"], "north": []}
    assert "its lines now go to north instead of main" in depot.town.why_held(order)


def test_rules_that_change_divide_no_order_anew(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    depot.town.configure(orders={"routing": WHOLE})
    assert depot.town.orders(full=True).writes == 0
    assert depot.states(order) == BOTH
    assert not depot.town.held()
    next_order = depot.order()
    depot.town.orders()
    assert depot.town.states(next_order) == ["confirmed"]
    depot.town.configure(orders={"routing": ROUTING})
    assert depot.town.orders(full=True).writes == 0
    assert depot.town.states(next_order) == ["confirmed"]


def test_deleted_or_trashed_it_is_one_task(depot: Depot) -> None:
    one, other = depot.order(), depot.order()
    depot.town.orders()
    depot.town.edit(one, status="trash")
    depot.town.orders()
    assert "moved to the trash" in depot.town.why_held(one)
    depot.town.shop.remove("order", other)
    depot.town.pass_time(hour(25))
    depot.town.orders()
    assert "deleted from the shop for good" in depot.town.why_held(other)
    for part in ("main", "north"):
        depot.set_in_erp(other, part, state="cancelled")
    depot.town.pass_time(hour(25))
    depot.town.orders()
    assert other not in depot.town.held()


# The way back


def meta(depot: Depot, order: str) -> dict[str, Any]:
    """Our metadata on the shop's order."""
    entries = depot.town.shop_order(order)["meta_data"]
    return {entry["key"]: entry["value"] for entry in entries}


def test_the_shop_is_told_of_all_documents_once(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    numbers = [depot.only(order, part)["number"] for part in ("main", "north")]
    assert meta(depot, order)["_sync_cli_document"] == ", ".join(numbers)
    assert meta(depot, order)["_sync_cli_state"] == "confirmed"
    assert len(depot.town.shop.records("note")) == 1


def test_it_is_completed_once_the_last_part_has_left(depot: Depot) -> None:
    order = depot.order()
    depot.town.edit(order, date_paid_gmt="2026-01-05T08:00:00")
    depot.town.orders()
    depot.set_in_erp(order, "main", state="shipped", tracking=["PKG-1"])
    depot.town.orders()
    assert meta(depot, order)["_sync_cli_state"] == "confirmed"
    assert depot.town.shop_order(order)["status"] == "processing"
    depot.set_in_erp(order, "north", state="shipped", tracking=["PKG-2"])
    depot.town.orders()
    assert meta(depot, order)["_sync_cli_state"] == "shipped"
    assert depot.town.shop_order(order)["status"] == "completed"
    told = [one["tracking_number"] for one in meta(depot, order)["_wc_shipment_tracking_items"]]
    assert told == ["PKG-1", "PKG-2"]


def test_cancelled_in_the_erp_as_a_whole_it_is_cancelled_and_in_part_a_task(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    depot.set_in_erp(order, "north", state="cancelled")
    depot.town.orders()
    assert f"cancelled its document of {order}#north" in depot.town.why_held(order, "order-status")
    assert depot.town.shop_order(order)["status"] == "processing"
    depot.set_in_erp(order, "main", state="cancelled")
    depot.town.orders()
    assert depot.town.shop_order(order)["status"] == "cancelled"
    assert not depot.town.held("order-status")


@pytest.mark.parametrize("write_back", ["on", "off"])
def test_pieces_of_a_part_that_is_not_booked_are_not_sold_again(
    depot: Depot, write_back: str
) -> None:
    depot.town.configure(orders={"write_back": write_back})
    depot.order()
    refuse_north(depot, Problem("closed", "", "the north is closed", "Open it."))
    depot.town.orders()
    depot.town.stock()
    stock = depot.town.shop.tables["product"]
    assert [stock[product]["stock_quantity"] for product in ("11", "12")] == [49, 48]
    refuse_north(depot, None)
    depot.town.pass_time(hour())
    depot.town.orders()
    depot.town.stock()
    assert [stock[product]["stock_quantity"] for product in ("11", "12")] == [49, 48]


def test_pieces_of_a_part_that_the_erp_called_off_are_not_sold_again(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    depot.town.stock()
    id = depot.only(order, "north")["id"]
    depot.town._advance_document(depot.town.erp.tables["order"][id], "cancelled")
    depot.town.erp.dates["order", id] = depot.town.now
    depot.town.orders()
    depot.town.stock()
    assert depot.town.shop.tables["product"]["12"]["stock_quantity"] == 48


def test_its_story_tells_each_part(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    number = depot.only(order, "north")["number"]
    with closing(depot.town.open_state()) as state:
        [story] = stories(state, order)
        assert stories(state, number) == stories(state, f"{order}#north") == [story]
    lines = list(describe(story))
    assert sum(line.strip().startswith("ERP document") for line in lines) == 2
    assert any(f"Order {order}#north" in line for line in lines)
