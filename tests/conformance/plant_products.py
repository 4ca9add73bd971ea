"""Put products, variations, customers and the like into a store, from their JSON."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.money import parsed, to_decimal
from sync_cli.sandbox.shop.product_facts import option_names
from sync_cli.sandbox.shop.product_write import settle_price
from sync_cli.sandbox.shop.records import Coupon, Customer, Meta, Product, TaxRate, Term, Webhook
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import parse_bound, second_of_wall
from tests.conformance.basis import amounts_in, basis_told
from tests.conformance.plant_reviews import plant_stars

Json = dict[str, Any]
_PLAIN = (
    "featured", "catalog_visibility", "short_description", "virtual", "downloadable",
    "downloads", "download_limit", "download_expiry", "external_url", "button_text", "tax_status",
    "sold_individually", "reviews_allowed", "purchase_note", "upsell_ids", "cross_sell_ids",
    "grouped_products", "default_attributes", "menu_order", "low_stock_amount", "post_password",
    "weight", "dimensions", "shipping_class", "shipping_class_id", "global_unique_id",
    "total_sales", "attributes",
)  # fmt: skip


def moment_of(store: ShopStore, body: Json, name: str) -> int | None:
    """A date of an object as Unix second, from its GMT or its local field."""
    if body.get(f"{name}_gmt"):
        bound = parse_bound(body[f"{name}_gmt"])
        return bound.shown if bound else None
    bound = parse_bound(body[name]) if body.get(name) else None
    return second_of_wall(bound.shown, store.settings.time_zone) if bound else None


def metas(store: ShopStore, body: Json, counter: str) -> list[Meta]:
    """The object's meta entries."""
    found = [Meta(m["id"], m["key"], m["value"]) for m in body.get("meta_data") or ()]
    for entry in found:
        store.reserve(counter, entry.id)
    return found


def plant_product(store: ShopStore, body: Json, *, default_second: int) -> Product:
    """Store a product or a variation; what is not known of it keeps its default."""
    body = {**basis_told(store, body), **body}
    number = int(body["id"])
    made = moment_of(store, body, "date_created")
    changed = moment_of(store, body, "date_modified")
    made = default_second + number if made is None else made
    product = Product(number, made, changed if changed is not None else made)
    product.kind = str(body.get("type") or _kind_told(body))
    product.name, product.sku = str(body.get("name", "")), str(body.get("sku") or "")
    product.parent_id = int(body.get("parent_id") or 0)
    product.status = str(body.get("status") or "publish")
    product.tax_class = str(body.get("tax_class", ""))
    product.backorders = str(body.get("backorders") or "no")
    product.extra = {name: body[name] for name in _PLAIN if name in body}
    if product.kind == "variation" and "attributes" not in body:
        product.extra["attributes"] = _choice_told(body)
    product.extra["description"] = str(body.get("description", "")).rstrip("\n")
    unnamed = "" if product.status in ("draft", "pending") else slug_of(product.name)
    product.slug = unnamed if body.get("slug") is None else body["slug"]
    product.meta = metas(store, body, "product_meta")
    _plant_prices(store, product, body)
    _plant_stock(product, body)
    _plant_terms(store, product, body)
    _plant_images(store, product, body)
    if "cost_of_goods_sold" in body:
        product.extra["cost"] = body["cost_of_goods_sold"]["total_value"]
    store.reserve("post", number)
    store.put_product(product)
    plant_stars(store, body)
    if product.kind == "variation":
        _plant_parent(store, product, body)
    if product.kind == "variable":
        _plant_parts(store, product, body)
    return product


def _kind_told(body: Json) -> str:
    """The kind that other fields tell: without a price of its own it has parts."""
    has_parts = body.get("variations") or body.get("has_options")
    has_parts = has_parts or (body.get("price") and body.get("regular_price") == "")
    return "variable" if has_parts else "simple"


def _choice_told(body: Json) -> list[Json]:
    """The choice that a variation's name tells where its attributes are hidden."""
    option = str(body.get("name") or "").rpartition(" - ")[2]
    return [{"id": 0, "name": "Choice", "slug": "choice", "option": option}] if option else []


def _plant_prices(store: ShopStore, product: Product, body: Json) -> None:
    product.regular_price = str(body.get("regular_price", body.get("price", "")) or "")
    product.sale_price = str(body.get("sale_price") or "")
    product.extra["sale_from"] = moment_of(store, body, "date_on_sale_from")
    product.extra["sale_to"] = moment_of(store, body, "date_on_sale_to")
    scheduled = product.extra["sale_from"] is not None or product.extra["sale_to"] is not None
    if scheduled and body.get("price"):
        product.price = str(body["price"])
    else:
        settle_price(product, store.now())


def _plant_stock(product: Product, body: Json) -> None:
    managed = body.get("manage_stock", body.get("stock_quantity") is not None)
    product.managed = managed is True
    product.stock = body.get("stock_quantity") if managed is True else None
    product.stock_status = str(body.get("stock_status") or "instock")
    if product.managed and "stock_status" not in body and (product.stock or 0) <= 0:
        product.stock_status = "outofstock"


def _plant_terms(store: ShopStore, product: Product, body: Json) -> None:
    product.extra["category_ids"] = [15]
    for field, name, terms in (
        ("categories", "category_ids", store.categories),
        ("brands", "brand_ids", store.brands),
        ("tags", "tag_ids", store.tags),
    ):
        if field in body:
            product.extra[name] = [entry["id"] for entry in body[field]]
        for entry in body.get(field) or ():
            if "name" in entry:
                terms[entry["id"]] = Term(entry["id"], entry["name"], entry["slug"])


