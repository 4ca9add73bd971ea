"""The routes of coupons."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError, invalid_id, missing_params
from sync_cli.sandbox.shop.http import Answer, Call, chosen, created, links, paged, refuse_existing
from sync_cli.sandbox.shop.listing import ListSpec, is_true, page_of, wish_of
from sync_cli.sandbox.shop.meta import changed_meta
from sync_cli.sandbox.shop.money import parsed, shown, to_decimal
from sync_cli.sandbox.shop.product_facts import meta_json
from sync_cli.sandbox.shop.records import Coupon, Json
from sync_cli.sandbox.shop.store import ShopStore, folded
from sync_cli.sandbox.shop.times import gmt_text, local_text, parse_bound, second_of_wall

COUPONS = ListSpec()
_SORT_KEYS: dict[str, Callable[[Coupon], Any]] = {
    "title": lambda coupon: (coupon.code, coupon.id),
    "slug": lambda coupon: (coupon.code, coupon.id),
}
_OWN_FIELDS = frozenset({
    "id", "code", "amount", "discount_type", "status", "date_expires", "date_expires_gmt",
    "meta_data",
})  # fmt: skip
_WHOLE = 100
"""The most that a percent coupon takes off."""


def coupon_json(store: ShopStore, coupon: Coupon) -> Json:
    """A coupon as `/coupons` answers it."""
    zone, digits = store.settings.time_zone, store.settings.decimals
    extra = coupon.extra
    lists = ("product_ids", "excluded_product_ids", "product_categories")
    return {
        "id": coupon.id,
        "code": coupon.code,
        "amount": shown(coupon.amount, digits),
        "status": coupon.status,
        "date_created": local_text(coupon.created, zone),
        "date_created_gmt": gmt_text(coupon.created),
        "date_modified": local_text(coupon.modified, zone),
        "date_modified_gmt": gmt_text(coupon.modified),
        "discount_type": coupon.kind,
        "description": extra.get("description", ""),
        "date_expires": local_text(extra.get("expires"), zone),
        "date_expires_gmt": gmt_text(extra.get("expires")),
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
        "_links": links(store, "coupons", coupon.id),
    }


def _filter(call: Call) -> Callable[[Coupon], bool] | None:
    code, search = call.query.get("code", "").lower(), folded(call.query.get("search", ""))
    if not code and not search:
        return None

    def matches(coupon: Coupon) -> bool:
        texts = (coupon.code, str(coupon.extra.get("description", "")))
        return code in ("", coupon.code) and any(search in folded(text) for text in texts)

    return matches


def list_coupons(call: Call) -> Answer:
    """`GET /coupons`."""
    wish = wish_of(call.store, COUPONS, call.query, matches=_filter(call), sort_keys=_SORT_KEYS)
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
    refuse_existing(call, "shop_coupon", "shop_coupon")
    coupon = create_coupon(call.store, call.body)
    return created(call, chosen(coupon_json(call.store, coupon), call.single_names), coupon.id)


def create_coupon(store: ShopStore, body: Json) -> Coupon:
    """Make a coupon; raises ShopError for a code that is taken."""
    _check(store, body, None)
    coupon = Coupon(store.next_id("post"), store.now(), store.now())
    _write(store, coupon, body)
    store.coupons.add(coupon)
    store.record("coupon.created", coupon.id)
    return coupon


def put_coupon(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /coupons/{id}`."""
    coupon = update_coupon(call.store, _coupon_of(call, status=400), call.body)
    return Answer(chosen(coupon_json(call.store, coupon), call.single_names))


def update_coupon(store: ShopStore, coupon: Coupon, body: Json) -> Coupon:
    """Change a coupon; raises ShopError and changes nothing then."""
    _check(store, body, coupon)
    _write(store, coupon, body)
    store.coupons.touch(coupon, store.now())
    return coupon


def _check(store: ShopStore, body: Json, own: Coupon | None) -> None:
    holder = store.coupon_by_code(str(body.get("code") or ""))
    if holder is not None and holder is not own:
        message = "The coupon code already exists"
        raise ShopError("woocommerce_rest_coupon_code_already_exists", message, 400)
    amount = parsed(body.get("amount")) or Decimal(0)
    kind = body.get("discount_type") or (own.kind if own else "fixed_cart")
    if amount < 0 or (kind == "percent" and amount > _WHOLE):
        raise ShopError("coupon_invalid_amount", "Invalid discount amount.", 400)


def _write(store: ShopStore, coupon: Coupon, body: Json) -> None:
    coupon.kind = str(body.get("discount_type") or coupon.kind)
    coupon.code = str(body.get("code") or coupon.code).strip().lower()
    if body.get("amount") is not None:
        coupon.amount = to_decimal(body["amount"])
    if body.get("status") is not None:
        coupon.status = str(body["status"])
    store.coupons.set_trashed(coupon, coupon.status == "trash")
    for name in ("date_expires", "date_expires_gmt"):
        if name in body:
            coupon.extra["expires"] = _expiry(store, body[name], gmt=name.endswith("gmt"))
    coupon.extra.update({name: body[name] for name in body if name not in _OWN_FIELDS})
    if body.get("meta_data"):
        coupon.meta = changed_meta(
            coupon.meta, body["meta_data"], lambda: store.next_id("product_meta")
        )


def _expiry(store: ShopStore, value: Any, *, gmt: bool) -> int | None:
    """The second at which a coupon expires; a date alone means its first one."""
    text = str(value or "")
    bound = parse_bound(text if len(text) > len("2026-11-15") else f"{text}T00:00:00")
    if bound is None:
        return None
    return bound.shown if gmt else second_of_wall(bound.shown, store.settings.time_zone)


def delete_coupon(call: Call) -> Answer:
    """`DELETE /coupons/{id}`: to the trash, with `force` for good."""
    coupon = _coupon_of(call)
    body = chosen(coupon_json(call.store, coupon), call.single_names)
    if is_true(call.query.get("force")):
        call.store.coupons.remove(coupon.id)
        return Answer(body)
    if coupon.status == "trash":
        message = "The shop_coupon has already been deleted."
        raise ShopError("woocommerce_rest_already_trashed", message, 410)
    coupon.status = "trash"
    call.store.coupons.set_trashed(coupon, trashed=True)
    coupon.modified = call.store.now()
    return Answer(body)


class CouponBatch:
    """The items of `/coupons/batch`."""

    def __init__(self, store: ShopStore) -> None:
        self._store = store

    def create(self, item: Json) -> Json:
        """Make one; raises ShopError."""
        if not item.get("code"):
            # without a code the item lacks what a create must have
            raise missing_params(["code"])
        return coupon_json(self._store, create_coupon(self._store, item))

    def update(self, number: Any, item: Json) -> Json:
        """Change one; raises ShopError."""
        return coupon_json(self._store, update_coupon(self._store, self._found(number, 400), item))

    def delete(self, number: Any) -> Json:
        """Take one out for good; raises ShopError."""
        coupon = self._found(number, 404)
        body = coupon_json(self._store, coupon)
        self._store.coupons.remove(coupon.id)
        return body

    def _found(self, number: Any, status: int) -> Coupon:
        coupon = self._store.coupons.get(number) if isinstance(number, int) else None
        if coupon is None:
            raise invalid_id("shop_coupon", status)
        return coupon
