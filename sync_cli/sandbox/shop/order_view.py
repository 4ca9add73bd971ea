"""How orders, refunds and notes are written into answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.money import number, shown, symbol, unpadded
from sync_cli.sandbox.shop.records import (
    ADDRESS_KEYS,
    Item,
    Json,
    Meta,
    Note,
    Order,
    Product,
    Refund,
    TaxLine,
)
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import gmt_text, local_text

_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]
EDITABLE = ("pending", "on-hold", "auto-draft")
UNPAID = ("pending", "failed", "checkout-draft")


@dataclass(frozen=True, slots=True)
class OrderView:
    """What a rendering needs; `digits` is how many decimals amounts are shown with."""

    store: ShopStore
    digits: int
    sign: int = 1

    def amount(self, value: Decimal) -> str:
        """An amount as text, negative in refunds."""
        return shown(value * self.sign, self.digits)

    def local(self, second: int | None) -> str | None:
        """A moment in the shop's local time."""
        return local_text(second, self.store.settings.time_zone)


def sorted_meta(store: ShopStore, entries: Iterable[Meta]) -> list[Json]:
    """The entries by key, in posts storage by id."""
    by_id = store.settings.order_storage == "posts"
    ordered = sorted(entries, key=lambda m: m.id if by_id else (m.key.lower(), m.id))
    return [{"id": m.id, "key": m.key, "value": m.value} for m in ordered]


def _item_meta(view: OrderView, item: Item) -> list[Json]:
    return [
        {
            "id": m.id,
            "key": m.key,
            "value": m.value,
            "display_key": _display(view, item, m)[0],
            "display_value": _display(view, item, m)[1],
        }
        for m in item.meta
    ]


def _display(view: OrderView, item: Item, meta: Meta) -> tuple[str, Any]:
    """The attribute's name and option where the entry is one, else key and value as they are."""
    variation = view.store.variations.get(item.variation_id) if item.variation_id else None
    for entry in variation.extra.get("attributes", ()) if variation else ():
        if meta.key in (entry["slug"], slug_of(entry["name"])):
            option = entry["option"] if slug_of(entry["option"]) == meta.value else meta.value
            return entry["name"], option
    known = item.extra.get("display", {}).get(meta.key)
    return known or (meta.key, meta.value)


def _taxes(view: OrderView, item: Item) -> list[Json]:
    with_subtotal = item.kind == "line_item"
    return [
        {
            "id": rate_id,
            "total": view.amount(tax),
            "subtotal": view.amount(item.subtotal_taxes.get(rate_id, tax)) if with_subtotal else "",
        }
        for rate_id, tax in item.taxes.items()
    ]


def line_product(store: ShopStore, item: Item) -> Product | None:
    """The product or variation of a line, None when it was deleted for good."""
    return store.product(item.variation_id or item.product_id)


def _line_json(view: OrderView, item: Item) -> Json:
    product = line_product(view.store, item)
    body: Json = {
        "id": item.id,
        "name": item.name,
        "product_id": item.product_id if product else 0,
        "variation_id": item.variation_id if product else 0,
        "quantity": item.quantity * view.sign,
        "tax_class": item.tax_class,
        "subtotal": view.amount(item.subtotal),
        "subtotal_tax": view.amount(item.subtotal_tax),
        "total": view.amount(item.total),
        "total_tax": view.amount(item.total_tax),
        "taxes": _taxes(view, item),
        "meta_data": _item_meta(view, item),
        "sku": product.sku if product else None,
        "global_unique_id": product.extra.get("global_unique_id", "") if product else None,
        "price": unit_price(item),
        "image": _line_image(view, product),
        "parent_name": _parent_name(view, product),
    }
    if "cost" in item.extra:
        body["cost_of_goods_sold"] = {"value": item.extra["cost"] * view.sign}
    return body


def _line_image(view: OrderView, product: Product | None) -> Json:
    ids = product.extra.get("image_ids", ()) if product else ()
    if ids and ids[0] in view.store.images:
        return {"id": str(ids[0]), "src": view.store.images[ids[0]]["src"]}
    return {"id": 0 if product is None or product.kind == "variation" else "", "src": ""}


def _parent_name(view: OrderView, product: Product | None) -> str | None:
    parent = view.store.products.get(product.parent_id) if product else None
    return parent.name if parent and product and product.kind == "variation" else None


def unit_price(item: Item) -> int | float:
    """The line's total by its quantity, with a float's noise as the shop answers it."""
    if item.quantity == 0:
        return 0
    price = float(item.total) / item.quantity
    return int(price) if price.is_integer() else price


def _shipping_json(view: OrderView, item: Item) -> Json:
    return {
        "id": item.id,
        "method_title": item.name,
        "method_id": item.extra.get("method_id", ""),
        "instance_id": item.extra.get("instance_id", ""),
        "total": view.amount(item.total),
        "total_tax": view.amount(item.total_tax),
        "taxes": _taxes(view, item),
        "tax_status": item.extra.get("tax_status", "taxable"),
        "meta_data": _item_meta(view, item),
    }


def _fee_json(view: OrderView, item: Item) -> Json:
    return {
        "id": item.id,
        "name": item.name,
        "tax_class": item.tax_class,
        "tax_status": item.extra.get("tax_status", "taxable"),
        "amount": item.extra.get("amount", ""),
        "total": view.amount(item.total),
        "total_tax": view.amount(item.total_tax),
        "taxes": _taxes(view, item),
        "meta_data": _item_meta(view, item),
    }


def _coupon_json(view: OrderView, item: Item) -> Json:
    return {
        "id": item.id,
        "code": item.name,
        "discount": unpadded(item.total),
        "discount_tax": unpadded(item.total_tax),
        "meta_data": _item_meta(view, item),
        "discount_type": item.extra.get("discount_type", "fixed_cart"),
        "nominal_amount": item.extra.get("nominal_amount", 0),
        "free_shipping": item.extra.get("free_shipping", False),
    }


def _tax_line_json(view: OrderView, line: TaxLine) -> Json:
    return {
        "id": line.id,
        "rate_code": line.rate_code,
        "rate_id": line.rate_id,
        "label": line.label,
        "compound": line.compound,
        "tax_total": view.amount(line.tax_total),
        "shipping_tax_total": view.amount(line.shipping_tax_total),
        "rate_percent": number(line.percent),
        "meta_data": [],
    }


_ITEM_JSON: dict[str, Callable[[OrderView, Item], Json]] = {
    "line_item": _line_json,
    "shipping": _shipping_json,
    "fee": _fee_json,
    "coupon": _coupon_json,
}


def _items(kind: Any) -> Callable[[OrderView, Order | Refund], list[Json]]:
    def get(view: OrderView, order: Order | Refund) -> list[Json]:
        return [_ITEM_JSON[kind](view, item) for item in order.items if item.kind == kind]

    return get


def _tax_lines(view: OrderView, order: Order | Refund) -> list[Json]:
    return [_tax_line_json(view, line) for line in order.tax_lines]


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
    "line_items": _items("line_item"),
    "tax_lines": _tax_lines,
    "shipping_lines": _items("shipping"),
    "fee_lines": _items("fee"),
    "coupon_lines": _items("coupon"),
    "refunds": _refunds,
    "payment_url": _payment_url,
    "is_editable": lambda _, o: o.status in EDITABLE,
    "needs_payment": lambda _, o: o.status in UNPAID and o.total > 0,
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
    "line_items": _items("line_item"),
    "shipping_lines": _items("shipping"),
    "tax_lines": _tax_lines,
    "fee_lines": _items("fee"),
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
