"""The routes of products and variations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError, invalid_id
from sync_cli.sandbox.shop.http import Answer, Call, created, paged
from sync_cli.sandbox.shop.listing import (
    ListSpec,
    check_query,
    is_true,
    page_of,
    wish_of,
    words,
)
from sync_cli.sandbox.shop.money import parsed
from sync_cli.sandbox.shop.product_facts import (
    ProductView,
    full_name,
    is_on_sale,
    shown_price,
    stock_holder,
)
from sync_cli.sandbox.shop.product_view import product_json, variation_json
from sync_cli.sandbox.shop.product_write import changed_product, settle_price
from sync_cli.sandbox.shop.records import Json, Product
from sync_cli.sandbox.shop.schemas import PRODUCT, VARIATION, check_body
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore, folded

_STATUSES = ("any", "future", "trash", "draft", "pending", "private", "publish")
_ORDERBY = ("date", "id", "include", "title", "slug", "modified")
_CHOICES = {
    "status": _STATUSES,
    "stock_status": ("instock", "outofstock", "onbackorder"),
    "tax_class": ("standard", "reduced-rate", "zero-rate"),
}
PRODUCTS = ListSpec(
    orderby=(*_ORDERBY, "popularity", "rating", "post__in", "price", "sales", "menu_order"),
    choices={**_CHOICES, "type": ("simple", "grouped", "external", "variable")},
    local_dates=True,
)
VARIATIONS = ListSpec(orderby=(*_ORDERBY, "menu_order"), choices=_CHOICES, local_dates=True)
_WRONG_ENDPOINT = (
    "To manipulate product variations you should use the "
    "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
)
Test = Callable[[ProductView, Product, str], bool]


def _in_text(view: ProductView, product: Product, text: str) -> bool:
    wanted = folded(text)
    described = str(product.extra.get("description", ""))
    return any(wanted in folded(part) for part in (full_name(view, product), described))


def _has_term(name: str) -> Test:
    return lambda _view, product, text: any(
        int(word) in product.extra.get(name, ()) for word in words(text) if word.isdecimal()
    )


_TESTS: dict[str, Test] = {
    "type": lambda _, p, text: p.kind == text,
    "stock_status": lambda v, p, text: stock_holder(v, p).stock_status == text,
    "tax_class": lambda _, p, text: p.tax_class == ("" if text == "standard" else text),
    "search": _in_text,
    "search_sku": lambda _, p, text: folded(text) in folded(p.sku),
    "slug": lambda _, p, text: p.slug == text,
    "category": _has_term("category_ids"),
    "brand": _has_term("brand_ids"),
    "featured": lambda _, p, text: bool(p.extra.get("featured")) == is_true(text),
    "virtual": lambda _, p, text: bool(p.extra.get("virtual")) == is_true(text),
    "on_sale": lambda v, p, text: is_on_sale(p, v.store.now()) == is_true(text),
    "parent": lambda _, p, text: str(p.parent_id) in words(text),
    "min_price": lambda v, p, text: (parsed(shown_price(v, p)) or 0) >= (parsed(text) or 0),
    "max_price": lambda v, p, text: (parsed(shown_price(v, p)) or 0) <= (parsed(text) or 0),
}


def _filter(call: Call, parent_id: int | None = None) -> Callable[[Product], bool] | None:
    """The query's own filters as one test; None when there are none."""
    view = ProductView(call.store)
    tests = [(test, call.query[name]) for name, test in _TESTS.items() if call.query.get(name)]
    status = call.query.get("status", "any")
    if status not in ("any", "trash"):
        tests.append((lambda _, p, text: p.status == text, status))
    if parent_id is not None:
        tests.append((lambda _, p, text: p.parent_id == int(text), str(parent_id)))
    if not tests:
        return None
    return lambda product: all(test(view, product, text) for test, text in tests)


_SORT_KEYS: dict[str, Callable[[Product], Any]] = {
    "title": lambda p: (folded(p.name), p.id),
    "slug": lambda p: (p.slug, p.id),
    "menu_order": lambda p: (p.extra.get("menu_order", 0), p.id),
    "price": lambda p: (parsed(p.price) or 0, p.id),
    "popularity": lambda p: (p.extra.get("total_sales", 0), p.id),
    "sales": lambda p: (p.extra.get("total_sales", 0), p.id),
    "rating": lambda p: p.id,
}


def list_products(call: Call) -> Answer:
    """`GET /products`; with `sku` it also finds variations."""
    check_query(PRODUCTS, call.query)
    view = ProductView(call.store)
    page = page_of(call.query)
    found, total = _by_sku(call) if call.query.get("sku") else _products(call)
    names = call.names
    bodies = [product_json(view, product, names) for product in found]
    return paged(call, bodies, total, page.size, page.number)


def _products(call: Call) -> tuple[list[Product], int]:
    trashed = call.query.get("status") == "trash"
    wish = wish_of(
        call.store,
        PRODUCTS,
        call.query,
        matches=_filter(call),
        sort_keys=_SORT_KEYS,
        trashed=trashed,
    )
    return call.store.products.find(wish)


