"""Parcels as records of the shop over real HTTP: fulfilments, and the entries of a plug-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from sync_cli.sandbox.shop import ShopSettings
from tests.scenarios.stage import GUEST, Stage, open_stage

TWO = [{"sku": "A-0001", "quantity": 2}, {"sku": "A-0002", "quantity": 1}]


@contextmanager
def stage_with(folder: Path, parcels: str, **shop: Any) -> Iterator[Stage]:
    """A shop with these settings, and parcels that go where `parcels` says."""
    with open_stage(folder, shop_settings=ShopSettings(**shop)) as stage:
        stage.configure(lambda config: config["orders"].update(parcels=parcels))
        yield stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with stage_with(tmp_path, "fulfillments", fulfillments=True) as opened:
        yield opened


@pytest.fixture
def order(stage: Stage) -> str:
    """An order of three pieces that is in the ERP."""
    [placed] = stage.sandbox.shop.do("place_order", lines=TWO, billing=GUEST)
    stage.run("orders")
    return str(placed["id"])


def ship(stage: Stage, order: str, pieces: dict[str, int], *numbers: str, **facts: str) -> None:
    """Pieces leave in parcels with these numbers."""
    parcels = [{"number": number, "carrier": "DHL", **facts} for number in numbers]
    name = f"WC-main-{order}"
    stage.sandbox.erp.do("ship_part", reference=name, pieces=pieces, parcels=parcels)


def correct(stage: Stage, order: str, number: str, to: str) -> None:
    """Somebody in the warehouse mistyped a number."""
    name = f"WC-main-{order}"
    stage.sandbox.erp.do("correct_parcel", reference=name, number=number, to=to)


def shown(stage: Stage, order: str) -> dict[str, Any]:
    """The shop's order, with what stands beside it."""
    orders = stage.sandbox.shop.ledger.state()["orders"]
    return next(one for one in orders if str(one["id"]) == order)


def metas(record: dict[str, Any]) -> dict[str, Any]:
    """The metadata of a record by its key."""
    return {entry["key"]: entry["value"] for entry in record["meta_data"]}


def parcels(stage: Stage, order: str) -> list[tuple[str, dict[str, int]]]:
    """The order's fulfilments: number, and pieces by SKU."""
    placed = shown(stage, order)
    skus = {line["id"]: line["sku"] for line in placed["line_items"]}
    return [
        (
            metas(one).get("_tracking_number", ""),
            {skus[item["item_id"]]: item["qty"] for item in metas(one)["_items"]},
        )
        for one in placed["fulfillments"]
    ]


def post(stage: Stage, order: str, number: str, pieces: int, **body: Any) -> dict[str, Any]:
    """Somebody else enters a parcel of the first line."""
    line = shown(stage, order)["line_items"][0]["id"]
    values = {"_items": [{"item_id": line, "qty": pieces}], "_tracking_number": number}
    sent = {"id": 0}
    answer = requests.post(
        f"{stage.sandbox.shop_url}/wp-json/wc/v3/orders/{order}/fulfillments",
        json={
            "status": "fulfilled",
            "is_fulfilled": True,
            "meta_data": [{**sent, "key": key, "value": value} for key, value in values.items()],
            **body,
        },
        auth=(stage.sandbox.consumer_key, stage.sandbox.consumer_secret),
        timeout=60,
    )
    answer.raise_for_status()
    made: dict[str, Any] = answer.json()
    return made


def test_a_part_of_it_leaves_and_then_the_rest(stage: Stage, order: str) -> None:
    ship(stage, order, {"A-0001": 1}, "P1", link="https://track.example/P1")
    stage.run("orders")
    assert parcels(stage, order) == [("P1", {"A-0001": 1})]
    [first] = shown(stage, order)["fulfillments"]
    assert (first["status"], first["is_fulfilled"]) == ("fulfilled", True)
    assert metas(first)["_shipment_provider"] == "dhl"
    assert metas(first)["_tracking_url"] == "https://track.example/P1"
    assert shown(stage, order)["status"] == "processing"
    ship(stage, order, {"A-0001": 1, "A-0002": 1}, "P2")
    stage.run("orders")
    assert parcels(stage, order) == [
        ("P1", {"A-0001": 1}),
        ("P2", {"A-0001": 1, "A-0002": 1}),
    ]
    assert shown(stage, order)["status"] == "completed"
    assert "_wc_shipment_tracking_items" not in metas(shown(stage, order))


