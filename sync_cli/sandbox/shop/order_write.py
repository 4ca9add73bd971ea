"""Creates, updates and deletions of orders."""

from __future__ import annotations

import random
import string
from typing import Any

from sync_cli.sandbox.shop.discounts import add_coupon, spread_coupons
from sync_cli.sandbox.shop.errors import ShopError, invalid_id
from sync_cli.sandbox.shop.meta import changed_meta, split_meta
from sync_cli.sandbox.shop.order_lines import check_lines, is_removed, write_lines
from sync_cli.sandbox.shop.order_status import complete_payment, set_status
from sync_cli.sandbox.shop.order_view import needs_payment
from sync_cli.sandbox.shop.records import ADDRESS_KEYS, Json, Order
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.totals import recalculate

_PLAIN = ("payment_method", "payment_method_title", "transaction_id", "customer_note")
_RECALCULATING = (
    "billing",
    "shipping",
    "line_items",
    "shipping_lines",
    "fee_lines",
    "coupon_lines",
)
_OTHER_META = {
    "_customer_user": "customer_id",
    "_order_currency": "currency",
    "_payment_method": "payment_method",
    "_payment_method_title": "payment_method_title",
    "_transaction_id": "transaction_id",
}


def create_order(store: ShopStore, body: Json) -> Order:
    """Make an order as the API does; raises ShopError.

    A coupon that does not exist leaves the order behind as checkout-draft with its lines.
    """
    _check_references(store, body)
    check_lines(None, body)
    settings, now = store.settings, store.now()
    order = Order(
        store.next_id("post"),
        now,
        now,
        currency=str(body.get("currency") or settings.currency),
        order_key=new_order_key(store),
        prices_include_tax=settings.prices_include_tax,
        created_via=str(body.get("created_via") or "rest-api"),
    )
    store.orders.add(order)
    _write_fields(store, order, body)
    write_lines(store, order, body)
    recalculate(store, order)
    try:
        _write_coupons(store, order, body)
    except ShopError as error:
        order.status = "checkout-draft"
        extra = {**error.extra, "new_draft_order_id": order.id}
        raise ShopError(error.code, error.message, error.status, extra) from error
    set_status(store, order, str(body.get("status") or "pending"))
    if body.get("set_paid") is True:
        complete_payment(store, order, str(body.get("transaction_id") or ""))
    store.record(
        "order.created",
        order.id,
        reference=order.order_key,
        status=order.status,
        total=order.total,
        email=bool(order.billing.get("email")),
    )
    return order


def new_order_key(store: ShopStore) -> str:
    """A key that no other order has; one shop's keys always come in the same order."""
    chance = random.Random(f"order key {store.next_id('order_key')}")
    return "wc_order_" + "".join(chance.choices(string.ascii_letters + string.digits, k=13))


def _check_references(store: ShopStore, body: Json) -> None:
    parent = body.get("parent_id")
    if parent and store.orders.get(int(parent)) is None:
        raise ShopError("order_invalid_parent_id", "Invalid parent ID", 400)
    customer = body.get("customer_id")
    if customer and store.customers.get(int(customer)) is None:
        message = "Customer ID is invalid."
        raise ShopError("woocommerce_rest_invalid_customer_id", message, 400)
    for line in body.get("line_items") or ():
        if (
            not line.get("id")
            and not is_removed(line)
            and not (line.get("product_id") or line.get("sku") or line.get("variation_id"))
        ):
            raise ShopError(
                "woocommerce_rest_required_product_reference",
                "Product ID or SKU is required.",
                400,
            )


def _write_coupons(store: ShopStore, order: Order, body: Json) -> None:
    lines = body.get("coupon_lines")
    if lines is None:
        return
    for line in lines:
        if line.get("id"):
            raise _coupon_refused("coupon_item_id_readonly", "Coupon item ID is readonly.")
        if not line.get("code"):
            raise _coupon_refused("invalid_coupon", "Coupon code is required.")
    before = order.items
    order.items = [item for item in order.items if item.kind != "coupon"]
    try:
        for line in lines:
            add_coupon(store, order, str(line["code"]))
    except ShopError:
        order.items = before
        raise
    if not lines:
        spread_coupons(store, order)


