"""What is in flight is looked at again; a side that cannot be believed is said, not compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.connectors.memory import Fate
from sync_cli.core.findings import Report, verdict
from sync_cli.core.parts import Part
from sync_cli.engine.route import Mode
from sync_cli.flows.reconcile import Wish
from tests.properties.world import fates
from tests.reconcile.reconciling import (
    HOUR,
    ORDERS_ONLY,
    STOCK_ONLY,
    ComparedWorld,
    told,
)

MANY = 12


@pytest.fixture
def world(tmp_path: Path) -> ComparedWorld:
    """Twelve orders that were transferred, stock in step."""
    world = ComparedWorld(tmp_path)
    world.run("stock")
    for _ in range(MANY):
        world.place_order([("11", 1)])
    world.sync()
    return world


def waits(report: Report) -> dict[str, str]:
    """The reasons of what waits, by id."""
    assert not report.drifts
    assert not report.doubts
    return {each.id: each.reason for each in report.waiting}


def test_an_order_that_has_just_been_placed_waits(world: ComparedWorld) -> None:
    order = world.place_order([("11", 1)])
    world.pass_time(300)
    report = world.reconcile(ORDERS_ONLY)
    assert waits(report) == {
        order: "it changed 5 min ago in the shop; the next run or the next report tells"
    }
    assert report.in_step
    assert verdict(report) == "Shop and ERP agree on 13 orders; 1 record in flight or held."


def test_the_grace_is_a_setting(world: ComparedWorld) -> None:
    brief = world.config.reconcile.model_copy(update={"grace": timedelta(minutes=1)})
    world.config = world.config.model_copy(update={"reconcile": brief})
    order = world.place_order([("11", 1)])
    world.pass_time(300)
    assert told(world.reconcile(ORDERS_ONLY)) == {("missing", order, "document")}


def test_a_document_that_has_just_changed_waits(world: ComparedWorld) -> None:
    document = world.document_of("1001")
    document["total"] = "1.00"
    world.erp.dates["order", document["id"]] = world.now
    assert "0 min ago in the ERP" in waits(world.reconcile(ORDERS_ONLY))["1001"]


def test_a_held_order_waits_with_what_a_person_must_do(world: ComparedWorld) -> None:
    order = world.place_order([("11", 1)], off_by=Decimal("0.01"))
    world.pass_time(HOUR)
    world.run("orders")
    world.pass_time(HOUR)
    reason = waits(world.reconcile(ORDERS_ONLY))[order]
    assert reason.startswith("held: its parts do not add up")
    assert f"Order {order}" not in reason
    assert "recalculate it" in reason


def test_an_order_whose_answer_was_lost_waits(world: ComparedWorld) -> None:
    order = world.place_order([("11", 1)])
    world.pass_time(HOUR)
    world.run("orders", network=fates(Fate.LOST_BEFORE))
    world.pass_time(HOUR)
    reason = waits(world.reconcile(ORDERS_ONLY))[order]
    assert "the answer to an earlier create" in reason


def test_a_stock_number_that_has_just_changed_waits(world: ComparedWorld) -> None:
    world.shop.tables["product"]["12"]["stock_quantity"] = 3
    world.shop.dates["product", "12"] = world.now
    assert waits(world.reconcile(STOCK_ONLY)) == {
        "SKU-12": "it changed 0 min ago in the shop; the next run or the next report tells"
    }


def test_what_was_put_right_while_the_sides_were_read_is_no_drift(world: ComparedWorld) -> None:
    product = world.shop.tables["product"]["11"]
    right = product["stock_quantity"]
    product["stock_quantity"] = 1

    def put_right() -> None:
        product["stock_quantity"] = right

    report = world.reconcile(STOCK_ONLY, between_pages=put_right)
    assert report.in_step
    assert not report.waiting


def test_an_order_that_is_transferred_while_the_sides_are_read_is_no_drift(
    world: ComparedWorld,
) -> None:
    order = world.place_order([("11", 1)])
    world.pass_time(HOUR)
    document = {**world.document_of("1001"), "reference": f"WC-main-{order}"}
    document.pop("id")
    wrapped: list[object] = []

    def late(connector: Any) -> Any:
        original = connector.find

        def find(*arguments: Any) -> Any:
            if not wrapped:
                wrapped.append(world.erp.put("order", {**document, "total": "11.90"}))
                world.erp.dates["order", str(wrapped[0])] = world.now - timedelta(hours=1)
            return original(*arguments)

        connector.find = find
        return connector

    world.wrap_erp = late
    report = world.reconcile(ORDERS_ONLY)
    assert report.in_step
    assert wrapped


def test_an_order_that_is_transferred_between_the_looks_waits(world: ComparedWorld) -> None:
    order = world.place_order([("11", 1)])
    world.pass_time(HOUR)
    asked: list[object] = []

    def overtaken(connector: Any) -> Any:
        original = connector.find

        def find(*arguments: Any) -> Any:
            found = original(*arguments)
            if not asked:
                asked.append(arguments)
                world.run("orders")
            return found

        connector.find = find
        return connector

    world.wrap_erp = overtaken
    reason = waits(world.reconcile(ORDERS_ONLY))[order]
    assert reason == "it was transferred while this report was made; the next one tells"


@pytest.mark.parametrize("part", [Part.ORDERS, Part.STOCK])
def test_a_single_record_that_cannot_be_read_waits(world: ComparedWorld, part: Part) -> None:
    if part is Part.ORDERS:
        world.document_of("1001")["total"] = "a lot"
    else:
        for product in ("14", "15", "16", "17", "18"):
            copy = {**world.shop.tables["product"]["13"], "id": product, "sku": f"SKU-{product}"}
            world.shop.put("product", copy | {"manage_stock": False})
        world.erp.tables["stock"]["912"]["unit_factor"] = "no number"
        for article in ("21", "22", "23"):
            copy = {**world.erp.tables["stock"]["913"], "id": article, "sku": f"X-{article}"}
            world.erp.put("stock", copy)
    world.pass_time(HOUR)
    (reason,) = waits(world.reconcile(Wish(parts=(part,)))).values()
    assert "total" in reason or "unit_factor" in reason


def _empty(world: ComparedWorld) -> None:
    world.erp.tables["order"].clear()


def _halved(world: ComparedWorld) -> None:
    for key in list(world.erp.tables["order"])[: MANY - 3]:
        world.erp.remove("order", key)


def _shop_halved(world: ComparedWorld) -> None:
    for key in list(world.shop.tables["order"])[: MANY - 3]:
        world.shop.remove("order", key)


def _renamed(world: ComparedWorld) -> None:
    for document in world.erp.tables["order"].values():
        document["amount"] = document.pop("total")


def _no_stock(world: ComparedWorld) -> None:
    world.erp.tables["stock"].clear()


DOUBTS: dict[str, tuple[Callable[[ComparedWorld], None], str]] = {
    "all documents gone": (_empty, "only 0 documents of the ERP with our reference, last time"),
    "most documents gone": (_halved, "only 3 documents of the ERP with our reference, last time"),
    "most orders gone": (_shop_halved, "only 3 orders of the shop, last time there were 12"),
    "a field renamed": (_renamed, "12 of 12 documents of the ERP with our reference cannot be"),
    "no stock at all": (_no_stock, "only 0 stock rows of the ERP, last time there were 3"),
}


@pytest.mark.parametrize(("spoil", "sentence"), DOUBTS.values(), ids=DOUBTS.keys())
def test_a_side_that_cannot_be_believed_is_said_instead_of_a_flood(
    world: ComparedWorld, spoil: Callable[[ComparedWorld], None], sentence: str
) -> None:
    assert world.reconcile().in_step
    spoil(world)
    report = world.reconcile()
    assert not report.drifts
    assert not report.in_step
    assert sentence in report.doubts[0]
    assert verdict(report).startswith("It cannot be said whether shop and ERP agree: ")


def test_an_erp_without_any_of_our_documents_is_doubted_the_first_time(
    world: ComparedWorld,
) -> None:
    _empty(world)
    report = world.reconcile(ORDERS_ONLY)
    assert not report.drifts
    assert "none of the documents that were made for this shop" in report.doubts[0]


def test_a_smaller_side_is_compared_once_a_person_said_that_it_is_right(
    world: ComparedWorld,
) -> None:
    world.reconcile(ORDERS_ONLY)
    _halved(world)
    accepted = world.reconcile(replace(ORDERS_ONLY, accept_counts=True))
    assert accepted.drift_count == MANY - 3
    assert not accepted.doubts
    assert world.reconcile(ORDERS_ONLY).drift_count == MANY - 3


def test_a_doubtful_side_is_not_what_the_next_one_is_measured_by(world: ComparedWorld) -> None:
    world.reconcile(ORDERS_ONLY)
    _halved(world)
    assert world.reconcile(ORDERS_ONLY).doubts
    assert world.reconcile(ORDERS_ONLY).doubts


def test_all_drifts_are_counted_though_only_some_are_listed(world: ComparedWorld) -> None:
    for order in range(1001, 1006):
        world.document_of(str(order))["total"] = "1.00"
    report = world.reconcile(replace(ORDERS_ONLY, shown=2))
    assert len(report.drifts) == 2
    assert report.drift_count == 5


def test_a_window_finds_partners_that_lie_outside_of_it(world: ComparedWorld) -> None:
    world.pass_time(HOUR)
    begin = world.now
    world.set_status("1001", "completed")
    world.document_of("1002")["total"] = "1.00"
    world.erp.dates["order", str(world.document_of("1002")["id"])] = world.now
    world.pass_time(HOUR)
    report = world.reconcile(Wish(since=begin, parts=(Part.ORDERS,)))
    assert told(report) == {("different", "1002", "total")}
    assert report.since[Part.ORDERS] == begin
    assert "2 orders changed since 2026-01-05" in verdict(report)


def test_a_part_that_is_switched_off_is_not_compared(world: ComparedWorld) -> None:
    off = world.config.stock.model_copy(update={"mode": Mode.OFF})
    world.config = world.config.model_copy(update={"stock": off})
    world.shop.tables["product"]["12"]["stock_quantity"] = 3
    assert world.reconcile().compared == (Part.ORDERS, Part.PARCELS)


def test_a_part_that_is_only_planned_is_compared_when_it_is_named(world: ComparedWorld) -> None:
    assert world.reconcile().compared == (Part.ORDERS, Part.PARCELS, Part.STOCK)
    report = world.reconcile(Wish(parts=(Part.PRODUCTS,)))
    assert report.compared == (Part.PRODUCTS,)
    assert report.notes == (
        "The mode of products is not `on`: until it is, the commands named here only plan.",
    )


def test_as_long_as_nothing_is_on_all_that_is_planned_is_compared(world: ComparedWorld) -> None:
    planned = {
        name: getattr(world.config, name).model_copy(update={"mode": Mode.PLAN})
        for name in ("orders", "stock")
    }
    world.config = world.config.model_copy(update=planned)
    report = world.reconcile()
    parts = (Part.ORDERS, Part.PARCELS, Part.CUSTOMERS, Part.PRODUCTS, Part.STOCK)
    assert report.compared == parts
