"""The routes of data that hold for every shop: continents, countries and currencies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sync_cli.sandbox.shop.errors import ShopError, no_route
from sync_cli.sandbox.shop.http import Answer, Call, chosen
from sync_cli.sandbox.shop.records import Json

_DATA = {
    "continents": "List of supported continents, countries, and states.",
    "countries": "List of supported states in a given country.",
    "currencies": "List of supported currencies.",
}


def _with_links(call: Call, body: Json, home: str, last: str) -> Json:
    base = f"{call.store.settings.base_url}/wp-json/wc/v3/{home}"
    own = {"href": f"{base}/{last}", "targetHints": {"allow": ["GET"]}}
    return {**body, "_links": {"self": [own], "collection": [{"href": base}]}}


def list_data(call: Call) -> Answer:
    """`GET /data`."""
    found = ({"slug": slug, "description": text} for slug, text in _DATA.items())
    return Answer(
        [chosen(_with_links(call, one, "data", one["slug"]), call.names) for one in found]
    )


def _listed(
    call: Call, kind: str, entries: Mapping[str, Json], cased: Callable[[str], str]
) -> Answer:
    found = (_with_links(call, one, f"data/{kind}", cased(code)) for code, one in entries.items())
    return Answer([chosen(body, call.names) for body in found])


def _single(
    call: Call, kind: str, entries: Mapping[str, Json], cased: Callable[[str], str], what: str
) -> Answer:
    code = call.words[0].upper()
    if code not in entries:
        many = "currencies" if what == "currency" else "locations"
        message = f"There are no {many} matching these parameters."
        raise ShopError(f"woocommerce_rest_data_invalid_{what}", message, 404)
    body = _with_links(call, entries[code], f"data/{kind}", cased(code))
    return Answer(chosen(body, call.single_names))


def list_continents(call: Call) -> Answer:
    """`GET /data/continents`."""
    return _listed(call, "continents", call.store.continents, str.lower)


def get_continent(call: Call) -> Answer:
    """`GET /data/continents/{code}`, the code in any case."""
    return _single(call, "continents", call.store.continents, str.lower, "location")


def list_countries(call: Call) -> Answer:
    """`GET /data/countries`."""
    return _listed(call, "countries", call.store.countries, str.lower)


def get_country(call: Call) -> Answer:
    """`GET /data/countries/{code}`, the code in any case."""
    return _single(call, "countries", call.store.countries, str.lower, "location")


def list_currencies(call: Call) -> Answer:
    """`GET /data/currencies`."""
    return _listed(call, "currencies", call.store.currencies, str.upper)


def get_currency(call: Call) -> Answer:
    """`GET /data/currencies/{code}`; only a code of three letters is a path of the shop."""
    if len(call.words[0]) != 3:
        raise no_route()
    return _single(call, "currencies", call.store.currencies, str.upper, "currency")


def get_current_currency(call: Call) -> Answer:
    """`GET /data/currencies/current`."""
    code = call.store.settings.currency
    unknown = {"code": code, "name": code, "symbol": ""}
    found = call.store.currencies.get(code, unknown)
    body = _with_links(call, found, "data/currencies", code)
    return Answer(chosen(body, call.single_names))
