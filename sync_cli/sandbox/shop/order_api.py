"""The routes of orders, their notes and refunds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError, invalid_id
from sync_cli.sandbox.shop.http import Answer, Call, created, paged, refuse_existing
from sync_cli.sandbox.shop.item_view import OrderView
from sync_cli.sandbox.shop.listing import ListSpec, ids, is_true, page_of, wish_of, words
from sync_cli.sandbox.shop.order_view import note_json, order_json, refund_json
from sync_cli.sandbox.shop.order_write import create_order, delete_order, order_of, update_order
from sync_cli.sandbox.shop.records import ADDRESS_KEYS, Json, Note, Order, Refund
from sync_cli.sandbox.shop.refunds import create_refund, delete_refund
from sync_cli.sandbox.shop.store import ShopStore, folded
from sync_cli.sandbox.shop.table import R, Table, Wish

ORDERS = ListSpec()
REFUNDS = ListSpec()
Test = Callable[[Order, str], bool]


def _bought(order: Order, text: str) -> bool:
    """Whether a line names the product; a variation's own id finds nothing."""
    return any(text == str(item.product_id) for item in order.of_kind("line_item"))


def _found_by(order: Order, text: str) -> bool:
    """Whether the search finds an order: by id, addresses, and names of lines; not by meta.

    An address is searched as one text, so that first and last name are found together.
    """
    wanted = folded(text)
    if wanted == str(order.id):
        return True
    parts = [" ".join(_address(side)) for side in (order.billing, order.shipping)]
    parts += [item.name for item in order.of_kind("line_item")]
    return any(wanted in folded(part) for part in parts)


def _address(address: dict[str, str]) -> list[str]:
    return [address.get(key, "") for key in (*ADDRESS_KEYS, "email", "phone")]


_TESTS: dict[str, Test] = {
    "parent": lambda order, text: str(order.parent_id) in words(text),
    "parent_exclude": lambda order, text: str(order.parent_id) not in words(text),
    "customer": lambda order, text: str(order.customer_id) == text,
    "product": _bought,
    "search": _found_by,
    "created_via": lambda order, text: order.created_via in words(text),
}


def _filter(call: Call) -> Callable[[Order], bool] | None:
    tests = [(test, call.query[name]) for name, test in _TESTS.items() if call.query.get(name)]
    statuses = _statuses(call)
    if statuses and statuses != {"trash"}:
        tests.append((lambda order, _: order.status in statuses, ""))
    if not tests:
        return None
    return lambda order: all(test(order, text) for test, text in tests)


def _statuses(call: Call) -> set[str]:
    """The statuses that are asked for; none stands for any but the trash."""
    found = set(words(call.query.get("status")))
    return set() if "any" in found else found


def find_hidden_past_end(store: ShopStore, table: Table[R], wish: Wish[R]) -> tuple[list[R], int]:
    """A page; past the end the total is 0, except with posts storage."""
    found, total = table.find(wish)
    if not found and wish.skip and store.settings.order_storage != "posts":
        return found, 0
    return found, total


def list_orders(call: Call) -> Answer:
    """`GET /orders`."""
    store, statuses = call.store, _statuses(call)
    trashed = statuses == {"trash"}
    wish = wish_of(store, ORDERS, call.query, matches=_filter(call), trashed=trashed)
    if "trash" in statuses and not trashed:
        found, total = store.orders.choose(store.orders.records.values(), wish)
    else:
        found, total = find_hidden_past_end(store, store.orders, wish)
    view, names, page = OrderView(store, call.digits), call.names, page_of(call.query)
    bodies = [call.with_metas(order_json(view, order, names)) for order in found]
    return paged(call, bodies, total, page.size, page.number)


def _shown(call: Call, order: Order) -> Json:
    return order_json(OrderView(call.store, call.digits), order, call.single_names)


def get_order(call: Call) -> Answer:
    """`GET /orders/{id}`."""
    return Answer(_shown(call, order_of(call.store, call.numbers[0])))


def post_order(call: Call) -> Answer:
    """`POST /orders`."""
    refuse_existing(call, "shop_order", "shop_order")
    order = create_order(call.store, call.body)
    return created(call, _shown(call, order), order.id)


