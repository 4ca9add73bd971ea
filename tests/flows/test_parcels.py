"""Parcels that the shop keeps as records of their own: each once, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sync_cli.admin.story import describe, stories
from sync_cli.connectors.memory import Fate, Shape
from tests.flows.town import Town, hour, of_route
from tests.properties.world import Killed, config_for, fates


class ParcelTown(Town):
    """A town whose shop keeps fulfilments."""

    def _shop_shapes(self) -> dict[str, Shape]:
        by_order = {"order": lambda data: str(data["reference"]).partition(":")[0]}
        return {**super()._shop_shapes(), "fulfillment": Shape(keys=by_order)}

    def send(self, order: str, number: str, pieces: int = 1, delivery: str = "7") -> None:
        """A delivery of article 911 leaves, in one parcel."""
        self.erp.put(
            "shipment",
            {
                "id": delivery,
                "number": f"OUT{delivery}",
                "order_id": self.document(order)["id"],
                "shipped_at": f"{self.now:%Y-%m-%dT%H:%M:%SZ}",
                "parcels": [{"number": number, "carrier": "DHL", "link": ""}],
                "lines": [{"product_id": "911", "sku": "", "quantity": str(pieces)}],
            },
        )

    def parcels(self) -> list[tuple[str, int]]:
        """Number and pieces of every fulfilment in the shop."""
        return [
            (_meta(one, "_tracking_number"), sum(item["qty"] for item in _meta(one, "_items")))
            for one in self.shop.records("fulfillment").values()
        ]


def _meta(record: Mapping[str, Any], key: str) -> Any:
    return next(entry["value"] for entry in record["meta_data"] if entry["key"] == key)


def parcel_town(folder: Path) -> ParcelTown:
    """A town whose parcels go as fulfilments."""
    made = ParcelTown(folder, config=config_for())
    made.configure(orders={"parcels": "fulfillments"})
    return made


@pytest.fixture
def town(tmp_path: Path) -> ParcelTown:
    return parcel_town(tmp_path)


def test_a_parcel_is_made_once_and_told_in_words(town: ParcelTown) -> None:
    order = town.buy(pieces=2)
    town.orders()
    town.send(order, "P1")
    told = town.orders()
    assert of_route(told.ears.plan, "parcels") == [f"create Parcel P1 of order {order}"]
    assert town.parcels() == [("P1", 1)]
    assert town.orders().writes == 0


def test_a_dry_run_shows_the_parcel_and_makes_none(town: ParcelTown) -> None:
    order = town.buy()
    town.orders()
    town.send(order, "P1")
    told = town.orders(dry_run=True)
    assert len(of_route(told.ears.plan, "parcels")) == 1
    assert town.parcels() == []


def test_killed_anywhere_a_parcel_is_made_once(tmp_path: Path) -> None:
    survived, step = False, 0
    while not survived:
        folder = tmp_path / str(step)
        folder.mkdir()
        town = parcel_town(folder)
        order = town.buy()
        town.orders()
        town.send(order, "P1")
        survived = _survives(town, step)
        # When a killed run made its last call is not known: the wait may begin with the next run.
        for _ in range(2):
            town.pass_time(hour())
            town.orders()
        assert (town.parcels(), town.orders().writes) == ([("P1", 1)], 0), f"killed at step {step}"
        step += 3
    assert step > 60


def test_killed_anywhere_a_corrected_number_arrives(tmp_path: Path) -> None:
    survived, step = False, 0
    while not survived:
        folder = tmp_path / str(step)
        folder.mkdir()
        town = parcel_town(folder)
        order = town.buy()
        town.orders()
        town.send(order, "WRONG")
        town.orders()
        town.send(order, "RIGHT")
        survived = _survives(town, step)
        town.pass_time(hour())
        town.orders()
        assert town.parcels() == [("RIGHT", 1)], f"killed at step {step}"
        step += 5
    assert step > 40


def _survives(town: ParcelTown, step: int) -> bool:
    town.settle_down()
    try:
        town.run("orders", kill_at=step)
    except Killed:
        return False
    return True


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.LATE])
def test_an_answer_that_is_lost_or_late_makes_no_second_parcel(
    town: ParcelTown, fate: Fate
) -> None:
    order = town.buy()
    town.orders()
    town.send(order, "P1")
    # The document itself did not move: the parcel is the one call that writes.
    told = town.orders(network=fates(fate))
    assert told.writes == 1
    town.orders()
    town.pass_time(hour())
    town.orders()
    assert town.parcels() == [("P1", 1)]
    assert town.orders().writes == 0
    assert not town.held("parcels")


def test_a_refused_parcel_is_held_and_tried_again(town: ParcelTown) -> None:
    order = town.buy()
    town.orders()
    town.send(order, "P1")
    told = town.orders(network=fates(Fate.REFUSED))
    assert told.run.tally.new_failures == 1
    assert town.go("orders").writes == 0
    town.pass_time(hour(24 * 5))
    town.orders()
    assert town.parcels() == [("P1", 1)]
    assert not town.held("parcels")


def test_more_pieces_than_were_ordered_are_never_claimed(town: ParcelTown) -> None:
    order = town.buy(pieces=2)
    town.orders()
    town.send(order, "P1", pieces=3)
    town.orders()
    assert town.parcels() == [("P1", 2)]


def test_an_order_deleted_from_the_shop_gets_no_parcel_and_stops_nobody(town: ParcelTown) -> None:
    gone, other = town.buy(), town.buy()
    town.orders()
    town.send(gone, "P1", delivery="7")
    town.send(other, "P2", delivery="8")
    town.shop.remove("order", gone)
    town.orders()
    assert town.parcels() == [("P2", 1)]
    assert not town.held("parcels")


def test_explain_tells_of_an_orders_parcels_and_finds_it_by_a_tracking_number(
    town: ParcelTown,
) -> None:
    order = town.buy(pieces=2)
    town.orders()
    town.send(order, "P1")
    town.send(order, "P2", pieces=3, delivery="8")
    town.orders()
    town.send(order, "P9", delivery="9")
    town.orders()
    with town.open_state() as state:
        [story] = stories(state, "P2")
        assert story.id == order
        said = "\n".join(describe(story))
    assert "Parcel P1, run 2: created" in said
    assert "Parcel P9, run 3: held" in said
    assert "in no other parcel yet" in said


def test_a_fulfilment_that_cannot_be_read_holds_the_parcels_of_its_order_alone(
    town: ParcelTown,
) -> None:
    odd, other = town.buy(), town.buy()
    town.orders()
    entries = [{"key": "_items", "value": [{"item_id": 1, "qty": "many"}]}]
    town.shop.put("fulfillment", {"reference": f"{odd}:x", "meta_data": entries})
    town.send(odd, "P1", delivery="7")
    town.send(other, "P2", delivery="8")
    town.orders()
    assert list(town.held("parcels")) == [f"{odd}:7/1"]
    assert "qty" in town.why_held(f"{odd}:7/1", "parcels")
    town.shop.tables["fulfillment"] = {
        id: one for id, one in town.shop.records("fulfillment").items() if len(one) > 3
    }
    assert town.parcels() == [("P2", 1)]


def test_two_deliveries_in_one_parcel_that_others_entered_do_not_claim_it_both(
    town: ParcelTown,
) -> None:
    order = town.buy(pieces=3)
    town.orders()
    line = next(iter(town.shop.records("order")[order]["line_items"]))["id"]
    entries = [
        {"key": "_tracking_number", "value": "P1"},
        {"key": "_items", "value": [{"item_id": line, "qty": 1}]},
    ]
    town.shop.put("fulfillment", {"reference": f"{order}:x", "meta_data": entries})
    town.send(order, "P1", delivery="7")
    town.send(order, "P1", pieces=2, delivery="8")
    town.orders()
    assert town.parcels() == [("P1", 1), ("P1", 2)]
    assert not town.held("parcels")
    town.send(order, "P1", pieces=1, delivery="9")
    town.orders()
    assert list(town.held("parcels")) == [f"{order}:9/1"], "no piece is left for it"


def test_a_parcel_that_waits_and_that_the_erp_takes_back_waits_no_more(town: ParcelTown) -> None:
    order = town.buy()
    town.orders()
    town.send(order, "P1", delivery="7")
    town.send(order, "P2", delivery="8")
    town.orders()
    assert list(town.held("parcels")) == [f"{order}:8/1"], "no piece is left for it"
    town.erp.remove("shipment", "8")
    town.pass_time(hour(24))
    told = town.orders()
    assert not town.held("parcels")
    assert "takes it back" in " ".join(of_route(told.ears.plan, "parcels"))
    assert town.parcels() == [("P1", 1)]


def test_a_parcel_in_doubt_that_the_erp_takes_back_is_let_go_when_the_doubt_is_over(
    town: ParcelTown,
) -> None:
    order = town.buy()
    town.orders()
    town.send(order, "P1")
    town.orders(network=fates(Fate.LOST_BEFORE))
    town.erp.remove("shipment", "7")
    town.pass_time(hour())
    town.orders()
    assert not town.held("parcels")
    with town.open_state() as state:
        assert not state.open_intents("parcels")


def test_a_parcel_is_not_made_of_pieces_that_another_could_not_give_up(town: ParcelTown) -> None:
    order = town.buy(pieces=2)
    town.orders()
    town.send(order, "P1", pieces=2)
    town.orders()
    [sent] = town.erp.records("shipment").values()
    [first] = sent["parcels"]
    town.erp.put("shipment", {**sent, "parcels": [first, {**first, "number": "P2"}]})
    town.orders(network=fates(Fate.REFUSED))
    assert town.parcels() == [("P1", 2)]
    for _ in range(3):
        town.pass_time(hour(24))
        town.orders()
    assert town.parcels() == [("P1", 1), ("P2", 1)]
    assert not town.held("parcels")