def _by_sku(call: Call) -> tuple[list[Product], int]:
    """The products and variations with one of the SKUs; the whole text may be one SKU, too."""
    text = call.query["sku"]
    trashed = call.query.get("status") == "trash"
    holders = {
        product.id: product
        for sku in (text, *words(text))
        for product in call.store.sku_holders(sku)
        if (product.status == "trash") == trashed
    }
    wish = wish_of(call.store, PRODUCTS, call.query, matches=_filter(call), sort_keys=_SORT_KEYS)
    return call.store.products.choose(holders.values(), wish)


def list_variations(call: Call) -> Answer:
    """`GET /variations` and `GET /products/{id}/variations`; an unknown parent has none."""
    check_query(VARIATIONS, call.query)
    store, view = call.store, ProductView(call.store)
    parent_id = call.numbers[0] if call.numbers else None
    trashed = call.query.get("status") == "trash"
    matches = _filter(call, parent_id)
    wish = wish_of(
        store, VARIATIONS, call.query, matches=matches, sort_keys=_SORT_KEYS, trashed=trashed
    )
    if call.query.get("sku"):
        holders = [p for sku in words(call.query["sku"]) for p in store.sku_holders(sku)]
        chosen = [p for p in holders if p.kind == "variation" and p.status != "trash"]
        found, total = store.variations.choose(chosen, wish)
    elif parent_id is not None:
        found, total = store.variations.choose(_children(store, parent_id, trashed), wish)
    else:
        found, total = store.variations.find(wish)
    page = page_of(call.query)
    names = call.names
    bodies = [variation_json(view, product, names) for product in found]
    return paged(call, bodies, total, page.size, page.number)


def _children(store: ShopStore, parent_id: int, trashed: bool) -> list[Product]:
    parent = store.products.get(parent_id)
    parts = (store.variations.get(i) for i in parent.variations) if parent else ()
    return [p for p in parts if p is not None and (p.status == "trash") == trashed]


def _product_of(call: Call, status: int = 404) -> Product:
    product = call.store.product(call.numbers[0])
    if product is None:
        raise invalid_id("product", status)
    return product


def get_product(call: Call) -> Answer:
    """`GET /products/{id}`; a variation's id is answered too."""
    view = ProductView(call.store, edit=call.query.get("context") == "edit")
    return Answer(product_json(view, _product_of(call), call.single_names))


def post_product(call: Call) -> Answer:
    """`POST /products`."""
    check_body(PRODUCT, call.body)
    product = create_product(call.store, call.body, batch=False)
    view = ProductView(call.store, edit=True)
    return created(call, product_json(view, product, call.single_names), product.id)


