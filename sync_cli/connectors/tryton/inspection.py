"""Looks at a Tryton before a go-live: rights to spare, modules, and the settings that matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.wire import Wire
from sync_cli.core.checkup import Finding, Grade, rights_of
from sync_cli.core.errors import AccessDenied, ConfigError

SPARE: Mapping[str, str] = {"res.user": "write", "product.product": "write"}
"""What no run ever does; the groups Sales and Stock may not."""
USEFUL: Mapping[str, str] = {
    "carrier": "orders name their carrier",
    "stock_package_shipping": "tracking numbers come back",
    "product_attribute": "variants tell in what they differ",
}
"""Modules that may be missing, and what they are for."""
_ROUNDED = {"document": "of the whole document", "line": "of each line"}


def inspect(wire: Wire, house: House, *, writes: bool) -> Iterator[Finding]:
    """See `Inspects.inspect`."""
    granted = wire.read("ir.model.access", "get_access", sorted(SPARE))
    spare = [
        f"{right} {model}" for model, right in SPARE.items() if granted.get(model, {}).get(right)
    ]
    yield rights_of(spare, writes=writes)
    yield _modules(house)
    yield _warehouses(house)
    yield from _books(wire, house)
    yield from _sales(wire)


def _modules(house: House) -> Finding:
    missing = [
        f"{name}, by which {what}" for name, what in USEFUL.items() if name not in house.modules
    ]
    if missing:
        return Finding(
            Grade.NOTE,
            "modules",
            f"It lacks {'; '.join(missing)}.",
            "Activate them under Administration > Modules if that is wanted.",
        )
    return Finding(Grade.OK, "modules", "All modules that sync-cli can use are activated.")


def _warehouses(house: House) -> Finding:
    shop = house.shop
    if shop.warehouses:
        count = len(shop.warehouses)
        says = f"The web shop sells from {count} warehouse{'s' if count > 1 else ''}."
        return Finding(Grade.OK, "warehouses", says)
    return Finding(
        Grade.PROBLEM,
        "warehouses",
        "The web shop has no warehouse, and no sale of goods can be confirmed without one.",
        "Choose it in Tryton under Sales > Configuration > Web Shops.",
    )


def _books(wire: Wire, house: House) -> Iterator[Finding]:
    for row in _setting(wire, "account.configuration", "tax_rounding"):
        where = _ROUNDED.get(str(row.get("tax_rounding")), "in a way of its own")
        says = f"Books are kept in {house.shop.currency}; tax {where} is rounded."
        yield Finding(Grade.OK, "taxes", says)


def _sales(wire: Wire) -> Iterator[Finding]:
    """Until it is processed a confirmed sale has no shipment, and demands no stock."""
    for row in _setting(wire, "sale.configuration", "sale_process_after"):
        if row.get("sale_process_after"):
            yield Finding(
                Grade.WARNING,
                "processing",
                "Confirmed sales are processed only after a while: till then their goods count as"
                " free, and may be sold twice.",
                "Empty `Process Sale after` in Tryton under Sales > Configuration.",
            )


def _setting(wire: Wire, model: str, field: str) -> list[dict[str, Any]]:
    """The one row of a model of settings; none where the user may not read it."""
    try:
        rows: list[dict[str, Any]] = wire.read(model, "read", [1], [field])
    except (AccessDenied, ConfigError):
        return []
    return rows
