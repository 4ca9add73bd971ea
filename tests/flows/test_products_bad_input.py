"""Articles that must not go to the shop as they are: each is held with a plain sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.connectors.base import Json
from sync_cli.core.errors import Problem
from sync_cli.engine.route import Options
from tests.flows.product_world import ProductWorld
from tests.flows.test_products import HOUR, family, synced


def refused(folder: Path, **change: Any) -> str:
    """The sentence by which a change of a linked article is held; nothing was written."""
    world = synced(folder)
    world.edit("911", **change)
    world.run("products")
    assert world.sent == []
    return world.problem()


def refused_new(folder: Path, **article: Any) -> str:
    """The sentence by which a new article is held; nothing was made."""
    world = synced(folder, create=True)
    world.put_article("920", "20", **article)
    world.run("products")
    assert world.sent == []
    return world.problem()


@pytest.mark.parametrize("sale", ["12.00", "10.00"])
def test_sale_above_or_at_the_regular_price(tmp_path: Path, sale: str) -> None:
    assert refused(tmp_path, sale_price=sale) == (
        f"Product SKU-11: the sale price {sale} is not below the regular price (10.00), and the"
        " shop would drop it [field sale_price]. Correct the prices in the ERP."
    )


def test_sale_price_without_a_regular_one(tmp_path: Path) -> None:
    assert "the regular price (there is none)" in refused_new(
        tmp_path, price=None, sale_price="1.00"
    )


def test_attribute_without_value(tmp_path: Path) -> None:
    says = refused_new(tmp_path, attributes=[{"name": "Colour", "value": ""}])
    assert "its attribute Colour has no value" in says


def test_variant_without_attributes(tmp_path: Path) -> None:
    assert "no attribute, such as a colour" in refused_new(tmp_path, parent_id="700")


def test_tax_class_unknown_to_the_shop(tmp_path: Path) -> None:
    assert "the shop has no tax class 'zero-rate'" in refused(tmp_path, tax_code="zero-rate")


def test_tax_code_without_a_row_in_the_table(tmp_path: Path) -> None:
    assert "map it under tables.tax_classes" in refused(tmp_path, tax_code="books")


def test_price_with_a_comma(tmp_path: Path) -> None:
    assert "price is no number: '12,50'" in refused(tmp_path, price="12,50")


def test_price_below_zero(tmp_path: Path) -> None:
    assert "price is below 0" in refused(tmp_path, price="-1.00")


def test_weight_with_a_comma(tmp_path: Path) -> None:
    assert "weight is no number: '0,25'" in refused(tmp_path, weight="0,25")


def test_name_of_5000_characters(tmp_path: Path) -> None:
    assert "name has more than 255 characters" in refused(tmp_path, name="x" * 5000)


def test_html_in_names(tmp_path: Path) -> None:
    assert "name has HTML tags in it" in refused(tmp_path, name="A <b>bold</b> name")


def test_empty_name(tmp_path: Path) -> None:
    assert "name is empty" in refused(tmp_path, name=" ")


def test_barcode_with_letters(tmp_path: Path) -> None:
    assert "other signs in it than digits and dashes" in refused(tmp_path, barcode="ABC 40063")


def test_renamed_field_of_the_erp_empties_nothing(tmp_path: Path) -> None:
    world = synced(tmp_path)
    data = {**world.erp.tables["product"]["911"], "offer": "8.00"}
    del data["sale_price"]
    world.erp.put("product", data)
    world.run("products")
    assert (world.sent, "sale_price is missing" in world.problem()) == ([], True)


def test_simple_article_that_became_a_main_article(tmp_path: Path) -> None:
    says = refused(tmp_path, main_article=True)
    assert "has no variations in the shop" in says
    assert "a kind is never changed by itself" in says


def test_simple_product_that_became_a_variable_one(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit_shop("11", type="variable", manage_stock=False, stock_quantity=None)
    world.run("products")
    assert "a product with variations in the shop" in world.problem()


def test_new_article_of_another_kind_is_not_linked(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.put_product("20", type="variable")
    world.put_article("920", "20")
    world.run("products")
    assert "carries 'SKU-20', but it is a single article in the ERP" in world.problem()
    assert "920" not in world.links()


def test_sku_that_the_erp_has_twice_is_linked_to_neither(tmp_path: Path) -> None:
    world = ProductWorld(tmp_path)
    world.put_article("950", "11", price="3.00")
    world.run("products")
    assert (world.product("11")["regular_price"], "11" in world.links().values()) == (
        "10.00",
        False,
    )
    says = {held.id: held.problem.sentence() for held in world.held()}
    assert set(says) == {"911", "950"}
    assert all("of the ERP (911, 950) carry the SKU SKU-11" in each for each in says.values())


@pytest.mark.parametrize("asked", [{"ids": ("911",)}, {"skus": ("SKU-11",)}, {"limit": 1}, {}])
def test_sku_that_the_erp_has_twice_is_linked_to_neither_by_a_look_at_one(
    tmp_path: Path, asked: dict[str, Any]
) -> None:
    world = ProductWorld(tmp_path)
    world.put_article("950", "11", price="3.00")
    world.run("products")
    world.pass_time(24 * HOUR)
    world.edit("911", price="4.00")
    world.run("products", options=Options(**asked))
    assert "11" not in world.links().values()
    assert "911" in {held.id for held in world.held()}


def test_two_new_articles_of_one_sku_make_no_product(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    world.put_article("920", "20", sku="GRÖSSE-1")
    world.put_article("921", "21", sku="grosse-1")
    world.run("products")
    sentences = [held.problem.sentence() for held in world.held()]
    assert len(sentences) == 2
    assert all("without regard to case and accents" in each for each in sentences)
    assert world.sent == []


def test_sku_of_a_linked_product_is_taken(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.put_article("950", "11")
    world.run("products")
    assert "already belongs to another record" in world.problem()
    assert world.links()["911"] == "11"


def test_sku_that_differs_in_case_only_is_another_products(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    world.put_article("920", "20", sku="sku-11")
    world.run("products")
    says = world.problem()
    assert "record 11 has this SKU" in says
    assert world.by_sku("sku-11") == []


def test_renaming_to_a_taken_sku_is_held(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit("911", sku="SKU-12")
    world.run("products")
    assert "record 12 has this SKU" in world.problem()
    world.edit("911", sku="FREE")
    world.pass_time(HOUR)
    world.run("products")
    assert (world.product("11")["sku"], world.held()) == ("FREE", [])


def test_sku_in_the_trash_of_the_shop(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    world.put_product("20", status="trash")
    world.put_article("920", "20")
    world.run("products")
    assert "product 20 in the trash of the shop has the SKU SKU-20" in world.problem()
    world.edit_shop("20", status="publish")
    world.pass_time(HOUR)
    world.run("products")
    assert (world.links()["920"], world.held()) == ("20", [])


def test_linked_product_in_the_trash_is_left_there(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit_shop("11", status="trash")
    world.edit("911", price="3.00")
    world.run("products")
    assert (world.sent, world.held()) == ([], [])


def test_linked_product_deleted_for_good_is_told(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    world.shop.remove("product", "11")
    world.edit("911", price="3.00")
    world.run("products")
    assert "its counterpart 11 no longer exists" in world.problem()
    assert world.by_sku("SKU-11") == []


def test_article_without_sku_is_not_made(tmp_path: Path) -> None:
    assert "no value by which it could be found again" in refused_new(tmp_path, sku="")


def test_shop_product_that_cannot_be_read_is_not_taken_for_gone(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit_shop("11", regular_price="n/a")
    world.edit("911", price="3.00")
    world.run("products")
    assert "regular_price is no number" in world.problem()


def test_one_bad_article_stops_no_other(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    family(world, "Red")
    world.edit("911", price="12,50")
    world.edit("912", price="12.50")
    world.run("products")
    assert (len(world.held()), world.product("12")["regular_price"]) == (1, "12.50")
    assert len(world.by_sku("M-1")) == 1


def test_held_article_that_was_put_right_goes_to_the_shop(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit("911", price="12,50")
    world.run("products")
    world.edit("911", price="12.50")
    world.run("products")
    assert (world.product("11")["regular_price"], world.held()) == ("12.50", [])


def test_held_article_that_vanished_from_the_erp_is_let_go(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit("911", price="12,50")
    world.run("products")
    world.erp.remove("product", "911")
    world.pass_time(HOUR)
    world.run("products")
    assert world.held() == []


def test_refused_article_waits_until_it_is_due_or_changed(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    tries: list[str] = []

    def refuses(fields: Json) -> Problem:
        tries.append(str(fields["name"]))
        return Problem("odd", "", "the shop does not take it", "Ask the shop.")

    shape = replace(world.shop.shapes["product"], refuses=refuses)
    world.shop.shapes = {**world.shop.shapes, "product": shape}
    world.put_article("920", "20", name="First")
    for _ in range(3):
        world.run("products")
    assert tries == ["First"]
    world.edit("920", name="Second")
    for _ in range(3):
        world.run("products")
    assert tries == ["First", "Second"]
    world.pass_time(HOUR)
    world.run("products")
    assert tries == ["First", "Second", "Second"]
