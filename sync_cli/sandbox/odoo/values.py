"""Values between the rows and JSON: Odoo's `false` for empty, `[id, name]`, naive UTC, floats."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from sync_cli.sandbox.odoo.schema import Field

FORM = "%Y-%m-%d %H:%M:%S"
_MICROSECONDS = "%Y-%m-%d %H:%M:%S.%f"


def written_moment(moment: datetime) -> str:
    """As Odoo shows a time: UTC, to the second."""
    return moment.astimezone(UTC).strftime(FORM)


def read_moment(text: str, zone: str = "UTC") -> datetime:
    """A time that a client sent; microseconds are allowed. Raises ValueError for other forms."""
    form = _MICROSECONDS if "." in text else FORM
    if len(text) == len("2026-01-31"):
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def end_of_day(text: str) -> datetime:
    """What a date without time means in a domain: the end of that day (recording 114)."""
    return read_moment(text) + timedelta(days=1) - timedelta(microseconds=1)


def cents(amount: Decimal) -> Decimal:
    """Rounded to the currency, halves away from zero."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def number(value: Any) -> Decimal:
    """A number of JSON or of a cell. Raises ValueError."""
    if isinstance(value, bool) or value in (None, False, ""):
        return Decimal(0)
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(value) from None


def stored(field: Field, value: Any) -> Any:
    """A value of JSON as a row holds it. Raises ValueError for one of a wrong form."""
    if field.kind == "boolean":
        return bool(value)
    if field.kind == "float":
        found = number(value)
        return found.quantize(Decimal(1).scaleb(-field.digits), ROUND_HALF_UP)
    if field.kind == "integer":
        return int(value or 0)
    if value in (False, None, ""):
        return None
    if field.kind == "datetime":
        return read_moment(str(value))
    if field.kind == "date":
        return date.fromisoformat(str(value))
    if field.kind == "many2one":
        return int(value)
    return f"<p>{value}</p>" if field.kind == "html" and "<" not in str(value) else str(value)


def shown(field: Field, value: Any) -> Any:
    """A value of a row as JSON, but for relations."""
    if value is None:
        return False
    if isinstance(value, Decimal) or (field.kind == "float" and not isinstance(value, bool)):
        return float(value)
    if isinstance(value, datetime):
        return written_moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
