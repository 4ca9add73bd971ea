"""Put orders and refunds into a store from their JSON: lines as they are, sums computed.

A planted order gets its taxes and totals from the shop's own rules, not from the JSON: where they
come out otherwise than recorded, the replay shows it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.money import rounded, to_decimal
from sync_cli.sandbox.shop.records import Customer, Item, Meta, Note, Order, Refund, TaxLine
from sync_cli.sandbox.shop.stock import REDUCING
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.taxes import base_place, matching_rates, net_of, tax_place, taxes_on
from tests.conformance.plant_products import Json, metas, moment_of, plant_product, plant_rate
from tests.conformance.plant_sums import plant_rest, plant_sums, tax_line_of

_PLAIN = (
    "payment_method", "payment_method_title", "transaction_id", "customer_ip_address",
    "customer_user_agent", "customer_note", "cart_hash", "version",
)  # fmt: skip
_STORED_DECIMALS = 6
_UNTAXED = "XX"
"""A country that no rate is for."""
_TAXED = ("line_items", "shipping_lines", "fee_lines")
_LISTS = ("line_items", "shipping_lines", "fee_lines", "coupon_lines")


def plant_rates_of(store: ShopStore, body: Json) -> None:
    """Make sure that the rates which an order's tax lines name are there."""
    for line in body.get("tax_lines") or ():
        percent = Decimal(str(line["rate_percent"]))
        if any(rate.id == line["rate_id"] and rate.percent == percent for rate in store.rates):
            _plant_shipping_flag(store, body, line["rate_id"])
            continue
        parts = line["rate_code"].split("-")
        country, state = parts[0], parts[1] if len(parts) == 4 and len(parts[1]) <= 2 else ""
        plant_rate(
            store,
            {
                "id": line["rate_id"],
                "country": country,
                "state": state,
                "rate": str(line["rate_percent"]),
                "name": line["label"],
                "class": _class_of_rate(body, line["rate_id"]),
                "priority": int(parts[-1]) if parts[-1].isdecimal() else 1,
                "compound": line["compound"],
                "shipping": _taxes_shipping(body, line["rate_id"]),
            },
        )


def _plant_shipping_flag(store: ShopStore, body: Json, rate_id: int) -> None:
    """A rate taxes shipping where the order shows that it does."""
    if body.get("shipping_lines") and _taxes_shipping(body, rate_id):
        store.rates = [
            replace(rate, shipping=True) if rate.id == rate_id else rate for rate in store.rates
        ]


def _class_of_rate(body: Json, rate_id: int) -> str:
    for item in (*(body.get("line_items") or ()), *(body.get("fee_lines") or ())):
        single = len(item.get("taxes") or ()) == 1 or item.get("tax_class")
        if single and any(tax["id"] == rate_id for tax in item["taxes"]):
            return item["tax_class"] or "standard"
    return "standard"


def _taxes_shipping(body: Json, rate_id: int) -> bool:
    lines = body.get("shipping_lines") or ()
    return not lines or any(tax["id"] == rate_id for line in lines for tax in line["taxes"])


