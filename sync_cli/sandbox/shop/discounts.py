"""Coupons on orders: how a discount is spread over the lines, in whole cents, as the shop does."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.money import number, rounded
from sync_cli.sandbox.shop.records import ZERO, Coupon, Item, Meta, Order
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.taxes import matching_rates, tax_place, taxes_on, taxes_within
from sync_cli.sandbox.shop.totals import recalculate, tax_round


@dataclass(slots=True)
class _Piece:
    """A line with its price in cents and what was taken off so far."""

    item: Item
    price: Decimal
    taken: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return self.price - self.taken

    @property
    def unit_price(self) -> Decimal:
        return self.price / (self.item.quantity or 1)


@dataclass(slots=True)
class _Round:
    """The discounts of one coupon by line id, in cents."""

    pieces: list[_Piece]
    by_item: dict[int, Decimal] = field(default_factory=dict)

    def take(self, piece: _Piece, amount: Decimal) -> Decimal:
        cut = min(piece.left, amount)
        piece.taken += cut
        self.by_item[piece.item.id] = self.by_item.get(piece.item.id, ZERO) + cut
        return cut


def add_coupon(store: ShopStore, order: Order, code: str) -> None:
    """Put a coupon on an order and spread it; raises ShopError when there is none of that code."""
    coupon = store.coupon_by_code(code)
    if coupon is None:
        raise ShopError(
            "woocommerce_rest_invalid_coupon",
            f"Coupon &quot;{code}&quot; cannot be applied because it does not exist.",
            400,
        )
    item = Item(store.next_id("item"), "coupon", name=coupon.code)
    item.extra = coupon_facts(coupon)
    item.meta = [Meta(store.next_id("item_meta"), "coupon_info", _coupon_info(coupon))]
    order.items.append(item)
    spread_coupons(store, order)


def coupon_facts(coupon: Coupon) -> dict[str, object]:
    """What an order remembers of a coupon."""
    return {
        "discount_type": coupon.kind,
        "nominal_amount": number(coupon.amount),
        "free_shipping": bool(coupon.extra.get("free_shipping", False)),
    }


def _coupon_info(coupon: Coupon) -> str:
    kind = "null" if coupon.kind == "fixed_cart" else f'"{coupon.kind}"'
    return f'[{coupon.id},"{coupon.code}",{kind},{number(coupon.amount)}]'


def spread_coupons(store: ShopStore, order: Order) -> None:
    """Compute the lines' totals anew from their subtotals and all coupons of the order."""
    for line in order.of_kind("line_item"):
        line.total, line.total_tax = line.subtotal, line.subtotal_tax
    pieces = _pieces(store, order)
    for item in order.of_kind("coupon"):
        discount = _Round(pieces)
        _apply(store, discount, str(item.extra["discount_type"]), _nominal(item))
        _set_coupon_amounts(store, order, item, discount)
    _set_line_totals(store, order, pieces)
    recalculate(store, order)


def _nominal(item: Item) -> Decimal:
    return Decimal(str(item.extra["nominal_amount"]))


def _pieces(store: ShopStore, order: Order) -> list[_Piece]:
    """The lines in the order in which they are served: the dearest piece first."""
    unit = Decimal(10) ** store.settings.decimals
    pieces = []
    for line in order.of_kind("line_item"):
        gross = line.subtotal + (line.subtotal_tax if order.prices_include_tax else ZERO)
        pieces.append(_Piece(line, gross * unit))
    return sorted(pieces, key=lambda piece: piece.unit_price, reverse=True)


def _apply(store: ShopStore, discount: _Round, kind: str, amount: Decimal) -> None:
    cents = amount * Decimal(10) ** store.settings.decimals
    if kind == "percent":
        _take_percent(discount, amount)
    elif kind == "fixed_product":
        for piece in discount.pieces:
            discount.take(piece, rounded(cents * piece.item.quantity, 0))
    else:
        _take_fixed(discount, cents)


def _take_percent(discount: _Round, percent: Decimal) -> None:
    whole = taken = ZERO
    for piece in discount.pieces:
        price = rounded(piece.price, 0)
        cut = (price * percent / 100).to_integral_value(ROUND_FLOOR)
        whole += price
        taken += discount.take(piece, cut)
    due = rounded(whole * percent / 100, 0)
    if taken < due:
        _take_rest(discount, due - taken)


def _take_fixed(discount: _Round, cents: Decimal) -> None:
    """Take an amount off in equal parts per piece, then the rest cent by cent."""
    left = cents
    while left > 0:
        pieces = [piece for piece in discount.pieces if piece.left > 0]
        count = sum(piece.item.quantity for piece in pieces)
        if count <= 0:
            return
        share = (left / count).to_integral_value(ROUND_FLOOR)
        if share == 0:
            _take_rest(discount, left)
            return
        taken = sum((discount.take(p, rounded(share * p.item.quantity, 0)) for p in pieces), ZERO)
        if taken == 0:
            return
        left -= taken


def _take_rest(discount: _Round, cents: Decimal) -> None:
    """Take single cents, one per piece of goods, until `cents` are taken."""
    taken = ZERO
    for piece in discount.pieces:
        for _ in range(piece.item.quantity):
            taken += discount.take(piece, min(piece.left, Decimal(1)))
            if taken >= cents:
                return


def _set_coupon_amounts(store: ShopStore, order: Order, coupon: Item, discount: _Round) -> None:
    """Set the coupon's discount and its tax, each line's tax rounded by itself per line."""
    unit = Decimal(10) ** store.settings.decimals
    lines = {line.id: line for line in order.of_kind("line_item")}
    amount = sum(discount.by_item.values(), ZERO) / unit
    tax = ZERO
    for item_id, cents in discount.by_item.items():
        part = _tax_of_discount(store, order, lines[item_id], cents / unit)
        tax += part if store.settings.round_at_subtotal else tax_round(store, part)
    coupon.total = amount - tax if order.prices_include_tax else amount
    coupon.total_tax = tax


def _tax_of_discount(store: ShopStore, order: Order, line: Item, amount: Decimal) -> Decimal:
    if line.extra.get("tax_status", "taxable") != "taxable":
        return ZERO
    rates = matching_rates(store.rates, tax_place(order, store.settings), line.tax_class)
    taxes = taxes_within if order.prices_include_tax else taxes_on
    return sum(taxes(amount, rates).values(), ZERO)


def _set_line_totals(store: ShopStore, order: Order, pieces: list[_Piece]) -> None:
    unit = Decimal(10) ** store.settings.decimals
    for piece in pieces:
        amount = piece.taken / unit
        if order.prices_include_tax:
            amount -= _tax_of_discount(store, order, piece.item, amount)
        piece.item.total = max(ZERO, piece.item.total - amount)
