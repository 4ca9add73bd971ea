"""From a payload of the mapping to the cells of `load`: texts, and the column that each goes to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sync_cli.connectors.odoo.values import write_moment

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def cell(value: Any) -> str:
    """The value as text; "" for none, which `load` stores as false. Times with a zone become UTC.

    Numbers have a decimal point; a number that is no text fails a whole call (FACTS 6a).
    """
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return "True"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list | tuple):
        return ",".join(map(cell, value))
    if isinstance(value, str) and _MOMENT.match(value):
        return write_moment(datetime.fromisoformat(value))
    return str(value)


def column(name: str, value: Any) -> str:
    """The column of a field: a relation by its database id, or by its external id.

    A relation's value is an id or an external id ("module.name"), as the mapping's table has it.
    """
    if not name.endswith("_id"):
        return name
    return f"{name}/id" if isinstance(value, str) and "." in value else f"{name}/.id"


def cells(payload: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The cells of all plain fields of a payload; objects and lists of objects are left out."""
    return {
        f"{prefix}{column(name, value)}": cell(value)
        for name, value in payload.items()
        if not _is_part(value)
    }


def _is_part(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value)
