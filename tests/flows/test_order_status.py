"""The way back of what the warehouse did: every parcel, and the status of the shop's order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import GuardTripped
from tests.flows.town import Town, hour, of_route
from tests.properties.world import fates

TRACKING = "_wc_shipment_tracking_items"
ROUTE = "order-status"


def status(town: Town, order: str) -> str:
    return str(town.shop_order(order)["status"])


def paid(town: Town, order: str, *, by: str = "stripe") -> None:
    """The shop knows that the order was paid."""
    town.edit(order, payment_method=by, date_paid_gmt=f"{town.now:%Y-%m-%dT%H:%M:%S}")


def bought(town: Town, *, by: str = "stripe") -> str:
    """An order that was paid and has its document."""
    order = town.buy()
    paid(town, order, by=by)
    town.orders()
    return order


def send(town: Town, order: str, *numbers: str, carrier: str = "DHL") -> str:
    """A part of the order leaves in parcels of these numbers."""
    id = f"7{len(town.erp.records('shipment')) + 1:02}"
    when = f"{town.now:%Y-%m-%dT%H:%M:%SZ}"
    parcels = [{"number": number, "carrier": carrier, "link": ""} for number in numbers]
    town.erp.put(
        "shipment",
        {
            "id": id,
            "number": f"OUT{id}",
            "order_id": town.document(order)["id"],
            "parcels": parcels,
            "lines": [],
            "shipped_at": when,
        },
    )
    return id


def told(town: Town, order: str) -> list[dict[str, Any]]:
    """The parcels on the shop's order, as tracking plug-ins read them."""
    found = [e["value"] for e in town.shop_order(order)["meta_data"] if e["key"] == TRACKING]
    return found[0] if found else []


def numbers(town: Town, order: str) -> list[str]:
    return [entry["tracking_number"] for entry in told(town, order)]


# Parcels


def test_every_parcel_of_every_shipment_is_told(town: Town) -> None:
    order = bought(town)
    send(town, order, "A1", "A2")
    town.orders()
    assert numbers(town, order) == ["A1", "A2"]
    town.pass_time(hour())
    send(town, order, "B1", carrier="Bike")
    town.orders()
    assert numbers(town, order) == ["A1", "A2", "B1"]
    [first, _, last] = told(town, order)
    assert (first["tracking_provider"], last["tracking_provider"]) == ("dhl", "")
    assert last["custom_tracking_provider"] == "Bike"
    assert first["date_shipped"].isdecimal()
    assert town.orders().writes == 0


def test_a_parcel_number_added_days_later_is_told(town: Town) -> None:
    order = bought(town)
    shipment = send(town, order)
    town.orders()
    town.pass_time(hour(72))
    row = town.erp.tables["shipment"][shipment]
    row["parcels"] = [{"number": "LATE", "carrier": "", "link": "https://track.example/LATE"}]
    town.erp.dates["shipment", shipment] = town.now
    town.orders()
    assert numbers(town, order) == ["LATE"]


def test_parcels_that_others_put_on_the_order_stay(town: Town) -> None:
    order = bought(town)
    theirs = {"tracking_number": "HAND", "tracking_provider": "post", "qty": 2}
    meta = [*town.shop_order(order)["meta_data"], {"id": 99, "key": TRACKING, "value": [theirs]}]
    town.edit(order, meta_data=meta)
    send(town, order, "A1")
    town.orders()
    assert numbers(town, order) == ["HAND", "A1"]
    assert told(town, order)[0] == theirs


def test_without_tracking_no_parcel_is_told(town: Town) -> None:
    town.configure(orders={"tracking": False})
    order = bought(town)
    send(town, order, "A1")
    town.orders()
    assert told(town, order) == []


def test_an_unreadable_shipment_is_held_and_stops_no_other(town: Town) -> None:
    order, other = bought(town), bought(town)
    bad = send(town, order, "A1")
    town.erp.tables["shipment"][bad]["shipped_at"] = "yesterday"
    send(town, other, "B1")
    town.orders()
    assert numbers(town, other) == ["B1"]
    assert "shipped_at" in town.why_held(bad, "shipments-back")
    town.erp.tables["shipment"][bad]["shipped_at"] = f"{town.now:%Y-%m-%dT%H:%M:%SZ}"
    town.erp.dates["shipment", bad] = town.now
    town.pass_time(hour())
    town.orders()
    assert numbers(town, order) == ["A1"]
    assert not town.held("shipments-back")


# Status


