"""What creates and updates of products and variations do with the fields they are sent."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.images import chosen_images
from sync_cli.sandbox.shop.meta import changed_meta, split_meta
from sync_cli.sandbox.shop.money import parsed, price_text, whole
from sync_cli.sandbox.shop.product_attributes import written_attributes, written_choices
from sync_cli.sandbox.shop.product_facts import is_on_sale
from sync_cli.sandbox.shop.product_terms import TERM_WRITERS, Writer
from sync_cli.sandbox.shop.records import Json, Product
from sync_cli.sandbox.shop.slugs import safe_name, slug_of
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import parse_bound, second_of_wall

STATUSES = ("draft", "pending", "private", "publish", "future", "auto-draft", "trash")
_PLAIN = (
    "description",
    "short_description",
    "external_url",
    "button_text",
    "purchase_note",
    "upsell_ids",
    "cross_sell_ids",
    "grouped_products",
    "default_attributes",
    "post_password",
)
_FLAGS = ("featured", "virtual", "downloadable", "sold_individually", "reviews_allowed")
_ENDLESS = ("download_limit", "download_expiry")
_CHOICES = {
    "catalog_visibility": (("visible", "catalog", "search", "hidden"), "catalog visibility option"),
    "tax_status": (("taxable", "shipping", "none"), "product tax status"),
}
"""Fields of which only a few values are taken, in a batch too, and what a refusal calls them."""
_META_FIELDS = {
    "_sku": "sku",
    "_regular_price": "regular_price",
    "_sale_price": "sale_price",
    "_stock": "stock_quantity",
    "_stock_status": "stock_status",
    "_manage_stock": "manage_stock",
    "_backorders": "backorders",
    "_tax_class": "tax_class",
    "_tax_status": "tax_status",
    "_weight": "weight",
    "_global_unique_id": "global_unique_id",
}
TRASHED = "__trashed"
"""What the trash adds to a slug, so that another product can have it meanwhile."""
_WITHOUT_ADDRESS = ("draft", "pending", "auto-draft")
_FIRST = ("type", "downloadable")
"""Fields that say which others a product has."""
_OF_DOWNLOADS = ("downloads", "download_limit", "download_expiry")
_OF_KIND = {
    "external_url": "external",
    "button_text": "external",
    "default_attributes": "variable",
    "grouped_products": "grouped",
}
_READ_ONLY_META = frozenset({"_price", "_product_version", "total_sales"})


def changed_product(store: ShopStore, product: Product, body: Json, *, batch: bool) -> Product:
    """A copy of `product` with the request's fields; raises ShopError and changes nothing then.

    `batch` is laxer: null leaves a field alone, where a single request empties it.
    """
    metas, writes = split_meta(body.get("meta_data") or (), _meta_field)
    given = {**body, **{name: value for name, value in writes if name}}
    if batch:
        given = {name: value for name, value in given.items() if value is not None}
    after = replace(product, extra=dict(product.extra), variations=list(product.variations))
    for name in sorted(given, key=lambda name: name not in _FIRST):
        write = _WRITERS.get(name)
        if write is not None and _takes(after, name):
            write(store, after, given[name])
    if after.kind in ("variable", "grouped"):
        after.regular_price = after.sale_price = ""
        after.extra["sale_from"] = after.extra["sale_to"] = None
    _write_stock(after, given)
    _check_sku(store, product, after)
    _check_unique_id(store, after)
    if metas:
        after.meta = changed_meta(after.meta, metas, lambda: store.next_id("product_meta"))
    settle_price(after, store.now())
    return after


def _takes(product: Product, name: str) -> bool:
    """Whether a product of this kind has the field; others drop it without a word."""
    if name in _OF_DOWNLOADS:
        return bool(product.extra.get("downloadable"))
    return name not in _OF_KIND or product.kind == _OF_KIND[name]


def _meta_field(key: str) -> str | None:
    return "" if key in _READ_ONLY_META else _META_FIELDS.get(key)


def settle_price(product: Product, now: int) -> None:
    """Set the active price from the regular one, the sale price and the sale's dates."""
    sale, regular = parsed(product.sale_price), parsed(product.regular_price)
    if sale is not None and (regular is None or sale >= regular):
        product.sale_price = ""
    product.price = product.sale_price if is_on_sale(product, now) else product.regular_price


def settle_slug(store: ShopStore, product: Product) -> None:
    """Give a product that can be shown an address of its own; a draft waits for one."""
    if product.status != "trash" and product.slug.endswith(TRASHED):
        product.slug = product.slug.removesuffix(TRASHED)
    if product.slug or product.kind == "variation" or product.status in _WITHOUT_ADDRESS:
        return
    base = slug_of(product.name) or str(product.id)
    product.slug, number = base, 1
    while product.slug in store.slugs:
        number += 1
        product.slug = f"{base}-{number}"


