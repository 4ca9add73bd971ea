"""The routes of a tracking plug-in, as its documentation tells them: a list, and one more parcel.

Two plug-ins have them: WooCommerce's own Shipment Tracking ("shipment-tracking"), and Advanced
Shipment Tracking ("advanced"), whose date has the form of a setting. Both keep parcels in the
order's metadata. Nothing here was recorded from a server.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from time import strptime
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError, missing_params
from sync_cli.sandbox.shop.http import Answer, Call
from sync_cli.sandbox.shop.meta import changed_meta
from sync_cli.sandbox.shop.order_write import order_of
from sync_cli.sandbox.shop.records import Json, Order
from sync_cli.sandbox.shop.settings import ShopSettings

NAMESPACES: Mapping[str, tuple[str, ...]] = {
    "": (),
    "shipment-tracking": ("wc-shipment-tracking/v3",),
    "advanced": ("wc-shipment-tracking/v3", "wc-ast/v3"),
}
_ITEMS = "_wc_shipment_tracking_items"
_FORMATS = {"shipment-tracking": "%Y-%m-%d", "advanced": "%d-%m-%Y"}


def namespaces(settings: ShopSettings) -> tuple[str, ...]:
    """The namespaces that the active plug-in adds to the REST API."""
    return NAMESPACES[settings.tracking]


def list_trackings(call: Call) -> Answer:
    """`GET /orders/{id}/shipment-trackings`: a bare list."""
    order = order_of(call.store, call.numbers[0])
    return Answer([_shown(call, item) for item in _items(order)])


def post_tracking(call: Call) -> Answer:
    """`POST /orders/{id}/shipment-trackings`: one more parcel, whatever is there already."""
    store, order = call.store, order_of(call.store, call.numbers[0])
    number = _cleaned(call.body.get("tracking_number"))
    if not number:
        raise missing_params(["tracking_number"])
    if call.body.get("tracking_id"):
        code = "woocommerce_rest_shop_order_shipment_tracking_exists"
        raise ShopError(code, "Cannot create existing order shipment tracking.", 400)
    item: Json = {
        "tracking_provider": str(call.body.get("tracking_provider") or ""),
        "custom_tracking_provider": str(call.body.get("custom_tracking_provider") or ""),
        "custom_tracking_link": str(call.body.get("custom_tracking_link") or ""),
        "tracking_number": number,
        "date_shipped": str(_seconds(call, call.body.get("date_shipped"))),
    }
    made = f"{order.id}-{number}-{store.next_id('tracking')}"
    item["tracking_id"] = blake2b(made.encode(), digest_size=16).hexdigest()
    change = {"key": _ITEMS, "value": [*_items(order), item]}
    order.meta = changed_meta(order.meta, [change], lambda: store.next_id("order_meta"))
    store.orders.touch(order, store.now())
    store.record("parcel.entered", order.id, number=number)
    return Answer(_shown(call, item), 201)


def _items(order: Order) -> list[Json]:
    found = next((meta.value for meta in order.meta if meta.key == _ITEMS), ())
    return [dict(item) for item in found]


def _cleaned(text: Any) -> str:
    """As WordPress cleans a text: without tags, and with single spaces."""
    return " ".join(re.sub(r"<[^>]*>", "", str(text or "")).split())


def _seconds(call: Call, text: Any) -> int:
    """The day in seconds since 1970; a form that the plug-in does not expect becomes 1970."""
    if not text:
        return call.store.now()
    try:
        day = strptime(str(text), _FORMATS[call.store.settings.tracking])
        return timegm(day)
    except ValueError:
        return 0


def _shown(call: Call, item: Json) -> Json:
    number = item["tracking_number"]
    provider = item.get("custom_tracking_provider") or item.get("tracking_provider", "")
    day = datetime.fromtimestamp(int(item.get("date_shipped") or 0), UTC)
    advanced = call.store.settings.tracking == "advanced"
    return {
        "tracking_id": item["tracking_id"],
        "tracking_provider": provider,
        "tracking_link": str(item.get("custom_tracking_link", "")).replace("%1$s", number),
        "tracking_number": number,
        "date_shipped": f"{day:%B} {day.day}, {day.year}" if advanced else f"{day:%Y-%m-%d}",
    }
