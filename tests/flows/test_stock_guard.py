"""The guard stops a stock run before its first write, and lets exactly that plan pass."""

from __future__ import annotations

import pytest

from sync_cli.core.errors import GuardTripped
from tests.flows.town import Town, hour

CAUTIOUS = {"guard": {"zero": {"share": 0, "least": 1}, "overwrite": {"share": 0, "least": 2}}}


@pytest.fixture
def cautious(town: Town) -> Town:
    """Linked articles, and limits of one zero and two overwrites a run."""
    town.stock()
    town.configure(stock=CAUTIOUS)
    town.stock()
    return town


def stopped(town: Town, **options: object) -> GuardTripped:
    """The stop of a run that must be stopped."""
    with pytest.raises(GuardTripped) as caught:
        town.stock(**options)
    return caught.value


def empty(town: Town, *products: str) -> None:
    """The warehouse counts nothing of these products any more."""
    for product in products:
        row = town.erp.tables["stock"][f"9{product}"]["warehouses"][0]
        town.move_stock(f"9{product}", on_hand=-int(row["on_hand"]))


def test_a_run_within_the_limits_passes(cautious: Town) -> None:
    empty(cautious, "11")
    cautious.stock()
    assert cautious.shop_stock("11") == 0


def test_too_many_zeroes_stop_the_run_before_anything_is_written(cautious: Town) -> None:
    empty(cautious, "11", "12")
    before = cautious.both_sides()
    trip = stopped(cautious)
    assert "set 2 of 3 products to zero" in str(trip)
    assert cautious.both_sides() == before
    assert not cautious.held("stock")


def test_too_many_overwrites_stop_it_too(cautious: Town) -> None:
    for article in ("911", "912", "913"):
        cautious.move_stock(article, on_hand=1)
    assert "overwrite 3 of 3 records" in str(stopped(cautious))


def test_a_stopped_run_moves_no_watermark_so_the_next_one_stops_as_well(cautious: Town) -> None:
    empty(cautious, "11", "12")
    stopped(cautious)
    cautious.pass_time(hour(1))
    stopped(cautious)


def test_the_token_lets_exactly_this_plan_pass(cautious: Town) -> None:
    empty(cautious, "11", "12")
    token = stopped(cautious).token
    cautious.pass_time(60)
    cautious.stock(accept=token)
    assert [cautious.shop_stock(id) for id in ("11", "12", "13")] == [0, 0, 50]


def test_the_token_of_a_dry_run_is_that_of_the_real_one(cautious: Town) -> None:
    empty(cautious, "11", "12")
    [note] = cautious.stock(dry_run=True).ears.notes
    assert f"--accept {stopped(cautious).token}" in note


def test_a_plan_that_changed_since_needs_another_word(cautious: Town) -> None:
    empty(cautious, "11", "12")
    token = stopped(cautious).token
    empty(cautious, "13")
    again = stopped(cautious, accept=token)
    assert again.token != token
    assert cautious.shop_stock("11") == 50


def test_zeroes_of_products_that_show_zero_already_do_not_count(cautious: Town) -> None:
    for product in ("11", "12"):
        cautious.shop.tables["product"][product]["stock_quantity"] = 0
    empty(cautious, "11", "12")
    assert cautious.stock().writes == 0


def test_the_default_limits_let_a_small_shop_sell_out(town: Town) -> None:
    town.configure(stock={"guard": {}})
    town.stock()
    empty(town, "11", "12", "13")
    town.stock()
    assert [town.shop_stock(id) for id in ("11", "12", "13")] == [0, 0, 0]


def test_the_second_look_is_never_stopped(cautious: Town) -> None:
    orders = [cautious.buy(product, pieces=1) for product in ("11", "12", "13")]
    assert orders
    cautious.stock()
    assert [cautious.shop_stock(id) for id in ("11", "12", "13")] == [49, 49, 49]
