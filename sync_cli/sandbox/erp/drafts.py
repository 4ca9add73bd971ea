"""Reads what a client sends to create or change; anything wrong is an ItemError with its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sync_cli.sandbox.erp.records import ADDRESS_FIELDS, Customer, OrderHead, OrderLine, Product
from sync_cli.sandbox.erp.refusals import ItemError
from sync_cli.sandbox.erp.settings import ErpSettings

LINE_KINDS = (*("product", "shipping", "fee", "gift_card", "discount", "rounding", "adjustment"),)
CUSTOMER_TEXTS = ("reference", "name", "company", "email", "phone", "vat_id")
_HEAD_FIELDS = frozenset(OrderHead.__slots__) | {"lines"}
_LINE_FIELDS = frozenset(OrderLine.__slots__)
_CENT = Decimal("0.01")
_ZERO = Decimal(0)
_DIGITS = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

FindProduct = Callable[[int], Product | None]
FindCustomer = Callable[[int], Customer | None]


@dataclass(frozen=True)
class OrderDraft:
    """A readable order that nothing speaks against, not yet stored."""

    head: OrderHead
    lines: tuple[OrderLine, ...]


def read_order(
    item: object, product: FindProduct, customer: FindCustomer, settings: ErpSettings
) -> OrderDraft:
    """The draft of one item of POST /orders, its lines as the settings ask; raises ItemError."""
    given = read_object(item, None, _HEAD_FIELDS)
    head = _read_head(given, customer)
    inclusive = head.prices_include_tax
    lines = read_lines(given.get("lines"), product, settings, inclusive=inclusive)
    return OrderDraft(head, lines)


def read_lines(
    given: object, product: FindProduct, settings: ErpSettings, *, inclusive: bool = False
) -> tuple[OrderLine, ...]:
    """The lines of an order, at least one; raises ItemError.

    `inclusive` claims that its unit prices include tax.
    """
    if not given:
        raise ItemError("required", "an order needs at least one line", "lines")
    if not isinstance(given, list):
        raise ItemError("invalid_value", "lines is a list of lines", "lines")
    lines = tuple(
        _read_line(line, f"lines[{at}]", product, settings) for at, line in enumerate(given)
    )
    if settings.computes_taxes:
        return tuple(computed(line, settings, inclusive=inclusive) for line in lines)
    return tuple(_rounded(line) for line in lines) if settings.round_lines else lines


def computed(line: OrderLine, settings: ErpSettings, *, inclusive: bool) -> OrderLine:
    """The line with the amounts that an ERP makes of unit price, quantity and tax code."""
    step = Decimal(1).scaleb(-settings.price_digits)
    price = (line.unit_price or _ZERO).quantize(step, ROUND_HALF_UP)
    amount = _to_cents(price * line.quantity * (100 - (line.discount or _ZERO)) / 100)
    rate = Decimal(settings.tax_rates[line.tax_code]) / 100
    tax = _to_cents(amount * rate / (1 + rate) if inclusive else amount * rate)
    net = amount - tax if inclusive else amount
    return replace(line, net=net, tax=tax, unit_price=price)


def read_head_change(given: Mapping[str, Any]) -> dict[str, Any]:
    """Texts and addresses of an order's head as they are to be stored; raises ItemError."""
    texts = ("note", "payment_method", "shipping_method")
    _refuse_unknown(given, {*texts, "billing", "shipping"}, None)
    changed: dict[str, Any] = {name: read_text(given, name) for name in texts if name in given}
    for name in ("billing", "shipping"):
        if name in given:
            changed[name] = _free_object(given, name)
    return changed


def read_customer(item: object, *, new: bool) -> dict[str, Any]:
    """The fields of a customer as they are to be stored; raises ItemError.

    A new one gets every field; otherwise only the named ones are returned, and `id` is no field.
    """
    allowed = {*CUSTOMER_TEXTS, "address"} | (set() if new else {"id"})
    given = read_object(item, None, allowed)
    names = [name for name in CUSTOMER_TEXTS if new or name in given]
    fields: dict[str, Any] = {name: read_text(given, name) for name in names}
    if new or "address" in given:
        fields["address"] = _address(given)
    if "name" in fields and not fields["name"].strip():
        raise ItemError("required", "a customer needs a name", "name")
    if "reference" in fields and given.get("reference") is None:
        fields["reference"] = None
    return fields


def read_id(value: object) -> int | None:
    """The number of an id in text form, None where it can be no id of this ERP."""
    return int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else None


def _read_head(given: Mapping[str, Any], customer: FindCustomer) -> OrderHead:
    for name in ("reference", "customer_id", "ordered_at", "currency"):
        require(given, name, name)
    customer_id = read_id(given["customer_id"])
    holder = None if customer_id is None else customer(customer_id)
    if holder is None or holder.archived:
        message = f"customer {given['customer_id']} is unknown or archived"
        raise ItemError("invalid_customer", message, "customer_id")
    currency = read_text(given, "currency")
    if not re.fullmatch("[A-Z]{3}", currency):
        message = f"{currency!r} is no currency; give its three capital letters"
        raise ItemError("invalid_currency", message, "currency")
    rate = _optional_number(given, "rate", "rate")
    prepaid = _optional_number(given, "prepaid", "prepaid")
    return OrderHead(
        reference=read_text(given, "reference"),
        customer_id=holder.id,
        ordered_at=read_time(given, "ordered_at"),
        currency=currency,
        rate=None if rate is None else str(rate),
        billing=_free_object(given, "billing"),
        shipping=_free_object(given, "shipping"),
        note=read_text(given, "note"),
        payment_method=read_text(given, "payment_method"),
        shipping_method=read_text(given, "shipping_method"),
        prices_include_tax=given.get("prices_include_tax") is True,
        document_date=read_date(given, "document_date"),
        prepaid=None if prepaid is None else str(prepaid),
        warehouse=read_text(given, "warehouse"),
    )


