"""How orders, refunds and notes are written into answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync_cli.sandbox.shop.item_view import OrderView, items, line_product, sorted_meta, tax_lines
from sync_cli.sandbox.shop.money import shown, symbol
from sync_cli.sandbox.shop.records import ADDRESS_KEYS, Json, Note, Order, Product, Refund
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import gmt_text

_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]
EDITABLE = ("pending", "on-hold", "auto-draft")
UNPAID = ("pending", "failed", "checkout-draft")


def billing_json(address: dict[str, str]) -> Json:
    """A billing address with all its keys."""
    return {key: address.get(key, "") for key in (*ADDRESS_KEYS, "email", "phone")}


def shipping_json(address: dict[str, str]) -> Json:
    """A shipping address with all its keys; it has no e-mail."""
    return {key: address.get(key, "") for key in (*ADDRESS_KEYS, "phone")}


def _refunds(view: OrderView, order: Order) -> list[Json]:
    """The refunds of an order, newest first."""
    found = [view.store.refunds.records[i] for i in view.store.refunds_of.get(order.id, ())]
    found.sort(key=lambda refund: (-refund.created, refund.id))
    return [{"id": r.id, "reason": r.reason, "total": shown(-r.amount, view.digits)} for r in found]


def _payment_url(view: OrderView, order: Order) -> str:
    base = view.store.settings.base_url
    return f"{base}/checkout/order-pay/{order.id}/?pay_for_order=true&key={order.order_key}"


def needs_processing(store: ShopStore, order: Order) -> bool:
    """Whether something has to be done for the goods: any that is not virtual and downloadable."""
    if order.needs_processing is not None:
        return order.needs_processing
    return any(_needs_hands(line_product(store, i)) for i in order.of_kind("line_item"))


def needs_payment(order: Order) -> bool:
    """Whether the buyer still has to pay."""
    return order.status in UNPAID and order.total > 0


def _needs_hands(product: Product | None) -> bool:
    if product is None:
        return False
    return not (product.extra.get("virtual") and product.extra.get("downloadable"))


def _extra(name: str) -> Callable[[OrderView, Order], Any]:
    return lambda _view, order: order.extra.get(name, "")


def _money(name: str) -> Callable[[OrderView, Order], str]:
    return lambda view, order: view.amount(getattr(order, name))


ORDER_FIELDS: dict[str, Callable[[OrderView, Order], Any]] = {
    "id": lambda _, o: o.id,
    "parent_id": lambda _, o: o.parent_id,
    "status": lambda _, o: o.status,
    "currency": lambda _, o: o.currency,
    "version": lambda _, o: o.extra.get("version", "10.7.0"),
    "prices_include_tax": lambda _, o: o.prices_include_tax,
    "date_created": lambda v, o: v.local(o.created),
    "date_modified": lambda v, o: v.local(o.modified),
    **{
        name: _money(name)
        for name in (
            "discount_total",
            "discount_tax",
            "shipping_total",
            "shipping_tax",
            "cart_tax",
            "total",
            "total_tax",
        )
    },
    "customer_id": lambda _, o: o.customer_id,
    "order_key": lambda _, o: o.order_key,
    "billing": lambda _, o: billing_json(o.billing),
    "shipping": lambda _, o: shipping_json(o.shipping),
    **{
        name: _extra(name)
        for name in (
            "payment_method",
            "payment_method_title",
            "transaction_id",
            "customer_ip_address",
            "customer_user_agent",
            "customer_note",
            "cart_hash",
        )
    },
    "created_via": lambda _, o: o.created_via,
    "date_completed": lambda v, o: v.local(o.completed),
    "date_paid": lambda v, o: v.local(o.paid),
    "number": lambda _, o: str(o.id),
    "meta_data": lambda v, o: sorted_meta(v.store, o.meta),
    "line_items": items("line_item"),
    "tax_lines": tax_lines,
    "shipping_lines": items("shipping"),
    "fee_lines": items("fee"),
    "coupon_lines": items("coupon"),
    "refunds": _refunds,
    "payment_url": _payment_url,
    "is_editable": lambda _, o: o.status in EDITABLE,
    "needs_payment": lambda _, o: needs_payment(o),
    "needs_processing": lambda v, o: needs_processing(v.store, o),
    "date_created_gmt": lambda _, o: gmt_text(o.created),
    "date_modified_gmt": lambda _, o: gmt_text(o.modified),
    "date_completed_gmt": lambda _, o: gmt_text(o.completed),
    "date_paid_gmt": lambda _, o: gmt_text(o.paid),
    "currency_symbol": lambda _, o: symbol(o.currency),
}


def order_links(view: OrderView, order: Order) -> Json:
    """The `_links` of an order."""
    base = f"{view.store.settings.base_url}/wp-json/wc/v3"
    home = f"{base}/orders"
    links: Json = {
        "self": [{"href": f"{home}/{order.id}", "targetHints": {"allow": list(_ALL)}}],
        "collection": [{"href": home}],
        "email_templates": [
            {"embeddable": True, "href": f"{home}/{order.id}/actions/email_templates"}
        ],
    }
    if order.customer_id:
        links["customer"] = [{"href": f"{base}/customers/{order.customer_id}"}]
    if order.parent_id:
        links["up"] = [{"href": f"{home}/{order.parent_id}"}]
    return links


def order_json(view: OrderView, order: Order, names: frozenset[str] | None) -> Json:
    """An order as `/orders` answers it; with `names` only these fields are made."""
    body = {
        name: get(view, order)
        for name, get in ORDER_FIELDS.items()
        if names is None or name in names
    }
    if view.store.settings.cost_of_goods and (names is None or "cost_of_goods_sold" in names):
        costs = sum(item.extra.get("cost", 0) for item in order.of_kind("line_item"))
        body["cost_of_goods_sold"] = {"total_value": costs}
    added = order.extra.get("plug_ins", {})
    body |= {name: added[name] for name in added if names is None or name in names}
    if names is None or "_links" in names:
        body["_links"] = order_links(view, order)
    return body


REFUND_FIELDS: dict[str, Callable[[OrderView, Refund], Any]] = {
    "id": lambda _, r: r.id,
    "date_created": lambda v, r: v.local(r.created),
    "date_created_gmt": lambda _, r: gmt_text(r.created),
    "amount": lambda v, r: shown(r.amount, v.digits),
    "reason": lambda _, r: r.reason,
    "refunded_by": lambda _, r: r.refunded_by,
    "refunded_payment": lambda *_: False,
    "meta_data": lambda v, r: sorted_meta(v.store, r.meta),
    "line_items": items("line_item"),
    "shipping_lines": items("shipping"),
    "tax_lines": tax_lines,
    "fee_lines": items("fee"),
}


def refund_json(
    view: OrderView, refund: Refund, names: frozenset[str] | None, *, all_orders: bool = False
) -> Json:
    """A refund; the list over all orders also names the order."""
    negative = OrderView(view.store, view.digits, sign=-1)
    fields = dict(REFUND_FIELDS)
    if all_orders:
        fields["parent_id"] = lambda _, r: r.parent_id
    body = {
        name: get(negative, refund)
        for name, get in fields.items()
        if names is None or name in names
    }
    if names is None or "_links" in names:
        body["_links"] = _refund_links(view, refund)
    return body


def _refund_links(view: OrderView, refund: Refund) -> Json:
    order = f"{view.store.settings.base_url}/wp-json/wc/v3/orders/{refund.parent_id}"
    home = f"{order}/refunds"
    return {
        "self": [{"href": f"{home}/{refund.id}", "targetHints": {"allow": ["GET", "DELETE"]}}],
        "collection": [{"href": home}],
        "up": [{"href": order}],
    }


def note_json(view: OrderView, note: Note) -> Json:
    """A note of an order."""
    order = f"{view.store.settings.base_url}/wp-json/wc/v3/orders/{note.order_id}"
    home = f"{order}/notes"
    return {
        "id": note.id,
        "author": note.author,
        "date_created": view.local(note.created),
        "date_created_gmt": gmt_text(note.created),
        "note": note.text,
        "customer_note": note.to_customer,
        "_links": {
            "self": [{"href": f"{home}/{note.id}", "targetHints": {"allow": ["GET", "DELETE"]}}],
            "collection": [{"href": home}],
            "up": [{"href": order}],
        },
    }