def test_a_paid_order_is_completed_once_all_of_it_has_left(town: Town) -> None:
    order = bought(town)
    send(town, order, "A1")
    town.orders()
    assert status(town, order) == "processing"
    town.ship(order)
    ran = town.orders()
    assert status(town, order) == "completed"
    assert of_route(ran.ears.plan, ROUTE) == [f"update Order {order}: status = completed"]
    assert town.orders().writes == 0
    assert not town.held(ROUTE)


def test_a_part_gives_a_status_of_its_own_where_that_is_wanted(town: Town) -> None:
    town.configure(orders={"status": {"partially_shipped": True}})
    order = bought(town)
    send(town, order, "A1")
    town.orders()
    assert status(town, order) == "partial-shipped"
    town.ship(order)
    town.orders()
    assert status(town, order) == "completed"


def test_what_the_erp_cancelled_is_cancelled_in_the_shop(town: Town) -> None:
    order = bought(town)
    town.ship(order, state="cancelled")
    town.orders()
    assert status(town, order) == "cancelled"
    town.orders()
    assert town.orders().writes == 0


def test_an_unpaid_order_is_not_completed_for_that_would_mark_it_as_paid(town: Town) -> None:
    order = bought(town, by="cod")
    town.ship(order)
    town.orders()
    assert status(town, order) == "processing"
    assert "is not paid" in town.why_held(order, ROUTE)
    town.ship(order, paid=True)
    town.orders()
    assert status(town, order) == "completed"
    assert not town.held(ROUTE)


def test_unpaid_orders_are_completed_where_that_is_wanted(town: Town) -> None:
    town.configure(orders={"status": {"complete_unpaid": True}})
    order = bought(town, by="cod")
    town.ship(order)
    town.orders()
    assert status(town, order) == "completed"


def test_an_order_on_hold_goes_on_when_the_erp_has_the_money(town: Town) -> None:
    town.configure(orders={"states": ["on_hold", "processing", "completed"]})
    order = town.buy(status="on-hold")
    paid(town, order, by="bacs")
    town.orders()
    assert status(town, order) == "on-hold"
    town.ship(order, state="confirmed", paid=True)
    town.orders()
    assert status(town, order) == "processing"


def test_old_orders_are_left_alone_for_their_customers_would_get_a_mail(town: Town) -> None:
    order = bought(town)
    town.pass_time(int(timedelta(days=15).total_seconds()))
    town.ship(order)
    town.orders()
    assert status(town, order) == "processing"
    assert not town.held(ROUTE)


def test_a_status_that_the_shop_set_itself_is_left_alone(town: Town) -> None:
    order = bought(town)
    town.edit(order, status="refunded")
    town.ship(order)
    town.orders()
    assert status(town, order) == "refunded"


@pytest.mark.parametrize("mode", ["off", "plan"])
def test_switched_off_or_only_planned_nothing_is_written(town: Town, mode: str) -> None:
    town.configure(orders={"status": {"mode": mode}})
    order = bought(town)
    town.ship(order)
    ran = town.orders()
    assert status(town, order) == "processing"
    planned = of_route(ran.ears.plan, ROUTE)
    assert bool(planned) is (mode == "plan")


def test_a_refused_status_is_held_with_the_reason_and_tried_again(town: Town) -> None:
    order = bought(town)
    town.ship(order)
    town.orders(network=fates(Fate.ARRIVES, Fate.REFUSED))
    assert status(town, order) == "processing"
    assert order in town.held(ROUTE)
    town.pass_time(hour(24))
    town.orders()
    assert status(town, order) == "completed"


def test_a_lost_answer_changes_the_status_once(town: Town) -> None:
    order = bought(town)
    town.ship(order)
    town.orders(network=fates(Fate.ARRIVES, Fate.LOST_AFTER))
    town.pass_time(hour())
    again = town.orders()
    assert status(town, order) == "completed"
    assert again.writes == 0
    assert not town.held(ROUTE)


def test_the_guard_judges_all_mails_of_a_run_before_the_first(town: Town) -> None:
    town.configure(orders={"guard": {"mail": {"share": "0.1", "least": 1}}})
    orders = [bought(town) for _ in range(3)]
    for order in orders:
        town.ship(order)
    with pytest.raises(GuardTripped, match="cause 3 mails to customers") as tripped:
        town.orders()
    assert {status(town, order) for order in orders} == {"processing"}
    assert set(town.held(ROUTE)) == set(orders)
    town.orders(accept=tripped.value.token)
    assert {status(town, order) for order in orders} == {"completed"}
