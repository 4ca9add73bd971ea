"""Orders as shop customers would place them: varied, and the same for the same shop."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sync_cli.sandbox.shop.money import parsed
from sync_cli.sandbox.shop.order_status import set_status
from sync_cli.sandbox.shop.order_write import create_order
from sync_cli.sandbox.shop.placing_draw import Draw, Maker
from sync_cli.sandbox.shop.product_facts import ProductView, shown_price
from sync_cli.sandbox.shop.records import Json, Order, Product
from sync_cli.sandbox.shop.seed import PEOPLE, address, mail_of
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.trap_orders import AFTERWARDS, TRAPS

_SPAN = 6 * 3600
_SETTLED = 180
"""Placed orders lie between `_SPAN` and `_SETTLED` seconds before now."""

_SHIPPING = {"method_id": "flat_rate", "method_title": "Paketversand", "total": "4.90"}
_MANY_LINES = 12


def place_orders(
    store: ShopStore, count: int, *, traps: bool = False, age: int | None = None
) -> list[Order]:
    """Place `count` orders, each of another sort than the last; returns them in their order.

    They lie in the last hours, all older than three minutes; with `age` all at that many seconds
    ago (0 = now). With `traps` those of `trap_orders` are among the sorts. A shop
    without anything to buy raises ValueError.
    """
    goods = _buyable(store)
    if not goods and count:
        raise ValueError("the shop has no product with a price; seed it with articles first")
    now = store.now()
    placed = []
    for at in range(count):
        moment = now - (_moment(at, count) if age is None else age)
        with store.at(moment):
            placed.append(_place(store, goods, store.next_id("placing"), traps=traps))
    return placed


def _moment(at: int, count: int) -> int:
    return _SPAN - (_SPAN - _SETTLED) * (at + 1) // max(1, count)


def _buyable(store: ShopStore) -> list[Product]:
    """The first simple products and variations with a price, in id order."""
    view = ProductView(store)
    found: list[Product] = []
    for table in (store.products, store.variations):
        for product in table.records.values():
            if len(found) >= 400 and table is store.products:
                break
            sold = product.kind in ("simple", "variation") and product.status == "publish"
            if sold and (parsed(shown_price(view, product)) or 0) > 0:
                found.append(product)
            if len(found) >= 600:
                break
    return found


def _place(store: ShopStore, goods: Sequence[Product], place: int, *, traps: bool) -> Order:
    draw = Draw(store, random.Random(f"order {place}"), goods, place)
    makers = (*_MAKERS, *TRAPS) if traps else _MAKERS
    maker = makers[place % len(makers)]
    body = {**_buyer(draw), **maker(draw)}
    status = body.pop("status", "processing")
    final = body.pop("final_status", None)
    order = create_order(store, {"created_via": "checkout", **body, "status": status})
    if final:
        set_status(store, order, final)
        store.orders.touch(order, store.now())
    if maker in AFTERWARDS:
        AFTERWARDS[maker](store, order)
    return order


def _buyer(draw: Draw) -> Json:
    """A guest, or every second time a registered customer."""
    number = draw.chance.randint(1, len(PEOPLE))
    person = PEOPLE[number - 1]
    if draw.place % 2:
        customer = draw.store.customer_by_email(mail_of(number))
        home, mail = address(number, person), mail_of(number)
        customer_id = customer.id if customer else 0
    else:
        home = address(100 + draw.place, (*person[:2], "", "Berlin", "10115", "DE"))
        mail, customer_id = f"guest{draw.place:04}@mail.example", 0
    return {
        "customer_id": customer_id,
        "billing": {**home, "email": mail},
        "shipping": home,
        "payment_method": "bacs",
        "payment_method_title": "Vorkasse",
        "shipping_lines": [dict(_SHIPPING)],
    }


def _one_line(draw: Draw) -> Json:
    return {"line_items": [draw.line()]}


def _several_lines(draw: Draw) -> Json:
    return {"line_items": [draw.line() for _ in range(3)], "final_status": "completed"}


def _variation(draw: Draw) -> Json:
    return {"line_items": [draw.line(draw.one_of(lambda p: p.kind == "variation")), draw.line()]}


def _reduced_on_hold(draw: Draw) -> Json:
    lines = [draw.line(draw.one_of(lambda p: p.tax_class == "reduced-rate")), draw.line()]
    return {"line_items": lines, "status": "on-hold"}


def _cash_on_delivery(draw: Draw) -> Json:
    fee = {"name": "Nachnahme", "total": "3.50", "tax_class": ""}
    return {
        "line_items": [draw.line()],
        "fee_lines": [fee],
        "payment_method": "cod",
        "payment_method_title": "Nachnahme",
    }


def _discount_fee(draw: Draw) -> Json:
    fees = [{"name": "Skonto", "total": "-1.11"}]
    reduced = draw.line(draw.one_of(lambda p: p.tax_class == "reduced-rate"))
    return {"line_items": [draw.line(), reduced], "fee_lines": fees}


def _percent_coupon(draw: Draw) -> Json:
    lines = [draw.line() for _ in range(3)]
    return {"line_items": lines, "coupon_lines": [{"code": "welcome10"}]}


def _fixed_coupon(draw: Draw) -> Json:
    lines = [draw.line() for _ in range(2)]
    return {"line_items": lines, "coupon_lines": [{"code": "fuenfer"}]}


def _two_shipping_lines(draw: Draw) -> Json:
    bulky = {"method_id": "flat_rate", "method_title": "Sperrgut", "total": "19.95"}
    return {"line_items": [draw.line()], "shipping_lines": [dict(_SHIPPING), bulky]}


def _free_item(draw: Draw) -> Json:
    gift = {**draw.line(quantity=1), "subtotal": "0", "total": "0"}
    return {"line_items": [draw.line(), gift]}


def _worth_nothing(draw: Draw) -> Json:
    lines = [draw.line(quantity=1)]
    return {"line_items": lines, "coupon_lines": [{"code": "gratis100"}], "shipping_lines": []}


def _waiting(draw: Draw) -> Json:
    return {"line_items": [draw.line()], "status": "pending"}


def _given_up(draw: Draw) -> Json:
    return {"line_items": [draw.line()], "status": "on-hold", "final_status": "cancelled"}


def _in_dollars(draw: Draw) -> Json:
    return {"line_items": [draw.line()], "currency": "USD"}


def _without_tax(draw: Draw) -> Json:
    home = address(77, ("Eva", "Huber", "Huber Handels GmbH", "Wien", "1010", "AT"))
    return {
        "customer_id": 0,
        "billing": {**home, "email": "einkauf@huber.example"},
        "shipping": home,
        "line_items": [draw.line(), draw.line()],
        "meta_data": [
            {"key": "is_vat_exempt", "value": "yes"},
            {"key": "_billing_vat_id", "value": "ATU12345678"},
        ],
    }


def _many_lines(draw: Draw) -> Json:
    return {"line_items": [draw.line() for _ in range(_MANY_LINES)], "final_status": "completed"}


def _two_coupons(draw: Draw) -> Json:
    codes = [{"code": "welcome10"}, {"code": "fuenfer"}]
    return {"line_items": [draw.line(), draw.line()], "coupon_lines": codes}


_MAKERS: tuple[Maker, ...] = (
    _one_line,
    _several_lines,
    _variation,
    _reduced_on_hold,
    _cash_on_delivery,
    _discount_fee,
    _percent_coupon,
    _fixed_coupon,
    _two_shipping_lines,
    _free_item,
    _worth_nothing,
    _waiting,
    _given_up,
    _in_dollars,
    _without_tax,
    _many_lines,
    _two_coupons,
)
