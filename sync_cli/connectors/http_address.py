"""Addresses that credentials may be sent to, and how a call's address is put together."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sync_cli.core.errors import ConfigError

_SAFE_IN_PATH = "/%:@!$&'()*+,;=~-._?"
_SAFE_IN_QUERY = ",:"
"""Left as they are, so that long lists of ids fit into an address."""


def refuse_unsafe_address(system: str, base_url: str) -> None:
    """Raise ConfigError unless the address is https, or on this machine, and holds no password."""
    parts = urlsplit(base_url)
    if "@" in parts.netloc:
        raise ConfigError(
            f"The address of {system} holds a user or password.",
            "Write the address alone, and the credentials as secrets.",
        )
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return
    raise ConfigError(
        f"The address of {system}, {_shown(base_url)}, is not https:"
        " anybody on the way could read its secret.",
        "Write an address with https:// (plain http:// only for this machine itself).",
    )


def _shown(base_url: str) -> str:
    """As much of an address as tells which one is meant, and nothing that may be a secret."""
    parts = urlsplit(base_url)
    if parts.hostname:
        return f"{parts.scheme}://{parts.hostname}"
    return base_url.partition("?")[0]


def address_of(
    system: str, base_url: str, path: str, params: Mapping[str, Any] | None = None
) -> str:
    """The whole address of a call; `path` is below the base, or itself a whole address.

    Raises ConfigError for an address on another server: the credentials go nowhere else.
    """
    if path.startswith(("http://", "https://")):
        address = _own(system, base_url, path)
    else:
        address = f"{base_url}/{quote(path.lstrip('/'), safe=_SAFE_IN_PATH)}"
    if not params:
        return address
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(params, doseq=True, safe=_SAFE_IN_QUERY)}"


def trusted(verify: bool | str) -> bool | str:
    """The certificates to trust: those given, else those of the environment, else the usual."""
    if verify is not True:
        return verify
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _own(system: str, base_url: str, address: str) -> str:
    own, other = urlsplit(base_url), urlsplit(address)
    if (own.scheme, own.netloc) == (other.scheme, other.netloc):
        return address
    raise ConfigError(
        f"{system} names an address on another server, {other.scheme}://{other.netloc}.",
        f"It must be on {own.scheme}://{own.netloc}; check the address it knows of itself.",
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
