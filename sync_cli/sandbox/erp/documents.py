"""Orders of the pretend ERP: from draft to shipped, and what disturbs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from sync_cli.sandbox.erp.batches import run_batch
from sync_cli.sandbox.erp.drafts import (
    OrderDraft,
    read_head_change,
    read_id,
    read_lines,
    read_order,
)
from sync_cli.sandbox.erp.records import (
    MAIN_WAREHOUSE,
    ORDER_FIELDS,
    Json,
    Order,
    OrderLine,
    OrderState,
    Shelf,
    as_json,
    decimal_text,
)
from sync_cli.sandbox.erp.referenced import create_referenced
from sync_cli.sandbox.erp.refusals import ItemError
from sync_cli.sandbox.erp.store import ErpStore
from sync_cli.sandbox.erp.table import Table


def create_orders(store: ErpStore, items: Sequence[object]) -> list[Json]:
    """Create a draft of each order; the results of the batch."""
    return create_referenced(
        store,
        items,
        _read,
        lambda draft: draft.head.reference,
        partial(_holders, store),
        _add,
    )


def change_orders(store: ErpStore, items: Sequence[object]) -> list[Json]:
    """Change texts and addresses of drafts and confirmed orders; the results of the batch."""

    def check(item: object) -> tuple[Order, dict[str, Any]]:
        given = dict(item) if isinstance(item, dict) else {}
        order = find_order(store, given.pop("id", None))
        if order.state not in ("draft", "confirmed"):
            message = f"order {order.number} is {order.state}"
            raise ItemError("not_editable", message, state=order.state)
        return order, read_head_change(given)

    def change(found: tuple[Order, dict[str, Any]]) -> Json:
        order, fields = found
        order.head = replace(order.head, **fields)
        touch(store, order)
        record(store, "order.updated", order, fields=sorted(fields))
        return as_json(order, ORDER_FIELDS)

    with store.lock:
        return run_batch(items, check, change)


def add_lines(store: ErpStore, items: Sequence[object]) -> list[Json]:
    """Add the lines of each item (`id`, `lines`) to its draft; the results of the batch.

    Nothing tells a line that is sent twice from two lines.
    """

    def check(item: object) -> tuple[Order, tuple[OrderLine, ...]]:
        given = item if isinstance(item, dict) else {}
        order = find_order(store, given.get("id"))
        if order.state != "draft":
            raise ItemError(
                "not_draft", f"order {order.number} is {order.state}", state=order.state
            )
        return order, _changed_lines(store, order, {"lines": given.get("lines")})

    def add(found: tuple[Order, tuple[OrderLine, ...]]) -> Json:
        order, lines = found
        order.lines = (*order.lines, *lines)
        touch(store, order)
        record(store, "order.lines_added", order, lines=len(lines))
        return as_json(order, ORDER_FIELDS)

    with store.lock:
        return run_batch(items, check, add)


def confirm_orders(store: ErpStore, ids: Sequence[object]) -> list[Json]:
    """Confirm each draft, which raises its products' demand in MAIN; the results of the batch."""
    with store.lock:
        return run_batch(
            ids,
            expect(store, ("draft",), "not_draft"),
            lambda order: advance(store, order, "confirmed"),
            atomic=store.settings.atomic_batches,
        )


def cancel_orders(store: ErpStore, ids: Sequence[object]) -> list[Json]:
    """Cancel each draft or confirmed order and release its demand; the results of the batch."""
    with store.lock:
        return run_batch(
            ids,
            expect(store, ("draft", "confirmed"), "not_cancellable"),
            lambda order: advance(store, order, "cancelled"),
        )


def delete_order(store: ErpStore, id: object) -> None:
    """Delete a draft or cancelled order for good; raises ItemError for any other."""
    with store.lock:
        order = find_order(store, id)
        if order.state not in ("draft", "cancelled"):
            message = f"order {order.number} is {order.state}; only drafts and cancelled ones go"
            raise ItemError("not_deletable", message, state=order.state)
        store.orders.remove(order)
        record(store, "order.deleted", order)


def edit_order(store: ErpStore, order: Order, **changes: Any) -> Json:
    """Change an order as a person in the ERP would, and return it as stored.

    `changes`: `lines` (as in POST /orders, replacing all), `note`, `billing`, `shipping`,
    `payment_method`, `shipping_method`, `invoice_number`, `invoice_date`, `invoice_link`, `paid`,
    `tracking` (one more parcel), `state` ("done" for a shipped order). Raises ItemError, having
    changed nothing.
    """
    with store.lock:
        named = sorted(changes)
        lines = _changed_lines(store, order, changes)
        state = _changed_state(order, changes)
        facts = {name: changes.pop(name) for name in _FACTS if name in changes}
        parcel = changes.pop("tracking", None)
        head = replace(order.head, **read_head_change(changes))
        move_demand(store, order, -1)
        order.lines, order.head, order.state = lines, head, state
        for name, value in facts.items():
            setattr(order, name, value)
        move_demand(store, order, 1)
        if parcel:
            order.tracking.append(parcel)
        touch(store, order)
        record(store, "order.updated", order, fields=named)
        return as_json(order, ORDER_FIELDS)


