"""Whether an answer holds what was sent: the shop drops and changes values without an error."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from msgspec import Struct

from sync_cli.connectors.base import Json
from sync_cli.core.errors import Problem
from sync_cli.core.values import Discreet

_NUMBERS = frozenset({"regular_price", "sale_price", "price", "weight", "stock_quantity", "amount"})
_LONGEST = 60
_MANAGED_BY = {
    False: (
        "the shop does not manage its stock and dropped the quantity",
        "Switch on stock management for this product in the shop.",
    ),
    "parent": (
        "its stock is held by its main product, and the quantity was dropped",
        "Switch on stock management for this variation, or write the main product's stock.",
    ),
}


class Difference(Discreet, Struct, frozen=True):
    """A field whose stored value is not the one that was sent."""

    hidden: ClassVar[frozenset[str]] = frozenset({"sent", "stored"})

    name: str
    sent: Any
    stored: Any

    def __str__(self) -> str:
        return f"{self.name} is {_shown(self.stored)} and not {_shown(self.sent)}"


def differences(sent: Json, stored: Json) -> Iterator[Difference]:
    """The sent fields that came back with another value."""
    for name, value in sent.items():
        if name == "meta_data":
            yield from _of_meta(value, stored.get(name))
        elif not _is_same(name, value, stored.get(name)):
            yield Difference(name, value, stored.get(name))


def problem_of_differences(
    system: str, record: str, found: list[Difference], stored: Json
) -> Problem:
    """What is said of a record whose values were not all kept."""
    first = found[0]
    managed = stored.get("manage_stock")
    if first.name == "stock_quantity" and managed in _MANAGED_BY:
        said, remedy = _MANAGED_BY[managed]
        return Problem("stock-not-managed", record, said, remedy, system=system, field=first.name)
    listed = "; ".join(str(difference) for difference in found)
    return Problem(
        "not-kept",
        record,
        f"the shop took the change but stored other values: {listed}",
        "Correct them at their source, or the rule that sends them; then run"
        " `sync-cli held retry`.",
        system=system,
        field=first.name,
    )


def _of_meta(sent: Any, stored: Any) -> Iterator[Difference]:
    """Metadata goes by key; numbers and booleans come back as text, null deletes [7.10]."""
    kept: dict[str, list[Any]] = {}
    for entry in stored if isinstance(stored, list) else ():
        kept.setdefault(str(entry.get("key")), []).append(entry.get("value"))
    for entry in sent:
        key, value = str(entry["key"]), entry.get("value")
        values = kept.get(key, [])
        if value is None:
            fits = not values
        else:
            fits = bool(values) and all(_is_same_meta(value, each) for each in values)
        if not fits:
            yield Difference(f"metadata {key}", value, values[0] if values else None)


def _is_same_meta(sent: Any, stored: Any) -> bool:
    if isinstance(sent, bool):
        return stored in (sent, "1" if sent else "")
    if isinstance(sent, int | Decimal):
        return _number(stored) == sent
    return bool(sent == stored)


def _is_same(name: str, sent: Any, stored: Any) -> bool:
    special = _SPECIAL.get(name)
    if special is not None:
        return special(sent, stored)
    if isinstance(sent, Mapping) and isinstance(stored, Mapping):
        return all(_is_same(key, value, stored.get(key)) for key, value in sent.items())
    if isinstance(sent, list | tuple) and isinstance(stored, list | tuple):
        pairs = zip(sent, stored, strict=False)
        return len(sent) == len(stored) and all(_is_same(name, a, b) for a, b in pairs)
    if isinstance(sent, bool) or isinstance(stored, bool):
        return sent is stored
    if _is_empty(sent) or _is_empty(stored):
        is_standard = (name, sent) == ("tax_class", "standard")
        return is_standard or (_is_empty(sent) and _is_empty(stored))
    if name in _NUMBERS or isinstance(sent, int | Decimal):
        return _number(sent) is not None and _number(sent) == _number(stored)
    return sent == stored or (isinstance(stored, str) and sent == html.unescape(stored))


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _same_moment(sent: Any, stored: Any) -> bool:
    """Both none, or the same second: the shop answers without zone and fraction [3.1]."""
    return _second(sent) == _second(stored)


def _second(value: Any) -> datetime | None:
    if not value:
        return None
    moment = datetime.fromisoformat(str(value)).replace(microsecond=0)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _same_options(sent: Any, stored: Any) -> bool:
    """The same values: those of a shared attribute come back in the shop's own order."""
    if not isinstance(stored, list):
        return False
    return sorted(map(str, sent)) == sorted(html.unescape(str(one)) for one in stored)


def _same_attributes(sent: Any, stored: Any) -> bool:
    """Each attribute that was sent is there, by its name; the shop may order them anew."""
    rows = stored if isinstance(stored, list) else []
    known = {html.unescape(str(row.get("name"))).casefold(): row for row in rows}
    return len(sent) == len(rows) and all(
        _is_same("attribute", one, known.get(str(one["name"]).casefold(), {})) for one in sent
    )


_SPECIAL: Mapping[str, Callable[[Any, Any], bool]] = {
    "date_on_sale_from_gmt": _same_moment,
    "date_on_sale_to_gmt": _same_moment,
    "options": _same_options,
    "attributes": _same_attributes,
}


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _shown(value: Any) -> str:
    if value is None:
        return "missing"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