def _plant_images(store: ShopStore, product: Product, body: Json) -> None:
    shown = body.get("images") or ([body["image"]] if body.get("image") else [])
    for image in shown:
        store.images[image["id"]] = image
        store.reserve("post", image["id"])
    product.extra["image_ids"] = [image["id"] for image in shown]


def _plant_parent(store: ShopStore, variation: Product, body: Json) -> None:
    """Make sure that the variation's parent is there, as far as the variation tells about it."""
    options = option_names(variation)
    parent = store.products.get(variation.parent_id)
    if parent is None or not parent.slug:
        base = variation.name.removesuffix(f" - {options}")
        address = re.search(r"/product/([^/]+)/", str(body.get("permalink", "")))
        made = (variation.created, variation.modified)
        parent = parent or Product(variation.parent_id, *made)
        parent.kind, parent.name = "variable", base
        parent.slug = address[1] if address else slug_of(base)
        store.put_product(parent)
    if body.get("manage_stock") == "parent":
        parent.managed, parent.stock = True, body.get("stock_quantity")
        parent.stock_status = str(body.get("stock_status") or "instock")
    if variation.id not in parent.variations:
        parent.variations.append(variation.id)


def _plant_parts(store: ShopStore, product: Product, body: Json) -> None:
    """Make the variations that a variable product names, with the prices its range shows."""
    low, shown = str(body.get("price", "")), amounts_in(store, str(body.get("price_html", "")))
    prices = [low, shown[1] if len(shown) > 1 else low]
    numbers = list(body.get("variations") or ())
    if not numbers and "variations" not in body and low:
        numbers = [store.next_id("filler") for _ in {*prices}]
    product.variations = numbers
    for at, number in enumerate(numbers):
        if store.variations.get(number) is not None:
            continue
        part = Product(number, product.created, product.modified, kind="variation")
        part.parent_id, part.name = product.id, product.name
        part.regular_price = part.price = prices[0] if at == 0 else prices[1]
        if body.get("on_sale") and parsed(part.price) is not None:
            part.sale_price = part.price
            part.regular_price = str(to_decimal(part.price) + 1)
        part.stock_status = str(body.get("stock_status") or "instock")
        store.put_product(part)
        store.reserve("post", number)


def plant_customer(store: ShopStore, body: Json, *, default_second: int) -> Customer:
    """Store a customer."""
    made = moment_of(store, body, "date_created") or default_second
    customer = Customer(int(body["id"]), made, moment_of(store, body, "date_modified"))
    for name in ("email", "username", "first_name", "last_name", "role"):
        if name in body:
            setattr(customer, name, body[name])
    customer.email = customer.email or f"customer{customer.id}@planted.example"
    customer.billing = dict(body.get("billing") or {})
    customer.shipping = dict(body.get("shipping") or {})
    customer.is_paying = bool(body.get("is_paying_customer", False))
    customer.meta = metas(store, body, "user_meta")
    store.reserve("user", customer.id)
    store.put_customer(customer)
    return customer


def plant_coupon(store: ShopStore, body: Json, *, default_second: int) -> Coupon:
    """Store a coupon."""
    made = moment_of(store, body, "date_created") or default_second
    changed = moment_of(store, body, "date_modified") or made
    coupon = Coupon(int(body["id"]), made, changed, str(body.get("code", "")))
    coupon.amount = to_decimal(body.get("amount", 0))
    coupon.kind = str(body.get("discount_type") or "fixed_cart")
    coupon.status = str(body.get("status") or "publish")
    coupon.used_by = list(body.get("used_by") or ())
    coupon.extra = {**body, "expires": moment_of(store, body, "date_expires")}
    coupon.meta = metas(store, body, "product_meta")
    store.reserve("post", coupon.id)
    store.coupons.add(coupon, trashed=coupon.status == "trash")
    return coupon


def plant_webhook(store: ShopStore, body: Json, *, default_second: int) -> Webhook:
    """Store a webhook."""
    made = moment_of(store, body, "date_created") or default_second
    webhook = Webhook(
        int(body["id"]), made, moment_of(store, body, "date_modified"), str(body.get("name", "")),
        str(body.get("topic", "order.updated")), str(body.get("delivery_url", "")),
        str(body.get("status", "active")),
    )  # fmt: skip
    store.reserve("webhook", webhook.id)
    store.webhooks.add(webhook)
    return webhook


def plant_rate(store: ShopStore, body: Json) -> None:
    """Store a tax rate, in place of one with its id."""
    wanted = str(body.get("class", "standard"))
    rate = TaxRate(
        int(body["id"]), str(body.get("country", "")), parsed(body.get("rate", "")) or Decimal(0),
        str(body.get("name", "Tax")), "" if wanted == "standard" else wanted,
        str(body.get("state", "")),
        int(body.get("priority", 1)), bool(body.get("compound")), bool(body.get("shipping", True)),
        int(body.get("order", 0)), tuple(body.get("postcodes") or ()),
        tuple(body.get("cities") or ()),
    )  # fmt: skip
    store.rates = [*(other for other in store.rates if other.id != rate.id), rate]
    store.reserve("rate", rate.id)