def restore_backup(store: ErpStore, orders: int) -> list[str]:
    """Lose the last `orders` orders as after a restored backup; returns their ids.

    Their demand and shipped pieces come back, no changed_at moves, and the next orders get the same
    ids and numbers again.
    """
    with store.lock:
        dropped = store.orders.drop_last(orders)
        _lose_shipments(store, {order.id for order in dropped})
        for order in dropped:
            move_demand(store, order, -1, silently=True)
            each_shelf(store, order.shipped, _put_back, order.warehouse, silently=True)
            record(store, "order.lost", order)
        return [str(order.id) for order in dropped]


_FACTS = ("invoice_number", "invoice_date", "invoice_link", "paid")
"""What people book on an order beside its head and lines."""


def _lose_shipments(store: ErpStore, orders: set[int]) -> None:
    """The lost orders' shipments, credit notes, payments go too: the next ones get the same ids."""
    tables: tuple[Table[Any], ...] = (store.shipments, store.credit_notes, store.payments)
    for table in tables:
        for row in [kept for kept in table.drop_last(len(table)) if kept.order.id not in orders]:
            table.append(row)


def _read(store: ErpStore, item: object) -> OrderDraft:
    return read_order(
        item,
        store.products.get,
        store.customers.get,
        store.settings,
    )


def _holders(store: ErpStore, reference: str) -> list[Order]:
    return [
        each
        for each in store.orders.find("reference", reference)
        if each.head.reference == reference
    ]


def _add(store: ErpStore, draft: OrderDraft) -> Json:
    now = store.stamp()
    id = store.orders.next_id()
    order = Order(id, f"SO{id:05}", draft.head, draft.lines, "draft", now, now)
    store.orders.append(order)
    record(store, "order.created", order)
    return as_json(order, ORDER_FIELDS)


def expect(store: ErpStore, states: tuple[OrderState, ...], code: str) -> Callable[[object], Order]:
    """A check that finds the order and insists on its state; an id twice in a batch fails."""
    seen: set[int] = set()

    def check(id: object) -> Order:
        order = find_order(store, id)
        if order.state not in states or order.id in seen:
            message = f"order {order.number} is {order.state}"
            raise ItemError(code, message, state=order.state)
        seen.add(order.id)
        return order

    return check


def find_order(store: ErpStore, id: object) -> Order:
    """The order of this id in text form; raises ItemError `not_found`."""
    number = read_id(id)
    order = None if number is None else store.orders.get(number)
    if order is None:
        raise ItemError("not_found", f"there is no order {id}")
    return order


def advance(store: ErpStore, order: Order, to: OrderState, **facts: Any) -> Json:
    move_demand(store, order, -1)
    order.state = to
    move_demand(store, order, 1)
    touch(store, order)
    record(store, f"order.{to}", order, **facts)
    return as_json(order, ORDER_FIELDS)


def move_demand(store: ErpStore, order: Order, sign: int, *, silently: bool = False) -> None:
    """Add the order's open pieces to the demand, or take them away; only confirmed ones count."""

    def move(shelf: Shelf, count: Decimal) -> None:
        shelf.demand += sign * count

    if order.state == "confirmed":
        each_shelf(store, order.open, move, order.warehouse, silently=silently)


def _put_back(shelf: Shelf, count: Decimal) -> None:
    shelf.on_hand += count


def each_shelf(
    store: ErpStore,
    pieces: Mapping[int, Decimal],
    change: Callable[[Shelf, Decimal], None],
    warehouse: str = MAIN_WAREHOUSE,
    *,
    silently: bool = False,
) -> None:
    """Change each stocked product's shelf in a warehouse by its pieces."""
    for product_id, count in pieces.items():
        stock = store.stock.get(product_id)
        if stock is None or not stock.stocked:
            continue
        change(stock.shelf(warehouse), count)
        if not silently:
            stock.changed_at = store.stamp()
            store.stock.changed(stock)


def _changed_lines(store: ErpStore, order: Order, changes: dict[str, Any]) -> tuple[OrderLine, ...]:
    if "lines" not in changes:
        return order.lines
    given = changes.pop("lines")
    inclusive = order.head.prices_include_tax
    return read_lines(given, store.products.get, store.settings, inclusive=inclusive)


def _changed_state(order: Order, changes: dict[str, Any]) -> OrderState:
    wanted = changes.pop("state", order.state)
    if wanted == order.state:
        return order.state
    if (order.state, wanted) != ("shipped", "done"):
        message = f"order {order.number} is {order.state}; only a shipped one can be made done"
        raise ItemError("invalid_value", message, "state")
    return "done"


def touch(store: ErpStore, order: Order) -> None:
    order.changed_at = store.stamp()
    store.orders.changed(order)


def record(store: ErpStore, what: str, order: Order, **facts: Any) -> None:
    store.ledger.record(
        what,
        str(order.id),
        order.head.reference,
        number=order.number,
        state=order.state,
        currency=order.head.currency,
        total=decimal_text(order.total),
        **facts,
    )
