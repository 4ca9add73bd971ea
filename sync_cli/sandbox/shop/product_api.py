"""The routes of products and variations."""

from __future__ import annotations

from typing import Any

from sync_cli.sandbox.shop.errors import ShopError, invalid_id
from sync_cli.sandbox.shop.http import Answer, Call, created, paged, refuse_existing
from sync_cli.sandbox.shop.listing import ListSpec, is_true, page_of, words
from sync_cli.sandbox.shop.product_facts import ProductView, full_name
from sync_cli.sandbox.shop.product_filters import listed_products, product_wish, wanted_statuses
from sync_cli.sandbox.shop.product_view import product_json, variation_json
from sync_cli.sandbox.shop.product_write import TRASHED, changed_product, settle_price, settle_slug
from sync_cli.sandbox.shop.records import Json, Product
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore

PRODUCTS = ListSpec(local_dates=True)
VARIATIONS = ListSpec(local_dates=True)
_WRONG_ENDPOINT = (
    "To manipulate product variations you should use the "
    "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
)


def _view(call: Call) -> ProductView:
    return ProductView(call.store, edit=call.query.get("context") == "edit")


def list_products(call: Call) -> Answer:
    """`GET /products`; with `sku` it also finds variations."""
    page, view = page_of(call.query), _view(call)
    found, total = listed_products(call, PRODUCTS)
    bodies = [call.with_metas(product_json(view, product, call.names)) for product in found]
    return paged(call, bodies, total, page.size, page.number)


def list_variations(call: Call) -> Answer:
    """`GET /variations` and `GET /products/{id}/variations`; an unknown parent has none."""
    page, view = page_of(call.query), _view(call)
    found, total = _listed_variations(call)
    bodies = [call.with_metas(variation_json(view, product, call.names)) for product in found]
    return paged(call, bodies, total, page.size, page.number)


def _listed_variations(call: Call) -> tuple[list[Product], int]:
    store, statuses = call.store, wanted_statuses(call.query)
    parent_id = call.numbers[0] if call.numbers else None
    wish = product_wish(call, VARIATIONS, parent_id, trashed=statuses == {"trash"})
    if call.query.get("sku"):
        holders = [p for sku in words(call.query["sku"]) for p in store.sku_holders(sku)]
        chosen = [p for p in holders if p.kind == "variation" and p.status != "trash"]
        return store.variations.choose(chosen, wish)
    if parent_id is not None:
        return store.variations.choose(_children(store, parent_id, statuses), wish)
    return store.variations.find(wish)


def _children(store: ShopStore, parent_id: int, statuses: set[str]) -> list[Product]:
    parent = store.products.get(parent_id)
    parts = (store.variations.get(i) for i in parent.variations) if parent else ()
    return [p for p in parts if p and (p.status != "trash" or "trash" in statuses)]


def _product_of(call: Call, status: int = 404) -> Product:
    product = call.store.product(call.numbers[0])
    if product is None:
        raise invalid_id("product", status)
    return product


def get_product(call: Call) -> Answer:
    """`GET /products/{id}`; a variation's id is answered too."""
    return Answer(product_json(_view(call), _product_of(call), call.single_names))


def post_product(call: Call) -> Answer:
    """`POST /products`."""
    refuse_existing(call, "product", "product")
    product = create_product(call.store, call.body, batch=False)
    view = ProductView(call.store, edit=True)
    return created(call, product_json(view, product, call.single_names), product.id)


def put_product(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /products/{id}`."""
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
    settle_slug(store, product)
    store.put_product(product)
    store.record("product.created", number, reference=product.sku or None)
    return product


def update_product(store: ShopStore, before: Product, body: Json, *, batch: bool) -> Product:
    """Change a product or variation; raises ShopError and changes nothing then.

    A variation's change moves its parent's date of change too.
    """
    after = changed_product(store, before, body, batch=batch)
    settle_slug(store, after)
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
            each.slug = f"{each.slug}{TRASHED}" if each.slug else ""
            table = store.variations if each.kind == "variation" else store.products
            table.set_trashed(each, True)
            each.modified = store.now()
    what = "product.deleted" if force else "product.trashed"
    store.record(what, product.id, reference=product.sku or None)
    if product.kind == "variation":
        _touch_parent(store, product)


def _variation_of(call: Call) -> Product:
    parent_id, number = call.numbers
    variation = call.store.variations.get(number)
    if variation is None or variation.parent_id != parent_id:
        raise invalid_id("product_variation")
    return variation


def get_variation(call: Call) -> Answer:
    """`GET /products/{id}/variations/{id}`."""
    return Answer(variation_json(_view(call), _variation_of(call), call.single_names))


def post_variation(call: Call) -> Answer:
    """`POST /products/{id}/variations`."""
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
    parent_id, number = call.numbers
    before = call.store.variations.get(number)
    if before is None:
        raise invalid_id("product_variation", 400)
    if before.parent_id != parent_id:
        message = "Parent product does not match current variation."
        raise ShopError("woocommerce_rest_cannot_edit", message, 403)
    variation = update_product(call.store, before, call.body, batch=False)
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
