"""Tryton's values and ours: decimals and dates travel as objects with a class (FACTS 1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Place = Mapping[str, Any]


def sent(value: Any) -> Any:
    """`value` as Tryton takes it: money as Decimal objects, moments as naive UTC.

    Quantities are plain numbers there: give them as `float` or `int`.
    """
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": f"{value:f}"}
        case datetime():
            return _moment(value.astimezone(UTC))
        case date():
            parts = {"year": value.year, "month": value.month, "day": value.day}
            return {"__class__": "date", **parts}
        case Mapping():
            return {key: sent(one) for key, one in value.items()}
        case list() | tuple():
            return [sent(one) for one in value]
    return value


def received(value: Any) -> Any:
    """`value` as JSON has it: decimals as `Decimal`, dates and moments as ISO text, UTC with Z."""
    if isinstance(value, dict):
        match value.get("__class__"):
            case None:
                return {key: received(one) for key, one in value.items()}
            case "Decimal":
                return Decimal(value["decimal"])
            case "datetime":
                return f"{_read_moment(value).isoformat()}Z"
            case "date":
                return date(value["year"], value["month"], value["day"]).isoformat()
            case "timedelta":
                return value["seconds"]
        return value
    if isinstance(value, list):
        return [received(one) for one in value]
    return value


def moment(text: str | None) -> datetime | None:
    """The aware UTC of a text that `received` wrote."""
    return None if not text else datetime.fromisoformat(text)


def _moment(value: datetime) -> Any:
    return {
        "__class__": "datetime",
        "year": value.year,
        "month": value.month,
        "day": value.day,
        "hour": value.hour,
        "minute": value.minute,
        "second": value.second,
        "microsecond": value.microsecond,
    }


def _read_moment(value: Mapping[str, int]) -> datetime:
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return datetime(*(value.get(name, 0) for name in names))  # type: ignore[arg-type]  # noqa: DTZ001
