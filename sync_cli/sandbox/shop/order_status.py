"""What a change of an order's status does: dates, stock, notes, the customer, a refund."""

from __future__ import annotations

from decimal import Decimal

from sync_cli.sandbox.shop.order_view import needs_processing
from sync_cli.sandbox.shop.records import ZERO, Meta, Order, Refund
from sync_cli.sandbox.shop.stock import REDUCING, add_note, follow_status
from sync_cli.sandbox.shop.store import ShopStore

STATUSES = (
    "auto-draft",
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
_NAMES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
    "auto-draft": "Draft",
    "trash": "Trash",
}


def set_status(store: ShopStore, order: Order, status: str) -> None:
    """Give the order a status and do all that follows; nothing when it has it already.

    A status the shop does not know becomes pending.
    """
    before, after = order.status, status if status in (*STATUSES, "trash") else "pending"
    if before == after:
        return
    order.status = after
    store.orders.set_trashed(order, after == "trash")
    _set_dates(store, order)
    if after == "trash" or before == "trash":
        return
    follow_status(store, order)
    _count_coupons(store, order)
    text = f"Order status changed from {_NAMES[before]} to {_NAMES[after]}."
    add_note(store, order, text)
    if after == "completed":
        _mark_paying(store, order)
    if after == "refunded":
        refund_rest(store, order)


def _set_dates(store: ShopStore, order: Order) -> None:
    """Set the dates of payment and completion once."""
    paid_at = paying_status(store, order)
    if order.paid is None and order.status in (paid_at, "completed"):
        order.paid = store.now()
    if order.completed is None and order.status == "completed":
        order.completed = store.now()


def paying_status(store: ShopStore, order: Order) -> str:
    """The status at which the order counts as paid: cash on delivery only when completed."""
    if order.extra.get("payment_method") == "cod":
        return "completed"
    return "processing" if needs_processing(store, order) else "completed"


def complete_payment(store: ShopStore, order: Order, transaction: str) -> None:
    """Mark a waiting order paid (`set_paid`), and let its status go on."""
    if order.status not in ("pending", "on-hold", "failed", "cancelled"):
        return
    if transaction:
        order.extra["transaction_id"] = transaction
    if order.paid is None:
        order.paid = store.now()
    set_status(store, order, "processing" if needs_processing(store, order) else "completed")


def _count_coupons(store: ShopStore, order: Order) -> None:
    """Note on each coupon who used it, once the order holds its goods."""
    if order.status not in REDUCING or order.extra.get("coupons_counted"):
        return
    for item in order.of_kind("coupon"):
        coupon = store.coupon_by_code(item.name)
        if coupon is not None:
            coupon.used_by.append(str(order.customer_id or order.billing.get("email", "")))
    order.extra["coupons_counted"] = True


def _mark_paying(store: ShopStore, order: Order) -> None:
    customer = store.customers.get(order.customer_id)
    if customer is not None and not customer.is_paying:
        customer.is_paying = True
        store.customers.touch(customer, store.now())


def refunded_so_far(store: ShopStore, order: Order) -> Decimal:
    """The sum of the order's refunds."""
    return sum((store.refunds.records[i].amount for i in store.refunds_of[order.id]), ZERO)


def refund_rest(store: ShopStore, order: Order) -> None:
    """Make a refund without lines over all that was not refunded yet."""
    rest = order.total - refunded_so_far(store, order)
    if rest <= 0:
        return
    number = store.next_id("post")
    refund = Refund(number, store.now(), store.now(), order.id, rest, "Order fully refunded.")
    refund.meta = [Meta(store.next_id("order_meta"), "_refund_type", "full")]
    store.refunds.add(refund)
    store.refunds_of[order.id].append(number)
    store.record("refund.created", number, order=str(order.id), amount=rest)
