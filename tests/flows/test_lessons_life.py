"""What users of other connectors suffered with the life of an order, each a test named after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sync_cli.connectors.base import Change, Json, Result
from sync_cli.connectors.memory import MemoryConnector
from sync_cli.core.errors import IdentityError
from tests.flows.refund_town import RefundTown
from tests.flows.town import Town, hour
from tests.properties.refunding import refund_config
from tests.properties.world import BEGIN

TRACKING = "_wc_shipment_tracking_items"


class Written:
    """Stands before the shop and remembers every field that is ever written to an order."""

    def __init__(self, inner: MemoryConnector, fields: list[Json]) -> None:
        self._inner = inner
        self._fields = fields

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        if entity == "order":
            self._fields.extend(change.fields for change in changes)
        return self._inner.update(entity, changes)


def paid(town: Town, order: str, method: str = "stripe") -> None:
    """The shop says that the money has come."""
    at = f"{town.now:%Y-%m-%dT%H:%M:%S}"
    town.edit(order, payment_method=method, date_paid_gmt=at)


def test_the_order_is_pulled_once_later_edits_are_never_seen(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.edit(order, customer_note="second floor")
    town.orders()
    assert f"as {town.document(order)['id']} (note)" in town.why_held(order)
    town.set_status(order, "cancelled")
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert not town.held()


def test_only_the_first_tracking_number(town: Town) -> None:
    order = town.buy()
    town.orders()
    town.ship(order, tracking=["PKG-1", "PKG-2"])
    town.orders()
    town.ship(order, tracking=["PKG-1", "PKG-2", "PKG-3"])
    town.orders()
    [told] = [e["value"] for e in town.shop_order(order)["meta_data"] if e["key"] == TRACKING]
    assert [parcel["tracking_number"] for parcel in told] == ["PKG-1", "PKG-2", "PKG-3"]


@pytest.mark.parametrize("method", ["bacs", "cheque", "cod", "invoice"])
def test_processing_is_not_paid(town: Town, method: str) -> None:
    """The order goes to the ERP, its payment does not: only the ERP can say that it has come."""
    town.configure(payments={"mode": "on", "since": BEGIN})
    order = town.buy()
    paid(town, order, method)
    town.orders()
    assert town.states(order) == ["confirmed"]
    assert not town.erp.records("payment")


def test_a_shipped_invoice_order_became_paid(town: Town) -> None:
    """To complete it would mark it as paid: it waits for the ERP's word."""
    order = town.buy()
    town.edit(order, payment_method="invoice")
    town.orders()
    town.ship(order)
    town.orders()
    assert town.shop_order(order)["status"] == "processing"
    document = town.erp.tables["order"][town.document(order)["id"]]
    document["paid"] = True
    town.erp.dates["order", document["id"]] = town.now
    town.orders()
    assert town.shop_order(order)["status"] == "completed"


def test_a_put_refunded_made_a_second_refund(tmp_path: Path) -> None:
    """Through a whole life nothing is put to an order but metadata and a status: never `refunded`,
    which makes a refund, never an address or a line, at which the shop computes it anew."""
    town = RefundTown(tmp_path, config=refund_config())
    fields: list[Json] = []
    town.wrap_shop = lambda connector: Written(connector, fields)
    sold, off, edited = town.sold(), town.sold(), town.sold()
    for order in (sold, off):
        paid(town, order)
    town.edit(edited, billing={**town.shop_order(edited)["billing"], "city": "Ulm"})
    town.give_back(sold, "35.70")
    town.orders()
    town.edit(sold, status="refunded")
    town.orders()
    document = town.erp.tables["order"][town.document(off)["id"]]
    document["state"] = "cancelled"
    town.erp.dates["order", document["id"]] = town.now
    town.orders()
    town.ship(edited, tracking=["PKG-1"], paid=True)
    town.pass_time(hour())
    town.orders()
    assert {name for each in fields for name in each} == {"meta_data", "status"}
    states = {each["status"] for each in fields if "status" in each}
    assert states == {"cancelled", "completed"}
    assert town.shop_order(off)["status"] == "cancelled"
    assert town.shop_order(edited)["status"] == "completed"


def test_a_restored_shop_reused_order_ids_a_strangers_erp_document_was_overwritten(
    town: Town,
) -> None:
    order = town.buy()
    town.orders()
    before = dict(town.document(order))
    town.buy("13", pieces=7, order_id=int(order))
    with pytest.raises(IdentityError, match="now belongs to another record"):
        town.orders()
    assert town.document(order) == before


def test_the_first_run_sent_ten_years_of_orders_into_the_books_and_mailed_the_customers(
    town: Town,
) -> None:
    old = town.buy(late_by=timedelta(days=3650))
    town.edit(old)
    young = town.buy()
    paid(town, young)
    town.orders()
    assert town.states(old) == []
    assert town.skipped(old) == "placed before start_at"
    town.ship(young)
    town.pass_time(hour(24 * 15))
    town.orders()
    assert town.written_state(young) == "shipped"
    assert town.shop_order(young)["status"] == "processing"


def test_the_order_is_fetched_while_the_customers_plugins_still_write_to_it(town: Town) -> None:
    order = town.buy()
    town.go("orders")
    assert town.states(order) == []
    assert "it was changed less than 60 s ago" in town.why_held(order)
    town.edit(order, customer_note="written by a plug-in")
    town.orders()
    assert town.document(order)["note"] == "written by a plug-in"
