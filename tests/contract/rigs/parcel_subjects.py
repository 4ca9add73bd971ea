"""Parcels of a WooCommerce shop: its own fulfilments, and the entries of a tracking plug-in.

Each belongs to an order, whose id is what it is found by; its reference is "ORDER:NAME". They are
listed with their order alone, and what a plug-in has is never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Change, Draft, Json
from tests.contract.rig import Ability, Made, Subject
from tests.contract.rigs.shop_subjects import Orders
from tests.contract.rigs.wires import Hands

NUMBER = "_tracking_number"
MARK = "_sync_cli_parcel"
NO_ORDER = "987654321"
_WITH_THEIR_ORDER = "parcels are read with their order"
_LACKS: Mapping[Ability, str] = {
    Ability.READ: _WITH_THEIR_ORDER,
    Ability.FETCH: _WITH_THEIR_ORDER,
    Ability.CENSUS: _WITH_THEIR_ORDER,
    Ability.ADVANCE: "it has no states",
    Ability.ARCHIVE: "a parcel that is deleted is gone",
}


@dataclass
class ParcelSubject(Subject):
    """Parcels, each on an order of its own; `shop` is the address of the site."""

    orders: Orders = field(kw_only=True)
    shop: Hands = field(kw_only=True)

    def value_of(self, reference: str) -> str:
        return reference.partition(":")[0]

    def make(self, text: str) -> Made:
        draft = self.draft(text)
        order = self.value_of(draft.reference)
        self.shop.call("POST", self.path(order), self.plainly(draft.payload))
        return Made(self.made_in(order), order)

    def draft(self, text: str, *, amount: Decimal = Decimal(0), at: str = "") -> Draft:
        order = self.orders.make(text)
        return Draft(f"{order.id}:{text}", self.payload(order.id, text))

    def bad_draft(self, text: str) -> Draft:
        return Draft(f"{NO_ORDER}:{text}", self.payload(NO_ORDER, text))

    def path(self, order: str) -> str:
        """Where the parcels of an order are listed, below the address of the site."""
        raise NotImplementedError(f"{self.entity}: path")

    def payload(self, order: str, text: str) -> dict[str, Any]:
        """What the connector is given to make one."""
        raise NotImplementedError(f"{self.entity}: payload")

    def plainly(self, payload: Json) -> Json:
        """The same as the shop's own people would send it."""
        return payload

    def made_in(self, order: str) -> str:
        """The connector's id of the only parcel of an order."""
        raise NotImplementedError(f"{self.entity}: made_in")


class Fulfillments(ParcelSubject):
    """Fulfilments with our mark, which hold a piece of the order's fee line."""

    def path(self, order: str) -> str:
        return f"/wc/v3/orders/{order}/fulfillments"

    def payload(self, order: str, text: str) -> dict[str, Any]:
        values = {"_items": [{"item_id": 1, "qty": 1}], NUMBER: text, MARK: text}
        metas = [{"key": key, "value": value} for key, value in values.items()]
        return {"status": "fulfilled", "is_fulfilled": True, "meta_data": metas}

    def plainly(self, payload: Json) -> Json:
        return {**payload, "meta_data": [{"id": 0, **meta} for meta in payload["meta_data"]]}

    def made_in(self, order: str) -> str:
        [only] = self.shop.call("GET", self.path(order))
        return f"{order}:{only['id']}"

    def change(self, id: str, text: str) -> Change:
        return Change(id, self.payload(self.value_of(id), text))

    def text_of(self, data: Json) -> str:
        metas = {meta["key"]: meta["value"] for meta in data["meta_data"]}
        return str(metas[NUMBER])


class Trackings(ParcelSubject):
    """Entries of a tracking plug-in, which are their number and no more."""

    def path(self, order: str) -> str:
        return f"/wc-shipment-tracking/v3/orders/{order}/shipment-trackings"

    def payload(self, order: str, text: str) -> dict[str, Any]:
        return {"tracking_number": text, "custom_tracking_provider": "DHL"}

    def made_in(self, order: str) -> str:
        [only] = self.shop.call("GET", self.path(order))
        return f"{order}:{only['tracking_id']}"

    def text_of(self, data: Json) -> str:
        return str(data["tracking_number"])


def parcel_subjects(orders: Orders, shop: Hands) -> tuple[ParcelSubject, ...]:
    """Both kinds of parcels of a shop that has the feature and the plug-in."""
    return (
        Fulfillments(
            entity="fulfillment", key="order", several=3, orders=orders, shop=shop, lacks=_LACKS,
        ),
        Trackings(
            entity="tracking", key="order", several=3, orders=orders, shop=shop,
            lacks={**_LACKS, Ability.UPDATE: "an entry of a plug-in is never changed"},
        ),
    )  # fmt: skip
