"""The routes of webhooks, which the sandbox keeps as records only."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError, invalid_id
from sync_cli.sandbox.shop.http import Answer, Call, chosen, created, links, paged, refuse_existing
from sync_cli.sandbox.shop.listing import ListSpec, is_true, page_of, wish_of
from sync_cli.sandbox.shop.records import Json, Webhook
from sync_cli.sandbox.shop.store import ShopStore
from sync_cli.sandbox.shop.times import gmt_text, local_text

WEBHOOKS = ListSpec()
_HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "product.created": [
        "woocommerce_process_product_meta",
        "woocommerce_new_product",
        "woocommerce_new_product_variation",
    ],
    "product.updated": [
        "woocommerce_process_product_meta",
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
    "customer.created": [
        "user_register",
        "woocommerce_created_customer",
        "woocommerce_new_customer",
    ],
    "customer.updated": ["profile_update", "woocommerce_update_customer"],
    "customer.deleted": ["delete_user"],
    "coupon.created": ["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
    "coupon.updated": ["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
    "coupon.deleted": ["wp_trash_post"],
    "coupon.restored": ["untrashed_post"],
}


def _webhook_json(store: ShopStore, webhook: Webhook) -> Json:
    zone = store.settings.time_zone
    resource, _, event = webhook.topic.partition(".")
    return {
        "id": webhook.id,
        "name": webhook.name,
        "status": webhook.status,
        "topic": webhook.topic,
        "resource": resource,
        "event": event,
        "hooks": list(_HOOKS.get(webhook.topic, ())),
        "delivery_url": webhook.delivery_url,
        "date_created": local_text(webhook.created, zone),
        "date_created_gmt": gmt_text(webhook.created),
        "date_modified": local_text(webhook.modified, zone),
        "date_modified_gmt": gmt_text(webhook.modified),
        "_links": links(store, "webhooks", webhook.id),
    }


def list_webhooks(call: Call) -> Answer:
    """`GET /webhooks`."""
    status = call.query.get("status", "all")
    matches: Callable[[Webhook], bool] | None = None
    if status != "all":
        matches = lambda webhook: webhook.status == status  # noqa: E731
    wish = wish_of(call.store, WEBHOOKS, call.query, matches=matches)
    found, total = call.store.webhooks.find(wish)
    page = page_of(call.query)
    bodies = [chosen(_webhook_json(call.store, w), call.names) for w in found]
    return paged(call, bodies, total, page.size, page.number)


def _webhook_of(call: Call) -> Webhook:
    webhook = call.store.webhooks.get(call.numbers[0])
    if webhook is None:
        raise invalid_id("shop_webhook")
    return webhook


def get_webhook(call: Call) -> Answer:
    """`GET /webhooks/{id}`."""
    return Answer(chosen(_webhook_json(call.store, _webhook_of(call)), call.single_names))


def _check_webhook(body: Json) -> None:
    if "topic" in body and body["topic"] not in _HOOKS:
        message = "Webhook topic is required and must be valid."
        raise ShopError("woocommerce_rest_shop_webhook_invalid_topic", message, 400)
    if "delivery_url" in body and not re.match("https?://.", str(body["delivery_url"])):
        message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise ShopError("woocommerce_rest_shop_webhook_invalid_delivery_url", message, 400)


def post_webhook(call: Call) -> Answer:
    """`POST /webhooks`; the secret is never answered. Its date of change is set afterwards."""
    refuse_existing(call, "shop_webhook", "shop_webhook")
    shown = _create(call.store, call.body)
    return created(call, chosen(shown, call.single_names), shown["id"])


def _create(store: ShopStore, body: Json) -> Json:
    """Make a webhook and show it as it is right then. Raises ShopError."""
    _check_webhook({"topic": "", "delivery_url": "", **body})
    name, status = str(body.get("name") or body["topic"]), str(body.get("status") or "active")
    webhook = Webhook(
        store.next_id("webhook"),
        store.now(),
        None,
        name,
        str(body["topic"]),
        str(body["delivery_url"]),
        status,
    )
    shown_body = _webhook_json(store, webhook)
    webhook.modified = store.now()
    store.webhooks.add(webhook)
    store.record("webhook.created", webhook.id, topic=webhook.topic)
    return shown_body


def put_webhook(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /webhooks/{id}`."""
    body = _update(call.store, _webhook_of(call), call.body)
    return Answer(chosen(body, call.single_names))


def _update(store: ShopStore, webhook: Webhook, body: Json) -> Json:
    _check_webhook(body)
    for name in ("name", "status", "topic", "delivery_url"):
        if body.get(name) is not None:
            setattr(webhook, name, str(body[name]))
    store.webhooks.touch(webhook, store.now())
    return _webhook_json(store, webhook)


def delete_webhook(call: Call) -> Answer:
    """`DELETE /webhooks/{id}`, only with `force`."""
    webhook = _webhook_of(call)
    if not is_true(call.query.get("force")):
        message = "Webhooks do not support trashing."
        raise ShopError("woocommerce_rest_trash_not_supported", message, 501)
    call.store.webhooks.remove(webhook.id)
    return Answer(chosen(_webhook_json(call.store, webhook), call.single_names))


class WebhookBatch:
    """The items of `/webhooks/batch`."""

    def __init__(self, store: ShopStore) -> None:
        self._store = store

    def create(self, item: Json) -> Json:
        """Make one; raises ShopError."""
        return _create(self._store, item)

    def update(self, number: Any, item: Json) -> Json:
        """Change one; raises ShopError."""
        return _update(self._store, self._of(number, 400), item)

    def delete(self, number: Any) -> Json:
        """Take one out; raises ShopError."""
        webhook = self._of(number, 404)
        self._store.webhooks.remove(webhook.id)
        return _webhook_json(self._store, webhook)

    def _of(self, number: Any, status: int) -> Webhook:
        webhook = self._store.webhooks.get(int(number)) if str(number).isdecimal() else None
        if webhook is None:
            raise invalid_id("shop_webhook", status)
        return webhook
