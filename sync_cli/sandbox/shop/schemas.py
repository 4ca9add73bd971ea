"""The types of the fields that single writes are checked against; batches are not checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync_cli.sandbox.shop.errors import Fault, invalid_params, missing_params
from sync_cli.sandbox.shop.listing import one_of
from sync_cli.sandbox.shop.order_status import STATUSES
from sync_cli.sandbox.shop.records import Json


@dataclass(frozen=True, slots=True)
class Field:
    """A field's JSON types and, for words, the choices."""

    types: tuple[str, ...]
    choices: tuple[str, ...] = ()


Schema = Mapping[str, Field]


def _of(kind: str, *names: str) -> dict[str, Field]:
    return {name: Field((kind,)) for name in names}


def _word(*choices: str) -> Field:
    return Field(("string",), choices)


_STATUS = ("draft", "pending", "private", "publish", "future", "auto-draft", "trash")
_STOCKED: Schema = {
    **_of(
        "string",
        "description",
        "sku",
        "global_unique_id",
        "regular_price",
        "sale_price",
        "tax_class",
        "weight",
        "shipping_class",
    ),
    **_of("boolean", "virtual", "downloadable"),
    **_of("integer", "stock_quantity", "download_limit", "download_expiry", "menu_order"),
    **_of("array", "downloads", "attributes", "meta_data"),
    **_of("object", "dimensions"),
    "tax_status": _word("taxable", "shipping", "none"),
    "stock_status": _word("instock", "outofstock", "onbackorder"),
    "backorders": _word("no", "notify", "yes"),
    "low_stock_amount": Field(("integer", "null")),
}
PRODUCT: Schema = {
    **_STOCKED,
    **_of(
        "string",
        "name",
        "slug",
        "short_description",
        "external_url",
        "button_text",
        "post_password",
        "purchase_note",
    ),
    **_of("boolean", "featured", "manage_stock", "sold_individually", "reviews_allowed"),
    **_of("array", "upsell_ids", "cross_sell_ids", "categories", "brands", "tags", "images"),
    **_of("array", "default_attributes", "grouped_products"),
    **_of("integer", "parent_id"),
    "type": _word("simple", "grouped", "external", "variable"),
    "status": _word(*_STATUS),
    "catalog_visibility": _word("visible", "catalog", "search", "hidden"),
}
VARIATION: Schema = {
    **_STOCKED,
    **_of("object", "image"),
    "manage_stock": Field(("boolean", "string")),
    "status": _word("draft", "pending", "private", "publish"),
}
ORDER: Schema = {
    **_of("integer", "parent_id", "customer_id"),
    **_of("string", "created_via", "customer_note", "payment_method", "payment_method_title"),
    **_of("string", "transaction_id", "currency"),
    **_of("object", "billing", "shipping"),
    **_of("array", "meta_data", "line_items", "shipping_lines", "fee_lines", "coupon_lines"),
    **_of("boolean", "set_paid", "manual_update"),
    "status": _word(*STATUSES),
}
CUSTOMER: Schema = {
    **_of("string", "email", "first_name", "last_name", "username", "password"),
    **_of("object", "billing", "shipping"),
    **_of("array", "meta_data"),
}
REFUND: Schema = {
    **_of("string", "amount", "reason"),
    **_of("integer", "refunded_by"),
    **_of("boolean", "api_refund", "api_restock"),
    **_of("array", "meta_data", "line_items"),
}
NOTE: Schema = {**_of("string", "note"), **_of("boolean", "customer_note", "added_by_user")}
WEBHOOK: Schema = {
    **_of("string", "name", "topic", "secret", "delivery_url"),
    "status": _word("active", "paused", "disabled"),
}
COUPON: Schema = {**_of("string", "code", "description"), **_of("array", "meta_data")}


def check_body(schema: Schema, body: Json, required: tuple[str, ...] = ()) -> None:
    """Refuse (400) a body whose fields have wrong types; null and unknown fields pass."""
    missing = [name for name in required if body.get(name) is None]
    if missing:
        raise missing_params(missing)
    faults = {}
    for name, field in schema.items():
        value = body.get(name)
        fault = None if value is None else _fault(name, field, value)
        if fault is not None:
            faults[name] = fault
    if faults:
        raise invalid_params(faults)


def _fault(name: str, field: Field, value: Any) -> Fault | None:
    if not any(_is(kind, value) for kind in field.types):
        message = f"{name} is not of type {','.join(field.types)}."
        return Fault("rest_invalid_type", message, {"param": name})
    if field.choices and value not in field.choices:
        return Fault("rest_not_in_enum", f"{name} is not one of {one_of(field.choices)}.")
    return None


def _is(kind: str, value: Any) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "integer":
        return _is_whole(value)
    if kind == "boolean":
        return value in (True, False, "true", "false", "1", "0", "")
    if kind == "array":
        return isinstance(value, list | str)
    return isinstance(value, dict | list) if kind == "object" else value is None


def _is_whole(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    try:
        return float(value).is_integer()
    except (TypeError, ValueError):
        return False
