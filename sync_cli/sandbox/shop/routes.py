"""The table of routes: which path and method is answered by what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sync_cli.sandbox.shop import (
    coupon_api,
    customer_api,
    data_api,
    fulfillment_api,
    order_action_api,
    order_api,
    product_api,
    product_copy_api,
    product_help_api,
    report_api,
    review_api,
    sales_api,
    settings_api,
    setup_api,
    system_api,
    tax_api,
    term_api,
    tool_api,
    tracking_api,
    webhook_api,
)
from sync_cli.sandbox.shop.batch import BatchItems, run_batch
from sync_cli.sandbox.shop.http import Answer, Call
from sync_cli.sandbox.shop.settings import ShopSettings

Handler = Callable[[Call], Answer]
_WRITES = ("POST", "PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Route:
    """A path below `/wp-json/wc/v3/` and its handlers by method.

    In the path `<id>` is a number, `<word>` a name.
    """

    path: str
    pattern: re.Pattern[str]
    handlers: Mapping[str, Handler]

    @property
    def allow(self) -> str:
        """The `Allow` header."""
        return ", ".join(self.handlers)

    @property
    def since(self) -> tuple[int, int]:
        """The version of WooCommerce that brought it, as far as it matters."""
        found = (v for path, v in _SINCE.items() if f"{self.path}/".startswith(f"{path}/"))
        return next(found, (0, 0))

    @property
    def is_batch(self) -> bool:
        """Whether this is a route for many writes at once."""
        return self.path.endswith("/batch")

    @property
    def last_name(self) -> str:
        """What the shop calls the last id of the path."""
        return "instance_id" if self.path.startswith("shipping/zones/<id>/methods") else "id"

    @property
    def is_single(self) -> bool:
        """Whether the path ends with an id."""
        return self.path.endswith(">")


def _route(path: str, handlers: Mapping[str, Handler]) -> Route:
    pattern = path.replace("<id>", r"(\d+)").replace("<word>", r"([\w-]+)")
    return Route(path, re.compile(pattern), handlers)


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
_ACTIONS = "orders/<id>/actions"
_NOTES = "orders/<id>/notes"
_REFUNDS = "orders/<id>/refunds"
_ATTRIBUTES = "products/attributes"
_ZONES = "shipping/zones"
_TERM_KINDS = ("brands", "categories", "tags", "shipping_classes")

ROUTES: tuple[Route, ...] = (
    _collection("products", product_api.list_products, product_api.post_product),
    _batch("products", lambda call: product_api.ProductBatch(call.store)),
    *(
        route
        for path in (*(f"products/{kind}" for kind in _TERM_KINDS), f"{_ATTRIBUTES}/<id>/terms")
        for route in (
            _collection(path, term_api.list_terms, term_api.post_term),
            _batch(path, term_api.TermBatch),
            _single(f"{path}/<id>", term_api.get_term, term_api.put_term, term_api.delete_term),
        )
    ),
    _collection("products/reviews", review_api.list_reviews, review_api.post_review),
    _batch("products/reviews", lambda call: review_api.ReviewBatch(call.store)),
    _single(
        "products/reviews/<id>",
        review_api.get_review,
        review_api.put_review,
        review_api.delete_review,
    ),
    _collection(_ATTRIBUTES, term_api.list_attributes, term_api.post_attribute),
    _batch(_ATTRIBUTES, lambda call: term_api.AttributeBatch(call.store)),
    _single(
        f"{_ATTRIBUTES}/<id>",
        term_api.get_attribute,
        term_api.put_attribute,
        term_api.delete_attribute,
    ),
    _single(
        "products/<id>",
        product_api.get_product,
        product_api.put_product,
        product_api.delete_product,
    ),
    _route("products/custom-fields/names", {"GET": product_help_api.list_field_names}),
    _route(
        "products/shipping_classes/slug-suggestion", {"GET": product_help_api.suggest_class_slug}
    ),
    _route("products/suggested-products", {"GET": product_help_api.list_suggested}),
    _route("products/<id>/related", {"GET": product_help_api.get_related}),
    _route("products/<id>/duplicate", {"POST": product_copy_api.duplicate_product}),
    _route(f"{_VARIATIONS}/generate", {"POST": product_help_api.generate_variations}),
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
    _route(
        "orders/<id>/receipt",
        {"GET": order_action_api.get_receipt, "POST": order_action_api.post_receipt},
    ),
    _route(f"{_ACTIONS}/email_templates", {"GET": order_action_api.list_email_templates}),
    _route(f"{_ACTIONS}/send_email", {"POST": order_action_api.send_email}),
    _route(f"{_ACTIONS}/send_order_details", {"POST": order_action_api.send_order_details}),
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
    _collection("coupons", coupon_api.list_coupons, coupon_api.post_coupon),
    _batch("coupons", lambda call: coupon_api.CouponBatch(call.store)),
    _single("coupons/<id>", coupon_api.get_coupon, coupon_api.put_coupon, coupon_api.delete_coupon),
    _collection("taxes", tax_api.list_taxes, tax_api.post_tax),
    _batch("taxes", lambda call: tax_api.TaxBatch(call.store)),
    _collection("taxes/classes", tax_api.list_tax_classes, tax_api.post_tax_class),
    _route(
        "taxes/classes/<word>",
        {"GET": tax_api.get_tax_class, "DELETE": tax_api.delete_tax_class},
    ),
    _single("taxes/<id>", tax_api.get_tax, tax_api.put_tax, tax_api.delete_tax),
    _collection("webhooks", webhook_api.list_webhooks, webhook_api.post_webhook),
    _single(
        "webhooks/<id>",
        webhook_api.get_webhook,
        webhook_api.put_webhook,
        webhook_api.delete_webhook,
    ),
    _batch("webhooks", lambda call: webhook_api.WebhookBatch(call.store)),
    _route("orders/statuses", {"GET": report_api.list_order_statuses}),
    _route("reports", {"GET": sales_api.list_reports}),
    _route("reports/sales", {"GET": sales_api.get_sales}),
    _route("reports/top_sellers", {"GET": sales_api.list_top_sellers}),
    _route("reports/orders/totals", {"GET": report_api.count_orders}),
    _route("reports/products/totals", {"GET": report_api.count_products}),
    _route("reports/customers/totals", {"GET": report_api.count_customers}),
    _route("reports/coupons/totals", {"GET": report_api.count_coupons}),
    _route("reports/reviews/totals", {"GET": report_api.count_reviews}),
    _route("customers/<id>/downloads", {"GET": customer_api.list_downloads}),
    _route("shipping_methods", {"GET": setup_api.list_kinds}),
    _route("shipping_methods/<word>", {"GET": setup_api.get_kind}),
    _collection(_ZONES, setup_api.list_zones, setup_api.post_zone),
    _single(f"{_ZONES}/<id>", setup_api.get_zone, setup_api.put_zone, setup_api.delete_zone),
    _route(
        f"{_ZONES}/<id>/locations",
        {"GET": setup_api.list_locations, **dict.fromkeys(_WRITES, setup_api.put_locations)},
    ),
    _collection(f"{_ZONES}/<id>/methods", setup_api.list_methods, setup_api.post_method),
    _single(
        f"{_ZONES}/<id>/methods/<id>",
        setup_api.get_method,
        setup_api.put_method,
        setup_api.delete_method,
    ),
    _route("payment_gateways", {"GET": setup_api.list_gateways}),
    _route(
        "payment_gateways/<word>",
        {"GET": setup_api.get_gateway, **dict.fromkeys(_WRITES, setup_api.put_gateway)},
    ),
    _route("system_status", {"GET": system_api.get_system_status}),
    _route("system_status/tools", {"GET": tool_api.list_tools}),
    _route(
        "system_status/tools/<word>",
        {"GET": tool_api.get_tool, **dict.fromkeys(_WRITES, tool_api.run_tool)},
    ),
    _route("settings", {"GET": settings_api.list_groups}),
    _batch("settings", settings_api.SettingsBatch),
    _route("settings/<word>", {"GET": settings_api.list_settings}),
    _batch("settings/<word>", settings_api.SettingsBatch),
    _route(
        "settings/<word>/<word>",
        {"GET": settings_api.get_setting, **dict.fromkeys(_WRITES, settings_api.put_setting)},
    ),
    _route("data", {"GET": data_api.list_data}),
    _route("data/continents", {"GET": data_api.list_continents}),
    _route("data/continents/<word>", {"GET": data_api.get_continent}),
    _route("data/countries", {"GET": data_api.list_countries}),
    _route("data/countries/<word>", {"GET": data_api.get_country}),
    _route("data/currencies", {"GET": data_api.list_currencies}),
    _route("data/currencies/current", {"GET": data_api.get_current_currency}),
    _route("data/currencies/<word>", {"GET": data_api.get_currency}),
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
TRACKING_ROUTES: tuple[Route, ...] = (
    _collection(
        "orders/<id>/shipment-trackings", tracking_api.list_trackings, tracking_api.post_tracking
    ),
)
"""Below the namespaces of a tracking plug-in, and nowhere else."""


_SINCE = {
    "variations": (10, 3),
    _FULFILLMENTS: (10, 1),
    f"{_ACTIONS}/email_templates": (9, 8),
    f"{_ACTIONS}/send_email": (9, 8),
    "products/brands": (9, 4),
    "products/custom-fields/names": (9, 2),
    "refunds": (9, 0),
    "orders/<id>/receipt": (9, 0),
}
"""The version of WooCommerce that brought a route, and those below it; older shops lack them."""


def find_route(
    path: str, settings: ShopSettings, *, trackings: bool = False
) -> tuple[Route, tuple[str, ...]] | None:
    """The route of a path and the parts of the path that name something.

    `trackings` asks for the routes of a tracking plug-in alone.
    """
    routes = ROUTES + FULFILLMENT_ROUTES if settings.fulfillments else ROUTES
    for route in TRACKING_ROUTES if trackings else routes:
        match = route.pattern.fullmatch(path)
        if match is not None and settings.is_at_least(*route.since):
            return route, match.groups()
    return None
