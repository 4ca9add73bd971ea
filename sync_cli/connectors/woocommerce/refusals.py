"""What the shop's own refusals mean, in words a clerk understands."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from sync_cli.connectors.http_answers import Refusal, RequestRefused, plain
from sync_cli.core.errors import AccessDenied, ConfigError, Problem

_AUTHENTICATION = "woocommerce_rest_authentication_error"
_NO_ROUTE = "rest_no_route"
_CRASHES = frozenset({"internal_server_error", "wp_die", ""})
_RETRY = "then run `sync-cli held retry`."
_KEY_PAGE = "WooCommerce > Settings > Advanced > REST API"


class RouteMissing(ConfigError):
    """The shop does not know an address of its API; older versions lack some."""


def refine(refusal: Refusal) -> Exception | None:
    """A refusal that is the key's, the shop's or, though of status 500, the request's own fault."""
    if refusal.status in (401, 403):
        return denied(refusal)
    if refusal.code == _NO_ROUTE:
        return RouteMissing(
            f"{refusal.system} does not know {refusal.call}: the REST API of WooCommerce is"
            " switched off, or its version is too old (9.0 or newer is needed).",
            "Check that the plug-in WooCommerce is active, and that `url` is the shop's address.",
        )
    if refusal.write and refusal.status >= 500 and refusal.code not in _CRASHES:
        return RequestRefused(
            refusal.status, refusal.code, refusal.message, refusal.data, refusal.body
        )
    return None


def denied(refusal: Refusal) -> AccessDenied:
    """Which of the things that a key can lack; the shop tells most of them only in words."""
    why, remedy = _why_denied(refusal)
    said = f"{refusal.system} {why.rstrip('.')} (HTTP {refusal.status})."
    return AccessDenied(refusal.system, said, remedy, status=refusal.status)


def _why_denied(refusal: Refusal) -> tuple[str, str]:
    message = refusal.message.lower()
    if refusal.code != _AUTHENTICATION:
        return _why_not_allowed(refusal)
    if "write permission" in message:
        return "refuses to write: the key is read-only.", f"Make a read/write key ({_KEY_PAGE})."
    if "read permission" in message:
        return "refuses to read: the key is write-only.", f"Make a read/write key ({_KEY_PAGE})."
    if "secret" in message:
        return (
            "knows the key, but the secret is wrong.",
            "Write the secret that belongs to this key; it is shown only when the key is made.",
        )
    return f"refuses the key: {refusal.message}", f"Check the key and its rights ({_KEY_PAGE})."


def _why_not_allowed(refusal: Refusal) -> tuple[str, str]:
    """Status 401: not known at all; 403: known, but the key's user may not."""
    if refusal.status == 403:
        return (
            f"does not allow the key's user {refusal.call}: {refusal.message}",
            f"Give the key to a shop manager or administrator ({_KEY_PAGE}).",
        )
    return (
        "does not know the key, or did not get it.",
        f"Check the key ({_KEY_PAGE}). If it is right, the server drops the Authorization header:"
        " let it through, or set `auth: query`.",
    )


class _Meaning(Struct, frozen=True):
    """Our own code and words for a code of the shop; without `says` its own words are told."""

    code: str
    remedy: str
    says: str = ""


_GONE = _Meaning(
    "not-found",
    "Was it deleted there? It is not made a second time by itself.",
    "the shop has no record with this id",
)
_TAKEN = _Meaning("duplicate", f"Give each its own value; {_RETRY}")
_REFUND = _Meaning(
    "refund-refused",
    "See in the shop how much of the order is left to refund; if the money is to go back by the"
    " payment gateway, see whether that can refund. Then run `sync-cli held retry`.",
)
_MEANINGS: Mapping[str, _Meaning] = {
    "woocommerce_rest_product_invalid_id": _GONE,
    "woocommerce_rest_product_variation_invalid_id": _GONE,
    "woocommerce_rest_shop_order_invalid_id": _GONE,
    "woocommerce_rest_order_invalid_id": _GONE,
    "woocommerce_rest_invalid_id": _GONE,
    "woocommerce_rest_invalid_product_id": _Meaning(
        "not-found",
        f"Read the products again; {_RETRY}",
        "it is a variation now, and variations are written through their product",
    ),
    "product_invalid_sku": _Meaning(
        "duplicate",
        "Give each its own SKU, or make this SKU exactly the other's so that both are linked;"
        f" {_RETRY}",
        "another product has this SKU, without regard to case and accents",
    ),
    "woocommerce_rest_product_not_created": _Meaning(
        "duplicate",
        "Look into the shop's trash: restore the product with this SKU, or delete it for good;"
        f" {_RETRY}",
    ),
    "product_invalid_global_unique_id": _TAKEN,
    "woocommerce_rest_cannot_create_order_refund": _REFUND,
    "woocommerce_rest_invalid_order_refund": _REFUND,
    "product_external_invalid_manage_stock": _Meaning(
        "no-stock",
        "Take it out of the stock route, or make it a simple product in the shop.",
        "it is an external product, whose stock the shop does not manage",
    ),
}
_FINAL = frozenset(
    {"woocommerce_rest_cannot_create_order_refund", "woocommerce_rest_invalid_order_refund"}
)
"""Refusals that stay, though they come with status 500 [8.1]."""
_OTHER = _Meaning("refused", f"Correct what it names; {_RETRY}")


def problem_of(system: str, record: str, error: Any, status: int | None = None) -> Problem:
    """The problem in an error object of the shop, of an answer or of one item of a batch."""
    fields = error if isinstance(error, Mapping) else {}
    data = fields.get("data")
    facts: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    known = facts.get("status", data if isinstance(data, int) else status)
    code = str(fields.get("code") or "")
    meaning = _MEANINGS.get(code, _OTHER)
    named = facts.get("params")
    names = list(named) if isinstance(named, Mapping) else []
    return Problem(
        meaning.code,
        record,
        _with_holder(meaning.says, facts) if meaning.says else _said(fields, facts, code),
        meaning.remedy,
        system=system,
        field=str(names[0]) if names else "",
        status=known if isinstance(known, int) else status,
        transient=isinstance(known, int) and known >= 500 and code not in _FINAL,
    )


def _with_holder(says: str, facts: Mapping[str, Any]) -> str:
    holder = facts.get("resource_id")
    return f"{says}; it belongs to record {holder}" if holder else says


def _said(fields: Mapping[str, Any], facts: Mapping[str, Any], code: str) -> str:
    """The shop's own words, its code, each wrong field, and who holds a value that is taken."""
    params = facts.get("params")
    details = params.values() if isinstance(params, Mapping) else ()
    words = [str(fields.get("message") or "it was refused without a reason").rstrip(".")]
    words += [str(detail).rstrip(".") for detail in details]
    holder = facts.get("resource_id")
    if holder:
        words.append(f"it belongs to record {holder}")
    text = plain(html.unescape("; ".join(words)))
    return f"{text} ({code})" if code else text
