"""Doubling a product; the answer shows it as the shop keeps it, not as its other answers do."""

from __future__ import annotations

import copy
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call, chosen
from sync_cli.sandbox.shop.product_facts import ProductView, is_managed
from sync_cli.sandbox.shop.product_view import product_json
from sync_cli.sandbox.shop.product_write import changed_product
from sync_cli.sandbox.shop.records import Json, Meta, Product
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore, folded

_SUFFIX = re.compile(r"-[0-9]+$")
_DIGITS = re.compile(r"\d*")
_NAMED = (
    "id", "name", "slug", "status", "featured", "catalog_visibility", "description",
    "short_description", "sku", "global_unique_id", "price", "regular_price", "sale_price",
    "tax_status", "tax_class", "stock_quantity", "stock_status", "backorders", "sold_individually",
    "weight", "upsell_ids", "cross_sell_ids", "parent_id", "reviews_allowed", "purchase_note",
    "menu_order", "post_password", "virtual", "downloadable", "shipping_class_id", "download_limit",
    "download_expiry", "meta_data",
)  # fmt: skip


def duplicate_product(call: Call) -> Answer:
    """`POST /products/{id}/duplicate`; fields in the body are those of the copy."""
    store = call.store
    if store.product(call.numbers[0]) is None:
        raise ShopError("woocommerce_rest_product_invalid_id", "Invalid product ID.", 404)
    original = store.products.get(call.numbers[0])
    if original is None:
        raise ShopError("woocommerce_rest_invalid_product_id", "Invalid product ID.", 404)
    twin = _twin(store, changed_product(store, original, call.body, batch=False))
    twin.name = f"{twin.name} (Copy)"
    twin.status, twin.slug, twin.variations = "draft", "", []
    twin.extra["total_sales"] = 0
    store.put_product(twin)
    store.record("product.created", twin.id, reference=twin.sku or None)
    for number in original.variations if twin.kind == "variable" else ():
        _copy_part(store, twin, store.variations.get(number))
    return Answer(chosen(_kept_json(store, twin), call.names))


def _copy_part(store: ShopStore, parent: Product, part: Product | None) -> None:
    if part is None or part.status == "trash":
        return
    twin = _twin(store, part)
    twin.parent_id = parent.id
    twin.slug = f"{slug_of(_SUFFIX.sub('', part.slug))}-{twin.id}"
    store.put_product(twin)
    parent.variations.append(twin.id)
    store.record("product.created", twin.id, reference=twin.sku or None)


def _twin(store: ShopStore, original: Product) -> Product:
    """The same product under new numbers, with an SKU of its own and without a GTIN."""
    twin = copy.deepcopy(original)
    twin.id, twin.created = store.next_id("post"), store.now()
    if original.kind == "variable":
        twin.modified = twin.created
    twin.sku = _next_sku(store, original.sku) if original.sku else ""
    twin.extra["global_unique_id"] = ""
    twin.meta = [Meta(store.next_id("product_meta"), m.key, m.value) for m in original.meta]
    return twin


def _next_sku(store: ShopStore, sku: str) -> str:
    """The SKU without the number at its end, and one that no SKU beginning so has."""
    root = _SUFFIX.sub("", sku)
    tables = (store.products, store.variations)
    skus = [one.sku for table in tables for one in table.records.values() if one.sku]
    alike = [one for one in skus if folded(one).startswith(folded(root))]
    return f"{root}-{max([0, *(_number_of(one) for one in alike)]) + 1}" if alike else root


def _number_of(sku: str) -> int:
    found = _DIGITS.match(sku[max(0, sku.rfind("-")) + 1 :])
    return int(found[0]) if found and found[0] else 0


def _kept_json(store: ShopStore, product: Product) -> Json:
    """A product as the shop keeps it."""
    view = ProductView(store, edit=True)
    shown = product_json(view, product, frozenset(_NAMED))
    extra = product.extra
    images = [str(number) for number in extra.get("image_ids", ())]
    sizes = extra.get("dimensions", {})
    return {
        **shown,
        "date_created": _moment(store, product.created),
        "date_modified": _moment(store, product.modified),
        "date_on_sale_from": _moment(store, extra.get("sale_from")),
        "date_on_sale_to": _moment(store, extra.get("sale_to")),
        "total_sales": extra.get("total_sales", 0),
        "manage_stock": is_managed(view, product),
        "low_stock_amount": _or_empty(extra.get("low_stock_amount")),
        **{name: sizes.get(name, "") for name in ("length", "width", "height")},
        "attributes": _hidden(one["slug"] for one in extra.get("attributes", ())),
        "default_attributes": _defaults(product),
        "category_ids": list(extra.get("category_ids", ())),
        "tag_ids": list(extra.get("tag_ids", ())),
        "brand_ids": list(extra.get("brand_ids", ())),
        "downloads": _hidden(one["id"] for one in extra.get("downloads", ())),
        "image_id": images[0] if images else "",
        "gallery_image_ids": [int(number) for number in images[1:]],
        "rating_counts": [],
        "average_rating": "0",
        "review_count": 0,
        "cogs_value": extra.get("cost"),
        **_of_kind(product),
    }


def _or_empty(value: Any) -> Any:
    return "" if value is None else value


def _hidden(names: Any) -> Any:
    """Objects that the shop does not write out: their names with nothing in them."""
    found: Json = {str(name): {} for name in names}
    return found or []


def _defaults(product: Product) -> Any:
    found = {one["name"]: one["option"] for one in product.extra.get("default_attributes", ())}
    return found or []


def _of_kind(product: Product) -> Json:
    if product.kind == "external":
        address = product.extra.get("external_url", "")
        return {"product_url": address, "button_text": product.extra.get("button_text", "")}
    if product.kind == "grouped":
        return {"children": list(product.extra.get("grouped_products", ()))}
    return {}


def _moment(store: ShopStore, second: int | None) -> Json | None:
    """A moment as PHP writes its own kind of date."""
    if second is None:
        return None
    zone = store.settings.time_zone
    shown = datetime.fromtimestamp(second, ZoneInfo(zone))
    return {"date": f"{shown:%Y-%m-%d %H:%M:%S}.000000", "timezone_type": 3, "timezone": zone}
