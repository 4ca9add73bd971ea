"""Batches: at most 100 items, unchecked, each with its own result in its place."""

from __future__ import annotations

from typing import Any, Protocol

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call
from sync_cli.sandbox.shop.money import whole
from sync_cli.sandbox.shop.records import Json

LIMIT = 100


class BatchItems(Protocol):
    """What a collection does with the items of a batch; each raises ShopError."""

    def create(self, item: Json) -> Json:
        """Make one."""
        ...

    def update(self, number: Any, item: Json) -> Json:
        """Change one."""
        ...

    def delete(self, number: Any) -> Json:
        """Take one out for good."""
        ...


def run_batch(call: Call, items: BatchItems) -> Answer:
    """Do all items in order; an item's error stands in its place and stops nothing."""
    asked = {name: _items(call.body.get(name)) for name in ("create", "update", "delete")}
    if sum(len(entries) for entries in asked.values()) > LIMIT:
        message = f"Unable to accept more than {LIMIT} items for this request."
        raise ShopError("woocommerce_rest_request_entity_too_large", message, 413)
    results: Json = {}
    for name, entries in asked.items():
        if entries:
            results[name] = _results(items, name, entries)
    return Answer(_picked(call, results) or [])


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _results(items: BatchItems, name: str, entries: list[Any]) -> list[Json]:
    """The result of each entry in its place; a deletion of nothing has none."""
    if name != "delete":
        return [_result(items, name, entry) for entry in entries]
    numbers = (entry.get("id") if isinstance(entry, dict) else entry for entry in entries)
    return [_result(items, name, {"id": number}) for number in map(whole, numbers) if number]


def _result(items: BatchItems, name: str, entry: Any) -> Json:
    entry = entry if isinstance(entry, dict) else {}
    number = 0 if name == "create" else entry.get("id")
    try:
        if name == "create":
            return items.create(entry)
        if name == "update":
            return items.update(_number(number), entry)
        return items.delete(number)
    except ShopError as error:
        return {"id": number, "error": error.body()}


def _number(sent: Any) -> Any:
    """An id of a batch: digits are a number, the name of a setting stays one."""
    return int(sent) if isinstance(sent, str) and sent.isdecimal() else sent


def _picked(call: Call, results: Json) -> Json:
    """The results that `_fields` lets through; nested names empty a list, as in the real shop."""
    names = call.asked_names
    if names is None:
        return results
    nested = {name.partition(".")[0] for name in names if "." in name}
    return {
        name: found if name in names else []
        for name, found in results.items()
        if name in names or name in nested
    }
