"""Makes connectors of a configuration, and finds the mappings that are shipped."""

from __future__ import annotations

from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from sync_cli.config import Config
from sync_cli.connectors import kinds
from sync_cli.connectors.base import Connector
from sync_cli.flows.clock import utc_now
from sync_cli.flows.systems import ERP, LEAN_IN_SHOP, SHOP, lean_mapping
from sync_cli.mapping.mapping_set import MappingSet, load_mappings

ERP_ENTITIES = {
    "product": "product",
    "stock": "stock",
    "customer": "customer",
    "order": "document",
    "refund": "credit_note",
    "shipment": "shipment",
    "invoice": "invoice",
    "payment": "payment",
}
"""The name of each entity's mapping of the ERP."""


def shipped(name: str) -> Path:
    """A shipped file or folder: in the installed package, or in a checkout beside it."""
    packaged = Path(str(files("sync_cli") / "data" / name))
    return packaged if packaged.exists() else Path(__file__).parents[2] / name


def mappings_folder() -> Path:
    """Where the shipped mappings lie."""
    return shipped("mappings")


def mappings_in_use(config: Config) -> MappingSet:
    """The mappings of the kinds of system that are configured.

    Raises MappingErrors, and ConfigError for a profile that there is not.
    """
    kinds.check_described(config.systems.erp, _folders(config))
    used = {config.systems.shop.mapping_folder, config.systems.erp.mapping_folder}
    return load_mappings(mappings_folder(), config.mappings, used)


def all_mappings(config: Config) -> MappingSet:
    """The mappings of every kind, of those that are not configured too; raises the same."""
    kinds.check_described(config.systems.erp, _folders(config))
    return load_mappings(mappings_folder(), config.mappings)


def _folders(config: Config) -> tuple[Path, ...]:
    """Where mappings and profiles lie, the merchant's own first."""
    own = (config.mappings,) if config.mappings is not None else ()
    return (*own, mappings_folder())


def open_shop(config: Config, mappings: MappingSet, *, whole_products: bool = False) -> Connector:
    """The shop, opened for one run; asks only for the fields that the mappings use.

    Without `whole_products` only for those of a product that stock and orders use.
    """
    settings = config.systems.shop
    product = mappings.of(settings.mapping_folder, "product")
    fields = {
        "order": mappings.of(settings.mapping_folder, "order").needs,
        "refund": mappings.of(settings.mapping_folder, "refund").needs,
        "customer": mappings.of(settings.mapping_folder, "customer").needs,
        "product": (product if whole_products else lean_mapping(product, LEAN_IN_SHOP)).needs,
    }
    return kinds.open_shop(settings, kinds.Opening(SHOP, utc_now), fields)


def open_erp(config: Config, mappings: MappingSet | None = None) -> Connector:
    """The ERP, opened for one run; with `mappings` it is asked only for what they read."""
    fields = _erp_fields(config, mappings) if mappings is not None else {}
    opening = kinds.Opening(ERP, utc_now, _folders(config), fields)
    return kinds.open_erp(config.systems.erp, opening)


def _erp_fields(config: Config, mappings: MappingSet) -> dict[str, frozenset[str]]:
    """What the mappings of the ERP read, by the names that connectors have for its entities."""
    folder = config.systems.erp.mapping_folder
    return {
        entity: mappings.of(folder, name).needs
        for entity, name in ERP_ENTITIES.items()
        if mappings.has(folder, name)
    }


def secret_hash(config: Config, role: str) -> str:
    """A hash of the system's secrets, to see that they changed; "" if one is missing."""
    settings = config.systems.shop if role == SHOP else config.systems.erp
    values = kinds.revealed(settings, role).values()
    return blake2b("\0".join(values).encode(), digest_size=8).hexdigest()
