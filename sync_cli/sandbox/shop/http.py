"""Requests and answers of the API, apart from the web framework."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.settings import ShopSettings
from sync_cli.sandbox.shop.store import ShopStore

_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in: `numbers` are the ids in its path.

    `entries` are those of a body that is a list; few routes take one.
    """

    store: ShopStore
    method: str
    path: str
    query: Mapping[str, str]
    body: Json = field(default_factory=dict)
    numbers: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    entries: tuple[Any, ...] = ()

    @property
    def asked_names(self) -> frozenset[str] | None:
        """The names in `_fields` as they were sent; None without it."""
        names = frozenset(filter(None, re.split(r"[\s,]+", self.query.get("_fields", ""))))
        return names or None

    @property
    def names(self) -> frozenset[str] | None:
        """The fields to be made for `_fields`: of nested names ("billing.email") the outer one."""
        asked = self.asked_names
        return None if asked is None else frozenset(name.partition(".")[0] for name in asked)

    @property
    def single_names(self) -> frozenset[str] | None:
        """As `names`; a single object brings its links along in any case."""
        names = self.names
        return None if names is None else names | {"_links"}

    @property
    def digits(self) -> int:
        """How many decimals amounts are shown with (`dp`)."""
        text = self.query.get("dp", "")
        return int(text) if text.isdecimal() else self.store.settings.decimals

    def with_metas(self, body: Json) -> Json:
        """The object with those `meta_data` that `include_meta` or `exclude_meta` leave of it."""
        wanted, unwanted = _listed(self.query, "include_meta"), _listed(self.query, "exclude_meta")
        if "meta_data" in body and (wanted or unwanted):
            entries = body["meta_data"]
            body["meta_data"] = [
                entry
                for entry in entries
                if (entry["key"] in wanted if wanted else entry["key"] not in unwanted)
            ]
        return body


def _listed(query: Mapping[str, str], name: str) -> set[str]:
    return {part.strip() for part in query.get(name, "").split(",") if part.strip()}


@dataclass(slots=True)
class Answer:
    """What the shop answers: a JSON value (or HTML text) with status and headers."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def trimmed(body: Any, asked: frozenset[str] | None) -> Any:
    """An answer with what `_fields` leaves of it: an object without any field is an empty list.

    Of an object a nested name leaves the named part; a list of objects goes as a whole, as in the
    real shop.
    """
    if asked is None:
        return body
    if isinstance(body, list):
        return [trimmed(entry, asked) for entry in body]
    if not isinstance(body, dict):
        return body
    nested = {name.partition(".")[0] for name in asked if "." in name} - asked
    return {
        name: _part(name, value, asked) if name in nested else value
        for name, value in body.items()
        if name not in nested or isinstance(value, dict)
    } or []


def _part(name: str, value: Json, asked: frozenset[str]) -> Json | list[Any]:
    return {key: value[key] for key in value if f"{name}.{key}" in asked} or []


def chosen(body: Json, names: frozenset[str] | None) -> Json:
    """The body with the named fields only."""
    return body if names is None else {key: body[key] for key in body if key in names}


def links(store: ShopStore, home: str, number: int) -> Json:
    """The `_links` of an object below `home`, an address below the API's root."""
    base = f"{store.settings.base_url}/wp-json/wc/v3/{home}"
    return {
        "self": [{"href": f"{base}/{number}", "targetHints": {"allow": list(_ALL)}}],
        "collection": [{"href": base}],
    }


def refuse_existing(call: Call, kind: str, label: str) -> None:
    """Refuse (400) a create that brings an id."""
    if call.body.get("id"):
        message = f"Cannot create existing {label}."
        raise ShopError(f"woocommerce_rest_{kind}_exists", message, 400)


def created(call: Call, body: Json, number: int | str, path: str | None = None) -> Answer:
    """The answer to a create: 201 and the new address."""
    base = f"{call.store.settings.base_url}/wp-json/wc/v3/{path or call.path}"
    return Answer(body, 201, {"Location": f"{base}/{number}"})


def paged(call: Call, bodies: list[Json], total: int, size: int, number: int) -> Answer:
    """A page of a list with its paging headers."""
    pages = -(-total // size)
    headers = {
        "X-WP-Total": str(total),
        "X-WP-TotalPages": str(pages),
        "Link": _links(call, number, pages),
    }
    return Answer(bodies, 200, headers)


def api_link(settings: ShopSettings) -> str:
    """The `Link` that every answer of the API carries."""
    return f'<{settings.base_url}/wp-json/>; rel="https://api.w.org/"'


def _links(call: Call, number: int, pages: int) -> str:
    """The `Link` header; it repeats the whole query, credentials included, as the real one does."""
    base = f"{call.store.settings.base_url}/wp-json/wc/v3/{call.path}"

    def link(page: int, relation: str) -> str:
        query = urlencode({**call.query, "page": page})
        return f'<{base}?{query}>; rel="{relation}"'

    links = [api_link(call.store.settings)]
    if number > 1:
        links.append(link(min(number - 1, pages), "prev"))
    if number < pages:
        links.append(link(number + 1, "next"))
    return ", ".join(links)
