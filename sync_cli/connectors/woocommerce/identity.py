"""Who the shop is: its home address, version and settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sync_cli.connectors.base import Identity
from sync_cli.connectors.woocommerce.fulfillments import FEATURE
from sync_cli.connectors.woocommerce.wire import Wire, home_of
from sync_cli.core.errors import AccessDenied, ConfigError

KIND = "woocommerce"
_FORBIDDEN = 403
_NO_STATUS = "reading the system status (a right of shop managers and administrators)"


def read_identity(wire: Wire) -> Identity:
    """The shop's identity, in two calls; a read-only key is not recognised before it writes.

    `facts` has `decimals`, `currency`, `hpos` ("yes" or "no"), `fulfillments` ("on" or "off") and
    `prices_include_tax`, and, where
    the key's user may not read the system status, `time_zone` alone. Raises AccessDenied or
    another SystemFault, and ConfigError for an address without shop.
    """
    try:
        status = wire.document("system_status", {"_fields": "environment,settings"})
    except AccessDenied as denied:
        if denied.status != _FORBIDDEN:
            raise
        return _from_index(wire)
    environment = _part(status, "environment")
    settings = _part(status, "settings")
    facts = {
        "decimals": str(settings.get("number_of_decimals", "")),
        "currency": str(settings.get("currency", "")),
        "hpos": "yes" if settings.get("HPOS_enabled") else "no",
        FEATURE: "on" if FEATURE in (settings.get("enabled_features") or ()) else "off",
        **_prices_include_tax(wire),
    }
    return Identity(
        kind=KIND,
        version=str(environment.get("version", "")),
        address=str(environment.get("home_url", "")),
        company="",
        clock=_clock(wire),
        environment=str(environment.get("wp_environment_type") or "production"),
        facts={name: value for name, value in facts.items() if value},
    )


def _from_index(wire: Wire) -> Identity:
    """What the index of the REST API tells everybody: enough to know the shop, not to compute."""
    index = wire.document(
        f"{home_of(wire.client.base_url)}/wp-json/",
        {"_fields": "name,url,home,timezone_string"},
    )
    zone = str(index.get("timezone_string") or "")
    return Identity(
        kind=KIND,
        version="",
        address=str(index.get("home") or index.get("url") or ""),
        company="",
        clock=_clock(wire),
        lacks=(_NO_STATUS,),
        facts={"time_zone": zone} if zone else {},
    )


def _prices_include_tax(wire: Wire) -> Mapping[str, str]:
    try:
        setting = wire.document(
            "settings/tax/woocommerce_prices_include_tax", {"_fields": "id,value"}
        )
    except (AccessDenied, ConfigError):
        return {}
    return {"prices_include_tax": str(setting.get("value", ""))}


def _clock(wire: Wire) -> datetime:
    clock = wire.clock_now()
    if clock is None:
        raise RuntimeError("no clock before the first answer")
    return clock


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}
