"""What people do in the pretend ERP while the sync runs: actions for tests and the demo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sync_cli.sandbox.clock import iso_milliseconds
from sync_cli.sandbox.control import Action
from sync_cli.sandbox.erp.credit_records import CreditNote
from sync_cli.sandbox.erp.credits import (
    confirm_credit_notes,
    create_credit_notes,
    find_credit_note,
    reach_checkpoint,
    void_credit_note,
)
from sync_cli.sandbox.erp.documents import edit_order, find_order, restore_backup
from sync_cli.sandbox.erp.master_data import (
    add_product,
    archive,
    edit_product,
    quantity,
    set_stock,
)
from sync_cli.sandbox.erp.records import Json, Order, Parcel
from sync_cli.sandbox.erp.refusals import ItemError
from sync_cli.sandbox.erp.shipping import add_parcel, correct_parcel, ship_orders, ship_part
from sync_cli.sandbox.erp.store import ErpStore


def erp_actions(store: ErpStore) -> dict[str, Action]:
    """The named actions of this ERP; each takes keyword arguments and returns JSON values.

    They raise LookupError for an unknown record and ValueError for a value that cannot be.
    """
    actions: dict[str, Callable[..., Any]] = {
        "ship": ship,
        "ship_part": ship_some,
        "add_parcel": one_more_parcel,
        "correct_parcel": corrected_parcel,
        "set_stock": set_stock,
        "restore": restore,
        "edit_order": change_order,
        "add_product": add_product,
        "edit_product": edit_product,
        "archive": archive,
        "settings": change_settings,
        "credit": credit,
        "void_credit": void_credit,
        "return": return_goods,
    }
    bound: dict[str, Action] = {name: _bind(store, act) for name, act in actions.items()}
    bound["late_commit"] = lambda **args: commit_late(store, bound, **args)
    return bound


def ship(
    store: ErpStore, *, ids: Sequence[str] | None = None, tracking: str | None = None
) -> list[Json]:
    """Ship these orders, or all confirmed ones; the results as of POST /orders/ship."""
    with store.lock:
        confirmed = [str(order.id) for order in store.orders if order.state == "confirmed"]
        return ship_orders(store, confirmed if ids is None else ids, tracking)


def ship_some(
    store: ErpStore,
    *,
    pieces: Mapping[str, int | str],
    parcels: Sequence[Mapping[str, str]] = (),
    id: str | None = None,
    reference: str | None = None,
) -> Json:
    """Ship pieces by SKU of a confirmed order; each parcel has `number`, `carrier` and `link`."""
    with store.lock:
        order = _order(store, id, reference)
        return ship_part(store, order, pieces, [Parcel(**parcel) for parcel in parcels])


def one_more_parcel(
    store: ErpStore,
    *,
    number: str,
    carrier: str = "",
    link: str = "",
    id: str | None = None,
    reference: str | None = None,
) -> Json:
    """Put one more parcel on the last shipment of an order."""
    with store.lock:
        return add_parcel(store, _order(store, id, reference), Parcel(number, carrier, link))


def corrected_parcel(
    store: ErpStore,
    *,
    number: str,
    to: str,
    id: str | None = None,
    reference: str | None = None,
) -> Json:
    """Give a parcel of an order another number."""
    with store.lock:
        return correct_parcel(store, _order(store, id, reference), number, to)


def restore(store: ErpStore, *, orders: int) -> list[str]:
    """Lose the last orders as after a restored backup; their ids."""
    return restore_backup(store, orders)


def change_order(
    store: ErpStore, *, id: str | None = None, reference: str | None = None, **changes: Any
) -> Json:
    """Change an order as `documents.edit_order` says; named by its id or (the first) reference."""
    with store.lock:
        return edit_order(store, _order(store, id, reference), **changes)


def credit(
    store: ErpStore,
    *,
    amount: int | str,
    order: str | None = None,
    reference: str | None = None,
    tax: int | str = "0.00",
    reason: str = "",
) -> Json:
    """Make and confirm a credit note over `amount` as the bookkeeper would; `tax` is in it.

    The order is named by its id or its (first) reference.
    """
    net = quantity("amount", amount) - quantity("tax", tax)
    with store.lock:
        sold = _order(store, order, reference)
        line = {"kind": "adjustment", "text": reason, "quantity": "1"}
        draft = {
            "order_id": str(sold.id),
            "refunded_at": iso_milliseconds(store.clock.now()),
            "currency": sold.head.currency,
            "reason": reason,
            "lines": [{**line, "net": str(net), "tax": str(quantity("tax", tax))}],
        }
        [made] = create_credit_notes(store, [draft])
        [confirmed] = confirm_credit_notes(store, [made["item"]["id"]])
        if not confirmed["ok"]:
            raise ValueError(confirmed["error"]["message"])
        item: Json = confirmed["item"]
        return item


def void_credit(store: ErpStore, *, id: str | None = None, reference: str | None = None) -> Json:
    """Take a credit note back, confirmed or not."""
    with store.lock:
        return void_credit_note(store, _credit_note(store, id, reference))


def return_goods(
    store: ErpStore, *, checkpoint: str, id: str | None = None, reference: str | None = None
) -> Json:
    """The goods of a credit note are authorised, received, inspected or restocked now."""
    with store.lock:
        return reach_checkpoint(store, _credit_note(store, id, reference), checkpoint)


def change_settings(store: ErpStore, **settings: Any) -> Json:
    """Change the ERP's settings by name and return them all."""
    with store.lock:
        unknown = sorted(name for name in settings if not hasattr(store.settings, name))
        if unknown:
            raise ValueError(f"the ERP has no settings {unknown}; it has {vars(store.settings)}")
        for name, value in settings.items():
            setattr(store.settings, name, value)
        return dict(vars(store.settings))


def commit_late(
    store: ErpStore,
    actions: Mapping[str, Action],
    *,
    seconds: float,
    do: str,
    args: Mapping[str, Any] | None = None,
) -> Any:
    """Run the action `do` now, stamped as if its transaction had begun `seconds` ago."""
    if do not in actions:
        raise LookupError(f"no action {do!r}; the ERP has {sorted(actions)}")
    with store.stamped(store.clock.now() - timedelta(seconds=seconds)):
        return actions[do](**(args or {}))


def _bind(store: ErpStore, act: Callable[..., Any]) -> Action:
    def run(**args: Any) -> Any:
        try:
            return act(store, **args)
        except ItemError as error:
            raise ValueError(f"{error.code}: {error}") from error

    return run


def _order(store: ErpStore, id: str | None, reference: str | None) -> Order:
    if id is not None:
        return find_order(store, id)
    found = store.orders.find("reference", reference or "")
    for order in found:
        if order.head.reference == reference:
            return order
    raise LookupError(f"no order has reference={reference}; give an id or a reference")


def _credit_note(store: ErpStore, id: str | None, reference: str | None) -> CreditNote:
    if id is not None:
        return find_credit_note(store, id)
    for note in store.credit_notes.find("reference", reference or ""):
        if note.reference == reference and note.state != "cancelled":
            return note
    raise LookupError(f"no credit note has reference={reference}; give an id or a reference")
