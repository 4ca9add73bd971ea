"""The pretend Odoo answers recorded requests as the real 17.0 did."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.odoo.chains import CHAINS, an_order, differences, draft_credit
from tests.sandbox.odoo.scene import Scene, recording


@pytest.mark.parametrize("chain", CHAINS)
def test_it_answers_as_the_real_one_did(chain: str) -> None:
    numbers, prepare = CHAINS[chain]
    scene = Scene()
    scene.store.clock.freeze(scene.seeded)
    prepare(scene)
    wrong: list[str] = []
    for number in numbers.split():
        exchange = recording(number)
        status, body = scene.ask(exchange)
        expected = exchange["response"]
        assert status == expected["status"], number
        if isinstance(expected["body"], dict):
            wrong += [f"{number}: {w}" for w in differences(expected["body"], body)]
        else:
            assert body.strip() == expected["body"].strip()
    assert not wrong, "\n".join(wrong)


def test_a_user_without_an_address_cannot_post_a_credit_note() -> None:
    scene = Scene(poor=True)
    draft_credit(scene)
    exchange = recording("125")
    _, body = scene.ask(exchange)
    assert not list(differences(exchange["response"]["body"], body))


def test_a_confirmed_order_is_cancelled_only_without_the_question() -> None:
    scene = Scene()
    scene.store.start_numbers("sale.order", 221)
    an_order(scene)
    for number in ("099", "100"):
        exchange = recording(number)
        _, body = scene.ask(exchange)
        assert not list(differences(exchange["response"]["body"], body)), number


def test_a_quantity_alone_brings_the_list_price_back() -> None:
    scene = Scene()
    scene.store.start_numbers("sale.order.line", 442)
    line = {"product_id": 2, "product_uom_qty": 1, "price_unit": 19.99, "discount": 5}
    scene.hands.call("sale.order", "create", {"partner_id": 649, "order_line": [[0, 0, line]]})
    scene.store.table("product.template")[2]["list_price"] = Decimal("45.55")
    scene.hands.edit("sale.order.line", 443, product_uom_qty=2)
    exchange = recording("092")
    _, body = scene.ask(exchange)
    assert not list(differences(exchange["response"]["body"], body))


def test_taxes_that_prices_include() -> None:
    scene = Scene()
    scene.store.start_numbers("sale.order", 216)
    scene.store.start_numbers("sale.order.line", 446)
    lines = [
        [0, 0, {"product_id": 2, "product_uom_qty": n, "price_unit": p, "tax_id": [[6, 0, [17]]]}]
        for n, p in ((3, 9.99), (7, 0.33))
    ]
    scene.hands.call("sale.order", "create", {"partner_id": 649, "order_line": lines})
    for number in ("095", "096"):
        exchange = recording(number)
        _, body = scene.ask(exchange)
        assert not list(differences(exchange["response"]["body"], body)), number


def test_stock_at_zero_vanishes_from_the_quants_and_shows_in_the_moves() -> None:
    scene = Scene()
    scene.store.start_numbers("stock.move", 3454)
    exchange = recording("116")
    scene.ask(recording("001") | {"response": exchange["response"]})
    scene.hands.set_stock("SKU-00022", "WH", 0)
    for number in ("115", "116"):
        _, body = scene.ask(recording(number))
        assert not list(differences(recording(number)["response"]["body"], body)), number


def test_dates_of_a_load_are_those_of_the_users_zone() -> None:
    scene = Scene(zone="Europe/Berlin")
    scene.store.start_numbers("sale.order", 1211)
    exchange = recording("146")
    _, body = scene.ask(exchange)
    assert not list(differences(exchange["response"]["body"], body))
    rows = [["woo.order_9981", "649", "WC-9981", "2026-11-20 09:15:00"]]
    header = ["id", "partner_id/.id", "client_order_ref", "date_order"]
    scene.hands.call("sale.order", "load", header, rows, context={"tz": "UTC"})
    _, body = scene.ask(recording("147"))
    assert not list(differences(recording("147")["response"]["body"], body))


def test_variants_add_the_extra_prices_of_their_attributes() -> None:
    scene = Scene()
    exchange = recording("029")
    _, body = scene.ask(exchange)
    recorded = {row["id"]: row for row in exchange["response"]["body"]["result"]}
    for row in body["result"]:
        expected = {**recorded[row["id"]], "barcode": False}
        assert float(row["lst_price"]) == pytest.approx(expected["lst_price"])
        assert row["display_name"] == expected["display_name"]
        assert row["price_extra"] == expected["price_extra"]


def test_values_of_attributes_tell_their_name_and_extra_price() -> None:
    scene = Scene()
    exchange = recording("030")
    _, body = scene.ask(exchange)
    for row, expected in zip(body["result"], exchange["response"]["body"]["result"], strict=True):
        assert {name: row[name] for name in ("id", "name", "attribute_id", "price_extra")} == {
            name: expected[name] for name in ("id", "name", "attribute_id", "price_extra")
        }