def put_order(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /orders/{id}`."""
    order = order_of(call.store, call.numbers[0], status=400)
    return Answer(_shown(call, update_order(call.store, order, call.body)))


def remove_order(call: Call) -> Answer:
    """`DELETE /orders/{id}`: to the trash, with `force` for good."""
    order = order_of(call.store, call.numbers[0])
    body = _shown(call, order)
    delete_order(call.store, order, force=is_true(call.query.get("force")))
    return Answer(body)


class OrderBatch:
    """The items of `/orders/batch`."""

    def __init__(self, store: ShopStore) -> None:
        self._store = store
        self._view = OrderView(store, store.settings.decimals)

    def create(self, item: Json) -> Json:
        """Make one; raises ShopError."""
        return order_json(self._view, create_order(self._store, item), None)

    def update(self, number: Any, item: Json) -> Json:
        """Change one; raises ShopError."""
        order = order_of(self._store, number, status=400)
        return order_json(self._view, update_order(self._store, order, item), None)

    def delete(self, number: Any) -> Json:
        """Take one out for good; raises ShopError."""
        order = order_of(self._store, number)
        body = order_json(self._view, order, None)
        delete_order(self._store, order, force=True)
        return body


def list_notes(call: Call) -> Answer:
    """`GET /orders/{id}/notes`: all at once, newest first, without paging headers."""
    order = _noted(call, "shop_order")
    kind = call.query.get("type", "any")
    notes = [n for n in call.store.notes[order.id] if kind == "any" or _is_kind(n, kind)]
    notes.sort(key=lambda note: (-note.created, note.id))
    view, names = OrderView(call.store, call.digits), call.names
    return Answer([_chosen(note_json(view, note), names) for note in notes])


def _is_kind(note: Note, kind: str) -> bool:
    return note.to_customer == (kind == "customer")


def _chosen(body: Json, names: frozenset[str] | None) -> Json:
    return body if names is None else {key: body[key] for key in body if key in names}


def post_note(call: Call) -> Answer:
    """`POST /orders/{id}/notes`; an empty note is taken."""
    refuse_existing(call, "shop_order", "shop_order")
    order = _noted(call)
    note = Note(
        call.store.next_id("note"),
        order.id,
        call.store.now(),
        str(call.body["note"]),
        to_customer=call.body.get("customer_note") in (True, "true", "1"),
    )
    call.store.notes[order.id].append(note)
    call.store.record(
        "note.created", note.id, order=str(order.id), text=note.text, customer=note.to_customer
    )
    body = note_json(OrderView(call.store, call.digits), note)
    return created(call, _chosen(body, call.single_names), note.id)


def _noted(call: Call, kind: str = "order") -> Order:
    """The order of a note; the list names the kind of record in its refusal, the others do not."""
    order = call.store.orders.get(call.numbers[0])
    if order is None:
        raise ShopError(f"woocommerce_rest_{kind}_invalid_id", "Invalid order ID.", 404)
    return order


def _note_of(call: Call) -> Note:
    order = _noted(call)
    for note in call.store.notes[order.id]:
        if note.id == call.numbers[1]:
            return note
    raise ShopError("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)


def get_note(call: Call) -> Answer:
    """`GET /orders/{id}/notes/{id}`."""
    body = note_json(OrderView(call.store, call.digits), _note_of(call))
    return Answer(_chosen(body, call.single_names))


def delete_note(call: Call) -> Answer:
    """`DELETE /orders/{id}/notes/{id}`, only with `force`."""
    if not is_true(call.query.get("force")):
        # the real shop calls them so
        message = "Webhooks do not support trashing."
        raise ShopError("woocommerce_rest_trash_not_supported", message, 501)
    note = _note_of(call)
    call.store.notes[note.order_id].remove(note)
    return Answer(note_json(OrderView(call.store, call.digits), note))


def _refund_filter(call: Call) -> Callable[[Refund], bool] | None:
    """Those of the order in the path, even of none, or of the parents that are asked for."""
    if call.numbers:
        return lambda refund: refund.parent_id == call.numbers[0]
    parents, others = ids(call.query.get("parent")), ids(call.query.get("parent_exclude"))
    if not parents and not others:
        return None
    return lambda r: (not parents or r.parent_id in parents) and r.parent_id not in others


def list_refunds(call: Call) -> Answer:
    """`GET /refunds` over all orders, and `GET /orders/{id}/refunds`."""
    store = call.store
    wish = wish_of(store, REFUNDS, call.query, matches=_refund_filter(call))
    found, total = find_hidden_past_end(store, store.refunds, wish)
    view, names, page = OrderView(store, call.digits), call.names, page_of(call.query)
    everywhere = not call.numbers
    bodies = [call.with_metas(refund_json(view, r, names, all_orders=everywhere)) for r in found]
    return paged(call, bodies, total, page.size, page.number)


def post_refund(call: Call) -> Answer:
    """`POST /orders/{id}/refunds`."""
    refuse_existing(call, "shop_order_refund", "shop_order_refund")
    order = call.store.orders.get(call.numbers[0])
    if order is None:
        raise _invalid("order_id", "Invalid order ID.")
    refund = create_refund(call.store, order, call.body)
    body = refund_json(OrderView(call.store, call.digits), refund, call.single_names)
    # the real shop forgets to fill in the order's id here
    return created(call, body, refund.id, path=r"orders/(?P<order_id>[\d]+)/refunds")


def _invalid(what: str, message: str) -> ShopError:
    """A refusal whose 404 stands where the shop keeps no status, so that it answers 500."""
    return ShopError(f"woocommerce_rest_invalid_{what}", message, 500, bare_data=404)


def _refund_of(call: Call) -> Refund:
    refund = call.store.refunds.get(call.numbers[1])
    if refund is None:
        raise invalid_id("shop_order_refund")
    if call.store.orders.get(call.numbers[0]) is None:
        raise _invalid("order_id", "Invalid order ID.")
    if refund.parent_id != call.numbers[0]:
        raise _invalid("order_refund_id", "Invalid order refund ID.")
    return refund


def get_refund(call: Call) -> Answer:
    """`GET /orders/{id}/refunds/{id}`."""
    view = OrderView(call.store, call.digits)
    return Answer(refund_json(view, _refund_of(call), call.single_names))


def remove_refund(call: Call) -> Answer:
    """`DELETE /orders/{id}/refunds/{id}`, only with `force`."""
    refund = _refund_of(call)
    if not is_true(call.query.get("force")):
        message = "The shop_order_refund does not support trashing."
        raise ShopError("woocommerce_rest_trash_not_supported", message, 501)
    body = refund_json(OrderView(call.store, call.digits), refund, call.single_names)
    delete_refund(call.store, refund)
    return Answer(body)
