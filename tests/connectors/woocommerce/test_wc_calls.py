"""How often the shop is asked: a search costs a call for each full page, and none for an end."""

from __future__ import annotations

import pytest

from tests.connectors.woocommerce.wc_shop import Shop

PAGE = 10


@pytest.mark.parametrize(("count", "calls"), [(1, 1), (PAGE - 1, 1), (PAGE, 1), (2 * PAGE, 2)])
def test_a_search_that_fills_its_page_does_not_ask_for_another(
    shop: Shop, count: int, calls: int
) -> None:
    skus = [p.sku for p in shop.store.products.records.values() if p.sku.startswith("A-")]
    connector = shop.open(page_size=PAGE)
    found = connector.find("product", "sku", skus[:count])
    assert [len(found[sku]) for sku in skus[:count]] == [1] * count
    assert connector.calls()["read"] == calls


def test_what_nobody_alive_has_is_looked_for_in_the_trash_with_one_more_call(shop: Shop) -> None:
    connector = shop.open()
    assert connector.find("product", "sku", ["unknown"]) == {"unknown": ()}
    assert connector.calls()["read"] == 2


def test_a_list_of_several_full_pages_is_read_to_its_end_and_no_further(shop: Shop) -> None:
    parent = next(p for p in shop.store.products.records.values() if len(p.variations) > 1)
    connector = shop.open(page_size=1)
    found = connector.find("product", "parent_id", [str(parent.id)])
    assert [raw.id for raw in found[str(parent.id)]] == [str(id) for id in parent.variations]
    assert connector.calls()["read"] == len(parent.variations)
