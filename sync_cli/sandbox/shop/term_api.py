"""The routes of categories, brands, tags, shipping classes, and attributes with their terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call, chosen, created, links, paged
from sync_cli.sandbox.shop.listing import ids, is_true, page_of, words
from sync_cli.sandbox.shop.records import Attribute, Json, Term
from sync_cli.sandbox.shop.slugs import safe_name, slug_of
from sync_cli.sandbox.shop.store import ShopStore, folded

_DEFAULT_CATEGORY = 15
_PREFIX = "pa_"
_PRODUCT_FIELDS = {"categories": "category_ids", "brands": "brand_ids", "tags": "tag_ids"}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The terms of one kind and the address that they stand at."""

    store: ShopStore
    kind: str
    home: str
    terms: dict[int, Term]
    attribute: Attribute | None = None

    @property
    def is_tree(self) -> bool:
        """Whether a term of this kind may stand below another."""
        return self.kind in ("categories", "brands")


def shelf_of(call: Call) -> Shelf:
    """The terms that a path is about; raises ShopError for an attribute that is none."""
    parts = call.path.split("/")
    if parts[1] != "attributes":
        return Shelf(call.store, parts[1], "/".join(parts[:2]), call.store.terms[parts[1]])
    attribute = call.store.attributes.get(call.numbers[0])
    if attribute is None:
        raise ShopError("woocommerce_rest_taxonomy_invalid", "Taxonomy does not exist.", 404)
    home, terms = "/".join(parts[:4]), call.store.attribute_terms[attribute.id]
    return Shelf(call.store, "options", home, terms, attribute)


def _count(shelf: Shelf, term: Term) -> int:
    """How many published products have the term."""
    return sum(
        product.status == "publish" and term.id in _terms_of(shelf, product)
        for product in shelf.store.products.records.values()
    )


def _terms_of(shelf: Shelf, product: Any) -> list[int]:
    if shelf.kind == "shipping_classes":
        return [product.extra.get("shipping_class_id", 0)]
    if shelf.attribute is None:
        found: list[int] = product.extra.get(_PRODUCT_FIELDS[shelf.kind], [])
        return found
    options = {
        option
        for entry in product.extra.get("attributes", ())
        if entry.get("id") == shelf.attribute.id
        for option in entry.get("options", ())
    }
    return [term.id for term in shelf.terms.values() if term.name in options]


def _json(shelf: Shelf, term: Term) -> Json:
    body: Json = {"id": term.id, "name": term.name, "slug": term.slug}
    if shelf.is_tree:
        body["parent"] = term.parent
    body["description"] = term.description
    if shelf.is_tree:
        body |= {"display": term.display, "image": None}
    if shelf.is_tree or shelf.attribute:
        body["menu_order"] = term.menu_order
    body["count"] = _count(shelf, term)
    body["_links"] = links(shelf.store, shelf.home, term.id)
    if shelf.is_tree and term.parent:
        base = f"{shelf.store.settings.base_url}/wp-json/wc/v3/{shelf.home}"
        body["_links"]["up"] = [{"href": f"{base}/{term.parent}"}]
    return body


def list_terms(call: Call) -> Answer:
    """`GET` of terms: by name unless `orderby` says otherwise."""
    shelf, page = shelf_of(call), page_of(call.query)
    found = [term for term in shelf.terms.values() if _fits(shelf, term, call.query)]
    orderby = call.query.get("orderby", "name")
    if orderby == "include":
        places = {number: at for at, number in enumerate(ids(call.query.get("include")))}
        found.sort(key=lambda term: places.get(term.id, 0))
    else:
        is_down = call.query.get("order") == "desc"
        found.sort(key=lambda term: _sort_key(shelf, term, orderby), reverse=is_down)
    bodies = [
        chosen(_json(shelf, term), call.names) for term in found[page.skip : page.skip + page.size]
    ]
    return paged(call, bodies, len(found), page.size, page.number)


def _sort_key(shelf: Shelf, term: Term, orderby: str) -> tuple[Any, int]:
    keys: Mapping[str, Callable[[], Any]] = {
        "id": lambda: term.id,
        "slug": lambda: term.slug,
        "description": lambda: folded(term.description),
        "count": lambda: _count(shelf, term),
        "term_group": lambda: 0,
    }
    return keys.get(orderby, lambda: folded(term.name))(), term.id


