"""A shop before WooCommerce 10.3, which has no list of all variations: the same commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_cli.sandbox import ShopSettings
from tests.scenarios.stage import Stage, family, open_stage, simple

pytestmark = pytest.mark.scenario


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    goods = [*simple(5), *family(1, 3), *family(2, 2)]
    settings = ShopSettings(version="9.8.5")
    with open_stage(tmp_path, articles=goods, shop_settings=settings) as opened:
        opened.configure(lambda data: data.update(products={"mode": "on", "create": True}))
        yield opened


def prices(stage: Stage) -> dict[str, str]:
    store = stage.sandbox.shop.app.extensions["shop"]
    return {one.sku: one.regular_price for one in store.variations.records.values()}


def stocks(stage: Stage) -> dict[str, int]:
    store = stage.sandbox.shop.app.extensions["shop"]
    return {one.sku: one.stock for one in store.variations.records.values()}


def test_products_stock_and_reconcile_run_before_an_older_shop(stage: Stage) -> None:
    stage.run("products")
    sku = min(prices(stage))
    stage.sandbox.erp.do("edit_product", sku=sku, price="77.5")
    stage.sandbox.erp.do("set_stock", sku=sku, on_hand=7)
    stage.run("products")
    stage.run("stock")
    assert (prices(stage)[sku], stocks(stage)[sku]) == ("77.50", 7)
    stage.forget_requests()
    assert "agree" in stage.run("reconcile").all
    assert stage.shop_wire.count("GET", "products/*", "orderby=id") == 2 * 2


def test_reconcile_sees_a_variation_that_somebody_changed_in_an_older_shop(stage: Stage) -> None:
    stage.run("products")
    store = stage.sandbox.shop.app.extensions["shop"]
    variation = next(iter(store.variations.records.values()))
    stage.sandbox.shop.do("edit_product", sku=variation.sku, regular_price="1.00")
    said = stage.run("reconcile").all
    assert "1 record in flight" in said
    assert f"Product {variation.sku}" in said
