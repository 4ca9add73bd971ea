"""The harness can prepare a shop for requests that nobody recorded yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.conformance.known import Known
from tests.conformance.neighbours import (
    ASKED,
    MORE,
    PARTS,
    SETUP,
    SIBLINGS,
    Neighbourhood,
    get,
    post,
    put,
)
from tests.conformance.neighbours_further import ACTIONS, FACTS, HELPED, REPORTED, REVIEWS
from tests.conformance.recording import Recording
from tests.conformance.replay import verdict

MODES = (
    ("no", "no", "EUR", "2"),
    ("no", "yes", "EUR", "2"),
    ("yes", "no", "EUR", "2"),
    ("yes", "yes", "EUR", "2"),
    ("yes", "no", "JPY", "0"),
    ("yes", "yes", "KWD", "3"),
)
"""Prices with tax, rounded at subtotal, currency and its decimals."""
ORDERS = 3
TABLE = (*ASKED, *MORE, *SETUP, *FACTS, *REVIEWS, *ACTIONS, *REPORTED, *HELPED)


def test_a_shop_can_be_prepared_for_every_request_of_the_recorded_kinds() -> None:
    """Each exchange alone, beside the list of tax rates, as a stranger's recording would stand."""
    rates = Neighbourhood().ask(get("taxes"))
    recorded = [Neighbourhood().ask(asked) for asked in TABLE]
    found = [verdict(recording, Known([rates, recording])) for recording in recorded]
    assert len(found) > 300
    assert {v.name: v.differences[:3] for v in found if not v.conforms} == {}


def _differing(told: list[Recording], tried: list[Recording]) -> dict[str, tuple[str, ...]]:
    known = Known(told)
    found = [verdict(recording, known) for recording in tried]
    return {v.name: v.differences[:3] for v in found if not v.conforms}


def test_a_shop_can_be_prepared_for_their_siblings() -> None:
    """Other filters, states, errors and arguments, each alone as well."""
    rates = Neighbourhood().ask(get("taxes"))
    differing: dict[str, tuple[str, ...]] = {}
    for asked in SIBLINGS:
        recording = Neighbourhood().ask(asked)
        differing |= _differing([rates, recording], [recording])
    assert differing == {}


@pytest.mark.parametrize("seed", range(3))
def test_a_shop_can_be_prepared_for_answers_cut_to_some_fields(seed: int) -> None:
    """What a cut answer hides, nobody tells."""
    rates, chance = Neighbourhood().ask(get("taxes")), Random(seed)
    differing: dict[str, tuple[str, ...]] = {}
    for asked in chance.sample([*ASKED, *MORE, *SIBLINGS], 50):
        names = PARTS.get(asked.path.partition("/")[0])
        if names is None or "_fields" in asked.query or asked.path.endswith("/batch"):
            continue
        cut = replace(asked, query={**asked.query, "_fields": chance.choice(names)})
        recording = Neighbourhood().ask(cut)
        differing |= _differing([rates, recording], [recording])
    assert differing == {}


@pytest.mark.parametrize("seed", range(3))
def test_exchanges_of_one_living_shop_can_be_prepared_beside_each_other(seed: int) -> None:
    """What others tell is of another time: the shop changed meanwhile."""
    town, chance = Neighbourhood(), Random(seed)
    told = [town.ask(get("taxes"))]
    for asked in chance.sample([*ASKED, *MORE, *SIBLINGS], 40):
        town.clock.advance(chance.choice((1, 30, 200)))
        told.append(town.ask(asked))
    assert _differing(told, told) == {}


def test_no_request_stands_twice_in_the_table() -> None:
    names = [asked.name() for asked in (*TABLE, *SIBLINGS)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("mode", MODES)
def test_orders_of_any_tax_setting_can_be_prepared(mode: tuple[str, str, str, str]) -> None:
    """Made, read, read with all decimals, changed: lines, fees, shipping, coupons, countries."""
    include, at_subtotal, currency, decimals = mode
    settings = {
        "woocommerce_prices_include_tax": include,
        "woocommerce_tax_round_at_subtotal": at_subtotal,
        "woocommerce_currency": currency,
        "woocommerce_price_num_decimals": decimals,
    }
    town = Neighbourhood(settings)
    rates = town.ask(get("taxes"))
    chance = Random(f"{mode}")
    for _ in range(ORDERS):
        told = list(_life_of_an_order(town, chance))
        found = [verdict(recording, Known([rates, *told])) for recording in told]
        assert {v.name: v.differences[:3] for v in found if not v.conforms} == {}


def _life_of_an_order(town: Neighbourhood, chance: Random) -> Iterator[Recording]:
    made = town.ask(post("orders", _bought(town, chance)))
    assert made.status == 201, made.answer
    yield made
    home = f"orders/{made.answer['id']}"
    for asked in (
        get(home),
        get(home, dp=6),
        put(home, {"billing": {"phone": "1"}}),
        put(home, {"status": "processing"}),
        put(home, {"billing": {"country": "AT"}}),
    ):
        yield town.ask(asked)


def _bought(town: Neighbourhood, chance: Random) -> dict[str, Any]:
    settings = town.store.settings
    goods = [p.id for p in town.store.products.records.values() if p.kind == "simple"]
    lines = [{"product_id": chance.choice(goods), "quantity": chance.randint(1, 4)}
             for _ in range(chance.randint(1, 3))]  # fmt: skip
    shipping = {"method_id": "flat_rate", "method_title": "Flat", "total": "12.345"}
    return {
        "line_items": lines,
        "billing": {"country": chance.choice(("DE", "AT", "FR", "US"))},
        "shipping_lines": [shipping] if chance.random() < 0.5 else [],
        "fee_lines": [{"name": "Fee", "total": "7.777"}] if chance.random() < 0.5 else [],
        # a discount in whole yen hides what a piece costs, to the last fraction
        "coupon_lines": [{"code": "ten"}] if settings.currency == "EUR" else [],
    }


POSTS = ("week", "month", "year")


@pytest.mark.parametrize("period", POSTS)
def test_reports_of_orders_that_are_posts_can_be_prepared(period: str) -> None:
    town = Neighbourhood({"order_storage": "posts"})
    rates = town.ask(get("taxes"))
    sales, sellers = (
        town.ask(get(f"reports/{w}", period=period)) for w in ("sales", "top_sellers")
    )
    assert sales.answer[0]["total_orders"] > 0
    assert sellers.answer
    for recording in (sales, sellers):
        assert verdict(recording, Known([rates, recording])).differences == ()