def put_product(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /products/{id}`."""
    check_body(PRODUCT, call.body)
    before = _product_of(call, status=400)
    product = update_product(call.store, before, call.body, batch=False)
    view = ProductView(call.store, edit=True)
    return Answer(product_json(view, product, call.single_names))


def delete_product(call: Call) -> Answer:
    """`DELETE /products/{id}`: to the trash, with `force` for good."""
    product = _product_of(call)
    view = ProductView(call.store, edit=True)
    body = product_json(view, product, call.single_names)
    remove_product(call.store, product, force=is_true(call.query.get("force")))
    return Answer(body)


def create_product(store: ShopStore, body: Json, *, batch: bool) -> Product:
    """Make a product from a request's fields; raises ShopError."""
    now = store.now()
    blank = Product(0, now, now, name="Product", extra={"category_ids": [15]})
    product = changed_product(store, blank, body, batch=batch)
    # images are loaded first and take the numbers before the product's own
    number = product.id = store.next_id("post")
    product.slug = product.slug or _free_slug(product)
    store.put_product(product)
    store.record("product.created", number, reference=product.sku or None)
    return product


def _free_slug(product: Product) -> str:
    return slug_of(product.name) or str(product.id)


def update_product(store: ShopStore, before: Product, body: Json, *, batch: bool) -> Product:
    """Change a product or variation; raises ShopError and changes nothing then.

    A variation's change moves its parent's date of change too.
    """
    after = changed_product(store, before, body, batch=batch)
    now = store.now()
    after.modified = now
    store.put_product(after)
    if after.kind == "variation":
        _touch_parent(store, after)
    if after.stock != before.stock:
        store.record(
            "stock.set",
            after.id,
            reference=after.sku or None,
            old=before.stock,
            new=after.stock,
            by="api",
        )
    keys = sorted(name for name in body if name != "id")
    store.record("product.updated", after.id, reference=after.sku or None, keys=keys)
    return after


def _touch_parent(store: ShopStore, variation: Product) -> None:
    parent = store.products.get(variation.parent_id)
    if parent is not None:
        store.products.touch(parent, store.now())


def remove_product(store: ShopStore, product: Product, *, force: bool) -> None:
    """Trash a product with its variations, or take them out for good; raises ShopError."""
    if not force and product.status == "trash":
        message = "The product has already been deleted."
        raise ShopError("woocommerce_rest_already_trashed", message, 410)
    parts = [v for i in product.variations if (v := store.variations.get(i)) is not None]
    for each in [*parts, product]:
        if force:
            store.drop_product(each)
        else:
            each.status = "trash"
            table = store.variations if each.kind == "variation" else store.products
            table.set_trashed(each, True)
            each.modified = store.now()
    what = "product.deleted" if force else "product.trashed"
    store.record(what, product.id, reference=product.sku or None)
    if product.kind == "variation":
        _touch_parent(store, product)


def _variation_of(call: Call, status: int = 404) -> Product:
    parent_id, number = call.numbers
    variation = call.store.variations.get(number)
    if variation is None or variation.parent_id != parent_id:
        raise invalid_id("product_variation", status)
    return variation


def get_variation(call: Call) -> Answer:
    """`GET /products/{id}/variations/{id}`."""
    view = ProductView(call.store, edit=call.query.get("context") == "edit")
    return Answer(variation_json(view, _variation_of(call), call.single_names))


def post_variation(call: Call) -> Answer:
    """`POST /products/{id}/variations`."""
    check_body(VARIATION, call.body)
    product = create_variation(call.store, call.numbers[0], call.body, batch=False)
    view = ProductView(call.store, edit=True)
    return created(call, variation_json(view, product, call.single_names), product.id)


def create_variation(store: ShopStore, parent_id: int, body: Json, *, batch: bool) -> Product:
    """Make a variation of a product; raises ShopError."""
    parent = store.products.get(parent_id)
    if parent is None:
        raise invalid_id("product")
    number, now = store.next_id("post"), store.now()
    blank = Product(number, now, now, kind="variation", parent_id=parent_id, tax_class="parent")
    variation = changed_product(store, blank, body, batch=batch)
    variation.slug = slug_of(full_name(ProductView(store), variation))
    store.put_product(variation)
    parent.variations.append(number)
    _touch_parent(store, variation)
    store.record("product.created", number, reference=variation.sku or None)
    return variation


def put_variation(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /products/{id}/variations/{id}`."""
    check_body(VARIATION, call.body)
    variation = update_product(call.store, _variation_of(call, 404), call.body, batch=False)
    view = ProductView(call.store, edit=True)
    return Answer(variation_json(view, variation, call.single_names))


def delete_variation(call: Call) -> Answer:
    """`DELETE /products/{id}/variations/{id}`; without `force` to the trash."""
    variation = _variation_of(call)
    view = ProductView(call.store, edit=True)
    body = variation_json(view, variation, call.single_names)
    remove_product(call.store, variation, force=is_true(call.query.get("force")))
    return Answer(body)


def run_sales(store: ShopStore) -> int:
    """Do what the shop's job queue does: begin and end scheduled sales; gives how many changed."""
    changed = 0
    for table in (store.products, store.variations):
        for product in list(table.records.values()):
            if product.extra.get("sale_from") is None and product.extra.get("sale_to") is None:
                continue
            before = product.price
            settle_price(product, store.now())
            if product.price != before:
                table.touch(product, store.now())
                changed += 1
    return changed


class ProductBatch:
    """The items of `/products/batch`, or of one product's `/variations/batch`."""

    def __init__(self, store: ShopStore, parent_id: int | None = None) -> None:
        self._store, self._parent_id = store, parent_id
        self._view = ProductView(store, edit=True)

    def create(self, item: Json) -> Json:
        """Make one; raises ShopError."""
        if self._parent_id is None:
            return self._shown(create_product(self._store, item, batch=True))
        return self._shown(create_variation(self._store, self._parent_id, item, batch=True))

    def update(self, number: Any, item: Json) -> Json:
        """Change one; raises ShopError."""
        status = 400 if self._parent_id is None else 404
        return self._shown(
            update_product(self._store, self._found(number, status), item, batch=True)
        )

    def delete(self, number: Any) -> Json:
        """Take one out for good; raises ShopError."""
        product = self._found(number, 404)
        body = self._shown(product)
        remove_product(self._store, product, force=True)
        return body

    def _found(self, number: Any, status: int) -> Product:
        store = self._store
        if self._parent_id is not None:
            variation = store.variations.get(number) if isinstance(number, int) else None
            if variation is None or variation.parent_id != self._parent_id:
                raise invalid_id("product_variation", status)
            return variation
        product = store.products.get(number) if isinstance(number, int) else None
        if product is not None:
            return product
        if isinstance(number, int) and store.variations.get(number) is not None:
            raise ShopError("woocommerce_rest_invalid_product_id", _WRONG_ENDPOINT, 404)
        raise invalid_id("product", status)

    def _shown(self, product: Product) -> Json:
        if self._parent_id is None:
            return product_json(self._view, product, None)
        return variation_json(self._view, product, None)
