"""The settings that a shop's owner writes: which there are, and what each is set to.

`options.json` names them by group, with type, default and choices, after WooCommerce's source. What
is said to people about a setting is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.records import Json
from sync_cli.sandbox.shop.settings import ShopSettings
from sync_cli.sandbox.shop.store import ShopStore

_FILE = Path(__file__).with_name("options.json")


@cache
def _table() -> Json:
    found: Json = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def groups() -> Mapping[str, str]:
    """The groups of settings by id, with what they are called."""
    return {group: one["label"] for group, one in _table().items()}


def entries(store: ShopStore, group: str) -> list[Json]:
    """The settings of a group in their order, without their values; none of an unknown group."""
    if group in store.option_groups:
        return list(store.option_groups[group].values())
    return list(_table()[group]["options"]) if group in _table() else []


def is_group(store: ShopStore, group: str) -> bool:
    """Whether the shop has such a group, be it an empty one."""
    return group in store.option_groups or group in _table()


def choices(store: ShopStore, entry: Json) -> Mapping[str, Any]:
    """What a setting can be set to, with what each is called; empty for a free one."""
    told = entry.get("options") or {}
    return _CHOICES[told](store) if isinstance(told, str) else told


def _places(store: ShopStore) -> Mapping[str, str]:
    """Countries; of one that has states each state."""
    found: dict[str, str] = {}
    for code, country in store.countries.items():
        name = country["name"]
        states = {f"{code}:{one['code']}": f"{name} - {one['name']}" for one in country["states"]}
        found |= states or {code: name}
    return found


def _currencies(store: ShopStore) -> Mapping[str, str]:
    """Currencies with their sign and code, as the shop's owner sees them."""
    return {
        code: f"{one['name']} ({one['symbol']}) — {code}" for code, one in store.currencies.items()
    }


def _shipping_tax_classes(store: ShopStore) -> Mapping[str, str]:
    classes = {"" if slug == "standard" else slug: name for slug, name in store.tax_classes.items()}
    return {"inherit": "Shipping tax class based on cart items", **classes, "": "Standard"}


_CHOICES: Mapping[str, Callable[[ShopStore], Mapping[str, Any]]] = {
    "places": _places,
    "countries": lambda store: {code: one["name"] for code, one in store.countries.items()},
    "currencies": _currencies,
    "shipping_tax_classes": _shipping_tax_classes,
    "pages": lambda _store: {},
}


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _base(settings: ShopSettings) -> str:
    return ":".join(part for part in (settings.base_country, settings.base_state) if part)


_FELT: Mapping[str, Callable[[ShopSettings], str]] = {
    "woocommerce_currency": lambda settings: settings.currency,
    "woocommerce_currency_pos": lambda settings: settings.sign_place,
    "woocommerce_price_thousand_sep": lambda settings: settings.thousands_mark,
    "woocommerce_price_decimal_sep": lambda settings: settings.decimal_mark,
    "woocommerce_price_num_decimals": lambda settings: str(settings.decimals),
    "woocommerce_prices_include_tax": lambda settings: _yes(settings.prices_include_tax),
    "woocommerce_tax_round_at_subtotal": lambda settings: _yes(settings.round_at_subtotal),
    "woocommerce_shipping_tax_class": lambda settings: settings.shipping_tax_class,
    "woocommerce_tax_display_shop": lambda settings: settings.tax_display,
    "woocommerce_tax_display_cart": lambda settings: settings.tax_display,
    "woocommerce_default_country": _base,
}
"""The settings that the sandbox reckons with, and where it keeps them."""


def value_of(store: ShopStore, group: str, entry: Json) -> Any:
    """What a setting is set to."""
    written = store.option_values.get((group, entry["id"]))
    if written is not None:
        return written
    felt = _FELT.get(entry["id"])
    if felt is not None:
        return felt(store.settings)
    return entry.get("value", entry.get("default", ""))


def set_value(store: ShopStore, group: str, entry: Json, value: Any) -> None:
    """Set a checked value; the sandbox goes by it from now on where it reckons with it."""
    name = entry["id"]
    if name in _FELT and name != "woocommerce_tax_display_cart":
        changed = _changes(store.settings, name, value)
        if changed:
            store.settings = replace(store.settings, **changed)
            return
    store.option_values[group, name] = value


def _changes(settings: ShopSettings, name: str, value: str) -> Json:
    if name == "woocommerce_default_country":
        country, _, state = value.partition(":")
        return {"base_country": country, "base_state": state}
    if name == "woocommerce_price_num_decimals":
        return {"decimals": int(value)} if value.isdecimal() else {}
    field = _FIELDS[name]
    before = getattr(settings, field)
    return {field: value == "yes" if isinstance(before, bool) else value}


_FIELDS = {
    "woocommerce_currency": "currency",
    "woocommerce_currency_pos": "sign_place",
    "woocommerce_price_thousand_sep": "thousands_mark",
    "woocommerce_price_decimal_sep": "decimal_mark",
    "woocommerce_prices_include_tax": "prices_include_tax",
    "woocommerce_tax_round_at_subtotal": "round_at_subtotal",
    "woocommerce_shipping_tax_class": "shipping_tax_class",
    "woocommerce_tax_display_shop": "tax_display",
}


def checked(store: ShopStore, entry: Json, value: Any) -> Any:
    """The value as the shop takes it for this kind of setting; ShopError (400) for any other."""
    kind = entry.get("type")
    if kind in ("select", "radio"):
        text = "" if value is None else value
        if isinstance(text, str | int) and str(text) in choices(store, entry):
            return value
        raise _invalid()
    if kind == "multiselect":
        return _several(store, entry, value)
    if kind == "checkbox":
        return _ticked(entry, value)
    return _text(value)


def _several(store: ShopStore, entry: Json, value: Any) -> list[Any]:
    if not value:
        return []
    if not isinstance(value, list):
        raise _invalid()
    known = choices(store, entry)
    return [one for one in value if str(one) in known]


def _ticked(entry: Json, value: Any) -> Any:
    if value in ("yes", "no") or value is True:
        return value
    if not value:
        return entry.get("default", "no")
    raise _invalid()


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    return "1" if value is True else str(value).replace("\\", "").strip()


def _invalid() -> ShopError:
    return ShopError("rest_setting_value_invalid", "An invalid setting value was passed.", 400)