def _fits(shelf: Shelf, term: Term, query: Mapping[str, str]) -> bool:
    wanted, slugs = ids(query.get("include")), words(query.get("slug"))
    search = folded(query.get("search", ""))
    return (
        (not wanted or term.id in wanted)
        and term.id not in ids(query.get("exclude"))
        and (not slugs or term.slug in slugs)
        and (search in folded(term.name) or search in folded(term.slug))
        and (not query.get("parent") or not shelf.is_tree or term.parent == int(query["parent"]))
        and (not query.get("product") or _is_on(shelf, term, int(query["product"])))
        and not (is_true(query.get("hide_empty")) and _count(shelf, term) == 0)
    )


def _is_on(shelf: Shelf, term: Term, product_id: int) -> bool:
    product = shelf.store.products.get(product_id)
    return product is not None and term.id in _terms_of(shelf, product)


def _term_of(shelf: Shelf, number: int) -> Term:
    term = shelf.terms.get(number)
    if term is None:
        raise ShopError("woocommerce_rest_term_invalid", "Resource does not exist.", 404)
    return term


def get_term(call: Call) -> Answer:
    """`GET` of one term."""
    shelf = shelf_of(call)
    return Answer(chosen(_json(shelf, _term_of(shelf, call.numbers[-1])), call.single_names))


def post_term(call: Call) -> Answer:
    """`POST` of a term."""
    shelf = shelf_of(call)
    term = create_term(shelf, call.body)
    body = chosen(_json(shelf, term), call.single_names)
    return created(call, body, term.id)


def create_term(shelf: Shelf, body: Json) -> Term:
    """Make a term; raises ShopError for a name that is there already beside it."""
    name = safe_name(str(body.get("name") or ""))
    parent = int(body.get("parent") or 0)
    twin = next((t for t in shelf.terms.values() if _is_twin(t, name, parent)), None)
    if twin is not None:
        raise ShopError(
            "term_exists",
            "A term with the name provided already exists with this parent."
            if shelf.is_tree
            else "A term with the name provided already exists in this taxonomy.",
            400,
            {"resource_id": twin.id},
        )
    slug = slug_of(str(body.get("slug") or name))
    term = Term(shelf.store.next_id("term"), name, _free_slug(shelf, slug))
    _write(term, body)
    shelf.terms[term.id] = term
    return term


def _is_twin(term: Term, name: str, parent: int) -> bool:
    return folded(term.name) == folded(name) and term.parent == parent


def _free_slug(shelf: Shelf, slug: str) -> str:
    taken, number, free = {term.slug for term in shelf.terms.values()}, 1, slug
    while free in taken:
        number += 1
        free = f"{slug}-{number}"
    return free


def _write(term: Term, body: Json) -> None:
    if body.get("name") is not None:
        term.name = safe_name(str(body["name"]))
    for name in ("description", "display"):
        if body.get(name) is not None:
            setattr(term, name, str(body[name]))
    for name in ("parent", "menu_order"):
        if body.get(name) is not None:
            setattr(term, name, int(body[name]))


