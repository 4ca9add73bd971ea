"""Countries with their states, continents and currencies, as a fresh shop brings them along.

`geography.json` names all countries and currencies. It has the states of Germany, Switzerland and
the United States only, and how amounts and measures are written of fifteen countries.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sync_cli.sandbox.shop.records import Json

_FILE = Path(__file__).with_name("geography.json")


@cache
def _table() -> Json:
    found: Json = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


@cache
def countries() -> Mapping[str, Json]:
    """The countries by code, sorted by name: code, name and states."""
    return {
        code: {"code": code, "name": name, "states": _states(code)}
        for code, name in _table()["countries"].items()
    }


def _states(code: str) -> list[Json]:
    found: dict[str, str] = _table()["states"].get(code, {})
    return [{"code": state, "name": name} for state, name in found.items()]


@cache
def continents() -> Mapping[str, Json]:
    """The continents by code: code, name and countries, each with its money and measures."""
    return {
        code: {
            "code": code,
            "name": one["name"],
            "countries": [_within(country) for country in one["countries"]],
        }
        for code, one in _table()["continents"].items()
    }


def _within(code: str) -> Json:
    country = countries()[code]
    return {**country, **_table()["locales"].get(code, {})}


@cache
def currencies() -> Mapping[str, Json]:
    """The currencies by code: code, name, and the sign as HTML writes it."""
    return {
        code: {"code": code, "name": name, "symbol": sign}
        for code, (name, sign) in _table()["currencies"].items()
    }
