"""`reconcile` compares the parcels that the ERP sent off with those that the shop tells of."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sync_cli.connectors.memory import Fate
from sync_cli.core.findings import verdict
from sync_cli.core.outcome import Settlement
from sync_cli.core.parts import Part
from sync_cli.engine.route import Options
from sync_cli.flows.reconcile import Wish
from sync_cli.report.reconcile_words import as_csv, as_data
from sync_cli.state.store import State
from tests.flows.test_parcels import ParcelTown
from tests.properties.world import config_for, fates
from tests.reconcile.reconciling import HOUR, Compared, only, told

ALONE = Wish(parts=(Part.PARCELS,))
ITEMS = "_wc_shipment_tracking_items"


@dataclass
class ParcelWorld(Compared, ParcelTown):
    """A town that sends parcels, compared on both sides."""

    def sent(self, *numbers: str, pieces: int = 1) -> str:
        """An order of which these parcels have left, and of which the shop was told."""
        order = self.buy(pieces=max(1, len(numbers)) * pieces)
        self.orders()
        for number in numbers:
            self.send(order, number, pieces=pieces, delivery=f"{order}{number}")
        self.orders()
        self.pass_time(HOUR)
        return order

    def entries(self, order: str) -> list[dict[str, Any]]:
        """What stands in the order's metadata."""
        metas = self.shop_order(order)["meta_data"]
        return next((one["value"] for one in metas if one["key"] == ITEMS), [])

    def put_entries(self, order: str, entries: list[dict[str, Any]]) -> None:
        """Somebody edits the order's metadata, an hour ago."""
        metas = self.shop_order(order)["meta_data"]
        next(one for one in metas if one["key"] == ITEMS)["value"] = entries

    def fulfilments(self, order: str) -> dict[str, dict[str, Any]]:
        """The fulfilments of an order, by their ids."""
        records = self.shop.records("fulfillment").items()
        return {id: one for id, one in records if str(one["reference"]).startswith(f"{order}:")}

    def again(self, order: str) -> None:
        """Somebody runs the command that a drift names."""
        self.run("orders", options=Options(ids=(order,)))
        self.pass_time(HOUR)


@pytest.fixture
def meta(tmp_path: Path) -> ParcelWorld:
    return ParcelWorld(tmp_path, config=config_for())


@pytest.fixture
def town(tmp_path: Path) -> ParcelWorld:
    made = ParcelWorld(tmp_path, config=config_for())
    made.configure(orders={"parcels": "fulfillments"})
    return made


def counts(report: Any) -> dict[str, int]:
    """How many parcels of each side were compared."""
    return {one.side: one.records for one in report.sums if one.part is Part.PARCELS}


# Parcels in the metadata of orders


def test_parcels_in_step_are_counted_on_both_sides(meta: ParcelWorld) -> None:
    meta.sent("P1", "P2")
    meta.sent("P3")
    meta.buy()
    meta.orders()
    meta.pass_time(HOUR)
    report = meta.reconcile(ALONE)
    assert (report.drifts, report.waiting) == ((), ())
    assert counts(report) == {"erp": 3, "shop": 3}
    assert verdict(report) == "Shop and ERP agree on 3 parcels."


def test_orders_in_step_are_asked_of_by_lists_alone(meta: ParcelWorld) -> None:
    for number in ("P1", "P2", "P3"):
        meta.sent(number)
    log: list[str] = []
    inner = meta.wrap_shop
    meta.wrap_shop = lambda connector: Listening(connector, log)
    meta.wrap_erp = lambda connector: Listening(connector, log)
    assert meta.reconcile(ALONE).in_step
    meta.wrap_shop = inner
    assert set(log) == {"changes order", "changes shipment"}


