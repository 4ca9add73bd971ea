"""Edits of an order after its transfer, in Odoo over real HTTP: applied, or a task in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.odoo_stage import OdooStage, open_odoo_stage

pytestmark = pytest.mark.scenario

HOME = {"first_name": "Anna", "last_name": "Lange", "address_1": "Weg 1", "city": "Bonn",
        "postcode": "53111", "country": "DE"}  # fmt: skip


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[OdooStage]:
    with open_odoo_stage(tmp_path) as opened:
        yield opened


def sold(stage: OdooStage) -> str:
    id_ = stage.buy({"sku": "A-1", "quantity": 3}, shipping=HOME)
    stage.run("orders")
    return id_


def edit(stage: OdooStage, id_: str, **fields: Any) -> None:
    stage.shop.do("edit_order", id=int(id_), **fields)


def place(stage: OdooStage, partner: int) -> tuple[str, str]:
    row = stage.store.row("res.partner", partner)
    return row["street"], row["city"]


def test_an_address_and_a_note_reach_order_and_delivery(stage: OdooStage) -> None:
    id_ = sold(stage)
    before = stage.document(id_)["date_order"]
    edit(stage, id_, shipping={**HOME, "address_1": "Neue Gasse 7"}, customer_note="please ring")
    stage.run("orders")
    document = stage.document(id_)
    assert document["note"] == "<p>please ring</p>"
    assert document["date_order"] == before, "the date of an order that was confirmed stays"
    assert place(stage, document["partner_shipping_id"]) == ("Neue Gasse 7", "Bonn")
    (picking,) = stage.store.where("stock.picking", "sale_id", document["id"])
    assert picking["partner_id"] == document["partner_shipping_id"]
    dates = [row["write_date"] for row in stage.store.table("sale.order").values()]
    stage.run("orders")
    assert [row["write_date"] for row in stage.store.table("sale.order").values()] == dates


def test_once_a_part_has_left_the_address_is_a_task(stage: OdooStage) -> None:
    id_ = sold(stage)
    stage.erp.do("ship_order", id=stage.document(id_)["id"], quantity=1)
    edit(stage, id_, shipping={**HOME, "address_1": "Neue Gasse 7"})
    said = stage.type("orders")
    assert said.code == 3
    assert "(delivery_address), but MAIN/OUT/00001 has left already" in said.all
    assert "Make the same change in the ERP" in said.all
    assert place(stage, stage.document(id_)["partner_shipping_id"]) == ("Weg 1", "Bonn")


def test_another_quantity_is_a_task_and_changes_nothing(stage: OdooStage) -> None:
    id_ = sold(stage)
    before = [dict(line) for line in stage.lines(stage.document(id_))]
    line = stage.shop_order(id_)["line_items"][0]
    edit(stage, id_, line_items=[{"id": line["id"], "quantity": 2, "total": "39.98"}])
    said = stage.type("orders")
    assert said.code == 3
    assert "(order_line)" in said.all
    assert stage.lines(stage.document(id_)) == before
