"""What a folder of recordings tells of the shop that they were taken at, where none says it.

Its clock is told by dates that stand there in local time and in UTC, its currency and its tax
settings by lists of settings and by the orders that were made. Most of them decide, so that no
single answer can.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from sync_cli.sandbox.shop.geography import currencies
from sync_cli.sandbox.shop.times import Bound, parse_bound, wall_second
from tests.conformance.recording import ZONE, Recording, read, settings_of

_HOME = "Europe/Berlin"
_FAMILIAR = (
    _HOME, "UTC", "Europe/London", "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles", "Asia/Tokyo", "Australia/Sydney", "Asia/Kolkata",
)  # fmt: skip
"""Zones that are tried first, so that one with several names gets a familiar one."""
_TOLD = (
    "woocommerce_currency", "woocommerce_price_num_decimals", "woocommerce_prices_include_tax",
    "woocommerce_currency_pos", "woocommerce_price_thousand_sep", "woocommerce_price_decimal_sep",
    "woocommerce_tax_round_at_subtotal", "woocommerce_shipping_tax_class",
    "woocommerce_default_country", "woocommerce_tax_display_shop",
)  # fmt: skip
_COMMON = ("EUR", "USD", "GBP", "JPY", "CHF", "SEK")
"""Of the currencies that share a sign the likeliest."""
_PRICE = re.compile(r"<bdi>([^<]*)<span class=\"[^\"]*currencySymbol\">([^<]*)</span>([^<]*)</bdi>")
_AMOUNT = re.compile(r"-?(\d{1,3}(?:([., ' ])\d{3})*|\d+)(?:([.,])(\d+))?")
_ENOUGH = 300
"""Dates that show the zone without trying them all."""
_STATUS = {
    "currency": "woocommerce_currency",
    "currency_position": "woocommerce_currency_pos",
    "thousand_separator": "woocommerce_price_thousand_sep",
    "decimal_separator": "woocommerce_price_decimal_sep",
    "number_of_decimals": "woocommerce_price_num_decimals",
}
"""What the system status calls the settings that it tells."""
_DATES = ("date_created", "date_modified", "date_paid", "date_completed")


def load(folder: Path) -> list[Recording]:
    """All recordings of a folder in the order they were taken (by second, then by name)."""
    found = [read(path) for path in sorted(folder.glob("*.json"))]
    return sorted(with_shop(found), key=lambda recording: (recording.moment, recording.name))


def with_shop(recordings: Sequence[Recording]) -> list[Recording]:
    """The recordings, each with the settings of its shop that the others tell; its own go first."""
    told = told_of_shop(recordings)
    return [replace(recording, shop={**told, **recording.shop}) for recording in recordings]


def told_of_shop(recordings: Sequence[Recording]) -> dict[str, str]:
    """The settings that recordings without a named shop tell by their answers."""
    silent = [recording for recording in recordings if not recording.shop]
    votes: dict[str, Counter[str]] = {}
    for recording in silent:
        for name, value in _said(recording):
            votes.setdefault(name, Counter())[value] += 1
    told = {name: counted.most_common(1)[0][0] for name, counted in votes.items()}
    zone = zone_of(recordings)
    if zone is not None:
        told[ZONE] = zone
    usual = settings_of({})
    return {name: value for name, value in told.items() if settings_of({name: value}) != usual}


def _said(recording: Recording) -> Iterator[tuple[str, str]]:
    answer, path = recording.answer, recording.path
    entries = answer if isinstance(answer, list) else [answer]
    if recording.status >= 400:
        return
    for body in _objects(answer):
        yield from _said_by_price(str(body.get("price_html") or ""))
    if path.startswith("settings/"):
        for one in entries:
            if isinstance(one, dict) and one.get("id") in _TOLD and isinstance(one["value"], str):
                yield str(one["id"]), one["value"]
    elif path == "data/currencies/current" and isinstance(answer, dict) and "code" in answer:
        yield "woocommerce_currency", str(answer["code"])
    elif path == "system_status" and isinstance(answer, dict):
        shown = answer.get("settings") or {}
        yield from ((name, str(shown[key])) for key, name in _STATUS.items() if key in shown)
    elif path == "orders" and recording.status == 201:
        yield from _said_by_order(answer, recording)


def _said_by_order(order: Any, recording: Recording) -> Iterator[tuple[str, str]]:
    sent = recording.body if isinstance(recording.body, dict) else {}
    if "currency" in order and not sent.get("currency"):
        yield "woocommerce_currency", str(order["currency"])
    if "prices_include_tax" in order:
        yield "woocommerce_prices_include_tax", "yes" if order["prices_include_tax"] else "no"
    if "total" in order and "dp" not in recording.query:
        yield "woocommerce_price_num_decimals", str(len(str(order["total"]).partition(".")[2]))


def _said_by_price(html: str) -> Iterator[tuple[str, str]]:
    """How the shop writes a price: `<bdi>1.234,50&nbsp;<span ...>&euro;</span></bdi>`."""
    found = _PRICE.search(html)
    if found is None:
        return
    before, sign, after = found.groups()
    amount = (before or after).replace("&nbsp;", "")
    place = "left" if after else "right"
    yield "woocommerce_currency_pos", f"{place}_space" if "&nbsp;" in before + after else place
    marks = _AMOUNT.fullmatch(amount)
    if marks is not None and marks[3]:
        yield "woocommerce_price_decimal_sep", marks[3]
        yield "woocommerce_price_thousand_sep", marks[2] or ("," if marks[3] == "." else ".")
    yield "woocommerce_price_num_decimals", str(len(marks[4] or "") if marks else 0)
    codes = [code for code, one in currencies().items() if one["symbol"] == sign]
    if codes:
        yield "woocommerce_currency", next((one for one in _COMMON if one in codes), codes[0])


def zone_of(recordings: Sequence[Recording]) -> str | None:
    """The zone whose clock shows the local dates at the moments told, or None for the usual one."""
    found = {pair for recording in recordings for pair in _pairs(recording.answer)}
    pairs = set(sorted(found)[:: 1 + len(found) // _ENOUGH])
    if not pairs:
        return None
    fitting = {zone: _fits(zone, pairs) for zone in _FAMILIAR}
    if fitting[_HOME] < len(pairs) and max(fitting.values()) < len(pairs):
        fitting |= {zone: _fits(zone, pairs) for zone in sorted(available_timezones())}
    best = max(fitting, key=lambda zone: fitting[zone])
    return None if best == _HOME else best


def _fits(zone: str, pairs: set[tuple[int, int]]) -> int:
    return sum(wall_second(moment, zone) == shown for shown, moment in pairs)


def _objects(answer: Any) -> Iterator[dict[str, Any]]:
    """The objects that an answer shows, of a batch each result."""
    for body in answer if isinstance(answer, list) else [answer]:
        if isinstance(body, dict):
            yield body
            for part in ("create", "update", "delete", "previous"):
                found = body.get(part)
                results = [found] if isinstance(found, dict) else found
                yield from (one for one in results or () if isinstance(one, dict))


def _pairs(answer: Any) -> Iterator[tuple[int, int]]:
    """Dates of objects: what the clock showed, and the moment; images tell them wrongly."""
    for body in _objects(answer):
        for name in _DATES:
            shown, moment = (_bound(body.get(n)) for n in (name, f"{name}_gmt"))
            if shown is not None and moment is not None:
                yield shown.shown, moment.shown


def _bound(text: Any) -> Bound | None:
    return parse_bound(text) if isinstance(text, str) else None
