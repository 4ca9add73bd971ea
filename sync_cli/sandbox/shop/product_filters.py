"""Which products a list request finds, and in what order, as the shop's database does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from sync_cli.sandbox.shop.http import Call
from sync_cli.sandbox.shop.listing import ListSpec, ids, is_true, wish_of, words
from sync_cli.sandbox.shop.money import parsed
from sync_cli.sandbox.shop.product_facts import (
    ProductView,
    full_name,
    is_shown_on_sale,
    shown_price,
    shown_stock_status,
    variation_prices,
)
from sync_cli.sandbox.shop.records import Product, Term
from sync_cli.sandbox.shop.store import ShopStore, folded
from sync_cli.sandbox.shop.table import Wish

Test = Callable[[ProductView, Product, str], bool]
Filter = Callable[[Product], bool]
_HIDDEN = ("trash", "auto-draft")
_ALWAYS_DESCENDING = ("popularity", "rating")
"""Orders that the shop's catalogue gives only from the top."""
_PARTS: dict[str, Callable[[ProductView, Product], str]] = {
    "name": full_name,
    "sku": lambda _, p: p.sku,
    "global_unique_id": lambda _, p: p.extra.get("global_unique_id", ""),
    "description": lambda _, p: p.extra.get("description", ""),
    "short_description": lambda _, p: p.extra.get("short_description", ""),
}
_TEXTS = ("name", "description", "short_description")
_WORD = re.compile(r'"[^"]*"?|[^\t ",+]+')
_MOST_WORDS = 9


def _search_words(text: str) -> list[str]:
    """The words of a search; those in quotes are one, and more than nine count as a whole."""
    found = [word.strip('"') for word in _WORD.findall(text)]
    return found if len(found) <= _MOST_WORDS else [text]


def _has_all(view: ProductView, product: Product, texts: Iterable[str], parts: list[str]) -> bool:
    """Whether each text stands in one of the named parts of a product."""
    shown = [folded(str(_PARTS[part](view, product))) for part in parts if part in _PARTS]
    return all(any(folded(text) in part for part in shown) for text in texts)


def _search_test(query: Mapping[str, str]) -> list[tuple[Test, str]]:
    """The searches by text: the first of them that is asked for replaces those below it."""
    search, named = query.get("search", "").strip(), query.get("search_name_or_sku", "")
    fields = words(query.get("search_fields"))
    if search and fields:
        return [(lambda v, p, text: _has_all(v, p, text.split(), fields), search)]
    if named:
        return [(lambda v, p, text: _has_all(v, p, text.split(), ["name", "sku"]), named)]
    found: list[tuple[Test, str]] = []
    if search:
        found.append((lambda v, p, t: _has_all(v, p, _search_words(t), list(_TEXTS)), search))
    if query.get("search_sku"):
        found.append((lambda v, p, text: _has_all(v, p, [text], ["sku"]), query["search_sku"]))
    return found


def _has_term(name: str) -> Test:
    return lambda _view, product, text: bool(set(ids(text)) & set(product.extra.get(name, ())))


def _with_children(terms: Mapping[int, Term], wanted: Iterable[int]) -> set[int]:
    found = set(wanted) - {0}
    for _ in terms:
        below = {term.id for term in terms.values() if term.parent in found}
        if below <= found:
            break
        found |= below
    return found


def _in_category(view: ProductView, product: Product, text: str) -> bool:
    """Whether a product is in one of the categories or in one below them."""
    wanted = _with_children(view.store.categories, ids(text))
    return bool(wanted & set(product.extra.get("category_ids", ())))


def _prices(view: ProductView, product: Product) -> list[Decimal]:
    """The prices that a product can be had for; one without price counts as 0."""
    if product.kind == "variable":
        return variation_prices(view, product)
    return [parsed(shown_price(view, product)) or Decimal(0)]


def _is_listed_on_sale(view: ProductView, product: Product) -> bool:
    """Whether the shop's list of sales, which holds only what is published, has a product."""
    return product.status == "publish" and is_shown_on_sale(view, product)


_TESTS: dict[str, Test] = {
    "type": lambda _, p, text: p.kind == text,
    "include_types": lambda _, p, text: p.kind in words(text),
    "exclude_types": lambda _, p, text: p.kind not in words(text),
    "stock_status": lambda v, p, text: shown_stock_status(v, p) == text,
    "tax_class": lambda _, p, text: p.tax_class == ("" if text == "standard" else text),
    "slug": lambda _, p, text: p.slug == text,
    "category": _in_category,
    "tag": _has_term("tag_ids"),
    "brand": _has_term("brand_ids"),
    "shipping_class": lambda _, p, text: p.extra.get("shipping_class_id", 0) in ids(text),
    "featured": lambda _, p, text: bool(p.extra.get("featured")) == is_true(text),
    "virtual": lambda _, p, text: bool(p.extra.get("virtual")) == is_true(text),
    "downloadable": lambda _, p, text: bool(p.extra.get("downloadable")) == is_true(text),
    "on_sale": lambda v, p, text: _is_listed_on_sale(v, p) == is_true(text),
    "has_price": lambda v, p, text: (shown_price(v, p) != "") == is_true(text),
    "parent": lambda _, p, text: p.parent_id in ids(text),
    "parent_exclude": lambda _, p, text: p.parent_id not in ids(text),
}