def plant_order(
    store: ShopStore, body: Json, *, default_second: int, exact: Json | None = None
) -> Order:
    """Store an order; `exact` is the same order with more decimals, where there is one."""
    number = int(body["id"])
    made = moment_of(store, body, "date_created") or default_second + number
    changed = moment_of(store, body, "date_modified") or made
    order = Order(number, made, changed)
    for name in ("status", "parent_id", "order_key", "customer_id", "created_via"):
        if name in body:
            setattr(order, name, body[name])
    order.customer_id = order.customer_id or _linked_customer(body)
    order.currency = body.get("currency", store.settings.currency)
    order.prices_include_tax = body.get("prices_include_tax", store.settings.prices_include_tax)
    order.paid = moment_of(store, body, "date_paid")
    order.completed = moment_of(store, body, "date_completed")
    order.billing, order.shipping = dict(body.get("billing", {})), dict(body.get("shipping", {}))
    order.extra = {name: body[name] for name in _PLAIN if name in body}
    order.meta = metas(store, body, "order_meta")
    plant_rates_of(store, body)
    for name in _LISTS:
        twins = {item["id"]: item for item in (exact or {}).get(name, ())}
        for line in body.get(name) or ():
            order.items.append(_item(store, order, name, line, twins.get(line["id"], line)))
    if "country" not in {**order.shipping, **order.billing}:
        _plant_place(store, order, body)
    plant_rest(store, order, body)
    if "status" not in body:
        order.status = _status_told(order, body)
    if "line_items" not in body:
        order.needs_processing = True
    order.stock_reduced = _has_taken_stock(order)
    _plant_lines_of_deleted(order, body)
    plant_sums(store, order, body)
    if "bought" in body and "line_items" not in body:
        bought = Item(store.next_id("item"), "line_item", name="Bought", quantity=1)
        bought.product_id = body["bought"]
        order.items.append(bought)
    if order.customer_id and store.customers.get(order.customer_id) is None:
        store.put_customer(Customer(order.customer_id, made, made, email=f"{order.customer_id}@x"))
    store.reserve("post", number)
    store.orders.add(order, trashed=order.status == "trash")
    _plant_refunds_of(store, order, body)
    return order


def _status_told(order: Order, body: Json) -> str:
    """The status that other fields tell: goods taken, nothing to pay, nothing to be edited."""
    if any(_reduces(item) for item in order.items) or body.get("is_editable") is False:
        return "processing"
    is_paid = body.get("needs_payment") is False and to_decimal(body.get("total", 1)) > 0
    if is_paid:
        return "on-hold" if body.get("is_editable") else "processing"
    return order.status


def _linked_customer(body: Json) -> int:
    """The customer that only the order's links name."""
    links = body.get("_links", {}).get("customer") or ()
    return int(links[0]["href"].rpartition("/")[2]) if links else 0


def _plant_place(store: ShopStore, order: Order, body: Json) -> None:
    """The country of an order of which only the taxes are known."""
    lines = [line for name in _TAXED for line in body.get(name) or ()]
    rates = {tax["id"] for line in lines for tax in line["taxes"]}
    for rate in store.rates:
        if rate.id in rates and not order.billing.get("country"):
            order.billing |= {"country": rate.country, "state": rate.state}
    taxed = [to_decimal(line["total_tax"]) for line in lines]
    if taxed and not rates and not any(taxed):
        order.billing["country"] = _UNTAXED


def _has_taken_stock(order: Order) -> bool:
    return any(_reduces(item) for item in order.items) or order.status in REDUCING


def _reduces(item: Item) -> bool:
    return any(meta.key == "_reduced_stock" for meta in item.meta)


def _plant_lines_of_deleted(order: Order, body: Json) -> None:
    """Whether goods that are gone had to be shipped cannot be seen any more: it is remembered."""
    gone = any(item.kind == "line_item" and not item.product_id for item in order.items)
    if gone and "needs_processing" in body:
        order.needs_processing = body["needs_processing"]


def _item(store: ShopStore, order: Order, name: str, line: Json, exact: Json) -> Item:
    store.reserve("item", line["id"])
    if name == "coupon_lines":
        return _coupon(store, line)
    if name == "line_items":
        return _line(store, order, line, exact)
    item = Item(line["id"], "fee" if name == "fee_lines" else "shipping")
    item.name = line["name"] if name == "fee_lines" else line["method_title"]
    item.total, item.tax_class = to_decimal(exact["total"]), line.get("tax_class", "")
    fields = ("method_id", "instance_id", "tax_status", "amount")
    item.extra = {field: line[field] for field in fields if field in line}
    item.meta = _item_meta(store, line)
    return item


def _coupon(store: ShopStore, line: Json) -> Item:
    item = Item(line["id"], "coupon", name=line["code"])
    item.total, item.total_tax = to_decimal(line["discount"]), to_decimal(line["discount_tax"])
    fields = ("discount_type", "nominal_amount", "free_shipping")
    item.extra = {field: line[field] for field in fields if field in line}
    item.meta = _item_meta(store, line)
    return item


