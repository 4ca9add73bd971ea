"""Records that nobody saw: as many as a list's total says, before and after the page shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from flask.testing import FlaskClient

from sync_cli.sandbox.shop.settings import KEY, SECRET
from sync_cli.sandbox.shop.table import Table
from tests.conformance.known import kind_of
from tests.conformance.scene import Scene

_TABLES = {
    "product": "products",
    "variation": "variations",
    "order": "orders",
    "refund": "refunds",
    "customer": "customers",
    "coupon": "coupons",
    "webhook": "webhooks",
}


def add_fillers(scene: Scene) -> bool:
    """Add records like those shown until the list is as long as recorded; False if it cannot be.

    They lie beyond the page: before its first record and after its last one.
    """
    recording = scene.recording
    total = recording.answer_headers.get("X-WP-Total")
    kind = kind_of(recording.path)
    if total is None or kind not in _TABLES:
        return True
    page, size = int(recording.query.get("page", 1)), int(recording.query.get("per_page", 10))
    client = scene.app.test_client()
    listed = _listed_ids(client, scene)
    missing = int(total) - len(listed)
    if missing < 0:
        return False
    shown = _ids(recording.answer)
    before_now = listed.index(shown[0]) if shown and shown[0] in listed else 0
    before = max(0, (page - 1) * size - before_now) if shown else missing
    table: Table[Any] = getattr(scene.store, _TABLES[str(kind)])
    first, last = _models(scene, table, shown, listed)
    if first is None or last is None:
        return missing == 0 or _make_models(scene, kind, missing)
    asked = [int(part) for part in recording.query.get("include", "").split(",") if part]
    if asked:
        return _fill_included(table, last, [i for i in asked if i not in listed], missing)
    taken = _taken(scene)
    _fill(scene, table, first, min(before, missing), taken, later=False)
    _fill(scene, table, last, max(0, missing - before), taken, later=True)
    return True


def _fill_included(table: Table[Any], model: Any, unseen: list[int], missing: int) -> bool:
    """Make the records that an `include` names but the page does not show."""
    for number in unseen[:missing]:
        table.add(_like(model, number, upwards=model.id < number, beyond=False))
    return missing <= len(unseen)


def _ids(answer: Any) -> list[int]:
    return [body["id"] for body in answer if "id" in body] if isinstance(answer, list) else []


def _listed_ids(client: FlaskClient, scene: Scene) -> list[int]:
    """All ids that the sandbox lists for the request so far."""
    found: list[int] = []
    query = {**scene.recording.query, "_fields": "id", "per_page": "100"}
    query.pop("page", None)
    for page in range(1, 100):
        answer = client.get(
            scene.recording.address,
            query_string={**query, "page": str(page)},
            auth=(KEY, SECRET),
            base_url="https://shop.example",
        )
        if answer.status_code != 200 or not answer.json:
            break
        found += [body["id"] for body in answer.json]
    return found


def _models(
    scene: Scene, table: Table[Any], shown: list[int], listed: list[int]
) -> tuple[Any, Any]:
    """The records that the fillers before and after the page are made like."""
    numbers = shown or listed
    if not numbers:
        return None, None
    del scene
    return table.get(numbers[0]), table.get(numbers[-1])


def _make_models(scene: Scene, kind: str, missing: int) -> bool:
    """Fill a list of which nothing is shown, with plain records."""
    for number in range(1, missing + 1):
        scene.plant(kind, {"id": number})
    return True


def _taken(scene: Scene) -> set[int]:
    store = scene.store
    tables: tuple[Table[Any], ...] = (
        store.products, store.variations, store.orders, store.refunds, store.coupons,
    )  # fmt: skip
    return {number for table in tables for number in table.records}


def _fill(
    scene: Scene, table: Table[Any], model: Any, count: int, taken: set[int], *, later: bool
) -> None:
    """Put `count` records next to the model, on the side that comes `later` in the list."""
    query = scene.recording.query
    customers = table is scene.store.customers
    default = "asc" if customers else "desc"
    upwards = (query.get("order", default) == "asc") == later
    if customers:
        taken |= set(table.records)
    numbers = _free_numbers(model.id, taken, upwards=upwards)
    for _ in range(count):
        number, beyond = next(numbers)
        taken.add(number)
        _put(scene, table, _like(model, number, upwards=upwards, beyond=beyond))


def _free_numbers(start: int, taken: set[int], *, upwards: bool) -> Iterator[tuple[int, bool]]:
    """Unused numbers on one side of `start`; when those end, others, marked as beyond."""
    number = start
    while upwards or number > 1:
        number += 1 if upwards else -1
        if number not in taken:
            yield number, False
    number = max(taken, default=start)
    while True:
        number += 1
        yield number, True


def _like(model: Any, number: int, *, upwards: bool, beyond: bool) -> Any:
    changes: dict[str, Any] = {"id": number}
    if beyond:
        step = 1 if upwards else -1
        changes |= {"created": model.created + step, "modified": (model.modified or 0) + step}
    if hasattr(model, "sku"):
        changes |= {"sku": "", "variations": []}
    if hasattr(model, "email"):
        name = f"{model.username}{'~' if upwards else ''}{number:06}"
        changes |= {"email": f"{number}@filler.example", "username": name}
        if not upwards:
            changes["username"] = f"0{number:06}"
    return replace(model, **changes)


def _put(scene: Scene, table: Table[Any], record: Any) -> None:
    putters: dict[Any, Callable[[Any], None]] = {
        id(scene.store.customers): scene.store.put_customer,
        id(scene.store.products): scene.store.put_product,
        id(scene.store.variations): scene.store.put_product,
    }
    trashed = getattr(record, "status", "") == "trash"
    put = putters.get(id(table), lambda new: table.add(new, trashed=trashed))
    put(record)
    if table is scene.store.refunds:
        scene.store.refunds_of[record.parent_id].append(record.id)
    if table is scene.store.variations:
        parent = scene.store.products.get(record.parent_id)
        if parent is not None:
            parent.variations.append(record.id)
