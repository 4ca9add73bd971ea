"""Parcels as records of a shop: sent as the real shop was recorded to want them."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier
from typing import Any

import pytest

from sync_cli.connectors.base import Change, Done, Draft, Failed, InDoubt
from sync_cli.connectors.woocommerce.by_order import one_writer_an_order
from sync_cli.connectors.woocommerce.connector import WooCommerce
from sync_cli.core.errors import ConfigError
from sync_cli.sandbox.shop.actions import shop_actions
from tests.connectors.woocommerce.wc_shop import Shop, running

MARK = {"key": "_sync_cli_parcel", "value": "7/1"}


@pytest.fixture
def fulfils() -> Iterator[Shop]:
    with running(12, 0, fulfillments=True) as shop:
        yield shop


def bought(shop: Shop) -> tuple[str, int]:
    """A fresh order of two pieces, and the id of its line."""
    sku = next(p.sku for p in shop.store.products.records.values() if p.kind == "simple" and p.sku)
    order = shop_actions(shop.store)["place_order"](lines=[{"sku": sku, "quantity": 2}])[0]["id"]
    [line] = shop.store.orders.get(order).of_kind("line_item")  # type: ignore[union-attr]
    return str(order), line.id


def payload(line: int, number: str = "P1", **metas: Any) -> dict[str, Any]:
    """A fulfilment as the mapping writes it."""
    values = {
        "_items": [{"item_id": line, "qty": 1}],
        "_tracking_number": number,
        "_shipment_provider": "dhl",
        "_tracking_url": "",
        **metas,
    }
    entries = [{"key": key, "value": value} for key, value in values.items()]
    return {"status": "fulfilled", "is_fulfilled": True, "meta_data": [*entries, MARK]}


def made(connector: WooCommerce, order: str, line: int) -> str:
    """A fulfilment of ours; its id."""
    [result] = connector.create("fulfillment", [Draft(f"{order}:7/1", payload(line))])
    assert isinstance(result, Done), result
    return result.id


def metas(shop: Shop, order: str) -> list[dict[str, Any]]:
    """The metadata of each fulfilment of an order, by key."""
    listed = shop.store.fulfillments[int(order)]
    return [{entry["key"]: entry["value"] for entry in one["meta_data"]} for one in listed]


def test_every_new_entry_carries_the_id_0_and_an_empty_one_is_not_sent(fulfils: Shop) -> None:
    order, line = bought(fulfils)
    id = made(fulfils.open(), order, line)
    assert id.partition(":")[0] == order
    [kept] = metas(fulfils, order)
    assert kept["_tracking_number"] == "P1"
    assert "_tracking_url" not in kept
    assert kept["_sync_cli_parcel"] == "7/1"


def test_parcels_are_found_by_their_order_and_one_that_is_gone_has_none(fulfils: Shop) -> None:
    order, line = bought(fulfils)
    connector = fulfils.open()
    id = made(connector, order, line)
    found = connector.find("fulfillment", "order", [order, "999999", "", "x"])
    assert {key: [raw.id for raw in raws] for key, raws in found.items()} == {
        order: [id],
        "999999": [],
        "": [],
        "x": [],
    }


def test_a_put_keeps_what_others_put_there_and_drops_what_is_empty_now(fulfils: Shop) -> None:
    order, line = bought(fulfils)
    connector = fulfils.open()
    id = made(connector, order, line)
    [stored] = fulfils.store.fulfillments[int(order)]
    stored["meta_data"].append({"id": 99, "key": "_gift", "value": "yes"})
    change = Change(id, payload(line, "P2", _shipment_provider=""))
    [result] = connector.update("fulfillment", [change])
    assert isinstance(result, Done), result
    [kept] = metas(fulfils, order)
    assert (kept["_tracking_number"], kept["_gift"]) == ("P2", "yes")
    assert "_shipment_provider" not in kept
    keys = [entry["key"] for entry in stored["meta_data"]]
    assert len(keys) == len(set(keys))


def test_one_of_others_and_one_that_is_gone_are_not_written(fulfils: Shop) -> None:
    order, line = bought(fulfils)
    connector = fulfils.open()
    id = made(connector, order, line)
    [stored] = fulfils.store.fulfillments[int(order)]
    stored["meta_data"] = [e for e in stored["meta_data"] if e["key"] != "_sync_cli_parcel"]
    before = dict(stored)
    results = list(
        connector.update(
            "fulfillment", [Change(id, payload(line, "P2")), Change(f"{order}:77", payload(line))]
        )
    )
    assert [type(one) for one in results] == [Failed, Failed]
    said = [one.problem.message for one in results if isinstance(one, Failed)]
    assert "somebody else entered it" in said[0]
    assert "no longer exists" in said[1]
    assert stored == before


def test_one_that_could_not_be_found_again_is_not_made(fulfils: Shop) -> None:
    order, line = bought(fulfils)
    [result] = fulfils.open().create("fulfillment", [Draft(f"{order}:8/1", payload(line))])
    assert isinstance(result, Failed)
    assert "made twice" in result.problem.message
    assert metas(fulfils, order) == []


def test_a_refusal_of_the_shop_is_told_in_its_words(fulfils: Shop) -> None:
    order, line = bought(fulfils)
    draft = Draft(f"{order}:7/1", payload(line, _items=[]))
    [result] = fulfils.open().create("fulfillment", [draft])
    assert isinstance(result, Failed)
    assert "at least one item" in result.problem.message
    assert result.problem.status == 400


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_a_lost_create_is_in_doubt_and_not_repeated(fulfils: Shop, kind: Any) -> None:
    order, line = bought(fulfils)
    fulfils.hit(kind, "fulfillments", methods=("POST",), times=1)
    [result] = fulfils.open().create("fulfillment", [Draft(f"{order}:7/1", payload(line))])
    assert isinstance(result, InDoubt)
    assert fulfils.faults.settled()
    assert len(metas(fulfils, order)) <= 1


def test_whether_there_are_fulfilments_and_trackings_is_asked_once(fulfils: Shop) -> None:
    connector = fulfils.open()
    assert connector.offers("fulfillment")
    assert connector.offers("order")
    before = connector.calls()["read"]
    assert not connector.offers("tracking")
    assert not connector.offers("tracking")
    assert connector.offers("fulfillment")
    assert connector.calls()["read"] == before + 1
    with running(12) as plain:
        assert not plain.open().offers("fulfillment")


# By the REST of a plug-in


def tracked(shop: Shop, payload: dict[str, Any], order: str) -> Any:
    """What becomes of one parcel that is entered."""
    [result] = shop.open().create(
        "tracking", [Draft(f"{order}:{payload['tracking_number']}", payload)]
    )
    return result


PARCEL = {
    "tracking_number": "P1",
    "tracking_provider": "",
    "custom_tracking_provider": "DHL",
    "custom_tracking_link": "https://track.example/P1",
    "date_shipped": "2026-11-20",
}


def sent(shop: Shop, order: str) -> dict[str, Any]:
    """What the plug-in keeps of its only parcel."""
    entries = {meta.key: meta.value for meta in shop.store.orders.get(int(order)).meta}  # type: ignore[union-attr]
    [only] = entries["_wc_shipment_tracking_items"]
    found: dict[str, Any] = only
    return found


def test_a_carrier_of_ones_own_goes_with_its_link_and_a_known_one_without() -> None:
    with running(12, 0, tracking="shipment-tracking") as shop:
        order, _ = bought(shop)
        result = tracked(shop, PARCEL, order)
        assert isinstance(result, Done), result
        own = sent(shop, order)
        assert own["custom_tracking_provider"] == "DHL"
        assert own["custom_tracking_link"] == "https://track.example/%1$s"
        assert own["date_shipped"] == "1795132800"
        assert result.id == f"{order}:{own['tracking_id']}"
        other, _ = bought(shop)
        tracked(shop, {**PARCEL, "tracking_provider": "DHL Germany"}, other)
        assert sent(shop, other)["tracking_provider"] == "DHL Germany"
        assert sent(shop, other)["custom_tracking_link"] == ""


def test_a_link_with_signs_of_percent_is_left_out() -> None:
    with running(12, 0, tracking="shipment-tracking") as shop:
        order, _ = bought(shop)
        tracked(shop, {**PARCEL, "custom_tracking_link": "https://t.example/?q=a%20b&n=P1"}, order)
        assert sent(shop, order)["custom_tracking_link"] == ""


def test_the_advanced_plug_in_gets_no_date_and_leaves_the_status_alone() -> None:
    with running(12, 0, tracking="advanced") as shop:
        order, _ = bought(shop)
        assert isinstance(tracked(shop, PARCEL, order), Done)
        own = sent(shop, order)
        assert own["tracking_provider"] == "DHL"
        assert int(own["date_shipped"]) == int(shop.clock.now().timestamp())
        placed = shop.store.orders.get(int(order))
        assert placed is not None
        assert placed.status == "processing"


def test_two_orders_are_written_at_a_time_but_no_order_by_two_calls_at_once(shop: Shop) -> None:
    orders = ["a", "a", "b", "b"]
    meeting = Barrier(2, timeout=60)
    under_way: list[str] = []

    def write(place: int) -> Done:
        under_way.append(orders[place])
        meeting.wait()
        together = sorted(under_way)
        meeting.wait()
        under_way.remove(orders[place])
        meeting.wait()
        assert together == ["a", "b"]
        return Done(str(place), {})

    results = list(one_writer_an_order(shop.pacing(), orders, write))
    assert [one.id for one in results if isinstance(one, Done)] == ["0", "1", "2", "3"]


def test_parcels_of_one_order_are_entered_in_their_order() -> None:
    with running(12, 0, tracking="shipment-tracking") as shop:
        order, _ = bought(shop)
        numbers = [f"N{number}" for number in range(6)]
        drafts = [Draft(f"{order}:{n}", {**PARCEL, "tracking_number": n}) for n in numbers]
        results = list(shop.open().create("tracking", drafts))
        assert all(isinstance(one, Done) for one in results)
        placed = shop.store.orders.get(int(order))
        assert placed is not None
        entered = {meta.key: meta.value for meta in placed.meta}["_wc_shipment_tracking_items"]
        assert [one["tracking_number"] for one in entered] == numbers


def test_a_parcel_without_a_number_is_not_entered() -> None:
    with running(12, 0, tracking="shipment-tracking") as shop:
        order, _ = bought(shop)
        result = tracked(shop, {**PARCEL, "tracking_number": ""}, order)
        assert isinstance(result, Failed)
        assert "no tracking number" in result.problem.message


def test_without_a_plug_in_it_says_so(shop: Shop) -> None:
    order, _ = bought(shop)
    with pytest.raises(ConfigError, match="no plug-in that takes parcels"):
        shop.open().find("tracking", "order", [order])
