"""Makes connectors of a configuration, and finds the mappings that are shipped."""

from __future__ import annotations

from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from sync_cli.config import Config, SystemSettings
from sync_cli.connectors.base import Connector
from sync_cli.connectors.pacing import Pacing
from sync_cli.flows.clock import utc_now
from sync_cli.flows.systems import ERP, LEAN_IN_SHOP, SHOP, lean_product
from sync_cli.mapping.mapping_set import MappingSet

CONNECT_SECONDS = 10.0


def shipped(name: str) -> Path:
    """A shipped file or folder: in the installed package, or in a checkout beside it."""
    packaged = Path(str(files("sync_cli") / "data" / name))
    return packaged if packaged.exists() else Path(__file__).parents[2] / name


def mappings_folder() -> Path:
    """Where the shipped mappings lie."""
    return shipped("mappings")


def open_shop(config: Config, mappings: MappingSet, *, whole_products: bool = False) -> Connector:
    """The shop, opened for one run; asks only for the fields that the mappings use.

    Without `whole_products` only for those of a product that stock and orders use.
    """
    from sync_cli.connectors.woocommerce.connector import WooCommerce

    settings = config.systems.shop
    product = mappings.of(settings.kind, "product")
    return WooCommerce(
        SHOP,
        settings.url,
        settings.key.reveal("systems.shop.key"),
        settings.secret.reveal("systems.shop.secret"),
        pacing=_pacing(settings),
        clock=utc_now,
        fields={
            "order": mappings.of(settings.kind, "order").needs,
            "customer": mappings.of(settings.kind, "customer").needs,
            "product": (product if whole_products else lean_product(product, LEAN_IN_SHOP)).needs,
        },
        auth_style=settings.auth,
        verify=_verify(settings),
        timeout=_timeout(settings),
        in_doubt=settings.in_doubt,
    )


def open_erp(config: Config) -> Connector:
    """The ERP, opened for one run by its profile."""
    from sync_cli.connectors.rest.connector import RestConnector
    from sync_cli.connectors.rest.loading import load_profile
    from sync_cli.connectors.rest.opening import HttpOptions

    settings = config.systems.erp
    return RestConnector(
        ERP,
        settings.url,
        load_profile(_profile_path(config)),
        {
            name: secret.reveal(f"systems.erp.credentials.{name}")
            for name, secret in settings.credentials.items()
        },
        pacing=_pacing(settings),
        clock=utc_now,
        options=HttpOptions(timeout=_timeout(settings), verify=_verify(settings)),
        reference=settings.references,
        in_doubt=settings.in_doubt,
    )


def secret_hash(config: Config, role: str) -> str:
    """A hash of the system's secrets, to see that they changed; "" if one is missing."""
    if role == SHOP:
        secrets = {"key": config.systems.shop.key, "secret": config.systems.shop.secret}
    else:
        secrets = dict(config.systems.erp.credentials)
    values = [secret.reveal(f"systems.{role}.{name}") for name, secret in sorted(secrets.items())]
    return blake2b("\0".join(values).encode(), digest_size=8).hexdigest()


def _profile_path(config: Config) -> Path:
    name = config.systems.erp.profile
    own = config.mappings / name / "profile.yaml" if config.mappings else None
    return own if own is not None and own.is_file() else mappings_folder() / name / "profile.yaml"


def _pacing(settings: SystemSettings) -> Pacing:
    return Pacing(max_per_minute=settings.max_per_minute)


def _verify(settings: SystemSettings) -> bool | str:
    return True if settings.ca_file is None else str(settings.ca_file)


def _timeout(settings: SystemSettings) -> tuple[float, float]:
    return (CONNECT_SECONDS, settings.timeout.total_seconds())
