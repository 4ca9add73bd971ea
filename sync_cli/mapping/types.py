"""The types of a read rule: foreign JSON to canonical values.

Each takes a raw value that may be null and gives the typed one, None (texts: "") where there is
none; anything else is a `BadValue`. A float is always refused: JSON must be read with `Decimal`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sync_cli.mapping.errors import BadValue

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,2})?")
_COUNTRY = re.compile("[A-Z]{2}")
_CURRENCY = re.compile("[A-Z]{3}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_VAT_SEPARATORS = re.compile(r"[\s./-]")
_VAT = re.compile(r"[0-9A-Z+*&]{1,20}")
_DATE_LENGTH = len("2026-01-31")
_LARGEST_EXPONENT = 24
_BOOLEANS = {
    "true": True,
    "yes": True,
    "1": True,
    "false": False,
    "no": False,
    "0": False,
    "": False,
}
"""WordPress stores a metadata boolean as "1" or "" (FACTS 7.10 of the shop)."""


def shown(value: Any) -> str:
    """A value as a message may quote it: short, and never a list's or an object's content."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}...'"


def read_text(value: Any) -> str:
    """Text; numbers become text, null becomes ""."""
    if value.__class__ is str:
        return value
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    raise BadValue("is no text")


def read_id(value: Any) -> str:
    """An id as text; 0, "0", false and null mean none, which is ""."""
    if value.__class__ is int:
        return str(value) if value else ""
    if value is None or value is False:
        return ""
    text = read_text(value).strip()
    return "" if text == "0" else text


def read_decimal(value: Any) -> Decimal | None:
    """An exact number out of a text, a whole number or a Decimal; "" and null mean none."""
    if value.__class__ is str:
        return _decimal_of_text(value)
    if value is None:
        return None
    if isinstance(value, Decimal):
        if value.is_finite() and abs(value.adjusted()) <= _LARGEST_EXPONENT:
            return value
        raise BadValue(f"is no usable number: {shown(str(value))}")
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float):
        raise BadValue("came as a floating-point number, which may not be exact")
    raise BadValue(f"is no number: {shown(value)}")


@lru_cache(maxsize=4096)
def _decimal_of_text(text: str) -> Decimal | None:
    """Remembered, because a few different texts fill most columns of numbers."""
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    stripped = text.strip()
    if not stripped:
        return None
    if _NUMBER.fullmatch(stripped):
        return Decimal(stripped)
    raise BadValue(f"is no number: {shown(text)}")


def read_integer(value: Any) -> int | None:
    """A whole number; "5.00" is one, 2.5 is not."""
    number = read_decimal(value)
    if number is None:
        return None
    whole = int(number)
    if whole != number:
        raise BadValue(f"is no whole number: {shown(str(number))}")
    return whole


def read_boolean(value: Any) -> bool | None:
    """True or false; also as 1 and 0, or as the texts "yes", "true", "1" and their opposites."""
    if value is True or value is False or value is None:
        return value
    key = str(value).strip().lower() if isinstance(value, str | int) else "?"
    if key in _BOOLEANS:
        return _BOOLEANS[key]
    raise BadValue(f"is neither true nor false: {shown(value)}")


def read_utc_datetime(value: Any) -> datetime | None:
    """An aware UTC time out of ISO 8601; a text without a zone is UTC, as in the shop's `*_gmt`."""
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(value)
        if len(value) <= _DATE_LENGTH:
            raise BadValue(f"has no time of day: {shown(value)}")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadValue(f"is no date with time: {shown(value)}") from error


def read_date(value: Any) -> date | None:
    """A day, written 2026-01-31."""
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise BadValue(f"is no date: {shown(value)}") from error


def read_country(value: Any) -> str:
    """A two-letter country code in capitals, or ""."""
    code = read_text(value).strip().upper()
    if code and not _COUNTRY.fullmatch(code):
        raise BadValue(f"is no two-letter country code: {shown(value)}")
    return code


def read_currency(value: Any) -> str:
    """A three-letter currency code in capitals, or ""."""
    code = read_text(value).strip().upper()
    if code and not _CURRENCY.fullmatch(code):
        raise BadValue(f"is no three-letter currency code: {shown(value)}")
    return code


def read_email(value: Any) -> str:
    """An e-mail address without surrounding blanks, or ""; its letters stay as they are."""
    address = read_text(value).strip()
    if address and not _EMAIL.fullmatch(address):
        raise BadValue("is no e-mail address")
    return address


def read_vat_id(value: Any) -> str:
    """A VAT id in capitals without blanks, dots, dashes and slashes, or "".

    Customers type it: whether it is a valid one is for the check `vat_format`, not for the type.
    """
    number = _VAT_SEPARATORS.sub("", read_text(value)).upper()
    if number and not _VAT.fullmatch(number):
        raise BadValue("is no VAT id")
    return number


def read_json(value: Any) -> Any:
    """Any JSON as it is, without floats in it."""
    if isinstance(value, float):
        raise BadValue("came as a floating-point number, which may not be exact")
    if isinstance(value, list):
        return [read_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): read_json(item) for key, item in value.items()}
    return value


READ_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "text": read_text,
    "id": read_id,
    "integer": read_integer,
    "decimal": read_decimal,
    "money": read_decimal,
    "quantity": read_decimal,
    "boolean": read_boolean,
    "utc_datetime": read_utc_datetime,
    "date": read_date,
    "country": read_country,
    "currency": read_currency,
    "email": read_email,
    "vat_id": read_vat_id,
    "json": read_json,
}
TEXT_TYPES = frozenset({"text", "id", "country", "currency", "email", "vat_id"})
NUMBER_TYPES = frozenset({"decimal", "money", "quantity", "integer"})
