"""Where the parcels of this shop go: what the configuration asks for, and what the shop has."""

from __future__ import annotations

from collections.abc import Mapping

from sync_cli.connectors.base import Connector, Offers
from sync_cli.core.parcels import ParcelPlace

FULFILLMENT = "fulfillment"
TRACKING = "tracking"
ENTITIES: Mapping[ParcelPlace, str] = {
    ParcelPlace.FULFILLMENTS: FULFILLMENT,
    ParcelPlace.PLUGIN: TRACKING,
}
"""What a shop calls parcels that are records of their own."""


def place_of(wanted: ParcelPlace, shop: Connector) -> ParcelPlace:
    """The place that is asked for; of `auto` the first that the shop has, metadata if none."""
    if wanted is not ParcelPlace.AUTO:
        return wanted
    found = (place for place, entity in ENTITIES.items() if offers(shop, entity))
    return next(found, ParcelPlace.META)


def offers(shop: Connector, entity: str) -> bool:
    """Whether the shop takes such records as it is set up now."""
    return isinstance(shop, Offers) and shop.offers(entity)
