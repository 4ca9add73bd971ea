"""Variations with a number of their own, and those whose parent holds one number for all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.connectors.base import Change
from tests.flows.town import Town, hour, of_route
from tests.properties.goods import shop_product

PARENT = 50
OWN = {"51": 4, "52": 5}


def family(town: Town, *, shared: bool, shown: int = 9, in_erp: bool = False) -> None:
    """A variable product with two variations, 4 and 5 pieces of them in the ERP."""
    parent = {**shop_product(str(PARENT), shown), "type": "variable", "manage_stock": shared}
    town.shop.put("product", parent if in_erp else {**parent, "sku": ""})
    for variation, pieces in OWN.items():
        product = {**shop_product(variation, pieces), "type": "variation", "parent_id": PARENT}
        town.shop.put("product", {**product, "manage_stock": "parent" if shared else True})
        town.new_in_erp(variation, pieces)
    if in_erp:
        town.new_in_erp(str(PARENT), shown)


def buy_variation(town: Town, variation: str, pieces: int, *, shared: bool) -> str:
    """A customer buys a variation; the shop takes the pieces from whoever holds the number."""
    order = town.buy(variation, pieces, status="pending")
    line = town.shop_order(order)["line_items"][0]
    line.update(product_id=PARENT, variation_id=int(variation))
    line["meta_data"] = [{"id": 1, "key": "_reduced_stock", "value": str(pieces)}]
    town.edit(order, status="processing")
    holder = str(PARENT) if shared else variation
    town.shop.tables["product"][holder]["stock_quantity"] -= pieces
    town.shop.dates["product", holder] = town.now
    return order


class Parents:
    """Stands before the shop and remembers by which parent each product was written."""

    def __init__(self, inner: Any, log: list[tuple[str, str]]) -> None:
        self._inner = inner
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def update(self, entity: str, changes: list[Change]) -> Any:
        self._log += [(change.id, change.parent) for change in changes]
        return self._inner.update(entity, changes)


def test_variations_with_their_own_number_are_written_below_their_parent(town: Town) -> None:
    family(town, shared=False)
    town.stock()
    written: list[tuple[str, str]] = []
    town.wrap_shop = lambda connector: Parents(connector, written)
    for article in ("951", "952", "911"):
        town.move_stock(article, on_hand=1)
    town.stock()
    assert sorted(written) == [("11", ""), ("51", "50"), ("52", "50")]
    assert [town.shop_stock(id) for id in ("51", "52", "11")] == [5, 6, 51]


def test_a_sold_variation_counts_for_itself_alone(town: Town) -> None:
    family(town, shared=False)
    town.stock()
    buy_variation(town, "52", 2, shared=False)
    town.stock(full=True)
    assert [town.shop_stock(id) for id in ("51", "52")] == [4, 3]


def test_a_sold_variation_counts_against_the_number_of_its_parent(town: Town) -> None:
    family(town, shared=True)
    town.stock()
    buy_variation(town, "52", 2, shared=True)
    assert town.stock(full=True).writes == 0
    town.move_stock("951", on_hand=1)
    town.stock()
    assert town.shop_stock("50") == 8


def test_variations_that_share_a_number_may_be_held_instead_of_summed_up(town: Town) -> None:
    town.configure(stock={"parent_managed": "hold"})
    family(town, shared=True, shown=99)
    told = town.stock()
    assert town.shop_stock("50") == 99
    [failure] = told.ears.failures
    assert "its stock is managed by its parent in the shop" in failure
    assert "set stock.parent_managed to sum" in failure


def test_once_the_variations_have_numbers_of_their_own_nothing_is_held(town: Town) -> None:
    town.configure(stock={"parent_managed": "hold"})
    family(town, shared=True)
    town.stock()
    assert town.held("stock")
    for variation in OWN:
        town.shop.tables["product"][variation]["manage_stock"] = True
        town.shop.dates["product", variation] = town.now
    town.pass_time(hour(24))
    town.stock()
    assert not town.held("stock")


def test_where_the_erp_counts_the_parent_its_row_is_the_number(town: Town) -> None:
    family(town, shared=True, shown=30, in_erp=True)
    town.stock()
    town.stock()
    town.move_stock("950", on_hand=-10)
    town.move_stock("951", on_hand=10)
    told = town.stock()
    assert town.shop_stock("50") == 20
    assert of_route(told.ears.plan, "stock")[-1] == "update Stock of SKU-50: stock_quantity = 20"


def test_it_is_so_from_the_first_run_on(town: Town) -> None:
    family(town, shared=True, shown=30, in_erp=True)
    assert town.stock().writes == 0


def test_a_parent_in_the_trash_is_left_alone(town: Town) -> None:
    family(town, shared=True, shown=99)
    shapes = dict(town.shop.shapes)
    shapes["product"] = replace(shapes["product"], marks=_trashed)
    town.shop.shapes = shapes
    town.shop.tables["product"]["50"]["status"] = "trash"
    assert town.stock().writes == 0
    assert town.shop_stock("50") == 99


def _trashed(data: Any) -> frozenset[str]:
    return frozenset({"trashed"} if data["status"] == "trash" else ())


@pytest.mark.parametrize(("factor", "pieces"), [("1", 9), ("2", 4)])
def test_units_of_shared_variations_become_pieces_before_they_are_summed_up(
    town: Town, factor: str, pieces: int
) -> None:
    family(town, shared=True, shown=1)
    for variation in OWN:
        town.stock_row(variation, unit_factor=factor)
    town.stock()
    assert town.shop_stock("50") == pieces


def test_safety_stock_is_kept_back_once_for_the_whole_family(town: Town) -> None:
    town.configure(stock={"safety_stock": Decimal(2)})
    family(town, shared=True)
    town.stock()
    assert town.shop_stock("50") == 7
