"""The articles of an order: by link, by SKU only where there is none yet, never made by us."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from tests.flows.town import Town, hour


def lines(town: Town, order: str) -> list[tuple[str, str]]:
    """The articles of an order's document, with their quantities."""
    return [(line["product_id"], line["quantity"]) for line in town.document(order)["lines"]]


def rename(town: Town, product: str, sku: str) -> None:
    """Somebody gives a shop product another SKU."""
    town.shop.tables["product"][product]["sku"] = sku
    town.shop.dates["product", product] = town.now


def test_an_unlinked_product_is_found_by_its_sku_and_linked(town: Town) -> None:
    order = town.buy("12", pieces=3)
    told = town.orders()
    assert lines(town, order) == [("912", "3")]
    assert told.run.tally.of("product-links", "adopt") == 1
    with closing(town.open_state()) as state:
        link = state.links("product", "shop", "erp", ["12"])["12"]
    assert (link.target, link.birth, link.target_birth) == ("912", "born 12", "made 912")


def test_a_linked_product_is_the_same_article_whatever_its_sku_is_now(town: Town) -> None:
    town.buy("12")
    town.orders()
    rename(town, "12", "SKU-13")
    order = town.buy("12")
    told = town.orders()
    assert lines(town, order) == [("912", "1")]
    assert told.run.tally.of("product-links", "adopt") == 0


def test_the_sku_of_today_counts_not_that_of_the_order(town: Town) -> None:
    order = town.buy("12")
    rename(town, "12", "SKU-NEW")
    town.new_in_erp("12", article="777", sku="SKU-NEW")
    town.orders()
    assert lines(town, order) == [("777", "1")]


def test_a_deleted_product_is_found_by_the_sku_of_the_line(town: Town) -> None:
    order = town.buy("12")
    town.shop.remove("product", "12")
    told = town.orders()
    assert lines(town, order) == [("912", "1")]
    assert told.run.tally.of("product-links", "adopt") == 0
    with closing(town.open_state()) as state:
        assert not state.links("product", "shop", "erp", ["12"]), "it is that of one order alone"


def test_orders_of_one_deleted_product_keep_each_the_article_of_its_own_line(town: Town) -> None:
    town.new_in_erp("12", article="777", sku="SKU-OLD")
    town.erp.tables["product"]["777"]["unit_factor"] = "6"
    old, new, wrong = town.buy("12"), town.buy("12"), town.buy("12")
    town.shop_order(old)["line_items"][0]["sku"] = "SKU-OLD"
    town.shop_order(wrong)["line_items"][0]["sku"] = "SKU-X"
    town.shop.remove("product", "12")
    town.orders(page_size=10)
    assert lines(town, old) == [("777", "6")]
    assert lines(town, new) == [("912", "1")]
    assert "line 1 (SKU SKU-X, Article 12): no article" in town.why_held(wrong)
    assert set(town.held()) == {wrong}


def test_of_products_without_a_sku_the_name_says_what_several_orders_wait_for(town: Town) -> None:
    for product in ("11", "12"):
        rename(town, product, "")
    order = town.place_order([("12", 1), ("11", 1), ("12", 2)])
    town.orders()
    with closing(town.open_state()) as state:
        [held] = state.held("orders")
    why = "it has no SKU and no link to an article of the ERP"
    assert f"line 1 (SKU none, Article 12): {why}; line 2" in town.why_held(order)
    assert held.problem.cause == f"Article 11: {why}; Article 12: {why}"


def test_one_deleted_product_under_two_skus_in_one_order_is_held(town: Town) -> None:
    town.new_in_erp("12", article="777", sku="SKU-OLD")
    order = town.place_order([("12", 1), ("12", 2)])
    town.shop_order(order)["line_items"][0]["sku"] = "SKU-OLD"
    town.shop.remove("product", "12")
    town.orders()
    assert town.states(order) == []
    assert "its lines name it by several SKUs: SKU-12, SKU-OLD" in town.why_held(order)