def test_one_that_somebody_deleted_is_missing_and_its_command_writes_it_again(
    meta: ParcelWorld,
) -> None:
    order, kept = meta.sent("P1"), meta.sent("P2")
    meta.put_entries(order, [])
    drift = only(meta.reconcile(ALONE))
    assert (str(drift.kind), drift.id, drift.field, drift.owner) == (
        "missing", f"{order}:P1", "parcel", "erp",
    )  # fmt: skip
    assert drift.what == (
        f"Parcel P1 of order {order} was sent off, but the shop's order does not tell of it."
    )
    assert drift.mend == f"sync-cli orders --id {order}"
    meta.again(order)
    assert meta.reconcile(ALONE).in_step
    assert [one["tracking_number"] for one in meta.entries(kept)] == ["P2"]


def test_a_named_order_in_step_is_not_written_again(meta: ParcelWorld) -> None:
    order = meta.sent("P1")
    assert meta.run("orders", options=Options(ids=(order,))).writes == 0


def test_one_that_the_erp_took_back_is_extra_and_those_of_others_are_nobodys(
    meta: ParcelWorld,
) -> None:
    order = meta.sent("P1", "P2")
    meta.put_entries(order, [*meta.entries(order), {"tracking_number": "X", "tracking_id": "9"}])
    assert meta.reconcile(ALONE).in_step
    meta.erp.remove("shipment", f"{order}P2")
    drift = only(meta.reconcile(ALONE))
    assert (str(drift.kind), drift.id, drift.shop) == ("extra", f"{order}:P2", "P2")
    assert drift.mend == f"sync-cli orders --id {order}"
    meta.again(order)
    assert meta.reconcile(ALONE).in_step
    assert [one["tracking_number"] for one in meta.entries(order)] == ["P1", "X"]


def test_the_last_one_that_the_erp_took_back_is_deleted_by_hand(meta: ParcelWorld) -> None:
    order = meta.sent("P1")
    meta.erp.remove("shipment", f"{order}P1")
    assert only(meta.reconcile(ALONE)).mend.startswith("Delete it in the shop")


def test_a_corrected_number_takes_the_place_of_the_old_one(meta: ParcelWorld) -> None:
    order = meta.sent("P1", "P2")
    meta.put_entries(order, [{"tracking_number": "X", "tracking_id": "9"}, *meta.entries(order)])
    meta.erp.remove("shipment", f"{order}P1")
    meta.send(order, "P3")
    meta.orders()
    assert [one["tracking_number"] for one in meta.entries(order)] == ["X", "P2", "P3"]
    meta.pass_time(HOUR)
    assert meta.reconcile(ALONE).in_step


def test_one_that_stands_there_twice_is_a_duplicate(meta: ParcelWorld) -> None:
    order = meta.sent("P1")
    meta.put_entries(order, [*meta.entries(order), {"tracking_number": "P1", "tracking_id": "9"}])
    drift = only(meta.reconcile(ALONE))
    assert (str(drift.kind), drift.shop, drift.erp) == ("duplicate", "2", "1")
    assert f"Parcel P1 of order {order} stands 2 times" in drift.what


def test_parcels_of_which_the_shop_was_never_told_are_missing(meta: ParcelWorld) -> None:
    order = meta.sent()
    meta.erp.put("shipment", shipment(meta, order, "P1"), at=meta.now)
    meta.pass_time(HOUR)
    assert told(meta.reconcile(ALONE)) == {("missing", f"{order}:P1", "parcel")}
    meta.again(order)
    assert meta.reconcile(ALONE).in_step


def test_what_has_just_left_is_in_flight(meta: ParcelWorld) -> None:
    order = meta.sent()
    meta.send(order, "P1")
    report = meta.reconcile(ALONE)
    assert report.drifts == ()
    [waiting] = report.waiting
    assert (waiting.label, "0 min ago in the ERP" in waiting.reason) == (
        f"Parcels of order {order}", True,
    )  # fmt: skip


def test_a_delivery_in_a_window_is_found_though_its_order_did_not_change(
    meta: ParcelWorld,
) -> None:
    old, order = meta.sent("P1"), meta.sent()
    meta.put_entries(old, [])
    meta.pass_time(HOUR * 50)
    meta.erp.put("shipment", shipment(meta, order, "P2"))
    meta.pass_time(HOUR)
    since = meta.now.replace(microsecond=0)
    report = meta.reconcile(Wish(parts=(Part.PARCELS,), since=since.replace(hour=0)))
    assert told(report) == {("missing", f"{order}:P2", "parcel")}


