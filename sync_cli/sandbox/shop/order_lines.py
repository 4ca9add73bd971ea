"""Lines, fees and shipping of orders as requests write them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.item_view import line_product
from sync_cli.sandbox.shop.meta import changed_meta
from sync_cli.sandbox.shop.money import to_decimal
from sync_cli.sandbox.shop.product_facts import ProductView, chosen, full_name, shown_price
from sync_cli.sandbox.shop.records import Item, ItemKind, Json, Meta, Order, Product
from sync_cli.sandbox.shop.stock import follow_quantity
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.taxes import base_place, matching_rates, net_of

_LISTS: tuple[tuple[str, ItemKind], ...] = (
    ("line_items", "line_item"),
    ("shipping_lines", "shipping"),
    ("fee_lines", "fee"),
)
_NULL_REMOVES = ("product_id", "method_id", "method_title", "name", "code")


def check_lines(order: Order | None, body: Json) -> None:
    """Raise ShopError when an id is not one of the order's, or when a new line lacks its name.

    Nothing is written before that; `order` is None for one that is still to be made.
    """
    for name, kind in _LISTS:
        known = {item.id for item in order.of_kind(kind)} if order else set()
        for posted in body.get(name) or ():
            if is_removed(posted):
                continue
            _check_named(kind, posted)
            if posted.get("id") and posted["id"] not in known:
                raise ShopError(
                    "woocommerce_rest_invalid_item_id",
                    "Order item ID provided is not associated with order.",
                    400,
                )


def write_lines(store: ShopStore, order: Order, body: Json) -> None:
    """Write the checked lines of a request: by id updated or removed, without id added."""
    for name, kind in _LISTS:
        for posted in body.get(name) or ():
            _write_line(store, order, kind, posted)


def _check_named(kind: ItemKind, posted: Json) -> None:
    """A new shipping line has a method, a new fee a name; raises ShopError."""
    if posted.get("id"):
        return
    if kind == "shipping" and not posted.get("method_id"):
        message = "Shipping method ID is required."
        raise ShopError("woocommerce_rest_invalid_shipping_item", message, 400)
    if kind == "fee" and not posted.get("name"):
        raise ShopError("woocommerce_rest_invalid_fee_item", "Fee name is required.", 400)


def _write_line(store: ShopStore, order: Order, kind: ItemKind, posted: Json) -> None:
    item = next((i for i in order.of_kind(kind) if i.id == posted.get("id")), None)
    if is_removed(posted):
        _remove_line(store, order, item)
    elif item is None:
        _add_line(store, order, kind, posted)
    else:
        _update_line(store, order, item, posted)


def _remove_line(store: ShopStore, order: Order, item: Item | None) -> None:
    """Take a line out of an order; one that the order has not is no mistake."""
    if item is None:
        return
    if item.kind == "line_item":
        follow_quantity(store, order, item, 0)
    order.items.remove(item)


def is_removed(posted: Json) -> bool:
    """Whether what is posted takes a line out: no pieces, or null where it names something."""
    none_left = "quantity" in posted and posted["quantity"] in (0, "0")
    return none_left or any(key in posted and posted[key] is None for key in _NULL_REMOVES)


def _add_line(store: ShopStore, order: Order, kind: ItemKind, posted: Json) -> None:
    item = Item(store.next_id("item"), kind)
    if kind == "line_item":
        item.quantity = int(to_decimal(posted.get("quantity", 1)))
        set_product(store, item, _posted_product(store, posted))
    _write_values(store, item, posted)
    order.items.append(item)
    if kind == "line_item":
        follow_quantity(store, order, item, item.quantity)


def _update_line(store: ShopStore, order: Order, item: Item, posted: Json) -> None:
    if item.kind == "line_item" and (posted.get("product_id") or posted.get("sku")):
        product = _posted_product(store, posted)
        if product is not None and product is not line_product(store, item):
            _name_product(store, item, product)
    _write_values(store, item, posted)
    if item.kind == "line_item" and "quantity" in posted:
        follow_quantity(store, order, item, item.quantity)


def _posted_product(store: ShopStore, posted: Json) -> Product | None:
    """The product that a line names: a SKU goes before ids, a variation before its parent."""
    if posted.get("sku"):
        holders = store.sku_holders(str(posted["sku"]))
        return next((holder for holder in holders if holder.status != "trash"), None)
    number = posted.get("variation_id") or posted.get("product_id") or 0
    return store.product(int(to_decimal(number)))


def set_product(store: ShopStore, item: Item, product: Product | None) -> None:
    """Make the line one of this product at today's net price; of none it is worth nothing."""
    if product is None:
        item.product_id = item.variation_id = 0
        return
    _name_product(store, item, product)
    item.subtotal = item.total = net_price(store, product, item.quantity)


