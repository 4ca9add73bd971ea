"""An order that is edited after its transfer: written while the document takes it, else a task."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import Problem, SystemFault
from sync_cli.core.item import Why
from tests.flows.town import Town, hour
from tests.flows.town import town as found
from tests.properties.world import Killed, fates

EDITABLE = {"draft": ("billing", "shipping", "note"), "confirmed": ("billing", "shipping", "note")}


def editable_town(folder: Path) -> Town:
    town = found(folder)
    town.erp.traits = {
        **town.erp.traits,
        "order": replace(town.erp.traits["order"], editable=EDITABLE),
    }
    return town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return editable_town(tmp_path)


def address(town: Town, order: str, city: str) -> dict[str, Any]:
    return {**town.shop_order(order)["shipping"], "city": city}


def test_an_address_and_a_note_are_written_while_the_document_is_only_confirmed(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, shipping=address(town, order, "Bonn"), customer_note="please ring")
    town.orders()
    document = town.document(order)
    assert (document["shipping"]["city"], document["note"]) == ("Bonn", "please ring")
    assert document["state"] == "confirmed"
    assert not town.held()
    assert town.orders().writes == 0


def test_what_the_erp_changed_itself_stays(town: Town) -> None:
    order = town.buy()
    town.orders()
    stored = town.erp.tables["order"][town.document(order)["id"]]
    stored["billing"] = {**stored["billing"], "city": "Ulm"}
    town.edit(order, customer_note="please ring")
    town.orders()
    assert town.document(order)["billing"]["city"] == "Ulm"


def test_once_it_is_shipped_the_edit_is_a_task_that_names_the_field(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.ship(order)
    town.edit(order, customer_note="please ring")
    town.orders()
    assert town.document(order)["note"] == ""
    assert town.held()[order].why is Why.TASK
    assert "it was changed after it was transferred" in town.why_held(order)
    assert "(note)" in town.why_held(order)
    town.pass_time(hour(48))
    town.orders()
    assert order in town.held(), "the task stays until it is resolved"


def test_another_quantity_is_a_task_however_the_document_stands(town: Town) -> None:
    order = town.buy()
    town.orders()
    line = town.shop_order(order)["line_items"][0]
    line.update(quantity=2, total="20.000000", total_tax="3.800000")
    town.edit(order, total="23.800000", total_tax="3.800000", cart_tax="3.800000")
    before = town.document(order)
    town.orders()
    assert town.document(order) == before
    assert "(lines)" in town.why_held(order)


def moved(town: Town, order: str, at: int, net: str) -> None:
    """A line costs something else, by 19 % of tax; its id and its pieces stay."""
    tax = Decimal(net) * 19 / 100
    line = town.shop_order(order)["line_items"][at]
    line.update(subtotal=net, total=net, subtotal_tax=f"{tax}", total_tax=f"{tax}")
    line.update(taxes=[{"id": 1, "total": f"{tax}"}])
    town.edit(order)


def other_product(town: Town, order: str) -> None:
    town.shop_order(order)["line_items"][0].update(product_id=13, sku="SKU-13")
    town.edit(order)


def other_amounts(town: Town, order: str) -> None:
    moved(town, order, 0, "12")
    moved(town, order, 1, "18")


def other_pieces(town: Town, order: str) -> None:
    for line, pieces in zip(town.shop_order(order)["line_items"], (2, 1), strict=True):
        line["quantity"] = pieces
    town.edit(order)


def other_order_of_lines(town: Town, order: str) -> None:
    first, second = town.shop_order(order)["line_items"]
    product, sku = first["product_id"], first["sku"]
    first.update(product_id=second["product_id"], sku=second["sku"])
    second.update(product_id=product, sku=sku)
    town.edit(order)


CHANGES = [other_product, other_amounts, other_pieces, other_order_of_lines]


@pytest.mark.parametrize("change", CHANGES)
def test_a_line_that_changed_under_its_id_is_seen_though_the_total_stayed(
    town: Town, change: Any
) -> None:
    order = town.place_order([("11", 1), ("12", 2)])
    town.orders()
    change(town, order)
    town.orders()
    assert "(lines)" in town.why_held(order)


@pytest.mark.parametrize("change", [other_amounts, other_pieces])
def test_such_a_line_is_seen_too_where_the_shop_deleted_a_product_since(
    town: Town, change: Any
) -> None:
    order = town.place_order([("11", 1), ("12", 2)])
    town.orders()
    change(town, order)
    without_product(town, order)
    town.orders()
    assert "(lines)" in town.why_held(order)


def test_two_deleted_products_that_changed_places_are_seen(town: Town) -> None:
    order = town.place_order([("11", 1), ("12", 1), ("13", 1)])
    town.orders()
    for line, pieces in zip(town.shop_order(order)["line_items"], (2, 0, 1), strict=True):
        line.update(product_id=0, variation_id=0, sku="", quantity=pieces or 1)
    moved(town, order, 0, "20")
    town.shop_order(order)["line_items"].pop(1)
    town.edit(order)
    town.orders()
    assert "(lines)" in town.why_held(order)


def test_what_the_erp_refuses_is_a_task_that_says_why_and_is_tried_again(town: Town) -> None:
    order = town.buy()
    town.orders()
    shape = town.erp.shapes["order"]
    why = Problem("not-editable", "", "an invoice was made of it already", "Do it there.")
    closed = replace(shape, refuses=lambda data: why if "note" in data else None)
    town.erp.shapes = {**town.erp.shapes, "order": closed}
    town.edit(order, customer_note="please ring")
    town.orders()
    assert town.held()[order].why is Why.TASK
    assert "(note), but an invoice was made of it already" in town.why_held(order)
    assert "Make the same change in the ERP" in town.why_held(order)
    town.erp.shapes = {**town.erp.shapes, "order": shape}
    town.pass_time(hour(48))
    town.orders()
    assert town.document(order)["note"] == "please ring"
    assert not town.held()


def test_edited_and_then_cancelled_it_is_called_off(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, customer_note="please ring")
    town.set_status(order, "cancelled")
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert not town.held()


def test_cancelled_after_it_was_shipped_it_is_a_task_with_the_way_out(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.ship(order)
    town.set_status(order, "cancelled")
    town.orders()
    assert town.states(order) == ["shipped"]
    assert "cancelled in the shop, but its document" in town.why_held(order)
    town.set_status(order, "processing")
    town.orders()
    assert not town.held()


def test_cancelled_in_the_shop_its_pieces_are_put_back_once(town: Town) -> None:
    order = town.buy(pieces=4)
    town.orders()
    town.stock()
    assert town.shop_stock("11") == 46
    town.set_status(order, "cancelled")
    town.orders()
    for _ in range(2):
        town.stock(full=True)
        assert town.shop_stock("11") == 50


@pytest.mark.parametrize("fate", list(Fate))
def test_whatever_is_lost_the_edit_arrives(town: Town, fate: Fate) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, customer_note="please ring")
    with contextlib.suppress(SystemFault):
        town.orders(network=fates(fate))
    for _ in range(3):
        town.pass_time(hour())
        town.orders()
    assert town.document(order)["note"] == "please ring"
    assert not town.held()


def test_killed_anywhere_the_edit_arrives(tmp_path: Path) -> None:
    for at in range(200):
        folder = tmp_path / str(at)
        folder.mkdir()
        town = editable_town(folder)
        order = town.buy()
        town.orders()
        town.edit(order, customer_note="please ring")
        town.settle_down()
        try:
            town.run("orders", kill_at=at)
        except Killed:
            town.pass_time(hour())
            town.orders()
            assert town.document(order)["note"] == "please ring", at
            assert not town.held(), at
        else:
            assert at > 10
            return


# Deleted and restored


def test_an_order_deleted_for_good_is_found_by_the_nightly_census(town: Town) -> None:
    kept, order = town.buy(), town.buy()
    town.orders()
    town.shop.remove("order", order)
    town.orders()
    town.pass_time(hour(25))
    town.orders()
    assert "deleted from the shop for good" in town.why_held(order)
    assert town.states(order) == ["confirmed"]
    assert kept not in town.held()


def test_the_task_of_a_deleted_order_goes_once_its_document_is_cancelled(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.shop.remove("order", order)
    town.pass_time(hour(25))
    town.orders()
    town.erp.tables["order"][town.document(order)["id"]]["state"] = "cancelled"
    town.erp.dates["order", town.all_documents(order)[0]["id"]] = town.now
    for _ in range(2):
        town.pass_time(hour(25))
        town.orders()
    assert not town.held()


def without_product(town: Town, order: str) -> None:
    """The shop deletes the product of the first line for good: the line stays, its product not."""
    town.shop_order(order)["line_items"][0].update(product_id=0, variation_id=0, sku="")
    town.edit(order)


@pytest.mark.parametrize("pieces", [2, 3])
@pytest.mark.parametrize("net", [20, 30])
def test_another_quantity_is_a_task_even_if_a_product_was_deleted_since(
    town: Town, pieces: int, net: int
) -> None:
    order = town.place_order([("11", 1), ("12", 2)])
    town.orders()
    without_product(town, order)
    assert town.orders().writes == 0
    assert not town.held()
    tax = Decimal(net) * 19 / 100
    line = town.shop_order(order)["line_items"][1]
    line.update(quantity=pieces, subtotal=f"{net}", total=f"{net}")
    line.update(total_tax=f"{tax}", subtotal_tax=f"{tax}", taxes=[{"id": 1, "total": f"{tax}"}])
    sums = {name: f"{tax + Decimal('1.9')}" for name in ("total_tax", "cart_tax")}
    town.edit(order, total=f"{net + 10 + tax + Decimal('1.9')}", **sums)
    town.orders()
    assert (order in town.held()) is ((pieces, net) != (2, 20))


def lost_edit(town: Town, fate: Fate, **clerk: Any) -> str:
    """A note whose answer was lost, and what a clerk changes in the ERP before the next try."""
    order = town.buy()
    town.orders()
    town.edit(order, customer_note="please ring")
    with contextlib.suppress(SystemFault):
        town.orders(network=fates(fate))
    stored = town.erp.tables["order"][town.document(order)["id"]]
    stored.update(clerk)
    for _ in range(3):
        town.pass_time(hour(24))
        town.orders()
    return order


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER])
def test_what_a_clerk_corrected_after_a_lost_answer_is_a_task_and_stays(
    town: Town, fate: Fate
) -> None:
    order = lost_edit(town, fate, note="ring twice")
    assert town.document(order)["note"] == "ring twice"
    assert town.held()[order].why is Why.TASK
    assert "(note)" in town.why_held(order)
    assert "changed it there meanwhile" in town.why_held(order)


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER])
def test_fields_that_were_not_edited_stay_as_a_clerk_left_them(town: Town, fate: Fate) -> None:
    order = lost_edit(town, fate, billing={"city": "Ulm"})
    document = town.document(order)
    assert (document["note"], document["billing"]) == ("please ring", {"city": "Ulm"})
    assert not town.held()


def test_an_edit_that_follows_a_lost_one_goes_over_with_it(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, customer_note="please ring")
    with contextlib.suppress(SystemFault):
        town.orders(network=fates(Fate.LOST_BEFORE))
    town.edit(order, shipping=address(town, order, "Bonn"))
    for _ in range(3):
        town.pass_time(hour())
        town.orders()
    document = town.document(order)
    assert (document["shipping"]["city"], document["note"]) == ("Bonn", "please ring")
    assert not town.held()


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER])
def test_a_line_that_is_edited_after_a_lost_answer_is_a_task_too(town: Town, fate: Fate) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, customer_note="please ring")
    with contextlib.suppress(SystemFault):
        town.orders(network=fates(fate))
    line = town.shop_order(order)["line_items"][0]
    line.update(quantity=2, total="20.000000", total_tax="3.800000")
    town.edit(order, total="23.800000", total_tax="3.800000", cart_tax="3.800000")
    for _ in range(3):
        town.pass_time(hour(24))
        town.orders()
    assert town.held()[order].why is Why.TASK
    assert "lines" in town.why_held(order)


def test_a_lost_edit_of_a_document_that_left_meanwhile_is_a_task(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, customer_note="please ring")
    with contextlib.suppress(SystemFault):
        town.orders(network=fates(Fate.LOST_BEFORE))
    town.ship(order)
    for _ in range(3):
        town.pass_time(hour(24))
        town.orders()
    assert town.document(order)["note"] == ""
    assert town.held()[order].why is Why.TASK
    assert "(note)" in town.why_held(order)
