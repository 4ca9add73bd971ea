"""The catalogue is right by itself: every amount adds up, and one cent anywhere is noticed."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.selftest import adding_up
from tests.selftest.adding_up import CASES, faults, looks, read_case

FILES = sorted(CASES.glob("*.yaml"))
RECORDINGS = Path(__file__).parents[1] / "recordings" / "woocommerce"
AMOUNT = re.compile(r"-?\d+\.\d+")
SUMS = ("total", "total_tax", "cart_tax", "shipping_tax", "shipping_total", "discount_total")
DECIMALS = {"JPY": 0, "KWD": 3}
each_case = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_the_checker_uses_no_line_of_the_program() -> None:
    tree = ast.parse(Path(adding_up.__file__).read_text(encoding="utf-8"))
    names = [
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    assert not [name for name in names if name.startswith("sync_cli")]


def test_there_are_at_least_fifty_cases() -> None:
    assert len(FILES) >= 50


@each_case
def test_a_case_adds_up(path: Path) -> None:
    assert faults(read_case(path)) == []


@each_case
def test_a_case_says_what_it_is_about_and_expects_something(path: Path) -> None:
    case = read_case(path)
    assert len(case["about"]) > 30
    assert any(look for look in looks(case))


def amounts(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every amount of a case stands."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in pairs:
        if isinstance(value, dict | list):
            yield from amounts(value, (*place, key))
        elif isinstance(value, str) and AMOUNT.fullmatch(value):
            yield (*place, key)


def with_a_cent(case: Any, place: tuple[Any, ...], cents: int) -> Any:
    """The case with the smallest amount of its currency put on one of its amounts."""
    changed = deepcopy(case)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    decimals = int(case.get("shop", {}).get("decimals", 2))
    holder[place[-1]] = str(Decimal(holder[place[-1]]) + cents * Decimal(1).scaleb(-decimals))
    return changed


@each_case
def test_a_cent_anywhere_is_noticed(path: Path) -> None:
    case = read_case(path)
    places = list(amounts(case))
    assert places
    missed = [
        (place, cents)
        for place in places
        for cents in (1, -1)
        if not faults(with_a_cent(case, place, cents))
    ]
    assert missed == []


# --- recordings


def orders() -> dict[str, Any]:
    """The recorded orders whose names say that they are about taxes."""
    found = {}
    for path in sorted(RECORDINGS.glob("tax-*.json")):
        body = json.loads(path.read_text(encoding="utf-8"))["response"]["body"]
        if isinstance(body, dict) and "order_key" in body:
            found[path.stem] = body
    return found


def test_every_recorded_order_about_taxes_is_a_case() -> None:
    named = {name for path in FILES for name in read_case(path).get("recordings", ())}
    assert len(orders()) == 34
    assert set(orders()) <= named


def pairs() -> list[tuple[Path, str]]:
    """Each case with each of its recordings."""
    return [(path, name) for path in FILES for name in read_case(path).get("recordings", ())]


@pytest.mark.parametrize(("path", "name"), pairs(), ids=lambda one: getattr(one, "stem", one))
def test_the_amounts_are_those_recorded(path: Path, name: str) -> None:
    recording = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))
    body, order = recording["response"]["body"], read_case(path)["order"]
    for key in SUMS:
        assert shown(order[key], body[key]) == Decimal(body[key]), key
    assert [(line["sku"], line["quantity"]) for line in order["line_items"]] == [
        (line["sku"], line["quantity"]) for line in body["line_items"]
    ]
    for kind in ("line_items", "fee_lines", "shipping_lines"):
        for own, line in zip(order.get(kind, ()), body[kind], strict=True):
            for key in ("total", "total_tax"):
                assert near(own[key], line[key]), (kind, key)
    assert (order["currency"], order["prices_include_tax"]) == (
        body["currency"],
        body["prices_include_tax"],
    )


def shown(amount: str, like: str) -> Decimal:
    """An amount with as many decimals as it was shown with."""
    digits = Decimal(1).scaleb(-len(like.partition(".")[2]))
    return Decimal(amount).quantize(digits, ROUND_HALF_UP)


def near(amount: str, recorded: str) -> bool:
    """Whether the recorded amount is this one, rounded to the decimals that it was shown with."""
    digits = Decimal(1).scaleb(-len(recorded.partition(".")[2]))
    return abs(Decimal(amount) - Decimal(recorded)) <= digits / 2