def _price_test(query: Mapping[str, str]) -> list[tuple[Test, str]]:
    """One price of the product lies between both bounds; a bound of 0 is none."""
    low, high = (parsed(query.get(name, "")) or Decimal(0) for name in ("min_price", "max_price"))
    if not low and not high:
        return []
    most = high or Decimal("Infinity")
    return [(lambda v, p, _: any(low <= price <= most for price in _prices(v, p)), "")]


def _attribute_test(call: Call) -> list[tuple[Test, str]]:
    """Products with one of the terms of a global attribute; an unknown attribute is no filter."""
    slug, terms = call.query.get("attribute"), call.query.get("attribute_term")
    known = {attribute.slug: attribute for attribute in call.store.attributes.values()}
    if not terms or slug not in known:
        return []
    named = call.store.attribute_terms[known[slug].id]
    wanted = {named[number].name for number in ids(terms) if number in named}
    return [(lambda _, p, __: bool(wanted & _options(p, str(slug))), "")]


def _options(product: Product, slug: str) -> set[str]:
    entries = (e for e in product.extra.get("attributes", ()) if e.get("slug") == slug)
    return {option for entry in entries for option in entry.get("options", ())}


def wanted_statuses(query: Mapping[str, str]) -> set[str]:
    """The statuses that are asked for; "any" means all that are not hidden."""
    return set(words(query.get("include_status")) or [query.get("status") or "any"])


def _status_test(query: Mapping[str, str]) -> list[tuple[Test, str]]:
    wanted, unwanted = wanted_statuses(query), set(words(query.get("exclude_status")))
    if wanted == {"any"} and not unwanted:
        return []

    def fits(_view: ProductView, product: Product, _text: str) -> bool:
        status = product.status
        shown = status in wanted or ("any" in wanted and status not in _HIDDEN)
        return shown and status not in unwanted

    return [(fits, "")]


def product_filter(call: Call, parent_id: int | None = None) -> Filter | None:
    """The query's own filters as one test; None when there are none."""
    view, query = ProductView(call.store), call.query
    tests = [(test, query[name]) for name, test in _TESTS.items() if query.get(name)]
    tests += [*_search_test(query), *_price_test(query), *_attribute_test(call)]
    tests += _status_test(query)
    if parent_id is not None:
        tests.append((lambda _, p, text: p.parent_id == int(text), str(parent_id)))
    if not tests:
        return None
    return lambda product: all(test(view, product, text) for test, text in tests)


def _sort_keys(store: ShopStore, *, descending: bool) -> dict[str, Callable[[Product], Any]]:
    view, edge = ProductView(store), max if descending else min
    return {
        "title": lambda p: (folded(p.name), p.id),
        "slug": lambda p: (p.slug, p.id),
        "menu_order": lambda p: (p.extra.get("menu_order", 0), folded(p.name), p.id),
        "price": lambda p: (edge(_prices(view, p), default=Decimal(0)), p.id),
        "popularity": lambda p: (p.extra.get("total_sales", 0), p.id),
        "sales": lambda p: (p.extra.get("total_sales", 0), p.id),
        "rating": lambda p: p.id,
    }


def product_wish(
    call: Call, spec: ListSpec, parent_id: int | None = None, *, trashed: bool = False
) -> Wish[Product]:
    """The wish that the query of a list of products or variations means."""
    orderby = call.query.get("orderby")
    descending = call.query.get("order", spec.default_order) == "desc"
    wish = wish_of(
        call.store,
        spec,
        call.query,
        matches=product_filter(call, parent_id),
        sort_keys=_sort_keys(call.store, descending=descending),
        trashed=trashed,
    )
    wish.descending = wish.descending or orderby in _ALWAYS_DESCENDING
    return wish


def listed_products(call: Call, spec: ListSpec) -> tuple[list[Product], int]:
    """A page of `/products`; with a SKU or a search for one it holds variations as well."""
    store, statuses = call.store, wanted_statuses(call.query)
    wish = product_wish(call, spec, trashed=statuses == {"trash"})
    if _finds_variations(call.query):
        return store.products.choose(_shown(_candidates(call), statuses), wish)
    if len(statuses) > 1 and "trash" in statuses:
        return store.products.choose(store.products.records.values(), wish)
    return store.products.find(wish)


def _finds_variations(query: Mapping[str, str]) -> bool:
    names = ("sku", "search_sku", "search_name_or_sku")
    by_field = bool(query.get("search", "").strip() and query.get("search_fields"))
    return by_field or any(query.get(name) for name in names)


def _candidates(call: Call) -> Iterable[Product]:
    """All products and variations, or the holders of the SKUs named where nothing goes before."""
    store, query = call.store, call.query
    others = ("search_sku", "search_name_or_sku", "search_fields")
    if not query.get("sku") or any(query.get(name) for name in others):
        return chain(store.products.records.values(), store.variations.records.values())
    text = query["sku"]
    named = (holder for sku in (text, *words(text)) for holder in store.sku_holders(sku))
    return {holder.id: holder for holder in named}.values()


def _shown(products: Iterable[Product], statuses: set[str]) -> list[Product]:
    return [p for p in products if p.status not in _HIDDEN or p.status in statuses]
