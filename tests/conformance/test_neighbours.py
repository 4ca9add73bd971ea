"""The harness can prepare a shop for requests that nobody recorded yet."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.conformance.known import Known
from tests.conformance.neighbours import ASKED, MORE, SETUP, Neighbourhood, get, post, put
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


def test_no_request_stands_twice_in_the_table() -> None:
    names = [asked.name() for asked in TABLE]
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
