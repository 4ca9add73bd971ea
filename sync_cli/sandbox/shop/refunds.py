"""Refunds of orders: as the request says, with stock put back; their errors are status 500."""

from __future__ import annotations

from decimal import Decimal

from sync_cli.sandbox.shop.errors import ShopError, missing_params
from sync_cli.sandbox.shop.item_view import line_product
from sync_cli.sandbox.shop.meta import changed_meta
from sync_cli.sandbox.shop.money import parsed, rounded, to_decimal
from sync_cli.sandbox.shop.order_status import refunded_so_far, set_status
from sync_cli.sandbox.shop.records import ZERO, Item, ItemKind, Json, Meta, Order, Refund
from sync_cli.sandbox.shop.stock import add_note, move_stock, reduced_pieces, set_reduced
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.totals import tax_line

_REFUNDED: tuple[ItemKind, ...] = ("line_item", "fee", "shipping")
_CODE = "woocommerce_rest_cannot_create_order_refund"


def create_refund(store: ShopStore, order: Order, body: Json) -> Refund:
    """Refund an order; raises ShopError (status 500) for an amount or a gateway that cannot."""
    amount = _amount(store, order, body)
    if body.get("api_refund", True) is not False:
        message = "The payment gateway for this order does not support automatic refunds."
        raise ShopError(_CODE, message, 500, bare_data=500)
    refund = Refund(
        store.next_id("post"), store.now(), store.now(), order.id, amount, _reason(body)
    )
    _add_items(store, order, refund, body)
    _sum_taxes(store, refund)
    left = rounded(order.total, store.settings.decimals) - refunded_so_far(store, order) - amount
    kind = "full" if left <= 0 else "partial"
    refund.meta = [Meta(store.next_id("order_meta"), "_refund_type", kind)]
    given = body.get("meta_data") or ()
    refund.meta = changed_meta(refund.meta, given, lambda: store.next_id("order_meta"))
    store.refunds.add(refund)
    store.refunds_of[order.id].append(refund.id)
    if body.get("api_restock", True) is not False:
        _restock(store, order, refund)
    store.record("refund.created", refund.id, order=str(order.id), amount=amount)
    if left <= 0:
        set_status(store, order, "refunded")
    store.orders.touch(order, store.now())
    return refund


def _reason(body: Json) -> str:
    return str(body.get("reason") or "")


def _amount(store: ShopStore, order: Order, body: Json) -> Decimal:
    given = body.get("amount")
    if given is None:
        given = _sum_of_lines(body)
    if given is None:
        raise missing_params(["amount"])
    amount = parsed(given)
    if amount is None or amount < 0:
        message = "Refund amount must be greater than zero."
        raise ShopError("woocommerce_rest_invalid_order_refund", message, 500, bare_data=400)
    rest = rounded(order.total, store.settings.decimals) - refunded_so_far(store, order)
    if amount > rest:
        raise ShopError(_CODE, "Invalid refund amount.", 500, bare_data=500)
    return amount


def _sum_of_lines(body: Json) -> Decimal | None:
    lines = body.get("line_items")
    if not lines:
        return None
    taxes = [tax for line in lines for tax in line.get("refund_tax") or ()]
    return sum((to_decimal(part.get("refund_total", 0)) for part in [*lines, *taxes]), ZERO)


def _add_items(store: ShopStore, order: Order, refund: Refund, body: Json) -> None:
    """The order's lines that are given back, in the order's own order; empty ones are left out."""
    asked = {posted.get("id"): posted for posted in body.get("line_items") or ()}
    for kind in _REFUNDED:
        for item in order.of_kind(kind):
            posted = asked.get(item.id)
            if posted is not None and _gives_back(posted):
                refund.items.append(_refunded(store, item, posted))


def _gives_back(posted: Json) -> bool:
    pieces, money = posted.get("quantity"), to_decimal(posted.get("refund_total") or 0)
    return bool(pieces or money or posted.get("refund_tax"))


def _refunded(store: ShopStore, sold: Item, posted: Json) -> Item:
    total = to_decimal(posted.get("refund_total", 0))
    taxes = {
        int(tax["id"]): to_decimal(tax.get("refund_total", 0))
        for tax in posted.get("refund_tax") or ()
    }
    item = Item(
        store.next_id("item"),
        sold.kind,
        name=sold.name,
        product_id=sold.product_id,
        variation_id=sold.variation_id,
        quantity=int(posted.get("quantity") or 0),
        tax_class=sold.tax_class,
        subtotal=total,
        total=total,
        taxes=taxes,
        subtotal_taxes=dict(taxes) if sold.kind == "line_item" else {},
        extra=dict(sold.extra),
    )
    item.total_tax = item.subtotal_tax = sum(taxes.values(), ZERO)
    item.meta = [Meta(store.next_id("item_meta"), "_refunded_item_id", str(sold.id))]
    return item


def _sum_taxes(store: ShopStore, refund: Refund) -> None:
    for item in refund.items:
        for rate_id, tax in item.taxes.items():
            line = next((t for t in refund.tax_lines if t.rate_id == rate_id), None)
            if line is None:
                line = tax_line(store, rate_id)
                refund.tax_lines.append(line)
            if item.kind == "shipping":
                line.shipping_tax_total += tax
            else:
                line.tax_total += tax


def _restock(store: ShopStore, order: Order, refund: Refund) -> None:
    """Put the refunded pieces back, as far as the line had taken any."""
    sold = {item.id: item for item in order.of_kind("line_item")}
    for item in refund.items:
        line = sold.get(int(item.meta[0].value))
        product = line_product(store, line) if line else None
        if line is None or product is None or item.quantity <= 0 or not reduced_pieces(line):
            continue
        moved = move_stock(store, product, item.quantity, "refund")
        if moved is not None:
            set_reduced(store, line, max(0, reduced_pieces(line) - item.quantity))
            _count_restocked(store, line, item.quantity)
            text = f"Item #{product.id} stock increased from {moved[0]} to {moved[1]}."
            add_note(store, order, text)


def _count_restocked(store: ShopStore, line: Item, pieces: int) -> None:
    key = "_restock_refunded_items"
    before = next((int(m.value) for m in line.meta if m.key == key), 0)
    change = {"key": key, "value": before + pieces}
    line.meta = changed_meta(line.meta, [change], lambda: store.next_id("item_meta"))


def delete_refund(store: ShopStore, refund: Refund) -> None:
    """Take a refund out for good; the order stays as it is."""
    store.refunds.remove(refund.id)
    store.refunds_of[refund.parent_id].remove(refund.id)
    store.record("refund.deleted", refund.id, order=str(refund.parent_id))
