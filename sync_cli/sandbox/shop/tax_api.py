"""The routes of tax rates and tax classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call, chosen, created, links, paged, refuse_existing
from sync_cli.sandbox.shop.listing import is_true, page_of
from sync_cli.sandbox.shop.money import parsed, rounded
from sync_cli.sandbox.shop.records import Json, TaxRate
from sync_cli.sandbox.shop.slugs import slug_of
from sync_cli.sandbox.shop.store import ShopStore

_SORT_KEYS: dict[str, Callable[[TaxRate], Any]] = {
    "id": lambda rate: rate.id,
    "order": lambda rate: (rate.order, rate.id),
    "priority": lambda rate: (rate.priority, rate.id),
}
_TEXTS = ("country", "state", "name")
_NUMBERS = ("priority", "order")
_FLAGS = ("compound", "shipping")


def _rate_json(store: ShopStore, rate: TaxRate) -> Json:
    return {
        "id": rate.id,
        "country": rate.country,
        "state": rate.state,
        "postcode": rate.postcodes[0] if rate.postcodes else "",
        "city": rate.cities[0] if rate.cities else "",
        "rate": f"{rounded(rate.percent, 4):f}",
        "name": rate.name,
        "priority": rate.priority,
        "compound": rate.compound,
        "shipping": rate.shipping,
        "order": rate.order,
        "class": rate.tax_class or "standard",
        "postcodes": list(rate.postcodes),
        "cities": list(rate.cities),
        "_links": links(store, "taxes", rate.id),
    }


def list_taxes(call: Call) -> Answer:
    """`GET /taxes`."""
    wanted, page = call.query.get("class"), page_of(call.query)
    rates = [r for r in call.store.rates if wanted in (None, r.tax_class or "standard")]
    is_down = call.query.get("order") == "desc"
    rates.sort(key=_SORT_KEYS[call.query.get("orderby", "order")], reverse=is_down)
    found = rates[page.skip : page.skip + page.size]
    bodies = [chosen(_rate_json(call.store, rate), call.names) for rate in found]
    return paged(call, bodies, len(rates), page.size, page.number)


def _rate_of(store: ShopStore, number: Any, status: int = 404) -> TaxRate:
    for rate in store.rates:
        if rate.id == number:
            return rate
    raise ShopError("woocommerce_rest_invalid_id", "Invalid resource ID.", status)


def get_tax(call: Call) -> Answer:
    """`GET /taxes/{id}`."""
    rate = _rate_of(call.store, call.numbers[0])
    return Answer(chosen(_rate_json(call.store, rate), call.single_names))


def post_tax(call: Call) -> Answer:
    """`POST /taxes`."""
    refuse_existing(call, "tax", "resource")
    rate = create_rate(call.store, call.body)
    return created(call, chosen(_rate_json(call.store, rate), call.single_names), rate.id)


def create_rate(store: ShopStore, body: Json) -> TaxRate:
    """Make a tax rate."""
    rate = _written(TaxRate(store.next_id("rate"), "", Decimal(0), "Tax"), body)
    store.rates.append(rate)
    return rate


def _written(rate: TaxRate, body: Json) -> TaxRate:
    given = {name: value for name, value in body.items() if value is not None}
    changes: Json = {name: str(given[name]) for name in _TEXTS if name in given}
    changes |= {name: int(given[name]) for name in _NUMBERS if name in given}
    changes |= {name: given[name] in (True, "true", "1", 1) for name in _FLAGS if name in given}
    if "rate" in given:
        changes["percent"] = parsed(given["rate"]) or Decimal(0)
    if "class" in given:
        changes["tax_class"] = "" if given["class"] == "standard" else str(given["class"])
    for one, many in (("postcode", "postcodes"), ("city", "cities")):
        if given.get(many) or given.get(one):
            listed = given.get(many) or str(given[one]).split(";")
            changes[many] = tuple(str(part).strip().upper() for part in listed)
    return replace(rate, **changes)


def put_tax(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /taxes/{id}`."""
    rate = update_rate(call.store, _rate_of(call.store, call.numbers[0]), call.body)
    return Answer(chosen(_rate_json(call.store, rate), call.single_names))


def update_rate(store: ShopStore, rate: TaxRate, body: Json) -> TaxRate:
    """Change the fields of a rate that are sent."""
    after = _written(rate, body)
    store.rates[store.rates.index(rate)] = after
    return after


def delete_tax(call: Call) -> Answer:
    """`DELETE /taxes/{id}`, only with `force`."""
    if not is_true(call.query.get("force")):
        message = "Taxes do not support trashing."
        raise ShopError("woocommerce_rest_trash_not_supported", message, 501)
    rate = _rate_of(call.store, call.numbers[0], 400)
    call.store.rates.remove(rate)
    return Answer(chosen(_rate_json(call.store, rate), call.single_names))


class TaxBatch:
    """The items of `/taxes/batch`."""

    def __init__(self, store: ShopStore) -> None:
        self._store = store

    def create(self, item: Json) -> Json:
        """Make one."""
        return _rate_json(self._store, create_rate(self._store, item))

    def update(self, number: Any, item: Json) -> Json:
        """Change one; raises ShopError."""
        rate = update_rate(self._store, _rate_of(self._store, number), item)
        return _rate_json(self._store, rate)

    def delete(self, number: Any) -> Json:
        """Take one out for good; raises ShopError."""
        rate = _rate_of(self._store, number, 400)
        self._store.rates.remove(rate)
        return _rate_json(self._store, rate)


def _class_json(call: Call, slug: str) -> Json:
    home = f"{call.store.settings.base_url}/wp-json/wc/v3/taxes/classes"
    return {
        "slug": slug,
        "name": call.store.tax_classes[slug],
        "_links": {"collection": [{"href": home}]},
    }


def list_tax_classes(call: Call) -> Answer:
    """`GET /taxes/classes`."""
    found = [chosen(_class_json(call, slug), call.names) for slug in call.store.tax_classes]
    return paged(call, found, len(found), max(10, len(found)), 1)


def post_tax_class(call: Call) -> Answer:
    """`POST /taxes/classes`."""
    name, slug = str(call.body["name"]), slug_of(str(call.body["name"]))
    if slug in call.store.tax_classes:
        message = "Tax class already exists"
        raise ShopError("woocommerce_rest_tax_class_exists", message, 400)
    call.store.tax_classes[slug] = name
    return created(call, chosen(_class_json(call, slug), call.single_names), slug)


def get_tax_class(call: Call) -> Answer:
    """`GET /taxes/classes/{slug}`: a list of one, as the real shop answers it."""
    slug = call.words[0]
    if slug not in call.store.tax_classes:
        message = "Cannot locate tax class with given slug."
        raise ShopError("woocommerce_rest_tax_class_invalid_slug", message, 404)
    return Answer([chosen(_class_json(call, slug), call.names)])


def delete_tax_class(call: Call) -> Answer:
    """`DELETE /taxes/classes/{slug}`, only with `force`; the standard class is none to it."""
    slug = call.words[0]
    if not is_true(call.query.get("force")):
        message = "Taxes do not support trashing."
        raise ShopError("woocommerce_rest_trash_not_supported", message, 501)
    if slug == "standard" or slug not in call.store.tax_classes:
        raise ShopError("woocommerce_rest_invalid_id", "Invalid resource id.", 400)
    body = chosen(_class_json(call, slug), call.single_names)
    del call.store.tax_classes[slug]
    call.store.rates = [rate for rate in call.store.rates if rate.tax_class != slug]
    return Answer(body)
