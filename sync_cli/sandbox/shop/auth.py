"""Who may do what: consumer keys by Basic auth or in the query, as the shop checks them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.settings import ApiKey, ShopSettings

_READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key and a secret as they were sent."""

    key: str
    secret: str


def sent_credentials(authorization: str, query: Mapping[str, str]) -> Credentials | None:
    """The credentials of a request: Basic auth first, then those in the query string."""
    if authorization.lower().startswith("basic "):
        return _basic(authorization[6:])
    if query.get("consumer_key"):
        return Credentials(query["consumer_key"], query.get("consumer_secret", ""))
    return None


def _basic(text: str) -> Credentials | None:
    try:
        key, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Credentials(key, secret)


def known_key(settings: ShopSettings, sent: Credentials | None, *, secure: bool) -> ApiKey | None:
    """The key that the request was made with, None for an unknown one.

    Raises ShopError (401) for a wrong secret. Over plain HTTP credentials are not looked at.
    """
    if sent is None or not (secure or settings.plain_http_is_secure):
        return None
    key = next((key for key in settings.api_keys if key.key == sent.key), None)
    if key is not None and key.secret != sent.secret:
        raise _refusal("Consumer secret is invalid.")
    return key


def check_permission(key: ApiKey, method: str) -> None:
    """Raise ShopError (401) when the key may not do what the method does; any may ask OPTIONS."""
    if method == "OPTIONS":
        return
    need = "read" if method in _READING else "write"
    if need not in key.permissions:
        raise _refusal(f"The API key provided does not have {need} permissions.")


def _refusal(message: str) -> ShopError:
    return ShopError("woocommerce_rest_authentication_error", message, 401)


def not_allowed(method: str, *, single: bool, batch: bool) -> ShopError:
    """The answer (401) to a request without a known key."""
    if batch:
        words = ("batch", "Sorry, you are not allowed to batch manipulate this resource.")
    elif method in _READING:
        what = "view this resource" if single else "list resources"
        words = ("view", f"Sorry, you cannot {what}.")
    elif method == "DELETE":
        words = ("delete", "Sorry, you are not allowed to delete this resource.")
    elif single:
        words = ("edit", "Sorry, you are not allowed to edit this resource.")
    else:
        words = ("create", "Sorry, you are not allowed to create resources.")
    return ShopError(f"woocommerce_rest_cannot_{words[0]}", words[1], 401)
