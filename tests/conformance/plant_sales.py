"""The customers and orders that a report of sales counts."""

from __future__ import annotations

import calendar
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.money import to_decimal
from sync_cli.sandbox.shop.records import Item
from tests.conformance.implied import line_of
from tests.conformance.scene import Json, Scene

_CUSTOMERS, _ORDERS, _REFUND, _SELLERS = 61_000_000, 62_000_000, 63_000_000, 64_000_000


def plant_sales(scene: Scene) -> None:
    """Plant what an answer to a report of sales or of top sellers counts."""
    answer, path = scene.recording.answer, scene.recording.path
    if not isinstance(answer, list):
        return
    if path == "reports/sales":
        for body in answer:
            for name, row in (body.get("totals") or {}).items():
                _plant_customers(scene, name, int(row.get("customers", 0)))
                _plant_orders(scene, name, row)
            _plant_refunds(scene, body)
            _plant_coupon(scene, body)
    if path == "reports/top_sellers":
        for body in answer:
            _plant_seller(scene, body)


def _day(scene: Scene, name: str) -> str:
    """A day of a row: its own, or of a month the first one, or the one that is asked from on."""
    first = scene.recording.query.get("date_min", "")
    if len(name) == len("2026-11"):
        return first if first.startswith(name) else f"{name}-01"
    return name


def _plant_customers(scene: Scene, name: str, count: int) -> None:
    for _ in range(count):
        number = _CUSTOMERS + len(scene.store.customers)
        made = f"{_day(scene, name)}T00:00:00"
        scene.plant("customer", {"id": number, "role": "customer", "date_created_gmt": made})


def _plant_orders(scene: Scene, name: str, row: Json) -> None:
    """As many orders as the row counts; the first one is worth all that the row shows."""
    for at in range(int(row.get("orders", 0))):
        number = _ORDERS + len(scene.store.orders)
        day = f"{_day(scene, name)}T10:00:00"
        body: dict[str, Any] = {"id": number, "status": "completed", "date_created_gmt": day}
        scene.plant("order", body if at else {**body, **_sold(number, row)})
        if not at:
            order = scene.store.orders.records[number]
            order.total = to_decimal(row.get("sales"))
            order.cart_tax = to_decimal(row.get("tax"))
            order.shipping_tax = Decimal(0)
            order.shipping_total = to_decimal(row.get("shipping"))


def _sold(number: int, row: Json) -> Json:
    line = {**line_of(number, 0), "quantity": int(row.get("items", 0))}
    coupon = {"id": number, "code": "c", "discount": row.get("discount", "0"),
              "discount_tax": "0", "meta_data": []}  # fmt: skip
    lines: Json = {"line_items": [line] if line["quantity"] else []}
    if float(row.get("discount", 0)):
        lines["coupon_lines"] = [coupon]
    return lines


def _plant_refunds(scene: Scene, body: Json) -> None:
    """One refund of all that went back: the rows show it still there, the sums do not."""
    orders = scene.store.orders.records
    rows = list((body.get("totals") or {}).values())
    if not body.get("total_refunds") or not orders:
        return
    order = next(iter(orders.values()))
    refund = {"id": _REFUND, "parent_id": order.id, "amount": str(body["total_refunds"])}
    scene.plant("refund", refund)
    made = scene.store.refunds.records[_REFUND]
    made.created = order.created
    made.items = [
        Item(1, "shipping", total=_missing(rows, "shipping", body.get("total_shipping"))),
        Item(2, "line_item", total_tax=_missing(rows, "tax", body.get("total_tax"))),
    ]


def _plant_coupon(scene: Scene, body: Json) -> None:
    """The discounts by other coupons than the one that a row shows."""
    rows = list((body.get("totals") or {}).values())
    rest = -_missing(rows, "discount", body.get("total_discount"))
    orders = [o for o in scene.store.orders.records.values() if o.of_kind("coupon")]
    if rest > 0 and orders:
        orders[0].items.insert(0, Item(3, "coupon", name="another", total=rest))


def _missing(rows: list[Json], name: str, left: Any) -> Decimal:
    return sum((to_decimal(row.get(name)) for row in rows), Decimal(0)) - to_decimal(left)


def _plant_seller(scene: Scene, body: Json) -> None:
    """A paid order of today with the pieces that a product sold."""
    product = int(body.get("product_id") or _SELLERS + len(scene.store.products))
    scene.plant("product", {"id": product, "name": body.get("name", "Seller")})
    number = _ORDERS + len(scene.store.orders)
    line = {**line_of(number, product), "quantity": body.get("quantity", 1)}
    scene.plant("order", {"id": number, "status": "completed", "line_items": [line]})
    scene.store.orders.records[number].created = _within(scene)


def _within(scene: Scene) -> int:
    """A moment that the period of the request holds: its last day, or a day of last month."""
    now = scene.store.now()
    if scene.recording.query.get("period") == "last_month":
        return now - 86_400 * scene.clock.now().day - 43_200
    last = scene.recording.query.get("date_max")
    if last:
        year, month, day = (int(part) for part in last.split("-"))
        return calendar.timegm((year, month, day, 12, 0, 0))
    return now