def test_units_of_the_erp_are_pieces_times_their_factor(town: Town) -> None:
    town.new_article("66")
    town.erp.tables["product"]["966"]["unit_factor"] = "6"
    first, second = town.buy("66", pieces=2), town.buy("66")
    town.orders()
    third = town.buy("66", pieces=3)
    town.orders()
    quantities = [lines(town, order)[0][1] for order in (first, second, third)]
    assert quantities == ["12", "6", "18"]


def two_articles(town: Town) -> None:
    town.new_in_erp("11", article="800")


def main_article(town: Town) -> None:
    town.erp.tables["product"]["911"]["main_article"] = True


def archived(town: Town) -> None:
    town.erp.tables["product"]["911"]["archived"] = True


def no_sku(town: Town) -> None:
    rename(town, "11", "")


def unknown_sku(town: Town) -> None:
    rename(town, "11", "SKU-X")


def other_letters(town: Town) -> None:
    rename(town, "11", "sku-11")


def taken(town: Town) -> None:
    town.buy("11")
    town.orders()
    rename(town, "12", "SKU-11")


@pytest.mark.parametrize(
    ("trouble", "product", "sku", "says"),
    [
        (two_articles, "11", "SKU-11", "2 articles of the ERP have this SKU"),
        (main_article, "11", "SKU-11", "in the ERP this is a main article with variants"),
        (archived, "11", "SKU-11", "no article of the ERP has this SKU, but an archived one does"),
        (no_sku, "11", "none", "it has no SKU and no link to an article of the ERP"),
        (unknown_sku, "11", "SKU-X", "no article of the ERP has this SKU"),
        (other_letters, "11", "sku-11", "no article of the ERP has this SKU"),
        (taken, "12", "SKU-11", "already belongs to another product of the shop"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_line_without_a_sound_article_holds_the_order_and_makes_nothing(
    town: Town, trouble: Any, product: str, sku: str, says: str
) -> None:
    """Its SKU is the product's own of today, by which the article was looked for."""
    trouble(town)
    articles = set(town.erp.tables["product"])
    order = town.buy(product)
    town.orders()
    assert town.states(order) == []
    sentence = town.why_held(order)
    assert f"line 1 (SKU {sku}, Article {product}): " in sentence
    assert says in sentence
    assert "the order then goes on by itself" in sentence
    assert set(town.erp.tables["product"]) == articles


def test_a_line_whose_product_the_shop_deleted_is_named(town: Town) -> None:
    order = town.place_order([("11", 1), ("12", 1)])
    line = town.shop_order(order)["line_items"][1]
    line.update(product_id=0, variation_id=0, sku=None)
    town.orders()
    assert town.states(order) == []
    assert "line 2 (SKU none, Article 12): the product was deleted from the shop, and neither" in (
        town.why_held(order)
    )


def test_every_wrong_line_is_named_at_once(town: Town) -> None:
    order = town.place_order([("98", 1), ("11", 1), ("99", 1)])
    town.orders()
    sentence = town.why_held(order)
    assert "line 1 (SKU SKU-98" in sentence
    assert "line 3 (SKU SKU-99" in sentence
    assert "line 2" not in sentence


def test_an_archived_twin_is_no_second_article(town: Town) -> None:
    town.new_in_erp("11", article="800", archived=True)
    order = town.buy("11")
    town.orders()
    assert lines(town, order) == [("911", "1")]


def test_two_shop_products_that_name_one_article_are_never_both_linked(town: Town) -> None:
    town.new_article("21", sku="SKU-11")
    order = town.place_order([("11", 1), ("21", 1)])
    town.orders()
    assert town.states(order) == []
    assert "already belongs to another product of the shop" in town.why_held(order)


def test_an_order_goes_on_once_its_article_is_made(town: Town) -> None:
    order = town.buy("99")
    town.orders()
    town.new_article("99")
    town.pass_time(hour())
    town.orders()
    assert lines(town, order) == [("999", "1")]


def test_a_variation_is_its_own_article(town: Town) -> None:
    town.new_article("31", type="variable", sku="")
    town.new_article("32", type="variation", parent_id=31)
    order = town.buy("32")
    town.shop_order(order)["line_items"][0].update(product_id=31, variation_id=32)
    town.orders()
    assert lines(town, order) == [("932", "1")]