def put_term(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST` of one term."""
    shelf = shelf_of(call)
    term = _term_of(shelf, call.numbers[-1])
    update_term(term, call.body)
    return Answer(chosen(_json(shelf, term), call.single_names))


def update_term(term: Term, body: Json) -> None:
    """Change the fields of a term that are sent."""
    _write(term, body)
    if body.get("slug"):
        term.slug = slug_of(str(body["slug"]))


def delete_term(call: Call) -> Answer:
    """`DELETE` of one term, only with `force`."""
    if not is_true(call.query.get("force")):
        message = "Resource does not support trashing."
        raise ShopError("woocommerce_rest_trash_not_supported", message, 501)
    shelf = shelf_of(call)
    return Answer(chosen(drop_term(shelf, call.numbers[-1]), call.single_names))


def drop_term(shelf: Shelf, number: int) -> Json:
    """Take a term out for good; raises ShopError. The default category stays."""
    term = _term_of(shelf, number)
    if shelf.kind == "categories" and number == _DEFAULT_CATEGORY:
        message = "Default product category cannot be deleted."
        raise ShopError("woocommerce_rest_cannot_delete", message, 500)
    body = _json(shelf, term)
    del shelf.terms[number]
    return body


class TermBatch:
    """The items of a batch of terms."""

    def __init__(self, call: Call) -> None:
        self._shelf = shelf_of(call)

    def create(self, item: Json) -> Json:
        """Make one; raises ShopError."""
        return _json(self._shelf, create_term(self._shelf, item))

    def update(self, number: Any, item: Json) -> Json:
        """Change one; raises ShopError."""
        term = _term_of(self._shelf, int(number or 0))
        update_term(term, item)
        return _json(self._shelf, term)

    def delete(self, number: Any) -> Json:
        """Take one out for good; raises ShopError."""
        return drop_term(self._shelf, int(number or 0))


def _attribute_json(store: ShopStore, attribute: Attribute) -> Json:
    return {
        "id": attribute.id,
        "name": attribute.name,
        "slug": attribute.slug,
        "type": "select",
        "order_by": attribute.order_by,
        "has_archives": attribute.has_archives,
        "_links": links(store, "products/attributes", attribute.id),
    }


def list_attributes(call: Call) -> Answer:
    """`GET /products/attributes`: all at once, by name."""
    found = sorted(call.store.attributes.values(), key=lambda a: (folded(a.name), a.id))
    bodies = [chosen(_attribute_json(call.store, attribute), call.names) for attribute in found]
    return Answer(bodies, 200, {"X-WP-Total": str(len(bodies)), "X-WP-TotalPages": "1"})


def _attribute_of(call: Call) -> Attribute:
    attribute = call.store.attributes.get(call.numbers[0])
    if attribute is None:
        raise ShopError("woocommerce_rest_taxonomy_invalid", "Resource does not exist.", 404)
    return attribute


def get_attribute(call: Call) -> Answer:
    """`GET /products/attributes/{id}`."""
    return Answer(chosen(_attribute_json(call.store, _attribute_of(call)), call.single_names))


def post_attribute(call: Call) -> Answer:
    """`POST /products/attributes`."""
    attribute = _create_attribute(call.store, call.body)
    body = chosen(_attribute_json(call.store, attribute), call.single_names)
    return created(call, body, attribute.id)


def _create_attribute(store: ShopStore, body: Json) -> Attribute:
    name = str(body.get("name") or "")
    if not name:
        message = "Please, provide an attribute name."
        raise ShopError("woocommerce_rest_cannot_create", message, 400)
    slug = slug_of(str(body.get("slug") or name)).removeprefix(_PREFIX)
    attribute = Attribute(store.next_id("attribute"), name, _PREFIX + slug)
    _write_attribute(attribute, body)
    store.attributes[attribute.id] = attribute
    return attribute


def _write_attribute(attribute: Attribute, body: Json) -> None:
    for name in ("name", "order_by"):
        if body.get(name) is not None:
            setattr(attribute, name, str(body[name]))
    if body.get("has_archives") is not None:
        attribute.has_archives = body["has_archives"] in (True, "true", "1", 1)


def put_attribute(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /products/attributes/{id}`."""
    attribute = _attribute_of(call)
    _write_attribute(attribute, call.body)
    return Answer(chosen(_attribute_json(call.store, attribute), call.single_names))


def delete_attribute(call: Call) -> Answer:
    """`DELETE /products/attributes/{id}`, only with `force`."""
    if not is_true(call.query.get("force")):
        message = "Resource does not support trashing."
        raise ShopError("woocommerce_rest_trash_not_supported", message, 501)
    attribute = _attribute_of(call)
    return Answer(chosen(_drop_attribute(call.store, attribute), call.single_names))


def _drop_attribute(store: ShopStore, attribute: Attribute) -> Json:
    body = _attribute_json(store, attribute)
    del store.attributes[attribute.id]
    store.attribute_terms.pop(attribute.id, None)
    return body


class AttributeBatch:
    """The items of `/products/attributes/batch`."""

    def __init__(self, store: ShopStore) -> None:
        self._store = store

    def create(self, item: Json) -> Json:
        """Make one; raises ShopError."""
        return _attribute_json(self._store, _create_attribute(self._store, item))

    def update(self, number: Any, item: Json) -> Json:
        """Change one; raises ShopError."""
        attribute = self._found(number)
        _write_attribute(attribute, item)
        return _attribute_json(self._store, attribute)

    def delete(self, number: Any) -> Json:
        """Take one out for good; raises ShopError."""
        return _drop_attribute(self._store, self._found(number))

    def _found(self, number: Any) -> Attribute:
        attribute = self._store.attributes.get(int(number or 0))
        if attribute is None:
            raise ShopError("woocommerce_rest_attribute_invalid", "Resource does not exist.", 404)
        return attribute
