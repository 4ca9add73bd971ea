"""The middle steps of a delivery's journeys to parcels that the shop keeps as records."""

from __future__ import annotations

from decimal import Decimal

from sync_cli.core.back_records import PackedLine, PackedParcel, Shipment, ShipmentLine
from sync_cli.core.model import Document
from sync_cli.core.parcels import Packed, ParcelPlace, Room, packed, shipped_on
from sync_cli.flows.journey_steps import Setting, shipment_left_out
from sync_cli.flows.parcels_sent import numbers_in


def fulfillment(shipment: Shipment, setting: Setting) -> PackedParcel:
    """The first parcel of a delivery with its pieces; without its order these are named by SKU."""
    first = _first(shipment, setting)
    order = setting.around.order
    if order is not None:
        lines = Room(order, ()).take(first)
    else:
        lines = tuple(
            PackedLine(line_id=one.key or one.sku, quantity=Decimal(one.pieces))
            for one in first.contents
        )
    return _record(first, setting, first.number, lines)


def tracking(shipment: Shipment, setting: Setting) -> PackedParcel:
    """The first parcel of a delivery, of which a plug-in keeps the number."""
    first = _first(shipment, setting)
    return _record(first, setting, next(iter(numbers_in(first.number)), ""), ())


def no_fulfillment(shipment: Shipment, setting: Setting) -> str:
    """Why a delivery makes no fulfilment; "" if it does."""
    return shipment_left_out(shipment, setting) or _elsewhere(ParcelPlace.FULFILLMENTS, setting)


def no_tracking(shipment: Shipment, setting: Setting) -> str:
    """Why a delivery makes no entry of a plug-in; "" if it does."""
    left_out = shipment_left_out(shipment, setting) or _elsewhere(ParcelPlace.PLUGIN, setting)
    if not left_out and not any(one.number for one in shipment.parcels):
        return "it has no tracking number"
    return left_out


def _elsewhere(place: ParcelPlace, setting: Setting) -> str:
    orders = setting.config.orders
    if not orders.tracking:
        return "orders.tracking is off"
    fits = orders.parcels in (place, ParcelPlace.AUTO)
    return "" if fits else f"orders.parcels is {orders.parcels}"


def _first(shipment: Shipment, setting: Setting) -> Packed:
    articles = setting.around.articles

    def pieces_of(line: ShipmentLine) -> tuple[str, Decimal]:
        article = articles.get(line.product_id)
        return "", line.quantity / (article.unit_factor if article is not None else Decimal(1))

    lines = tuple(
        line.model_copy(update={"sku": articles[line.product_id].sku})
        if line.product_id in articles
        else line.model_copy(update={"sku": line.sku or line.product_id})
        for line in shipment.lines
    )
    gone = shipment.model_copy(update={"lines": lines, "done": True, "cancelled": False})
    return packed(Document(), [gone], pieces_of)[0]


def _record(
    first: Packed, setting: Setting, number: str, lines: tuple[PackedLine, ...]
) -> PackedParcel:
    order = setting.around.order
    return PackedParcel(
        order_id=order.id if order is not None else "",
        place=first.place,
        number=number,
        carrier=first.carrier,
        link=first.link,
        shipped_on=shipped_on(first, setting.rules.zone),
        lines=lines,
    )
