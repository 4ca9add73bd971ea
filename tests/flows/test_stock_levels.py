"""The ERP's stock in the shop: linked by SKU, never more than sellable, never zero by mistake."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync_cli.core.errors import IdentityError
from sync_cli.core.item import Why
from tests.flows.town import Stutter, Town, hour, of_route

WAREHOUSES = [
    {"code": "MAIN", "on_hand": "10", "demand": "3", "reserved": "2", "incoming": "100"},
    {"code": "STORE", "on_hand": "5", "demand": "1", "reserved": "0", "incoming": "0"},
]


def why(told_plan: list[str], sku: str = "SKU-11") -> str:
    """Why a row was left out."""
    start = f"skip   Stock of {sku}: "
    [line] = [line for line in of_route(told_plan, "stock") if line.startswith(start)]
    return line.removeprefix(start)


# Links


def test_the_first_run_links_by_sku_and_writes_nothing_where_the_numbers_agree(town: Town) -> None:
    sides = town.both_sides()
    told = town.stock()
    assert told.writes == 0
    assert town.both_sides() == sides
    with town.open_state() as state:
        links = state.links("product", "shop", "erp", ["11", "12", "13"])
    assert {id: link.target for id, link in links.items()} == {
        "11": "911",
        "12": "912",
        "13": "913",
    }


def test_a_linked_article_is_written_to_its_product_whatever_its_sku_is_now(town: Town) -> None:
    town.stock()
    for product, sku in (("11", "SKU-12"), ("12", "SKU-11")):
        town.shop.tables["product"][product]["sku"] = sku
    town.move_stock("911", on_hand=-10)
    town.stock()
    assert (town.shop_stock("11"), town.shop_stock("12")) == (40, 50)


def test_a_changed_row_is_written_and_only_it(town: Town) -> None:
    town.stock()
    town.move_stock("912", on_hand=7)
    told = town.stock()
    assert of_route(told.ears.plan, "stock") == ["update Stock of SKU-12: stock_quantity = 57"]
    assert [town.shop_stock(id) for id in ("11", "12", "13")] == [50, 57, 50]
    assert told.writes == 1
    assert town.stock().writes == 0


def test_a_number_that_somebody_changed_in_the_shop_is_put_right(town: Town) -> None:
    town.stock()
    town.pass_time(hour(30))
    town.stock()
    town.shop.tables["product"]["11"]["stock_quantity"] = 99
    town.shop.dates["product", "11"] = town.now
    town.stock()
    assert town.shop_stock("11") == 50


def test_rows_that_come_more_than_once_are_written_once(town: Town) -> None:
    town.wrap_erp = Stutter
    town.wrap_shop = Stutter
    for article in ("911", "912"):
        town.move_stock(article, on_hand=-10)
    assert town.stock(full=True).writes == 1
    town.move_stock("911", on_hand=-10)
    assert town.stock().writes == 1
    assert (town.shop_stock("11"), town.shop_stock("12")) == (30, 40)


# What counts as there


@pytest.mark.parametrize(
    ("settings", "pieces"),
    [
        pytest.param({}, 11, id="available everywhere"),
        pytest.param({"basis": "physical"}, 15, id="physical"),
        pytest.param({"warehouses": ["MAIN"]}, 7, id="one warehouse"),
        pytest.param({"warehouses": ["STORE"], "basis": "physical"}, 5, id="the other"),
        pytest.param({"warehouses": ["MAIN", "FAR"]}, 7, id="one that is not there"),
        pytest.param({"safety_stock": 4}, 7, id="safety stock"),
        pytest.param({"safety_stock": 40}, 0, id="more safety than stock"),
    ],
)
def test_basis_warehouses_and_safety_stock(
    town: Town, settings: dict[str, Any], pieces: int
) -> None:
    town.configure(stock=settings)
    town.stock_row("11", warehouses=WAREHOUSES)
    town.stock()
    assert town.shop_stock("11") == pieces


def test_a_changed_setting_reads_every_row_again(town: Town) -> None:
    town.stock()
    town.pass_time(hour(24 * 9))
    town.stock()
    town.configure(stock={"safety_stock": 5})
    town.stock()
    assert [town.shop_stock(id) for id in ("11", "12", "13")] == [45, 45, 45]


@pytest.mark.parametrize(("factor", "pieces"), [("1", 50), ("6", 8), ("50", 1), ("51", 0)])
def test_units_of_the_erp_become_whole_pieces(town: Town, factor: str, pieces: int) -> None:
    town.stock_row("11", unit_factor=factor)
    town.stock()
    assert town.shop_stock("11") == pieces


def test_demand_beyond_what_is_there_is_zero_in_the_shop(town: Town) -> None:
    town.move_stock("911", demand=80)
    town.stock()
    assert town.shop_stock("11") == 0


# What is never zeroed


@pytest.mark.parametrize(
    ("row", "settings", "reason"),
    [
        ({"stocked": False}, {}, "not stocked in the ERP"),
        ({"archived": True}, {}, "archived in the ERP"),
        ({"main_article": True}, {}, "a main article of the ERP, only its variants have stock"),
        ({}, {"warehouses": ["FAR"]}, "in none of the chosen warehouses"),
        ({"warehouses": []}, {}, "in none of the chosen warehouses"),
        ({"sku": ""}, {}, "no SKU and no link"),
        ({"sku": "SKU-UNKNOWN"}, {}, "not in the shop"),
        ({"sku": "sku-11"}, {}, "not in the shop"),
    ],
)
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_row_without_stock_that_we_know_is_left_out(
    town: Town, row: dict[str, Any], settings: dict[str, Any], reason: str, is_linked: bool
) -> None:
    if is_linked:
        town.stock()
    town.configure(stock=settings)
    counted = {"warehouses": [{**WAREHOUSES[0], "on_hand": "0"}]}
    town.stock_row("11", **{**counted, **row})
    told = town.stock()
    if is_linked and "sku" in row:
        assert town.shop_stock("11") == 0  # the link tells whose row it is
        return
    label = row.get("sku") or ("article 911" if "sku" in row else "SKU-11")
    assert why(told.ears.plan, label) == reason
    assert town.shop_stock("11") == 50


@pytest.mark.parametrize(
    ("product", "reason"),
    [
        ({"manage_stock": False}, "the shop does not manage its stock"),
        ({"stock_quantity": None, "manage_stock": False}, "the shop does not manage its stock"),
    ],
)
def test_a_product_whose_stock_the_shop_does_not_manage_is_left_out(
    town: Town, product: dict[str, Any], reason: str
) -> None:
    town.shop.tables["product"]["11"].update(product)
    town.move_stock("911", on_hand=-10)
    told = town.stock()
    assert why(told.ears.plan) == reason
    assert town.shop.tables["product"]["11"]["stock_quantity"] == product.get("stock_quantity", 50)


def test_a_product_that_the_erp_does_not_have_keeps_its_number(town: Town) -> None:
    town.shop.put("product", {**town.shop.tables["product"]["11"], "id": "77", "sku": "SHOP-ONLY"})
    town.stock(full=True)
    assert town.shop.tables["product"]["77"]["stock_quantity"] == 50


# What is held


def test_two_articles_with_one_sku_are_written_to_nothing_and_told(town: Town) -> None:
    town.new_in_erp("11", 3, article="800")
    told = town.stock()
    assert town.shop_stock("11") == 50
    assert any("(800, 911) carry the SKU SKU-11 of one shop" in line for line in told.ears.failures)
    assert told.run.tally.new_failures == 1
    with town.open_state() as state:
        assert not state.links("product", "shop", "erp", ["11"])
    assert town.stock(full=True).run.tally.new_failures == 0


@pytest.mark.parametrize("page_size", [1, 100])
def test_an_article_with_the_sku_of_a_linked_product_is_refused(town: Town, page_size: int) -> None:
    town.stock()
    town.new_in_erp("11", 3, article="9999")
    told = town.stock(page_size=page_size)
    assert town.shop_stock("11") == 50
    assert any("already belongs to another record" in line for line in told.ears.failures)


def test_an_article_whose_sku_is_a_main_article_of_the_shop_is_refused(town: Town) -> None:
    town.shop.tables["product"]["11"].update(type="variable", manage_stock=False)
    told = town.stock()
    [failure] = told.ears.failures
    assert "is the main article of product 11, which has variations and no stock of its own" in (
        failure
    )
    assert "Give each variation its own SKU" in failure


def test_a_linked_product_that_was_deleted_is_a_task(town: Town) -> None:
    town.stock()
    town.shop.remove("product", "11")
    town.move_stock("911", on_hand=-1)
    told = town.stock()
    [failure] = told.ears.failures
    assert "its counterpart 11 no longer exists" in failure
    assert town.held("stock")["911"].why is Why.TASK


def test_a_product_id_that_is_used_again_for_another_product_stops_the_lane(town: Town) -> None:
    town.stock()
    another = {**town.shop.tables["product"]["11"], "sku": "SKU-X", "created": "another birth"}
    town.shop.put("product", another)
    town.move_stock("911", on_hand=-1)
    with pytest.raises(IdentityError, match="now belongs to another record"):
        town.stock()
    assert town.shop_stock("11") == 50


def test_a_draft_that_was_published_is_the_same_product(town: Town) -> None:
    town.stock()
    town.shop.put("product", {**town.shop.tables["product"]["11"], "created": "published"})
    town.move_stock("911", on_hand=-1)
    town.stock()
    assert town.shop_stock("11") == 49


def test_an_unreadable_row_is_held_and_the_others_are_written(town: Town) -> None:
    town.stock_row("11", unit_factor="0")
    town.move_stock("912", on_hand=-10)
    told = town.stock()
    assert (town.shop_stock("11"), town.shop_stock("12")) == (50, 40)
    [failure] = told.ears.failures
    assert "unit_factor" in failure
    town.stock_row("11", unit_factor="2")
    town.pass_time(hour())
    town.stock()
    assert town.shop_stock("11") == 25
    assert not town.held("stock")


def test_negative_stock_is_zero_in_the_shop_and_no_fault(town: Town) -> None:
    town.stock_row("11", warehouses=[{**WAREHOUSES[0], "on_hand": "-5", "demand": "0"}])
    told = town.stock()
    assert town.shop_stock("11") == 0
    assert told.ears.failures == []


@pytest.mark.parametrize("text", ["-5", "2.5", "0.9"])
def test_odd_counts_never_become_more_than_is_there(town: Town, text: str) -> None:
    town.stock_row("11", warehouses=[{**WAREHOUSES[1], "on_hand": text, "demand": "0"}])
    town.stock()
    assert town.shop_stock("11") == max(0, int(Decimal(text)))


# Narrowed runs


def test_a_sku_narrows_the_run_to_its_rows(town: Town) -> None:
    town.stock()
    for article in ("911", "912"):
        town.move_stock(article, on_hand=-10)
    told = town.stock(skus=("SKU-12",))
    assert told.run.tally.of("stock", "read") == 1
    assert (town.shop_stock("11"), town.shop_stock("12")) == (50, 40)
    town.stock()
    assert town.shop_stock("11") == 40


def test_a_sku_that_the_erp_does_not_know_is_said(town: Town) -> None:
    told = town.stock(skus=("NOWHERE",))
    assert told.ears.notes == ["No article of the ERP has the SKU NOWHERE."]
    assert told.writes == 0


def test_an_id_narrows_the_run_to_that_article(town: Town) -> None:
    town.stock()
    for article in ("911", "912"):
        town.move_stock(article, on_hand=-10)
    town.stock(ids=("911",))
    assert (town.shop_stock("11"), town.shop_stock("12")) == (40, 50)


def test_an_id_that_no_row_has_is_said(town: Town) -> None:
    assert town.stock(ids=("4711",)).ears.notes


def test_a_limited_run_links_no_article_whose_sku_is_ambiguous(town: Town) -> None:
    town.new_in_erp("11", 3, article="9999")
    town.stock(limit=1, page_size=1)
    with town.open_state() as state:
        assert not state.links("product", "shop", "erp", ["11"])
