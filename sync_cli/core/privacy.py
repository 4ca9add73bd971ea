"""Keeps personal data out of the audit: what is stored about a transfer names no person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MASK = "***"
_PERSONAL = frozenset(
    {"email", "phone", "name", "first_name", "last_name", "company", "vat_id", "vat"}
    | {
        "note",
        "customer_note",
        "text",
        "details",
        "street",
        "street2",
        "address",
        "address_1",
        "address_2",
    }
    | {"postcode", "zip", "city", "state", "billing", "shipping"}
    # With the payment gateway it leads to who has paid.
    | {"transaction_id"}
)
_WHOLE_OBJECTS = frozenset({"billing", "shipping", "address"})


def is_personal(names: Sequence[str]) -> bool:
    """Whether the field that these names lead to may tell who somebody is.

    An order's own `state` tells nobody, that of an address does.
    """
    *above, field = names
    if field == "country":
        return False
    if _WHOLE_OBJECTS.intersection(above):
        return True
    return field in _PERSONAL and field != "state"


def masked(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `payload` in which every personal field is masked, at any depth.

    Countries stay, they are needed to understand taxes.
    """
    return {key: _masked_field(key, value) for key, value in payload.items()}


def _masked_field(key: str, value: Any) -> Any:
    if isinstance(value, Mapping) and key in _WHOLE_OBJECTS:
        return _masked_object(value)
    if key in _PERSONAL:
        return value if value in (None, "", [], {}) else MASK
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, list | tuple):
        return [masked(item) if isinstance(item, Mapping) else item for item in value]
    return value


def _masked_object(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: inner if key == "country" or inner in (None, "") else MASK
        for key, inner in value.items()
    }
