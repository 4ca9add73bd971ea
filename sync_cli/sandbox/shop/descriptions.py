"""What a route says of itself when it is asked with OPTIONS: its methods and what each takes.

What is said to people about an argument, and the schema of what is answered, are left out.
"""

from __future__ import annotations

from typing import Any

from sync_cli.sandbox.shop.arguments import taken_by
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.routes import Route
from sync_cli.sandbox.shop.settings import ShopSettings

_UPDATING = ("POST", "PUT", "PATCH")


def described(settings: ShopSettings, route: Route) -> Json:
    """A route's namespace, methods and endpoints; one without ids in its path links to itself."""
    groups: dict[str, list[str]] = {}
    for method in route.handlers:
        groups.setdefault("POST" if method in _UPDATING else method, []).append(method)
    body: Json = {
        "namespace": "wc/v3",
        "methods": list(route.handlers),
        "endpoints": [
            {"methods": methods, "args": _arguments(route, method)}
            for method, methods in groups.items()
        ],
    }
    if "<" not in route.path:
        home = f"{settings.base_url}/wp-json/wc/v3/{route.path}"
        body["_links"] = {"self": [{"href": home}]}
    return body


def _arguments(route: Route, method: str) -> Json | list[Any]:
    """The arguments by name, each with whether it is required; a list of nothing for none."""
    taken = taken_by(route.path, method)
    return {
        name: {**schema, "required": "required" in schema} for name, schema in taken.items()
    } or []
