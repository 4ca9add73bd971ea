"""Odoo's values on the wire, as plain data without its surprises, and back (FACTS 1 and 2).

Empty texts, dates and relations come as `false`, a relation as `[id, "name"]`, money and
quantities as floats with noise behind their digits, times as naive UTC text to the second.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Row = Mapping[str, Any]

_FORM = "%Y-%m-%d %H:%M:%S"
_EXACT = Decimal("0.000001")
"""No amount or quantity of an Odoo has more digits; what is behind them is noise of its floats."""
_FLAGS = frozenset(
    {"active", "sale_ok", "is_company", "is_delivery", "price_include", "locked", "picked"}
    | {"is_storable"}
)
"""Fields that are true or false; in all others false means "empty"."""


def plain_row(row: Row, flags: Collection[str] = _FLAGS) -> dict[str, Any]:
    """The row with null for empty, `{id, name}` for a relation, ids as text, exact numbers."""
    return {name: plain(value, flag=name in flags) for name, value in row.items()}


def plain(value: Any, *, flag: bool = False) -> Any:
    """One value of a row; `flag` claims that it is true or false and not "empty"."""
    if isinstance(value, Decimal):
        return exact(value)
    if value is False:
        return False if flag else None
    if isinstance(value, list):
        return _relation(value)
    return value


def exact(number: Decimal) -> Decimal:
    """The number without the noise of the float that it came as."""
    text = f"{number.quantize(_EXACT, ROUND_HALF_UP):f}"
    return Decimal(text.rstrip("0").rstrip("."))


def id_of(value: Any) -> str:
    """The id in a relation as it comes over the wire; "" for none."""
    if isinstance(value, list):
        return str(value[0]) if value else ""
    return "" if value in (False, None) else str(value)


def name_of(value: Any) -> str:
    """The name in a relation as it comes over the wire; "" for none."""
    return str(value[1]) if isinstance(value, list) and len(value) > 1 else ""


def text_of(value: Any) -> str:
    """A text as it comes over the wire; "" for none."""
    return "" if value in (False, None) else str(value)


def read_moment(value: Any) -> datetime | None:
    """A time as it comes over the wire, in aware UTC; None for none. Raises ValueError."""
    text = text_of(value)
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC) if text else None


def write_moment(moment: datetime) -> str:
    """A time as Odoo takes it; whole seconds, rounded down, so that `>=` misses nothing."""
    return moment.astimezone(UTC).strftime(_FORM)


def number_of(id_: str) -> int:
    """The id as Odoo's own; 0, which no record has, for what can be none."""
    return int(id_) if id_.isascii() and id_.isdigit() else 0


def _relation(value: list[Any]) -> Any:
    match value:
        case [int(), str()]:
            return {"id": str(value[0]), "name": value[1]}
        case _:
            return [str(item) if isinstance(item, int) else item for item in value]
