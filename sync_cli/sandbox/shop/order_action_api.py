"""The routes that do something with an order: send one of its mails, print its receipt.

Nothing is sent: what a mail would leave behind in the shop is there, a note of the order.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from sync_cli.sandbox.shop.arguments import is_mail
from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call, chosen
from sync_cli.sandbox.shop.listing import is_true
from sync_cli.sandbox.shop.order_status import refunded_so_far
from sync_cli.sandbox.shop.records import Json, Meta, Note, Order
from sync_cli.sandbox.shop.store import ShopStore

_INVOICE, _REFUNDED = "customer_invoice", "customer_refunded_order"
_BY_STATUS = {
    "completed": "customer_completed_order",
    "failed": "customer_failed_order",
    "on-hold": "customer_on_hold_order",
    "processing": "customer_processing_order",
    "refunded": _REFUNDED,
}
_WITHOUT_MAILS = ("auto-draft", "draft", "new", "trash")
_AUTHOR = "admin"
"""Who the shop says has written a note: the owner of the key."""
_RECEIPT = "_receipt_file_name"


def _order(call: Call, said: str = "Order not found") -> Order:
    order = call.store.orders.get(call.numbers[0])
    if order is None:
        raise ShopError("woocommerce_rest_not_found", said, 404)
    return order


def available_mails(store: ShopStore, order: Order) -> list[str]:
    """The mails that fit an order as it is now."""
    if not order.billing.get("email") or order.status in _WITHOUT_MAILS:
        return []
    found = {_INVOICE}
    if 0 < refunded_so_far(store, order) < order.total:
        found.add(_REFUNDED)
    if order.status in _BY_STATUS:
        found.add(_BY_STATUS[order.status])
    return sorted(found)


def list_email_templates(call: Call) -> Answer:
    """`GET /orders/{id}/actions/email_templates`, by id."""
    store = call.store
    found = [{"id": name, **store.mails[name]} for name in available_mails(store, _order(call))]
    return Answer([chosen(body, call.names) for body in found])


def send_email(call: Call) -> Answer:
    """`POST /orders/{id}/actions/send_email`; without a template the one that fits best."""
    store, order = call.store, _order(call)
    said = _address(call, order)
    template = _template(store, order, str(call.body.get("template_id") or ""))
    if template == _INVOICE:
        return _sent(store, order, ["", _details_sent(order)])
    title, mail = store.mails[template]["title"], order.billing["email"]
    return _sent(store, order, [said, f'Email template "{title}" sent to {mail}.'])


def _template(store: ShopStore, order: Order, asked: str) -> str:
    available = available_mails(store, order)
    if asked and asked not in available:
        message = f"{asked} is not a valid template for this order."
        raise ShopError("woocommerce_rest_invalid_email_template", message, 400)
    if not available:
        message = "No email template is available for this order."
        raise ShopError("woocommerce_rest_no_email_template", message, 400)
    return asked or _BY_STATUS.get(order.status, _INVOICE)


def send_order_details(call: Call) -> Answer:
    """`POST /orders/{id}/actions/send_order_details`."""
    order = _order(call)
    said = _address(call, order)
    return _sent(call.store, order, [said, _details_sent(order)])


def _details_sent(order: Order) -> str:
    return f"Order details sent to {order.billing['email']}."


def _address(call: Call, order: Order) -> str:
    """Put the address that is sent into the order; what is said about it."""
    mail, before = str(call.body.get("email") or ""), order.billing.get("email", "")
    said = ""
    if mail and mail != before:
        if before and not is_true(str(call.body.get("force_email_update", ""))):
            message = "Order already has a billing email."
            raise ShopError("woocommerce_rest_order_billing_email_exists", message, 400)
        order.billing["email"] = mail
        call.store.orders.touch(order, call.store.now())
        said = f"Billing email updated to {mail}."
    if not is_mail(order.billing.get("email", "")):
        message = "Order does not have an email address."
        raise ShopError("woocommerce_rest_missing_email", message, 400)
    return said


def _sent(store: ShopStore, order: Order, told: list[str]) -> Answer:
    messages = [message for message in told if message]
    for message in messages:
        note = Note(store.next_id("note"), order.id, store.now(), message, author=_AUTHOR)
        store.notes[order.id].append(note)
        store.record("note.created", note.id, order=str(order.id), text=note.text, customer=False)
    return Answer({"message": " ".join(messages)})


def get_receipt(call: Call) -> Answer:
    """`GET /orders/{id}/receipt`: the one that was made and still holds."""
    order = _order(call, "Receipt not found")
    name = _valid_receipt(call.store, order)
    if name is None:
        raise ShopError("woocommerce_rest_not_found", "Receipt not found", 404)
    return Answer(chosen(_receipt_json(call.store, name), call.names))


def post_receipt(call: Call) -> Answer:
    """`POST /orders/{id}/receipt`: the one that holds, else a new one until a day is over."""
    store, order = call.store, _order(call)
    wanted = {**call.query, **call.body}
    day = wanted.get("expiration_date") or _today(store) + timedelta(
        days=int(wanted.get("expiration_days", 1))
    )
    name = None if is_true(str(wanted.get("force_new", ""))) else _valid_receipt(store, order)
    if name is None:
        name = _make_receipt(store, order, str(day))
    return Answer(chosen(_receipt_json(store, name), call.names))


def _today(store: ShopStore) -> date:
    return datetime.fromtimestamp(store.now(), UTC).date()


def _make_receipt(store: ShopStore, order: Order, text: str) -> str:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        message = f"{text} is not a valid date, expected format: YYYY-MM-DD"
        raise ShopError("woocommerce_rest_invalid_argument", message, 400) from error
    if day < _today(store):
        message = f"The supplied expiration date, {text}, is in the past"
        raise ShopError("woocommerce_rest_invalid_argument", message, 400)
    drawn = hashlib.sha256(f"{order.id} {store.now()}".encode()).hexdigest()[:32]
    name = f"{day.year:03x}{day.month:01x}{day.day:02x}{drawn}"
    order.meta = [meta for meta in order.meta if meta.key != _RECEIPT]
    order.meta.append(Meta(store.next_id("order_meta"), _RECEIPT, name))
    store.orders.touch(order, store.now())
    return name


def _valid_receipt(store: ShopStore, order: Order) -> str | None:
    """The name of the receipt's file, of which the last day is a part."""
    name = next((str(meta.value) for meta in order.meta if meta.key == _RECEIPT), None)
    return name if name is not None and _last_day(name) >= _today(store) else None


def _last_day(name: str) -> date:
    return date(int(name[:3], 16), int(name[3], 16), int(name[4:6], 16))


def _receipt_json(store: ShopStore, name: str) -> Json:
    return {
        "receipt_url": f"{store.settings.base_url}/wc/file/transient/{name}",
        "expiration_date": _last_day(name).isoformat(),
    }
