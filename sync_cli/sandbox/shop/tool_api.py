"""The tools of the system status: the list, and running one; what they are for is not told."""

from __future__ import annotations

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call, chosen
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.store import ShopStore


def _tool_json(store: ShopStore, name: str) -> Json:
    told = store.tools[name]
    href = f"{store.settings.base_url}/wp-json/wc/v3/system_status/tools/{name}"
    shown = {key: told.get(key, "") for key in ("name", "action", "description")}
    return {"id": name, **shown, "_links": {"item": [{"embeddable": True, "href": href}]}}


def _found(call: Call) -> str:
    name = call.words[0]
    if name not in call.store.tools:
        code = "woocommerce_rest_system_status_tool_invalid_id"
        raise ShopError(code, "Invalid tool ID.", 404)
    return name


def list_tools(call: Call) -> Answer:
    """`GET /system_status/tools`."""
    return Answer([chosen(_tool_json(call.store, name), call.names) for name in call.store.tools])


def get_tool(call: Call) -> Answer:
    """`GET /system_status/tools/{id}`."""
    return Answer(chosen(_tool_json(call.store, _found(call)), call.single_names))


def run_tool(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /system_status/tools/{id}`: run it.

    Only deleting the tax rates and the variations without a parent changes the sandbox.
    """
    store, name = call.store, _found(call)
    message = str(store.tools[name].get("message", ""))
    if name == "delete_taxes":
        store.rates.clear()
    if name == "delete_orphaned_variations":
        message = f"{_drop_orphans(store)} orphaned variations deleted"
    body = {**_tool_json(store, name), "success": True, "message": message}
    return Answer(chosen(body, call.single_names))


def _drop_orphans(store: ShopStore) -> int:
    parts = list(store.variations.records.values())
    orphans = [part for part in parts if part.parent_id not in store.products.records]
    for part in orphans:
        store.drop_product(part)
    return len(orphans)
