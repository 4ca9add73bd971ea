"""A whole pass over a catalogue in step: quick, and yet nothing that moved in the shop escapes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sync_cli.connectors.base import Raw
from sync_cli.core.errors import IdentityError
from sync_cli.core.item import Applied
from sync_cli.engine.route import Options
from sync_cli.flows.products_rows import Appearance
from sync_cli.state.store import State
from tests.flows.product_world import ProductWorld
from tests.properties.world import MAPPINGS

HOUR = 3600
WHOLE = Options(full=True)


def in_step(folder: Path, **article: Any) -> ProductWorld:
    """A world whose articles were all found in step by two whole passes, marks and all."""
    world = ProductWorld(folder, mark_unchanged=True)
    world.edit("911", minimum_quantity="2", unit_factor="6", **article)
    for _ in range(2):
        world.pass_time(HOUR)
        world.run("products", options=WHOLE)
    world.pass_time(HOUR)
    world.sent.clear()
    return world


def known(world: ProductWorld) -> dict[str, Applied]:
    """The fingerprints of all articles."""
    with closing(State.open(world.folder / "state.sqlite")) as state:
        return state.fingerprints("products", list(world.erp.records("product")))


def test_what_was_found_in_step_is_remembered_by_its_look(tmp_path: Path) -> None:
    world = in_step(tmp_path)
    before = known(world)
    assert all(applied.seen for applied in before.values())
    run = world.run("products", options=WHOLE).run
    assert (known(world), world.sent) == (before, [])
    assert (run.tally.of("products", "read"), run.tally.of("products", "skip")) == (3, 3)


def test_what_was_written_is_looked_at_once_more(tmp_path: Path) -> None:
    world = in_step(tmp_path)
    world.edit("911", price="12.00")
    world.run("products")
    assert known(world)["911"].seen == ""
    world.run("products", options=WHOLE)
    assert known(world)["911"].seen


MOVES: list[dict[str, Any]] = [
    {"name": "By hand"},
    {"regular_price": "99.00"},
    {"sale_price": "1.00"},
    {"date_on_sale_from_gmt": "2026-02-01T00:00:00"},
    {"date_on_sale_to_gmt": "2026-02-01T00:00:00"},
    {"tax_class": "reduced-rate"},
    {"global_unique_id": "4006381333931"},
    {"sku": "OTHER"},
    {"meta_data": []},
    {"meta_data": [{"id": 1, "key": "_sync_cli_unit_factor", "value": "7"}]},
    {"meta_data": [{"id": 1, "key": "minimum_allowed_quantity", "value": "9"}]},
]


@pytest.mark.parametrize("move", MOVES, ids=str)
def test_a_whole_pass_sets_back_whatever_moved_in_the_shop(
    tmp_path: Path, move: dict[str, Any]
) -> None:
    world = in_step(tmp_path, barcode="2000000000015")
    before = world.product("11")
    world.edit_shop("11", **move)
    world.run("products", options=WHOLE)
    after = world.product("11")
    assert [after[key] or None for key in move if key != "meta_data"] == [
        before[key] or None for key in move if key != "meta_data"
    ]
    assert metas(after) == metas(before)


def metas(product: Any) -> dict[str, Any]:
    """The metadata by key."""
    return {entry["key"]: entry["value"] for entry in product["meta_data"]}


def test_pieces_that_were_sold_are_no_reason_to_compare_again(tmp_path: Path) -> None:
    world = in_step(tmp_path)
    before = known(world)
    world.edit_shop("11", stock_quantity=3)
    world.run("products", options=WHOLE)
    assert (known(world), world.sent) == (before, [])


def test_a_product_that_looks_different_and_is_in_step_is_remembered_anew(tmp_path: Path) -> None:
    world = in_step(tmp_path)
    before = known(world)
    world.edit_shop("11", weight="3")
    world.run("products", options=WHOLE)
    after = known(world)
    assert world.sent == []
    assert after["911"].seen not in ("", before["911"].seen)
    assert after["912"] == before["912"]


def test_a_product_that_lies_in_the_trash_now_is_left_alone(tmp_path: Path) -> None:
    world = in_step(tmp_path)
    world.edit_shop("11", status="trash")
    world.edit_shop("11", regular_price="99.00")
    run = world.run("products", options=WHOLE).run
    assert (world.sent, run.tally.of("products", "skip")) == ([], 3)


def test_another_product_under_a_known_id_stops_a_whole_pass(tmp_path: Path) -> None:
    world = in_step(tmp_path)
    world.edit_shop("11", created="born again")
    with pytest.raises(IdentityError, match="another record"):
        world.run("products", options=WHOLE)


def test_a_product_that_is_gone_becomes_a_task(tmp_path: Path) -> None:
    world = in_step(tmp_path)
    del world.shop.tables["product"]["11"]
    world.run("products", options=WHOLE)
    assert [held.id for held in world.held()] == ["911"]


def test_a_field_that_the_shop_no_longer_has_is_noticed(tmp_path: Path) -> None:
    world = in_step(tmp_path)
    product = dict(world.shop.tables["product"]["11"])
    product.pop("date_on_sale_to_gmt")
    world.shop.put("product", product)
    world.run("products", options=WHOLE)
    assert "date_on_sale_to_gmt" in world.problem()


def test_what_an_older_program_compared_looks_different_to_a_newer_one() -> None:
    mapping = MAPPINGS.of("woocommerce", "product")
    raw = Raw("11", {"id": 11, "sku": "SKU-11"}, "born")
    old, new = Appearance(mapping, "0.1.0"), Appearance(mapping, "0.1.1")
    assert old.of(raw) == Appearance(mapping, "0.1.0").of(raw) != new.of(raw)
