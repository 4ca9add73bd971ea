"""The whole story with Odoo over real HTTP: orders in, stock and numbers back, all to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.sandbox.faults import FaultRule
from tests.scenarios.odoo_stage import OdooStage, open_odoo_stage

pytestmark = pytest.mark.scenario

FLAT = {"method_id": "flat_rate", "method_title": "Flat rate", "total": "4.90"}
MIXED = ({"sku": "A-1", "quantity": 3}, {"sku": "A-2", "quantity": 2})


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[OdooStage]:
    with open_odoo_stage(tmp_path) as opened:
        yield opened


def money_of(order: dict[str, Any]) -> tuple[Decimal, Decimal]:
    return Decimal(order["total"]), Decimal(order["total_tax"])


def meta_of(order: dict[str, Any]) -> dict[str, Any]:
    return {entry["key"]: entry["value"] for entry in order["meta_data"]}


def pieces(stage: OdooStage, document: dict[str, Any]) -> list[tuple[str, str]]:
    """Quantity and price of each line."""
    lines = stage.lines(document)
    return [(f"{line['product_uom_qty']:.0f}", f"{line['price_unit']:.2f}") for line in lines]


def test_orders_arrive_confirmed_and_to_the_cent(stage: OdooStage) -> None:
    ids = [stage.buy(*MIXED, shipping_lines=[FLAT]), stage.buy("A-3"), stage.buy("A-2", "A-3")]
    stage.run("orders")
    for id_ in ids:
        document, order = stage.document(id_), stage.shop_order(id_)
        assert document["state"] == "sale"
        assert stage.amounts(document) == money_of(order)
        assert meta_of(order)["_sync_cli_document"] == document["name"]
    assert len(stage.store.table("sale.order")) == 3


def test_the_second_run_writes_nothing_to_either_side(stage: OdooStage) -> None:
    stage.buy(*MIXED, shipping_lines=[FLAT])
    stage.run("orders")
    stage.run("stock")
    before = (stage.shop.ledger.effects(), stage.erp.ledger.effects())
    dates = [row["write_date"] for row in stage.store.table("sale.order").values()]
    stage.run("orders")
    stage.run("stock")
    assert (stage.shop.ledger.effects(), stage.erp.ledger.effects()) == before
    assert [row["write_date"] for row in stage.store.table("sale.order").values()] == dates
    assert "agree on 1 order" in stage.run("reconcile").all


def test_an_amount_that_no_price_of_two_digits_gives_is_split(stage: OdooStage) -> None:
    id_ = stage.buy({"sku": "A-1", "quantity": 3, "subtotal": "10.00", "total": "10.00"})
    stage.run("orders")
    document = stage.document(id_)
    assert sorted(pieces(stage, document)) == [("1", "3.34"), ("2", "3.33")]
    assert stage.amounts(document) == money_of(stage.shop_order(id_))


def test_such_an_amount_may_become_one_piece_with_the_quantity_in_its_text(
    stage: OdooStage,
) -> None:
    stage.configure(unit_prices="single")
    id_ = stage.buy({"sku": "A-1", "quantity": 3, "subtotal": "10.00", "total": "10.00"})
    stage.run("orders")
    document = stage.document(id_)
    assert pieces(stage, document) == [("1", "10.00")]
    assert "3" in stage.lines(document)[0]["name"]
    assert stage.amounts(document) == money_of(stage.shop_order(id_))


def test_prices_that_include_tax_take_taxes_that_are_included(tmp_path: Path) -> None:
    with open_odoo_stage(tmp_path, prices_include_tax=True) as stage:
        id_ = stage.buy(*MIXED, shipping_lines=[FLAT])
        stage.run("orders")
        document = stage.document(id_)
        assert stage.amounts(document) == money_of(stage.shop_order(id_))
        assert {tuple(line["tax_id"]) for line in stage.lines(document)} == {(17,), (18,)}


def test_a_cent_of_rounding_is_one_line_of_its_own(tmp_path: Path) -> None:
    """The shop rounds the tax at the subtotal, Odoo per line."""
    with open_odoo_stage(tmp_path, round_at_subtotal=True) as stage:
        id_ = stage.buy("A-3", "A-3", "A-3")
        stage.run("orders")
        document, order = stage.document(id_), stage.shop_order(id_)
        assert stage.amounts(document)[0] == money_of(order)[0]
        *_, rounding = stage.lines(document)
        assert (rounding["name"], rounding["price_unit"]) == ("Rounding", Decimal("-0.01"))
        assert document["state"] == "sale"


def test_a_tax_that_no_table_names_holds_the_order_and_says_what_to_do(stage: OdooStage) -> None:
    lines = [{"sku": "A-1", "quantity": 1}]
    id_ = stage.buy(*lines, billing={"first_name": "Anna", "last_name": "L", "country": "FR",
                                     "email": "anna@kunde.example", "city": "Paris",
                                     "address_1": "Rue 1", "postcode": "75001"})  # fmt: skip
    said = stage.type("orders")
    assert said.code == 3
    assert "FR" in said.all
    assert "tables.taxes" in said.all
    assert not stage.store.where("sale.order", "client_order_ref", f"WC-main-{id_}")


def stock_in_shop(stage: OdooStage, sku: str) -> int:
    products = stage.shop.ledger.state()["products"]
    return int(next(one["stock_quantity"] for one in products if one["sku"] == sku))


def test_stock_follows_the_warehouse_and_is_never_raised_above_what_is_left(
    stage: OdooStage,
) -> None:
    stage.buy({"sku": "A-1", "quantity": 3})
    stage.run("orders")
    stage.run("stock")
    assert stock_in_shop(stage, "A-1") == 47
    stage.hands.set_stock("A-1", "MAIN", 20)
    stage.run("stock")
    assert stock_in_shop(stage, "A-1") == 17
    stage.hands.set_stock("A-2", "MAIN", 0)
    stage.run("stock")
    assert stock_in_shop(stage, "A-2") == 0


def test_shipping_and_invoice_come_back(stage: OdooStage) -> None:
    id_ = stage.buy("A-1")
    stage.run("orders")
    document = stage.document(id_)
    stage.hands.ship_order(document["id"])
    invoice = stage.hands.invoice_order(document["id"])
    stage.run("orders")
    meta = meta_of(stage.shop_order(id_))
    assert meta["_sync_cli_state"] == "done"
    assert meta["_sync_cli_invoice"] == stage.store.row("account.move", invoice)["name"]


def test_an_order_that_is_called_off_is_cancelled_in_odoo(stage: OdooStage) -> None:
    id_ = stage.buy("A-1")
    stage.run("orders")
    stage.shop.do("edit_order", id=int(id_), status="cancelled")
    stage.configure(guard={"cancel": {"share": 1, "least": 10}})
    stage.run("orders")
    (row,) = stage.store.where("sale.order", "client_order_ref", f"WC-main-{id_}")
    assert row["state"] == "cancel"


LOSSES = [
    ("lost_before", '"load"'),
    ("lost_after", '"load"'),
    ("lost_before", "action_confirm"),
    ("lost_after", "action_confirm"),
]


@pytest.mark.parametrize(("kind", "call"), LOSSES)
def test_a_lost_answer_makes_nothing_twice_and_loses_nothing(
    stage: OdooStage, kind: Any, call: str
) -> None:
    ids = [stage.buy("A-1"), stage.buy("A-2")]
    holds = f'sale.order", {call}' if call == '"load"' else call
    stage.erp.faults.add(FaultRule(kind, holds=holds, times=1))
    stage.type("orders")
    assert stage.erp.faults.total_hits() == 1
    stage.let_time_pass()
    stage.run("orders")
    assert len(stage.store.table("sale.order")) == 2
    for id_ in ids:
        document = stage.document(id_)
        assert document["state"] == "sale"
        assert stage.amounts(document) == money_of(stage.shop_order(id_))
        assert len(stage.lines(document)) == 1


def test_a_contest_with_another_writer_is_won_by_patience(
    stage: OdooStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    id_ = stage.buy("A-1")
    stage.run("orders", "--dry-run")
    stage.hands.contest(2)
    stage.run("orders")
    assert stage.document(id_)["state"] == "sale"


def credit_notes(stage: OdooStage) -> Sequence[dict[str, Any]]:
    moves = stage.store.table("account.move").values()
    return [move for move in moves if move["move_type"] == "out_refund"]


def with_refunds(stage: OdooStage) -> None:
    stage.configure()
    text = stage.config.read_text(encoding="utf-8")
    stage.config.write_text(text + "refunds: {mode: 'on'}\n", encoding="utf-8")


def test_a_partial_refund_becomes_a_posted_credit_note(stage: OdooStage) -> None:
    with_refunds(stage)
    id_ = stage.buy(*MIXED, shipping_lines=[FLAT])
    stage.run("orders")
    refund = stage.shop.do("refund", id=int(id_), pieces={"A-1": 1})
    stage.type("orders")
    assert not credit_notes(stage), "there is no invoice yet that could be credited"
    stage.hands.invoice_order(stage.document(id_)["id"])
    stage.let_time_pass()
    stage.run("orders")
    (note,) = credit_notes(stage)
    amounts = stage.hands.records().computed.move_amounts(note["id"])
    assert (note["state"], note["ref"]) == ("posted", f"WC-main-R{refund['id']}")
    assert amounts.total == Decimal(refund["amount"])
    stage.run("orders")
    assert len(credit_notes(stage)) == 1


def test_articles_and_customers_of_odoo_agree_with_the_shop_once_they_were_brought(
    stage: OdooStage,
) -> None:
    stage.run("reconcile", "--only", "products")
    stage.config.write_text(
        stage.config.read_text("utf-8").replace(
            "customers:\n  mode: 'off'", "customers:\n  mode: 'on'"
        ),
        "utf-8",
    )
    assert "6 missing" in stage.type("reconcile", "--only", "customers").out
    stage.run("customers")
    said = stage.run("reconcile", "--only", "customers").out
    assert said.startswith("Shop and ERP agree on 6 customers")
