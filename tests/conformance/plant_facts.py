"""The shop before an exchange about what it knows of the world, and about its settings."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from sync_cli.sandbox.shop.http import Call
from sync_cli.sandbox.shop.listing import words
from sync_cli.sandbox.shop.options import entries, set_value, value_of
from sync_cli.sandbox.shop.status_sections import SECTIONS
from sync_cli.sandbox.shop.system_api import get_system_status
from tests.conformance.scene import Json, Scene

_WORLD = {
    "countries": ("code", "name", "states"),
    "continents": ("code", "name", "countries"),
    "currencies": ("code", "name", "symbol"),
}
_TOLD = ("label", "description", "type", "default", "options", "tip", "placeholder")
_CONFIRMED = ("general", "tax")
"""Groups of settings that recordings show whole: no entry is planted beside the known ones."""
_TEXTS = ("title", "description")
_TOOL = ("name", "action", "description", "message")
_GROUP: Json = {"id": "", "label": "", "description": "", "parent_id": "", "sub_groups": []}


def plant_facts(scene: Scene, shown: list[Json]) -> bool:
    """Plant what an exchange about facts shows; False for an exchange about anything else."""
    parts = scene.recording.path.split("/")
    if parts[0] == "data":
        _plant_world(scene, parts[1:], shown)
    elif parts[0] == "settings":
        _plant_settings(scene, parts[1:], shown)
    elif parts[0] == "shipping_methods":
        _plant_kinds(scene, parts[1:], shown)
    elif parts[:2] == ["system_status", "tools"]:
        _plant_tools(scene, parts[2:], shown)
    else:
        return False
    return True


def _name_of(scene: Scene, body: Json, key: str, at: int) -> str:
    """What an entry of a list is called; one whose name the request hides by its place."""
    hidden = key not in words(scene.recording.query.get("_fields", key))
    return str(body.get(key, at if hidden else ""))


def _plant_world(scene: Scene, parts: list[str], shown: list[Json]) -> None:
    if not parts:
        return
    table: dict[str, Json] = getattr(scene.store, parts[0])
    single = parts[1].upper() if len(parts) > 1 else ""
    if single == "CURRENT":
        single = str(shown[0].get("code", scene.store.settings.currency)) if shown else ""
        scene.store.settings = replace(scene.store.settings, currency=single)
    known = dict(table)
    if scene.recording.status == 404:
        table.pop(single, None)
        return
    if not single:
        table.clear()
    for at, body in enumerate(shown):
        code = single or _name_of(scene, body, "code", at)
        told = {name: body[name] for name in _WORLD[parts[0]] if name in body}
        nobody = {"code": code, "name": "", "states": [], "countries": [], "symbol": ""}
        before = {name: nobody[name] for name in _WORLD[parts[0]]}
        table[code] = {**before, **known.get(code, {}), **told}


def _plant_kinds(scene: Scene, parts: list[str], shown: list[Json]) -> None:
    kinds = scene.store.shipping_kinds
    if not parts:
        kinds.clear()
    elif scene.recording.status == 404:
        kinds.pop(parts[0], None)
    for at, body in enumerate(shown):
        kind = parts[0] if parts else _name_of(scene, body, "id", at)
        kinds[kind] = {name: body.get(name, "") for name in _TEXTS}


def plant_status(scene: Scene) -> None:
    """The server that a system status tells of: its versions, plug-ins, tables and pages.

    What it tells of the shop's settings and of its theme is not planted.
    """
    answer = scene.recording.answer
    if scene.recording.path != "system_status" or not isinstance(answer, dict):
        return
    own = get_system_status(Call(scene.store, "GET", "system_status", {})).body
    for name in (*SECTIONS, "environment"):
        told = answer.get(name)
        if isinstance(told, dict) and isinstance(own[name], dict):
            known = {
                key: told[key] for key in own[name] if _is_alike(told.get(key), own[name][key])
            }
            scene.store.status_sections[name] = {**own[name], **known}
        elif isinstance(told, list):
            scene.store.status_sections[name] = told


def _is_alike(told: Any, own: Any) -> bool:
    """Whether a value is of the kind that the sandbox has there; a cache's name may be missing."""
    return type(told) is type(own) or (own is None and isinstance(told, bool))


