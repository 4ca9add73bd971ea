"""The routes of the settings: groups, what they are set to, and writing them."""

from __future__ import annotations

from typing import Any

from sync_cli.sandbox.shop.batch import BatchItems
from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call, chosen
from sync_cli.sandbox.shop.options import (
    checked,
    choices,
    entries,
    groups,
    is_group,
    set_value,
    value_of,
)
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.store import ShopStore

_ALLOW = ["GET", "POST", "PUT", "PATCH"]


def _home(store: ShopStore, group: str) -> str:
    return f"{store.settings.base_url}/wp-json/wc/v3/settings/{group}"


def _setting_json(store: ShopStore, group: str, entry: Json) -> Json:
    told = {"label": "", "description": "", **entry, "value": value_of(store, group, entry)}
    told["options"] = dict(choices(store, entry))
    if not told["options"]:
        del told["options"]
    home = _home(store, group)
    own = {"href": f"{home}/{entry['id']}", "targetHints": {"allow": list(_ALLOW)}}
    links = {"self": [own], "collection": [{"href": home}]}
    return {**told, "group_id": group, "_links": links}


def list_groups(call: Call) -> Answer:
    """`GET /settings`."""
    store = call.store
    bodies = store.setting_groups or [
        {"id": group, "label": label, "description": "", "parent_id": "", "sub_groups": []}
        for group, label in groups().items()
    ]
    linked = ({**one, "_links": {"options": [{"href": _home(store, one["id"])}]}} for one in bodies)
    return Answer([chosen(body, call.names) for body in linked])


def _entries(store: ShopStore, group: str) -> list[Json]:
    if not is_group(store, group):
        raise ShopError("rest_setting_setting_group_invalid", "Invalid setting group.", 404)
    return entries(store, group)


def _entry(store: ShopStore, group: str, name: Any) -> Json:
    for entry in _entries(store, group):
        if entry["id"] == name:
            return entry
    raise ShopError("rest_setting_setting_invalid", "Invalid setting.", 404)


def list_settings(call: Call) -> Answer:
    """`GET /settings/{group}`, without paging."""
    store, group = call.store, call.words[0]
    bodies = (_setting_json(store, group, entry) for entry in _entries(store, group))
    return Answer([chosen(body, call.names) for body in bodies])


def get_setting(call: Call) -> Answer:
    """`GET /settings/{group}/{id}`."""
    group, name = call.words
    body = _setting_json(call.store, group, _entry(call.store, group, name))
    return Answer(chosen(body, call.single_names))


def put_setting(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /settings/{group}/{id}`."""
    group, name = call.words
    body = _write(call.store, group, name, call.body.get("value"))
    return Answer(chosen(body, call.single_names))


def _write(store: ShopStore, group: str, name: Any, value: Any) -> Json:
    """Set a setting; the answer tells the value as it was taken."""
    entry = _entry(store, group, name)
    taken = checked(store, entry, value)
    set_value(store, group, entry, taken)
    return {**_setting_json(store, group, entry), "value": taken}


class SettingsBatch(BatchItems):
    """The items of `/settings/batch` and `/settings/{group}/batch`: updates only."""

    def __init__(self, call: Call) -> None:
        self._store = call.store
        self._group = call.words[0] if call.words else None

    def create(self, item: Json) -> Json:
        """No setting can be made."""
        del item
        raise _not_made("create_item")

    def update(self, number: Any, item: Json) -> Json:
        """Set one; raises ShopError."""
        group = str(self._group or item.get("group_id") or "")
        return _write(self._store, group, number, item.get("value"))

    def delete(self, number: Any) -> Json:
        """No setting can be taken out."""
        del number
        raise _not_made("delete_item")


def _not_made(method: str) -> ShopError:
    message = (
        f"Method 'WP_REST_Controller::{method}' not implemented. Must be overridden in subclass."
    )
    return ShopError("invalid-method", message, 405)