def test_a_delivery_that_cannot_be_read_is_told_and_hides_no_other(meta: ParcelWorld) -> None:
    order, other = meta.sent("P1"), meta.sent("P2")
    meta.erp.tables["shipment"][f"{order}P1"].pop("parcels")
    meta.put_entries(other, [])
    report = meta.reconcile(ALONE)
    assert told(report) == {("missing", f"{other}:P2", "parcel")}
    assert any("parcels" in one.reason for one in report.waiting)


@pytest.mark.parametrize("orders", [{"tracking": False}, {"write_back": "off"}])
def test_where_parcels_are_not_told_nothing_is_compared(
    meta: ParcelWorld, orders: Mapping[str, Any]
) -> None:
    meta.sent("P1")
    meta.configure(orders=orders)
    assert Part.PARCELS not in meta.reconcile().compared


def test_machines_read_of_parcels_too(meta: ParcelWorld) -> None:
    order = meta.sent("P1")
    meta.put_entries(order, [])
    report = meta.reconcile(ALONE)
    [drift] = as_data(report)["drifts"]
    assert (drift["part"], drift["id"], drift["erp"]) == ("parcels", f"{order}:P1", "P1")
    assert as_csv(report).splitlines()[1].startswith(f"parcels,missing,{order}:P1,")


# Fulfilments


def test_fulfilments_in_step_are_counted(town: ParcelWorld) -> None:
    town.sent("P1", "P2")
    town.buy()
    town.orders()
    town.pass_time(HOUR)
    report = town.reconcile(ALONE)
    assert (report.drifts, report.waiting, counts(report)) == ((), (), {"erp": 2, "shop": 2})


def test_only_orders_of_which_something_left_are_asked_for_one_by_one(town: ParcelWorld) -> None:
    order = town.sent("P1")
    for _ in range(3):
        town.sent()
    asked: list[Any] = []
    town.wrap_shop = lambda connector: Listening(connector, [], asked)
    assert town.reconcile(ALONE).in_step
    assert asked == [("fulfillment", [order])]


def test_a_deleted_fulfilment_is_missing_and_stays_away_once_it_is_dismissed(
    town: ParcelWorld,
) -> None:
    order = town.sent("P1")
    [id] = town.fulfilments(order)
    town.shop.remove("fulfillment", id)
    drift = only(town.reconcile(ALONE))
    name = f"{order}:{order}P1/1"
    assert (str(drift.kind), drift.id) == ("missing", name)
    assert "where somebody deleted it" in drift.what
    assert f"`sync-cli held dismiss --route parcels {name}`" in drift.mend
    town.run("orders", options=Options(full=True))
    assert (town.parcels(), town.held("parcels")) == ([], {}), "it stays away"
    town.again(order)
    assert town.parcels() == [], "it is not made a second time"
    report = town.reconcile(ALONE)
    assert (report.drifts, len(report.waiting)) == ((), 1)
    with closing(State.open(town.folder / "state.sqlite")) as state:
        state.dismiss("parcels", name, town.now, "Ann")
    report = town.reconcile(ALONE)
    assert (report.drifts, report.waiting[0].reason) == ((), "a person dismissed it")


def test_a_fulfilment_that_somebody_changed_is_different_and_is_put_right(
    town: ParcelWorld,
) -> None:
    order = town.sent("P1", pieces=2)
    [one] = town.fulfilments(order).values()
    for entry in one["meta_data"]:
        if entry["key"] == "_tracking_number":
            entry["value"] = "WRONG"
        if entry["key"] == "_items":
            entry["value"] = [{**entry["value"][0], "qty": 1}]
    drifts = town.reconcile(ALONE).drifts
    assert [(str(d.kind), d.field) for d in drifts] == [
        ("different", "number"), ("different", "pieces"),
    ]  # fmt: skip
    assert drifts[0].what == (
        f"Parcel P1 of order {order}: its tracking number is WRONG in the shop, but P1 in the ERP."
    )
    assert "holds 1 of line" in drifts[1].what
    town.run("orders", options=Options(full=True))
    town.pass_time(HOUR)
    assert town.parcels() == [("P1", 2)]
    assert town.reconcile(ALONE).in_step


