"""Categories, brands, tags and the shipping class of products, as requests write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync_cli.sandbox.shop.records import Product, Term
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore, folded

Writer = Callable[[ShopStore, Product, Any], None]


def _write_categories(store: ShopStore, product: Product, value: Any) -> None:
    ids = [entry.get("id") for entry in value or () if isinstance(entry, dict)]
    product.extra["category_ids"] = [i for i in ids if i in store.categories] or [15]


def _term_writer(kind: str, name: str) -> Writer:
    """A writer of the terms of a kind; unknown ones are left out."""

    def write(store: ShopStore, product: Product, value: Any) -> None:
        ids = [entry.get("id") for entry in value or () if isinstance(entry, dict)]
        product.extra[name] = [number for number in ids if number in store.terms[kind]]

    return write


def _write_shipping_class(store: ShopStore, product: Product, value: Any) -> None:
    term = next((t for t in store.shipping_classes.values() if t.slug == value), None)
    product.extra["shipping_class"] = term.slug if term else ""
    product.extra["shipping_class_id"] = term.id if term else 0


def _write_tags(store: ShopStore, product: Product, value: Any) -> None:
    """Set the tags: by name they are made where they are not there, unknown ids are left out."""
    entries = [entry for entry in value or () if isinstance(entry, dict)]
    found = [_tag_named(store, str(e["name"])) if "name" in e else e.get("id") for e in entries]
    product.extra["tag_ids"] = [number for number in found if number in store.tags]


def _tag_named(store: ShopStore, name: str) -> int:
    for term in store.tags.values():
        if folded(term.name) == folded(name):
            return term.id
    term = Term(store.next_id("term"), name, slug_of(name))
    store.tags[term.id] = term
    return term.id


TERM_WRITERS: dict[str, Writer] = {
    "categories": _write_categories,
    "brands": _term_writer("brands", "brand_ids"),
    "tags": _write_tags,
    "shipping_class": _write_shipping_class,
}
