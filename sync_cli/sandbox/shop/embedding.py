"""What `_embed` adds to answers: of the shop's links those of an order to its mails alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync_cli.sandbox.shop.order_action_api import available_mails
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.store import ShopStore

_LINK = "email_templates"


def embedded(store: ShopStore, body: Any, query: Mapping[str, str]) -> Any:
    """An answer with what its links lead to, where the request asks for that by `_embed`."""
    asked = query.get("_embed")
    if asked is None or (asked not in ("", "1", "true") and _LINK not in asked.split(",")):
        return body
    if isinstance(body, list):
        return [_with_mails(store, entry) for entry in body]
    return _with_mails(store, body)


def _with_mails(store: ShopStore, body: Any) -> Any:
    links: Json = body.get("_links") or {} if isinstance(body, dict) else {}
    if _LINK not in links:
        return body
    number = int(links[_LINK][0]["href"].split("/orders/")[1].split("/")[0])
    order = store.orders.get(number)
    mails = [] if order is None else available_mails(store, order)
    return {**body, "_embedded": {_LINK: [[{"id": name} for name in mails]]}}