def stock_state(product: Product) -> str:
    """The stock status that follows from a managed quantity."""
    if (product.stock or 0) > 0:
        return "instock"
    return "outofstock" if product.backorders == "no" else "onbackorder"


def _write_stock(product: Product, given: Json) -> None:
    if product.kind == "external" and _is_yes(given.get("manage_stock")):
        raise ShopError(
            "product_external_invalid_manage_stock",
            "External products cannot be stock managed.",
            400,
        )
    if product.kind in ("external", "grouped"):
        product.managed, product.stock, product.backorders = False, None, "no"
        told = given.get("stock_status") or product.stock_status
        product.stock_status = "instock" if product.kind == "external" else str(told)
        return
    if not product.managed:
        product.stock = product.extra["low_stock_amount"] = None
        if "stock_status" in given:
            product.stock_status = str(given["stock_status"])
        return
    if "stock_quantity" in given:
        product.stock = whole(given["stock_quantity"])
    elif "inventory_delta" in given:
        product.stock = (product.stock or 0) + whole(given["inventory_delta"])
    product.stock_status = stock_state(product)


def _check_sku(store: ShopStore, before: Product, after: Product) -> None:
    if after.sku == "" or after.sku == before.sku:
        return
    for holder in store.sku_holders(after.sku):
        if holder.id == after.id:
            continue
        if holder.status == "trash":
            raise ShopError(
                "woocommerce_rest_product_not_created",
                f"The product with SKU ({after.sku}) you are trying to insert is already present "
                "in the lookup table",
                400,
            )
        raise ShopError(
            "product_invalid_sku",
            "Invalid or duplicated SKU.",
            400,
            {"resource_id": holder.id, "unique_sku": _free_sku(store, after.sku)},
        )


def _free_sku(store: ShopStore, sku: str) -> str:
    number = 1
    while store.sku_holders(f"{sku}-{number}"):
        number += 1
    return f"{sku}-{number}"


def _check_unique_id(store: ShopStore, after: Product) -> None:
    code = after.extra.get("global_unique_id")
    if not after.extra.pop("unique_id_changed", False) or not code:
        return
    for other in store.code_holders(code):
        if other.id != after.id:
            raise ShopError(
                "product_invalid_global_unique_id",
                "Invalid or duplicated GTIN, UPC, EAN or ISBN.",
                400,
                {"resource_id": other.id},
            )


def _plain(name: str) -> Writer:
    def write(_store: ShopStore, product: Product, value: Any) -> None:
        product.extra[name] = copy.deepcopy(value)

    return write


def _flag(name: str) -> Writer:
    def write(_store: ShopStore, product: Product, value: Any) -> None:
        product.extra[name] = _is_yes(value)

    return write


def _is_yes(value: Any) -> bool:
    return str(value).lower() in ("true", "yes", "1")


def _number(name: str) -> Writer:
    """A whole number; without one there is no end to what may be downloaded."""

    def write(_store: ShopStore, product: Product, value: Any) -> None:
        is_open = name in _ENDLESS and (value in ("", None) or whole(value) == -1)
        product.extra[name] = -1 if is_open else whole(value)

    return write


def _choice(name: str) -> Writer:
    taken, called = _CHOICES[name]

    def write(_store: ShopStore, product: Product, value: Any) -> None:
        wanted = str(value or "taxable" * (name == "tax_status")).lower()
        if wanted not in taken:
            raise ShopError(f"product_invalid_{name}", f"Invalid {called}.", 400)
        product.extra[name] = wanted

    return write


def _write_low_stock(_store: ShopStore, product: Product, value: Any) -> None:
    product.extra["low_stock_amount"] = None if value in ("", None) else abs(whole(value))


def _write_name(_store: ShopStore, product: Product, value: Any) -> None:
    product.name = safe_name(str(value or ""))


def _write_slug(_store: ShopStore, product: Product, value: Any) -> None:
    product.slug = slug_of(str(value or product.name))


def _write_kind(_store: ShopStore, product: Product, value: Any) -> None:
    if product.kind != "variation" and value in ("simple", "grouped", "external", "variable"):
        product.kind = str(value)


def _write_status(_store: ShopStore, product: Product, value: Any) -> None:
    product.status = str(value) if value in STATUSES else "draft"


def _write_sku(_store: ShopStore, product: Product, value: Any) -> None:
    product.sku = safe_name(str(value or "")).strip()


def _write_regular(_store: ShopStore, product: Product, value: Any) -> None:
    product.regular_price = price_text(value)