def _item_meta(store: ShopStore, line: Json) -> list[Meta]:
    return metas(store, line, "item_meta")


def _line(store: ShopStore, order: Order, line: Json, exact: Json) -> Item:
    item = Item(line["id"], "line_item", name=line["name"])
    item.product_id, item.variation_id = line["product_id"], line["variation_id"]
    item.quantity, item.tax_class = line["quantity"], line["tax_class"]
    item.total = _exact_total(line, exact)
    item.subtotal = _exact_subtotal(store, order, item, line, exact)
    item.meta = _item_meta(store, line)
    item.extra["display"] = {
        m["key"]: (m["display_key"], m["display_value"])
        for m in line["meta_data"]
        if (m["display_key"], m["display_value"]) != (m["key"], m["value"])
    }
    if "cost_of_goods_sold" in line:
        item.extra["cost"] = line["cost_of_goods_sold"]["value"]
    _plant_line_product(store, line, item, _asked_price(store, order, line, item))
    return item


def _exact_total(line: Json, exact: Json) -> Decimal:
    """The unrounded total: that of more decimals, or the unit price by the quantity."""
    total = to_decimal(exact["total"])
    if exact is not line or not line["quantity"]:
        return total
    unrounded = rounded(Decimal(repr(line["price"])) * line["quantity"], 6)
    return unrounded if abs(unrounded - total) < 1 else total


def _is_exact(amount: str) -> bool:
    """Whether an amount is shown with all the decimals that are stored."""
    return len(amount.partition(".")[2]) >= _STORED_DECIMALS


def _exact_subtotal(store: ShopStore, order: Order, item: Item, line: Json, exact: Json) -> Decimal:
    """The unrounded subtotal: the total's where both look alike, else less tax from the gross."""
    subtotal = to_decimal(exact["subtotal"])
    if line["subtotal"] == line["total"]:
        return item.total
    if not order.prices_include_tax or exact is not line or _is_exact(line["subtotal"]):
        return subtotal
    gross = subtotal + to_decimal(line["subtotal_tax"])
    rates = matching_rates(store.rates, base_place(store.settings), item.tax_class)
    unrounded = net_of(gross, rates)
    here = tax_place(order, store.settings).country == store.settings.base_country
    return unrounded if here and abs(unrounded - subtotal) < 1 else subtotal


def _asked_price(store: ShopStore, order: Order, line: Json, item: Item) -> Decimal:
    """What one piece costs in the shop: with the tax of its own place where prices include it."""
    pieces = item.quantity or 1
    if not store.settings.prices_include_tax:
        return item.subtotal / pieces
    here = tax_place(order, store.settings) == base_place(store.settings)
    if here and line["taxes"] and line["subtotal"] != line["total"]:
        gross = to_decimal(line["subtotal"]) + to_decimal(line["subtotal_tax"])
    else:
        rates = matching_rates(store.rates, base_place(store.settings), item.tax_class)
        gross = item.subtotal + sum(taxes_on(item.subtotal, rates).values(), Decimal(0))
    is_known_exactly = line["subtotal"] == line["total"]
    return rounded(gross / pieces, 6 if is_known_exactly else 2)


def _plant_line_product(store: ShopStore, line: Json, item: Item, price: Decimal) -> None:
    """Make sure that the line's product is there, as far as the line tells about it."""
    number = line["variation_id"] or line["product_id"]
    if not number or line["sku"] is None:
        return
    partly_known = store.product(number)
    if partly_known is not None:
        if not partly_known.sku:
            partly_known.sku = line["sku"]
            store.put_product(partly_known)
        return
    reduced = any(meta.key == "_reduced_stock" for meta in item.meta)
    body: Json = {
        "id": number,
        "sku": line["sku"],
        "name": line["name"],
        "regular_price": f"{rounded(abs(price), 6).normalize():f}",
        "tax_class": line["tax_class"],
        "manage_stock": reduced,
        "stock_quantity": 100 if reduced else None,
        "global_unique_id": line["global_unique_id"] or "",
    }
    if line["image"]["src"]:
        image_id = int(line["image"]["id"])
        body["images"] = [{"id": image_id, "src": line["image"]["src"]}]
    if line["variation_id"]:
        pairs = [(m["display_key"], m["display_value"], m["key"]) for m in line["meta_data"]]
        attributes = [
            {"id": int(key.startswith("pa_")), "name": name, "slug": key, "option": option}
            for name, option, key in pairs
            if not key.startswith("_")
        ]
        body |= {"type": "variation", "parent_id": line["product_id"], "attributes": attributes}
        body["name"] = line["parent_name"]
    plant_product(store, body, default_second=store.now() - 86_400)


