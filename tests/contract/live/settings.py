"""Which living systems are to be tried, as environment variables name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BEGINNING = "SYNC_CLI_LIVE_"


class Unset(Exception):
    """Variables are missing or wrong; says which, and what they mean."""


@dataclass(frozen=True, slots=True)
class LiveShop:
    """A WooCommerce shop; `ca` is a PEM file with the certificate authority it is signed by."""

    url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    ca: Path | None = None
    auth: str = "basic"

    @property
    def verify(self) -> bool | str:
        """What the certificate is checked against."""
        return True if self.ca is None else str(self.ca)


@dataclass(frozen=True, slots=True)
class LiveErp:
    """An ERP of one of the kinds; which of the other values it needs is the kind's own affair.

    `secret` is a password or an API key, `token` one that stands alone. `profile` names the folder
    of a REST profile, `sku` an article that can be sold, where a document needs one, `web_shop` a
    Tryton's web shop.
    """

    kind: str
    url: str
    database: str = ""
    user: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    profile: str = ""
    sku: str = ""
    web_shop: str = ""
    ca: Path | None = None

    @property
    def verify(self) -> bool | str:
        """What the certificate is checked against."""
        return True if self.ca is None else str(self.ca)

    def insist_on(self, *names: str) -> None:
        """Raise Unset unless all these values are there."""
        missing = [f"{BEGINNING}ERP_{name.upper()}" for name in names if not getattr(self, name)]
        if missing:
            raise Unset(f"An ERP of kind {self.kind} needs {' and '.join(missing)}.")


MEANINGS: Mapping[str, str] = {
    "SHOP_URL": "address of a WooCommerce shop",
    "SHOP_KEY": "consumer key with the permission read/write, of a shop manager or administrator",
    "SHOP_SECRET": "the secret of that key",
    "SHOP_CA": "PEM file, where the certificate is signed by an authority of your own",
    "SHOP_AUTH": "`query`, where the server drops the Authorization header; else `basic`",
    "ERP_KIND": "kind of the ERP",
    "ERP_URL": "address of the ERP",
    "ERP_DATABASE": "database, where the ERP has several",
    "ERP_USER": "user, where the ERP asks for one",
    "ERP_SECRET": "password or API key of that user",
    "ERP_TOKEN": "token, where the ERP asks for that alone",
    "ERP_PROFILE": "folder of a REST profile with its `live.yaml`, a path or one of `mappings/`",
    "ERP_SKU": "SKU of an article that can be sold, where documents need one",
    "ERP_WEB_SHOP": "name of the web shop in Tryton that orders belong to",
    "ERP_CA": "PEM file, where the certificate is signed by an authority of your own",
}
"""The variables, without their beginning, and what they mean."""


def shop_of(environment: Mapping[str, str]) -> LiveShop | None:
    """The shop that is named, None if none is. Raises Unset for half a shop."""
    given = _given(environment, "SHOP_")
    if not given:
        return None
    _insist("SHOP_", given, "url", "key", "secret")
    if given.get("auth", "basic") not in ("basic", "query"):
        raise Unset(f"{BEGINNING}SHOP_AUTH is basic or query, not {given['auth']!r}.")
    return LiveShop(
        given["url"], given["key"], given["secret"], _ca(given, "SHOP_"), given.get("auth", "basic")
    )


def erp_of(environment: Mapping[str, str]) -> LiveErp | None:
    """The ERP that is named, None if none is. Raises Unset for half an ERP."""
    given = _given(environment, "ERP_")
    if not given:
        return None
    _insist("ERP_", given, "kind", "url")
    texts = {name: value for name, value in given.items() if name != "ca"}
    return LiveErp(**texts, ca=_ca(given, "ERP_"))


def _given(environment: Mapping[str, str], part: str) -> dict[str, str]:
    names = [name for name in MEANINGS if name.startswith(part)]
    values = {name: environment.get(BEGINNING + name, "").strip() for name in names}
    return {name.removeprefix(part).lower(): value for name, value in values.items() if value}


def _insist(part: str, given: Mapping[str, str], *names: str) -> None:
    missing = [name for name in names if name not in given]
    if missing:
        named = " and ".join(f"{BEGINNING}{part}{name.upper()}" for name in missing)
        raise Unset(f"{named} must be set too.")


def _ca(given: Mapping[str, str], part: str) -> Path | None:
    if "ca" not in given:
        return None
    path = Path(given["ca"]).expanduser()
    if not path.is_file():
        raise Unset(f"{BEGINNING}{part}CA names {path}, and there is no such file.")
    return path


def explained(said: str) -> str:
    """What is missing, and the list of all variables."""
    width = max(len(name) for name in MEANINGS) + len(BEGINNING)
    rows = [f"  {BEGINNING + name:{width}}  {words}" for name, words in MEANINGS.items()]
    return "\n".join([said, "", "Set these, for a shop, an ERP, or both:", "", *rows])
