"""Orders put into the shop as they are stored somewhere else: no amount is computed anew."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.money import to_decimal
from sync_cli.sandbox.shop.order_write import new_order_key
from sync_cli.sandbox.shop.records import Item, ItemKind, Json, Meta, Order, TaxLine
from sync_cli.sandbox.shop.stock import follow_status
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import parse_bound

_SUMS = (
    "discount_total",
    "discount_tax",
    "shipping_total",
    "shipping_tax",
    "cart_tax",
    "total_tax",
    "total",
)
_PLAIN = ("payment_method", "payment_method_title", "transaction_id", "customer_note")
_LISTS: Mapping[str, ItemKind] = {
    "line_items": "line_item",
    "shipping_lines": "shipping",
    "fee_lines": "fee",
    "coupon_lines": "coupon",
}
_OWN_LISTS = frozenset({*_LISTS, "tax_lines"})
_ADDED_LISTS = ("gift_cards",)
"""Lists that plug-ins add to an order, beside those whose names end like the shop's own."""
_ADDED_FIELDS = ("bundled_by", "bundled_items", "composite_parent", "composite_children")
"""Fields that plug-ins add to a line."""


def plant_order(store: ShopStore, body: Json) -> Order:
    """Store an order with the amounts of `body`, the answer of `/orders/{id}` with six decimals.

    Only what the order is about has to be there. Lines name their product by `sku`, null for one
    that was deleted. One that is there with this id is put in its place and stays the same order:
    its key, metadata and notes are kept. Raises LookupError for a SKU that no product has.
    """
    number = int(body.get("id") or store.next_id("post"))
    store.reserve("post", number)
    before = store.orders.get(number)
    made = _moment(body, "date_created_gmt") or store.now()
    order = Order(number, made, _moment(body, "date_modified_gmt") or store.now())
    order.order_key = before.order_key if before else new_order_key(store)
    order.status = str(body.get("status") or "processing")
    order.currency = str(body.get("currency") or store.settings.currency)
    order.parent_id, order.customer_id = body.get("parent_id", 0), body.get("customer_id", 0)
    order.prices_include_tax = bool(body.get("prices_include_tax", False))
    order.created_via = str(body.get("created_via") or "checkout")
    order.paid, order.completed = (
        _moment(body, f"date_{what}_gmt") for what in ("paid", "completed")
    )
    order.billing, order.shipping = dict(body.get("billing", {})), dict(body.get("shipping", {}))
    order.extra = {name: body[name] for name in _PLAIN if name in body}
    order.extra["plug_ins"] = {name: body[name] for name in body if _is_added(name)}
    order.meta = before.meta if before else _metas(store, body, "order_meta")
    for name in _SUMS:
        setattr(order, name, to_decimal(body.get(name, 0)))
    for name, kind in _LISTS.items():
        order.items += [_item(store, kind, line) for line in body.get(name) or ()]
    order.tax_lines = [_tax_line(store, line) for line in body.get("tax_lines") or ()]
    order.stock_reduced = before is not None and before.stock_reduced
    store.orders.add(order, trashed=order.status == "trash")
    follow_status(store, order)
    what = "order.updated" if before else "order.created"
    store.record(what, order.id, reference=order.order_key, total=order.total)
    return order


def _moment(body: Json, name: str) -> int | None:
    bound = parse_bound(str(body[name])) if body.get(name) else None
    return bound.shown if bound else None


def _is_added(name: str) -> bool:
    return name in _ADDED_LISTS or (name.endswith("_lines") and name not in _OWN_LISTS)


def _metas(store: ShopStore, body: Json, counter: str) -> list[Meta]:
    entries = body.get("meta_data") or ()
    return [Meta(store.next_id(counter), one["key"], one["value"]) for one in entries]


def _item(store: ShopStore, kind: ItemKind, line: Json) -> Item:
    item = Item(int(line.get("id") or store.next_id("item")), kind)
    store.reserve("item", item.id)
    item.name = str(line.get("name") or line.get("method_title") or line.get("code") or "")
    item.tax_class = str(line.get("tax_class", ""))
    item.total = to_decimal(line.get("total", line.get("discount", 0)))
    item.total_tax = to_decimal(line.get("total_tax", line.get("discount_tax", 0)))
    item.taxes = _taxes(line, "total")
    item.extra = {name: line[name] for name in ("method_id", "instance_id") if name in line}
    item.extra["plug_ins"] = {name: line[name] for name in _ADDED_FIELDS if name in line}
    item.meta = _metas(store, line, "item_meta")
    if kind == "line_item":
        _sold(store, item, line)
    return item


def _taxes(line: Json, amount: str) -> dict[int, Decimal]:
    """The amounts by rate; a rate that does not apply to the line has none."""
    entries = line.get("taxes") or ()
    return {one["id"]: to_decimal(one[amount]) for one in entries if one.get(amount) != ""}


def _sold(store: ShopStore, item: Item, line: Json) -> None:
    item.quantity = line.get("quantity", 1)
    item.subtotal = to_decimal(line.get("subtotal", item.total))
    item.subtotal_tax = to_decimal(line.get("subtotal_tax", item.total_tax))
    with_subtotals = all("subtotal" in one for one in line.get("taxes") or ())
    item.subtotal_taxes = _taxes(line, "subtotal" if with_subtotals else "total")
    sku = line.get("sku")
    if sku is None:
        item.product_id = int(line.get("product_id") or 0)
        return
    holders = [product for product in store.sku_holders(str(sku)) if product.status != "trash"]
    if not holders:
        raise LookupError(f"no product has the SKU {sku!r}")
    product = holders[0]
    item.name = item.name or product.name
    is_variation = product.kind == "variation"
    item.product_id = product.parent_id if is_variation else product.id
    item.variation_id = product.id if is_variation else 0


def _tax_line(store: ShopStore, line: Json) -> TaxLine:
    return TaxLine(
        int(line.get("id") or store.next_id("item")),
        line["rate_id"],
        str(line.get("rate_code", "")),
        str(line.get("label", "")),
        bool(line.get("compound", False)),
        to_decimal(line.get("rate_percent", 0)),
        to_decimal(line.get("tax_total", 0)),
        to_decimal(line.get("shipping_tax_total", 0)),
    )


def planted(store: ShopStore, **body: Any) -> Json:
    """Plant an order as an action does; its id, key and total."""
    order = plant_order(store, body)
    return {"id": order.id, "order_key": order.order_key, "total": str(order.total)}
