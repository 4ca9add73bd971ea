"""What requests say about the attributes of products and the choices of variations.

An attribute named by its id is one that all products share: its name, its address and its terms
are the shop's, and a term that is not there yet is made. Any other is the product's own.
"""

from __future__ import annotations

from typing import Any

from sync_cli.sandbox.shop.records import Attribute, Json, Product, Term
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore

_DELIMITER = "|"


def written_attributes(store: ShopStore, value: Any) -> list[Json]:
    """The attributes of a product; those without an option, name or known id are left out."""
    entries = value if isinstance(value, list) else []
    made = (_attribute(store, entry) for entry in entries if isinstance(entry, dict))
    return [attribute for attribute in made if attribute is not None]


def _attribute(store: ShopStore, entry: Json) -> Json | None:
    shared = store.attributes.get(entry["id"]) if entry.get("id") else None
    name = shared.name if shared else str(entry.get("name") or "")
    options = _options(entry.get("options"))
    if not name or options is None or (entry.get("id") and not (shared and options)):
        return None
    if shared is not None:
        options = _terms(store, shared, options)
    return {
        "id": shared.id if shared else 0,
        "name": name,
        "slug": shared.slug if shared else name,
        "position": int(entry.get("position") or 0),
        "visible": bool(entry.get("visible", False)),
        "variation": bool(entry.get("variation", False)),
        "options": options,
    }


def _options(value: Any) -> list[str] | None:
    """The options of a request: a list, or a text in which bars part them."""
    if value is None:
        return None
    texts = value.split(_DELIMITER) if isinstance(value, str) else value
    return [text for text in (str(text).strip() for text in texts) if text]


def _terms(store: ShopStore, attribute: Attribute, names: list[str]) -> list[str]:
    """The names of the terms meant, in the shop's order."""
    shelf = store.attribute_terms[attribute.id]
    meant = []
    for name in names:
        term = _term(store, attribute, name)
        if term is None:
            term = Term(store.next_id("term"), name, slug_of(name))
            shelf[term.id] = term
        meant.append(term)
    by_name = attribute.order_by == "name"
    meant.sort(key=lambda term: (0 if by_name else term.menu_order, term.name))
    return list(dict.fromkeys(term.name for term in meant))


def _term(store: ShopStore, attribute: Attribute, name: str) -> Term | None:
    terms = store.attribute_terms[attribute.id].values()
    return next((term for term in terms if name in (term.name, term.slug)), None)


def written_choices(store: ShopStore, variation: Product, value: Any) -> list[Json]:
    """What a variation chooses: only among the attributes that its parent's variations differ by,
    in the parent's order."""
    parent = store.products.get(variation.parent_id)
    entries = [entry for entry in value or () if isinstance(entry, dict)]
    found = []
    for attribute in parent.extra.get("attributes", ()) if parent else ():
        entry = next((e for e in entries if _names(attribute, e)), None)
        option = str(entry.get("option") or "") if entry else ""
        if attribute.get("variation") and option:
            found.append(_choice(store, attribute, option))
    return found


def _names(attribute: Json, entry: Json) -> bool:
    if entry.get("id"):
        return bool(attribute["id"] == entry["id"])
    return attribute["id"] == 0 and slug_of(attribute["name"]) == slug_of(str(entry.get("name")))


def _choice(store: ShopStore, attribute: Json, option: str) -> Json:
    shared = store.attributes.get(attribute["id"])
    term = _term(store, shared, option) if shared else None
    return {
        "id": attribute["id"],
        "name": attribute["name"],
        "slug": attribute["slug"],
        "option": term.name if term else option,
    }