def test_our_own_write_does_not_come_round_again(stage: Stage, order: str) -> None:
    ship(stage, order, {"A-0001": 1}, "P1")
    stage.run("orders")
    assert metas(shown(stage, order))["_fulfillment_status"] == "partially_fulfilled"
    before, seen = stage.effects(), shown(stage, order)["date_modified_gmt"]
    stage.forget_requests()
    for _ in range(2):
        stage.run("orders")
    assert stage.effects() == before
    assert shown(stage, order)["date_modified_gmt"] == seen
    assert stage.shop_wire.count("GET", f"orders/{order}/fulfillments") == 0
    stage.run("orders", "--full")
    assert stage.effects() == before


def test_several_parcels_of_one_delivery_share_its_pieces(stage: Stage, order: str) -> None:
    ship(stage, order, {"A-0001": 2, "A-0002": 1}, "P1", "P2")
    stage.run("orders")
    assert parcels(stage, order) == [("P1", {"A-0001": 2}), ("P2", {"A-0002": 1})]


def test_more_parcels_than_pieces_stand_in_the_last_one(stage: Stage, order: str) -> None:
    ship(stage, order, {"A-0002": 1}, "P1", "P2", "P3")
    stage.run("orders")
    assert parcels(stage, order) == [("P1, P2, P3", {"A-0002": 1})]


def test_a_number_that_is_added_later_takes_a_piece_of_the_first_parcel(
    stage: Stage, order: str
) -> None:
    ship(stage, order, {"A-0001": 2}, "P1")
    stage.run("orders")
    stage.sandbox.erp.do("add_parcel", reference=f"WC-main-{order}", number="P2", carrier="DHL")
    stage.run("orders")
    assert parcels(stage, order) == [("P1", {"A-0001": 1}), ("P2", {"A-0001": 1})]


def test_a_delivery_without_a_number_is_told_by_its_pieces(stage: Stage, order: str) -> None:
    ship(stage, order, {"A-0002": 1})
    stage.run("orders")
    assert parcels(stage, order) == [("", {"A-0002": 1})]


def test_a_corrected_number_is_put_and_all_else_of_it_stays(stage: Stage, order: str) -> None:
    ship(stage, order, {"A-0001": 1}, "WRONG")
    stage.run("orders")
    [made] = stage.sandbox.shop.app.extensions["shop"].fulfillments[int(order)]
    made["meta_data"].append({"id": 99, "key": "_gift_wrap", "value": "yes"})
    correct(stage, order, "WRONG", "RIGHT")
    stage.run("orders")
    assert parcels(stage, order) == [("RIGHT", {"A-0001": 1})]
    [put] = shown(stage, order)["fulfillments"]
    assert put["id"] == made["id"]
    assert metas(put)["_gift_wrap"] == "yes"
    assert [entry["key"] for entry in put["meta_data"]].count("_date_fulfilled") == 1
    before = stage.effects()
    stage.run("orders")
    assert stage.effects() == before


def test_parcels_of_others_stay_and_their_pieces_are_not_sent_twice(
    stage: Stage, order: str
) -> None:
    foreign = post(stage, order, "THEIRS", 1)
    ship(stage, order, {"A-0001": 2}, "P1")
    stage.run("orders")
    assert parcels(stage, order) == [("THEIRS", {"A-0001": 1}), ("P1", {"A-0001": 1})]
    assert shown(stage, order)["fulfillments"][0] == foreign


def test_a_parcel_that_somebody_entered_under_this_number_is_taken_over_and_never_changed(
    stage: Stage, order: str
) -> None:
    foreign = post(stage, order, "P1", 1)
    ship(stage, order, {"A-0001": 1}, "P1")
    stage.run("orders")
    assert shown(stage, order)["fulfillments"] == [foreign]
    correct(stage, order, "P1", "P1-NEW")
    assert stage.type("orders").code == 3
    assert shown(stage, order)["fulfillments"] == [foreign]
    said = stage.type("held", "list").out
    assert "P1-NEW" in said
    assert "parcels" in said