def _read_line(item: object, path: str, product: FindProduct, settings: ErpSettings) -> OrderLine:
    given = read_object(item, path, _LINE_FIELDS)
    amounts = ("unit_price", "tax_code") if settings.computes_taxes else ("net", "tax")
    for name in ("kind", "quantity", *amounts):
        require(given, name, f"{path}.{name}")
    code = read_text(given, "tax_code", f"{path}.tax_code")
    if settings.computes_taxes and code not in settings.tax_rates:
        raise ItemError("invalid_tax_code", f"there is no tax code {code!r}", f"{path}.tax_code")
    kind = given["kind"]
    if kind not in LINE_KINDS:
        message = f"{kind!r} is no kind of line; use one of {', '.join(LINE_KINDS)}"
        raise ItemError("invalid_value", message, f"{path}.kind")
    return OrderLine(
        kind=kind,
        product_id=_sold_product(given, path, product) if kind == "product" else None,
        text=read_text(given, "text", f"{path}.text"),
        quantity=_number(given, "quantity", f"{path}.quantity"),
        net=_optional_number(given, "net", f"{path}.net") or _ZERO,
        tax=_optional_number(given, "tax", f"{path}.tax") or _ZERO,
        tax_code=code,
        unit_price=_optional_number(given, "unit_price", f"{path}.unit_price"),
        discount=_optional_number(given, "discount", f"{path}.discount"),
        details=_free_object(given, "details"),
    )


def _sold_product(given: Mapping[str, Any], path: str, product: FindProduct) -> int:
    field = f"{path}.product_id"
    require(given, "product_id", field)
    wanted = given["product_id"]
    number = read_id(wanted)
    found = None if number is None else product(number)
    if found is None:
        raise ItemError("invalid_product", f"there is no product {wanted}", field)
    if found.archived:
        raise ItemError("invalid_product", f"product {wanted} is archived", field)
    if found.main_article:
        message = f"product {wanted} is a main article; sell one of its variants"
        raise ItemError("invalid_product", message, field)
    return found.id


def _rounded(line: OrderLine) -> OrderLine:
    return replace(line, net=_to_cents(line.net), tax=_to_cents(line.tax))


def _to_cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def read_object(item: object, path: str | None, allowed: Iterable[str]) -> Mapping[str, Any]:
    """The members of a JSON object; raises ItemError for one that is not allowed."""
    if not isinstance(item, dict):
        raise ItemError("invalid_value", "send a JSON object", path)
    _refuse_unknown(item, allowed, path)
    return item


def _refuse_unknown(given: Mapping[str, Any], allowed: Iterable[str], path: str | None) -> None:
    for name in sorted(set(given) - set(allowed)):
        field = name if path is None else f"{path}.{name}"
        raise ItemError("unknown_field", f"there is no field {field}", field)


def require(given: Mapping[str, Any], name: str, field: str) -> None:
    """Raise ItemError if the member is absent or empty."""
    if given.get(name) in (None, ""):
        raise ItemError("required", f"{field} is required", field)


def read_text(given: Mapping[str, Any], name: str, field: str | None = None) -> str:
    """A text member, "" for null; raises ItemError."""
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ItemError("invalid_value", f"{field or name} is a text", field or name)
    return value


def read_amount(given: Mapping[str, Any], name: str) -> Decimal:
    """A decimal number in text form; raises ItemError."""
    return _number(given, name, name)


def _number(given: Mapping[str, Any], name: str, field: str) -> Decimal:
    value = given[name]
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        message = f'{field} is a decimal number in text form, such as "12.50"'
        raise ItemError("invalid_value", message, field)
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise ItemError("invalid_value", f"{field} has too many digits", field) from error


def _optional_number(given: Mapping[str, Any], name: str, field: str) -> Decimal | None:
    return None if given.get(name) is None else _number(given, name, field)


def read_time(given: Mapping[str, Any], name: str) -> str:
    """An ISO time with its zone, as it came; raises ItemError."""
    value = read_text(given, name)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f'{name} is an ISO 8601 time with its zone, such as "2025-01-31T12:00:00Z"'
        raise ItemError("invalid_value", message, name)
    return value


def read_date(given: Mapping[str, Any], name: str) -> str | None:
    """A day as it came, None for none; raises ItemError."""
    value = given.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        message = f'{name} is a day, such as "2025-01-31"'
        raise ItemError("invalid_value", message, name) from error


def _free_object(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = given.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ItemError("invalid_value", f"{name} is a JSON object", name)
    return value


def _address(given: Mapping[str, Any]) -> dict[str, str]:
    """The whole address: parts that are not named are empty."""
    parts = read_object(given.get("address") or {}, "address", ADDRESS_FIELDS)
    return {name: read_text(parts, name, f"address.{name}") for name in ADDRESS_FIELDS}