def test_a_fulfilment_whose_delivery_was_taken_back_is_extra(town: ParcelWorld) -> None:
    order = town.sent("P1")
    town.erp.remove("shipment", f"{order}P1")
    drift = only(town.reconcile(ALONE))
    assert (str(drift.kind), drift.id) == ("extra", f"{order}:{order}P1/1")


def test_one_that_others_entered_counts_as_told(town: ParcelWorld) -> None:
    order = town.sent()
    entries = [{"key": "_tracking_number", "value": "P1"}, {"key": "_items", "value": []}]
    town.shop.put("fulfillment", {"reference": f"{order}:x", "meta_data": entries})
    town.erp.put("shipment", shipment(town, order, "P1"))
    town.pass_time(HOUR)
    assert town.reconcile(ALONE).drifts == ()


def test_a_fulfilment_made_twice_is_a_duplicate(town: ParcelWorld) -> None:
    order = town.sent("P1")
    [one] = town.fulfilments(order).values()
    town.shop.put("fulfillment", {key: value for key, value in one.items() if key != "id"})
    assert {one[0] for one in told(town.reconcile(ALONE))} == {"duplicate"}


def test_a_parcel_that_is_held_or_whose_answer_is_missing_is_no_drift(town: ParcelWorld) -> None:
    order = town.sent()
    town.send(order, "P1")
    town.orders(network=fates(Fate.LOST_BEFORE))
    town.pass_time(HOUR)
    report = town.reconcile(ALONE)
    assert report.drifts == ()
    [waiting] = report.waiting
    assert waiting.label == f"Parcel P1 of order {order}"
    assert "not known yet" in waiting.reason


def test_a_shop_without_the_feature_is_said_and_not_compared(town: ParcelWorld) -> None:
    town.sent("P1")
    shapes = dict(town.shop.shapes)
    del shapes["fulfillment"]
    town.shop.shapes = shapes
    report = town.reconcile(ALONE)
    assert not report.in_step
    assert "feature of fulfilments is off" in verdict(report)


def test_parcels_of_orders_of_a_backfill_are_left_out(town: ParcelWorld) -> None:
    order = town.sent("P1")
    [id] = town.fulfilments(order)
    town.shop.remove("fulfillment", id)
    mark_as_backfilled(town, order)
    report = town.reconcile(ALONE)
    assert (report.drifts, list(report.left_out.values())) == ((), [1])


def shipment(world: ParcelWorld, order: str, number: str) -> dict[str, Any]:
    """A delivery of which no run has told, because it is dated as an old one."""
    world.send(order, number, delivery=f"{order}{number}")
    return dict(world.erp.tables["shipment"][f"{order}{number}"])


def mark_as_backfilled(world: ParcelWorld, order: str) -> None:
    """The order came by a backfill."""
    with closing(State.open(world.folder / "state.sqlite")) as state:
        told = Settlement(order, entity="order", facts={"backfilled": "yes"})
        state.settle("orders-backfill", 1, [told], world.now)


class Listening:
    """Stands before a connector and notes what is asked of it."""

    def __init__(self, inner: Any, log: list[str], finds: list[Any] | None = None) -> None:
        self._inner, self._log, self._finds = inner, log, finds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def changes(self, entity: str, *args: Any) -> Any:
        self._log.append(f"changes {entity}")
        return self._inner.changes(entity, *args)

    def fetch(self, entity: str, ids: Any) -> Any:
        self._log.append(f"fetch {entity}")
        return self._inner.fetch(entity, ids)

    def find(self, entity: str, key: str, values: Any) -> Any:
        self._log.append(f"find {entity}")
        if self._finds is not None:
            self._finds.append((entity, list(values)))
        return self._inner.find(entity, key, values)
