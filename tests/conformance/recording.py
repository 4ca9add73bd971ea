"""Recorded exchanges with a real shop, and under which settings they were taken."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from sync_cli.sandbox.shop.sent import form, is_form, is_json
from sync_cli.sandbox.shop.settings import OrderStorage, ShopSettings, SignPlace

PREFIX = "/wp-json/wc/v3/"
ZONE = "timezone_string"
_DISPLAY = "woocommerce_tax_display_shop"
_PLACES: dict[str, SignPlace] = {
    place: place for place in ("left", "right", "left_space", "right_space")
}
_STORAGES: dict[str, OrderStorage] = {
    "HPOS with compatibility sync": "hpos-sync",
    "posts": "posts",
    "posts, with sync": "posts",
}


@dataclass(frozen=True)
class Recording:
    """One exchange: what was asked, and what the real shop answered at `moment` (Unix second).

    `body` is what the request brings, `text` how it was written where it was no plain JSON.
    """

    name: str
    method: str
    address: str
    query: dict[str, str]
    body: Any
    auth: str
    scheme: str
    headers: dict[str, str]
    inbound: bool
    status: int
    answer_headers: dict[str, str]
    answer: Any
    shop: dict[str, str] = field(default_factory=dict)
    moment: int = 0
    text: str | None = None

    @property
    def path(self) -> str:
        """The address below the API's root; the whole one for anything else."""
        return self.address.removeprefix(PREFIX)

    @property
    def settings(self) -> ShopSettings:
        """The shop's settings that the recording names; else those of the first shop."""
        return settings_of(self.shop)


def settings_of(shop: dict[str, str]) -> ShopSettings:
    """Settings as a recording's `shop` names them, else those of the first shop."""
    include = shop.get("woocommerce_prices_include_tax") == "yes"
    usual = "incl" if include else "excl"
    country, _, state = shop.get("woocommerce_default_country", "DE:DE-BE").partition(":")
    return ShopSettings(
        currency=shop.get("woocommerce_currency", "EUR"),
        decimals=int(shop.get("woocommerce_price_num_decimals", "2")),
        sign_place=_PLACES.get(shop.get("woocommerce_currency_pos", ""), "right_space"),
        thousands_mark=shop.get("woocommerce_price_thousand_sep", "."),
        decimal_mark=shop.get("woocommerce_price_decimal_sep", ","),
        prices_include_tax=include,
        round_at_subtotal=shop.get("woocommerce_tax_round_at_subtotal") == "yes",
        shipping_tax_class=shop.get("woocommerce_shipping_tax_class", "inherit"),
        tax_display="incl" if shop.get(_DISPLAY, usual) == "incl" else "excl",
        time_zone=shop.get(ZONE, "Europe/Berlin"),
        base_country=country,
        base_state=state,
        order_storage=_STORAGES.get(shop.get("order_storage", ""), "hpos"),
        fulfillments="fulfillments" in shop.get("feature", ""),
        cost_of_goods="cost of goods" in shop.get("feature", ""),
        plain_http_is_secure=False,
    )


def read(path: Path) -> Recording:
    """One recording; the file's name is its name."""
    return from_json(path.stem, json.loads(path.read_text(encoding="utf-8")))


def from_json(name: str, document: dict[str, Any]) -> Recording:
    """A recording from its JSON document."""
    request, response = document["request"], document["response"]
    headers = response.get("headers", {})
    sent, said = request.get("body"), request.get("headers") or {}
    return Recording(
        name=name,
        method=request["method"],
        address=request["path"],
        query=_query(request.get("query") or {}),
        body=_body(sent, said) if isinstance(sent, str) else sent,
        text=sent if isinstance(sent, str) else None,
        auth=request.get("auth") or "",
        scheme=request.get("scheme", "https"),
        headers=said,
        inbound=request.get("direction") != "shop to client",
        status=response["status"],
        answer_headers=headers,
        answer=response["body"],
        shop=document.get("shop") or {},
        moment=_moment(headers.get("Date")),
    )


def _body(text: str, headers: dict[str, str]) -> Any:
    """What a body brings that was recorded as text: a form, JSON, or nothing but the text."""
    kind = next((v for n, v in headers.items() if n.lower() == "content-type"), "application/json")
    if is_form(kind):
        return form(text)
    try:
        return json.loads(text) if is_json(kind) else text
    except ValueError:
        return text


def _query(query: Any) -> dict[str, str]:
    pairs = query.items() if isinstance(query, dict) else query
    return {str(name): str(value) for name, value in pairs}


def _moment(text: str | None) -> int:
    return int(parsedate_to_datetime(text).timestamp()) if text else 0
