"""Put categories, tags, brands, shipping classes and attributes into a store."""

from __future__ import annotations

from typing import Any

from sync_cli.sandbox.shop.records import Attribute, Product, Term
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore

Json = dict[str, Any]
SHELVES = {
    "category": "categories",
    "tag": "tags",
    "brand": "brands",
    "shipping_class": "shipping_classes",
}
_FIELDS = {"category": "category_ids", "tag": "tag_ids", "brand": "brand_ids"}
_MOST = 500
"""So many products at most are made for a term, so that it has its count."""


def plant_term(store: ShopStore, kind: str, body: Json, *, attribute_id: int = 0) -> None:
    """Store a term, with as many products as it says that it has."""
    name = str(body.get("name") or f"term {body['id']}")
    term = Term(int(body["id"]), name, str(body.get("slug") or slug_of(name)))
    term.parent = int(body.get("parent") or 0)
    term.description = str(body.get("description") or "")
    term.menu_order = int(body.get("menu_order") or 0)
    term.display = str(body.get("display") or "default")
    shelf = store.attribute_terms[attribute_id] if attribute_id else store.terms[SHELVES[kind]]
    shelf[term.id] = term
    store.reserve("term", term.id)
    missing = min(int(body.get("count") or 0), _MOST) - _bearers(store, kind, term, attribute_id)
    for _ in range(missing):
        _plant_product_of(store, kind, term, attribute_id)


def _bearers(store: ShopStore, kind: str, term: Term, attribute_id: int) -> int:
    """How many products have the term already."""
    if kind == "option":
        slug = store.attributes[attribute_id].slug
        chosen = (
            entry.get("options", ())
            for product in store.products.records.values()
            for entry in product.extra.get("attributes", ())
            if entry.get("slug") == slug
        )
        return sum(term.name in options for options in chosen)
    products = store.products.records.values()
    if kind == "shipping_class":
        return sum(product.extra.get("shipping_class_id") == term.id for product in products)
    return sum(term.id in product.extra.get(_FIELDS[kind], ()) for product in products)


def _plant_product_of(store: ShopStore, kind: str, term: Term, attribute_id: int) -> None:
    extra: Json
    if kind == "shipping_class":
        extra = {"shipping_class": term.slug, "shipping_class_id": term.id}
    elif kind == "option":
        attribute = store.attributes[attribute_id]
        extra = {"attributes": [{
            "id": attribute_id, "name": attribute.name, "slug": attribute.slug,
            "options": [term.name],
        }]}  # fmt: skip
    else:
        extra = {_FIELDS[kind]: [term.id]}
    store.put_product(Product(store.next_id("filler"), 0, 0, name="Filler", extra=extra))


def plant_attribute(store: ShopStore, body: Json) -> None:
    """Store an attribute."""
    name = str(body.get("name") or f"attribute {body['id']}")
    attribute = Attribute(int(body["id"]), name, str(body.get("slug") or f"pa_{slug_of(name)}"))
    attribute.order_by = str(body.get("order_by") or "menu_order")
    attribute.has_archives = bool(body.get("has_archives"))
    store.attributes[attribute.id] = attribute
    store.reserve("attribute", attribute.id)
