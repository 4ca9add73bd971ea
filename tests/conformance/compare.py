"""Whether an answer of the sandbox is the recorded one, apart from what nobody could foresee."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from sync_cli.sandbox.shop.times import parse_bound

BY_TYPE = frozenset(
    {
        "order_key",
        "related_ids",
        "store_id",
        "refunded_by",
        "_payment_token",
        "permalink_template",
        "receipt_url",
    }
)
"""Fields whose values the shop draws: only their type is compared."""
_CRASH = "body.data.error"
"""What PHP says of a plug-in that died: any plug-in says something else."""
_HEADERS = ("X-WP-Total", "X-WP-TotalPages", "Allow", "Content-Type", "Retry-After")
_TITLE = re.compile(r"<title>(.*?)</title>")
_LINK = re.compile(r'[?&]page=(\d+)[^>]*>; rel="(next|prev)"')
_TOLERANCE = 3
"""Seconds that may lie between the recorded Date header and the dates written in the request."""


@dataclass
class Comparison:
    """A comparison of two answers; ids in nested objects may differ, but consistently, if fresh."""

    moment: int
    fresh_ids: bool
    ids: dict[tuple[str, int], int] = field(default_factory=dict)

    def differences(self, expected: Any, actual: Any) -> list[str]:
        """What differs, one line each."""
        return list(self._differ(expected, actual, "body"))

    def _differ(self, expected: Any, actual: Any, where: str) -> Iterator[str]:
        if _kind(expected) != _kind(actual):
            yield f"{where}: {_kind(expected)} {_short(expected)} expected, not {_short(actual)}"
        elif isinstance(expected, dict):
            yield from self._differ_objects(expected, actual, where)
        elif isinstance(expected, list):
            yield from self._differ_lists(expected, actual, where)
        elif not self._is_same(expected, actual, where):
            yield f"{where}: {_short(expected)} expected, not {_short(actual)}"

    def _differ_objects(
        self, expected: dict[str, Any], actual: dict[str, Any], where: str
    ) -> Iterator[str]:
        for key in expected.keys() - actual.keys():
            yield f"{where}.{key} is missing"
        for key in actual.keys() - expected.keys():
            yield f"{where}.{key} is too much"
        for key in expected.keys() & actual.keys():
            is_drawn = key in BY_TYPE or (key == "avatar_url" and "email" not in expected)
            if not is_drawn and f"{where}.{key}" != _CRASH:
                yield from self._differ(expected[key], actual[key], f"{where}.{key}")
            elif _kind(expected[key]) != _kind(actual[key]):
                yield f"{where}.{key}: another type"

    def _differ_lists(self, expected: list[Any], actual: list[Any], where: str) -> Iterator[str]:
        if len(expected) != len(actual):
            yield f"{where}: {len(expected)} entries expected, not {len(actual)}"
            return
        for at, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from self._differ(one, other, f"{where}[{at}]")

    def _is_same(self, expected: Any, actual: Any, where: str) -> bool:
        if bool(expected == actual) or _same_page(expected, actual):
            return True
        if isinstance(expected, str) and isinstance(actual, str):
            return _same_text(expected, actual, where) or self._is_same_moment(expected, actual)
        if isinstance(expected, float) or isinstance(actual, float):
            return bool(abs(expected - actual) <= 1e-9 * max(1.0, abs(expected)))
        nested = where.endswith("].id") and where.count("[") >= (2 if "body[" in where else 1)
        if self.fresh_ids and nested:
            parent = re.sub(r"\[\d+\]", "", where)
            return bool(self.ids.setdefault((parent, expected), actual) == actual)
        return False

    def _is_same_moment(self, expected: str, actual: str) -> bool:
        """Both written "now": the second of the clock may have ticked on."""
        one, other = parse_bound(expected), parse_bound(actual)
        return one is not None and other is not None and abs(one.shown - other.shown) <= _TOLERANCE


def _same_page(expected: Any, actual: Any) -> bool:
    """Two HTML pages of one title: their styles and the site's name are nobody's business."""
    titles = [_TITLE.findall(page) for page in (expected, actual) if isinstance(page, str)]
    if len(titles) != 2 or not titles[0] or not titles[1]:
        return False
    one, other = (found[0].partition(" &#8211; ")[0] for found in titles)
    return bool(one == other)


def _same_text(expected: str, actual: str, where: str) -> bool:
    if where.endswith("payment_url"):
        return expected.partition("key=")[0] == actual.partition("key=")[0]
    return ".downloads[" in where and where.endswith(".id")


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else type(value).__name__


def _short(value: Any) -> str:
    return repr(value)[:80]


def header_differences(expected: dict[str, str], actual: dict[str, str]) -> list[str]:
    """What differs in the headers that a client reads."""
    found = [
        f"header {name}: {expected.get(name)!r} expected, not {actual.get(name)!r}"
        for name in _HEADERS
        if expected.get(name) != actual.get(name) and not (name == "Allow" and name not in expected)
    ]
    if _pages(expected.get("Link", "")) != _pages(actual.get("Link", "")):
        found.append(f"header Link: pages {_pages(expected.get('Link', ''))} expected")
    if _path(expected.get("Location")) != _path(actual.get("Location")):
        found.append(f"header Location: {expected.get('Location')} expected")
    return found


def _pages(link: str) -> dict[str, str]:
    return {relation: page for page, relation in _LINK.findall(link)}


def _path(address: str | None) -> str | None:
    return address and unquote(address)
