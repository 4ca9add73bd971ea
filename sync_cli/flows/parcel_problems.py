"""Why a parcel is not told to the shop, in words for whoever reads them."""

from __future__ import annotations

from sync_cli.core.errors import Problem
from sync_cli.core.parcels import ParcelPlace


def not_offered(place: ParcelPlace) -> Problem:
    """The shop does not take parcels there, as it is set up now."""
    if place is ParcelPlace.FULFILLMENTS:
        return Problem(
            "parcels-not-taken",
            "",
            "the shop's feature of fulfilments is off, or its system status may not be read",
            "Switch it on under WooCommerce > Settings > Advanced > Features, or set"
            " orders.parcels to meta.",
            system="shop",
            field="parcels",
        )
    return Problem(
        "parcels-not-taken",
        "",
        "the shop has no tracking plug-in that takes parcels by REST",
        "Install one, or set orders.parcels to meta.",
        system="shop",
        field="parcels",
    )


def no_room(label: str) -> Problem:
    """Nothing of the order is left that could be in it."""
    return Problem(
        "parcel-without-pieces",
        label,
        "it holds no piece of the order that is in no other parcel yet, or articles that the order"
        " does not have",
        "Compare the delivery in the ERP with the order's fulfilments in the shop. Correct what is"
        " wrong, or enter it by hand and run `sync-cli held dismiss --route parcels`.",
        system="shop",
        field="_items",
    )


def differs(place: ParcelPlace) -> Problem:
    """The shop's parcel has another number, and cannot or must not be corrected."""
    remedy = "Correct it in the shop by hand; then run `sync-cli held dismiss --route parcels`."
    if place is ParcelPlace.FULFILLMENTS:
        return Problem(
            "not-our-parcel",
            "",
            "its tracking number was corrected in the ERP, but somebody else entered it in the"
            " shop",
            remedy,
            system="shop",
            field="_tracking_number",
        )
    return Problem(
        "not-kept",
        "",
        "the shop keeps it under another tracking number",
        remedy,
        system="shop",
        field="tracking_number",
    )
