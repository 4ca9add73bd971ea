"""How the lines, fees, shipping, coupons and taxes of orders are written into answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.money import number, shown, unpadded
from sync_cli.sandbox.shop.records import (
    Item,
    ItemKind,
    Json,
    Meta,
    Order,
    Product,
    Refund,
    TaxLine,
)
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import local_text


@dataclass(frozen=True, slots=True)
class OrderView:
    """What a rendering needs; `digits` is how many decimals amounts are shown with."""

    store: ShopStore
    digits: int
    sign: int = 1

    def amount(self, value: Decimal) -> str:
        """An amount as text, negative in refunds."""
        return shown(value * self.sign, self.digits)

    def local(self, second: int | None) -> str | None:
        """A moment in the shop's local time."""
        return local_text(second, self.store.settings.time_zone)


def sorted_meta(store: ShopStore, entries: Iterable[Meta]) -> list[Json]:
    """The entries by key, in posts storage by id."""
    by_id = store.settings.order_storage == "posts"
    ordered = sorted(entries, key=lambda m: m.id if by_id else (m.key.lower(), m.id))
    return [{"id": m.id, "key": m.key, "value": m.value} for m in ordered]


def _item_meta(view: OrderView, item: Item) -> list[Json]:
    return [
        {
            "id": m.id,
            "key": m.key,
            "value": m.value,
            "display_key": _display(view, item, m)[0],
            "display_value": _display(view, item, m)[1],
        }
        for m in item.meta
    ]


def _display(view: OrderView, item: Item, meta: Meta) -> tuple[str, Any]:
    """The attribute's name and option where the entry is one, else key and value as they are."""
    variation = view.store.variations.get(item.variation_id) if item.variation_id else None
    for entry in variation.extra.get("attributes", ()) if variation else ():
        if meta.key in (entry["slug"], slug_of(entry["name"])):
            option = entry["option"] if slug_of(entry["option"]) == meta.value else meta.value
            return entry["name"], option
    known = item.extra.get("display", {}).get(meta.key)
    return known or (meta.key, meta.value)


def _taxes(view: OrderView, item: Item) -> list[Json]:
    with_subtotal = item.kind == "line_item"
    return [
        {
            "id": rate_id,
            "total": view.amount(tax),
            "subtotal": view.amount(item.subtotal_taxes.get(rate_id, tax)) if with_subtotal else "",
        }
        for rate_id, tax in item.taxes.items()
    ]


def line_product(store: ShopStore, item: Item) -> Product | None:
    """The product or variation of a line, None when it was deleted for good."""
    return store.product(item.variation_id or item.product_id)


def _line_json(view: OrderView, item: Item) -> Json:
    product = line_product(view.store, item)
    body: Json = {
        "id": item.id,
        "name": item.name,
        "product_id": item.product_id if product else 0,
        "variation_id": item.variation_id if product else 0,
        "quantity": item.quantity * view.sign,
        "tax_class": item.tax_class,
        "subtotal": view.amount(item.subtotal),
        "subtotal_tax": view.amount(item.subtotal_tax),
        "total": view.amount(item.total),
        "total_tax": view.amount(item.total_tax),
        "taxes": _taxes(view, item),
        "meta_data": _item_meta(view, item),
        "sku": product.sku if product else None,
        "global_unique_id": product.extra.get("global_unique_id", "") if product else None,
        "price": unit_price(item),
        "image": _line_image(view, product),
        "parent_name": _parent_name(view, product),
        **item.extra.get("plug_ins", {}),
    }
    if "cost" in item.extra:
        body["cost_of_goods_sold"] = {"value": item.extra["cost"] * view.sign}
    return body


def _line_image(view: OrderView, product: Product | None) -> Json:
    ids = product.extra.get("image_ids", ()) if product else ()
    if ids and ids[0] in view.store.images:
        return {"id": str(ids[0]), "src": view.store.images[ids[0]]["src"]}
    return {"id": 0 if product is None or product.kind == "variation" else "", "src": ""}


def _parent_name(view: OrderView, product: Product | None) -> str | None:
    parent = view.store.products.get(product.parent_id) if product else None
    return parent.name if parent and product and product.kind == "variation" else None


def unit_price(item: Item) -> int | float:
    """The line's total by its quantity, with a float's noise as the shop answers it."""
    if item.quantity == 0:
        return 0
    price = float(item.total) / item.quantity
    return int(price) if price.is_integer() else price


def _shipping_json(view: OrderView, item: Item) -> Json:
    return {
        "id": item.id,
        "method_title": item.name,
        "method_id": item.extra.get("method_id", ""),
        "instance_id": item.extra.get("instance_id", ""),
        "total": view.amount(item.total),
        "total_tax": view.amount(item.total_tax),
        "taxes": _taxes(view, item),
        "tax_status": item.extra.get("tax_status", "taxable"),
        "meta_data": _item_meta(view, item),
    }


def _fee_json(view: OrderView, item: Item) -> Json:
    return {
        "id": item.id,
        "name": item.name,
        "tax_class": item.tax_class,
        "tax_status": item.extra.get("tax_status", "taxable"),
        "amount": item.extra.get("amount", ""),
        "total": view.amount(item.total),
        "total_tax": view.amount(item.total_tax),
        "taxes": _taxes(view, item),
        "meta_data": _item_meta(view, item),
    }


def _coupon_json(view: OrderView, item: Item) -> Json:
    return {
        "id": item.id,
        "code": item.name,
        "discount": unpadded(item.total),
        "discount_tax": unpadded(item.total_tax),
        "meta_data": _item_meta(view, item),
        "discount_type": item.extra.get("discount_type", "fixed_cart"),
        "nominal_amount": item.extra.get("nominal_amount", 0),
        "free_shipping": item.extra.get("free_shipping", False),
    }


def _tax_line_json(view: OrderView, line: TaxLine) -> Json:
    return {
        "id": line.id,
        "rate_code": line.rate_code,
        "rate_id": line.rate_id,
        "label": line.label,
        "compound": line.compound,
        "tax_total": view.amount(line.tax_total),
        "shipping_tax_total": view.amount(line.shipping_tax_total),
        "rate_percent": number(line.percent),
        "meta_data": [],
    }


_ITEM_JSON: dict[str, Callable[[OrderView, Item], Json]] = {
    "line_item": _line_json,
    "shipping": _shipping_json,
    "fee": _fee_json,
    "coupon": _coupon_json,
}


def items(kind: ItemKind) -> Callable[[OrderView, Order | Refund], list[Json]]:
    """The field that holds the items of a kind."""

    def get(view: OrderView, order: Order | Refund) -> list[Json]:
        return [_ITEM_JSON[kind](view, item) for item in order.items if item.kind == kind]

    return get


def tax_lines(view: OrderView, order: Order | Refund) -> list[Json]:
    """The field that holds the sums per tax rate."""
    return [_tax_line_json(view, line) for line in order.tax_lines]
