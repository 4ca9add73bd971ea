"""Asks a Tryton who it is, and whether the user may do what the connector needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sync_cli.connectors.base import Identity
from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.settings import TrytonSettings
from sync_cli.connectors.tryton.wire import Wire
from sync_cli.core.errors import ConfigError

NEEDED_MODULES = ("web_shop",)
RIGHTS: Mapping[str, tuple[str, ...]] = {
    "sale.sale": ("read", "write", "create"),
    "sale.line": ("read", "write", "create"),
    "party.party": ("read", "write", "create"),
    "party.address": ("read", "write", "create"),
    "party.contact_mechanism": ("read", "write", "create"),
    "product.product": ("read",),
    "product.template": ("read",),
    "stock.move": ("read",),
    "stock.location": ("read",),
    "stock.shipment.out": ("read",),
    "account.invoice": ("read",),
    "account.tax": ("read",),
    "web.shop": ("read",),
}
"""What the user must be allowed to do; the groups Sales and Stock are."""


def ask_identity(wire: Wire, house: House, settings: TrytonSettings) -> Identity:
    """Who answers. Raises SystemFault, or ConfigError if a module or the web shop lacks."""
    version, clock = wire.version()
    _check_modules(wire, house)
    lacks = _lacks(wire)
    if "read web.shop" in lacks:
        return _identity(settings, version, clock, "", lacks, {})
    shop = house.shop
    company = f"{shop.company} {shop.company_name}"
    return _identity(settings, version, clock, company, lacks, {"currency": shop.currency})


def _identity(
    settings: TrytonSettings,
    version: str,
    clock: datetime,
    company: str,
    lacks: tuple[str, ...],
    facts: Mapping[str, str],
) -> Identity:
    address = f"{settings.url.rstrip('/')}/{settings.database}"
    return Identity("tryton", version, address, company, clock, lacks=lacks, facts=facts)


def _check_modules(wire: Wire, house: House) -> None:
    missing = [module for module in NEEDED_MODULES if module not in house.modules]
    if missing:
        raise ConfigError(
            f"{wire.system} (Tryton) lacks the module {', '.join(missing)}.",
            "Activate it under Administration > Modules; without it no doubled order is refused.",
        )


def _lacks(wire: Wire) -> tuple[str, ...]:
    granted = wire.read("ir.model.access", "get_access", sorted(RIGHTS))
    return tuple(
        f"{right} {model}"
        for model, rights in RIGHTS.items()
        for right in rights
        if not granted.get(model, {}).get(right)
    )
