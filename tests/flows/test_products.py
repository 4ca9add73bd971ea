"""Products, ERP to shop: what is linked, made, changed and left alone."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import ConfigError, GuardTripped, IdentityError
from sync_cli.core.outcome import End, Settlement
from sync_cli.engine.route import Options
from sync_cli.state.store import State
from tests.flows.product_world import IMAGES, ProductWorld
from tests.properties.world import Killed, fates

HOUR = 3600


def synced(folder: Path, **settings: Any) -> ProductWorld:
    """A world whose first run is over, an hour ago."""
    world = ProductWorld(folder, **settings)
    world.pass_time(HOUR)
    world.run("products")
    world.pass_time(HOUR)
    world.sent.clear()
    return world


def test_a_first_run_links_by_sku_and_writes_nothing_that_is_equal(tmp_path: Path) -> None:
    world = ProductWorld(tmp_path)
    assert world.run("products").writes == 0
    assert world.links() == {"911": "11", "912": "12", "913": "13"}


def test_a_second_run_asks_the_shop_for_no_product(tmp_path: Path) -> None:
    world = synced(tmp_path)
    run = world.run("products").run
    assert (run.tally.of("products", "skip"), run.tally.of("products", "update")) == (3, 0)


CHANGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"name": "New & better"}, {"name": "New & better"}),
    ({"name": "Already &amp; escaped"}, {"name": "Already & escaped"}),
    ({"price": "12.5"}, {"regular_price": "12.50"}),
    ({"sale_price": "8"}, {"sale_price": "8.00"}),
    (
        {
            "sale_price": "8",
            "sale_from": "2026-02-01T00:00:00.123Z",
            "sale_to": "2026-03-01T01:00:00+01:00",
        },
        {
            "sale_price": "8.00",
            "date_on_sale_from_gmt": "2026-02-01T00:00:00Z",
            "date_on_sale_to_gmt": "2026-03-01T00:00:00Z",
        },
    ),
    ({"tax_code": "reduced-rate"}, {"tax_class": "reduced-rate"}),
    ({"weight": "0.250"}, {"weight": "0.25"}),
    ({"status": "draft"}, {"status": "draft"}),
    ({"barcode": "4006381333931"}, {"global_unique_id": "4006381333931"}),
    ({"sku": "OTHER-1"}, {"sku": "OTHER-1"}),
]


@pytest.mark.parametrize(("change", "sent"), CHANGES, ids=str)
def test_only_the_fields_that_differ_are_sent(
    tmp_path: Path, change: dict[str, Any], sent: dict[str, Any]
) -> None:
    world = synced(tmp_path)
    world.edit("911", **change)
    world.run("products")
    mark = {"meta_data": [{"key": "_sync_cli_id", "value": "911"}]}
    assert world.sent == [{**sent, **mark}]
    world.sent.clear()
    world.pass_time(HOUR)
    world.run("products")
    world.run("products", options=Options(full=True))
    assert world.sent == []


def test_unit_factor_and_minimum_quantity_are_metadata_and_orders_know_the_factor(
    tmp_path: Path,
) -> None:
    world = synced(tmp_path)
    world.edit("911", unit_factor="6", minimum_quantity="12")
    world.run("products")
    assert world.meta("11", "_sync_cli_unit_factor") == "6"
    assert world.meta("11", "minimum_allowed_quantity") == "12"
    assert world.fact("11", "unit_factor") == "6"
    world.edit("911", unit_factor="1", minimum_quantity=None)
    world.run("products")
    assert world.meta("11", "minimum_allowed_quantity") is None
    assert world.fact("11", "unit_factor") == "1"


def test_a_sale_that_is_over_in_the_erp_is_taken_from_the_shop(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit("911", sale_price="8.00", sale_to="2026-02-01T00:00:00Z")
    world.run("products")
    world.edit("911", sale_price=None, sale_to=None)
    world.run("products")
    product = world.product("11")
    assert (product["sale_price"], product["date_on_sale_to_gmt"]) == ("", "")


def test_empty_values_of_the_erp_empty_neither_price_nor_weight_nor_barcode(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit_shop("11", weight="3", global_unique_id="40063")
    world.edit("911", price=None, name="Other")
    world.run("products")
    product = world.product("11")
    kept = (product["regular_price"], product["weight"], product["global_unique_id"])
    assert kept == ("10.00", "3", "40063")
    assert product["name"] == "Other"


@pytest.mark.parametrize("kind", ["bundle", "external", "composite"])
def test_a_bundle_keeps_its_kind_and_gets_name_and_price(tmp_path: Path, kind: str) -> None:
    """What it is made of is the shop's: to the ERP it is one article."""
    world = ProductWorld(tmp_path)
    world.put_product("14", type=kind, bundled_items=[{"product_id": 11}])
    world.put_article("914", "14")
    world.run("products")
    world.sent.clear()
    world.edit("914", name="Gift set", price="24.90")
    world.run("products")
    mark = [{"key": "_sync_cli_id", "value": "914"}]
    assert world.sent == [{"name": "Gift set", "regular_price": "24.90", "meta_data": mark}]
    product = world.product("14")
    assert (product["type"], product["bundled_items"]) == (kind, [{"product_id": 11}])


