"""The routes of what a shop is set up with: ways to ship, shipping zones, payment gateways."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call, chosen, created
from sync_cli.sandbox.shop.listing import is_true
from sync_cli.sandbox.shop.options import checked
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.store import ShopStore

_KINDS = "shipping_methods"
_ZONES = "shipping/zones"
_GATEWAYS = "payment_gateways"
_PLACES = ("postcode", "state", "country", "continent")
_CHANGED = ("title", "description", "enabled", "order")


def _address(store: ShopStore, path: str) -> list[Json]:
    return [{"href": f"{store.settings.base_url}/wp-json/wc/v3/{path}"}]


def _own(store: ShopStore, path: str, *allow: str) -> list[Json]:
    return [{**_address(store, path)[0], "targetHints": {"allow": list(allow)}}]


def _missing(what: str) -> ShopError:
    return ShopError(f"woocommerce_rest_{what}_invalid", "Resource does not exist.", 404)


def _zone(call: Call) -> Json:
    zone = call.store.zones.get(call.numbers[0])
    if zone is None:
        raise _missing("shipping_zone")
    return zone


def _zone_json(store: ShopStore, zone: Json) -> Json:
    home = f"{_ZONES}/{zone['id']}"
    return {
        **{name: zone[name] for name in ("id", "name", "order")},
        "_links": {
            "self": _own(store, home, "GET", "POST", "PUT", "PATCH", "DELETE"),
            "collection": _address(store, _ZONES),
            "describedby": _address(store, f"{home}/locations"),
        },
    }


def _listed(call: Call, bodies: list[Json]) -> Answer:
    headers = {"X-WP-Total": str(len(bodies)), "X-WP-TotalPages": "1" if bodies else "0"}
    return Answer([chosen(body, call.names) for body in bodies], 200, headers)


def list_zones(call: Call) -> Answer:
    """`GET /shipping/zones`: the rest of the world first, then in their order."""
    zones = sorted(call.store.zones.values(), key=lambda z: (z["id"] > 0, z["order"], z["id"]))
    return _listed(call, [_zone_json(call.store, zone) for zone in zones])


def get_zone(call: Call) -> Answer:
    """`GET /shipping/zones/{id}`."""
    return Answer(chosen(_zone_json(call.store, _zone(call)), call.single_names))


def post_zone(call: Call) -> Answer:
    """`POST /shipping/zones`."""
    zone = {**_written(call.body, {"name": "", "order": 0}), "id": call.store.next_id("zone")}
    call.store.zones[zone["id"]] = zone
    body = chosen(_zone_json(call.store, zone), call.single_names)
    return created(call, body, zone["id"])


def _written(body: Json, zone: Json) -> Json:
    changes = {name: body[name] for name in ("name", "order") if body.get(name) is not None}
    return {**zone, **changes}


def put_zone(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /shipping/zones/{id}`; the rest of the world stays as it is."""
    zone = _zone(call)
    if not zone["id"]:
        message = 'The "locations not covered by your other zones" zone cannot be updated.'
        raise ShopError("woocommerce_rest_shipping_zone_invalid_zone", message, 403)
    zone.update(_written(call.body, zone))
    return get_zone(call)


def delete_zone(call: Call) -> Answer:
    """`DELETE /shipping/zones/{id}`, only with `force`."""
    answer = get_zone(call)
    if not is_true(call.query.get("force")):
        message = "Shipping zones do not support trashing."
        raise ShopError("rest_trash_not_supported", message, 501)
    del call.store.zones[call.numbers[0]]
    return answer


def list_locations(call: Call) -> Answer:
    """`GET /shipping/zones/{id}/locations`."""
    store, zone = call.store, _zone(call)
    home = f"{_ZONES}/{zone['id']}"
    found = {"collection": _address(store, f"{home}/locations"), "describes": _address(store, home)}
    return _listed(call, [{**one, "_links": found} for one in zone.get("locations", ())])


