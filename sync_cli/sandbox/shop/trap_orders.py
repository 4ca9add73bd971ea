"""Orders that careless code stumbles over, each of another sort."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sync_cli.sandbox.shop.placing_draw import Draw, Maker
from sync_cli.sandbox.shop.records import Json, Order, Product
from sync_cli.sandbox.shop.refunds import create_refund
from sync_cli.sandbox.shop.store import ShopStore

_NAME = 'Ærø "Größe" & <漢字> 😀'


def _only_a_fee(_draw: Draw) -> Json:
    return {"fee_lines": [{"name": "Reparatur", "total": "49.00"}], "shipping_lines": []}


def _four_decimals(draw: Draw) -> Json:
    screw = _new_product(draw, "Schraube", "0.0375")
    return {"line_items": [draw.line(screw, 7), draw.line()]}


def _odd_names(draw: Draw) -> Json:
    buyer = {"first_name": "Zoë 😀", "last_name": "O'Neil-Nguyễn", "company": "Weiß & <Söhne> 漢字"}
    line = {**draw.line(), "name": _NAME}
    return {
        "line_items": [line],
        "billing": {**buyer, "country": "DE"},
        "customer_note": 'Bitte "klingeln" & warten 😀',
    }


def _without_an_address(draw: Draw) -> Json:
    return {"line_items": [draw.line()], "billing": {}, "shipping": {}, "customer_id": 0}


def _opened_checkout(draw: Draw) -> Json:
    return {"line_items": [draw.line()], "status": "checkout-draft"}


def _failed_payment(draw: Draw) -> Json:
    return {"line_items": [draw.line()], "status": "failed"}


def _metas_of_plug_ins(draw: Draw) -> Json:
    parcel = {
        "tracking_provider": "DHL", "custom_tracking_provider": "", "custom_tracking_link": "",
        "tracking_number": "00340434161094042557", "date_shipped": "1763200000",
        "tracking_id": "a1b2c3",
    }  # fmt: skip
    metas = [
        {"key": "_order_number", "value": f"RE-{draw.place:05}"},
        {"key": "_wc_shipment_tracking_items", "value": [parcel]},
    ]
    return {"line_items": [draw.line()], "meta_data": metas}


def _deleted_product(draw: Draw) -> Json:
    return {"line_items": [draw.line(_new_product(draw, "Auslaufartikel", "10.00")), draw.line()]}


def _partly_refunded(draw: Draw) -> Json:
    return {"line_items": [draw.line(quantity=3)], "status": "completed"}


def _wholly_refunded(draw: Draw) -> Json:
    return {"line_items": [draw.line()], "status": "completed"}


def _paid_by_gift_card(draw: Draw) -> Json:
    return {"line_items": [draw.line(), draw.line()]}


def _bundle(draw: Draw) -> Json:
    inside = {**draw.line(), "subtotal": "0", "total": "0"}
    return {"line_items": [draw.line(), inside, draw.line()]}


def _deposit(draw: Draw) -> Json:
    line = draw.line(quantity=1)
    metas = [{"key": "_deposit_full_amount_ex_tax", "value": "99999.00"}]
    return {"line_items": [{**line, "meta_data": metas}]}


def _lines_of_a_plug_in(draw: Draw) -> Json:
    return {"line_items": [draw.line()]}


TRAPS: tuple[Maker, ...] = (
    _deleted_product,
    _only_a_fee,
    _four_decimals,
    _odd_names,
    _without_an_address,
    _opened_checkout,
    _failed_payment,
    _metas_of_plug_ins,
    _partly_refunded,
    _wholly_refunded,
    _paid_by_gift_card,
    _bundle,
    _deposit,
    _lines_of_a_plug_in,
)
"""The sorts, in turn."""


def _drop_first_product(store: ShopStore, order: Order) -> None:
    store.drop_product(store.products.records[order.items[0].product_id])


def _refund_a_third(store: ShopStore, order: Order) -> None:
    third = (order.total / 3).quantize(Decimal("0.01"))
    create_refund(store, order, {"amount": str(third), "api_refund": False, "reason": "Bruch"})


def _refund_all(store: ShopStore, order: Order) -> None:
    lines = [
        {"id": item.id, "quantity": item.quantity, "refund_total": str(item.total)}
        for item in order.of_kind("line_item")
    ]
    body = {"amount": str(order.total), "api_refund": False, "line_items": lines}
    create_refund(store, order, body)


def _take_a_gift_card(store: ShopStore, order: Order) -> None:
    """As *Gift Cards* does: the total is what is left to pay."""
    paid = min(Decimal(5), order.total)
    order.total -= paid
    card = {"id": order.id, "code": f"CARD-{order.id}", "amount": str(paid)}
    order.extra["plug_ins"] = {"gift_cards": [card]}
    store.orders.touch(order, order.modified or store.now())


def _hold_together(store: ShopStore, order: Order) -> None:
    """As *Product Bundles* does: the first line holds the second."""
    holder, inside = order.of_kind("line_item")[:2]
    holder.extra["plug_ins"] = {"bundled_items": [inside.id]}
    inside.extra["plug_ins"] = {"bundled_by": holder.id}
    store.orders.touch(order, order.modified or store.now())


def _add_lines(store: ShopStore, order: Order) -> None:
    order.extra["plug_ins"] = {"insurance_lines": [{"id": 1, "name": "Versicherung"}]}
    store.orders.touch(order, order.modified or store.now())


AFTERWARDS: dict[Maker, Callable[[ShopStore, Order], None]] = {
    _deleted_product: _drop_first_product,
    _partly_refunded: _refund_a_third,
    _wholly_refunded: _refund_all,
    _paid_by_gift_card: _take_a_gift_card,
    _bundle: _hold_together,
    _lines_of_a_plug_in: _add_lines,
}
"""What happens to an order of a sort once it is placed."""


def _new_product(draw: Draw, name: str, price: str) -> Product:
    store, number = draw.store, draw.store.next_id("post")
    product = Product(number, store.now(), store.now(), name=name)
    product.regular_price = product.price = price
    store.put_product(product)
    return product
