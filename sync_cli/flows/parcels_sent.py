"""The parcels of orders on both sides: what the ERP sent, and what the shop has of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from sync_cli.connectors.base import Found
from sync_cli.core.back_records import PackedParcel, Shipment, ShipmentLine
from sync_cli.core.errors import Problem
from sync_cli.core.model import Document
from sync_cli.core.parcels import Packed, ParcelPlace, There, packed
from sync_cli.core.shipping import COMPANION, parcels
from sync_cli.flows.articles import known_articles
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

ORDER = "order"
PRODUCT = "product"
Sent = tuple[Document, Sequence[Shipment]]
"""What the ERP tells of one order: its documents as one, and all of its deliveries."""


def sent_parcels(
    systems: Systems, place: ParcelPlace, orders: Sequence[Sent]
) -> list[Sequence[Packed]]:
    """The parcels of each of these orders, as `place` keeps them."""
    if place is ParcelPlace.META:
        return [_numbers_in_metadata(*sent) for sent in orders]
    products = _products(systems, [shipment for _, shipments in orders for shipment in shipments])
    return [_parcels(place, sent, products) for sent in orders]


def tidy(number: str) -> str:
    """The number as WordPress stores a text: with single spaces."""
    return " ".join(number.split())


def numbers_in(text: str) -> Iterable[str]:
    """The tracking numbers that one text of an ERP holds, each as the shop stores it."""
    return filter(None, map(tidy, text.split(COMPANION)))


def _numbers_in_metadata(document: Document, shipments: Sequence[Shipment]) -> Sequence[Packed]:
    return [Packed(one.number, one.number) for one in parcels(document, shipments)]


def _products(systems: Systems, shipments: Sequence[Shipment]) -> Mapping[str, tuple[str, Decimal]]:
    """By the ERP's article the shop's product, and ERP units in a piece of it."""
    articles = {line.product_id for one in shipments for line in one.lines if line.product_id}
    keys = systems.run.state.linked_targets(PRODUCT, SHOP, ERP, sorted(articles))
    known = known_articles(systems, sorted(keys.values()))
    return {article: (key, known.factor(key)) for article, key in keys.items()}


def _parcels(
    place: ParcelPlace, sent: Sent, products: Mapping[str, tuple[str, Decimal]]
) -> Sequence[Packed]:
    def pieces_of(line: ShipmentLine) -> tuple[str, Decimal]:
        key, factor = products.get(line.product_id, ("", Decimal(1)))
        return key, line.quantity / factor

    found = packed(*sent, pieces_of)
    if place is ParcelPlace.FULFILLMENTS:
        return found
    # The plug-in knows numbers only: of each one entry, whatever is in it.
    numbers = {number: parcel for parcel in found for number in numbers_in(parcel.number)}
    return [replace(p, place=n, number=n, contents=()) for n, p in numbers.items()]


def parcels_there(
    systems: Systems, entity: str, orders: Sequence[str]
) -> dict[str, list[There] | Problem]:
    """What the shop has of each order as records of their own, or why it cannot be read."""
    found = systems.shop.find(entity, ORDER, orders) if orders else {}
    there: dict[str, list[There] | Problem] = {}
    for order in orders:
        try:
            there[order] = [_read(systems, entity, raw) for raw in found.get(order, ())]
        except Unreadable as error:
            there[order] = error.problems[0]
    return there


def _read(systems: Systems, entity: str, raw: Found) -> There:
    label = f"Parcel {raw.id}"
    mapping = systems.shop_mapping(entity)
    parcel = mapping.read(raw.data, id=raw.id, birth=raw.birth, modified_at=None, label=label)
    assert isinstance(parcel, PackedParcel)
    return There(raw.id, parcel)
