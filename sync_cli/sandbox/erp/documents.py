"""Orders of the pretend ERP: from draft to shipped, and what disturbs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
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
from sync_cli.sandbox.erp.refusals import ItemError
from sync_cli.sandbox.erp.store import ErpStore


def create_orders(store: ErpStore, items: Sequence[object]) -> list[Json]:
    """Create a draft of each order; the results of the batch."""
    accepted: set[str] = set()

    def check(item: object) -> OrderDraft:
        draft = _read(store, item)
        if store.settings.unique_references:
            _refuse_duplicate(store, draft.head.reference, accepted)
        accepted.add(draft.head.reference)
        return draft

    with store.lock:
        atomic = store.settings.atomic_batches
        return run_batch(items, check, lambda draft: _add(store, draft), atomic=atomic)


def confirm_orders(store: ErpStore, ids: Sequence[object]) -> list[Json]:
    """Confirm each draft, which raises its products' demand in MAIN; the results of the batch."""
    with store.lock:
        return run_batch(
            ids,
            _expect(store, ("draft",), "not_draft"),
            lambda order: _advance(store, order, "confirmed"),
            atomic=store.settings.atomic_batches,
        )


def cancel_orders(store: ErpStore, ids: Sequence[object]) -> list[Json]:
    """Cancel each draft or confirmed order and release its demand; the results of the batch."""
    with store.lock:
        return run_batch(
            ids,
            _expect(store, ("draft", "confirmed"), "not_cancellable"),
            lambda order: _advance(store, order, "cancelled"),
        )


def ship_orders(store: ErpStore, ids: Sequence[object], tracking: str | None) -> list[Json]:
    """Ship each confirmed order from MAIN: on hand and demand fall; the results of the batch."""

    def ship(order: Order) -> Json:
        if tracking:
            order.tracking.append(tracking)
        return _advance(store, order, "shipped", tracking=tracking)

    with store.lock:
        return run_batch(ids, _expect(store, ("confirmed",), "not_confirmed"), ship)


def edit_order(store: ErpStore, order: Order, **changes: Any) -> Json:
    """Change an order as a person in the ERP would, and return it as stored.

    `changes`: `lines` (as in POST /orders, replacing all), `note`, `billing`, `shipping`,
    `payment_method`, `shipping_method`, `invoice_number`, `tracking` (one more parcel), `state`
    ("done" for a shipped order). Raises ItemError, having changed nothing.
    """
    with store.lock:
        named = sorted(changes)
        lines = _changed_lines(store, order, changes)
        state = _changed_state(order, changes)
        invoice = changes.pop("invoice_number", order.invoice_number)
        parcel = changes.pop("tracking", None)
        head = replace(order.head, **read_head_change(changes))
        _move_demand(store, order, -1)
        order.lines, order.head, order.state, order.invoice_number = lines, head, state, invoice
        _move_demand(store, order, 1)
        if parcel:
            order.tracking.append(parcel)
        _touch(store, order)
        _record(store, "order.updated", order, fields=named)
        return as_json(order, ORDER_FIELDS)


def restore_backup(store: ErpStore, orders: int) -> list[str]:
    """Lose the last `orders` orders as after a restored backup; returns their ids.

    Their demand and shipped pieces come back, no changed_at moves, and the next orders get the same
    ids and numbers again.
    """
    with store.lock:
        dropped = store.orders.drop_last(orders)
        for order in dropped:
            _move_demand(store, order, -1, silently=True)
            if order.state in ("shipped", "done"):
                _each_shelf(store, order, _put_back, silently=True)
            _record(store, "order.lost", order)
        return [str(order.id) for order in dropped]


def _read(store: ErpStore, item: object) -> OrderDraft:
    return read_order(
        item,
        store.products.get,
        store.customers.get,
        round_lines=store.settings.round_lines,
    )


def _refuse_duplicate(store: ErpStore, reference: str, accepted: set[str]) -> None:
    holders = store.orders.find("reference", reference)
    ids = [str(order.id) for order in holders if order.head.reference == reference]
    if ids or reference in accepted:
        message = f"reference {reference!r} is taken"
        raise ItemError("duplicate_reference", message, "reference", id=ids[0] if ids else None)


def _add(store: ErpStore, draft: OrderDraft) -> Json:
    now = store.stamp()
    id = 1 + len(store.orders)
    order = Order(id, f"SO{id:05}", draft.head, draft.lines, "draft", now, now)
    store.orders.append(order)
    _record(store, "order.created", order)
    return as_json(order, ORDER_FIELDS)


def _expect(
    store: ErpStore, states: tuple[OrderState, ...], code: str
) -> Callable[[object], Order]:
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


def _advance(store: ErpStore, order: Order, to: OrderState, **facts: Any) -> Json:
    _move_demand(store, order, -1)
    order.state = to
    _move_demand(store, order, 1)
    if to == "shipped":
        _each_shelf(store, order, _take_out)
    _touch(store, order)
    _record(store, f"order.{to}", order, **facts)
    return as_json(order, ORDER_FIELDS)


def _move_demand(store: ErpStore, order: Order, sign: int, *, silently: bool = False) -> None:
    """Add the order's pieces to the demand, or take them away; only confirmed ones are open."""

    def move(shelf: Shelf, count: Decimal) -> None:
        shelf.demand += sign * count

    if order.state == "confirmed":
        _each_shelf(store, order, move, silently=silently)


def _take_out(shelf: Shelf, count: Decimal) -> None:
    shelf.on_hand -= count
    shelf.reserved = min(shelf.reserved, max(shelf.demand, Decimal(0)))


def _put_back(shelf: Shelf, count: Decimal) -> None:
    shelf.on_hand += count


def _each_shelf(
    store: ErpStore,
    order: Order,
    change: Callable[[Shelf, Decimal], None],
    *,
    silently: bool = False,
) -> None:
    """Change the MAIN shelf of each stocked product of the order by its line's quantity."""
    for line in order.lines:
        stock = None if line.product_id is None else store.stock.get(line.product_id)
        if stock is None or not stock.stocked:
            continue
        change(stock.shelf(MAIN_WAREHOUSE), line.quantity)
        if not silently:
            stock.changed_at = store.stamp()
            store.stock.changed(stock)


def _changed_lines(store: ErpStore, order: Order, changes: dict[str, Any]) -> tuple[OrderLine, ...]:
    if "lines" not in changes:
        return order.lines
    given = changes.pop("lines")
    return read_lines(given, store.products.get, round_lines=store.settings.round_lines)


def _changed_state(order: Order, changes: dict[str, Any]) -> OrderState:
    wanted = changes.pop("state", order.state)
    if wanted == order.state:
        return order.state
    if (order.state, wanted) != ("shipped", "done"):
        message = f"order {order.number} is {order.state}; only a shipped one can be made done"
        raise ItemError("invalid_value", message, "state")
    return "done"


def _touch(store: ErpStore, order: Order) -> None:
    order.changed_at = store.stamp()
    store.orders.changed(order)


def _record(store: ErpStore, what: str, order: Order, **facts: Any) -> None:
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