def put_locations(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST` there: a list takes the place of what was there."""
    zone = _zone(call)
    if not zone["id"]:
        message = 'The "locations not covered by your other zones" zone cannot be updated.'
        raise ShopError("woocommerce_rest_shipping_zone_locations_invalid_zone", message, 403)
    zone["locations"] = [
        {"code": str(one["code"]), "type": str(one.get("type") or "country")}
        for one in call.entries
        if isinstance(one, dict) and one.get("code") and (one.get("type") or "country") in _PLACES
    ]
    return list_locations(call)


def _kind_json(store: ShopStore, kind: str, body: Json) -> Json:
    links = {
        "self": _own(store, f"{_KINDS}/{kind}", "GET"),
        "collection": _address(store, _KINDS),
    }
    return {"id": kind, **body, "_links": links}


def list_kinds(call: Call) -> Answer:
    """`GET /shipping_methods`: the ways to ship that a zone can have."""
    kinds = call.store.shipping_kinds
    return _listed(call, [_kind_json(call.store, kind, body) for kind, body in kinds.items()])


def get_kind(call: Call) -> Answer:
    """`GET /shipping_methods/{id}`."""
    kind = call.words[0]
    if kind not in call.store.shipping_kinds:
        raise _missing("shipping_method")
    body = _kind_json(call.store, kind, call.store.shipping_kinds[kind])
    return Answer(chosen(body, call.single_names))


def list_methods(call: Call) -> Answer:
    """`GET /shipping/zones/{id}/methods`."""
    bodies = [_method_json(call, one) for one in _zone(call).get("methods", ())]
    return _listed(call, bodies)


def get_method(call: Call) -> Answer:
    """`GET /shipping/zones/{id}/methods/{id}`."""
    return Answer(chosen(_method_json(call, _method(call)), call.single_names))


def post_method(call: Call) -> Answer:
    """`POST /shipping/zones/{id}/methods`, answered with 200."""
    zone, kind = _zone(call), str(call.body["method_id"])
    if kind not in call.store.shipping_kinds:
        message = "Resource cannot be created."
        raise ShopError("woocommerce_rest_shipping_zone_not_created", message, 500)
    told = call.store.shipping_kinds[kind]
    title, settings = told["title"], deepcopy(call.store.method_settings.get(kind, {}))
    methods = zone.setdefault("methods", [])
    number = call.store.next_id("shipping_method")
    method: Json = {
        "id": number, "instance_id": number, "title": title, "order": len(methods) + 1,
        "enabled": True, "method_id": kind, "method_title": title,
        "method_description": told["description"], "settings": settings,
    }  # fmt: skip
    methods.append(method)
    _write_method(call.store, method, call.body)  # the shop keeps one that it could not set up
    return Answer(chosen(_method_json(call, method), call.single_names))


def put_method(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /shipping/zones/{id}/methods/{id}`."""
    _write_method(call.store, _method(call), call.body)
    return get_method(call)


def _write_method(store: ShopStore, method: Json, body: Json) -> None:
    _write_settings(store, method, body)
    if body.get("order") is not None:
        method["order"] = int(body["order"])
    if body.get("enabled") is not None:
        method["enabled"] = body["enabled"] in (True, 1, "1", "true")
    method["title"] = method["settings"].get("title", {"value": method["title"]})["value"]


def delete_method(call: Call) -> Answer:
    """`DELETE /shipping/zones/{id}/methods/{id}`, only with `force`."""
    answer, method = get_method(call), _method(call)
    if not is_true(call.query.get("force")):
        message = "Shipping methods do not support trashing."
        raise ShopError("rest_trash_not_supported", message, 501)
    _zone(call)["methods"].remove(method)
    return answer


def _method(call: Call) -> Json:
    for method in _zone(call).get("methods", ()):
        if method["id"] == call.numbers[1]:
            found: Json = method
            return found
    raise _missing("shipping_zone_method")


def _method_json(call: Call, method: Json) -> Json:
    home = f"{_ZONES}/{call.numbers[0]}"
    own = f"{home}/methods/{method['id']}"
    links = {
        "self": _own(call.store, own, "GET", "POST", "PUT", "PATCH", "DELETE"),
        "collection": _address(call.store, f"{home}/methods"),
        "describes": _address(call.store, home),
    }
    return {**method, "_links": links}


def _gateway_json(store: ShopStore, gateway: Json) -> Json:
    own = f"{_GATEWAYS}/{gateway['id']}"
    links = {
        "self": _own(store, own, "GET", "POST", "PUT", "PATCH"),
        "collection": _address(store, _GATEWAYS),
    }
    return {**gateway, "_links": links}


def _gateway(call: Call) -> Json:
    gateway = call.store.gateways.get(call.words[0])
    if gateway is None:
        raise _missing("payment_gateway")
    return gateway


def list_gateways(call: Call) -> Answer:
    """`GET /payment_gateways`, without paging."""
    found = [_gateway_json(call.store, one) for one in call.store.gateways.values()]
    return Answer([chosen(body, call.names) for body in found])


def get_gateway(call: Call) -> Answer:
    """`GET /payment_gateways/{id}`."""
    return Answer(chosen(_gateway_json(call.store, _gateway(call)), call.single_names))


def put_gateway(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /payment_gateways/{id}`; settings that the gateway has."""
    gateway = _gateway(call)
    _write_settings(call.store, gateway, call.body)
    gateway.update({n: call.body[n] for n in _CHANGED if call.body.get(n) is not None})
    gateway["enabled"] = gateway["enabled"] in (True, 1, "1", "true")
    gateway["order"] = gateway["order"] if gateway["order"] == "" else int(gateway["order"])
    return get_gateway(call)


def _write_settings(store: ShopStore, owner: Json, body: Json) -> None:
    """Set what the owner has; one value that does not fit refuses them all."""
    sent: Any = body.get("settings")
    known = owner["settings"]
    given = sent if isinstance(sent, dict) else {}
    taken = {
        name: checked(store, known[name], value)
        for name, value in given.items()
        if name in known and value is not None
    }
    for name, value in taken.items():
        known[name]["value"] = value
