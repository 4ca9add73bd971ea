"""How orders move the stock of products, and how writes of the API do."""

from __future__ import annotations

from typing import Literal

from sync_cli.sandbox.shop.item_view import line_product
from sync_cli.sandbox.shop.meta import changed_meta
from sync_cli.sandbox.shop.product_facts import ProductView, full_name, stock_holder
from sync_cli.sandbox.shop.product_write import stock_state
from sync_cli.sandbox.shop.records import Item, Note, Order, Product
from sync_cli.sandbox.shop.store import ShopStore

Mover = Literal["order", "refund", "staff", "restore"]
REDUCING = ("on-hold", "processing", "completed")
RESTORING = ("pending", "cancelled")
_REDUCED = "_reduced_stock"


def touch_product(store: ShopStore, product: Product) -> None:
    """Move the product's date of change; a variation moves its parent's too."""
    table = store.variations if product.kind == "variation" else store.products
    table.touch(product, store.now())
    parent = store.products.get(product.parent_id) if product.kind == "variation" else None
    if parent is not None:
        store.products.touch(parent, store.now())


def move_stock(
    store: ShopStore,
    product: Product,
    pieces: int,
    by: Mover,
) -> tuple[int, int] | None:
    """Add `pieces` to the stock that `product` is counted on; None where none is counted."""
    holder = stock_holder(ProductView(store), product)
    if not holder.managed:
        return None
    old = holder.stock or 0
    holder.stock = old + pieces
    holder.stock_status = stock_state(holder)
    touch_product(store, holder)
    store.record(
        "stock.set", holder.id, reference=holder.sku or None, old=old, new=holder.stock, by=by
    )
    return old, holder.stock


def add_note(store: ShopStore, order: Order, text: str) -> Note:
    """Write one of the shop's own notes to an order."""
    note = Note(store.next_id("note"), order.id, store.now(), text)
    store.notes[order.id].append(note)
    return note


def reduced_pieces(item: Item) -> int:
    """How many pieces a line has taken from stock so far."""
    return next((int(m.value) for m in item.meta if m.key == _REDUCED), 0)


def set_reduced(store: ShopStore, item: Item, pieces: int) -> None:
    """Note on a line how many pieces it has taken from stock; none removes the note."""
    change = {"key": _REDUCED, "value": pieces or None}
    item.meta = changed_meta(item.meta, [change], lambda: store.next_id("item_meta"))


def follow_status(store: ShopStore, order: Order) -> None:
    """Take the goods of an order from stock, or put them back, as its status asks."""
    if order.status in REDUCING and not order.stock_reduced:
        _reduce(store, order)
    elif order.status in RESTORING and order.stock_reduced:
        _restore(store, order)


def _reduce(store: ShopStore, order: Order) -> None:
    changes = []
    for item in order.of_kind("line_item"):
        product = line_product(store, item)
        if product is None or item.quantity <= 0 or reduced_pieces(item):
            continue
        moved = move_stock(store, product, -item.quantity, "order")
        if moved is not None:
            set_reduced(store, item, item.quantity)
            changes.append(f"{_label(store, product)} ({moved[0]}&rarr;{moved[1]})")
    order.stock_reduced = True
    if changes:
        add_note(store, order, f"Stock levels reduced: {', '.join(changes)}")


def _restore(store: ShopStore, order: Order) -> None:
    changes = []
    for item in order.of_kind("line_item"):
        product, pieces = line_product(store, item), reduced_pieces(item)
        if product is None or pieces == 0:
            continue
        moved = move_stock(store, product, pieces, "order")
        set_reduced(store, item, 0)
        if moved is not None:
            changes.append(f"{_label(store, product)} ({moved[0]}&rarr;{moved[1]})")
    order.stock_reduced = False
    if changes:
        add_note(store, order, f"Stock levels increased: {', '.join(changes)}")


def _label(store: ShopStore, product: Product) -> str:
    return full_name(ProductView(store), product)


def follow_quantity(store: ShopStore, order: Order, item: Item, quantity: int) -> None:
    """Move the stock after a line of an order that holds goods got another quantity."""
    if order.status not in REDUCING:
        return
    product, pieces = line_product(store, item), reduced_pieces(item)
    if product is None or quantity == pieces:
        return
    moved = move_stock(store, product, pieces - quantity, "order")
    if moved is not None:
        set_reduced(store, item, quantity)
        moves = f"{_label(store, product)} ({moved[0]}&rarr;{moved[1]})"
        add_note(store, order, f"Adjusted stock: {moves}")
