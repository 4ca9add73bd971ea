"""How many calls a run makes: a hundred records cost about what one costs.

Reads are limited per walk over one list: a page of a hundred, one more that is not full, and one
for the start. Writes are limited per batch of a hundred and, for variations, per parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

import pytest

from sync_cli.sandbox.articles import Article
from tests.scenarios.stage import Stage, family, open_stage, simple

pytestmark = pytest.mark.scenario

CHANGED = 250


def most_reads(changed: int) -> int:
    """What a walk over so many changed records may cost."""
    return ceil(changed / 100) + 2


def most_writes(changed: int, parents: int = 0) -> int:
    """What writing so many records may cost."""
    return ceil(changed / 100) + parents


@contextmanager
def stage_of(folder: Path, articles: list[Article]) -> Iterator[Stage]:
    """A stage whose articles are linked, and whose requests are counted from now on."""
    with open_stage(folder, articles=articles) as stage:
        stage.run("stock")
        stage.run("orders")
        stage.forget_requests()
        yield stage


def recount(stage: Stage, articles: list[Article], pieces: int) -> None:
    """The warehouse counts these articles anew."""
    for each in articles:
        stage.sandbox.erp.do("set_stock", sku=each.sku, on_hand=pieces)


def assert_walks(stage: Stage, shop_changes: int, erp_changes: dict[str, int]) -> None:
    """Each walk over a list of what changed is within its limit, so many records having changed."""
    shop = stage.shop_wire
    for path in ("products", "variations", "orders"):
        walk = shop.count("GET", path, "orderby=modified", lacks=("status=trash",))
        assert walk <= most_reads(shop_changes), (path, walk)
        assert shop.count("GET", path, "orderby=modified", "status=trash") <= 2 * most_reads(0)
    for path, changed in erp_changes.items():
        assert stage.erp_wire.count("GET", path, lacks=("ids=",)) <= most_reads(changed), path


@pytest.mark.parametrize("lane", ["orders", "stock"])
def test_a_run_with_nothing_to_do_makes_a_handful_of_calls(tmp_path: Path, lane: str) -> None:
    with stage_of(tmp_path, simple(150)) as stage:
        said = stage.run(lane)
        assert "nothing to do" in said.out
        assert_walks(stage, 0, {"stock": 0, "orders": 0})
        calls = len(stage.shop_wire.requests) + len(stage.erp_wire.requests)
        assert calls <= 16, [str(each) for each in stage.shop_wire.requests]
        assert {each.method for each in stage.shop_wire.requests} == {"GET"}


def test_250_changed_stock_rows(tmp_path: Path) -> None:
    articles = simple(300)
    with stage_of(tmp_path, articles) as stage:
        recount(stage, articles[:CHANGED], 40)
        said = stage.run("stock")
        assert "250 updated" in said.out
        shop, erp = stage.shop_wire, stage.erp_wire
        assert erp.count("GET", "stock") == 1
        assert shop.count("GET", "products", "sku=") <= most_reads(CHANGED)
        assert shop.count("POST", "products/batch") == most_writes(CHANGED)
        assert_walks(stage, 0, {"stock": CHANGED})


def test_then_our_own_echo_costs_one_walk_and_no_write(tmp_path: Path) -> None:
    articles = simple(300)
    with stage_of(tmp_path, articles) as stage:
        recount(stage, articles[:CHANGED], 40)
        stage.run("stock")
        stage.forget_requests()
        stage.run("stock")
        assert_walks(stage, CHANGED, {"stock": CHANGED})
        assert stage.shop_wire.count("POST", "*") == 0


def test_500_changed_stock_rows(tmp_path: Path) -> None:
    articles = simple(500)
    with stage_of(tmp_path, articles) as stage:
        recount(stage, articles, 40)
        stage.run("stock")
        assert stage.shop_wire.count("POST", "products/batch") == most_writes(500)
        assert stage.shop_wire.count("GET", "products", "sku=") <= most_reads(500)


def test_variations_cost_one_batch_a_parent(tmp_path: Path) -> None:
    families = [family(number, 5) for number in range(4)]
    articles = [*simple(150), *(each for one in families for each in one)]
    changed = [each for each in articles if not each.is_main]
    with stage_of(tmp_path, articles) as stage:
        recount(stage, changed, 40)
        stage.run("stock")
        shop = stage.shop_wire
        assert shop.count("POST", "products/batch") == most_writes(150)
        assert shop.count("POST", "*") == most_writes(150, parents=4)
        assert stage.verdict().drifts == []


def test_250_new_orders(tmp_path: Path) -> None:
    with stage_of(tmp_path, simple(60)) as stage:
        stage.buy("A-0001", times=CHANGED)
        said = stage.run("orders")
        assert "orders 250 read, 250 created" in said.out
        shop, erp = stage.shop_wire, stage.erp_wire
        assert_walks(stage, CHANGED, {"orders": CHANGED})
        assert shop.count("GET", "orders", "include=") == ceil(CHANGED / 100)
        for path in ("orders", "orders/confirm"):
            assert erp.count("POST", path) == most_writes(CHANGED)
        assert erp.count("POST", "customers") == 1
        assert erp.count("POST", "orders/find") <= 2 * ceil(CHANGED / 100) + 1
        assert erp.count("GET", "orders", "ids=") == ceil(CHANGED / 100)
        assert shop.count("POST", "orders/batch") == most_writes(CHANGED)
        verdict = stage.verdict()
        assert (verdict.in_step, verdict.lost, verdict.doubled, verdict.wrong) == (250, [], [], [])


def test_a_note_costs_two_calls_because_the_shop_takes_no_batch_of_notes(tmp_path: Path) -> None:
    with stage_of(tmp_path, simple(60)) as stage:
        stage.buy("A-0001")
        stage.run("orders")
        notes = {call: n for call, n in stage.shop_wire.paths().items() if call.endswith("/notes")}
        assert sorted(call.partition(" ")[0] for call in notes) == ["GET", "POST"]
        assert set(notes.values()) == {1}


def test_without_notes_no_call_is_made_for_a_single_order(tmp_path: Path) -> None:
    with stage_of(tmp_path, simple(60)) as stage:
        stage.configure(lambda data: data["orders"].update(note=False))
        stage.buy("A-0001", times=30)
        stage.run("orders")
        assert not [call for call in stage.shop_wire.paths() if "orders/" in call[4:]][1:]
        assert stage.shop_wire.count("POST", "*") == 1
        assert stage.erp_wire.count("POST", "orders") == 1


def test_what_the_connector_counts_is_what_went_over_the_wire(tmp_path: Path) -> None:
    from sync_cli.config_file import load_config
    from sync_cli.flows.connecting import mappings_folder, open_erp, open_shop
    from sync_cli.mapping.mapping_set import load_mappings

    with stage_of(tmp_path, simple(120)) as stage, pytest.MonkeyPatch.context() as patch:
        for name, value in stage.environment().items():
            patch.setenv(name, value)
        config = load_config(stage.config)
        shop = open_shop(config, load_mappings(mappings_folder()))
        erp = open_erp(config)
        list(shop.changes("product", None))
        list(shop.fetch("product", ["1", "2", "999999"]))
        list(erp.changes("stock", None))
        erp.find("product", "sku", ["A-0001"])
        for connector, wire in ((shop, stage.shop_wire), (erp, stage.erp_wire)):
            assert sum(connector.calls().values()) == len(wire.requests)
            assert connector.calls()["write"] == 0
            connector.close()
