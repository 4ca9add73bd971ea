"""Customers of the pretend ERP: creating and changing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync_cli.sandbox.erp.batches import run_batch
from sync_cli.sandbox.erp.drafts import read_customer, read_id
from sync_cli.sandbox.erp.records import CUSTOMER_FIELDS, Customer, Json, as_json
from sync_cli.sandbox.erp.refusals import ItemError
from sync_cli.sandbox.erp.store import ErpStore


def create_customers(store: ErpStore, items: Sequence[object]) -> list[Json]:
    """Create each customer; the results of the batch."""
    with store.lock:
        return run_batch(
            items,
            lambda item: read_customer(item, new=True),
            lambda fields: _add(store, fields),
            atomic=store.settings.atomic_batches,
        )


def update_customers(store: ErpStore, items: Sequence[object]) -> list[Json]:
    """Set the named fields of each customer; the results of the batch."""
    with store.lock:
        return run_batch(
            items,
            lambda item: _read_change(store, item),
            lambda change: _change(store, *change),
        )


def delete_customer(store: ErpStore, id: object) -> None:
    """Delete a customer without orders for good; raises ItemError for any other."""
    with store.lock:
        customer = _find(store, id)
        if any(order.head.customer_id == customer.id for order in store.orders):
            raise ItemError("in_use", f"customer {customer.number} has orders")
        store.customers.remove(customer)
        store.ledger.record("customer.deleted", str(customer.id), customer.reference)


def _find(store: ErpStore, id: object) -> Customer:
    number = read_id(id)
    customer = None if number is None else store.customers.get(number)
    if customer is None:
        raise ItemError("not_found", f"there is no customer {id}", "id")
    return customer


def _add(store: ErpStore, fields: Mapping[str, Any]) -> Json:
    now = store.stamp()
    id = store.customers.next_id()
    customer = Customer(
        id=id,
        number=f"K{1000 + id}",
        archived=False,
        created_at=now,
        changed_at=now,
        **fields,
    )
    store.customers.append(customer)
    store.ledger.record("customer.created", str(id), customer.reference, number=customer.number)
    return as_json(customer, CUSTOMER_FIELDS)


def _read_change(store: ErpStore, item: object) -> tuple[Customer, dict[str, Any]]:
    fields = read_customer(item, new=False)
    given = item.get("id") if isinstance(item, dict) else None
    if given in (None, ""):
        raise ItemError("required", "name the customer's id", "id")
    return _find(store, given), fields


def _change(store: ErpStore, customer: Customer, fields: Mapping[str, Any]) -> Json:
    def set_fields() -> None:
        for name, value in fields.items():
            setattr(customer, name, value)

    store.customers.rekey(customer, set_fields)
    customer.changed_at = store.stamp()
    store.customers.changed(customer)
    names = sorted(fields)
    store.ledger.record("customer.updated", str(customer.id), customer.reference, fields=names)
    return as_json(customer, CUSTOMER_FIELDS)
