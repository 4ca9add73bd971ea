"""Texts made from names: parts of addresses, escaped names."""

from __future__ import annotations

import re
from html import escape, unescape

from sync_cli.sandbox.shop.store import folded

_TAG = re.compile(r"<[^>]*>")
_NO_SLUG = re.compile(r"[^a-z0-9_-]+")


def slug_of(name: str) -> str:
    """The part of an address made from a name: lower case, no accents, blanks to dashes."""
    plain = unescape(name).replace("×", "x")
    words = re.sub(r"[\s/.–—]+", "-", folded(plain))
    return re.sub("-+", "-", _NO_SLUG.sub("", words)).strip("-")


def safe_name(name: str) -> str:
    """A name as stored: tags removed, ampersands and angle brackets escaped once."""
    return escape(unescape(_TAG.sub("", name)), quote=False)