def _write_sale(_store: ShopStore, product: Product, value: Any) -> None:
    product.sale_price = price_text(value)


def _write_tax_class(store: ShopStore, product: Product, value: Any) -> None:
    known = value in store.tax_classes and value != "standard"
    parent = value == "parent" and product.kind == "variation"
    product.tax_class = str(value) if known or parent else ""


def _write_managed(_store: ShopStore, product: Product, value: Any) -> None:
    product.managed = _is_yes(value)


def _write_backorders(_store: ShopStore, product: Product, value: Any) -> None:
    product.backorders = str(value or "no")


def _write_weight(_store: ShopStore, product: Product, value: Any) -> None:
    product.extra["weight"] = price_text(value)


def _write_dimensions(_store: ShopStore, product: Product, value: Any) -> None:
    if isinstance(value, dict):
        sizes = {key: price_text(size) for key, size in value.items()}
        product.extra["dimensions"] = {**product.extra.get("dimensions", {}), **sizes}


def _write_unique_id(_store: ShopStore, product: Product, value: Any) -> None:
    code = re.sub(r"[^0-9-]", "", str(value or ""))
    if code != product.extra.get("global_unique_id", ""):
        product.extra["global_unique_id"] = code
        product.extra["unique_id_changed"] = True


def _write_images(store: ShopStore, product: Product, value: Any) -> None:
    product.extra["image_ids"] = chosen_images(store, value or ())


def _write_image(store: ShopStore, product: Product, value: Any) -> None:
    product.extra["image_ids"] = chosen_images(store, [value] if value else (), "variation")


def _write_downloads(store: ShopStore, product: Product, value: Any) -> None:
    product.extra["downloads"] = [
        {
            "id": str(entry.get("id") or f"download-{store.next_id('download')}"),
            "name": str(entry.get("name", "")),
            "file": str(entry.get("file", "")),
        }
        for entry in value or ()
    ]


def _write_attributes(store: ShopStore, product: Product, value: Any) -> None:
    if product.kind == "variation":
        product.extra["attributes"] = written_choices(store, product, value)
    else:
        product.extra["attributes"] = written_attributes(store, value)


def _write_created(field: str) -> Writer:
    def write(store: ShopStore, product: Product, value: Any) -> None:
        bound = parse_bound(str(value)) if value else None
        if bound is not None and product.kind != "variation":
            gmt = field.endswith("gmt") or bound.offset is not None
            zone = store.settings.time_zone
            product.created = (
                bound.shown - (bound.offset or 0) if gmt else second_of_wall(bound.shown, zone)
            )

    return write


def _write_cost(store: ShopStore, product: Product, value: Any) -> None:
    """Set the cost of the goods; without the feature the field is ignored."""
    values = value.get("values") if isinstance(value, dict) else None
    if store.settings.cost_of_goods and values:
        product.extra["cost"] = values[0].get("defined_value")


def _date_writer(field: str, *, gmt: bool) -> Writer:
    def write(store: ShopStore, product: Product, value: Any) -> None:
        bound = parse_bound(str(value)) if value else None
        if bound is None:
            product.extra[field] = None
        elif gmt or bound.offset is not None:
            product.extra[field] = bound.shown - (bound.offset or 0)
        else:
            product.extra[field] = second_of_wall(bound.shown, store.settings.time_zone)

    return write


_WRITERS: dict[str, Writer] = {
    **TERM_WRITERS,
    **{name: _plain(name) for name in _PLAIN},
    **{name: _flag(name) for name in _FLAGS},
    **{name: _number(name) for name in (*_ENDLESS, "menu_order")},
    **{name: _choice(name) for name in _CHOICES},
    "low_stock_amount": _write_low_stock,
    "name": _write_name,
    "type": _write_kind,
    "slug": _write_slug,
    "status": _write_status,
    "sku": _write_sku,
    "regular_price": _write_regular,
    "sale_price": _write_sale,
    "date_on_sale_from": _date_writer("sale_from", gmt=False),
    "date_on_sale_to": _date_writer("sale_to", gmt=False),
    "date_on_sale_from_gmt": _date_writer("sale_from", gmt=True),
    "date_on_sale_to_gmt": _date_writer("sale_to", gmt=True),
    "tax_class": _write_tax_class,
    "manage_stock": _write_managed,
    "backorders": _write_backorders,
    "weight": _write_weight,
    "dimensions": _write_dimensions,
    "global_unique_id": _write_unique_id,
    "date_created": _write_created("date_created"),
    "date_created_gmt": _write_created("date_created_gmt"),
    "images": _write_images,
    "image": _write_image,
    "downloads": _write_downloads,
    "attributes": _write_attributes,
    "cost_of_goods_sold": _write_cost,
}
