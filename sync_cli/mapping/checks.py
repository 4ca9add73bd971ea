"""The closed set of checks: named pure claims about a value, with the reason if it fails.

An empty value passes all of them but `not_empty`; use `required` for what must not be empty.
Reasons never quote the value, which may be personal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sync_cli.mapping.errors import EMPTY_FIELD, INVALID_FIELD, BadValue
from sync_cli.mapping.named import Convert, NamedFunction
from sync_cli.mapping.types import read_decimal

_COUNTRY = re.compile("[A-Z]{2}")
_CURRENCY = re.compile("[A-Z]{3}")
_TAG = re.compile("<[^>]*>")
_BARCODE = re.compile("[0-9-]*")
_VAT = re.compile("[A-Z]{2}[0-9A-Z+*]{2,13}")


def is_empty(value: Any) -> bool:
    """Whether a value counts as none: null, an empty text, an empty list."""
    if value.__class__ is str:
        return not value
    return value is None or (isinstance(value, list | tuple) and not value)


def _not_empty(value: Any) -> Any:
    if is_empty(value):
        raise BadValue("is empty", EMPTY_FIELD)
    return value


def _claim(holds: Callable[[Any], bool], reason: str) -> Convert:
    def check(value: Any) -> Any:
        if not is_empty(value) and not holds(value):
            raise BadValue(reason, INVALID_FIELD)
        return value

    return check


def _number(value: Any) -> Decimal:
    number = read_decimal(value)
    return Decimal(0) if number is None else number


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _max_length(length: int) -> Convert:
    return _claim(lambda value: len(str(value)) <= length, f"has more than {length} characters")


CHECKS: Mapping[str, NamedFunction] = {
    "not_empty": NamedFunction("something must be there", lambda _: _not_empty),
    "country_code": NamedFunction(
        "two capital letters",
        lambda _: _claim(_matches(_COUNTRY), "is no two-letter country code"),
    ),
    "currency_code": NamedFunction(
        "three capital letters",
        lambda _: _claim(_matches(_CURRENCY), "is no three-letter currency code"),
    ),
    "vat_format": NamedFunction(
        "a country code and 2 to 13 letters or digits",
        lambda _: _claim(_matches(_VAT), "has not the form of a VAT id"),
    ),
    "positive": NamedFunction(
        "a number above 0", lambda _: _claim(lambda value: _number(value) > 0, "is not above 0")
    ),
    "not_negative": NamedFunction(
        "a number not below 0", lambda _: _claim(lambda value: _number(value) >= 0, "is below 0")
    ),
    "whole_number": NamedFunction(
        "a number without a fraction",
        lambda _: _claim(lambda value: _number(value) % 1 == 0, "is no whole number"),
    ),
    "no_html": NamedFunction(
        "no HTML tag",
        lambda _: _claim(lambda value: _TAG.search(str(value)) is None, "has HTML tags in it"),
    ),
    "barcode": NamedFunction(
        "digits and dashes",
        lambda _: _claim(_matches(_BARCODE), "has other signs in it than digits and dashes"),
    ),
    "max_length": NamedFunction("at most that many characters", _max_length, int),
}
