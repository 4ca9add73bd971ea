"""The routes of coupons, taxes, webhooks, brands and categories."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from sync_cli.sandbox.shop.errors import ShopError, invalid_id
from sync_cli.sandbox.shop.http import Answer, Call, created, paged
from sync_cli.sandbox.shop.listing import ListSpec, check_query, is_true, page_of, wish_of
from sync_cli.sandbox.shop.meta import changed_meta
from sync_cli.sandbox.shop.money import parsed, rounded, shown, to_decimal
from sync_cli.sandbox.shop.product_facts import meta_json
from sync_cli.sandbox.shop.records import Coupon, Json, TaxRate, Term, Webhook
from sync_cli.sandbox.shop.schemas import COUPON, WEBHOOK, check_body
from sync_cli.sandbox.shop.slugs import safe_name, slug_of
from sync_cli.sandbox.shop.store import TAX_CLASSES, ShopStore
from sync_cli.sandbox.shop.times import gmt_text, local_text

_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_ORDERBY = ("date", "id", "include", "title", "slug", "modified")
COUPONS = ListSpec(orderby=_ORDERBY)
TAXES = ListSpec(
    orderby=("id", "order", "priority"),
    default_orderby="order",
    default_order="asc",
    choices={"class": tuple(TAX_CLASSES)},
    dates=False,
)
WEBHOOKS = ListSpec(
    orderby=("date", "id", "title"), choices={"status": ("all", "active", "paused", "disabled")}
)
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


def _links(store: ShopStore, home: str, number: int) -> Json:
    base = f"{store.settings.base_url}/wp-json/wc/v3/{home}"
    return {
        "self": [{"href": f"{base}/{number}", "targetHints": {"allow": list(_ALL)}}],
        "collection": [{"href": base}],
    }


def chosen(body: Json, names: frozenset[str] | None) -> Json:
    """The body with the named fields only."""
    return body if names is None else {key: body[key] for key in body if key in names}


def coupon_json(store: ShopStore, coupon: Coupon) -> Json:
    """A coupon as `/coupons` answers it."""
    zone, digits = store.settings.time_zone, store.settings.decimals
    extra = coupon.extra
    lists = ("product_ids", "excluded_product_ids", "product_categories")
    return {
        "id": coupon.id,
        "code": coupon.code,
        "amount": shown(coupon.amount, digits),
        "status": "publish",
        "date_created": local_text(coupon.created, zone),
        "date_created_gmt": gmt_text(coupon.created),
        "date_modified": local_text(coupon.modified, zone),
        "date_modified_gmt": gmt_text(coupon.modified),
        "discount_type": coupon.kind,
        "description": extra.get("description", ""),
        "date_expires": extra.get("date_expires"),
        "date_expires_gmt": extra.get("date_expires_gmt"),
        "usage_count": len(coupon.used_by),
        "individual_use": extra.get("individual_use", False),
        **{name: list(extra.get(name, ())) for name in lists},
        "excluded_product_categories": list(extra.get("excluded_product_categories", ())),
        "usage_limit": extra.get("usage_limit"),
        "usage_limit_per_user": extra.get("usage_limit_per_user"),
        "limit_usage_to_x_items": extra.get("limit_usage_to_x_items"),
        "free_shipping": extra.get("free_shipping", False),
        "exclude_sale_items": extra.get("exclude_sale_items", False),
        "minimum_amount": shown(to_decimal(extra.get("minimum_amount", 0)), digits),
        "maximum_amount": shown(to_decimal(extra.get("maximum_amount", 0)), digits),
        "email_restrictions": list(extra.get("email_restrictions", ())),
        "used_by": list(coupon.used_by),
        "meta_data": meta_json(coupon.meta),
        "_links": _links(store, "coupons", coupon.id),
    }


def list_coupons(call: Call) -> Answer:
    """`GET /coupons`."""
    check_query(COUPONS, call.query)
    code = call.query.get("code", "").lower()
    matches: Callable[[Coupon], bool] | None = (lambda c: c.code == code) if code else None
    wish = wish_of(call.store, COUPONS, call.query, matches=matches)
    found, total = call.store.coupons.find(wish)
    page = page_of(call.query)
    bodies = [chosen(coupon_json(call.store, c), call.names) for c in found]
    return paged(call, bodies, total, page.size, page.number)


def _coupon_of(call: Call, status: int = 404) -> Coupon:
    coupon = call.store.coupons.get(call.numbers[0])
    if coupon is None:
        raise invalid_id("shop_coupon", status)
    return coupon


def get_coupon(call: Call) -> Answer:
    """`GET /coupons/{id}`."""
    return Answer(chosen(coupon_json(call.store, _coupon_of(call)), call.single_names))


def post_coupon(call: Call) -> Answer:
    """`POST /coupons`: codes are stored in lower case."""
    check_body(COUPON, call.body, required=("code",))
    store, code = call.store, str(call.body["code"]).strip().lower()
    if store.coupon_by_code(code) is not None:
        message = "The coupon code already exists"
        raise ShopError("woocommerce_rest_coupon_code_already_exists", message, 400)
    coupon = Coupon(store.next_id("post"), store.now(), store.now(), code)
    _write_coupon(store, coupon, call.body)
    store.coupons.add(coupon)
    store.record("coupon.created", coupon.id)
    body = chosen(coupon_json(store, coupon), call.single_names)
    return created(call, body, coupon.id)


def put_coupon(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /coupons/{id}`."""
    check_body(COUPON, call.body)
    coupon = _coupon_of(call, status=400)
    _write_coupon(call.store, coupon, call.body)
    call.store.coupons.touch(coupon, call.store.now())
    return Answer(chosen(coupon_json(call.store, coupon), call.single_names))


