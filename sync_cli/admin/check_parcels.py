"""What `sync-cli check` says of the place where parcels go: whether the shop has it."""

from __future__ import annotations

from collections.abc import Iterator

from sync_cli.config import Config
from sync_cli.connectors.base import Connector, Offers
from sync_cli.core.checkup import Finding, Grade
from sync_cli.core.parcels import ParcelPlace
from sync_cli.engine.route import Mode
from sync_cli.flows.parcel_place import ENTITIES, FULFILLMENT, offers, place_of

TOPIC = "parcels"
_LACKS = {
    ParcelPlace.FULFILLMENTS: (
        "the shop's feature of fulfilments is off: parcels would wait",
        "Switch it on under WooCommerce > Settings > Advanced > Features, or set orders.parcels to"
        " meta.",
    ),
    ParcelPlace.PLUGIN: (
        "the shop has no tracking plug-in that takes parcels by REST: they would wait",
        "Install one, or set orders.parcels to meta.",
    ),
}


def check_parcels(config: Config, shop: Connector) -> Iterator[Finding]:
    """Whether parcels can go where they are to go, and whether there is a better place."""
    orders = config.orders
    if Mode.OFF in (orders.mode, orders.write_back) or not orders.tracking:
        return
    place = place_of(orders.parcels, shop)
    if place in ENTITIES and not offers(shop, ENTITIES[place]):
        says, remedy = _LACKS[place]
        says = f"orders.parcels is {place}, but {says}."
        yield Finding(Grade.PROBLEM, TOPIC, says, remedy)
    elif place is ParcelPlace.META and isinstance(shop, Offers) and shop.offers(FULFILLMENT):
        yield Finding(
            Grade.NOTE,
            TOPIC,
            "The shop's feature of fulfilments is on, but parcels go to metadata, where only a"
            " tracking plug-in shows them.",
            "Set orders.parcels to fulfillments to show them, with the pieces in each.",
        )
    else:
        yield Finding(Grade.OK, TOPIC, f"Parcels go to the shop as {_WORDS[place]}.")


_WORDS = {
    ParcelPlace.META: "metadata",
    ParcelPlace.FULFILLMENTS: "fulfilments",
    ParcelPlace.PLUGIN: "entries of its tracking plug-in",
}