def test_a_parcel_without_any_piece_left_is_a_task_and_nothing_is_claimed_twice(
    stage: Stage, order: str
) -> None:
    post(stage, order, "THEIRS", 2)
    ship(stage, order, {"A-0001": 1}, "P1")
    assert stage.type("orders").code == 3
    assert parcels(stage, order) == [("THEIRS", {"A-0001": 2})]
    [[record, problem]] = stage.ask("SELECT id, problem FROM held WHERE route = 'parcels'")
    assert record.startswith(f"{order}:")
    assert "in no other parcel yet" in problem
    assert "parcels 1 held" in stage.run("orders").out
    stage.run("held", "dismiss", record, "--route", "parcels")
    stage.tell("DELETE FROM watermarks")
    stage.run("orders")
    assert stage.ask("SELECT count(*) FROM held WHERE route = 'parcels'") == [(0,)]
    assert parcels(stage, order) == [("THEIRS", {"A-0001": 2})]


def test_one_of_ours_that_a_person_deleted_is_not_made_again(stage: Stage, order: str) -> None:
    ship(stage, order, {"A-0001": 1}, "P1")
    stage.run("orders")
    [made] = shown(stage, order)["fulfillments"]
    requests.delete(
        f"{stage.sandbox.shop_url}/wp-json/wc/v3/orders/{order}/fulfillments/{made['id']}",
        auth=(stage.sandbox.consumer_key, stage.sandbox.consumer_secret),
        timeout=60,
    ).raise_for_status()
    stage.run("orders")
    correct(stage, order, "P1", "P2")
    assert stage.type("orders").code == 3
    assert parcels(stage, order) == []


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_a_lost_answer_makes_no_second_parcel(stage: Stage, order: str, kind: str) -> None:
    ship(stage, order, {"A-0001": 1}, "P1")
    stage.shop_fault(kind, methods=("POST",), path=f"orders/{order}/fulfillments", times=1)
    stage.type("orders")
    assert stage.struck() == 1
    stage.settle()
    stage.run("orders")
    stage.let_time_pass()
    stage.run("orders")
    assert parcels(stage, order) == [("P1", {"A-0001": 1})]
    assert stage.ask("SELECT count(*) FROM intents WHERE closed_at IS NULL") == [(0,)]


def test_what_came_of_a_lost_answer_is_corrected_once_it_is_found(stage: Stage, order: str) -> None:
    ship(stage, order, {"A-0001": 1}, "WRONG")
    stage.shop_fault("lost_after", methods=("POST",), path=f"orders/{order}/fulfillments", times=1)
    stage.type("orders")
    stage.settle()
    correct(stage, order, "WRONG", "RIGHT")
    stage.let_time_pass()
    stage.run("orders")
    assert parcels(stage, order) == [("RIGHT", {"A-0001": 1})]


def test_a_lost_state_file_finds_its_parcels_by_our_mark(stage: Stage, order: str) -> None:
    ship(stage, order, {"A-0001": 1}, "P1")
    stage.run("orders")
    for table in ("ends WHERE entity = 'fulfillment'", "fingerprints WHERE route = 'parcels'"):
        stage.tell(f"DELETE FROM {table}")
    before = stage.effects()
    stage.run("orders", "--full")
    assert stage.effects() == before
    assert stage.ask("SELECT count(*) FROM ends WHERE entity = 'fulfillment'") == [(2,)]


def test_with_the_feature_off_parcels_wait_and_orders_go_on(tmp_path: Path) -> None:
    with stage_with(tmp_path, "fulfillments") as stage:
        [order] = stage.buy("A-0001")
        stage.run("orders")
        ship(stage, order, {"A-0001": 1}, "P1")
        [other] = stage.buy("A-0002")
        assert stage.type("orders").code == 3
        assert "_sync_cli_document" in metas(shown(stage, other))
        [[problem]] = stage.ask("SELECT problem FROM held WHERE route = 'parcels'")
        assert "feature of fulfilments is off" in problem
        assert "Advanced > Features" in problem
        assert stage.shop_wire.count("GET", "*", "fulfillments") == 0


