"""A shop prepared for one exchange: settings, clock, and seed objects, never an answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask

from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.faults import FaultRule, Faults
from sync_cli.sandbox.ledger import Ledger
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.web import make_app
from sync_cli.sandbox.trouble import Trouble
from sync_cli.sandbox.wire import FaultyWire
from tests.conformance.known import Known
from tests.conformance.plant_orders import plant_note, plant_order, plant_refund
from tests.conformance.plant_products import (
    plant_coupon,
    plant_customer,
    plant_product,
    plant_rate,
    plant_webhook,
)
from tests.conformance.plant_reviews import plant_review
from tests.conformance.plant_terms import plant_attribute, plant_term
from tests.conformance.recording import Recording

Json = dict[str, Any]
_FULFILLMENT: Json = {
    "id": 0,
    "entity_type": "WC_Order",
    "entity_id": "",
    "status": "unfulfilled",
    "is_fulfilled": False,
    "date_updated": "",
    "date_deleted": None,
    "meta_data": [],
}
_LONG_AGO = 90 * 86_400
_FILLERS = 80_000_000
"""The first number of products that only fill up a count."""


class Scene:
    """A store at the moment of a recording, into which seed objects are planted."""

    def __init__(self, recording: Recording, known: Known) -> None:
        clock = SandboxClock()
        clock.freeze(datetime.fromtimestamp(recording.moment or 1_795_000_000, UTC))
        self.recording, self.known = recording, known
        self.store = ShopStore(clock, Ledger("shop", clock), recording.settings)
        self.clock = clock
        self.trouble: Trouble | None = None
        self.long_ago = self.store.now() - _LONG_AGO
        self.store.rewind("filler", _FILLERS)
        self._plant_rates()

    @property
    def app(self) -> Flask:
        """The shop's application."""
        return make_app(self.store)

    @property
    def wsgi(self) -> WSGIApplication:
        """The application, behind the trouble that the site is in, if it is."""
        if self.trouble is None:
            return self.app.wsgi_app
        faults = Faults()
        faults.add(FaultRule("trouble", trouble=self.trouble))
        return FaultyWire(self.app.wsgi_app, faults, self.clock)

    def _plant_rates(self) -> None:
        for number in self.known.ids("rate"):
            told = self.known.merged("rate", number, self.recording, later=True)
            if told:
                plant_rate(self.store, told)

    def plant(self, kind: str, body: Json) -> None:
        """Plant one object of a kind."""
        if kind in ("product", "variation"):
            if kind == "variation":
                body = {**body, "type": "variation"}
            plant_product(self.store, body, default_second=self.long_ago)
        elif kind == "order":
            exact = self._exact(body["id"])
            plant_order(self.store, body, default_second=self.long_ago, exact=exact)
        elif kind == "refund":
            plant_refund(self.store, body, self._order_of(body), default_second=self.long_ago)
        elif kind == "note":
            order_id = self._order_of(body)
            if self.store.orders.get(order_id) is None:
                self.plant("order", {"id": order_id})
            plant_note(self.store, body, order_id)
        elif kind == "fulfillment":
            self._plant_fulfillment(body)
        else:
            self._plant_other(kind, body)

    def _plant_other(self, kind: str, body: Json) -> None:
        if kind == "customer":
            plant_customer(self.store, body, default_second=self.long_ago)
        elif kind == "coupon":
            plant_coupon(self.store, body, default_second=self.long_ago)
        elif kind == "webhook":
            plant_webhook(self.store, body, default_second=self.long_ago)
        elif kind == "rate":
            plant_rate(self.store, body)
        elif kind == "attribute":
            plant_attribute(self.store, body)
        elif kind == "review":
            self._plant_review(body)
        else:
            self._plant_term(kind, body)

    def _plant_review(self, body: Json) -> None:
        """A review, and the product that it is about as the review shows it."""
        number = int(body.get("product_id") or 1)
        if self.store.products.get(number) is None:
            address = str(body.get("product_permalink", ""))
            slug = re.search(r"/product/([^/]+)/", address)
            facts = {"slug": slug and slug[1], "name": body.get("product_name", "Reviewed")}
            status = "draft" if "post_type=product" in address else "publish"
            self.plant("product", {"id": number, "status": status, **facts})
        plant_review(self.store, {**body, "product_id": number}, default_second=self.long_ago)

    def _plant_term(self, kind: str, body: Json) -> None:
        """A term; one of an attribute stands below the attribute that the path names."""
        parts = self.recording.path.split("/")
        number = int(parts[2]) if kind == "option" else 0
        if number and number not in self.store.attributes:
            plant_attribute(self.store, {"id": number})
        plant_term(self.store, kind, body, attribute_id=number)

    def _plant_fulfillment(self, body: Json) -> None:
        order_id = int(body["entity_id"])
        others = [f for f in self.store.fulfillments[order_id] if f["id"] != body["id"]]
        own = {name: body.get(name, default) for name, default in _FULFILLMENT.items()}
        self.store.fulfillments[order_id] = [*others, own]
        self.store.reserve("fulfillment", body["id"])
        for meta in body["meta_data"]:
            self.store.reserve("fulfillment_meta", meta["id"])

    def _order_of(self, body: Json) -> int:
        return int(body.get("parent_id") or 1)

    def _exact(self, number: int) -> Json | None:
        """The same order as another recording shows it with six decimals."""
        for state in self.known.states("order", number, self.recording):
            if state.recording.query.get("dp") == "6" and "line_items" in state.body:
                return state.body
        return None

    def next_post_is(self, number: int) -> None:
        """Let the next order, product or refund get this id."""
        self.store.rewind("post", number)
