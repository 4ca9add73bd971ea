"""How products and variations are written into answers, field by field."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.money import parsed, price_html, price_plain, rounded
from sync_cli.sandbox.shop.product_facts import (
    ProductView,
    chosen,
    displayed_price,
    full_name,
    is_managed,
    is_on_sale,
    is_shown_on_sale,
    meta_json,
    option_names,
    ratings_of,
    shown_price,
    shown_stock_status,
    stock_holder,
    variation_prices,
    visible_variations,
)
from sync_cli.sandbox.shop.records import Json, Product
from sync_cli.sandbox.shop.settings import ShopSettings
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import folded
from sync_cli.sandbox.shop.times import gmt_text

_READ_WRITE = ["GET", "POST", "PUT", "PATCH", "DELETE"]
Getter = Callable[[ProductView, Product], Any]


def _html(view: ProductView, product: Product) -> str:
    settings, price = view.store.settings, parsed(shown_price(view, product))
    if price is None:
        return ""
    if product.kind == "variable":
        low, high = min(prices := variation_prices(view, product)), max(prices)
        if low < high:
            low, high = (displayed_price(view, product, one) for one in (low, high))
            return _range_html(low, high, settings)
    regular = parsed(product.regular_price)
    if is_on_sale(product, view.store.now()) and regular is not None:
        regular, price = (displayed_price(view, product, one) for one in (regular, price))
        return _sale_html(regular, price, settings)
    return price_html(displayed_price(view, product, price), settings)


def _range_html(low: Decimal, high: Decimal, settings: ShopSettings) -> str:
    return (
        f"{price_html(low, settings, hidden=True)} "
        f'<span aria-hidden="true">&ndash;</span> {price_html(high, settings, hidden=True)}'
        f'<span class="screen-reader-text">Price range: {price_plain(low, settings)}'
        f" through {price_plain(high, settings)}</span>"
    )


def _sale_html(regular: Decimal, price: Decimal, settings: ShopSettings) -> str:
    return (
        f'<del aria-hidden="true">{price_html(regular, settings)}</del> '
        '<span class="screen-reader-text">Original price was: '
        f"{price_plain(regular, settings)}.</span>"
        f'<ins aria-hidden="true">{price_html(price, settings)}</ins>'
        '<span class="screen-reader-text">'
        f"Current price is: {price_plain(price, settings)}.</span>"
    )


def _permalink(view: ProductView, product: Product) -> str:
    base = f"{view.store.settings.base_url}/product"
    if product.status in ("draft", "pending", "auto-draft", "trash"):
        return f"{view.store.settings.base_url}/?post_type=product&p={product.id}"
    if product.kind != "variation":
        return f"{base}/{product.slug}/"
    parent = view.store.products.get(product.parent_id)
    pairs = [f"attribute_{key}={value}" for key, value in chosen(product)]
    address = f"{base}/{parent.slug if parent else product.slug}/"
    return f"{address}?{'&'.join(pairs)}" if pairs else address


def _stock_quantity(view: ProductView, product: Product) -> int | None:
    holder = stock_holder(view, product)
    return holder.stock if holder.managed else None


def _backordered(view: ProductView, product: Product) -> bool:
    return stock_holder(view, product).stock_status == "onbackorder"


def _purchasable(view: ProductView, product: Product) -> bool:
    if product.kind in ("grouped", "external"):
        return False
    # the key's owner may edit products, so a draft can be bought as well
    return shown_price(view, product) != ""


def _description(view: ProductView, product: Product) -> str:
    text = str(product.extra.get("description", ""))
    if view.edit or not text or product.kind == "variation":
        return text
    return f"{text}\n" if text.startswith("<p") else f"<p>{text}</p>\n"


def _tax_class(view: ProductView, product: Product) -> str:
    if product.tax_class != "parent" or view.edit:
        return product.tax_class
    parent = view.store.products.get(product.parent_id)
    return parent.tax_class if parent else ""


def _shippable(_view: ProductView, product: Product) -> bool:
    return not product.extra.get("virtual", False)


def _shipping_taxable(view: ProductView, product: Product) -> bool:
    taxed = product.extra.get("tax_status", "taxable") in ("taxable", "shipping")
    return taxed and _shippable(view, product)


def _cost(_view: ProductView, product: Product) -> Json:
    cost = product.extra.get("cost")
    values = [] if cost is None else [{"defined_value": cost, "effective_value": cost}]
    return {"values": values, "total_value": cost or 0}


def _terms(kind: str, name: str) -> Getter:
    """The terms of a kind that a product has, by name."""

    def get(view: ProductView, product: Product) -> list[Json]:
        known = view.store.terms[kind]
        found = [known[number] for number in product.extra.get(name, ()) if number in known]
        found.sort(key=lambda term: folded(term.name))
        return [{"id": term.id, "name": term.name, "slug": term.slug} for term in found]

    return get


def _related(view: ProductView, product: Product) -> list[int]:
    """Up to five other products: the real shop draws them, the nearest ids serve as well."""
    if product.kind == "variation":
        return []
    near = (i for i in range(product.id - 5, product.id + 6) if i != product.id)
    return [i for i in near if i in view.store.products.records][:5]


def _average_rating(view: ProductView, product: Product) -> str:
    ratings = ratings_of(view, product)
    if not ratings:
        return "0" if view.edit else "0.00"
    return f"{rounded(Decimal(sum(ratings)) / len(ratings), 2):f}"


def _price(view: ProductView, product: Product) -> str:
    return shown_price(view, product)


def _sale_date(name: str, *, gmt: bool) -> Getter:
    def get(view: ProductView, product: Product) -> str | None:
        second = product.extra.get(name)
        return gmt_text(second) if gmt else view.local(second)

    return get


def _extra(name: str, default: Any) -> Getter:
    return lambda _view, product: product.extra.get(name, default)


def _fresh(name: str) -> Getter:
    return lambda _view, product: list(product.extra.get(name, ()))


def _dimensions(_view: ProductView, product: Product) -> Json:
    given = product.extra.get("dimensions", {})
    return {key: given.get(key, "") for key in ("length", "width", "height")}


def _image(view: ProductView, product: Product) -> Json | None:
    ids = product.extra.get("image_ids", ())
    return view.store.images.get(ids[0]) if ids else None


def _images(view: ProductView, product: Product) -> list[Json]:
    found = (view.store.images.get(i) for i in product.extra.get("image_ids", ()))
    return [image for image in found if image is not None]


def _backorders(view: ProductView, product: Product) -> str:
    return stock_holder(view, product).backorders


COMMON: dict[str, Getter] = {
    "id": lambda _, p: p.id,
    "permalink": _permalink,
    "date_created": lambda v, p: v.local(p.created),
    "date_created_gmt": lambda _, p: gmt_text(p.created),
    "date_modified": lambda v, p: v.local(p.modified),
    "date_modified_gmt": lambda _, p: gmt_text(p.modified),
    "type": lambda _, p: p.kind,
    "status": lambda _, p: p.status,
    "description": _description,
    "sku": lambda _, p: p.sku,
    "price": _price,
    "regular_price": lambda _, p: p.regular_price,
    "sale_price": lambda _, p: p.sale_price,
    "date_on_sale_from": _sale_date("sale_from", gmt=False),
    "date_on_sale_from_gmt": _sale_date("sale_from", gmt=True),
    "date_on_sale_to": _sale_date("sale_to", gmt=False),
    "date_on_sale_to_gmt": _sale_date("sale_to", gmt=True),
    "on_sale": is_shown_on_sale,
    "purchasable": _purchasable,
    "virtual": _extra("virtual", False),
    "downloadable": _extra("downloadable", False),
    "downloads": _fresh("downloads"),
    "download_limit": _extra("download_limit", -1),
    "download_expiry": _extra("download_expiry", -1),
    "tax_status": _extra("tax_status", "taxable"),
    "tax_class": _tax_class,
    "manage_stock": is_managed,
    "stock_quantity": _stock_quantity,
    "stock_status": shown_stock_status,
    "backorders": _backorders,
    "backorders_allowed": lambda v, p: _backorders(v, p) in ("yes", "notify"),
    "backordered": _backordered,
    "low_stock_amount": _extra("low_stock_amount", None),
    "weight": _extra("weight", ""),
    "dimensions": _dimensions,
    "shipping_class": _extra("shipping_class", ""),
    "shipping_class_id": _extra("shipping_class_id", 0),
    "menu_order": _extra("menu_order", 0),
    "parent_id": lambda _, p: p.parent_id,
    "global_unique_id": _extra("global_unique_id", ""),
    "meta_data": lambda _, p: meta_json(p.meta),
}

PRODUCT_FIELDS: dict[str, Getter] = {
    **COMMON,
    "name": full_name,
    "slug": lambda _, p: p.slug,
    "featured": _extra("featured", False),
    "catalog_visibility": _extra("catalog_visibility", "visible"),
    "short_description": _extra("short_description", ""),
    "total_sales": lambda _, p: "0" if p.kind == "variation" else p.extra.get("total_sales", 0),
    "external_url": _extra("external_url", ""),
    "button_text": _extra("button_text", ""),
    "sold_individually": _extra("sold_individually", False),
    "shipping_required": _shippable,
    "shipping_taxable": _shipping_taxable,
    "reviews_allowed": lambda _, p: p.extra.get("reviews_allowed", p.kind != "variation"),
    "average_rating": _average_rating,
    "rating_count": lambda v, p: len(ratings_of(v, p)),
    "upsell_ids": _fresh("upsell_ids"),
    "cross_sell_ids": _fresh("cross_sell_ids"),
    "purchase_note": _extra("purchase_note", ""),
    "categories": _terms("categories", "category_ids"),
    "brands": _terms("brands", "brand_ids"),
    "tags": _terms("tags", "tag_ids"),
    "images": _images,
    "attributes": _fresh("attributes"),
    "default_attributes": _fresh("default_attributes"),
    "variations": lambda v, p: (
        [part.id for part in visible_variations(v, p)] if p.kind == "variable" else []
    ),
    "grouped_products": _fresh("grouped_products"),
    "price_html": _html,
    "related_ids": _related,
    "has_options": lambda _, p: p.kind == "variable",
    "post_password": _extra("post_password", ""),
}
EDIT_FIELDS: dict[str, Getter] = {
    "permalink_template": lambda v, _: f"{v.store.settings.base_url}/product/%pagename%/",
    "generated_slug": lambda _, p: p.slug or slug_of(p.name),
}
VARIATION_FIELDS: dict[str, Getter] = {
    **COMMON,
    "name": lambda _, p: option_names(p),
    "image": _image,
    "attributes": _fresh("attributes"),
}


def product_links(view: ProductView, product: Product, *, under_parent: bool) -> Json:
    """The `_links` of a product, or of a variation below its parent's address."""
    base = f"{view.store.settings.base_url}/wp-json/wc/v3/products"
    home = f"{base}/{product.parent_id}/variations" if under_parent else base
    links: Json = {
        "self": [{"href": f"{home}/{product.id}", "targetHints": {"allow": list(_READ_WRITE)}}],
        "collection": [{"href": home}],
    }
    if product.parent_id:
        links["up"] = [{"href": f"{base}/{product.parent_id}"}]
    return links


def product_fields(view: ProductView, product: Product) -> dict[str, Getter]:
    """The fields of a product's answer in this context."""
    fields = PRODUCT_FIELDS
    if view.store.settings.cost_of_goods:
        fields = {**fields, "cost_of_goods_sold": _cost}
    if view.edit and product.kind != "variation":
        return {**fields, **EDIT_FIELDS}
    return fields


def product_json(view: ProductView, product: Product, names: frozenset[str] | None) -> Json:
    """A product as `/products` answers it; with `names` only these fields are made."""
    fields = product_fields(view, product)
    body = _picked(view, product, fields, names)
    if names is None or "_links" in names:
        body["_links"] = product_links(view, product, under_parent=False)
    return body


def variation_json(view: ProductView, product: Product, names: frozenset[str] | None) -> Json:
    """A variation as `/variations` answers it; with `names` only these fields are made."""
    body = _picked(view, product, VARIATION_FIELDS, names)
    if names is None or "_links" in names:
        body["_links"] = product_links(view, product, under_parent=True)
    return body


def _picked(
    view: ProductView, product: Product, fields: dict[str, Getter], names: frozenset[str] | None
) -> Json:
    return {
        name: get(view, product) for name, get in fields.items() if names is None or name in names
    }
