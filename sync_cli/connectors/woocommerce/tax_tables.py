"""The shop's tax classes and rates: short tables without dates, read whole.

Numbers in brackets are points of the observed behaviour of WooCommerce 10.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sync_cli.connectors.base import Page, Raw
from sync_cli.connectors.woocommerce.entities import TAX_CLASS, TAX_RATE, Row
from sync_cli.connectors.woocommerce.wire import Wire

STANDARD = "standard"
"""The slug of the standard class, which products and lines write as "" [4.5]."""
TABLES = frozenset({TAX_CLASS, TAX_RATE})


def read_table(wire: Wire, entity: str) -> Iterator[Page]:
    """All of them on one page; a class by its slug, a rate by its number.

    A rate says its country ("" for all), its percent without needless zeros, its class, and its
    priority: rates of one priority exclude each other, those of several are charged together.
    """
    records = _classes(wire) if entity == TAX_CLASS else _rates(wire)
    yield Page(tuple(records), "", wire.clock_now() or datetime.now(UTC))


def _classes(wire: Wire) -> Iterator[Raw]:
    for row in wire.table("taxes/classes"):
        slug = str(row.get("slug") or "")
        yield Raw(slug, {"slug": "" if slug == STANDARD else slug})


def _rates(wire: Wire) -> Iterator[Raw]:
    order = {"orderby": "id", "order": "asc", "per_page": str(wire.page_size)}
    for page in wire.numbered_pages("taxes", order):
        yield from (Raw(str(row["id"]), _rate(row)) for row in page)


def _rate(row: Row) -> dict[str, Any]:
    slug = str(row.get("class") or STANDARD)
    return {
        "country": str(row.get("country") or ""),
        "percent": _percent(row.get("rate")),
        "tax_class": "" if slug == STANDARD else slug,
        "priority": str(row.get("priority") or ""),
    }


def _percent(text: object) -> str:
    """Four decimals in the shop [11]; "" for what is no number."""
    try:
        return f"{Decimal(str(text)).normalize():f}"
    except InvalidOperation:
        return ""
