"""The catalogue: always the same, exactly as long as asked, with its traps."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest

from sync_cli.sandbox.articles import Article, catalogue

TRAPS: dict[str, Callable[[Article], bool]] = {
    "a service": lambda it: it.kind == "service",
    "a consumable": lambda it: it.kind == "consumable",
    "only in the shop": lambda it: it.sku != "" and not it.in_erp,
    "only in the ERP": lambda it: not it.in_shop,
    "a six-pack": lambda it: it.unit_factor == 6,
    "no SKU": lambda it: it.sku == "" and it.in_shop and not it.in_erp,
    "stock held by the main article": lambda it: it.is_main and it.stock_by_parent,
    "each variation its own stock": lambda it: it.is_main and not it.stock_by_parent,
    "a second warehouse": lambda it: "STORE" in it.warehouses,
}


@pytest.mark.parametrize("size", [0, 1, 4, 5, 7, 19, 20, 23, 60, 137])
def test_it_has_exactly_as_many_articles_as_asked(size: int) -> None:
    assert len(list(catalogue(size))) == size


def test_it_is_the_same_each_time() -> None:
    assert list(catalogue(200)) == list(catalogue(200))


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        catalogue(-1)


def test_the_first_of_200_000_come_without_the_rest() -> None:
    assert [it.sku for it in islice(catalogue(200_000), 2)] == ["A-000000", "A-000001"]


@pytest.mark.parametrize("trap", TRAPS)
def test_a_catalogue_of_twenty_holds(trap: str) -> None:
    assert any(TRAPS[trap](it) for it in catalogue(20))


def test_a_smaller_one_holds_no_traps() -> None:
    articles = list(catalogue(19))
    assert all(it.in_shop and it.in_erp and it.unit_factor == 1 for it in articles)
    assert len({it.sku for it in articles}) == 19


def test_the_erp_has_one_sku_twice_and_one_in_other_letters() -> None:
    in_erp = [it.sku for it in catalogue(20) if it.in_erp]
    in_shop = {it.sku for it in catalogue(20) if it.in_shop}
    assert sorted({sku for sku in in_erp if in_erp.count(sku) == 2}) == ["A-000009"]
    other_letters = {sku for sku in set(in_erp) - in_shop if sku.lower() in map(str.lower, in_shop)}
    assert other_letters == {"CASE-000010"}


def test_variations_follow_their_main_article_and_add_up_to_it() -> None:
    articles = list(catalogue(500))
    for at, main in enumerate(articles):
        if main.is_main:
            own = [it for it in articles if it.main_sku == main.sku]
            assert 2 <= len(own) <= 4
            assert articles[at + 1 : at + 1 + len(own)] == own
            assert main.attributes == tuple(it.attributes[0] for it in own)
            assert main.on_hand == (sum(it.on_hand for it in own) if main.stock_by_parent else 0)
            assert all(it.stock_by_parent == main.stock_by_parent for it in own)


def test_about_twelve_percent_of_the_products_are_variable() -> None:
    products = [it for it in catalogue(5000) if it.main_sku is None]
    assert 0.11 < sum(it.is_main for it in products) / len(products) < 0.13


def test_on_hand_is_the_sum_of_the_warehouses() -> None:
    assert all(it.on_hand == sum(it.warehouses.values()) for it in catalogue(500))
