"""What the connector promises of products it keeps before a shop without WooCommerce 10.3 too."""

from __future__ import annotations

from functools import partial

import pytest

from sync_cli.sandbox.shop import ShopSettings
from tests.contract.cells import KEPT, Cell, at, cells_of, judge, load
from tests.contract.rigs.woocommerce import woocommerce

opened = partial(woocommerce, ShopSettings(version="9.8.5"))


def _cells() -> list[Cell]:
    with opened() as rig:
        return [one for one in cells_of(rig) if one.entity == "product" and not one.lack]


@pytest.mark.parametrize("cell", [pytest.param(cell, id=cell.name) for cell in _cells()])
def test_the_promise_is_kept_by_an_older_shop(cell: Cell) -> None:
    with opened() as rig:
        said = judge(cell, rig)
    assert said == KEPT == at(load(), cell)
