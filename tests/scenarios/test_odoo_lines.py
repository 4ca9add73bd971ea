"""Kinds of lines with Odoo over real HTTP: discounts, taxes that are shared, gift cards, tables."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.odoo_stage import OdooStage, open_odoo_stage
from tests.scenarios.test_odoo_story import credit_notes, with_refunds

pytestmark = pytest.mark.scenario

MIXED = ({"sku": "A-1", "quantity": 3}, {"sku": "A-2", "quantity": 2})
DISCOUNT = {"name": "Skonto", "total": "-1.11"}
COUPON = {"code": "welcome10"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[OdooStage]:
    with open_odoo_stage(tmp_path) as opened:
        yield opened


def assert_equal(stage: OdooStage, id_: str) -> list[dict[str, Any]]:
    """The lines of a confirmed document that is the shop's order to the cent."""
    document, order = stage.document(id_), stage.shop_order(id_)
    assert document["state"] == "sale"
    assert stage.amounts(document)[0] == Decimal(order["total"])
    return stage.lines(document)


@pytest.mark.parametrize("coupons", ["net", "line", "percent"])
def test_a_coupon_and_a_discount_over_two_rates_are_confirmed_to_the_cent(
    stage: OdooStage, coupons: str
) -> None:
    stage.configure(lines={"coupons": coupons})
    id_ = stage.buy(*MIXED, fee_lines=[DISCOUNT], coupon_lines=[COUPON])
    stage.run("orders")
    lines = assert_equal(stage, id_)
    told = [line["discount"] for line in lines[:2]]
    assert any(told) == (coupons == "percent")
    articles = [line["name"] for line in lines if line["name"].startswith("Discount")]
    assert len(articles) == (2 if coupons == "line" else 0)
    assert [line["name"] for line in lines].count("Skonto") == 2


def paid_by_card(stage: OdooStage) -> str:
    """An order of 59.50, of which a gift card paid 20.00."""
    id_ = "4711"
    line = {
        "sku": "A-1", "quantity": 1, "total": "50.00", "total_tax": "9.50",
        "taxes": [{"id": 1, "total": "9.50"}],
    }  # fmt: skip
    rate = {
        "rate_id": 1, "rate_code": "DE-MWST 19%-1", "rate_percent": 19,
        "tax_total": "9.50", "shipping_tax_total": "0.00",
    }  # fmt: skip
    address = {"last_name": "Muster", "country": "DE", "email": "m@kunde.example"}
    stage.shop.do(
        "plant_order", id=int(id_), billing=address, shipping={"country": "DE"}, line_items=[line],
        tax_lines=[rate], cart_tax="9.50", total_tax="9.50", total="39.50",
        gift_cards=[{"id": 1, "code": "SECRET", "amount": "20.00"}],
    )  # fmt: skip
    return id_


def test_what_a_gift_card_paid_is_a_line_without_tax(stage: OdooStage) -> None:
    id_ = paid_by_card(stage)
    stage.run("orders")
    lines = assert_equal(stage, id_)
    assert [(str(line["price_unit"]), line["name"]) for line in lines][1:] == [
        ("-20.00", "Gift card")
    ]
    assert stage.amounts(stage.document(id_)) == (Decimal("39.50"), Decimal("9.50"))


def test_all_that_was_paid_takes_the_line_of_the_gift_card_back_too(stage: OdooStage) -> None:
    with_refunds(stage)
    id_ = paid_by_card(stage)
    stage.run("orders")
    stage.hands.invoice_order(stage.document(id_)["id"])
    stage.shop.do("refund", id=int(id_), amount="39.50")
    stage.let_time_pass()
    stage.run("orders")
    (note,) = credit_notes(stage)
    found = stage.hands.records().computed.move_amounts(note["id"])
    assert (note["state"], found.total, found.tax) == ("posted", Decimal("39.50"), Decimal("9.50"))


@pytest.mark.parametrize(
    ("order", "value"),
    [
        ({"payment_method": "klarna"}, "'klarna'"),
        (
            {
                "shipping_lines": [
                    {"method_id": "carpet", "method_title": "Carpet", "total": "1.00"}
                ]
            },
            "'carpet'",
        ),
    ],
)
def test_a_way_that_no_table_lists_is_held_and_named(
    stage: OdooStage, order: dict[str, Any], value: str
) -> None:
    stage.buy("A-1", **order)
    said = stage.type("orders")
    assert said.code == 3
    assert value in said.all
    assert not stage.store.table("sale.order")
