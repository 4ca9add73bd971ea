"""The reports of sales: what was sold in a time, by day or by month, and what sold best.

The shop makes them of orders that are stored as posts. Where orders have tables of their own and
are not copied, the reports find none: they show no sales at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from sync_cli.sandbox.shop.http import Answer, Call, chosen
from sync_cli.sandbox.shop.money import number, rounded
from sync_cli.sandbox.shop.records import ZERO, Json, Order, Refund
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import wall_second

REPORTS = {
    "sales": "List of sales reports.",
    "top_sellers": "List of top sellers products.",
    "orders/totals": "Orders totals.",
    "products/totals": "Products totals.",
    "customers/totals": "Customers totals.",
    "coupons/totals": "Coupons totals.",
    "reviews/totals": "Reviews totals.",
    "categories/totals": "Categories totals.",
    "tags/totals": "Tags totals.",
    "attributes/totals": "Attributes totals.",
}
_WITHOUT_ROUTE = ("categories/totals", "tags/totals", "attributes/totals")
_SOLD = ("completed", "processing", "on-hold", "refunded")
_DAY = timedelta(days=1)
_MOST = 12


@dataclass(frozen=True, slots=True)
class Period:
    """The time of a report by the shop's clock, both days included, in days or in months."""

    start: datetime
    end: datetime
    unit: Literal["day", "month"]

    @property
    def steps(self) -> int:
        """How many days or months come after the first one."""
        if self.unit == "day":
            return max(0, -((self.start - self.end) // _DAY))
        first, found = self.start.replace(day=1), 0
        while (first := _month_later(first)) <= self.end:
            found += 1
        return found

    def names(self) -> list[str]:
        """Each day or month as the report names it."""
        if self.unit == "day":
            return [f"{self.start + at * _DAY:%Y-%m-%d}" for at in range(self.steps + 1)]
        return [self.name(_month_later(self.start, at)) for at in range(self.steps + 1)]

    def name(self, moment: datetime) -> str:
        """The day or month of a moment."""
        return f"{moment:%Y-%m-%d}" if self.unit == "day" else f"{moment:%Y-%m}"


def _month_later(moment: datetime, months: int = 1) -> datetime:
    """The same day some months later; one that a month lacks runs over into the next."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=1) + (moment.day - 1) * _DAY


def _wall(store: ShopStore, second: int) -> datetime:
    """A moment as the shop's clock shows it."""
    return datetime.fromtimestamp(wall_second(second, store.settings.time_zone), UTC)


def _period(call: Call) -> Period:
    now = _wall(call.store, call.store.now())
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = today.replace(day=1)
    match call.query.get("period"):
        case "week":
            return Period(today - 6 * _DAY, today, "day")
        case "month":
            return Period(first, today, "day")
        case "last_month":
            last = first - _DAY
            return Period(last.replace(day=1), last, "day")
        case "year":
            return Period(today.replace(month=1, day=1), today, "month")
    return _asked_period(call, today)


def _asked_period(call: Call, today: datetime) -> Period:
    low, high = (_day(call.query.get(name, "")) for name in ("date_min", "date_max"))
    start = low or (today if high is None else today.replace(year=today.year - 20))
    end = high or today
    months, at = 0, start
    while (at := _month_later(at)) <= end:
        months += 1
    return Period(start, end, "month" if months > 3 else "day")


def _day(text: str) -> datetime | None:
    """A day that is asked for; None for one that no calendar has."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def list_reports(call: Call) -> Answer:
    """`GET /reports`; three that are listed are no routes of the shop."""
    base = f"{call.store.settings.base_url}/wp-json/wc/v3/reports"
    found = []
    for slug, text in REPORTS.items():
        own: Json = {"href": f"{base}/{slug}"}
        if slug not in _WITHOUT_ROUTE:
            own["targetHints"] = {"allow": ["GET"]}
        links = {"self": [own], "collection": [{"href": base}]}
        found.append(chosen({"slug": slug, "description": text, "_links": links}, call.names))
    return Answer(found)


def _is_within(period: Period, moment: datetime) -> bool:
    return period.start <= moment < period.end + _DAY


def _orders(call: Call, period: Period) -> list[Order]:
    """The orders that the reports find, the oldest first."""
    store = call.store
    if store.settings.order_storage == "hpos":
        return []
    found = (o for o in store.orders.records.values() if o.status in _SOLD)
    within = (o for o in found if _is_within(period, _wall(store, o.created)))
    return sorted(within, key=lambda order: (order.created, order.id))


def _refunds(call: Call, period: Period) -> list[tuple[Order, Refund]]:
    store = call.store
    if store.settings.order_storage == "hpos":
        return []
    pairs = ((store.orders.get(r.parent_id), r) for r in store.refunds.records.values())
    return [
        (order, refund)
        for order, refund in pairs
        if order is not None
        and order.status in _SOLD
        and _is_within(period, _wall(store, refund.created))
    ]


def _text(amount: Decimal) -> str:
    return f"{rounded(amount, 2) + 0:f}"


def get_sales(call: Call) -> Answer:
    """`GET /reports/sales`: one row."""
    period = _period(call)
    orders, customers = _orders(call, period), _customers(call, period)
    totals = {
        name: _row(
            [o for o in orders if period.name(_wall(call.store, o.created)) == name],
            sum(period.name(moment) == name for moment in customers),
        )
        for name in period.names()
    }
    about = f"{call.store.settings.base_url}/wp-json/wc/v3/reports"
    body = {
        **_sums(call, period, orders),
        "totals_grouped_by": period.unit,
        "totals": totals,
        "total_customers": len(customers),
        "_links": {"about": [{"href": about}]},
    }
    return Answer([chosen(body, call.names)])


def _customers(call: Call, period: Period) -> list[datetime]:
    """When customers registered in a period: by UTC, and none on its last day after midnight."""
    records = call.store.customers.records.values()
    moments = (datetime.fromtimestamp(c.created, UTC) for c in records if c.role == "customer")
    return [moment for moment in moments if period.start <= moment <= period.end]


def _row(orders: list[Order], customers: int) -> Json:
    return {
        "sales": _text(_sum(orders, lambda o: o.total)),
        "orders": len(orders),
        "items": sum(item.quantity for o in orders for item in o.of_kind("line_item")),
        "tax": _text(_sum(orders, lambda o: o.cart_tax + o.shipping_tax)),
        "shipping": _text(_sum(orders, lambda o: o.shipping_total)),
        "discount": _text(_last_coupon(orders)),
        "customers": customers,
    }


def _sum(orders: Iterable[Order], amount: Callable[[Order], Decimal]) -> Decimal:
    return sum((amount(order) for order in orders), ZERO)


def _last_coupon(orders: list[Order]) -> Decimal:
    """The discounts by one coupon: of several in a row the shop shows the last one's alone."""
    by_code: dict[str, Decimal] = {}
    for item in (item for order in orders for item in order.of_kind("coupon")):
        by_code[item.name] = by_code.get(item.name, ZERO) + item.total
    return list(by_code.values())[-1] if by_code else ZERO


def _sums(call: Call, period: Period, orders: list[Order]) -> Json:
    refunded = _refunded(call, period)
    total = _sum(orders, lambda o: o.total) - refunded["total"]
    tax = _sum(orders, lambda o: o.cart_tax) - refunded["tax"]
    shipping_tax = _sum(orders, lambda o: o.shipping_tax) - refunded["shipping_tax"]
    shipping = _sum(orders, lambda o: o.shipping_total) - refunded["shipping"]
    net = total - shipping - max(ZERO, tax) - max(ZERO, shipping_tax)
    coupons = (item.total for order in orders for item in order.of_kind("coupon"))
    return {
        "total_sales": _text(total),
        "net_sales": _text(net),
        "average_sales": _text(net / (period.steps + 1)),
        "total_orders": len(orders),
        "total_items": sum(i.quantity for o in orders for i in o.of_kind("line_item")),
        "total_tax": _text(tax + shipping_tax),
        "total_shipping": _text(shipping),
        "total_refunds": number(refunded["total"]),
        "total_discount": _text(sum(coupons, ZERO)),
    }


def _refunded(call: Call, period: Period) -> dict[str, Decimal]:
    """What went back: of a wholly refunded order all of it once, else what each refund gave."""
    found = dict.fromkeys(("total", "tax", "shipping", "shipping_tax"), ZERO)
    whole: set[int] = set()
    for order, refund in _refunds(call, period):
        if order.status != "refunded":
            found["total"] += refund.amount
            for item in refund.items:
                is_shipping = item.kind == "shipping"
                found["shipping_tax" if is_shipping else "tax"] += abs(item.total_tax)
                found["shipping"] += abs(item.total) if is_shipping else ZERO
        elif order.id not in whole:
            whole.add(order.id)
            found["total"] += order.total
            found["tax"] += order.cart_tax
            found["shipping"] += order.shipping_total
            found["shipping_tax"] += order.shipping_tax
    return found


def list_top_sellers(call: Call) -> Answer:
    """`GET /reports/top_sellers`: at most twelve products that are still there."""
    store, period = call.store, _period(call)
    sold: Counter[int] = Counter()
    for order in _orders(call, period):
        for item in order.of_kind("line_item") if order.status != "refunded" else ():
            sold[item.product_id] += item.quantity
    for _, refund in _refunds(call, period):
        for item in refund.items:
            if item.kind == "line_item":
                sold[item.product_id] -= abs(item.quantity)
    base = f"{store.settings.base_url}/wp-json/wc/v3"
    found = []
    for product_id, quantity in sold.most_common(_MOST):
        product = store.products.get(product_id)
        if product is not None:
            links = {
                "about": [{"href": f"{base}/reports"}],
                "product": [{"href": f"{base}/products/{product_id}"}],
            }
            body = {"name": product.name, "product_id": product_id, "quantity": quantity}
            found.append(chosen({**body, "_links": links}, call.names))
    return Answer(found)
