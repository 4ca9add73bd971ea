"""Batches: each item on its own, or all together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sync_cli.sandbox.erp.records import Json
from sync_cli.sandbox.erp.refusals import ItemError, RequestError

Item = TypeVar("Item")
Ready = TypeVar("Ready")


def run_batch(
    items: Sequence[Item],
    check: Callable[[Item], Ready],
    apply: Callable[[Ready], Json],
    *,
    atomic: bool = False,
) -> list[Json]:
    """The results of a batch in the order of its items.

    `check` raises ItemError and changes nothing; `apply` changes and returns the item as stored.
    With `atomic` one bad item raises RequestError 422 `batch_failed` (with its `index` and its
    `error`) before anything is done.
    """
    if atomic:
        ready = [_checked(at, item, check) for at, item in enumerate(items)]
        return [{"ok": True, "item": apply(each)} for each in ready]
    return [_result(item, check, apply) for item in items]


def _checked(at: int, item: Item, check: Callable[[Item], Ready]) -> Ready:
    try:
        return check(item)
    except ItemError as error:
        message = f"item {at} is refused, nothing was done: {error}"
        raise RequestError(
            422, "batch_failed", message, error.field, index=at, error=error.as_json()
        ) from error


def _result(item: Item, check: Callable[[Item], Ready], apply: Callable[[Ready], Json]) -> Json:
    try:
        return {"ok": True, "item": apply(check(item))}
    except ItemError as error:
        return {"ok": False, "error": error.as_json()}
