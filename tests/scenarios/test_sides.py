"""Shops and ERPs of different habits, each kept in step by the same program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync_cli.sandbox.erp.settings import ErpSettings
from sync_cli.sandbox.shop import ShopSettings
from tests.scenarios.stage import Stage, open_stage

pytestmark = pytest.mark.scenario

SKU = "A-0001"
FAILURES = 3


def in_step(stage: Stage) -> None:
    """Both lanes twice: all in step, and the second time nothing is written."""
    for lane in ("stock", "orders", "stock"):
        said = stage.type(lane)
        assert said.crash is None
        assert said.code in (0, FAILURES), said
    before = stage.effects()
    for lane in ("orders", "stock"):
        stage.run(lane)
    assert stage.effects() == before
    verdict = stage.verdict()
    assert verdict.drifts == []
    assert verdict.in_step > 20


@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize("at_subtotal", [True, False])
@pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("KWD", 3)])
def test_a_shop_of_any_tax_setting_and_currency(
    tmp_path: Path, include: bool, at_subtotal: bool, currency: str, decimals: int
) -> None:
    settings = ShopSettings(
        prices_include_tax=include,
        round_at_subtotal=at_subtotal,
        currency=currency,
        decimals=decimals,
    )
    with open_stage(tmp_path, articles=60, orders=54, shop_settings=settings) as stage:
        in_step(stage)


@pytest.mark.parametrize("storage", ["hpos", "hpos-sync", "posts"])
def test_a_shop_of_any_order_storage(tmp_path: Path, storage: Any) -> None:
    settings = ShopSettings(order_storage=storage)
    with open_stage(tmp_path, articles=60, orders=36, shop_settings=settings) as stage:
        in_step(stage)


@pytest.mark.parametrize(
    "habits",
    [
        {"unique_references": True},
        {"atomic_batches": True},
        {"unique_references": True, "atomic_batches": True},
        {"round_lines": True},
    ],
    ids=str,
)
def test_an_erp_of_any_habit(tmp_path: Path, habits: dict[str, bool]) -> None:
    settings = ErpSettings(**habits)  # type: ignore[arg-type]
    with open_stage(tmp_path, articles=60, orders=36, erp_settings=settings) as stage:
        in_step(stage)


def test_orders_that_careless_code_stumbles_over_are_held_and_the_rest_is_in_step(
    tmp_path: Path,
) -> None:
    with open_stage(tmp_path, articles=60, orders=54, shop_traps=True) as stage:
        in_step(stage)
        held = stage.run("held", "list").out
        assert "the product was deleted from the shop" in held
        assert "no article of the ERP has this SKU" in held
        assert "it has lines of a kind that no rule reads: insurance_lines" in held
        assert "on 99999.00: the rest comes in another order" in held


@pytest.mark.parametrize(("atomic", "most"), [(False, 1), (True, 3)])
def test_one_bad_order_costs_no_more_than_splitting_its_batch(
    tmp_path: Path, atomic: bool, most: int
) -> None:
    with open_stage(tmp_path, erp_settings=ErpSettings(atomic_batches=atomic)) as stage:
        stage.run("stock")
        stage.sandbox.erp.do("archive", sku="A-0002")
        orders = [*stage.buy(SKU, times=20), *stage.buy("A-0002"), *stage.buy(SKU, times=20)]
        stage.forget_requests()
        said = stage.type("orders")
        assert said.code == FAILURES
        assert f"Order {orders[20]}" in said.err
        assert "line 1: the ERP does not know this product, or does not sell it" in said.err
        assert stage.erp_wire.count("POST", "orders") <= most
        assert stage.erp_wire.count("POST", "orders/confirm") == 1
        verdict = stage.verdict()
        assert (verdict.in_step, verdict.lost, verdict.doubled) == (40, [], [])


def test_an_erp_that_rounds_otherwise_confirms_nothing_and_names_both_figures(
    tmp_path: Path,
) -> None:
    settings = ShopSettings(currency="KWD", decimals=3)
    erp = ErpSettings(round_lines=True)
    with open_stage(
        tmp_path, articles=60, orders=18, shop_settings=settings, erp_settings=erp
    ) as stage:
        said = stage.type("orders")
        assert said.code == FAILURES
        assert "the draft made of it has total" in said.err
        assert "The draft was cancelled, nothing was booked" in said.err
        verdict = stage.verdict()
        assert (verdict.wrong, verdict.doubled) == ([], [])
        states = {order["state"] for order in stage.sandbox.erp.ledger.state()["orders"]}
        assert states <= {"cancelled", "confirmed"}


def test_a_restored_shop_stops_the_orders_before_a_stranger_gets_a_document(stage: Stage) -> None:
    stage.buy(SKU, times=3)
    stage.run("orders")
    before = stage.sandbox.erp.ledger.state()["orders"]
    stage.sandbox.shop.do("restore_shop", orders=1)
    said = stage.type("orders")
    assert said.code == 2
    assert "now belongs to another record" in said.err
    assert stage.sandbox.erp.ledger.state()["orders"] == before


def test_after_a_persons_word_a_restored_shop_goes_on(stage: Stage) -> None:
    stage.buy(SKU, times=3)
    stage.run("orders")
    stage.sandbox.shop.do("restore_shop", orders=1)
    assert stage.type("orders").code == 2
    stage.run("state", "accept")
    stage.buy(SKU)
    assert stage.type("orders").code in (0, FAILURES)
    assert stage.verdict().doubled == []


def test_a_restored_erp_stops_the_orders_until_a_person_says_so(stage: Stage) -> None:
    stage.buy(SKU, times=3)
    stage.run("orders")
    stage.sandbox.erp.do("restore", orders=1)
    said = stage.type("orders")
    assert said.code == 2
    assert "1 of the last 3 orders are gone from erp" in said.err
    said = stage.run("state", "accept", "--erp-restored")
    assert "Looked for again with the next run: 1 record." in said.out
    stage.run("orders")
    assert stage.verdict().in_step == 3


def test_the_shop_is_told_what_the_warehouse_did(stage: Stage) -> None:
    [order] = stage.buy(SKU)
    stage.run("orders")
    stage.sandbox.erp.do("ship")
    stage.run("orders")
    shop = stage.sandbox.shop.ledger.state()["orders"]
    meta = {entry["key"]: entry["value"] for entry in shop[-1]["meta_data"]}
    assert str(shop[-1]["id"]) == order
    assert meta["_sync_cli_state"] == "shipped"


def test_an_order_that_cannot_be_called_off_any_more_is_told(stage: Stage) -> None:
    [order] = stage.buy(SKU)
    stage.run("orders")
    stage.sandbox.erp.do("ship")
    stage.sandbox.shop.do("edit_order", id=int(order), status="cancelled")
    said = stage.type("orders")
    assert said.code == FAILURES
    assert f"Order {order}" in said.err
    assert "shipped" in said.err
    assert "cancelled" in said.err