def _plant_refunds_of(store: ShopStore, order: Order, body: Json) -> None:
    for entry in body.get("refunds") or ():
        if store.refunds.get(entry["id"]) is None:
            amount = -to_decimal(entry["total"])
            moment = store.now() - 86_400 - len(store.refunds_of[order.id])
            refund = Refund(entry["id"], moment, moment, order.id, amount, entry["reason"])
            store.refunds.add(refund)
            store.refunds_of[order.id].append(refund.id)
            store.reserve("post", refund.id)


def plant_refund(store: ShopStore, body: Json, order_id: int, *, default_second: int) -> Refund:
    """Store a refund and, if it is not there, a bare order for it."""
    made = moment_of(store, body, "date_created") or moment_of(store, body, "date_modified")
    made = default_second + int(body["id"]) if made is None else made
    changed = moment_of(store, body, "date_modified") or made
    amount = to_decimal(body.get("amount", 0))
    refund = Refund(int(body["id"]), made, changed, order_id, amount, str(body.get("reason", "")))
    refund.meta = metas(store, body, "order_meta")
    for name, kind in (("line_items", "line_item"), ("shipping_lines", "shipping")):
        for line in body.get(name) or ():
            refund.items.append(_refund_item(store, kind, line))
    for line in body.get("tax_lines") or ():
        refund.tax_lines.append(_refund_taxes(refund, line))
    if store.orders.get(order_id) is None:
        plant_order(store, {"id": order_id}, default_second=default_second)
    for other in store.refunds_of.values():
        if refund.id in other:
            other.remove(refund.id)
    store.refunds.add(refund)
    store.refunds_of[order_id].append(refund.id)
    store.reserve("post", refund.id)
    return refund


def _refund_item(store: ShopStore, kind: Any, line: Json) -> Item:
    item = Item(line["id"], kind, name=str(line.get("name", line.get("method_title"))))
    item.quantity = -line.get("quantity", 0)
    item.total = -to_decimal(line["total"])
    item.subtotal = -to_decimal(line.get("subtotal", line["total"]))
    item.taxes = {tax["id"]: -to_decimal(tax["total"]) for tax in line["taxes"]}
    item.subtotal_taxes = dict(item.taxes) if kind == "line_item" else {}
    item.total_tax = item.subtotal_tax = sum(item.taxes.values(), Decimal(0))
    item.tax_class = line.get("tax_class", "")
    item.extra = {key: line[key] for key in ("method_id", "instance_id") if key in line}
    item.meta = _item_meta(store, line)
    if kind == "line_item":
        item.product_id, item.variation_id = line["product_id"], line["variation_id"]
        _plant_line_product(store, line, item, item.subtotal / (item.quantity or 1))
    return item


def _refund_taxes(refund: Refund, line: Json) -> TaxLine:
    tax = tax_line_of(line)
    for item in refund.items:
        amount = item.taxes.get(tax.rate_id, Decimal(0))
        if item.kind == "shipping":
            tax.shipping_tax_total += amount
        else:
            tax.tax_total += amount
    return tax


def plant_note(store: ShopStore, body: Json, order_id: int) -> Note:
    """Store a note of an order."""
    made = moment_of(store, body, "date_created") or store.now()
    text = re.sub(r"\s+$", "", str(body.get("note", "")))
    author = str(body.get("author", "WooCommerce"))
    note = Note(body["id"], order_id, made, text, bool(body.get("customer_note")), author)
    store.notes[order_id].append(note)
    store.reserve("note", note.id)
    return note