def _plant_tools(scene: Scene, parts: list[str], shown: list[Json]) -> None:
    tools = scene.store.tools
    if not parts:
        tools.clear()
    elif scene.recording.status == 404:
        tools.pop(parts[0], None)
    for at, body in enumerate(shown if scene.recording.status < 400 else ()):
        name = parts[0] if parts else _name_of(scene, body, "id", at)
        tools[name] = {key: str(body.get(key, "")) for key in _TOOL}


def _plant_settings(scene: Scene, parts: list[str], shown: list[Json]) -> None:
    if not parts:
        scene.store.setting_groups = [
            {name: body.get(name, default) for name, default in _GROUP.items()} for body in shown
        ]
    elif parts[-1] == "batch":
        _plant_batch(scene, parts[:-1])
    elif "group_invalid" in str(scene.recording.answer):
        scene.store.option_groups.pop(parts[0], None)
    elif len(parts) == 1:
        _plant_group(scene, parts[0], shown)
    else:
        _plant_one(scene, parts[0], parts[1], shown)


def _plant_group(scene: Scene, group: str, shown: list[Json]) -> None:
    known = {entry["id"]: entry for entry in entries(scene.store, group)}
    planted = dict(known) if group in _CONFIRMED else {}
    for at, body in enumerate(shown):
        name = _name_of(scene, body, "id", at)
        if name in known or group not in _CONFIRMED:
            planted[name] = _entry(scene, name, body, known.get(name, {}))
    scene.store.option_groups[group] = planted
    for body in shown:
        if body.get("id") in planted and "value" in body:
            _set(scene, group, planted[body["id"]], body["value"])


def _entry(scene: Scene, name: str, body: Json, known: Json) -> Json:
    """The entry as it is shown; what `_fields` hides is as it is known."""
    told = {key: copy.deepcopy(body[key]) for key in _TOLD if _is_told(body, key)}
    hidden = {key: known[key] for key in known if "_fields" in scene.recording.query}
    if isinstance(known.get("options"), str):
        told["options"] = known["options"] if "options" in told else ""
    return {"type": "text", **hidden, **told, "id": name}


def _is_told(body: Json, key: str) -> bool:
    """Whether an entry tells this of itself; what is a text in every shop has to be one."""
    free = key in ("default", "options")
    return key in body and (free or isinstance(body[key], str))


def _plant_one(scene: Scene, group: str, name: str, shown: list[Json]) -> None:
    known = {entry["id"]: entry for entry in entries(scene.store, group)}
    if "setting_invalid" in str(scene.recording.answer):
        known.pop(name, None)
    elif scene.recording.status >= 400:
        known.setdefault(name, {"id": name, "type": "select", "options": {"other": "Other"}})
    for body in shown if scene.recording.status < 400 else ():
        known[name] = _entry(scene, name, body, known.get(name, {}))
    scene.store.option_groups[group] = known
    if name not in known:
        return
    if scene.recording.method == "GET":
        for body in shown:
            _set(scene, group, known[name], body.get("value", ""))
    else:
        _set_otherwise(scene, group, known[name], (scene.recording.body or {}).get("value"))


def _plant_batch(scene: Scene, parts: list[str]) -> None:
    """Each setting that the batch writes, set to something else; those that failed as known."""
    answer = scene.recording.answer if isinstance(scene.recording.answer, dict) else {}
    sent = (scene.recording.body or {}).get("update") or ()
    for change, body in zip(sent, answer.get("update") or (), strict=False):
        group = parts[0] if parts else str(change.get("group_id"))
        known = {entry["id"]: entry for entry in entries(scene.store, group)}
        if "error" not in body:
            name = str(body.get("id"))
            known[name] = _entry(scene, name, body, known.get(name, {}))
            scene.store.option_groups[group] = known
            _set_otherwise(scene, group, known[name], change.get("value"))


def _set(scene: Scene, group: str, entry: Json, value: Any) -> None:
    if value != value_of(scene.store, group, entry):
        set_value(scene.store, group, entry, value)


def _set_otherwise(scene: Scene, group: str, entry: Json, sent: Any) -> None:
    """Another value than the one that is sent, where the setting is a free one."""
    if sent == value_of(scene.store, group, entry) and entry["type"] in ("text", "textarea"):
        set_value(scene.store, group, entry, f"not {sent}")
