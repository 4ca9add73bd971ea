"""Records that cannot go on: exit code 3, a sentence each, and all others go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stage import GUEST, Stage, article, family, open_stage, simple

pytestmark = pytest.mark.scenario

FAILURES = 3
SKU = "A-0001"


def held_order(stage: Stage, bad: str, *says: str) -> None:
    """That order is held with these words, and another one goes through."""
    good = stage.buy(SKU)[0]
    said = stage.type("orders")
    assert said.code == FAILURES, said
    for text in (f"Order {bad}", *says):
        assert text in said.err
    shown = stage.run("held", "show", bad).out
    for text in says:
        assert text in shown
    verdict = stage.verdict()
    assert verdict.lost == []
    references = [order["reference"] for order in stage.sandbox.erp.ledger.state()["orders"]]
    assert references == [f"WC-main-{good}"]
    assert stage.type("orders").code == 0  # what is known is no news


def shop_order(stage: Stage, order: str) -> Any:
    """The order inside the pretend shop."""
    return stage.sandbox.shop.app.extensions["shop"].orders.records[int(order)]


def product_in_shop(stage: Stage, sku: str) -> Any:
    """The product inside the pretend shop."""
    return stage.sandbox.shop.app.extensions["shop"].sku_holders(sku)[0]


def give_sku(stage: Stage, product: Any, sku: str) -> None:
    """Somebody gives a shop product another SKU."""
    meta = [{"key": "_sku", "value": sku}]
    stage.sandbox.shop.do("edit_product", id=product.id, meta_data=meta)


def test_empty_sku(stage: Stage) -> None:
    product = product_in_shop(stage, "A-0002")
    [bad] = stage.buy("A-0002")
    give_sku(stage, product, "")
    held_order(stage, bad, "it has no SKU and no link to an article of the ERP", "correct the SKU")


def test_duplicate_sku(tmp_path: Path) -> None:
    articles = [*simple(5), article("TWICE"), article("TWICE", in_shop=False)]
    with open_stage(tmp_path, articles=articles) as stage:
        [bad] = stage.buy("TWICE")
        held_order(stage, bad, "line 1 (SKU TWICE, Article TWICE): 2 articles of the ERP have")


def test_orders_that_wait_for_one_sku_are_told_together(tmp_path: Path) -> None:
    articles = [*simple(5), article("LACKS", in_erp=False), article("TOO", in_erp=False)]
    with open_stage(tmp_path, articles=articles) as stage:
        orders = [id for sku in ("LACKS", SKU) for id in stage.buy(sku, "LACKS", times=2)]
        [alone] = stage.buy("TOO")
        said = stage.type("orders")
        why = "SKU LACKS: no article of the ERP has this SKU"
        first, other, more = said.err.splitlines()
        assert first.startswith(f"Order {orders[0]}: ")
        assert other.startswith(f"Order {alone}: ")
        assert more.startswith(f"3 more orders ({', '.join(orders[1:])}): {why}. Create")
        assert stage.type("orders").err == ""
        listed = stage.type("reconcile", "--only", "orders").out
        assert f"waiting\t4 orders: {', '.join(orders)}\theld: {why}. Create" in listed
        assert f"waiting\tOrder {alone}\theld: could not be transferred" in listed
        data = json.loads(stage.type("reconcile", "--only", "orders", "--json").out)
        assert {each["id"] for each in data["waiting"]} == {*orders, alone}


def test_duplicate_sku_in_the_stock(tmp_path: Path) -> None:
    articles = [*simple(5), article("TWICE"), article("TWICE", in_shop=False)]
    with open_stage(tmp_path, articles=articles) as stage:
        stage.sandbox.erp.do("set_stock", sku=SKU, on_hand=7)
        said = stage.type("stock")
        assert said.code == FAILURES
        assert "(5005, 5006) carry the SKU TWICE of one shop product" in said.err
        assert "Give each article its own SKU" in said.err
        assert stage.verdict().oversold == []
        assert stage.type("stock").code == 0


def test_variant_set_as_main_article(tmp_path: Path) -> None:
    """The shop sells under one SKU what in the ERP is the frame of variants."""
    with open_stage(tmp_path, articles=[*simple(5), *family(1, 2)]) as stage:
        stage.sandbox.erp.do("edit_product", sku="V-1", new_sku="V-MAIN")
        give_sku(stage, product_in_shop(stage, "A-0002"), "V-MAIN")
        [bad] = stage.buy("V-MAIN")
        held_order(
            stage, bad, "in the ERP this is a main article with variants, which cannot be sold"
        )


def test_variant_set_as_main_article_in_the_stock(tmp_path: Path) -> None:
    """The ERP counts under one SKU what in the shop is the frame of variations."""
    articles = [*simple(5), *family(1, 2), article("V-MAIN", in_shop=False)]
    with open_stage(tmp_path, articles=articles) as stage:
        give_sku(stage, product_in_shop(stage, "V-1"), "V-MAIN")
        said = stage.type("stock")
        assert said.code == FAILURES
        assert "in the shop V-MAIN is the main article of product" in said.err
        assert "Give each variation its own SKU" in said.err


def test_unknown_order_status(stage: Stage) -> None:
    [bad] = stage.buy(SKU)
    shop_order(stage, bad).status = "wholesale-paid"
    held_order(stage, bad, "wholesale-paid", "order.yaml")


def test_an_order_that_does_not_add_up(stage: Stage) -> None:
    [bad] = stage.buy(SKU)
    shop_order(stage, bad).total += 1
    held_order(stage, bad, "its parts do not add up to its total", "≠", "recalculate it")


def test_an_unknown_tax_class(stage: Stage) -> None:
    [bad] = stage.buy(SKU)
    for item in shop_order(stage, bad).items:
        item.tax_class = "luxury"
    said = stage.type("orders")
    assert said.code == FAILURES
    assert "luxury" in said.err
    assert "tax_codes" in said.err or "document.yaml" in said.err


def test_an_order_without_any_name(stage: Stage) -> None:
    [bad] = stage.buy(SKU, billing={"country": "DE"})
    good = stage.buy(SKU)
    assert good
    said = stage.type("orders")
    assert said.code == FAILURES
    assert f"Customer of order {bad}: name is empty" in said.err
    assert "customer.yaml" in said.err


def test_an_empty_field_is_named_in_plain_words(stage: Stage) -> None:
    stage.buy(SKU, billing={"country": "DE"})
    assert "||" not in stage.type("orders").err


def test_a_mapping_that_reads_a_field_which_the_shop_does_not_send(stage: Stage) -> None:
    own = stage.folder / "own" / "woocommerce"
    own.mkdir(parents=True)
    (own / "order.yaml").write_text(
        "read:\n  add:\n    - {to: extra.gift, from: gift_wrap}\n", encoding="utf-8"
    )
    stage.configure(lambda data: data.update(mappings="own"))
    [bad] = stage.buy(SKU)
    said = stage.type("orders")
    assert said.code == FAILURES
    assert f"Order {bad}" in said.err
    assert "gift_wrap" in said.err
    assert "order.yaml" in said.err
    assert ":3" in said.err


def test_one_order_with_every_trouble_does_not_stop_a_guest_with_none(stage: Stage) -> None:
    [bad] = stage.buy(SKU, billing={**GUEST, "country": "Germany"})
    good = stage.buy(SKU)
    assert bad
    assert stage.type("orders").code in (0, FAILURES)
    documents = {order["reference"] for order in stage.sandbox.erp.ledger.state()["orders"]}
    assert f"WC-main-{good[0]}" in documents