def test_what_the_shop_owns_is_never_touched(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit("911", name="Other", price="1.00", status="draft")
    world.run("products")
    product = world.product("11")
    assert (product["images"], product["description"]) == (IMAGES, "by the shop")
    assert (product["stock_quantity"], product["manage_stock"]) == (5, True)
    assert not {"type", "manage_stock", "images", "description"} & set(world.sent[0])


def test_a_price_changed_in_the_shop_is_set_back_the_erp_leads(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit_shop("12", regular_price="99.00")
    world.run("products")
    assert world.product("12")["regular_price"] == "10.00"


def test_what_moved_on_both_sides_is_compared_once(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit("911", price="12.00")
    world.edit_shop("11", regular_price="99.00")
    run = world.run("products").run
    read = run.tally.of("products", "read")
    assert (read, len(world.sent)) == (len(world.erp.records("product")), 1)


def test_marks_alone_are_written_only_where_asked_for(tmp_path: Path) -> None:
    world = ProductWorld(tmp_path, mark_unchanged=True)
    world.run("products")
    assert [world.meta(id, "_sync_cli_id") for id in ("11", "12", "13")] == ["911", "912", "913"]


def test_a_renamed_sku_is_renamed_in_the_shop_and_may_be_used_again(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    world.edit("911", sku="RENAMED")
    world.put_article("950", "11")
    world.run("products")
    assert world.product("11")["sku"] == "RENAMED"
    assert world.by_sku("SKU-11") == []
    world.pass_time(HOUR)
    world.run("products")
    [again] = world.by_sku("SKU-11")
    assert world.links()["950"] == again["id"] != "11"


def test_products_are_not_made_unless_it_is_asked_for(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.put_article("920", "20")
    world.run("products")
    assert (world.by_sku("SKU-20"), world.held()) == ([], [])


def test_a_new_product_is_a_draft_that_counts_its_stock(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    world.put_article("920", "20", unit_factor="6")
    world.run("products")
    [product] = world.by_sku("SKU-20")
    assert (product["status"], product["manage_stock"], product["type"]) == (
        "draft",
        True,
        "simple",
    )
    assert world.links()["920"] == product["id"]
    assert world.meta(product["id"], "_sync_cli_id") == "920"
    assert world.fact(product["id"], "unit_factor") == "6"
    world.sent.clear()
    world.pass_time(HOUR)
    world.run("products")
    assert world.sent == []


def family(world: ProductWorld, *colours: str) -> None:
    """A main article of the ERP and its variants, which the shop does not have."""
    pairs = [{"name": "Colour", "value": colour} for colour in colours]
    main = {"sku": "M", "name": "Shirt", "main_article": True, "attributes": pairs, "price": "0"}
    world.put_article("700", "M", **main)
    for number, pair in enumerate(pairs, start=1):
        variant = {"sku": f"M-{number}", "parent_id": "700", "attributes": [pair]}
        world.put_article(f"70{number}", f"M-{number}", **variant)


def test_a_main_article_is_made_before_its_variations(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    family(world, "Red", "Blue")
    world.run("products")
    [main] = world.by_sku("M")
    assert main["type"] == "variable"
    assert main["attributes"][0]["options"] == ["Red", "Blue"]
    assert "regular_price" not in world.sent[0]
    for sku, colour in (("M-1", "Red"), ("M-2", "Blue")):
        [variation] = world.by_sku(sku)
        assert (variation["type"], variation["parent_id"]) == ("variation", main["id"])
        assert variation["attributes"] == [{"id": 0, "name": "Colour", "option": colour}]
        assert variation["regular_price"] == "10.00"
    world.pass_time(HOUR)
    world.sent.clear()
    world.run("products", options=Options(full=True))
    assert world.sent == []


def ordered(world: ProductWorld, product: str) -> str:
    """Why an order of this product is held; nothing was asked of the ERP."""
    world.shop.tables["product"][product]["stock_quantity"] = 5
    order = world.place_order([(product, 1)])
    world.pass_time(120)
    world.run("orders")
    assert world.documents() == {}
    with closing(State.open(world.folder / "state.sqlite")) as state:
        return state.held_of("orders", [order])[order].problem.sentence()


def test_an_order_of_a_main_article_that_was_made_is_refused_with_a_clear_sentence(
    tmp_path: Path,
) -> None:
    world = synced(tmp_path, create=True)
    family(world, "Red", "Blue")
    world.run("products")
    [main] = world.by_sku("M")
    says = ordered(world, main["id"])
    assert "in the ERP this is a main article with variants, which cannot be sold itself" in says
    assert "variation_id of the line to the variant that was sold" in says


def test_an_order_of_a_main_article_that_was_linked_is_refused_with_a_clear_sentence(
    tmp_path: Path,
) -> None:
    world = ProductWorld(tmp_path)
    family(world, "Red")
    world.put_product("20", sku="M", type="variable", manage_stock=False, stock_quantity=0)
    world.run("products")
    assert world.links()["700"] == "20"
    assert "main article with variants, which cannot be sold itself" in ordered(world, "20")


def test_of_an_older_link_it_is_learned_when_the_article_is_compared_again(tmp_path: Path) -> None:
    world = ProductWorld(tmp_path)
    family(world, "Red")
    world.put_product("20", sku="M", type="variable", manage_stock=False, stock_quantity=0)
    with closing(State.open(world.folder / "state.sqlite")) as state:
        ends = (End("shop", "20", "born 20"), End("erp", "700", "made 700"))
        older = Settlement("20", label="Product M", entity="product", ends=ends)
        state.settle("product-links", 1, [older], world.now)
    world.run("products")
    assert "main article with variants, which cannot be sold itself" in ordered(world, "20")


def test_a_dry_run_plans_the_whole_family_and_makes_none_of_it(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    family(world, "Red", "Blue")
    run = world.run("products", options=Options(dry_run=True)).run
    assert run.tally.of("products", "create") == 3
    assert (world.by_sku("M"), world.by_sku("M-1"), world.links().get("700")) == ([], [], None)


def test_a_new_variant_gets_the_shops_shared_attribute_and_the_shops_others_stay(
    tmp_path: Path,
) -> None:
    world = synced(tmp_path, create=True)
    family(world, "Red")
    world.run("products")
    [main] = world.by_sku("M")
    shared = {"id": 5, "name": "Colour", "position": 1, "visible": False, "variation": True}
    own = {"id": 6, "name": "Brand", "position": 0, "visible": True, "variation": False}
    attributes = [{**own, "options": ["Acme"]}, {**shared, "options": ["Red", "Old"]}]
    world.edit_shop(main["id"], attributes=attributes)
    world.pass_time(1)
    family(world, "Red", "Blue")
    world.run("products")
    after = world.product(main["id"])["attributes"]
    assert after == [{**own, "options": ["Acme"]}, {**shared, "options": ["Red", "Old", "Blue"]}]
    [variation] = world.by_sku("M-2")
    assert variation["attributes"] == [{"id": 5, "name": "Colour", "option": "Blue"}]


def test_a_variant_whose_main_article_is_missing_waits(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    pair = {"name": "Colour", "value": "Red"}
    world.put_article("701", "M-1", parent_id="700", attributes=[pair])
    world.run("products")
    assert "its main article is not in the shop yet" in world.problem()
    family(world, "Red")
    world.pass_time(HOUR)
    world.run("products")
    assert (len(world.by_sku("M-1")), world.held()) == (1, [])


# urgent prices


def test_only_prices_writes_prices_alone_and_moves_no_watermark(tmp_path: Path) -> None:
    world = synced(tmp_path, create=True)
    world.edit("911", price="12.00", name="Other")
    world.put_article("920", "20")
    world.run("products", options=Options(only="prices"))
    assert world.sent == [{"regular_price": "12.00"}]
    world.sent.clear()
    world.run("products")
    assert {"name", "meta_data"} == set(world.sent[0])
    assert len(world.by_sku("SKU-20")) == 1


def test_only_prices_takes_nothing_off_the_held_list(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit("911", sku="SKU-12")
    world.run("products")
    assert len(world.held()) == 1
    world.edit("911", price="12.00")
    world.run("products", options=Options(only="prices"))
    assert world.product("11")["regular_price"] == "12.00"
    assert len(world.held()) == 1


def test_another_group_of_fields_is_a_fault_of_the_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no group of fields 'colours'"):
        ProductWorld(tmp_path).run("products", options=Options(only="colours"))


# the guard, and what goes wrong on the way


def test_the_guard_stops_a_flood_of_prices_before_the_first_write(tmp_path: Path) -> None:
    guard = {"price": {"share": "0.1", "least": 1}}
    world = synced(tmp_path, guard=guard)
    for id in ("911", "912"):
        world.edit(id, price="0.01")
    with pytest.raises(GuardTripped) as tripped:
        world.run("products")
    assert world.sent == []
    world.run("products", options=Options(accept=tripped.value.token))
    assert len(world.sent) == 2


def test_an_update_whose_answer_is_lost_is_sent_again(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit("911", price="12.00")
    world.run("products", network=fates(Fate.LOST_BEFORE))
    world.pass_time(HOUR)
    world.run("products")
    assert (world.product("11")["regular_price"], world.held()) == ("12.00", [])


@pytest.mark.parametrize("fate", [Fate.LOST_AFTER, Fate.LOST_BEFORE, Fate.LATE])
def test_a_create_whose_answer_is_lost_makes_one_product(tmp_path: Path, fate: Fate) -> None:
    world = synced(tmp_path, create=True)
    world.put_article("920", "20")
    world.run("products", network=fates(fate))
    for _ in range(3):
        world.pass_time(HOUR)
        world.run("products")
    [product] = world.by_sku("SKU-20")
    assert (world.links()["920"], world.held()) == (product["id"], [])


def test_a_kill_at_any_step_makes_one_family_and_one_price(tmp_path: Path) -> None:
    steps = at = 0
    while not steps:
        folder = tmp_path / str(at)
        folder.mkdir()
        world = synced(folder, create=True)
        family(world, "Red", "Blue")
        world.edit("911", price="12.00", unit_factor="6")
        with suppress(Killed):
            steps = world.run("products", kill_at=at, page_size=50).steps
        for _ in range(3):
            world.pass_time(HOUR)
            world.run("products", page_size=50)
        assert [len(world.by_sku(sku)) for sku in ("M", "M-1", "M-2")] == [1, 1, 1]
        assert (world.product("11")["regular_price"], world.held()) == ("12.00", [])
        assert world.fact("11", "unit_factor") == "6"
        at += 3


def test_an_archived_article_leaves_its_product_as_it_is(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit("911", archived=True, price="1.00")
    world.run("products")
    product = world.product("11")
    assert (product["status"], product["regular_price"], world.sent) == ("publish", "10.00", [])


def test_an_archived_article_hides_its_product_where_asked_for(tmp_path: Path) -> None:
    world = synced(tmp_path, archived="draft")
    world.edit("911", archived=True, price="1.00")
    world.run("products")
    assert world.sent == [{"status": "draft"}]


def test_an_article_deleted_in_the_erp_deletes_nothing_in_the_shop(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.erp.remove("product", "911")
    world.run("products", options=Options(full=True))
    assert (world.product("11")["status"], world.held(), world.sent) == ("publish", [], [])


def test_a_product_id_used_for_another_product_stops_the_lane(tmp_path: Path) -> None:
    world = synced(tmp_path)
    world.edit_shop("11", created="born again", name="Stranger")
    world.edit("911", price="12.00")
    with pytest.raises(IdentityError, match="another record"):
        world.run("products")
    assert world.sent == []


def test_a_route_in_plan_mode_writes_nothing(tmp_path: Path) -> None:
    world = ProductWorld(tmp_path, mode="plan", create=True)
    world.edit("911", price="12.00")
    world.put_article("920", "20")
    assert world.run("products").writes == 0
    assert (world.links(), world.held()) == ({}, [])


def test_only_named_articles_are_looked_at(tmp_path: Path) -> None:
    world = synced(tmp_path)
    for id in ("911", "912", "913"):
        world.edit(id, price="12.00")
    world.run("products", options=Options(skus=("SKU-12",)))
    world.run("products", options=Options(ids=("913",)))
    prices = [world.product(id)["regular_price"] for id in ("11", "12", "13")]
    assert prices == ["10.00", "12.00", "12.00"]
