"""Records that nobody saw: as many as a list's total says, before and after the page shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient

from sync_cli.sandbox.shop.listing import ids, page_of
from sync_cli.sandbox.shop.money import to_decimal
from sync_cli.sandbox.shop.settings import KEY, SECRET
from sync_cli.sandbox.shop.table import Table
from tests.conformance.implied import ALWAYS_DOWN
from tests.conformance.known import kind_of
from tests.conformance.scene import Scene

_TERMS = ("category", "tag", "brand", "shipping_class", "option")
_TABLES = {
    "product": "products",
    "variation": "variations",
    "order": "orders",
    "refund": "refunds",
    "customer": "customers",
    "coupon": "coupons",
    "webhook": "webhooks",
    "review": "reviews",
}


def add_fillers(scene: Scene) -> bool:
    """Add records like those shown until the list is as long as recorded; False if it cannot be.

    They lie beyond the page: before its first record and after its last one.
    """
    recording = scene.recording
    total = recording.answer_headers.get("X-WP-Total")
    kind = kind_of(recording.path)
    if total is None or kind not in (*_TABLES, *_TERMS, "rate"):
        return True
    place = page_of(recording.query)
    client = scene.app.test_client()
    listed = _listed_ids(client, scene)
    missing = int(total) - len(listed)
    if missing < 0:
        return False
    shown = _ids(recording.answer)
    before_now = listed.index(shown[0]) if shown and shown[0] in listed else 0
    before = max(0, place.skip - before_now) if shown else missing
    if kind not in _TABLES:
        _fill_plain(scene, str(kind), min(before, missing), missing)
        return True
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


def _fill_plain(scene: Scene, kind: str, before: int, missing: int) -> None:
    """Make terms or tax rates that come before and after those shown."""
    is_down = scene.recording.query.get("order") == "desc"
    wanted = {"class": scene.recording.query.get("class", "standard")} if kind == "rate" else {}
    for at in range(missing):
        low = (at < before) != is_down
        name = f"{'!' if low else '~'}{scene.recording.query.get('search', '')}{at:04}"
        number = 70_000_000 + at
        place = {"order": -1 if low else 9_999, "priority": 0 if low else 9_999}
        scene.plant(kind, {"id": number, "name": name, "slug": name, **place, **wanted})


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
    for name in ("page", "offset"):
        query.pop(name, None)
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
    excluded = ids(scene.recording.query.get("exclude"))
    return {number for table in tables for number in table.records} | set(excluded)


def _fill(
    scene: Scene, table: Table[Any], model: Any, count: int, taken: set[int], *, later: bool
) -> None:
    """Put `count` records next to the model, on the side that comes `later` in the list."""
    query = scene.recording.query
    customers = table is scene.store.customers
    default = "asc" if customers else "desc"
    is_up = query.get("order", default) == "asc" and query.get("orderby") not in ALWAYS_DOWN
    upwards = is_up == later
    if customers:
        taken |= set(table.records)
    numbers = _free_numbers(model.id, taken, upwards=upwards)
    for _ in range(count):
        number, beyond = next(numbers)
        taken.add(number)
        record = _like(model, number, upwards=upwards, beyond=beyond)
        if hasattr(model, "sku"):
            record = _like_product(record, model, query, upwards=upwards, beyond=beyond)
        _put(scene, table, record)


def _like_product(
    record: Any, model: Any, query: Mapping[str, str], *, upwards: bool, beyond: bool
) -> Any:
    """The product with what the request asks for: its SKU where it is searched by it, and, if it
    cannot lie beside the model by its number, a place beyond it."""
    changes: dict[str, Any] = {"sku": model.sku if _asks_for_sku(query) else "", "variations": []}
    orderby, mark, step = query.get("orderby"), "~" if upwards else "!", 1 if upwards else -1
    if beyond and orderby in ("slug", "title"):
        changes |= {"slug": f"{mark}{model.slug}", "name": f"{mark}{model.name}"}
    if beyond and orderby in ("menu_order", "popularity"):
        field = "menu_order" if orderby == "menu_order" else "total_sales"
        changes["extra"] = {**model.extra, field: model.extra.get(field, 0) + step}
    if beyond and orderby == "price":
        price = f"{to_decimal(model.price or '0') + Decimal(step) / 1000:f}"
        changes |= {"price": price, "regular_price": price}
    return replace(record, **changes)


def _asks_for_sku(query: Mapping[str, str]) -> bool:
    return any(query.get(name) for name in ("sku", "search_sku", "search_name_or_sku"))


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
    if hasattr(model, "username"):
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
