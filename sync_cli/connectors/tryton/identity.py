"""Asks a Tryton who it is, and whether the user may do what the connector needs."""

from __future__ import annotations

from collections.abc import Mapping

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
RIGHTS_FOR: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "payment": {
        "account.invoice": ("write",),
        "account.invoice.payment.method": ("read",),
        "account.move": ("read", "write", "create"),
        "account.move.line": ("read", "write", "create"),
        "account.move.reconciliation": ("create",),
    }
}
"""What only the routes of one kind of record need besides; the group Accounting is."""


def ask_identity(wire: Wire, house: House, settings: TrytonSettings) -> Identity:
    """Who answers. Raises SystemFault, or ConfigError if a module or the web shop lacks."""
    version, clock = wire.version()
    _check_modules(wire, house)
    lacks, lacks_for = _lacks(wire)
    address = f"{settings.url.rstrip('/')}/{settings.database}"
    if "read web.shop" in lacks:
        return Identity("tryton", version, address, "", clock, lacks=lacks)
    shop = house.shop
    return Identity(
        "tryton",
        version,
        address,
        f"{shop.company} {shop.company_name}",
        clock,
        lacks=lacks,
        facts={"currency": shop.currency},
        lacks_for=lacks_for,
    )


def _check_modules(wire: Wire, house: House) -> None:
    missing = [module for module in NEEDED_MODULES if module not in house.modules]
    if missing:
        raise ConfigError(
            f"{wire.system} (Tryton) lacks the module {', '.join(missing)}.",
            "Activate it under Administration > Modules; without it no doubled order is refused.",
        )


def _lacks(wire: Wire) -> tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    """The rights that lack, and by entity those that only one kind of record needs."""
    models = sorted({*RIGHTS, *(model for needs in RIGHTS_FOR.values() for model in needs)})
    granted = wire.read("ir.model.access", "get_access", models)

    def missing(needs: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        return tuple(
            f"{right} {model}"
            for model, rights in needs.items()
            for right in rights
            if not granted.get(model, {}).get(right)
        )

    special = {entity: missing(needs) for entity, needs in RIGHTS_FOR.items()}
    return missing(RIGHTS), {entity: lacks for entity, lacks in special.items() if lacks}