def _coupon_refused(what: str, message: str) -> ShopError:
    return ShopError(f"woocommerce_rest_{what}", message, 400)


def update_order(store: ShopStore, order: Order, body: Json) -> Order:
    """Change an order as a PUT does; raises ShopError.

    Addresses and lines bring a recalculation with today's rates, meta and status do not.
    """
    _check_references(store, body)
    check_lines(order, body)
    _write_fields(store, order, body)
    write_lines(store, order, body)
    if any(body.get(name) is not None for name in _RECALCULATING):
        recalculate(store, order)
    if body.get("coupon_lines") is not None:
        _write_coupons(store, order, body)
    status_before = order.status
    if body.get("status"):
        set_status(store, order, str(body["status"]))
    if body.get("set_paid") is True and needs_payment(order):
        complete_payment(store, order, str(body.get("transaction_id") or ""))
    if _moves_date(store, order, body, status_before):
        store.orders.touch(order, store.now())
    store.record(
        "order.updated",
        order.id,
        reference=order.order_key,
        keys=sorted(name for name in body if name != "id"),
        meta=[str(m.get("key") or m.get("id")) for m in body.get("meta_data") or ()],
        status=order.status,
        total=order.total,
    )
    return order


def _moves_date(store: ShopStore, order: Order, body: Json, status_before: str) -> bool:
    """Posts storage moves the date of change only with the status and the customer's note."""
    if store.settings.order_storage != "posts":
        return True
    return order.status != status_before or "customer_note" in body


def _write_fields(store: ShopStore, order: Order, body: Json) -> None:
    metas, writes = split_meta(body.get("meta_data") or (), _meta_field)
    for name, value in [*_plain_fields(body), *writes]:
        _write_field(order, name, value)
    if metas:
        order.meta = changed_meta(order.meta, metas, lambda: store.next_id("order_meta"))


def _plain_fields(body: Json) -> list[tuple[str, Any]]:
    fields = [(name, body[name]) for name in _PLAIN if body.get(name) is not None]
    for side in ("billing", "shipping"):
        address = body.get(side)
        if isinstance(address, dict):
            fields += [(f"{side}.{key}", value) for key, value in address.items()]
    for name in ("customer_id", "parent_id"):
        if body.get(name) is not None:
            fields.append((name, int(body[name])))
    if body.get("currency"):
        fields.append(("currency", body["currency"]))
    return fields


def _write_field(order: Order, name: str, value: Any) -> None:
    side, dot, key = name.partition(".")
    if dot:
        if key in (*ADDRESS_KEYS, "phone", *(("email",) if side == "billing" else ())):
            getattr(order, side)[key] = str(value if value is not None else "")
    elif name in ("customer_id", "parent_id"):
        setattr(order, name, int(value or 0))
    elif name == "currency":
        order.currency = str(value)
    else:
        order.extra[name] = str(value)


def _meta_field(key: str) -> str | None:
    """The field that an internal meta key stands for."""
    for side in ("billing", "shipping"):
        field = key.removeprefix(f"_{side}_")
        if field != key and field in (*ADDRESS_KEYS, "email", "phone"):
            return f"{side}.{field}"
    return _OTHER_META.get(key)


def delete_order(store: ShopStore, order: Order, *, force: bool) -> None:
    """Trash an order, or take it out for good with all its children; raises ShopError."""
    if force:
        _drop(store, order)
        return
    if order.status == "trash":
        message = "The shop_order has already been deleted."
        raise ShopError("woocommerce_rest_already_trashed", message, 410)
    set_status(store, order, "trash")
    store.orders.touch(order, store.now())
    store.record("order.trashed", order.id, reference=order.order_key)


def _drop(store: ShopStore, order: Order) -> None:
    for child in [o for o in store.orders.records.values() if o.parent_id == order.id]:
        _drop(store, child)
    for number in store.refunds_of.pop(order.id, []):
        store.refunds.remove(number)
    store.notes.pop(order.id, None)
    store.orders.remove(order.id)
    store.record("order.deleted", order.id, reference=order.order_key)


def order_of(store: ShopStore, order_id: int, *, status: int = 404) -> Order:
    """The order with this id; raises the shop's "Invalid ID." with this HTTP status."""
    order = store.orders.get(order_id)
    if order is None:
        raise invalid_id("shop_order", status)
    return order
