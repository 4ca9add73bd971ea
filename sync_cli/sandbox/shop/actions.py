"""What tests and the demo can make the shop's customers and staff do, and the shop's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from sync_cli.sandbox.shop.customer_api import create_customer, update_customer
from sync_cli.sandbox.shop.fulfillment_api import fulfillments_of
from sync_cli.sandbox.shop.item_view import OrderView
from sync_cli.sandbox.shop.money import rounded
from sync_cli.sandbox.shop.order_view import order_json, refund_json
from sync_cli.sandbox.shop.order_write import create_order, delete_order, update_order
from sync_cli.sandbox.shop.placing import place_orders
from sync_cli.sandbox.shop.planting import planted
from sync_cli.sandbox.shop.product_api import run_sales, update_product
from sync_cli.sandbox.shop.product_facts import ProductView, shown_price, stock_holder
from sync_cli.sandbox.shop.records import Customer, Json, Order, Product
from sync_cli.sandbox.shop.refunds import create_refund
from sync_cli.sandbox.shop.refunds import delete_refund as take_out
from sync_cli.sandbox.shop.stock import move_stock, reduced_pieces, touch_product
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import gmt_text

Action = Callable[..., Any]


def shop_actions(store: ShopStore) -> Mapping[str, Action]:
    """The actions by name; each takes keyword arguments, gives JSON values, raises LookupError."""
    actions: dict[str, Action] = {
        "place_order": place_order,
        "plant_order": planted,
        "edit_order": edit_order,
        "trash_order": trash_order,
        "register": register,
        "edit_customer": edit_customer,
        "buy": buy,
        "refund": refund,
        "delete_refund": delete_refund,
        "touch_product": touch,
        "edit_product": edit_product,
        "set_stock": set_stock,
        "restore_shop": restore_shop,
        "run_sales": run_sales,
    }
    return {name: partial(_locked, store, action) for name, action in actions.items()}


def _locked(store: ShopStore, action: Action, **args: Any) -> Any:
    with store.lock:
        return action(store, **args)


def place_order(store: ShopStore, n: int = 1, age: int = 0, **body: Any) -> list[Json]:
    """Place `n` varied orders `age` seconds ago, or one with the fields of `body`.

    `lines` in it are [{"sku", "quantity"}].
    """
    if not body:
        return [_summary(order) for order in place_orders(store, n, age=age)]
    lines = body.pop("lines", None)
    if lines is not None:
        body["line_items"] = [{**line, "product_id": _id_of(store, line)} for line in lines]
    with store.at(store.now() - age):
        order = create_order(store, {"created_via": "checkout", "status": "processing", **body})
    return [_summary(order)]


def _id_of(store: ShopStore, line: Json) -> int:
    return line["product_id"] if "product_id" in line else _by_sku(store, line["sku"]).id


def _by_sku(store: ShopStore, sku: str) -> Product:
    for product in store.sku_holders(sku):
        if product.status != "trash":
            return product
    raise LookupError(f"no product has the SKU {sku!r}")


def _order(store: ShopStore, number: int | None) -> Order:
    """The order with this id, without one the newest."""
    if number is None:
        if not store.orders.records:
            raise LookupError("the shop has no order")
        number = max(store.orders.records)
    order = store.orders.get(int(number))
    if order is None:
        raise LookupError(f"no order has the id {number}")
    return order


def _summary(order: Order) -> Json:
    return {
        "id": order.id,
        "status": order.status,
        "order_key": order.order_key,
        "total": str(order.total),
    }


def edit_order(store: ShopStore, id: int | None = None, **body: Any) -> Json:
    """Change an order (the newest without `id`) as the shop's staff would."""
    return _summary(update_order(store, _order(store, id), body or {"customer_note": "edited"}))


def trash_order(store: ShopStore, id: int | None = None) -> Json:
    """Put an order (the newest without `id`) in the trash."""
    order = _order(store, id)
    delete_order(store, order, force=False)
    return _summary(order)


def register(store: ShopStore, email: str, **body: Any) -> Json:
    """Open an account, with the fields of `body`; `role` among them."""
    role = str(body.pop("role", "customer"))
    customer = create_customer(store, {"email": email, **body})
    customer.role = role
    return {"id": customer.id, "email": customer.email}


def edit_customer(store: ShopStore, id: int, *, silently: bool = False, **body: Any) -> Json:
    """Change an account; `silently` as a plug-in would that moves no date."""
    customer = store.customers.get(int(id))
    if customer is None:
        raise LookupError(f"no customer has the id {id}")
    with store.at((customer.modified or customer.created) if silently else store.now()):
        update_customer(store, customer, body)
    return {"id": customer.id, "email": customer.email}


def buy(store: ShopStore, sku: str, quantity: int = 1, status: str = "processing") -> Json:
    """Buy some pieces of one product."""
    lines = [{"sku": sku, "quantity": quantity}]
    return place_order(store, lines=lines, status=status)[0]


def refund(
    store: ShopStore,
    id: int | None = None,
    pieces: Mapping[str, int] | None = None,
    **body: Any,
) -> Json:
    """Refund an order (the newest without `id`) as the shop's staff would.

    `body` is that of the API; `pieces` by SKU make its lines and, without one, its amount.
    """
    order = _order(store, id)
    lines = [_given_back(store, order, sku, count) for sku, count in (pieces or {}).items()]
    made = create_refund(store, order, {"line_items": lines, "api_refund": False, **body})
    return {"id": made.id, "order": order.id, "amount": str(made.amount)}