def _write_coupon(store: ShopStore, coupon: Coupon, body: Json) -> None:
    coupon.kind = str(body.get("discount_type") or coupon.kind)
    coupon.amount = parsed(body.get("amount")) or coupon.amount
    skipped = ("id", "code", "amount", "discount_type", "meta_data")
    coupon.extra.update({name: body[name] for name in body if name not in skipped})
    if body.get("meta_data"):
        coupon.meta = changed_meta(
            coupon.meta, body["meta_data"], lambda: store.next_id("product_meta")
        )


def delete_coupon(call: Call) -> Answer:
    """`DELETE /coupons/{id}`."""
    coupon = _coupon_of(call)
    body = chosen(coupon_json(call.store, coupon), call.single_names)
    call.store.coupons.remove(coupon.id)
    return Answer(body)


def _rate_json(store: ShopStore, rate: TaxRate) -> Json:
    return {
        "id": rate.id,
        "country": rate.country,
        "state": rate.state,
        "postcode": "",
        "city": "",
        "rate": f"{rounded(rate.percent, 4):f}",
        "name": rate.name,
        "priority": rate.priority,
        "compound": rate.compound,
        "shipping": rate.shipping,
        "order": rate.order,
        "class": rate.tax_class or "standard",
        "postcodes": [],
        "cities": [],
        "_links": _links(store, "taxes", rate.id),
    }


def list_taxes(call: Call) -> Answer:
    """`GET /taxes`."""
    check_query(TAXES, call.query)
    wanted, page = call.query.get("class"), page_of(call.query)
    rates = [r for r in call.store.rates if wanted in (None, r.tax_class or "standard")]
    rates.sort(key=lambda r: r.id, reverse=call.query.get("order") == "desc")
    found = rates[page.skip : page.skip + page.size]
    bodies = [chosen(_rate_json(call.store, rate), call.names) for rate in found]
    return paged(call, bodies, len(rates), page.size, page.number)


