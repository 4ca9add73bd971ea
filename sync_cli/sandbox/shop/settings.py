"""The settings of the pretend shop that change its answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

OrderStorage = Literal["hpos", "hpos-sync", "posts"]
SignPlace = Literal["left", "right", "left_space", "right_space"]
"""Where the sign of the currency stands in a price."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A consumer key, its secret and what it may do: read, write or read_write."""

    key: str
    secret: str = field(repr=False)
    permissions: Literal["read", "write", "read_write"]


KEY = "ck_sandbox00000000000000000000000000000000"
SECRET = "cs_sandbox00000000000000000000000000000000"
READ_KEY = "ck_sandboxread0000000000000000000000000000"
READ_SECRET = "cs_sandboxread0000000000000000000000000000"
WRITE_KEY = "ck_sandboxwrite000000000000000000000000000"
WRITE_SECRET = "cs_sandboxwrite000000000000000000000000000"

API_KEYS = (
    ApiKey(KEY, SECRET, "read_write"),
    ApiKey(READ_KEY, READ_SECRET, "read"),
    ApiKey(WRITE_KEY, WRITE_SECRET, "write"),
)


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """How the shop is set up; the defaults are those of the recorded shop.

    `plain_http_is_secure` lets keys in over plain HTTP, as the sandbox listens on loopback only.
    `tracking` is the tracking plug-in, one of two or none. `plugins` are the active ones by folder;
    `ignored` names query parameters that one of them drops. `debug` is WP_DEBUG. Of an older
    `version` the shop lacks the lists that came later.
    """

    base_url: str = "https://shop.example"
    currency: str = "EUR"
    decimals: int = 2
    sign_place: SignPlace = "right_space"
    thousands_mark: str = "."
    decimal_mark: str = ","
    prices_include_tax: bool = False
    round_at_subtotal: bool = False
    time_zone: str = "Europe/Berlin"
    base_country: str = "DE"
    base_state: str = "DE-BE"
    shipping_tax_class: str = "inherit"
    tax_display: Literal["excl", "incl"] = "excl"
    order_storage: OrderStorage = "hpos"
    fulfillments: bool = False
    tracking: Literal["", "shipment-tracking", "advanced"] = ""
    cost_of_goods: bool = False
    plain_http_is_secure: bool = True
    version: str = "10.7.0"
    debug: bool = False
    plugins: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    api_keys: tuple[ApiKey, ...] = API_KEYS

    def is_at_least(self, major: int, minor: int) -> bool:
        """Whether the shop is of this version of WooCommerce or newer; one that hides it is."""
        parts = [int(part) for part in self.version.split(".")[:2] if part.isdecimal()]
        return not parts or parts >= [major, minor]
