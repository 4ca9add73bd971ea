"""Variations that share their parent's number: one sum, wherever the pages of a read break."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync_cli.engine.route import Options
from tests.properties.goods import erp_article, erp_stock, shop_product
from tests.properties.world import World

PARENT = "50"
VARIATIONS = {"51": 4, "52": 5, "53": 6}
ALL_PIECES = 15


def shop_family(world: World, shown: int) -> None:
    """A variable product that shows `shown` pieces, and three variations that share them."""
    parent = {**shop_product(PARENT, shown), "sku": "", "type": "variable"}
    world.shop.put("product", parent)
    for variation, pieces in VARIATIONS.items():
        product = {**shop_product(variation, shown), "type": "variation", "parent_id": int(PARENT)}
        world.shop.put("product", {**product, "manage_stock": "parent"})
        world.erp.put("product", erp_article(f"9{variation}", variation))
        world.erp.put("stock", erp_stock(f"9{variation}", variation, pieces))


def shown(world: World) -> int:
    """What the shop offers of the whole family."""
    return world.shop_stock(PARENT)


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_a_first_run_sums_up_variations_of_several_pages(tmp_path: Path, page_size: int) -> None:
    world = World(tmp_path)
    shop_family(world, shown=99)
    world.run("stock", page_size=page_size)
    assert shown(world) == ALL_PIECES


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_a_whole_run_with_the_right_number_writes_nothing(tmp_path: Path, page_size: int) -> None:
    world = World(tmp_path)
    shop_family(world, shown=ALL_PIECES)
    assert world.run("stock", page_size=page_size).writes == 0
    assert world.run("stock", page_size=page_size, options=Options(full=True)).writes == 0
    assert shown(world) == ALL_PIECES


@pytest.mark.parametrize("page_size", [1, 2, 100])
def test_a_change_of_one_variation_counts_the_others_too(tmp_path: Path, page_size: int) -> None:
    world = World(tmp_path)
    shop_family(world, shown=ALL_PIECES)
    world.run("stock")
    world.pass_time(4 * 86_400)
    world.move_stock("952", on_hand=10)
    world.run("stock", page_size=page_size)
    assert shown(world) == ALL_PIECES + 10


def test_a_limited_run_sums_up_what_it_did_not_read(tmp_path: Path) -> None:
    world = World(tmp_path)
    shop_family(world, shown=99)
    world.run("stock")
    world.move_stock("951", on_hand=-1)
    for options in (Options(full=True, limit=4), Options(full=True, ids=("952",))):
        world.run("stock", page_size=1, options=options)
        assert shown(world) == ALL_PIECES - 1
