"""The shop before an exchange about its set-up: zones, gateways, settings, countries."""

from __future__ import annotations

import copy
from typing import Any

from tests.conformance.known import Known
from tests.conformance.plant_facts import plant_facts
from tests.conformance.recording import Recording
from tests.conformance.scene import Json, Scene

_ZONES, _GATEWAYS = "shipping/zones", "payment_gateways"
_SETUP = ("shipping", _GATEWAYS, "shipping_methods", "settings", "data")
_ZONE: Json = {"name": "Zone", "order": 0}
_METHOD: Json = {
    "title": "Method", "order": 1, "enabled": True, "method_id": "flat_rate",
    "method_title": "Flat rate", "method_description": "", "settings": {},
}  # fmt: skip
_GATEWAY: Json = {
    "title": "", "description": "", "order": "", "enabled": False, "method_title": "",
    "method_description": "", "method_supports": [], "settings": {},
}  # fmt: skip


def is_about_setup(path: str) -> bool:
    """Whether the path is one of what the shop is set up with, not of what it sells."""
    return path.split("/")[0] in _SETUP or path.startswith("system_status/tools")


def setup_scene(recording: Recording, known: Known) -> Scene:
    """The shop with what the answer shows, less what the request changes."""
    scene = Scene(recording, known)
    answer = recording.answer
    shown = answer if isinstance(answer, list) else [answer]
    if recording.status >= 400:
        shown = [] if recording.status == 404 else [{}]
    if plant_facts(scene, [body for body in shown if isinstance(body, dict)]):
        return scene
    if recording.path.startswith(_GATEWAYS):
        _plant_gateways(scene, shown)
    else:
        _plant_zones(scene, shown)
    return scene


def _before(scene: Scene, body: Json, default: Json) -> Json:
    """The object without its links, and with other values where the request brings some."""
    plain = {name: value for name, value in copy.deepcopy(body).items() if name != "_links"}
    sent = scene.recording.body if isinstance(scene.recording.body, dict) else {}
    changed = {name: default[name] for name in sent if name in default and name != "settings"}
    for name, value in (sent.get("settings") or {}).items():
        if name in plain.get("settings", {}):
            plain["settings"][name]["value"] = f"not {value}"
        elif "setting_value_invalid" in str(scene.recording.answer):
            refusing = {"id": name, "type": "select", "options": {"other": "Other"}}
            plain.setdefault("settings", {})[name] = {**refusing, "value": "other"}
    return {**default, **plain, **changed}


def _plant_gateways(scene: Scene, shown: list[Json]) -> None:
    last = scene.recording.path.rpartition("/")[2]
    single = last if last != _GATEWAYS else ""
    if not single:
        scene.store.gateways.clear()
    for body in shown:
        name = body.get("id", single)
        scene.store.gateways[name] = {"id": name, **_before(scene, body, _GATEWAY)}


def _plant_zones(scene: Scene, shown: list[Json]) -> None:
    parts, zones = scene.recording.path.split("/")[2:], scene.store.zones
    if not parts and scene.recording.method == "POST":
        for body in shown:
            scene.store.rewind("zone", body.get("id", 1))
    elif len(parts) < 2:
        if not parts:
            zones.clear()
        for body in shown:
            number = body.get("id", int(parts[0]) if parts else 0)
            zones[number] = {**_before(scene, body, _ZONE), "id": number}
    else:
        _plant_below(scene, int(parts[0]), parts[1:], shown)


def _plant_below(scene: Scene, number: int, parts: list[str], shown: list[Json]) -> None:
    if scene.recording.status == 404 and "zone_method" not in str(scene.recording.answer):
        return
    zone: Any = scene.store.zones.setdefault(number, {**_ZONE, "id": number})
    if parts[0] == "locations":
        zone["locations"] = [_before(scene, body, {}) for body in shown if body]
    elif scene.recording.method == "POST" and len(parts) == 1:
        for body in shown:
            scene.store.rewind("shipping_method", body.get("id", 1))
            _plant_kind(scene, body)
            before = range(1, int(body.get("order", 1)))
            zone["methods"] = [{**_METHOD, "id": -at, "order": at} for at in before]
    else:
        for body in shown:
            own = body.get("id", int(parts[1]) if len(parts) > 1 else 1)
            method = {**_before(scene, body, _METHOD), "id": own, "instance_id": own}
            zone.setdefault("methods", []).append(method)


def _plant_kind(scene: Scene, body: Json) -> None:
    """The way to ship of a method that is made: its texts, and settings not yet written."""
    kind = str((scene.recording.body or {}).get("method_id", ""))
    sent = (scene.recording.body or {}).get("settings") or {}
    if "method_description" in body:
        texts = {"title": body.get("method_title", ""), "description": body["method_description"]}
        scene.store.shipping_kinds[kind] = texts
    known = scene.store.method_settings.get(kind, {})
    shown = copy.deepcopy(body.get("settings") or known)
    for name, one in shown.items():
        if name in sent:
            one["value"] = known.get(name, one).get("default", "")
        own = known.get(name)
        shown[name] = one if own is None else {k: one[k] for k in one if k in own}
    scene.store.method_settings[kind] = shown
