"""Products from the ERP to the shop, by the real command line over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.scenarios.stage import Stage, article, family, open_stage, simple

pytestmark = pytest.mark.scenario


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Twenty articles and a family of three that both sides have; products may be made."""
    goods = [*simple(20), *family(1, 3), article("HERE-ONLY", in_shop=False)]
    with open_stage(tmp_path, articles=goods) as opened:
        opened.configure(lambda data: data.update(products={"mode": "on", "create": True}))
        yield opened


def products(stage: Stage) -> dict[str, Mapping[str, Any]]:
    """Products and variations by SKU, as the shop shows them to anybody with a key."""
    key = (stage.sandbox.consumer_key, stage.sandbox.consumer_secret)
    found: dict[str, Mapping[str, Any]] = {}
    for path in ("products", "variations"):
        address = f"{stage.sandbox.shop_url}/wp-json/wc/v3/{path}"
        rows = requests.get(address, auth=key, params={"per_page": 100}, timeout=60).json()
        found.update({row["sku"]: row for row in rows})
    return found


def edit(stage: Stage, sku: str, **fields: Any) -> None:
    """Somebody changes an article in the ERP."""
    stage.sandbox.erp.do("edit_product", sku=sku, **fields)


def writes(stage: Stage) -> int:
    """Requests that wrote to the shop."""
    return sum(request.method != "GET" for request in stage.shop_wire.requests)


def test_a_catalogue_is_linked_the_missing_made_and_then_nothing_is_written(stage: Stage) -> None:
    first = stage.run("products")
    assert "1 created, 24 updated" in first.all
    stage.run("products")
    stage.forget_requests()
    stage.run("products", "--full")
    assert writes(stage) == 0
    made = products(stage)["HERE-ONLY"]
    assert (made["status"], made["regular_price"], made["manage_stock"]) == ("draft", "10.00", True)


def test_stock_and_orders_use_what_products_linked(stage: Stage) -> None:
    stage.run("products")
    stage.run("stock")
    assert products(stage)["HERE-ONLY"]["stock_quantity"] == 50


def test_every_field_arrives_and_the_shop_keeps_its_own(stage: Stage) -> None:
    stage.run("products")
    before = products(stage)["A-0001"]
    edit(
        stage,
        "A-0001",
        name='Lamp "A" & <5 mm',
        price="12.5",
        sale_price="9.99",
        sale_from="2026-11-01T00:00:00.500+01:00",
        sale_to="2030-01-01T00:00:00",
        tax_code="reduced-rate",
        weight="0.250",
        status="draft",
        barcode="4006381333931",
        minimum_quantity="3",
        unit_factor=6,
        new_sku="LAMP-1",
    )
    stage.run("products")
    after = products(stage)["LAMP-1"]
    meta = {entry["key"]: entry["value"] for entry in after["meta_data"]}
    assert after["id"] == before["id"]
    assert after["name"] == 'Lamp "A" &amp; &lt;5 mm'
    assert (after["regular_price"], after["sale_price"]) == ("12.50", "9.99")
    assert after["date_on_sale_from_gmt"] == "2026-10-31T23:00:00"
    assert after["date_on_sale_to_gmt"] == "2030-01-01T00:00:00"
    assert (after["tax_class"], after["weight"], after["status"]) == (
        "reduced-rate",
        "0.25",
        "draft",
    )
    assert after["global_unique_id"] == "4006381333931"
    assert (meta["minimum_allowed_quantity"], meta["_sync_cli_unit_factor"]) == ("3", "6")
    assert meta["_sync_cli_id"]
    for own in ("description", "images", "categories", "stock_quantity", "slug"):
        assert after[own] == before[own]
    stage.forget_requests()
    stage.run("products", "--full")
    assert writes(stage) == 0


def test_a_new_family_is_made_whole(stage: Stage) -> None:
    for sku, more in (
        ("SHIRT", {"main_article": True, "attributes": [["Size", "S"], ["Size", "M"]]}),
        ("SHIRT-S", {"main_sku": "SHIRT", "price": "5.00", "attributes": [["Size", "S"]]}),
        ("SHIRT-M", {"main_sku": "SHIRT", "price": "6.00", "attributes": [["Size", "M"]]}),
    ):
        stage.sandbox.erp.do("add_product", sku=sku, name=f"Shirt {sku}", on_hand=4, **more)
    stage.run("products")
    found = products(stage)
    assert found["SHIRT"]["attributes"][0]["options"] == ["S", "M"]
    assert {found[sku]["parent_id"] for sku in ("SHIRT-S", "SHIRT-M")} == {found["SHIRT"]["id"]}
    assert found["SHIRT-M"]["attributes"][0]["option"] == "M"
    stage.run("stock")
    assert products(stage)["SHIRT-S"]["stock_quantity"] == 4


