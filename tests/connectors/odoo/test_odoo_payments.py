"""Payments are registered on the posted invoices of an order: once, whole, or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync_cli.connectors.base import Done, Draft, Failed, InDoubt, NotSent, Result
from sync_cli.connectors.odoo.connector import Odoo
from sync_cli.core.errors import SystemDown
from sync_cli.sandbox.odoo import OdooSettings
from sync_cli.sandbox.odoo.rights import BILLING, SALES, User
from tests.connectors.odoo.odoo_erp import Erp, line, order, running

BOOKS = "account.payment.register.action_create_payments"
TOTAL = "23.79"
NAME = "WC-main-P1"


def billed(connector: Odoo, erp: Erp, *, invoices: int = 1) -> str:
    """A confirmed order over 23.79 with so many posted invoices."""
    (made,) = connector.create("order", [order(erp.customer(), 1, goods(erp))])
    assert isinstance(made, Done)
    erp.hands.confirm_order(made.id)
    for _ in range(invoices):
        erp.hands.invoice_order(made.id)
    return made.id


def goods(erp: Erp) -> dict[str, Any]:
    return line(erp.product("A-000001"), "1")


def payment(order_id: str, amount: str = TOTAL, **more: Any) -> Draft:
    payload = {"order_id": order_id, "communication": NAME, "amount": amount, "currency_id": "EUR",
               "payment_date": "2026-11-20", "journal_id": "BNK1"}  # fmt: skip
    return Draft(NAME, {**payload, **more})


def book(connector: Odoo, *drafts: Draft) -> list[Result]:
    return list(connector.create("payment", drafts))


def test_a_payment_settles_the_invoice_in_the_journal_and_is_found_by_its_reference(
    erp: Erp, connector: Odoo
) -> None:
    order_id = billed(connector, erp)
    (made,) = book(connector, payment(order_id))
    assert isinstance(made, Done)
    assert made.as_stored["amount"] == Decimal(TOTAL)
    assert made.as_stored["journal_id"]["name"] == "Bank"
    assert (made.as_stored["date"], made.birth) == ("2026-11-20", NAME)
    (invoice,) = connector.find("invoice", "document", [order_id])[order_id]
    assert (invoice.data["payment_state"], invoice.data["amount_residual"]) == ("paid", 0)
    (raw,) = connector.find("payment", "reference", [NAME])[NAME]
    assert (raw.id, [told["id"] for told in raw.data["orders"]]) == (made.id, [order_id])


def test_a_part_of_an_invoice_leaves_the_rest_open(erp: Erp, connector: Odoo) -> None:
    """What a gift card paid is no money that came in."""
    order_id = billed(connector, erp)
    (made,) = book(connector, payment(order_id, "20.00"))
    assert isinstance(made, Done)
    (invoice,) = connector.find("invoice", "document", [order_id])[order_id]
    assert (invoice.data["payment_state"], invoice.data["amount_residual"]) == (
        "partial",
        Decimal("3.79"),
    )


def test_one_payment_settles_all_invoices_of_an_order(erp: Erp, connector: Odoo) -> None:
    (made,) = connector.create("order", [order(erp.customer(), 1, goods(erp), goods(erp))])
    assert isinstance(made, Done)
    erp.hands.confirm_order(made.id)
    for row in [row for row in erp.rows("sale.order.line") if row["order_id"] == int(made.id)]:
        values = {"move_type": "out_invoice", "partner_id": 1, "invoice_line_ids": [[0, 0, {
            "product_id": row["product_id"], "name": row["name"], "quantity": 1,
            "price_unit": 19.99, "tax_ids": [[6, 0, list(row["tax_id"])]],
            "sale_line_ids": [[6, 0, [row["id"]]]],
        }]]}  # fmt: skip
        invoice = erp.hands.call("account.move", "create", values)
        erp.hands.call("account.move", "action_post", [invoice])
    (booked,) = book(connector, payment(made.id, "47.58"))
    assert isinstance(booked, Done)
    assert len(erp.rows("account.payment")) == 1
    states = [
        raw.data["payment_state"]
        for raw in connector.find("invoice", "document", [made.id])[made.id]
    ]
    assert states == ["paid", "paid"]


@pytest.mark.parametrize("invoices", [0])
def test_without_a_posted_invoice_it_waits(erp: Erp, connector: Odoo, invoices: int) -> None:
    order_id = billed(connector, erp, invoices=invoices)
    (result,) = book(connector, payment(order_id))
    assert isinstance(result, Failed)
    assert result.problem.transient
    assert "no posted invoice" in result.problem.message
    assert not erp.rows("account.payment")


def test_an_order_that_is_not_invoiced_as_a_whole_waits(erp: Erp, connector: Odoo) -> None:
    order_id = billed(connector, erp)
    (result,) = book(connector, payment(order_id, "50.00"))
    assert isinstance(result, Failed)
    assert result.problem.transient
    assert result.problem.message == (
        "50.00 were paid, but its order is invoiced over 23.79 only so far"
    )


def test_what_somebody_has_booked_by_hand_is_not_booked_again(erp: Erp, connector: Odoo) -> None:
    order_id = billed(connector, erp)
    (invoice,) = connector.find("invoice", "document", [order_id])[order_id]
    erp.hands.pay_invoice(invoice.id, TOTAL)
    (result,) = book(connector, payment(order_id))
    assert isinstance(result, Failed)
    assert "paid already by a payment without this reference" in result.problem.message
    assert "held dismiss" in result.problem.remedy


def test_where_somebody_has_booked_a_part_by_hand_the_rest_is_for_a_person(
    erp: Erp, connector: Odoo
) -> None:
    order_id = billed(connector, erp)
    (invoice,) = connector.find("invoice", "document", [order_id])[order_id]
    erp.hands.pay_invoice(invoice.id, "20.00")
    (result,) = book(connector, payment(order_id))
    assert isinstance(result, Failed)
    assert not result.problem.transient
    assert "23.79 were paid, but only 3.79 are still open" in result.problem.message
    assert not erp.rows("account.payment")
    (rest,) = book(connector, payment(order_id, "3.79"))
    assert isinstance(rest, Done)


def test_a_credit_note_that_came_first_takes_nothing_from_what_was_paid(
    erp: Erp, connector: Odoo
) -> None:
    order_id = billed(connector, erp)
    (invoice,) = connector.find("invoice", "document", [order_id])[order_id]
    credit(erp, order_id, invoice.id, "10.00")
    (made,) = book(connector, payment(order_id))
    assert isinstance(made, Done)
    assert made.as_stored["amount"] == Decimal(TOTAL)


def credit(erp: Erp, order_id: str, invoice: str, net: str) -> None:
    """Somebody gives a part of an invoice back; Odoo settles the invoice by it at once."""
    (sold,) = [row for row in erp.rows("sale.order.line") if row["order_id"] == int(order_id)]
    values = {"move_type": "out_refund", "partner_id": 1, "reversed_entry_id": int(invoice),
              "invoice_line_ids": [[0, 0, {
                  "product_id": sold["product_id"], "name": sold["name"], "quantity": 1,
                  "price_unit": float(net), "tax_ids": [[6, 0, list(sold["tax_id"])]],
                  "sale_line_ids": [[6, 0, [sold["id"]]]]}]]}  # fmt: skip
    note = erp.hands.call("account.move", "create", values)
    erp.hands.call("account.move", "action_post", [note])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"journal_id": "Nowhere"}, "none is called 'Nowhere'; it has 6 (Bank), 7 (Cash)"),
        ({"currency_id": "CHF"}, "its invoice is in EUR, not in CHF"),
    ],
)
def test_what_odoo_does_not_know_is_refused_before_anything_is_sent(
    erp: Erp, connector: Odoo, wrong: dict[str, str], says: str
) -> None:
    order_id = billed(connector, erp)
    (result,) = book(connector, payment(order_id, **wrong))
    assert isinstance(result, Failed)
    assert says in result.problem.message
    assert not erp.rows("account.payment.register")


@pytest.mark.parametrize("journal", ["Cash", "CSH1", "7"])
def test_a_journal_is_known_by_name_short_code_and_id(
    erp: Erp, connector: Odoo, journal: str
) -> None:
    (made,) = book(connector, payment(billed(connector, erp), journal_id=journal))
    assert isinstance(made, Done)
    assert made.as_stored["journal_id"] == {"id": "7", "name": "Cash"}


@pytest.mark.parametrize(
    ("kind", "result", "booked"), [("lost_after", InDoubt, 1), ("lost_before", InDoubt, 0)]
)
def test_a_lost_answer_is_in_doubt_and_never_followed_by_another_call(
    erp: Erp, connector: Odoo, kind: str, result: type[Result], booked: int
) -> None:
    order_id = billed(connector, erp)
    erp.hit(kind, "action_create_payments", times=1)
    (said,) = book(connector, payment(order_id))
    assert isinstance(said, result)
    assert len(erp.rows("account.payment")) == booked
    assert len(connector.find("payment", "reference", [NAME])[NAME]) == booked


@pytest.mark.parametrize("kind", ["lost_after", "lost_before"])
def test_while_only_the_form_was_filled_in_nothing_was_booked(
    erp: Erp, connector: Odoo, kind: str
) -> None:
    order_id = billed(connector, erp)
    erp.hit(kind, '"account.payment.register", "create"', times=1)
    (said,) = book(connector, payment(order_id))
    assert isinstance(said, NotSent)
    assert not erp.rows("account.payment")
    assert erp.made(BOOKS) == 0


def test_when_odoo_goes_down_the_others_are_not_sent(erp: Erp, connector: Odoo) -> None:
    order_id = billed(connector, erp)
    book(connector, payment(order_id, "1.00"))
    erp.hit("status", "account.payment", status=503)
    first, second = book(connector, payment(order_id, "2.00"), payment(order_id, "2.00"))
    assert not isinstance(first, Done)
    assert isinstance(second, NotSent)
    with pytest.raises(SystemDown):
        connector.find("payment", "reference", [NAME])


def test_a_payment_that_was_called_off_is_marked(erp: Erp, connector: Odoo) -> None:
    (made,) = book(connector, payment(billed(connector, erp)))
    assert isinstance(made, Done)
    erp.hands.edit("account.payment", made.id, state="cancel")
    (raw,) = connector.find("payment", "reference", [NAME])[NAME]
    assert raw.marks == {"cancelled"}


@pytest.mark.parametrize(
    ("groups", "lacks"),
    [
        ((SALES, BILLING), {}),
        (
            (SALES,),
            {
                "payment": (
                    "read account.payment (group Invoicing / Billing)",
                    "create account.payment (group Invoicing / Billing)",
                    "create account.payment.register (group Invoicing / Billing)",
                    "read account.journal (group Invoicing / Billing)",
                )
            },
        ),
    ],
)
def test_the_rights_that_payments_need_are_asked_for_by_name(
    groups: tuple[str, ...], lacks: dict[str, tuple[str, ...]]
) -> None:
    user = User(6, "shopsync", "key", frozenset(groups), "shopsync@erp.example")
    with running(3, OdooSettings(users=[user])) as erp:
        identity = erp.open("key").identify()
    assert (identity.lacks, identity.lacks_for) == ((), lacks)
