"""Which of the exchanges are calls that sync-cli itself makes of a shop."""

from __future__ import annotations

import re

from tests.conformance.recording import Recording

_READ = (
    "orders", r"orders/\d+", r"orders/\d+/notes", r"orders/\d+/refunds", "refunds", "products",
    r"products/\d+", r"products/\d+/variations", "variations", "customers", r"customers/\d+",
    "taxes", "taxes/classes", "webhooks", "settings/tax", r"settings/tax/[\w-]+", "system_status",
    "", r"orders/\d+/refunds/\d+", r"orders/\d+/fulfillments",
)  # fmt: skip
_MADE = (
    r"products/batch", r"products/\d+/variations/batch", r"orders/batch", r"customers/batch",
    r"orders/\d+/notes", r"orders/\d+/refunds", r"orders/\d+/fulfillments",
)  # fmt: skip
_CALLS = {
    "GET": re.compile("|".join(f"(?:{path})" for path in _READ)),
    "POST": re.compile("|".join(f"(?:{path})" for path in _MADE)),
    "PUT": re.compile(r"orders/\d+(?:/fulfillments/\d+)?"),
}


def is_our_call(method: str, path: str) -> bool:
    """Whether the connector of shops calls this path below the API's root by this method."""
    pattern = _CALLS.get(method)
    return pattern is not None and pattern.fullmatch(path) is not None


def is_ours(recording: Recording) -> bool:
    """Whether the connector makes such a call, with credentials as it sends them."""
    asked = recording.inbound and "oauth" not in recording.auth
    return asked and is_our_call(recording.method, recording.path)
