"""How many pieces the shop may offer, so that the sync never oversells."""

from __future__ import annotations

from collections.abc import Collection
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from msgspec import Struct

from sync_cli.core.model import ZERO
from sync_cli.core.products import StockLevel


class Basis(StrEnum):
    """What counts as there: `available` is on hand less all demand, `physical` is on hand."""

    AVAILABLE = "available"
    PHYSICAL = "physical"


class StockPolicy(Struct, frozen=True):
    """A merchant's choice; `warehouses` empty means all of them. `safety` is in shop pieces."""

    basis: Basis = Basis.AVAILABLE
    warehouses: frozenset[str] = frozenset()
    safety: Decimal = ZERO


def units_there(level: StockLevel, policy: StockPolicy) -> Decimal | None:
    """The ERP units that count under `policy`; None if no known warehouse is among the chosen."""
    chosen = [
        warehouse
        for warehouse in level.warehouses
        if not policy.warehouses or warehouse.code in policy.warehouses
    ]
    if not chosen:
        return None
    units = ZERO
    for warehouse in chosen:
        units += warehouse.on_hand
        if policy.basis is Basis.AVAILABLE:
            units -= warehouse.demand
    return units


def sellable(units: Decimal, unit_factor: Decimal, unseen: Decimal, policy: StockPolicy) -> int:
    """Whole pieces for the shop: units / factor, less unseen sales and safety stock, never below 0.

    `unit_factor` is ERP units in one shop piece. `unseen` is pieces held by shop orders whose ERP
    document is not confirmed. Floored, because half a crate cannot be sold.
    """
    pieces = units / unit_factor - unseen - policy.safety
    return max(0, int(pieces.to_integral_value(ROUND_FLOOR)))


def missing_warehouses(level: StockLevel, policy: StockPolicy) -> Collection[str]:
    """The chosen warehouses that this level does not name."""
    return policy.warehouses - {warehouse.code for warehouse in level.warehouses}
