"""Orders in another currency, in Odoo over real HTTP: its own rate against the order's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.scenarios.odoo_stage import OdooStage, open_odoo_stage

pytestmark = pytest.mark.scenario

USD = 2
RATE = "_wcpay_multi_currency_order_exchange_rate"
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[OdooStage]:
    with open_odoo_stage(tmp_path) as opened:
        with opened.store.transaction():
            opened.store.insert("res.currency", {"name": "USD"}, USD)
            opened.store.insert("product.pricelist", {"name": "Dollars", "currency_id": USD})
        yield opened


def rate(stage: OdooStage, value: str) -> None:
    """Somebody enters the rate of a long time ago."""
    row = {"name": LONG_AGO, "currency_id": USD, "rate": Decimal(value)}
    with stage.store.transaction():
        stage.store.insert("res.currency.rate", row)


def buy(stage: OdooStage, said: str = "") -> str:
    meta = [{"key": RATE, "value": said}] if said else []
    return stage.buy("A-1", currency="USD", meta_data=meta)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("1.10", "1.10"), ("1.10", "1.155"), ("1.10", "1.045")]
)
def test_a_rate_within_the_limit_is_confirmed(stage: OdooStage, ours: str, theirs: str) -> None:
    rate(stage, theirs)
    id_ = buy(stage, ours)
    stage.run("orders")
    assert stage.document(id_)["state"] == "sale"


def test_a_rate_beyond_the_limit_is_withdrawn_and_held_until_it_was_entered(
    stage: OdooStage,
) -> None:
    rate(stage, "1.2001")
    id_ = buy(stage, "1.10")
    said = stage.type("orders")
    assert said.code == 3
    assert (
        "it has 1.2001 USD for one of its own currency, the order was charged at 1.10" in said.all
    )
    assert "9.10 % apart, allowed are 5 % (orders.exchange_rate_limit)" in said.all
    assert "Enter the rate of 20" in said.all
    rows = stage.store.where("sale.order", "client_order_ref", f"WC-main-{id_}")
    assert [row["state"] for row in rows] == ["cancel"]
    with stage.store.transaction():
        for row in list(stage.store.table("res.currency.rate").values()):
            stage.store.change("res.currency.rate", row["id"], {"rate": Decimal("1.101")})
    stage.let_time_pass()
    stage.run("orders")
    assert stage.document(id_)["state"] == "sale"


def test_the_limit_is_a_setting(stage: OdooStage) -> None:
    stage.configure(exchange_rate_limit=10)
    rate(stage, "1.2001")
    id_ = buy(stage, "1.10")
    stage.run("orders")
    assert stage.document(id_)["state"] == "sale"


def test_no_rate_in_odoo_is_found_out_too(stage: OdooStage) -> None:
    """Without one Odoo converts one to one."""
    buy(stage, "1.10")
    said = stage.type("orders")
    assert said.code == 3
    assert "it has 1 USD for one of its own currency" in said.all


def test_an_order_that_says_no_rate_is_converted_by_odoos_own(stage: OdooStage) -> None:
    rate(stage, "1.20")
    id_ = buy(stage)
    stage.run("orders")
    assert stage.document(id_)["state"] == "sale"
