"""What people do to products, stock and customers of the pretend ERP while the sync runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sync_cli.sandbox.erp.drafts import read_id
from sync_cli.sandbox.erp.records import (
    MAIN_WAREHOUSE,
    PRODUCT_FIELDS,
    STOCK_FIELDS,
    Customer,
    Json,
    Product,
    as_json,
    milliseconds,
)
from sync_cli.sandbox.erp.store import ErpStore


def set_stock(
    store: ErpStore,
    *,
    on_hand: int | str,
    sku: str | None = None,
    id: str | None = None,
    warehouse: str = MAIN_WAREHOUSE,
    **others: int | str,
) -> Json:
    """Set a product's pieces on hand in a warehouse; also `demand`, `reserved`, `incoming`."""
    counts = {name: quantity(name, count) for name, count in others.items()}
    unknown = sorted(set(counts) - {"demand", "reserved", "incoming"})
    if unknown:
        raise ValueError(f"a stock row has no {unknown}")
    counts["on_hand"] = quantity("on_hand", on_hand)
    with store.lock:
        product = _product(store, sku, id)
        stock = store.stock.get(product.id)
        if stock is None:
            raise LookupError(f"product {product.sku} is a main article; it has no stock row")
        shelf = stock.shelf(warehouse)
        for name, count in counts.items():
            setattr(shelf, name, count)
        stock.changed_at = store.stamp()
        store.stock.changed(stock)
        facts = {name: str(count) for name, count in counts.items()}
        store.ledger.record("stock.set", str(stock.id), product.sku, warehouse=warehouse, **facts)
        return as_json(stock, STOCK_FIELDS)


def add_product(
    store: ErpStore,
    *,
    sku: str,
    name: str,
    price: int | str = "0.00",
    main_article: bool = False,
    main_sku: str | None = None,
    attributes: Sequence[Sequence[str]] = (),
    on_hand: int = 0,
    **others: Any,
) -> Json:
    """Make a product now; `main_sku` makes it a variant, `others` are fields of `edit_product`."""
    pairs = _pairs(attributes)
    with store.lock:
        parent = None if main_sku is None else _product(store, main_sku, None).id
        product = store.add_product(
            sku=sku,
            name=name,
            price=quantity("price", price),
            tax_code="standard",
            parent_id=parent,
            main_article=main_article,
            attributes=pairs,
            on_hand={MAIN_WAREHOUSE: on_hand},
        )
        store.ledger.record("product.created", str(product.id), sku)
        if others:
            return edit_product(store, id=str(product.id), **others)
        return as_json(product, PRODUCT_FIELDS)


def edit_product(
    store: ErpStore, *, sku: str | None = None, id: str | None = None, **changes: Any
) -> Json:
    """Set fields of a product by their names in the API; the SKU as `new_sku`.

    `attributes` is a list of [name, value]; null takes a sale, a weight or a minimum away.
    """
    readers: Mapping[str, Callable[[Any], Any]] = {
        "name": str,
        "price": lambda value: quantity("price", value),
        "sale_price": _optional(lambda value: quantity("sale_price", value)),
        "sale_from": _optional(_moment),
        "sale_to": _optional(_moment),
        "weight": _optional(lambda value: quantity("weight", value)),
        "minimum_quantity": _optional(lambda value: quantity("minimum_quantity", value)),
        "status": str,
        "attributes": _pairs,
        "main_article": bool,
        "tax_code": str,
        "barcode": str,
        "unit_factor": int,
        "new_sku": str,
    }
    unknown = sorted(set(changes) - set(readers))
    if unknown or not changes:
        raise ValueError(f"edit_product can set {sorted(readers)}; got {sorted(changes)}")
    values = {name.removeprefix("new_"): readers[name](raw) for name, raw in changes.items()}
    with store.lock:
        product = _product(store, sku, id)
        store.products.rekey(product, lambda: _set(product, values))
        _touch_product(store, product)
        store.ledger.record("product.updated", str(product.id), product.sku, fields=sorted(values))
        return as_json(product, PRODUCT_FIELDS)


def archive(
    store: ErpStore,
    *,
    entity: str = "products",
    id: str | None = None,
    sku: str | None = None,
    archived: bool = True,
) -> str:
    """Archive a product or a customer, or bring it back; its id."""
    with store.lock:
        if entity == "products":
            return _archive_product(store, _product(store, sku, id), archived)
        if entity == "customers":
            return _archive_customer(store, _customer(store, id), archived)
    raise ValueError(f"{entity!r} cannot be archived; products and customers can")


def _product(store: ErpStore, sku: str | None, id: str | None) -> Product:
    if id is not None:
        number = read_id(id)
        found = [] if number is None else store.products.pick([number])
    else:
        found = [it for it in store.products.find("sku", sku or "") if it.sku == sku]
    if len(found) == 1:
        return found[0]
    ids = [str(each.id) for each in found]
    raise LookupError(f"{len(found)} products have sku={sku} id={id} {ids}; name one by its id")


def _customer(store: ErpStore, id: str | None) -> Customer:
    number = read_id(id)
    customer = None if number is None else store.customers.get(number)
    if customer is None:
        raise LookupError(f"there is no customer {id}")
    return customer


def _archive_product(store: ErpStore, product: Product, archived: bool) -> str:
    product.archived = archived
    _touch_product(store, product)
    what = "product.archived" if archived else "product.restored"
    store.ledger.record(what, str(product.id), product.sku)
    return str(product.id)


def _archive_customer(store: ErpStore, customer: Customer, archived: bool) -> str:
    customer.archived = archived
    customer.changed_at = store.stamp()
    store.customers.changed(customer)
    what = "customer.archived" if archived else "customer.restored"
    store.ledger.record(what, str(customer.id), customer.reference)
    return str(customer.id)


def _touch_product(store: ErpStore, product: Product) -> None:
    product.changed_at = store.stamp()
    store.products.changed(product)


def _set(record: object, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _moment(text: str) -> int:
    """Milliseconds since 1970 of an ISO time; one without a zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _pairs(attributes: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in attributes)


def quantity(name: str, value: int | str) -> Decimal:
    """The number that an action was given under `name`. Raises ValueError."""
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{name} is a number, not {value!r}") from error
