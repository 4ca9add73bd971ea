"""Which kinds of system there are: the one place that names them all.

Their settings are light and imported at once; a connector only when one of its kind is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, assert_never

from msgspec import Struct, field
from pydantic import Discriminator, Tag

from sync_cli.connectors.base import Connector
from sync_cli.connectors.odoo.settings import OdooSettings
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.rest.settings import RestSettings
from sync_cli.connectors.settings import SystemSettings
from sync_cli.connectors.tryton.settings import TrytonSettings
from sync_cli.connectors.woocommerce.settings import WooCommerceSettings
from sync_cli.core.errors import ConfigError
from sync_cli.mapping.errors import did_you_mean

CONNECT_SECONDS = 10.0
PROFILE = "profile.yaml"
ERP_KINDS = ("rest", "tryton", "odoo")

ShopSettings = WooCommerceSettings


def _kind_of(settings: Any) -> Any:
    """The kind of a system's settings; rest where they do not say."""
    if isinstance(settings, Mapping):
        return settings.get("kind", "rest")
    return getattr(settings, "kind", None)


ErpSettings = Annotated[
    Annotated[RestSettings, Tag("rest")]
    | Annotated[TrytonSettings, Tag("tryton")]
    | Annotated[OdooSettings, Tag("odoo")],
    Discriminator(
        _kind_of,
        custom_error_type="unknown_kind",
        custom_error_message=f"there is no such `kind` of ERP; use one of {', '.join(ERP_KINDS)}",
    ),
]
"""The settings of an ERP; `kind` says of which."""


class Opening(Struct, frozen=True):
    """What a connector is opened with besides its settings.

    `name` is the system's role, `clock` gives aware UTC, `folders` are those that hold the folders
    of field rules and profiles, the first one that has a file wins. `fields` names, by entity, the
    keys of records that the mappings read; an entity that is not in it is read whole.
    """

    name: str
    clock: Callable[[], datetime]
    folders: tuple[Path, ...] = ()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)


def open_shop(
    settings: ShopSettings, opening: Opening, fields: Mapping[str, frozenset[str]]
) -> Connector:
    """The shop; asks only for `fields`, by entity."""
    from sync_cli.connectors.woocommerce.connector import WooCommerce

    secrets = revealed(settings, opening.name)
    return WooCommerce(
        opening.name,
        settings.url,
        secrets["key"],
        secrets["secret"],
        pacing=_pacing(settings),
        clock=opening.clock,
        fields=fields,
        auth_style=settings.auth,
        verify=_verify(settings),
        timeout=_timeout(settings),
        in_doubt=settings.in_doubt,
    )


def open_erp(settings: RestSettings | TrytonSettings | OdooSettings, opening: Opening) -> Connector:
    """The ERP of the kind that its settings name."""
    match settings:
        case RestSettings():
            return _open_rest(settings, opening)
        case TrytonSettings():
            return _open_tryton(settings, opening)
        case OdooSettings():
            return _open_odoo(settings, opening)
        case _:
            assert_never(settings)


def revealed(settings: SystemSettings, role: str) -> dict[str, str]:
    """The system's secrets. Raises ConfigError naming the first that is missing."""
    secrets = sorted(settings.secrets().items())
    return {name: secret.reveal(f"systems.{role}.{name}") for name, secret in secrets}


def check_described(settings: SystemSettings, folders: Sequence[Path]) -> None:
    """Raise ConfigError for a system whose calls no profile in these folders describes."""
    if isinstance(settings, RestSettings):
        _profile(settings, folders)


def _profile(settings: RestSettings, folders: Sequence[Path]) -> Path:
    """The file of the profile, in the first folder that has it."""
    for folder in folders:
        file = folder / settings.profile / PROFILE
        if file.is_file():
            return file
    known = [file.parent.name for folder in folders for file in folder.glob(f"*/{PROFILE}")]
    raise ConfigError(
        f"systems.erp.profile is {settings.profile!r}, and there is no such profile"
        f"{did_you_mean(settings.profile, known)}",
        f"Correct it, or write {settings.profile}/{PROFILE} in your folder of mappings.",
    )


def _open_rest(settings: RestSettings, opening: Opening) -> Connector:
    from sync_cli.connectors.rest.connector import RestConnector
    from sync_cli.connectors.rest.loading import load_profile
    from sync_cli.connectors.rest.opening import HttpOptions

    profile = _profile(settings, opening.folders)
    secrets = revealed(settings, opening.name)
    return RestConnector(
        opening.name,
        settings.url,
        load_profile(profile),
        {name.removeprefix("credentials."): value for name, value in secrets.items()},
        pacing=_pacing(settings),
        clock=opening.clock,
        options=HttpOptions(timeout=_timeout(settings), verify=_verify(settings)),
        reference=settings.references,
        taxes_given=None if settings.taxes is None else settings.taxes == "given",
        in_doubt=settings.in_doubt,
    )


def _open_tryton(settings: TrytonSettings, opening: Opening) -> Connector:
    from sync_cli.connectors.tryton.connector import Tryton

    return Tryton(
        opening.name,
        settings,
        revealed(settings, opening.name)["password"],
        pacing=_pacing(settings),
        clock=opening.clock,
        timeout=_timeout(settings),
        verify=_verify(settings),
    )


def _open_odoo(settings: OdooSettings, opening: Opening) -> Connector:
    from sync_cli.connectors.odoo.connector import Choices, Odoo
    from sync_cli.connectors.odoo.wire import Login

    secrets = revealed(settings, opening.name)
    return Odoo(
        opening.name,
        Login(settings.url, settings.database, settings.user, secrets["key"], settings.api),
        pacing=_pacing(settings),
        clock=opening.clock,
        fields=opening.fields,
        choices=Choices(
            settings.environment, settings.price_digits, settings.keep_dates, settings.in_doubt
        ),
        timeout=_timeout(settings),
        verify=_verify(settings),
    )


def _pacing(settings: SystemSettings) -> Pacing:
    return Pacing(max_per_minute=settings.max_per_minute)


def _verify(settings: SystemSettings) -> bool | str:
    return True if settings.ca_file is None else str(settings.ca_file)


def _timeout(settings: SystemSettings) -> tuple[float, float]:
    return (CONNECT_SECONDS, settings.timeout.total_seconds())
