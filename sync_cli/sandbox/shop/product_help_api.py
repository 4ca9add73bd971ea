"""The routes that help whoever edits products: names, slugs, other products, combinations."""

from __future__ import annotations

from dataclasses import replace
from itertools import product as combined
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call, paged
from sync_cli.sandbox.shop.listing import ids, page_of
from sync_cli.sandbox.shop.product_api import create_variation, list_products, remove_product
from sync_cli.sandbox.shop.product_facts import ProductView
from sync_cli.sandbox.shop.product_view import product_json
from sync_cli.sandbox.shop.records import Json, Product
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore, folded

_MOST_VARIATIONS = 99
_MOST_SUGGESTED = 5
_NOT_IN_CATALOGUE = ("search", "hidden")


def _product(store: ShopStore, number: int) -> Product:
    found = store.products.get(number)
    if found is None:
        raise ShopError("woocommerce_rest_product_invalid_id", "Invalid product ID.", 404)
    return found


def list_field_names(call: Call) -> Answer:
    """`GET /products/custom-fields/names`: the keys of `meta_data`, no private ones."""
    query, page = call.query, page_of(call.query)
    products = list(call.store.products.records.values())
    keys = {meta.key for one in products for meta in one.meta if not meta.key.startswith("_")}
    if products:
        keys.add("total_sales")  # the shop keeps it of every product
    wanted = folded(query.get("search", ""))
    names = sorted(key for key in keys if wanted in folded(key))
    if query.get("order") == "desc":
        names.reverse()
    shown: list[Any] = names[page.skip : page.skip + page.size]
    return paged(call, shown, len(names), page.size, page.number)


def suggest_class_slug(call: Call) -> Answer:
    """`GET /products/shipping_classes/slug-suggestion`: a text that no shipping class has."""
    base = slug_of(call.query.get("name", ""))
    taken = {term.slug for term in call.store.shipping_classes.values()}
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return Answer(slug)


def get_related(call: Call) -> Answer:
    """`GET /products/{id}/related`."""
    product = call.store.product(call.numbers[0]) or _product(call.store, call.numbers[0])
    names = frozenset({"related_ids"})
    return Answer(product_json(ProductView(call.store), product, names))


def list_suggested(call: Call) -> Answer:
    """`GET /products/suggested-products`: those of the categories and tags that are named."""
    query = call.query
    terms, excluded = (
        ids(query.get("categories")) + ids(query.get("tags")),
        ids(query.get("exclude")),
    )
    found = [
        one.id
        for one in sorted(call.store.products.records.values(), key=lambda one: one.id)
        if one.status == "publish"
        and one.id not in excluded
        and one.extra.get("catalog_visibility", "visible") not in _NOT_IN_CATALOGUE
        and (not terms or _has_any(one, terms))
    ]
    if not found:
        return Answer([])
    chosen = found[: int(query.get("limit") or 0) or _MOST_SUGGESTED]
    include = ",".join(str(number) for number in chosen)
    return list_products(replace(call, query={**query, "include": include}))


def _has_any(product: Product, terms: list[int]) -> bool:
    own = (*product.extra.get("category_ids", ()), *product.extra.get("tag_ids", ()))
    return any(term in own for term in terms)


def generate_variations(call: Call) -> Answer:
    """`POST /products/{id}/variations/generate`: a variation of each combination that lacks one."""
    parent = _product(call.store, call.numbers[0])
    if parent.kind != "variable":
        return Answer({"count": None})
    missing = _combinations(parent)
    surplus: list[Product] = []
    for part in _parts(call.store, parent):
        choice = _choice_of(part)
        if choice in missing:
            missing.remove(choice)
        else:
            surplus.append(part)
    made = missing[:_MOST_VARIATIONS]
    for choice in made:
        create_variation(call.store, parent.id, _body(call, parent, choice), batch=True)
    body: Json = {"count": len(made)}
    if call.body.get("delete") in (True, 1, "1", "true"):
        for part in surplus:
            remove_product(call.store, part, force=True)
        body["deleted_count"] = len(surplus)
    _number(call.store, parent)
    return Answer(body)


def _combinations(parent: Product) -> list[dict[str, str]]:
    """Every choice of one option of each attribute that variations differ in."""
    varied = [one for one in parent.extra.get("attributes", ()) if one.get("variation")]
    lists = [[(one["slug"], option) for option in one["options"]] for one in varied]
    return [dict(pairs) for pairs in combined(*[one for one in lists if one])] if varied else []


def _parts(store: ShopStore, parent: Product) -> list[Product]:
    found = (store.variations.get(number) for number in parent.variations)
    return [part for part in found if part is not None and part.status != "trash"]


def _choice_of(part: Product) -> dict[str, str]:
    return {one["slug"]: one["option"] for one in part.extra.get("attributes", ())}


def _body(call: Call, parent: Product, choice: dict[str, str]) -> Json:
    named = {one["slug"]: one for one in parent.extra.get("attributes", ())}
    attributes = [
        {"id": named[slug]["id"], "name": named[slug]["name"], "slug": slug, "option": option}
        for slug, option in choice.items()
    ]
    sent = call.body.get("default_values")
    values = sent if isinstance(sent, dict) else {}
    return {**values, "meta_data": call.body.get("meta_data") or [], "attributes": attributes}


def _number(store: ShopStore, parent: Product) -> None:
    """Count the variations through in the order that they have."""
    parts = [part for part in _parts(store, parent) if part.status in ("publish", "private")]
    parts.sort(key=lambda part: (part.extra.get("menu_order", 0), part.id))
    for at, part in enumerate(parts, start=1):
        part.extra["menu_order"] = at