def test_urgent_prices_cost_few_requests(stage: Stage) -> None:
    stage.run("products")
    for number in range(20):
        edit(stage, f"A-{number:04}", price="7.77", name=f"Renamed {number}")
    stage.forget_requests()
    stage.run("products", "--only", "prices")
    assert writes(stage) == 1
    assert len(stage.shop_wire.requests) <= 6
    shown = products(stage)["A-0007"]
    assert (shown["regular_price"], shown["name"]) == ("7.77", "Article A-0007")
    stage.run("products")
    assert products(stage)["A-0007"]["name"] == "Renamed 7"


def test_a_dry_run_prints_the_plan_and_a_real_run_does_it(stage: Stage) -> None:
    before = stage.effects()
    planned = stage.run("products", "--dry-run").out
    assert "create Product HERE-ONLY" in planned
    assert stage.effects() == before
    stage.run("products")
    assert "HERE-ONLY" in products(stage)


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "truncate"])
def test_a_lost_answer_makes_no_product_twice(stage: Stage, kind: str) -> None:
    stage.shop_fault(kind, path="/products/batch", methods=("POST",), times=2)
    stage.type("products")
    stage.settle()
    for _ in range(3):
        stage.let_time_pass()
        stage.type("products")
    rows = stage.sandbox.shop.ledger.state()["products"]
    assert [row["sku"] for row in rows].count("HERE-ONLY") == 1
    assert stage.ask("SELECT count(*) FROM held WHERE route = 'products'") == [(0,)]


def test_bad_articles_are_held_with_a_sentence_each(stage: Stage) -> None:
    stage.run("products")
    edit(stage, "A-0001", sale_price="99.00")
    edit(stage, "A-0002", name="x" * 5000)
    edit(stage, "A-0003", tax_code="zero-rat")
    edit(stage, "A-0004", new_sku="a-0005")
    edit(stage, "A-0006", price="11.00")
    said = stage.type("products")
    assert said.code == 3
    for words in (
        "the sale price 99.00 is not below the regular price (10.00)",
        "name has more than 255 characters",
        "tables.tax_classes",
        "another product has this SKU, without regard to case and accents",
    ):
        assert words in said.all
    assert products(stage)["A-0006"]["regular_price"] == "11.00"


OWN_CATEGORY = """
entity: product
system: woocommerce
write:
  add:
    - {{to: categories, value: [{{id: {category}}}], when: is_listed, owner: erp}}
"""


def file_under(stage: Stage, category: int) -> None:
    """A rule of the merchant's own: every product but a variation belongs to this category."""
    rules = stage.folder / "rules" / "woocommerce"
    rules.mkdir(parents=True)
    (rules / "product.yaml").write_text(OWN_CATEGORY.format(category=category), encoding="utf-8")
    stage.configure(lambda data: data.update(products={"mode": "on"}, mappings=str(rules.parent)))


def test_category_that_does_not_exist(stage: Stage) -> None:
    """The shop answers 200 and files the product elsewhere."""
    file_under(stage, 4711)
    said = stage.type("products", "--sku", "A-0001")
    assert said.code == 3
    assert "the shop took the change but stored other values: categories is" in said.all
    assert "Correct them at their source" in said.all


def test_a_value_that_no_rule_reads_back_is_written_once(stage: Stage) -> None:
    file_under(stage, 15)
    assert "24 updated" in stage.run("products").all
    stage.forget_requests()
    stage.run("products", "--full")
    assert writes(stage) == 0


def test_negative_stock_of_a_new_product_is_none_in_the_shop(stage: Stage) -> None:
    stage.sandbox.erp.do("add_product", sku="SHORT", name="Short", price="1.00", on_hand=-3)
    stage.run("products")
    stage.run("stock")
    assert products(stage)["SHORT"]["stock_quantity"] == 0
