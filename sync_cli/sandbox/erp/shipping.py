"""The warehouse of the pretend ERP: whole orders or parts of them leave, in one or more parcels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sync_cli.sandbox.erp.batches import run_batch
from sync_cli.sandbox.erp.documents import advance, each_shelf, expect, move_demand, record, touch
from sync_cli.sandbox.erp.records import (
    SHIPMENT_FIELDS,
    ZERO,
    Json,
    Order,
    Parcel,
    Shelf,
    Shipment,
    as_json,
)
from sync_cli.sandbox.erp.refusals import ItemError
from sync_cli.sandbox.erp.store import ErpStore


def ship_orders(store: ErpStore, ids: Sequence[object], tracking: str | None) -> list[Json]:
    """Ship what is open of each confirmed order from MAIN; the results of the batch.

    `tracking` is the number of the one parcel of each.
    """

    def ship(order: Order) -> Json:
        _let_go(store, order, order.open, [Parcel(tracking)] if tracking else [])
        return advance(store, order, "shipped", tracking=tracking)

    with store.lock:
        return run_batch(ids, expect(store, ("confirmed",), "not_confirmed"), ship)


def ship_part(
    store: ErpStore, order: Order, pieces: Mapping[str, int | str], parcels: Sequence[Parcel]
) -> Json:
    """Ship so many pieces by SKU of a confirmed order, which is shipped once nothing is open.

    Returns the shipment. Raises ItemError for an order or pieces that are not open.
    """
    with store.lock:
        expect(store, ("confirmed",), "not_confirmed")(str(order.id))
        leaving = _open_pieces(store, order, pieces)
        shipment = _let_go(store, order, leaving, parcels)
        if order.open:
            touch(store, order)
            record(store, "order.partly_shipped", order)
        else:
            advance(store, order, "shipped")
        return as_json(shipment, SHIPMENT_FIELDS)


def add_parcel(store: ErpStore, order: Order, parcel: Parcel) -> Json:
    """Put one more parcel number on the last shipment of an order, as a person may do days later.

    Raises ItemError where nothing of it has left yet.
    """
    with store.lock:
        shipments = store.shipments.find("order_id", str(order.id))
        if not shipments:
            raise ItemError("not_shipped", f"nothing of order {order.number} has left yet")
        last = shipments[-1]
        last.parcels.append(parcel)
        last.changed_at = store.stamp()
        store.shipments.changed(last)
        store.ledger.record("shipment.parcel", str(last.id), order.head.reference)
        return as_json(last, SHIPMENT_FIELDS)


def correct_parcel(store: ErpStore, order: Order, number: str, to: str) -> Json:
    """Give a parcel of an order another number, as a person does who mistyped it.

    Raises ItemError for a number that no parcel of the order has.
    """
    with store.lock:
        for shipment in store.shipments.find("order_id", str(order.id)):
            for at, parcel in enumerate(shipment.parcels):
                if parcel.number == number:
                    shipment.parcels[at] = replace(parcel, number=to)
                    shipment.changed_at = store.stamp()
                    store.shipments.changed(shipment)
                    order.tracking[:] = [to if one == number else one for one in order.tracking]
                    store.ledger.record("shipment.parcel", str(shipment.id), order.head.reference)
                    return as_json(shipment, SHIPMENT_FIELDS)
        raise ItemError("not_shipped", f"no parcel of order {order.number} has the number {number}")


def _open_pieces(
    store: ErpStore, order: Order, pieces: Mapping[str, int | str]
) -> dict[int, Decimal]:
    by_sku = {product.sku: product.id for product in store.products.pick(list(order.open))}
    leaving: dict[int, Decimal] = {}
    for sku, count in pieces.items():
        id = by_sku.get(sku)
        if id is None or not ZERO < Decimal(str(count)) <= order.open[id]:
            raise ItemError("invalid_value", f"{count} of {sku} are not open", "pieces")
        leaving[id] = Decimal(str(count))
    return leaving


def _let_go(
    store: ErpStore, order: Order, pieces: Mapping[int, Decimal], parcels: Sequence[Parcel]
) -> Shipment:
    """The pieces leave: on hand and demand fall, and a shipment says so."""
    pieces = dict(pieces)
    move_demand(store, order, -1)
    for id, count in pieces.items():
        order.shipped[id] = order.shipped.get(id, ZERO) + count
    move_demand(store, order, 1)
    each_shelf(store, pieces, _take_out, order.warehouse)
    order.tracking += [parcel.number for parcel in parcels]
    now, id = store.stamp(), 1 + len(store.shipments)
    contents = tuple((product, pieces[product.id]) for product in store.products.pick(list(pieces)))
    shipment = Shipment(id, f"OUT{id:05}", order, list(parcels), contents, now, now)
    store.shipments.append(shipment)
    store.ledger.record("shipment.done", str(id), order.head.reference, parcels=len(parcels))
    return shipment


def _take_out(shelf: Shelf, count: Decimal) -> None:
    shelf.on_hand -= count
    shelf.reserved = min(shelf.reserved, max(shelf.demand, ZERO))
