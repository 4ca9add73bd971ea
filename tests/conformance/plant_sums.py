"""What an order costs of which an answer shows a part: hidden lines, and the sums as shown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sync_cli.sandbox.shop.money import rounded, to_decimal
from sync_cli.sandbox.shop.records import Item, ItemKind, Order, TaxLine
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.taxes import net_of, tax_place
from sync_cli.sandbox.shop.totals import item_rates, sum_up, tax_items
from tests.conformance.plant_products import Json

_DIGITS = {"JPY": 0, "KWD": 3}
_LEAST_SHIPPING = Decimal("0.5")
"""A smaller difference is no cost of shipping, but a wrong total."""
_BESIDE: dict[str, ItemKind] = {"shipping_lines": "shipping", "fee_lines": "fee"}


def plant_rest(store: ShopStore, order: Order, body: Json) -> None:
    """Lines that a partial answer does not show, as one line over what they cost."""
    if "hidden_goods" in body:
        _plant_goods(store, order, body)
    known = body.get("hidden_rest")
    hidden = [kind for name, kind in _BESIDE.items() if name not in body]
    if "line_items" not in body or "total" not in body or not hidden:
        return
    if known is None and hidden[0] != "shipping":
        return
    tax_items(store, order)
    sum_up(store, order)
    rest = to_decimal(body["total"]) - order.total if known is None else to_decimal(known)
    if rest == 0 or abs(rest) < _LEAST_SHIPPING:
        return
    kind = hidden[0] if body["line_items"] else hidden[-1]
    item = Item(store.next_id("item"), kind, name="Rest")
    order.items.append(item)
    if kind == "fee" and not to_decimal(body.get("total_tax", 1)):
        item.extra["tax_status"] = "none"
    rates = item_rates(store, order, item, tax_place(order, store.settings))
    item.total = rounded(net_of(rest, rates), 2 if known is None else 4)


def _plant_goods(store: ShopStore, order: Order, body: Json) -> None:
    """Goods at the price looked for, and shipping at the one shown."""
    goods = Item(store.next_id("item"), "line_item", name="Goods", quantity=1)
    goods.total = goods.subtotal = to_decimal(body["hidden_goods"])
    is_taxed = body.get("total_tax") or body.get("tax_lines")
    goods.extra["tax_status"] = "taxable" if is_taxed else "none"
    order.items.append(goods)
    cost = _cost_of_shipping(body)
    if cost and "shipping_lines" not in body:
        order.items.append(Item(store.next_id("item"), "shipping", name="Shipping", total=cost))


def _cost_of_shipping(body: Json) -> Decimal:
    """What shipping costs as it is shown, or as its tax tells."""
    if "shipping_total" in body:
        return to_decimal(body["shipping_total"])
    for line in body.get("tax_lines") or ():
        tax, percent = to_decimal(line["shipping_tax_total"]), Decimal(str(line["rate_percent"]))
        if tax and percent:
            return rounded(tax / percent * 100, 2)
    return Decimal(0)


def plant_sums(store: ShopStore, order: Order, body: Json) -> None:
    """Compute taxes and sums in the order's own currency's decimals."""
    digits = _DIGITS.get(order.currency, store.settings.decimals)
    include = order.prices_include_tax
    before = store.settings
    store.settings = replace(before, decimals=digits, prices_include_tax=include)
    for line in body.get("tax_lines") or ():
        store.reserve("item", line["id"])
        order.tax_lines.append(tax_line_of(line))
    shipping = order.of_kind("shipping")
    order.shipping_total = sum((rounded(i.total, digits) for i in shipping), Decimal(0))
    tax_items(store, order)
    sum_up(store, order)
    store.settings = before
    if "line_items" not in body:
        _plant_shown_sums(order, body)
        _plant_tax_sums(order, body)


def _plant_shown_sums(order: Order, body: Json) -> None:
    """The sums as shown, where the lines that they come from are not."""
    if "total" in body:
        order.total = to_decimal(body["total"])
    if "total" in body or "total_tax" in body:
        order.total_tax = to_decimal(body.get("total_tax", 0))
    for name in ("cart_tax", "discount_total", "discount_tax"):
        if name in body:
            setattr(order, name, to_decimal(body[name]))
    for name in ("shipping_total", "shipping_tax") if "shipping_lines" not in body else ():
        if name in body:
            setattr(order, name, to_decimal(body[name]))


def _plant_tax_sums(order: Order, body: Json) -> None:
    """The sums of the taxes as shown, where the lines that they come from are not."""
    told = {line["id"]: line for line in body.get("tax_lines") or ()}
    missing = [number for number in told if number not in {line.id for line in order.tax_lines}]
    order.tax_lines += [tax_line_of(told[number]) for number in missing]
    for line in order.tax_lines:
        shown = told.get(line.id, {})
        line.tax_total = to_decimal(shown.get("tax_total", line.tax_total))
        line.shipping_tax_total = to_decimal(shown.get("shipping_tax_total", 0))


def tax_line_of(line: Json) -> TaxLine:
    """The stored tax line of a shown one, without its sums."""
    percent = Decimal(str(line["rate_percent"]))
    return TaxLine(
        line["id"], line["rate_id"], line["rate_code"], line["label"], line["compound"], percent
    )
