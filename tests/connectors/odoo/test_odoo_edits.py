"""Late edits of an order: written while they still reach what they are for, and read back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.connectors.base import Change, Done, Draft, Failed, InDoubt, Result
from sync_cli.connectors.odoo.connector import Odoo
from sync_cli.core.errors import Problem
from tests.connectors.odoo.odoo_erp import Choices, Erp, line, order

ORDER_LOAD, PICKING_LOAD = "sale.order.load", "stock.picking.load"
HOME = {"name": "Petra M", "street": "Weg 1", "zip": "21337", "city": "Bonn", "country": "DE"}
NEW = {**HOME, "street": "Neue Gasse 7", "city": "Ulm"}


def made(erp: Erp, connector: Odoo, number: int = 1, **more: Any) -> str:
    """A confirmed order of three kettles."""
    goods = line(erp.product("A-000001"), "3")
    given = {"invoice_address": HOME, "delivery_address": HOME, **more}
    return confirmed(connector, order(erp.customer(), number, goods, **given))


def confirmed(connector: Odoo, draft: Draft) -> str:
    (result,) = connector.create("order", [draft])
    assert isinstance(result, Done), result
    (there,) = connector.advance("order", [result.id], "confirmed")
    assert isinstance(there, Done), there
    return result.id


def change(
    connector: Odoo, id_: str, beside: Mapping[str, Any] | None = None, **fields: Any
) -> Result:
    (result,) = connector.update("order", [Change(id_, fields, beside=beside or {})])
    return result


def refusal(result: Result) -> Problem:
    assert isinstance(result, Failed), result
    return result.problem


def place(erp: Erp, partner: int) -> tuple[str, str]:
    row = erp.store.row("res.partner", partner)
    return row["street"], row["city"]


def pickings(erp: Erp, id_: str) -> list[dict[str, Any]]:
    return erp.store.where("stock.picking", "sale_id", int(id_))


def moves(erp: Erp, id_: str) -> list[dict[str, Any]]:
    lines = [row["id"] for row in erp.store.where("sale.order.line", "order_id", int(id_))]
    return [row for row in erp.rows("stock.move") if row["sale_line_id"] in lines]


def test_a_new_address_reaches_the_order_its_delivery_and_its_moves(
    erp: Erp, connector: Odoo
) -> None:
    id_ = made(erp, connector)
    assert isinstance(change(connector, id_, delivery_address=NEW), Done)
    row = erp.store.row("sale.order", int(id_))
    assert place(erp, row["partner_shipping_id"]) == ("Neue Gasse 7", "Ulm")
    assert place(erp, row["partner_invoice_id"]) == ("Weg 1", "Bonn")
    (picking,) = pickings(erp, id_)
    assert picking["partner_id"] == row["partner_shipping_id"]
    assert {move["partner_id"] for move in moves(erp, id_)} == {row["partner_shipping_id"]}


def test_the_same_change_again_writes_nothing(erp: Erp, connector: Odoo) -> None:
    id_ = made(erp, connector)
    edit: dict[str, Any] = {"delivery_address": NEW, "note": "Bitte klingeln & warten"}
    assert isinstance(change(connector, id_, **edit), Done)
    erp.calls.clear()
    assert isinstance(change(connector, id_, **edit), Done)
    assert {name for _, name in erp.calls} == {"search_read", "read"}


def test_the_deliveries_are_told_before_the_order(erp: Erp, connector: Odoo) -> None:
    """If it ends between the two, the goods do not leave for the old place."""
    id_ = made(erp, connector)
    erp.calls.clear()
    change(connector, id_, delivery_address=NEW)
    loads = [f"{model}.{name}" for model, name in erp.calls if name == "load"]
    assert loads == ["res.partner.load", PICKING_LOAD, ORDER_LOAD]


def test_many_orders_are_changed_in_one_call_of_each_kind(erp: Erp, connector: Odoo) -> None:
    ids = [made(erp, connector, number) for number in range(1, 9)]
    erp.calls.clear()
    changes = [Change(id_, {"note": f"ring {id_}", "delivery_address": NEW}) for id_ in ids]
    assert all(isinstance(result, Done) for result in connector.update("order", changes))
    assert (erp.made(ORDER_LOAD), erp.made(PICKING_LOAD)) == (1, 1)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("Bitte klingeln", "<p>Bitte klingeln</p>"),
        ("", None),
        ("zwei\nZeilen", "<p>zwei\nZeilen</p>"),
    ],
)
def test_a_note_is_written_and_read_back_though_it_becomes_html(
    erp: Erp, connector: Odoo, given: str, stored: str | None
) -> None:
    id_ = made(erp, connector, note="before")
    assert isinstance(change(connector, id_, note=given), Done)
    assert erp.store.row("sale.order", int(id_))["note"] == stored


def test_a_note_that_is_stored_otherwise_is_no_success(erp: Erp, connector: Odoo) -> None:
    id_ = made(erp, connector)
    assert refusal(change(connector, id_, note="I <b>3 you")).code == "not-kept"


def test_goods_without_an_address_of_their_own_follow_the_invoice(
    erp: Erp, connector: Odoo
) -> None:
    id_ = made(erp, connector, delivery_address={})
    result = change(connector, id_, {"delivery_address": {}}, invoice_address=NEW)
    assert isinstance(result, Done)
    row = erp.store.row("sale.order", int(id_))
    assert (
        row["partner_shipping_id"]
        == row["partner_invoice_id"]
        == pickings(erp, id_)[0]["partner_id"]
    )
    assert place(erp, row["partner_invoice_id"]) == ("Neue Gasse 7", "Ulm")


def test_goods_with_an_address_of_their_own_stay_though_the_invoice_moves(
    erp: Erp, connector: Odoo
) -> None:
    id_ = made(erp, connector)
    result = change(connector, id_, {"delivery_address": HOME}, invoice_address=NEW)
    assert isinstance(result, Done)
    row = erp.store.row("sale.order", int(id_))
    assert place(erp, row["partner_shipping_id"]) == ("Weg 1", "Bonn")
    assert place(erp, row["partner_invoice_id"]) == ("Neue Gasse 7", "Ulm")


def test_what_has_left_cannot_be_sent_elsewhere(erp: Erp, connector: Odoo) -> None:
    id_ = made(erp, connector)
    erp.hands.ship_order(id_, "00340", "1")
    problem = refusal(change(connector, id_, delivery_address=NEW, note="ring"))
    assert problem.code == "not-editable"
    assert problem.message == f"{pickings(erp, id_)[0]['name']} has left already"
    assert erp.store.row("sale.order", int(id_))["note"] is None, "nothing of it was written"
    assert isinstance(change(connector, id_, note="ring"), Done)


def test_an_invoice_keeps_its_address(erp: Erp, connector: Odoo) -> None:
    id_ = made(erp, connector)
    erp.hands.invoice_order(id_)
    problem = refusal(change(connector, id_, invoice_address=NEW))
    assert problem.message.startswith("an invoice was made of it already (INV")
    assert isinstance(change(connector, id_, delivery_address=NEW), Done)


def test_a_cancelled_order_takes_nothing(erp: Erp, connector: Odoo) -> None:
    id_ = made(erp, connector)
    erp.hands.cancel_order(id_)
    assert refusal(change(connector, id_, note="ring")).message == "it is cancel"


@pytest.mark.parametrize("name", ["order_line", "date_order", "partner_id", "pricelist_id"])
def test_money_dates_and_pieces_are_never_written(erp: Erp, connector: Odoo, name: str) -> None:
    id_ = made(erp, connector)
    erp.calls.clear()
    edit: dict[str, Any] = {name: "1", "note": "ring"}
    problem = refusal(change(connector, id_, **edit))
    assert problem.message == f"{name} is never changed in an order that was made"
    assert erp.made(ORDER_LOAD) == 0


def test_an_unknown_country_is_for_one_order_alone(erp: Erp, connector: Odoo) -> None:
    one, two = made(erp, connector, 1), made(erp, connector, 2)
    changes = [
        Change(one, {"delivery_address": {**NEW, "country": "ZZ"}}),
        Change(two, {"delivery_address": NEW}),
    ]
    first, second = connector.update("order", changes)
    assert "ZZ" in refusal(first).message
    assert isinstance(second, Done)


@pytest.mark.parametrize("call", ["stock.picking", "sale.order"])
def test_an_edit_whose_answer_was_lost_is_finished_by_the_next_try(
    erp: Erp, connector: Odoo, call: str
) -> None:
    id_ = made(erp, connector)
    erp.hit("lost_after", f'"{call}", "load"', times=1)
    assert isinstance(change(connector, id_, delivery_address=NEW), InDoubt)
    assert isinstance(change(connector, id_, delivery_address=NEW), Done)
    row = erp.store.row("sale.order", int(id_))
    assert place(erp, row["partner_shipping_id"]) == ("Neue Gasse 7", "Ulm")
    assert pickings(erp, id_)[0]["partner_id"] == row["partner_shipping_id"]


# The date of an order, and what hangs on it (FACTS 6a, 149 and 150)


def cut(erp: Erp, id_: str, to: int) -> list[tuple[str, Decimal]]:
    """Somebody sells less of the first line; what is planned then, incoming and outgoing."""
    first = erp.store.where("sale.order.line", "order_id", int(id_))[0]
    price = str(first["price_unit"])
    erp.hands.edit("sale.order.line", first["id"], product_uom_qty=to, price_unit=price)
    codes = {row["id"]: row["picking_type_code"] for row in erp.rows("stock.picking")}
    return [(codes[move["picking_id"]], move["product_uom_qty"]) for move in moves(erp, id_)]


def test_the_pretend_odoo_plans_a_receipt_where_a_date_was_written_back(
    erp: Erp, connector: Odoo
) -> None:
    """As recorded (149): this is what must not come of an edit."""
    id_ = made(erp, connector)
    erp.hands.edit("sale.order", id_, date_order="2026-11-20 09:15:00")
    assert cut(erp, id_, 2) == [("outgoing", Decimal(3)), ("incoming", Decimal(1))]


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("promised", ["2026-11-25T12:00:00Z", ""])
def test_edits_leave_the_date_of_an_order_alone_and_plan_no_receipt(
    erp: Erp, promised: str, keeps: bool
) -> None:
    connector = erp.open(choices=Choices(keep_dates=keeps))
    more: dict[str, Any] = {"commitment_date": promised} if promised else {}
    id_ = made(erp, connector, **more)
    before = erp.store.row("sale.order", int(id_))["date_order"]
    edit: dict[str, Any] = {"delivery_address": NEW, "invoice_address": NEW, "note": "ring"}
    assert isinstance(change(connector, id_, **edit), Done)
    assert erp.store.row("sale.order", int(id_))["date_order"] == before
    assert cut(erp, id_, 2) == [("outgoing", Decimal(2))]


def tried(connector: Odoo, id_: str, **fields: Any) -> Change:
    """A change whose first try was made and whose answer is missing: what stood there is known."""
    change = Change(id_, fields)
    return replace(change, before=connector.marks("order", [change])[id_])


@pytest.mark.parametrize("arrived", [False, True])
def test_a_second_try_leaves_the_address_that_a_clerk_chose_meanwhile(
    erp: Erp, connector: Odoo, arrived: bool
) -> None:
    id_ = made(erp, connector)
    again = tried(connector, id_, delivery_address=NEW)
    if arrived:
        assert isinstance(change(connector, id_, delivery_address=NEW), Done)
    harbour = {"name": "Petra M", "street": "Hafen 3", "city": "Kiel"}
    clerks = erp.store.insert("res.partner", harbour)
    erp.store.change("sale.order", int(id_), {"partner_shipping_id": clerks})
    (result,) = connector.update("order", [again])
    assert "changed it there meanwhile (delivery_address)" in refusal(result).message
    assert place(erp, erp.store.row("sale.order", int(id_))["partner_shipping_id"])[1] == "Kiel"


@pytest.mark.parametrize("arrived", [False, True])
def test_a_second_try_goes_on_where_nobody_touched_it(
    erp: Erp, connector: Odoo, arrived: bool
) -> None:
    id_ = made(erp, connector)
    again = tried(connector, id_, delivery_address=NEW, note="please ring")
    if arrived:
        assert isinstance(change(connector, id_, delivery_address=NEW, note="please ring"), Done)
    (result,) = connector.update("order", [again])
    assert isinstance(result, Done), result
    row = erp.store.row("sale.order", int(id_))
    assert place(erp, row["partner_shipping_id"]) == ("Neue Gasse 7", "Ulm")
