"""What a list request says about the objects that its answer shows: that they pass its filters.

Only fields that the answer hides are given. Whether objects that do not pass are left out, the
objects around them show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sync_cli.sandbox.shop.listing import ids, is_true, words
from sync_cli.sandbox.shop.store import folded
from sync_cli.sandbox.shop.times import gmt_of, gmt_text, parse_bound

Json = dict[str, Any]
Query = Mapping[str, str]
_STATUSES = ("publish", "draft", "pending", "private", "future")
_TYPES = ("simple", "variable", "grouped", "external")
_DATES = (
    ("date_created_gmt", "after", "before"),
    ("date_modified_gmt", "modified_after", "modified_before"),
)
_SORTED_BY = {
    "date": "date_created_gmt",
    "date_gmt": "date_created_gmt",
    "product": "product_id",
    "registered_date": "date_created_gmt",
    "modified": "date_modified_gmt",
    "title": "name",
    "name": "name",
    "slug": "slug",
    "price": "regular_price",
    "menu_order": "menu_order",
    "popularity": "total_sales",
    "order": "order",
    "priority": "priority",
    "count": "count",
}
ALWAYS_DOWN = ("popularity", "rating")
"""Orders that begin at the top whatever is asked."""


def implied(
    kind: str, query: Query, shown: Sequence[Json], told: Sequence[Json], zone: str
) -> list[Json]:
    """For each object shown the fields that follow from the request; `told` is all that is known.

    A field that is known of an object already is not given for it.
    """
    query = {**query, **_moments(query, zone)}
    filters = _FILTERS.get(kind, _nothing)
    found = []
    for at, (body, known) in enumerate(zip(shown, told, strict=True)):
        whole = {**known, **body}
        fields = {**_dated(query), **filters(query, at, whole)}
        found.append({name: value for name, value in fields.items() if not _is_told(name, whole)})
    for body, rank in zip(found, _ranks(kind, query, told), strict=True):
        body.update(rank)
    return found


def _is_told(name: str, whole: Json) -> bool:
    """Whether a field is known of an object, a date in UTC also by the one in local time."""
    return name in whole or (name.endswith("_gmt") and name.removesuffix("_gmt") in whole)


def _nothing(_query: Query, _at: int, _body: Json) -> Json:
    return {}


def _dated(query: Query) -> Json:
    """Dates of creation and change that lie between the bounds of the request."""
    found = {}
    for name, low_name, high_name in _DATES:
        low, high = _second(query, low_name), _second(query, high_name)
        if low is not None:
            found[name] = gmt_text(low + 1)
        elif high is not None:
            found[name] = gmt_text(high - 1)
    return found


def _moments(query: Query, zone: str) -> Json:
    """The bounds of the request as Unix seconds; none for one that is no date."""
    flag, found = is_true(query.get("dates_are_gmt")), {}
    for name in (side for _, *sides in _DATES for side in sides if side in query):
        bound = parse_bound(query[name])
        found[name] = "" if bound is None else str(gmt_of(bound, zone, dates_are_gmt=flag))
    return found


def _second(query: Query, name: str) -> int | None:
    return int(query[name]) if query.get(name) else None


def _ranks(kind: str, query: Query, told: Sequence[Json]) -> list[Json]:
    """Values of the field that the list is sorted by, in its order, where some are not known."""
    default = "name" if kind in ("customer", *_TERMS) else "order" if kind == "rate" else "date"
    orderby = query.get("orderby", default)
    field = _SORTED_BY.get(orderby)
    if field == "name":
        field = {"customer": "username", "coupon": "code"}.get(kind, field)
    if field is None or all(_is_told(field, body) for body in told):
        return [{} for _ in told]
    down = "asc" if kind in ("customer", "rate", *_TERMS) else "desc"
    is_down = query.get("order", down) == "desc" or orderby in ALWAYS_DOWN
    places = range(len(told), 0, -1) if is_down else range(1, len(told) + 1)
    return [{field: _value(field, query, place)} for place in places]


def _value(field: str, query: Query, place: int) -> Any:
    if field.startswith("date_"):
        low = next((_second(query, b) for n, b, _ in _DATES if n == field), None)
        high = next((_second(query, b) for n, _, b in _DATES if n == field), None)
        first = (high - 200 if high else 1_700_000_000) if low is None else low
        return gmt_text(first + place)
    if field in ("menu_order", "total_sales", "order", "priority", "count"):
        return place
    if field == "regular_price":
        lowest = float(query.get("min_price") or 1)
        return f"{lowest + place / 100:.2f}"
    return f"{query.get('search', 'n')} {place:04}"


def _first(text: str) -> int:
    return ids(text)[0]


def _product(query: Query, at: int, body: Json) -> Json:
    found: Json = {}
    for name, give in _PRODUCT.items():
        if query.get(name):
            found |= give(query[name])
    if query.get("min_price") or query.get("max_price"):
        found["regular_price"] = query.get("min_price") or query["max_price"]
    if "price" in body:
        found.pop("regular_price", None)
    if "price_html" in body:
        found.pop("regular_price", None)
    elif is_true(query.get("on_sale")):
        price = str(body.get("price") or found.get("regular_price") or "5.00")
        found |= {"sale_price": price, "regular_price": f"{float(price) + 1:.2f}"}
    if query.get("sku"):
        skus = words(query["sku"])
        found["sku"] = skus[at % len(skus)]
    return found | _searched(query, body)


_PRODUCT: Mapping[str, Callable[[str], Json]] = {
    "category": lambda text: {"categories": [{"id": _first(text)}]},
    "categories": lambda text: {"categories": [{"id": _first(text)}]},
    "tags": lambda text: {"tags": [{"id": _first(text)}]},
    "tag": lambda text: {"tags": [{"id": _first(text)}]},
    "brand": lambda text: {"brands": [{"id": _first(text)}]},
    "shipping_class": lambda text: {"shipping_class_id": _first(text)},
    "featured": lambda text: {"featured": is_true(text)},
    "virtual": lambda text: {"virtual": is_true(text)},
    "downloadable": lambda text: {"downloadable": is_true(text)},
    "has_price": lambda text: {"regular_price": "5.00" if is_true(text) else ""},
    "stock_status": lambda text: {"stock_status": text},
    "type": lambda text: {"type": text},
    "include_types": lambda text: {"type": words(text)[0]},
    "exclude_types": lambda text: {"type": _other(_TYPES, text)},
    "status": lambda text: {} if text == "any" else {"status": text},
    "include_status": lambda text: {} if "any" in words(text) else {"status": words(text)[0]},
    "exclude_status": lambda text: {"status": _other(_STATUSES, text)},
    "tax_class": lambda text: {"tax_class": "" if text == "standard" else text},
    "slug": lambda text: {"slug": text},
    "parent": lambda text: {"parent_id": _first(text)},
}


def _other(values: Sequence[str], unwanted: str) -> str:
    return next((value for value in values if value not in words(unwanted)), values[0])


def _searched(query: Query, body: Json) -> Json:
    """A text of the product that the search finds, in a field that the answer hides."""
    fields = words(query.get("search_fields"))
    if query.get("search") and fields:
        return _hidden_text(query["search"], fields, body)
    if query.get("search_name_or_sku"):
        return _hidden_text(query["search_name_or_sku"], ["name", "sku"], body)
    found: Json = {}
    if query.get("search"):
        found |= _hidden_text(query["search"], ["name", "description", "short_description"], body)
    if query.get("search_sku"):
        found |= _hidden_text(query["search_sku"], ["sku"], body)
    return found


def _hidden_text(text: str, fields: Sequence[str], body: Json) -> Json:
    if any(folded(text) in folded(str(body.get(field, ""))) for field in fields):
        return {}
    return next(({field: text} for field in fields if field not in body), {})


def _order(query: Query, _at: int, body: Json) -> Json:
    found: Json = {}
    statuses = words(query.get("status"))
    if statuses and "any" not in statuses:
        found["status"] = statuses[0]
    if query.get("customer"):
        found["customer_id"] = int(query["customer"])
    if query.get("product"):
        found["bought"] = int(query["product"])
    if query.get("created_via"):
        found["created_via"] = words(query["created_via"])[0]
    if query.get("parent"):
        found["parent_id"] = _first(query["parent"])
    if query.get("search") and query["search"] != str(body["id"]):
        found["billing"] = {"company": query["search"]}
    return found


def line_of(order_id: int, product_id: int) -> Json:
    """A line of an order with one piece of a product."""
    return {
        "id": 5_000_000 + order_id, "name": "Line", "product_id": product_id, "variation_id": 0,
        "quantity": 1, "tax_class": "", "subtotal": "1.00", "total": "1.00", "taxes": [],
        "subtotal_tax": "0.00", "total_tax": "0.00", "meta_data": [], "sku": "", "price": 1,
        "global_unique_id": "", "image": {"id": "", "src": ""}, "parent_name": None,
    }  # fmt: skip


def _customer(query: Query, _at: int, _body: Json) -> Json:
    found: Json = {"role": query.get("role", "customer")}
    if found["role"] == "all":
        found = {}
    if query.get("email"):
        found["email"] = query["email"]
    if query.get("search"):
        found["username"] = query["search"]
    return found


def _refund(query: Query, _at: int, _body: Json) -> Json:
    return {"parent_id": _first(query["parent"])} if query.get("parent") else {}


def _coupon(query: Query, _at: int, _body: Json) -> Json:
    code = query.get("code") or query.get("search")
    return {"code": code.lower()} if code else {}


def _webhook(query: Query, _at: int, _body: Json) -> Json:
    status = query.get("status", "all")
    return {} if status == "all" else {"status": status}


def _note(query: Query, _at: int, _body: Json) -> Json:
    kind = query.get("type", "any")
    return {} if kind == "any" else {"customer_note": kind == "customer"}


def _review(query: Query, _at: int, body: Json) -> Json:
    status = query.get("status", "approved")
    found: Json = {"status": "approved" if status == "all" else status}
    if query.get("product"):
        found["product_id"] = _first(query["product"])
    if query.get("reviewer_email"):
        found["reviewer_email"] = query["reviewer_email"]
    if query.get("search"):
        found |= _hidden_text(query["search"], ["review", "reviewer", "reviewer_email"], body)
    return found


def _rate(query: Query, _at: int, _body: Json) -> Json:
    return {"class": query["class"]} if query.get("class") else {}


def _term(query: Query, _at: int, body: Json) -> Json:
    found: Json = {}
    if query.get("parent"):
        found["parent"] = int(query["parent"])
    if query.get("slug"):
        found["slug"] = words(query["slug"])[0]
    if query.get("search"):
        found |= _hidden_text(query["search"], ["name", "slug"], body)
    if is_true(query.get("hide_empty")) and not query.get("product"):
        found["count"] = 1
    return found


_TERMS = ("category", "tag", "brand", "shipping_class", "option")
_FILTERS: Mapping[str, Callable[[Query, int, Json], Json]] = {
    "product": _product,
    "variation": _product,
    "order": _order,
    "customer": _customer,
    "refund": _refund,
    "coupon": _coupon,
    "webhook": _webhook,
    "note": _note,
    "rate": _rate,
    "review": _review,
    **dict.fromkeys(_TERMS, _term),
}
