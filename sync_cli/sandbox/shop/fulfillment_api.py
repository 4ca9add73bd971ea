"""The routes of fulfillments, a feature that is off by default."""

from __future__ import annotations

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call
from sync_cli.sandbox.shop.meta import changed_meta
from sync_cli.sandbox.shop.order_write import order_of
from sync_cli.sandbox.shop.records import Json, Order
from sync_cli.sandbox.shop.stock import add_note
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import local_text


def list_fulfillments(call: Call) -> Answer:
    """`GET /orders/{id}/fulfillments`: a bare list without paging."""
    order = order_of(call.store, call.numbers[0])
    return Answer(fulfillments_of(call.store, order.id))


def fulfillments_of(store: ShopStore, order: int) -> list[Json]:
    """The order's fulfilments as the list shows them."""
    return [_shown(entry) for entry in _live(store, order)]


def _live(store: ShopStore, order: int) -> list[Json]:
    return [f for f in store.fulfillments.get(order, ()) if f["date_deleted"] is None]


def _shown(entry: Json) -> Json:
    return {**entry, "meta_data": [dict(meta) for meta in entry["meta_data"]]}


def _local_now(store: ShopStore) -> str:
    text = local_text(store.now(), store.settings.time_zone) or ""
    return text.replace("T", " ")


def post_fulfillment(call: Call) -> Answer:
    """`POST /orders/{id}/fulfillments`; quantities are not checked."""
    store, order = call.store, order_of(call.store, call.numbers[0])
    entry: Json = {
        "id": 0,
        "entity_type": "WC_Order",
        "entity_id": str(order.id),
        "status": "unfulfilled",
        "is_fulfilled": False,
        "date_updated": _local_now(store),
        "date_deleted": None,
        "meta_data": [],
    }
    _write(store, entry, call.body)
    entry["id"] = store.next_id("fulfillment")
    store.fulfillments[order.id].append(entry)
    store.record("fulfillment.created", order.id, fulfillment=entry["id"])
    _follow(store, order, f"Fulfillment #{entry['id']} created.")
    return Answer(_shown(entry), 201)


def _write(store: ShopStore, entry: Json, body: Json) -> None:
    """Replace all metas by those of the body that carry an id (0 for new ones)."""
    sent = [m for m in body.get("meta_data") or () if isinstance(m, dict) and "id" in m]
    if not any(meta.get("key") == "_items" and meta.get("value") for meta in sent):
        raise ShopError(0, "The fulfillment should contain at least one item.", 400)
    entry["status"] = str(body.get("status") or entry["status"])
    entry["is_fulfilled"] = bool(body.get("is_fulfilled", entry["is_fulfilled"]))
    entry["date_updated"] = _local_now(store)
    known = {meta["key"]: meta["id"] for meta in entry["meta_data"]}
    entry["meta_data"] = [
        {
            "id": known.get(meta["key"]) or store.next_id("fulfillment_meta"),
            "key": meta["key"],
            "value": meta["value"],
        }
        for meta in sent
    ]
    if entry["is_fulfilled"]:
        number, value = store.next_id("fulfillment_meta"), _local_now(store)
        entry["meta_data"].append({"id": number, "key": "_date_fulfilled", "value": value})


def _follow(store: ShopStore, order: Order, text: str) -> None:
    """Move the order's own mark, date of change and notes."""
    done = any(entry["is_fulfilled"] for entry in _live(store, order.id))
    value = "partially_fulfilled" if done else "unfulfilled"
    change = {"key": "_fulfillment_status", "value": value}
    order.meta = changed_meta(order.meta, [change], lambda: store.next_id("order_meta"))
    add_note(store, order, text)
    store.orders.touch(order, store.now())


def _fulfillment_of(call: Call) -> Json:
    order = order_of(call.store, call.numbers[0])
    for entry in _live(call.store, order.id):
        if entry["id"] == call.numbers[1]:
            return entry
    raise ShopError(404, "Fulfillment not found.", 400)


def get_fulfillment(call: Call) -> Answer:
    """`GET /orders/{id}/fulfillments/{id}`."""
    return Answer(_shown(_fulfillment_of(call)))


def put_fulfillment(call: Call) -> Answer:
    """`PUT /orders/{id}/fulfillments/{id}`: metas that are not sent are gone."""
    entry = _fulfillment_of(call)
    _write(call.store, entry, call.body)
    order = order_of(call.store, call.numbers[0])
    call.store.record("fulfillment.updated", order.id, fulfillment=entry["id"])
    _follow(call.store, order, f"Fulfillment #{entry['id']} updated.")
    return Answer(_shown(entry))


def delete_fulfillment(call: Call) -> Answer:
    """`DELETE /orders/{id}/fulfillments/{id}`."""
    entry = _fulfillment_of(call)
    entry["date_deleted"] = _local_now(call.store)
    order = order_of(call.store, call.numbers[0])
    call.store.record("fulfillment.deleted", order.id, fulfillment=entry["id"])
    _follow(call.store, order, f"Fulfillment #{entry['id']} deleted.")
    return Answer({"message": "Fulfillment deleted successfully."})
