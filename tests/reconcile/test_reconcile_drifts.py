"""Each kind of drift, made on purpose, is found, named with its owner, and mended as it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_cli.core.findings import verdict
from sync_cli.engine.route import Options
from sync_cli.flows.read_only import ReadOnly
from tests.properties.goods import erp_stock, shop_product
from tests.properties.world import MAPPINGS
from tests.reconcile.reconciling import ORDERS_ONLY, STOCK_ONLY, ComparedWorld, complete, only, told


@pytest.fixture
def world(tmp_path: Path) -> ComparedWorld:
    """Three orders that were transferred, stock in step."""
    return world_in_step(tmp_path)


def world_in_step(folder: Path) -> ComparedWorld:
    world = ComparedWorld(folder)
    world.run("stock")
    for lines in ([("11", 2)], [("12", 1), ("13", 3)], [("13", 1)]):
        world.place_order(lines)
    world.sync()
    return world


def test_both_sides_agree_after_a_run_of_all_lanes(world: ComparedWorld) -> None:
    report = world.reconcile()
    assert report.in_step
    assert verdict(report) == "Shop and ERP agree on 3 orders, 0 parcels and 3 stock numbers."
    sums = {(str(s.part), s.side): (s.records, s.amount) for s in report.sums}
    assert sums["orders", "shop"] == sums["orders", "erp"]
    assert sums["stock", "shop"] == sums["stock", "erp"]


def test_it_writes_to_neither_side(world: ComparedWorld) -> None:
    world.place_order([("11", 1)])
    assert world.compare()[1].writes == 0


@pytest.mark.parametrize("call", ["create", "update", "advance"])
def test_its_connectors_refuse_to_write(call: str) -> None:
    class Named:
        name = "erp"

    connector = ReadOnly(Named())  # type: ignore[arg-type]
    arguments: tuple[Any, ...] = {"advance": ("order", ["1"], "cancelled")}.get(call, ("order", []))
    with pytest.raises(AssertionError, match="tried to write"):
        getattr(connector, call)(*arguments)


@dataclass(frozen=True)
class Case:
    """What somebody does, and the drift (kind, id, field, side that is right) that it makes."""

    act: Callable[[ComparedWorld], Any]
    drift: tuple[str, str, str, str]
    says: str
    mend: str


def _copy_document(world: ComparedWorld) -> None:
    copy = {key: value for key, value in world.document_of("1001").items() if key != "id"}
    world.erp.put("order", copy | {"number": "SO99"})


def _stranger(world: ComparedWorld) -> None:
    copy = {key: value for key, value in world.document_of("1001").items() if key != "id"}
    world.erp.put("order", copy | {"reference": "WC-main-7777", "number": "SO77"})


def _cancel_there(world: ComparedWorld) -> None:
    world.document_of("1001")["state"] = "cancelled"


def _cancelled_but_shipped(world: ComparedWorld) -> None:
    world.document_of("1001")["state"] = "shipped"
    world.shop.tables["order"]["1001"]["status"] = "cancelled"


def _order_status(status: str) -> Callable[[ComparedWorld], None]:
    return lambda world: world.shop.tables["order"]["1001"].update(status=status)


def _forgotten(world: ComparedWorld) -> None:
    world.place_order([("11", 1)])


ORDER_CASES = {
    "never transferred": Case(
        _forgotten,
        ("missing", "1004", "document", "shop"),
        "Order 1004 (11.90 EUR) has no document in the ERP.",
        "sync-cli orders --id 1004",
    ),
    "cancelled in the ERP by hand": Case(
        _cancel_there,
        ("missing", "1001", "document", "shop"),
        "was cancelled in the ERP",
        "Cancel the order in the shop too, or make a new document in the ERP by hand.",
    ),
    "deleted in the ERP": Case(
        lambda world: world.erp.remove("order", str(world.document_of("1001")["id"])),
        ("missing", "1001", "document", "shop"),
        "no longer exists in the ERP",
        "state accept --erp-restored",
    ),
    "our reference without an order": Case(
        _stranger,
        ("extra", "WC-main-7777", "document", "shop"),
        "WC-main-7777: document SO77 of the ERP (23.80 EUR) belongs to no order of the shop.",
        "Cancel document SO77 in the ERP, or bring the order back in the shop.",
    ),
    "cancelled in the shop": Case(
        _order_status("cancelled"),
        ("extra", "1001", "state", "shop"),
        "Order 1001 is cancelled in the shop",
        "sync-cli orders --id 1001",
    ),
    "cancelled in the shop, shipped in the ERP": Case(
        _cancelled_but_shipped,
        ("extra", "1001", "state", "shop"),
        "is shipped in the ERP",
        "credit note",
    ),
    "put on hold in the shop": Case(
        _order_status("on-hold"),
        ("extra", "1001", "state", "shop"),
        "Order 1001 is on hold in the shop",
        "bring the order back",
    ),
    "another total": Case(
        lambda world: world.document_of("1001").update(total="23.81"),
        ("different", "1001", "total", "shop"),
        "Order 1001: total is 23.80 EUR by the shop, but is 23.81 EUR in the ERP.",
        "by hand|in the ERP",
    ),
    "another currency": Case(
        lambda world: world.document_of("1001").update(currency="USD"),
        ("different", "1001", "currency", "shop"),
        "EUR by the shop, but is USD",
        "in the ERP",
    ),
    "still a draft": Case(
        lambda world: world.document_of("1001").update(state="draft"),
        ("different", "1001", "state", "shop"),
        "should be confirmed",
        "sync-cli orders --id 1001",
    ),
    "two documents": Case(
        _copy_document,
        ("duplicate", "1001", "document", "shop"),
        "Order 1001 has 2 live documents in the ERP:",
        "cancel the others in the ERP",
    ),
}


@pytest.mark.parametrize("case", ORDER_CASES.values(), ids=ORDER_CASES.keys())
def test_an_order_drift_is_found_with_its_owner_and_remedy(
    world: ComparedWorld, case: Case
) -> None:
    case.act(world)
    world.pass_time(3600)
    report = world.reconcile(ORDERS_ONLY)
    drift = only(report)
    assert (str(drift.kind), drift.id, drift.field, drift.owner) == case.drift
    assert case.says in drift.what
    assert any(part in drift.mend for part in case.mend.split("|")), drift.mend
    assert verdict(report).startswith("Shop and ERP do not agree: 1 drift (1 ")


def test_a_refunded_or_completed_order_keeps_its_document(world: ComparedWorld) -> None:
    world.shop.tables["order"]["1001"]["status"] = "refunded"
    world.shop.tables["order"]["1002"]["status"] = "completed"
    report = world.reconcile(ORDERS_ONLY)
    assert report.in_step
    assert report.records(report.compared[0], "shop") == 3


def _stock_of(world: ComparedWorld, number: int) -> None:
    world.shop.tables["product"]["12"]["stock_quantity"] = number


def _own_product(world: ComparedWorld) -> None:
    world.shop.put("product", shop_product("14", 8))
    complete(world.shop.tables["product"], MAPPINGS.of("woocommerce", "product").needs)


def _second_article(world: ComparedWorld) -> None:
    world.erp.put("stock", {**erp_stock("977", "12", 9), "id": "977"})


STOCK_CASES = {
    "more than can be sold": Case(
        lambda world: _stock_of(world, 60),
        ("different", "SKU-12", "stock", "erp"),
        "Stock of SKU-12: the shop shows 60, 49 can be sold (oversold).",
        "sync-cli stock --sku SKU-12",
    ),
    "less than can be sold": Case(
        lambda world: _stock_of(world, 40),
        ("different", "SKU-12", "stock", "erp"),
        "the shop shows 40, 49 can be sold.",
        "sync-cli stock --sku SKU-12",
    ),
    "a product that the ERP does not know": Case(
        _own_product,
        ("extra", "SKU-14", "stock", "erp"),
        "the shop shows 8 of product 14; no article of the ERP has the SKU SKU-14.",
        "Create the article in the ERP",
    ),
    "a product that was deleted": Case(
        lambda world: world.shop.remove("product", "12"),
        ("missing", "912", "product", "erp"),
        "its counterpart 12 no longer exists",
        "deleted",
    ),
    "two articles with one SKU": Case(
        _second_article,
        ("duplicate", "977", "product", "erp"),
        "already belongs to another record",
        "Give each its own value",
    ),
}


@pytest.mark.parametrize("case", STOCK_CASES.values(), ids=STOCK_CASES.keys())
def test_a_stock_drift_is_found_with_its_owner_and_remedy(world: ComparedWorld, case: Case) -> None:
    case.act(world)
    world.pass_time(3600)
    drift = only(world.reconcile(STOCK_ONLY))
    assert (str(drift.kind), drift.id, drift.field, drift.owner) == case.drift
    assert case.says in drift.what
    assert case.mend in drift.mend


def test_two_articles_that_claim_one_unlinked_product_are_a_duplicate(tmp_path: Path) -> None:
    world = ComparedWorld(tmp_path)
    _second_article(world)
    world.pass_time(3600)
    drift = only(world.reconcile(STOCK_ONLY))
    assert (str(drift.kind), drift.id) == ("duplicate", "SKU-12")
    assert "2 articles of the ERP (912, 977)" in drift.what


def test_the_commands_that_a_report_names_mend_what_it_found(world: ComparedWorld) -> None:
    _forgotten(world)
    world.set_status("1003", "cancelled")
    world.shop.tables["product"]["12"]["stock_quantity"] = 60
    world.pass_time(3600)
    report = world.reconcile()
    kinds = {(kind, id) for kind, id, _ in told(report)}
    assert kinds == {
        ("missing", "1004"),
        ("extra", "1003"),
        ("different", "SKU-12"),
        ("different", "SKU-13"),
    }
    for drift in report.drifts:
        _, lane, option, name = drift.mend.split()
        narrow = Options(ids=(name,)) if option == "--id" else Options(skus=(name,))
        world.run(lane, options=narrow)
    world.run("stock")
    world.pass_time(3600)
    assert world.reconcile().in_step


DAMAGES: dict[str, Callable[[ComparedWorld, str], Any]] = {
    "": lambda world, order: world.document_of(order),
    "missing": lambda world, order: world.document_of(order).update(state="cancelled"),
    "extra": lambda world, order: world.shop.tables["order"][order].update(status="failed"),
    "different": lambda world, order: world.document_of(order).update(total="0.01"),
    "duplicate": lambda world, order: world.erp.put(
        "order", {k: v for k, v in world.document_of(order).items() if k != "id"}
    ),
}


@settings(max_examples=15)
@given(damages=st.lists(st.sampled_from(sorted(DAMAGES)), min_size=3, max_size=3))
def test_exactly_the_damaged_orders_are_found(
    tmp_path_factory: pytest.TempPathFactory, damages: list[str]
) -> None:
    world = world_in_step(tmp_path_factory.mktemp("world"))
    expected = set()
    for order, damage in zip(("1001", "1002", "1003"), damages, strict=True):
        DAMAGES[damage](world, order)
        expected |= {(damage, order)} if damage else set()
    world.pass_time(3600)
    report = world.reconcile(ORDERS_ONLY)
    assert {(kind, id) for kind, id, _ in told(report)} == expected
    assert report.in_step is not bool(expected)


@pytest.mark.parametrize(("shown", "expected"), [(12, set()), (13, {("SHIRT", "13", "12")})])
def test_variations_that_share_their_parents_number_are_compared_as_a_sum(
    tmp_path: Path, shown: int, expected: set[tuple[str, str, str]]
) -> None:
    world = ComparedWorld(tmp_path)
    parent = {**shop_product("30", shown), "sku": "SHIRT", "type": "variable"}
    world.shop.put("product", parent)
    for number, pieces in (("31", 5), ("32", 7)):
        shared = {"type": "variation", "parent_id": 30, "manage_stock": "parent"}
        world.shop.put("product", {**shop_product(number, shown), **shared})
        world.erp.put("stock", erp_stock(f"9{number}", number, pieces))
    world.erp.put("stock", {**erp_stock("930", "30", 0), "sku": "SHIRT", "main_article": True})
    complete(world.shop.tables["product"], MAPPINGS.of("woocommerce", "product").needs)
    world.pass_time(3600)
    report = world.reconcile(STOCK_ONLY)
    assert {(drift.id, drift.shop, drift.erp) for drift in report.drifts} == expected


def test_what_may_be_sold_counts_orders_that_the_erp_does_not_know_yet(
    world: ComparedWorld,
) -> None:
    world.place_order([("12", 4)])
    world.pass_time(3600)
    assert world.reconcile(STOCK_ONLY).in_step
    _stock_of(world, 60)
    drift = only(world.reconcile(STOCK_ONLY))
    assert (drift.shop, drift.erp) == ("60", "45")
