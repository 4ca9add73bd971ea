"""The table of routes: which path and method is answered by what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sync_cli.sandbox.shop import (
    customer_api,
    fulfillment_api,
    order_api,
    other_api,
    product_api,
    system_api,
)
from sync_cli.sandbox.shop.batch import BatchItems, run_batch
from sync_cli.sandbox.shop.http import Answer, Call

Handler = Callable[[Call], Answer]
_WRITES = ("POST", "PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Route:
    """A path below `/wp-json/wc/v3/` and its handlers by method."""

    pattern: re.Pattern[str]
    handlers: Mapping[str, Handler]

    @property
    def allow(self) -> str:
        """The `Allow` header."""
        return ", ".join(self.handlers)

    @property
    def is_batch(self) -> bool:
        """Whether this is a route for many writes at once."""
        return self.pattern.pattern.endswith("/batch")

    @property
    def is_single(self) -> bool:
        """Whether the path ends with an id."""
        return self.pattern.pattern.endswith(")")


def _route(path: str, handlers: Mapping[str, Handler]) -> Route:
    pattern = path.replace("<id>", r"(\d+)").replace("<word>", r"([\w-]+)")
    return Route(re.compile(pattern), handlers)


def _collection(path: str, listed: Handler, posted: Handler) -> Route:
    return _route(path, {"GET": listed, "POST": posted})


def _single(path: str, got: Handler, put: Handler, deleted: Handler) -> Route:
    writes = dict.fromkeys(_WRITES, put)
    return _route(path, {"GET": got, **writes, "DELETE": deleted})


def _batch(path: str, items: Callable[[Call], BatchItems]) -> Route:
    def run(call: Call) -> Answer:
        return run_batch(call, items(call))

    return _route(f"{path}/batch", dict.fromkeys(_WRITES, run))


_VARIATIONS = "products/<id>/variations"
_NOTES = "orders/<id>/notes"
_REFUNDS = "orders/<id>/refunds"

ROUTES: tuple[Route, ...] = (
    _collection("products", product_api.list_products, product_api.post_product),
    _batch("products", lambda call: product_api.ProductBatch(call.store)),
    _collection("products/(?:brands|categories)", other_api.list_terms, other_api.post_term),
    _single(
        "products/<id>",
        product_api.get_product,
        product_api.put_product,
        product_api.delete_product,
    ),
    _collection(_VARIATIONS, product_api.list_variations, product_api.post_variation),
    _batch(_VARIATIONS, lambda call: product_api.ProductBatch(call.store, call.numbers[0])),
    _single(
        f"{_VARIATIONS}/<id>",
        product_api.get_variation,
        product_api.put_variation,
        product_api.delete_variation,
    ),
    _route("variations", {"GET": product_api.list_variations}),
    _collection("orders", order_api.list_orders, order_api.post_order),
    _batch("orders", lambda call: order_api.OrderBatch(call.store)),
    _single("orders/<id>", order_api.get_order, order_api.put_order, order_api.remove_order),
    _collection(_NOTES, order_api.list_notes, order_api.post_note),
    _route(f"{_NOTES}/<id>", {"GET": order_api.get_note, "DELETE": order_api.delete_note}),
    _collection(_REFUNDS, order_api.list_refunds, order_api.post_refund),
    _route(f"{_REFUNDS}/<id>", {"GET": order_api.get_refund, "DELETE": order_api.remove_refund}),
    _route("refunds", {"GET": order_api.list_refunds}),
    _collection("customers", customer_api.list_customers, customer_api.post_customer),
    _batch("customers", lambda call: customer_api.CustomerBatch(call.store)),
    _single(
        "customers/<id>",
        customer_api.get_customer,
        customer_api.put_customer,
        customer_api.delete_customer,
    ),
    _collection("coupons", other_api.list_coupons, other_api.post_coupon),
    _single("coupons/<id>", other_api.get_coupon, other_api.put_coupon, other_api.delete_coupon),
    _collection("taxes", other_api.list_taxes, other_api.post_tax),
    _route("taxes/classes", {"GET": other_api.list_tax_classes, "POST": other_api.post_tax}),
    _route("taxes/<id>", {"GET": other_api.get_tax}),
    _collection("webhooks", other_api.list_webhooks, other_api.post_webhook),
    _single(
        "webhooks/<id>", other_api.get_webhook, other_api.put_webhook, other_api.delete_webhook
    ),
    _route("system_status", {"GET": system_api.get_system_status}),
    _route("settings/<word>", {"GET": system_api.list_settings}),
    _route("settings/<word>/<word>", {"GET": system_api.get_setting}),
    _route("data/currencies/current", {"GET": system_api.get_currency}),
)
_FULFILLMENTS = "orders/<id>/fulfillments"
FULFILLMENT_ROUTES: tuple[Route, ...] = (
    _collection(_FULFILLMENTS, fulfillment_api.list_fulfillments, fulfillment_api.post_fulfillment),
    _single(
        f"{_FULFILLMENTS}/<id>",
        fulfillment_api.get_fulfillment,
        fulfillment_api.put_fulfillment,
        fulfillment_api.delete_fulfillment,
    ),
)


def find_route(path: str, *, fulfillments: bool) -> tuple[Route, tuple[str, ...]] | None:
    """The route of a path and the parts of the path that name something."""
    routes = ROUTES + FULFILLMENT_ROUTES if fulfillments else ROUTES
    for route in routes:
        match = route.pattern.fullmatch(path)
        if match is not None:
            return route, match.groups()
    return None
