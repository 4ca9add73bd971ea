"""Documents are brought to a state in batches; what an answer says is no proof of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.connectors.base import Done, Draft, Failed, InDoubt, NotSent, Result
from sync_cli.connectors.odoo.connector import Odoo
from sync_cli.core.errors import ConfigError, SystemDown
from sync_cli.sandbox.odoo import OdooSettings
from sync_cli.sandbox.odoo.rights import BILLING, SALES, User
from tests.connectors.odoo.odoo_erp import Choices, Erp, line, order, running

CONFIRM = "sale.order.action_confirm"


def made(connector: Odoo, erp: Erp, count: int = 1, **more: Any) -> list[str]:
    customer, product = erp.customer(), erp.product("A-000001")
    drafts = [order(customer, n, line(product, "1"), **more) for n in range(1, count + 1)]
    results = list(connector.create("order", drafts))
    assert all(isinstance(result, Done) for result in results)
    return [result.id for result in results if isinstance(result, Done)]


def advance(connector: Odoo, entity: str, ids: list[str], to: str) -> list[Result]:
    return list(connector.advance(entity, ids, to))


def states(erp: Erp, model: str = "sale.order") -> list[str]:
    return [str(row["state"]) for row in erp.rows(model)]


def test_many_orders_are_confirmed_in_one_call(erp: Erp, connector: Odoo) -> None:
    ids = made(connector, erp, 20)
    results = advance(connector, "order", ids, "confirmed")
    assert all(isinstance(result, Done) for result in results)
    assert set(states(erp)) == {"sale"}
    assert erp.made(CONFIRM) == 1


def test_orders_that_are_confirmed_already_are_only_read(erp: Erp, connector: Odoo) -> None:
    ids = made(connector, erp, 3)
    advance(connector, "order", ids, "confirmed")
    erp.calls.clear()
    results = advance(connector, "order", ids, "confirmed")
    assert all(isinstance(result, Done) for result in results)
    assert [name for _, name in erp.calls] == ["read"]


def test_a_cancelled_one_among_them_holds_up_no_other(erp: Erp, connector: Odoo) -> None:
    """Odoo would confirm none, and name them all (recording 134)."""
    ids = made(connector, erp, 6)
    erp.hands.cancel_order(ids[2])
    results = advance(connector, "order", ids, "confirmed")
    failed = results.pop(2)
    assert all(isinstance(result, Done) for result in results)
    assert isinstance(failed, Failed)
    assert "cancel and cannot become confirmed" in failed.problem.message
    assert erp.made(CONFIRM) == 1


def test_one_that_is_refused_is_found_by_halves(erp: Erp, connector: Odoo) -> None:
    ids = made(connector, erp, 8)
    # somebody cancels it between our look and our call
    erp.faults.register_edit("cancel", lambda: erp.hands.cancel_order(ids[5]))
    erp.hit("edit", '"sale.order", "read"', times=1, edit="cancel")
    results = advance(connector, "order", ids, "confirmed")
    assert [isinstance(result, Done) for result in results].count(True) == 7
    assert isinstance(results[5], Failed)


def test_a_lost_answer_is_settled_by_reading_again(erp: Erp, connector: Odoo) -> None:
    ids = made(connector, erp, 3)
    erp.hit("lost_after", "action_confirm", times=1)
    results = advance(connector, "order", ids, "confirmed")
    assert all(isinstance(result, Done) for result in results)
    assert erp.made(CONFIRM) == 1


def test_a_call_that_never_arrived_stays_in_doubt(erp: Erp, connector: Odoo) -> None:
    ids = made(connector, erp, 2)
    erp.hit("lost_before", "action_confirm", times=1)
    results = advance(connector, "order", ids, "confirmed")
    assert all(isinstance(result, InDoubt) for result in results)
    assert set(states(erp)) == {"draft"}


def test_a_server_in_maintenance_is_no_fault_of_an_order(erp: Erp, connector: Odoo) -> None:
    ids = made(connector, erp, 2)
    erp.hit("status", "action_confirm", times=9, status=503, retry_after=600)
    results = advance(connector, "order", ids, "confirmed")
    assert all(isinstance(result, NotSent) for result in results)
    with pytest.raises(SystemDown, match="maintenance"):
        advance(connector, "order", ids, "confirmed")


@pytest.mark.parametrize("confirmed", [False, True])
def test_orders_are_cancelled_without_a_question(
    erp: Erp, connector: Odoo, confirmed: bool
) -> None:
    """A confirmed one would only be asked about, and stay (recordings 099, 100)."""
    ids = made(connector, erp, 3)
    if confirmed:
        advance(connector, "order", ids, "confirmed")
    results = advance(connector, "order", ids, "cancelled")
    assert all(isinstance(result, Done) for result in results)
    assert set(states(erp)) == {"cancel"}


def test_what_has_left_the_warehouse_is_not_cancelled(erp: Erp, connector: Odoo) -> None:
    (id_,) = made(connector, erp)
    advance(connector, "order", [id_], "confirmed")
    erp.hands.ship_order(id_)
    (result,) = advance(connector, "order", [id_], "cancelled")
    assert isinstance(result, Failed)
    assert states(erp) == ["sale"]


def test_a_question_is_no_success(erp: Erp, connector: Odoo) -> None:
    """An answer with `res_model` means that nothing was done yet (FACTS 6)."""
    (id_,) = made(connector, erp)
    # between our look and our call it is confirmed, so that cancelling asks
    erp.faults.register_edit("confirm", lambda: erp.hands.confirm_order(id_))
    erp.hit("edit", '"sale.order", "read"', times=1, edit="confirm")
    (result,) = advance(connector, "order", [id_], "cancelled")
    assert isinstance(result, Failed)
    assert "sale.order.cancel" in result.problem.message
    assert states(erp) == ["sale"]


def test_an_order_that_is_gone_is_told(connector: Odoo) -> None:
    (result,) = advance(connector, "order", ["999999"], "confirmed")
    assert isinstance(result, Failed)
    assert result.problem.code == "not-found"


def test_a_state_that_nothing_leads_to_is_a_mistake(connector: Odoo) -> None:
    with pytest.raises(ConfigError, match="no step leads"):
        advance(connector, "order", ["1"], "shipped")


def date_of(erp: Erp, id_: str) -> datetime:
    found = erp.store.row("sale.order", int(id_))["date_order"]
    assert isinstance(found, datetime)
    return found


def test_the_date_of_the_shop_comes_back_only_with_a_day_of_delivery(
    erp: Erp, connector: Odoo
) -> None:
    """Without one, every later change of a quantity would miss the delivery (149, 150)."""
    plain, promised = order("", 1), datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
    customer, product = erp.customer(), erp.product("A-000001")
    drafts = [
        order(customer, 1, line(product, "1")),
        order(customer, 2, line(product, "1"), commitment_date="2026-11-25T12:00:00Z"),
    ]
    assert plain.reference == drafts[0].reference
    ids = [r.id for r in connector.create("order", drafts) if isinstance(r, Done)]
    results = advance(connector, "order", ids, "confirmed")
    assert all(isinstance(result, Done) for result in results)
    assert date_of(erp, ids[0]) == erp.clock.now()
    assert date_of(erp, ids[1]) == promised
    assert isinstance(results[1], Done)
    assert results[1].as_stored["date_order"] == "2026-11-20 09:15:00"


def test_dates_are_left_alone_if_that_is_asked_for(erp: Erp) -> None:
    connector = erp.open(choices=Choices(keep_dates=False))
    (id_,) = made(connector, erp, commitment_date="2026-11-25T12:00:00Z")
    advance(connector, "order", [id_], "confirmed")
    assert date_of(erp, id_) == erp.clock.now()


def test_a_delivery_is_shipped_and_the_rest_waits(erp: Erp, connector: Odoo) -> None:
    erp.hands.set_stock("A-000001", "MAIN", 1)
    customer = erp.customer()
    draft = order(customer, 1, line(erp.product("A-000001"), "3"))
    (result,) = connector.create("order", [draft])
    assert isinstance(result, Done)
    advance(connector, "order", [result.id], "confirmed")
    (picking,) = [str(row["id"]) for row in erp.rows("stock.picking")]
    (shipped,) = advance(connector, "shipment", [picking], "shipped")
    assert isinstance(shipped, Done)
    first, rest = [raw for page in connector.changes("shipment", None) for raw in page.records]
    assert [first.data["state"], rest.data["state"]] == ["done", "confirmed"]


def refund(order_id: str, number: int, product: str, **more: Any) -> Draft:
    reference = f"WC-main-R{number}"
    line_ = {"product_id": product, "name": "Kettle", "quantity": "1", "price_unit": "19.99",
             "tax_ids": "19%"}  # fmt: skip
    payload = {"order_id": order_id, "invoice_date": "2026-11-21", "invoice_line_ids": [line_]}
    return Draft(reference, {**payload, **more})


def billed(connector: Odoo, erp: Erp) -> str:
    (id_,) = made(connector, erp)
    advance(connector, "order", [id_], "confirmed")
    erp.hands.invoice_order(id_)
    return id_


def test_a_refund_becomes_one_credit_note_of_the_invoice(erp: Erp, connector: Odoo) -> None:
    order_id = billed(connector, erp)
    draft = refund(order_id, 1, erp.product("A-000001"))
    (made_,) = connector.create("refund", [draft])
    (again,) = erp.open().create("refund", [draft])
    assert isinstance(made_, Done)
    assert isinstance(again, Done)
    assert made_.id == again.id
    assert made_.as_stored["amount_total"] == Decimal("23.79")
    (posted,) = advance(connector, "refund", [made_.id], "confirmed")
    assert isinstance(posted, Done)
    assert posted.as_stored["state"] == "posted"
    note = erp.store.row("account.move", int(made_.id))
    invoice = erp.store.row("account.move", note["reversed_entry_id"])
    assert (note["move_type"], invoice["move_type"]) == ("out_refund", "out_invoice")
    (line_,) = [r for r in erp.rows("account.move.line") if r["move_id"] == int(made_.id)]
    assert erp.store.row("sale.order.line", line_["sale_line_ids"][0])["order_id"] == int(order_id)
    (raw,) = connector.find("refund", "reference", ["WC-main-R1"])["WC-main-R1"]
    assert (raw.id, raw.data["orders"][0]["id"]) == (made_.id, order_id)


def test_without_a_posted_invoice_there_is_nothing_to_credit_yet(erp: Erp, connector: Odoo) -> None:
    (id_,) = made(connector, erp)
    (result,) = connector.create("refund", [refund(id_, 1, erp.product("A-000001"))])
    assert isinstance(result, Failed)
    assert result.problem.transient
    assert "no posted invoice" in result.problem.message


def test_a_credit_note_that_differs_is_cancelled_and_made_anew(erp: Erp, connector: Odoo) -> None:
    draft = refund(billed(connector, erp), 1, erp.product("A-000001"))
    (first,) = connector.create("refund", [draft])
    assert isinstance(first, Done)
    (cancelled,) = advance(connector, "refund", [first.id], "cancelled")
    assert isinstance(cancelled, Done)
    (second,) = connector.create("refund", [draft])
    assert isinstance(second, Done)
    assert first.id != second.id


def test_a_rounding_line_is_added_to_a_draft_credit_note(erp: Erp, connector: Odoo) -> None:
    draft = refund(billed(connector, erp), 1, erp.product("A-000001"))
    (first,) = connector.create("refund", [draft])
    assert isinstance(first, Done)
    rounding = {"article": "SHOP-ROUNDING", "name": "Rounding", "quantity": "1",
                "price_unit": "0.01", "tax_ids": ""}  # fmt: skip
    lines = [*draft.payload["invoice_line_ids"], rounding]
    whole = Draft(draft.reference, {**draft.payload, "invoice_line_ids": lines}, at=first.id)
    (result,) = connector.create("refund", [whole])
    assert isinstance(result, Done)
    assert result.as_stored["amount_total"] == Decimal("23.80")
    (again,) = connector.create("refund", [whole])
    assert isinstance(again, Done)
    assert again.as_stored["amount_total"] == Decimal("23.80")


def test_who_has_no_mail_address_is_told_so_when_posting(erp: Erp) -> None:
    poor = User(6, "shopsync", "k", frozenset({SALES, BILLING}))
    with running(settings=OdooSettings(users=[poor])) as side:
        connector = side.open(key="k")
        order_id = billed(connector, side)
        (note,) = connector.create("refund", [refund(order_id, 1, side.product("A-000001"))])
        assert isinstance(note, Done)
        (result,) = advance(connector, "refund", [note.id], "confirmed")
        assert isinstance(result, Failed)
        assert "sender's email address" in result.problem.message
    assert erp.clock is not side.clock