@pytest.mark.parametrize(
    ("shop", "where"),
    [
        ({"fulfillments": True, "tracking": "shipment-tracking"}, "fulfillments"),
        ({"tracking": "shipment-tracking"}, "plugin"),
        ({}, "meta"),
    ],
)
def test_auto_takes_the_first_that_the_shop_has(
    tmp_path: Path, shop: dict[str, Any], where: str
) -> None:
    with stage_with(tmp_path, "auto", **shop) as stage:
        [order] = stage.buy("A-0001")
        stage.run("orders")
        ship(stage, order, {"A-0001": 1}, "P1")
        stage.run("orders")
        placed = shown(stage, order)
        entries = metas(placed).get("_wc_shipment_tracking_items", [])
        entered = len(stage.sandbox.shop.ledger.effects("parcel.entered"))
        assert (len(placed["fulfillments"]), entered, len(entries)) == {
            "fulfillments": (1, 0, 0),
            "plugin": (0, 1, 1),
            "meta": (0, 0, 1),
        }[where]


# By the REST of a plug-in


@pytest.fixture(params=["shipment-tracking", "advanced"])
def plugged(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with stage_with(tmp_path, "plugin", tracking=request.param) as opened:
        yield opened


def entries(stage: Stage, order: str) -> list[dict[str, Any]]:
    """What the plug-in keeps of an order."""
    found: list[dict[str, Any]] = metas(shown(stage, order))["_wc_shipment_tracking_items"]
    return found


def test_each_number_becomes_one_entry_of_the_plug_in(plugged: Stage) -> None:
    [order] = plugged.buy("A-0001", "A-0002")
    plugged.run("orders")
    ship(plugged, order, {"A-0001": 1}, "P1", link="https://track.example/P1/x")
    plugged.run("orders")
    ship(plugged, order, {"A-0002": 1}, "P2", "P3")
    plugged.run("orders")
    told = entries(plugged, order)
    assert [one["tracking_number"] for one in told] == ["P1", "P2", "P3"]
    assert all(int(one["date_shipped"]) > 0 for one in told)
    names = {one["tracking_provider"] or one["custom_tracking_provider"] for one in told}
    assert names == {"DHL"}
    before = plugged.effects()
    plugged.run("orders", "--full")
    assert plugged.effects() == before


def test_a_link_goes_with_the_placeholder_that_the_plug_in_fills_in(tmp_path: Path) -> None:
    with stage_with(tmp_path, "plugin", tracking="shipment-tracking") as stage:
        [order] = stage.buy("A-0001")
        stage.run("orders")
        ship(stage, order, {"A-0001": 1}, "P1", link="https://track.example/P1/x")
        stage.run("orders")
        [told] = entries(stage, order)
        assert told["custom_tracking_link"] == "https://track.example/%1$s/x"


def test_entries_of_others_stay_and_one_with_this_number_is_taken_over(plugged: Stage) -> None:
    [order] = plugged.buy("A-0001")
    plugged.run("orders")
    theirs = [
        {"tracking_number": number, "tracking_id": number, "date_shipped": "1795219200"}
        for number in ("P1", "THEIRS")
    ]
    key = "_wc_shipment_tracking_items"
    plugged.sandbox.shop.do("edit_order", id=int(order), meta_data=[{"key": key, "value": theirs}])
    ship(plugged, order, {"A-0001": 1}, "P1", "P2")
    plugged.run("orders")
    told = entries(plugged, order)
    assert told[:2] == theirs
    assert [one["tracking_number"] for one in told[2:]] == ["P2"]


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_a_lost_answer_of_the_plug_in_makes_no_second_entry(plugged: Stage, kind: str) -> None:
    [order] = plugged.buy("A-0001")
    plugged.run("orders")
    ship(plugged, order, {"A-0001": 1}, "P1")
    plugged.shop_fault(kind, methods=("POST",), path="shipment-trackings", times=1)
    plugged.type("orders")
    assert plugged.struck() == 1
    plugged.settle()
    plugged.let_time_pass()
    plugged.run("orders")
    assert [one["tracking_number"] for one in entries(plugged, order)] == ["P1"]


def test_a_number_with_spaces_that_the_plug_in_takes_out_is_entered_once(plugged: Stage) -> None:
    [order] = plugged.buy("A-0001")
    plugged.run("orders")
    ship(plugged, order, {"A-0001": 1}, "00 34  1")
    plugged.run("orders")
    assert [one["tracking_number"] for one in entries(plugged, order)] == ["00 34 1"]
    before = plugged.effects()
    plugged.run("orders", "--full")
    assert plugged.effects() == before


def test_a_number_that_the_plug_in_does_not_keep_is_told_and_never_entered_again(
    plugged: Stage,
) -> None:
    [order] = plugged.buy("A-0001")
    plugged.run("orders")
    ship(plugged, order, {"A-0001": 1}, "P1<x>")
    assert plugged.type("orders").code == 3
    for _ in range(2):
        plugged.let_time_pass()
        plugged.type("orders")
    assert [one["tracking_number"] for one in entries(plugged, order)] == ["P1"]
    [[problem]] = plugged.ask("SELECT problem FROM held WHERE route = 'parcels'")
    assert "another tracking number" in problem
    assert "by hand" in problem


def test_without_the_plug_in_parcels_wait_with_the_remedy(tmp_path: Path) -> None:
    with stage_with(tmp_path, "plugin") as stage:
        [order] = stage.buy("A-0001")
        stage.run("orders")
        ship(stage, order, {"A-0001": 1}, "P1")
        assert stage.type("orders").code == 3
        [[problem]] = stage.ask("SELECT problem FROM held WHERE route = 'parcels'")
        assert "no tracking plug-in" in problem


# Compared by `reconcile`

AT_ONCE = {"grace": "0s"}


def compared(stage: Stage) -> list[tuple[str, str, str]]:
    """The drifts of parcels that `reconcile` finds: kind, record, command or deed."""
    said = stage.type("reconcile", "--only", "parcels", "--json")
    found = json.loads(said.out)
    assert (found["doubts"], found["waiting"]) == ([], [])
    return [(drift["kind"], drift["id"], drift["mend"]) for drift in found["drifts"]]


@pytest.mark.parametrize(
    ("place", "shop"),
    [
        ("meta", {}),
        ("fulfillments", {"fulfillments": True}),
        ("plugin", {"tracking": "shipment-tracking"}),
        ("plugin", {"tracking": "advanced"}),
    ],
)
def test_reconcile_finds_the_parcel_that_the_shop_was_not_told_of(
    tmp_path: Path, place: str, shop: dict[str, Any]
) -> None:
    with stage_with(tmp_path, place, **shop) as stage:
        stage.configure(lambda config: config.update(reconcile=AT_ONCE))
        [placed] = stage.sandbox.shop.do("place_order", lines=TWO, billing=GUEST)
        order = str(placed["id"])
        stage.run("orders")
        ship(stage, order, {"A-0001": 1}, "P1")
        stage.run("orders")
        assert compared(stage) == []
        ship(stage, order, {"A-0001": 1}, "P2")
        [(kind, _, mend)] = compared(stage)
        assert (kind, mend) == ("missing", f"sync-cli orders --id {order}")
        stage.run(*mend.split()[1:])
        assert compared(stage) == []


def test_reconcile_asks_a_plug_in_only_where_the_lists_differ(tmp_path: Path) -> None:
    with stage_with(tmp_path, "plugin", tracking="shipment-tracking") as stage:
        stage.configure(lambda config: config.update(reconcile=AT_ONCE))
        [placed] = stage.sandbox.shop.do("place_order", lines=TWO, billing=GUEST)
        stage.run("orders")
        ship(stage, str(placed["id"]), {"A-0001": 1}, "P1")
        stage.run("orders")
        stage.forget_requests()
        assert compared(stage) == []
        path = f"wc-shipment-tracking/v3/orders/{placed['id']}/shipment-trackings"
        assert stage.shop_wire.count("GET", path) == 0
        assert stage.shop_wire.count("GET", "orders") > 0