def _name_product(store: ShopStore, item: Item, product: Product) -> None:
    view = ProductView(store)
    item.name = full_name(view, product)
    item.tax_class = _class_of(store, product)
    item.extra["tax_status"] = product.extra.get("tax_status", "taxable")
    if product.kind == "variation":
        item.product_id, item.variation_id = product.parent_id, product.id
        for key, value in chosen(product):
            item.meta.append(Meta(store.next_id("item_meta"), key, value))
    else:
        item.product_id, item.variation_id = product.id, 0
    cost = product.extra.get("cost")
    if store.settings.cost_of_goods and cost is not None:
        item.extra["cost"] = cost * item.quantity


def _class_of(store: ShopStore, product: Product) -> str:
    if product.tax_class != "parent":
        return product.tax_class
    parent = store.products.get(product.parent_id)
    return parent.tax_class if parent else ""


def net_price(store: ShopStore, product: Product, quantity: int) -> Decimal:
    """The net price of some pieces: gross prices less the taxes of the shop's own place."""
    price = to_decimal(shown_price(ProductView(store), product)) * max(0, quantity)
    settings = store.settings
    if not settings.prices_include_tax or product.extra.get("tax_status") == "none":
        return price
    rates = matching_rates(store.rates, base_place(settings), _class_of(store, product))
    return net_of(price, rates)


Writer = Callable[[Item, Any], None]


def _amount(name: str) -> Writer:
    def write(item: Item, value: Any) -> None:
        setattr(item, name, to_decimal(value))

    return write


def _text(name: str) -> Writer:
    def write(item: Item, value: Any) -> None:
        setattr(item, name, str(value))

    return write


def _extra(name: str) -> Writer:
    def write(item: Item, value: Any) -> None:
        item.extra[name] = str(value)

    return write


def _line_total(item: Item, value: Any) -> None:
    """Set the total; what it is without discount cannot be less."""
    item.total = to_decimal(value)
    item.subtotal = max(item.subtotal, item.total)


def _quantity(item: Item, value: Any) -> None:
    item.quantity = int(to_decimal(value))


_WRITERS: dict[str, dict[str, Writer]] = {
    "line_item": {
        "name": _text("name"),
        "quantity": _quantity,
        "tax_class": _text("tax_class"),
        "total": _line_total,
        "subtotal": _amount("subtotal"),
    },
    "shipping": {
        "method_title": _text("name"),
        "method_id": _extra("method_id"),
        "instance_id": _extra("instance_id"),
        "total": _amount("total"),
    },
    "fee": {
        "name": _text("name"),
        "tax_class": _text("tax_class"),
        "tax_status": _extra("tax_status"),
        "amount": _extra("amount"),
        "total": _amount("total"),
    },
}


def _write_values(store: ShopStore, item: Item, posted: Json) -> None:
    for name, write in _WRITERS[item.kind].items():
        if posted.get(name) is not None:
            write(item, posted[name])
    metas = posted.get("meta_data") or ()
    if metas:
        item.meta = changed_meta(item.meta, metas, lambda: store.next_id("item_meta"))