def get_tax(call: Call) -> Answer:
    """`GET /taxes/{id}`."""
    for rate in call.store.rates:
        if rate.id == call.numbers[0]:
            return Answer(chosen(_rate_json(call.store, rate), call.single_names))
    raise ShopError("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)


def post_tax(call: Call) -> Answer:
    """`POST /taxes`."""
    body, wanted = call.body, str(call.body.get("class") or "standard")
    rate = TaxRate(
        call.store.next_id("rate"),
        str(body.get("country") or ""),
        parsed(body.get("rate")) or Decimal(0),
        str(body.get("name") or "Tax"),
        "" if wanted == "standard" else wanted,
        str(body.get("state") or ""),
        int(body.get("priority") or 1),
        bool(body.get("compound", False)),
        bool(body.get("shipping", True)),
        int(body.get("order") or 0),
    )
    call.store.rates.append(rate)
    return created(call, chosen(_rate_json(call.store, rate), call.single_names), rate.id)


def list_tax_classes(call: Call) -> Answer:
    """`GET /taxes/classes`."""
    home = f"{call.store.settings.base_url}/wp-json/wc/v3/taxes/classes"
    bodies: list[Json] = [
        {"slug": slug, "name": name, "_links": {"collection": [{"href": home}]}}
        for slug, name in TAX_CLASSES.items()
    ]
    found = [chosen(body, call.names) for body in bodies]
    return paged(call, found, len(found), max(10, len(found)), 1)


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
        "_links": _links(store, "webhooks", webhook.id),
    }


def list_webhooks(call: Call) -> Answer:
    """`GET /webhooks`."""
    check_query(WEBHOOKS, call.query)
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
    check_body(WEBHOOK, call.body, required=("topic", "delivery_url"))
    _check_webhook(call.body)
    store, body = call.store, call.body
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
    return created(call, chosen(shown_body, call.single_names), webhook.id)


def put_webhook(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /webhooks/{id}`."""
    check_body(WEBHOOK, call.body)
    _check_webhook(call.body)
    webhook = _webhook_of(call)
    for name in ("name", "status", "topic", "delivery_url"):
        if call.body.get(name) is not None:
            setattr(webhook, name, str(call.body[name]))
    call.store.webhooks.touch(webhook, call.store.now())
    return Answer(chosen(_webhook_json(call.store, webhook), call.single_names))


def delete_webhook(call: Call) -> Answer:
    """`DELETE /webhooks/{id}`, only with `force`."""
    webhook = _webhook_of(call)
    if not is_true(call.query.get("force")):
        message = "Webhooks do not support trashing."
        raise ShopError("woocommerce_rest_trash_not_supported", message, 501)
    call.store.webhooks.remove(webhook.id)
    return Answer(chosen(_webhook_json(call.store, webhook), call.single_names))


def _term_json(call: Call, home: str, term: Term) -> Json:
    return {
        "id": term.id,
        "name": term.name,
        "slug": term.slug,
        "parent": 0,
        "description": "",
        "display": "default",
        "image": None,
        "menu_order": 0,
        "count": _count(call.store, home, term),
        "_links": _links(call.store, home, term.id),
    }


def _count(store: ShopStore, home: str, term: Term) -> int:
    field = "brand_ids" if home.endswith("brands") else "category_ids"
    return sum(term.id in p.extra.get(field, ()) for p in store.products.records.values())


def _terms(call: Call) -> dict[int, Term]:
    return call.store.brands if call.path.endswith("brands") else call.store.categories


def list_terms(call: Call) -> Answer:
    """`GET /products/brands` and `/products/categories`."""
    page, terms = page_of(call.query), sorted(_terms(call).values(), key=lambda t: t.name.lower())
    found = terms[page.skip : page.skip + page.size]
    bodies = [chosen(_term_json(call, call.path, term), call.names) for term in found]
    return paged(call, bodies, len(terms), page.size, page.number)


def post_term(call: Call) -> Answer:
    """`POST /products/brands` and `/products/categories`."""
    name = str(call.body.get("name") or "")
    term = Term(call.store.next_id("term"), safe_name(name), slug_of(name))
    _terms(call)[term.id] = term
    return created(call, chosen(_term_json(call, call.path, term), call.single_names), term.id)
