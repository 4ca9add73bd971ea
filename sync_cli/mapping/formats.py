"""The types of a write rule: canonical values to JSON.

The same value always gives the same text, however its digits were written before, so that a
payload's fingerprint does not move without a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sync_cli.mapping.errors import BadValue
from sync_cli.mapping.types import (
    read_boolean,
    read_country,
    read_currency,
    read_date,
    read_decimal,
    read_email,
    read_id,
    read_integer,
    read_text,
    read_utc_datetime,
    read_vat_id,
)

_CENTS = 2
_JSON_CLASSES = frozenset({str, bool, int})


def plain_number(number: Decimal) -> str:
    """All digits of a number without an exponent, and no minus before zero: "12.50"."""
    if not number.is_finite():
        raise BadValue("is no usable number")
    return format(number if number else number.copy_abs(), "f")


def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC with Z; fractions of a second only where there are some."""
    if moment.tzinfo is None:
        raise BadValue("is a time without a zone")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def as_json(value: Any) -> Any:
    """Any canonical value as JSON: numbers with a fraction and times as text."""
    if value is None or value.__class__ in _JSON_CLASSES:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    raise BadValue(f"cannot be written as JSON: {type(value).__name__}")


def write_decimal(value: Any) -> str | None:
    """The number as text with the digits it has."""
    number = read_decimal(value)
    return None if number is None else plain_number(number)


def write_money(value: Any) -> str | None:
    """The amount as text with two decimals, or more where it has more: "12.50", "0.0375"."""
    number = read_decimal(value)
    if number is None:
        return None
    whole, _, fraction = plain_number(number).partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(_CENTS, '0')}"


def write_price(value: Any) -> str:
    """The amount as money, "" for none: null would leave an old price standing."""
    return write_money(value) or ""


def write_quantity(value: Any) -> str | None:
    """The number as text without zeros at its end: "2", "2.5"."""
    number = read_decimal(value)
    if number is None:
        return None
    text = plain_number(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_number(value: Any) -> int | float | None:
    """The number as a JSON number with exactly its digits; refused if JSON cannot hold them."""
    number = read_decimal(value)
    if number is None:
        return None
    if number == number.to_integral_value():
        return int(number)
    nearest = float(number)
    if Decimal(repr(nearest)) != number:
        raise BadValue("has too many digits for a JSON number; write it as a string")
    return nearest


def write_utc_datetime(value: Any) -> str | None:
    """A time as `utc_text`."""
    moment = value if isinstance(value, datetime) else read_utc_datetime(value)
    return None if moment is None else utc_text(moment)


def write_bound(value: Any) -> str:
    """A time as `utc_text`, "" for none: the end is open."""
    return write_utc_datetime(value) or ""


def write_date(value: Any) -> str | None:
    """A day as 2026-01-31; of a time, its day in UTC."""
    if isinstance(value, datetime):
        return utc_text(value)[:10]
    day = value if isinstance(value, date) else read_date(value)
    return None if day is None else day.isoformat()


def write_id(value: Any) -> str | None:
    """An id as text, null for none."""
    return read_id(value) or None


WRITE_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "text": read_text,
    "string": read_text,
    "id": write_id,
    "integer": read_integer,
    "decimal": write_decimal,
    "money": write_money,
    "price": write_price,
    "quantity": write_quantity,
    "number": write_number,
    "boolean": read_boolean,
    "utc_datetime": write_utc_datetime,
    "bound": write_bound,
    "date": write_date,
    "country": read_country,
    "currency": read_currency,
    "email": read_email,
    "vat_id": read_vat_id,
    "json": as_json,
}