def _given_back(store: ShopStore, order: Order, sku: str, count: int) -> Json:
    """So many pieces of a line with their share of its money, in whole units."""
    for item in order.of_kind("line_item"):
        product = store.product(item.variation_id or item.product_id)
        if product is not None and product.sku == sku:
            digits = store.settings.decimals
            share = Decimal(count) / item.quantity
            taxes = [
                {"id": id, "refund_total": str(rounded(tax * share, digits))}
                for id, tax in item.taxes.items()
            ]
            total = str(rounded(item.total * share, digits))
            return {"id": item.id, "quantity": count, "refund_total": total, "refund_tax": taxes}
    raise LookupError(f"order {order.id} has no line with the SKU {sku!r}")


def delete_refund(store: ShopStore, id: int) -> Json:
    """Delete a refund; neither its order nor the stock moves."""
    made = store.refunds.get(int(id))
    if made is None:
        raise LookupError(f"no refund has the id {id}")
    take_out(store, made)
    return {"id": made.id, "order": made.parent_id}


def _product(store: ShopStore, sku: str | None, number: int | None) -> Product:
    found = store.product(int(number)) if number is not None else _by_sku(store, sku or "")
    if found is None:
        raise LookupError(f"no product has the id {number}")
    return found


def touch(store: ShopStore, sku: str | None = None, id: int | None = None) -> Json:
    """Save a product without a change: only its date of change moves."""
    product = _product(store, sku, id)
    touch_product(store, product)
    return {"id": product.id, "date_modified_gmt": gmt_text(product.modified)}


def edit_product(
    store: ShopStore, sku: str | None = None, id: int | None = None, **body: Any
) -> Json:
    """Change a product's fields as the shop's staff would."""
    product = update_product(store, _product(store, sku, id), body, batch=False)
    return {"id": product.id, "date_modified_gmt": gmt_text(product.modified)}


def set_stock(store: ShopStore, sku: str, quantity: int) -> Json:
    """Count the pieces of a product anew, as the shop's staff would."""
    product = _by_sku(store, sku)
    moved = move_stock(store, product, int(quantity) - _stock(store, product), "staff")
    if moved is None:
        raise ValueError(f"the shop counts no stock for {sku!r}")
    return {"id": product.id, "old": moved[0], "new": moved[1]}


def _stock(store: ShopStore, product: Product) -> int:
    return stock_holder(ProductView(store), product).stock or 0


def restore_shop(store: ShopStore, orders: int = 1) -> list[Json]:
    """Take the shop back to a backup: the last orders are gone, others get their ids.

    The pieces the lost orders had taken are back; the new ones have other order keys.
    """
    lost = sorted(store.orders.records, reverse=True)[:orders]
    for number in lost:
        _forget(store, store.orders.records[number])
    placed = []
    for number in reversed(lost):
        following = store.rewind("post", number)
        placed += place_orders(store, 1, age=0)
        store.rewind("post", following)
    return [_summary(order) for order in placed]


def _forget(store: ShopStore, order: Order) -> None:
    for item in order.of_kind("line_item"):
        product = store.product(item.variation_id or item.product_id)
        if product is not None and reduced_pieces(item):
            move_stock(store, product, reduced_pieces(item), "restore")
    for number in store.refunds_of.pop(order.id, []):
        store.refunds.remove(number)
    store.notes.pop(order.id, None)
    store.orders.remove(order.id)
    store.record("order.lost", order.id, reference=order.order_key)


def shop_state(store: ShopStore) -> Json:
    """All that a verdict needs: orders in full, of products and customers the essentials."""
    with store.lock:
        view = OrderView(store, 6)
        orders = [order_json(view, order, None) for order in store.orders.records.values()]
        tables = (store.products, store.variations)
        products = [p for table in tables for p in table.records.values()]
        refunds = [
            refund_json(view, made, None, all_orders=True)
            for made in store.refunds.records.values()
        ]
        return {
            "orders": [{**body, **_beside(store, body["id"])} for body in orders],
            "refunds": refunds,
            "products": [_product_state(store, product) for product in products],
            "customers": [_customer_state(c) for c in store.customers.records.values()],
        }


def _customer_state(customer: Customer) -> Json:
    meta = {entry.key: entry.value for entry in customer.meta}
    return {"id": customer.id, "email": customer.email, "role": customer.role, "meta": meta}


def _beside(store: ShopStore, order_id: int) -> Json:
    """What an order has besides: its notes and its fulfilments."""
    notes = store.notes.get(order_id, ())
    told = [{"id": n.id, "note": n.text, "customer_note": n.to_customer} for n in notes]
    return {"notes": told, "fulfillments": fulfillments_of(store, order_id)}


def _product_state(store: ShopStore, product: Product) -> Json:
    return {
        "id": product.id,
        "sku": product.sku,
        "type": product.kind,
        "parent_id": product.parent_id,
        "status": product.status,
        "price": shown_price(ProductView(store), product),
        "manage_stock": product.managed,
        "stock_quantity": product.stock,
        "meta_data": [{"id": m.id, "key": m.key, "value": m.value} for m in product.meta],
    }
