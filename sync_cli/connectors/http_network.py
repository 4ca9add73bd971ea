"""What a fault of the network means: whether the call left, and what to do about it.

The texts of the libraries' exceptions are never used: they repeat the address with its query.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from requests.exceptions import (
    ConnectionError,
    ConnectTimeout,
    InvalidURL,
    ProxyError,
    ReadTimeout,
    SSLError,
)
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError
from urllib3.exceptions import ReadTimeoutError as LowReadTimeout

from sync_cli.connectors.http_answers import Passing
from sync_cli.core.errors import ConfigError

_HANDSHAKE = frozenset(
    {
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "UNSUPPORTED_PROTOCOL",
        "NO_PROTOCOLS_AVAILABLE",
        "SSLV3_ALERT_HANDSHAKE_FAILURE",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "TLSV1_UNRECOGNIZED_NAME",
        "TLSV1_ALERT_INTERNAL_ERROR",
        "UNSAFE_LEGACY_RENEGOTIATION_DISABLED",
        "DH_KEY_TOO_SMALL",
    }
)
"""Reasons of TLS that only come before anything was sent."""
_NETWORK = "Check that the server runs, and the network and name service of this machine."


def network_fault(error: Exception, system: str, base_url: str) -> Passing | ConfigError:
    """The meaning of an exception of requests: passing, or a fault of the configuration."""
    host = urlsplit(base_url).netloc
    if isinstance(error, SSLError):
        return _tls_fault(error, system, host)
    if isinstance(error, InvalidURL):
        return ConfigError(f"The address of {system} on {host} is none.", "Correct `url`.")
    if isinstance(error, ValueError):
        return ConfigError(
            f"A credential for {system} holds a character that no header may carry.",
            "Write the secret again, without line ends or other signs around it.",
        )
    if isinstance(error, ProxyError):
        return Passing("the proxy cannot be reached", doubtful=False, remedy="Check HTTPS_PROXY.")
    if isinstance(error, ConnectTimeout):
        return Passing(
            f"no connection to {host} in time", doubtful=False, timed_out=True, remedy=_NETWORK
        )
    if isinstance(error, ReadTimeout) or _has(error, LowReadTimeout, TimeoutError):
        return Passing("no answer in time", doubtful=True, timed_out=True)
    if _has(error, NameResolutionError):
        return Passing(f"the name {host} is not known", doubtful=False, remedy=_NETWORK)
    if isinstance(error, ConnectionError) and _has(error, NewConnectionError):
        return Passing(f"no connection to {host}", doubtful=False, remedy=_NETWORK)
    return Passing("the connection broke off before the whole answer came", doubtful=True)


def _tls_fault(error: SSLError, system: str, host: str) -> Passing | ConfigError:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ConfigError(
                f"The certificate of {system} on {host} is not trusted:"
                f" {cause.verify_message or 'it cannot be verified'}.",
                "Renew it, or name the certificates of your own authority as `ca_file`.",
            )
        if isinstance(cause, ssl.SSLError) and cause.reason in _HANDSHAKE:
            return ConfigError(
                f"No secure connection to {system} on {host}: {cause.reason}.",
                "Check that `url` names the https port and that the server offers TLS 1.2 or 1.3.",
            )
    return Passing("the secure connection broke off", doubtful=True)


def _has(error: BaseException, *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and those inside it: requests keeps them as arguments, urllib3 as reasons."""
    left: list[BaseException | None] = [error]
    seen: set[int] = set()
    while left:
        each = left.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = [arg for arg in each.args if isinstance(arg, BaseException)]
        reason = each.reason if isinstance(each, MaxRetryError) else None
        left.extend([*inner, reason, each.__cause__, each.__context__])
