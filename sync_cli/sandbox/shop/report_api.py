"""The routes that name the states of orders, and count what the shop has by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from sync_cli.sandbox.shop.http import Answer, Call, chosen

ORDER_STATUSES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}
PRODUCT_TYPES = {
    "external": "External/Affiliate product",
    "grouped": "Grouped product",
    "simple": "Simple product",
    "variable": "Variable product",
}
CUSTOMER_KINDS = {"paying": "Paying customer", "non_paying": "Non-paying customer"}
COUPON_TYPES = {
    "percent": "Percentage discount",
    "fixed_cart": "Fixed cart discount",
    "fixed_product": "Fixed product discount",
}
RATINGS = {f"rated_{stars}_out_of_5": f"Rated {stars} out of 5" for stars in range(1, 6)}


def list_order_statuses(call: Call) -> Answer:
    """`GET /orders/statuses`."""
    rows = [{"slug": slug, "name": name} for slug, name in ORDER_STATUSES.items()]
    return Answer([chosen(row, call.names) for row in rows])


def count_orders(call: Call) -> Answer:
    """`GET /reports/orders/totals`."""
    return _totals(call, ORDER_STATUSES, (o.status for o in call.store.orders.records.values()))


def count_products(call: Call) -> Answer:
    """`GET /reports/products/totals`: published ones only."""
    products = call.store.products.records.values()
    return _totals(call, PRODUCT_TYPES, (p.kind for p in products if p.status == "publish"))


def count_customers(call: Call) -> Answer:
    """`GET /reports/customers/totals`: accounts of the role customer."""
    kinds = (
        "paying" if one.is_paying else "non_paying"
        for one in call.store.customers.records.values()
        if one.role == "customer"
    )
    return _totals(call, CUSTOMER_KINDS, kinds)


def count_coupons(call: Call) -> Answer:
    """`GET /reports/coupons/totals`: published ones only."""
    coupons = call.store.coupons.records.values()
    return _totals(call, COUPON_TYPES, (c.kind for c in coupons if c.status == "publish"))


def count_reviews(call: Call) -> Answer:
    """`GET /reports/reviews/totals`: those that are approved or wait for it."""
    reviews = call.store.reviews.records.values()
    counted = (one for one in reviews if one.status in ("approved", "hold"))
    return _totals(call, RATINGS, (f"rated_{one.rating}_out_of_5" for one in counted))


def _totals(call: Call, names: Mapping[str, str], found: Iterable[str]) -> Answer:
    counts = Counter(found)
    rows = [{"slug": slug, "name": name, "total": counts[slug]} for slug, name in names.items()]
    return Answer([chosen(row, call.names) for row in rows])
