"""The sums of an order: what the shop stores in it after a create or a change of its lines.

The rules are those of the recorded shop: per line or at subtotal, prices with or without tax.
"""

from __future__ import annotations

from decimal import Decimal

from sync_cli.sandbox.shop.money import rounded
from sync_cli.sandbox.shop.records import ZERO, Item, Order, TaxLine, TaxRate
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.taxes import Place, matching_rates, tax_place, taxes_on

_NO_CLASS = "no tax"


def recalculate(store: ShopStore, order: Order) -> None:
    """Compute taxes and sums of `order` from its items, with today's rates and settings."""
    digits = store.settings.decimals
    shipping = order.of_kind("shipping")
    order.shipping_total = sum((rounded(item.total, digits) for item in shipping), ZERO)
    _limit_negative_fees(store, order)
    tax_items(store, order)
    sum_up(store, order)


def sum_up(store: ShopStore, order: Order) -> None:
    """Compute the sums of `order` from its items and their taxes as they are."""
    _sum_taxes(store, order)
    _sum_totals(store, order)


def tax_round(store: ShopStore, amount: Decimal) -> Decimal:
    """A tax in the shop's decimals: halves down where prices include tax, else up."""
    settings = store.settings
    return rounded(amount, settings.decimals, half_down=settings.prices_include_tax)


def items_total(store: ShopStore, amounts: list[Decimal]) -> Decimal:
    """The sum of line amounts: of rounded ones per line, rounded later at subtotal."""
    if store.settings.round_at_subtotal:
        return sum(amounts, ZERO)
    return sum((rounded(amount, store.settings.decimals) for amount in amounts), ZERO)


def _limit_negative_fees(store: ShopStore, order: Order) -> None:
    """A discount fee cannot take more than there is."""
    so_far = items_total(store, [item.total for item in order.of_kind("line_item")])
    so_far += order.shipping_total
    for fee in order.of_kind("fee"):
        limit = -rounded(so_far, store.settings.decimals)
        if fee.total < limit < 0:
            fee.total = limit
        so_far += fee.total


def tax_items(store: ShopStore, order: Order) -> None:
    """Tax every item of `order` for its place; an exempt order pays none."""
    place = tax_place(order, store.settings)
    exempt = any(m.key == "is_vat_exempt" and m.value == "yes" for m in order.meta)
    for item in order.items:
        if item.kind == "coupon":
            continue
        rates = [] if exempt else item_rates(store, order, item, place)
        if item.kind == "fee" and item.total < 0 and not exempt:
            item.taxes = _discount_taxes(store, order, item, place)
        else:
            item.taxes = taxes_on(item.total, rates)
        item.subtotal_taxes = taxes_on(item.subtotal, rates) if item.kind == "line_item" else {}
        settle_item_tax(store, item)


def settle_item_tax(store: ShopStore, item: Item) -> None:
    """Set the item's own tax sums from its `taxes`."""
    at_subtotal = store.settings.round_at_subtotal

    def total(taxes: dict[int, Decimal]) -> Decimal:
        return sum((t if at_subtotal else tax_round(store, t) for t in taxes.values()), ZERO)

    item.total_tax = total(item.taxes)
    item.subtotal_tax = total(item.subtotal_taxes)


def item_rates(store: ShopStore, order: Order, item: Item, place: Place) -> list[TaxRate]:
    """The rates that apply to an item at a place."""
    if item.extra.get("tax_status", "taxable") != "taxable":
        return []
    if item.kind != "shipping":
        return matching_rates(store.rates, place, item.tax_class)
    tax_class = shipping_class(store, order)
    if tax_class == _NO_CLASS:
        return []
    return matching_rates(store.rates, place, tax_class, shipping=True)


def shipping_class(store: ShopStore, order: Order) -> str:
    """The tax class of shipping: the fixed one, or the first class that the goods have."""
    setting = store.settings.shipping_tax_class
    if setting != "inherit":
        return setting
    found = {_class_of(item) for item in order.of_kind("line_item")}
    slugs = ["", *(slug for slug in store.tax_classes if slug != "standard")]
    return next((slug for slug in slugs if slug in found), _NO_CLASS)


def _class_of(item: Item) -> str:
    return item.tax_class if item.extra.get("tax_status", "taxable") == "taxable" else _NO_CLASS


def _discount_taxes(store: ShopStore, order: Order, fee: Item, place: Place) -> dict[int, Decimal]:
    """The taxes of a negative fee, shared among the classes by what they cost."""
    costs = _class_costs(store, order)
    whole = sum(costs.values(), ZERO)
    taxes: dict[int, Decimal] = {}
    for tax_class, cost in costs.items():
        if whole and tax_class != _NO_CLASS:
            rates = matching_rates(store.rates, place, tax_class)
            for rate_id, tax in taxes_on(fee.total * cost / whole, rates).items():
                taxes[rate_id] = taxes.get(rate_id, ZERO) + tax
    return taxes


def _class_costs(store: ShopStore, order: Order) -> dict[str, Decimal]:
    costs: dict[str, Decimal] = {}
    for item in order.items:
        if item.kind == "coupon" or item.total < 0:
            continue
        tax_class = shipping_class(store, order) if item.kind == "shipping" else _class_of(item)
        costs[tax_class] = costs.get(tax_class, ZERO) + item.total
    return costs


def _sum_taxes(store: ShopStore, order: Order) -> None:
    """Sum the taxes per rate into `tax_lines`, and into the order's own tax fields."""
    at_subtotal = store.settings.round_at_subtotal
    sums: dict[int, list[Decimal]] = {}
    for item in order.items:
        place = 1 if item.kind == "shipping" else 0
        for rate_id, tax in item.taxes.items():
            amount = tax if at_subtotal else tax_round(store, tax)
            sums.setdefault(rate_id, [ZERO, ZERO])[place] += amount
    known = {line.rate_id: line for line in order.tax_lines}
    order.tax_lines = []
    for rate_id, (cart, shipping) in sums.items():
        line = known.get(rate_id) or tax_line(store, rate_id)
        line.tax_total, line.shipping_tax_total = cart, shipping
        order.tax_lines.append(line)
    order.cart_tax = sum((line.tax_total for line in order.tax_lines), ZERO)
    order.shipping_tax = sum((line.shipping_tax_total for line in order.tax_lines), ZERO)
    order.total_tax = rounded(order.cart_tax + order.shipping_tax, store.settings.decimals)


def tax_line(store: ShopStore, rate_id: int) -> TaxLine:
    """A new tax line for a rate; one that is gone leaves an empty name."""
    rate = next((r for r in store.rates if r.id == rate_id), None)
    number = store.next_id("item")
    if rate is None:
        return TaxLine(number, rate_id, "", "Tax", compound=False, percent=ZERO)
    return TaxLine(number, rate_id, rate.code, rate.name, rate.compound, rate.percent)


def _sum_totals(store: ShopStore, order: Order) -> None:
    digits = store.settings.decimals
    lines = order.of_kind("line_item")
    subtotal = items_total(store, [line.subtotal for line in lines])
    total = items_total(store, [line.total for line in lines])
    fees = sum((fee.total for fee in order.of_kind("fee")), ZERO)
    taxed = sum((t for line in lines for t in line.subtotal_taxes.values()), ZERO)
    taxed -= sum((t for line in lines for t in line.taxes.values()), ZERO)
    order.discount_total = rounded(subtotal - total, digits)
    order.discount_tax = tax_round(store, taxed)
    order.total = rounded(
        total + fees + order.shipping_total + order.cart_tax + order.shipping_tax, digits
    )
