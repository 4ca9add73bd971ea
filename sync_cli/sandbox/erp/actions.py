"""What people do in the pretend ERP while the sync runs: actions for tests and the demo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
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
from sync_cli.sandbox.erp.drafts import read_id
from sync_cli.sandbox.erp.records import (
    MAIN_WAREHOUSE,
    PRODUCT_FIELDS,
    STOCK_FIELDS,
    Customer,
    Json,
    Order,
    Parcel,
    Product,
    as_json,
    milliseconds,
)
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
    counts = {name: _quantity(name, count) for name, count in others.items()}
    unknown = sorted(set(counts) - {"demand", "reserved", "incoming"})
    if unknown:
        raise ValueError(f"a stock row has no {unknown}")
    counts["on_hand"] = _quantity("on_hand", on_hand)
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
    net = _quantity("amount", amount) - _quantity("tax", tax)
    with store.lock:
        sold = _order(store, order, reference)
        line = {"kind": "adjustment", "text": reason, "quantity": "1"}
        draft = {
            "order_id": str(sold.id),
            "refunded_at": iso_milliseconds(store.clock.now()),
            "currency": sold.head.currency,
            "reason": reason,
            "lines": [{**line, "net": str(net), "tax": str(_quantity("tax", tax))}],
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
            price=_quantity("price", price),
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
        "price": lambda value: _quantity("price", value),
        "sale_price": _optional(lambda value: _quantity("sale_price", value)),
        "sale_from": _optional(_moment),
        "sale_to": _optional(_moment),
        "weight": _optional(lambda value: _quantity("weight", value)),
        "minimum_quantity": _optional(lambda value: _quantity("minimum_quantity", value)),
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


def _quantity(name: str, value: int | str) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{name} is a number, not {value!r}") from error
