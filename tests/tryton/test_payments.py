"""Payments are booked on the posted invoice of a sale: once, whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sync_cli.connectors.base import Done, Draft, Failed, InDoubt, NotSent, Result
from sync_cli.connectors.tryton.connector import Tryton
from sync_cli.core.errors import AccessDenied
from sync_cli.sandbox.faults import FaultRule
from sync_cli.sandbox.tryton.seed import BOOKING_USER
from tests.tryton.town import Town

TOTAL = "195.76"


@pytest.fixture
def till(town: Town) -> Iterator[Tryton]:
    """The connector as a user opens it who may book payments."""
    connector = town.open(BOOKING_USER)
    yield connector
    connector.close()


def billed(town: Town, erp: Tryton) -> str:
    """A confirmed sale over 195.76 with a posted invoice."""
    sale = confirmed(town, erp)
    town.bookkeeper.post(int(sale))
    return sale


def confirmed(town: Town, erp: Tryton) -> str:
    (made,) = erp.create("order", [town.order()])
    assert isinstance(made, Done)
    assert isinstance(next(iter(erp.advance("order", [made.id], "confirmed"))), Done)
    return made.id


def payment(town: Town, sale: str, amount: str = TOTAL, **more: Any) -> Draft:
    reference = f"{town.mark()}-P"
    payload = {"description": reference, "sale": sale, "amount": amount, "currency": "EUR",
               "date": f"{town.now():%Y-%m-%d}", "payment_method": "Card"}  # fmt: skip
    return Draft(reference, {**payload, **more})


def book(erp: Tryton, draft: Draft) -> Result:
    (result,) = erp.create("payment", [draft])
    return result


def invoice_of(town: Town, sale: str) -> dict[str, Any]:
    (row,) = town.clerk.read(
        "account.invoice", [["sales", "=", int(sale)]], "state", "amount_to_pay", "payment_lines"
    )
    return dict(row)


def test_a_payment_settles_the_invoice_and_is_found_by_its_reference(
    town: Town, till: Tryton
) -> None:
    sale = billed(town, till)
    draft = payment(town, sale)
    made = book(till, draft)
    assert isinstance(made, Done), made
    assert invoice_of(town, sale)["state"] == "paid"
    (raw,) = till.find("payment", "reference", [draft.reference])[draft.reference]
    assert (raw.id, raw.birth) == (made.id, draft.reference)
    assert (raw.data["amount"], raw.data["currency"]) == (Decimal(TOTAL), "EUR")
    assert [str(one) for one in raw.data["sales"]] == [sale]
    assert raw.data["date"] == draft.payload["date"]


def test_a_part_leaves_the_rest_open(town: Town, till: Tryton) -> None:
    """What a gift card paid is no money that came in."""
    sale = billed(town, till)
    assert isinstance(book(till, payment(town, sale, "95.76")), Done)
    found = invoice_of(town, sale)
    assert (found["state"], found["amount_to_pay"]) == ("posted", Decimal("100.00"))


def test_without_a_posted_invoice_it_waits(town: Town, till: Tryton) -> None:
    result = book(till, payment(town, confirmed(town, till)))
    assert isinstance(result, Failed)
    assert result.problem.transient
    assert "no posted invoice" in result.problem.message


@pytest.mark.parametrize(
    ("amount", "more", "says", "passes"),
    [
        ("500.00", {}, "its order is invoiced over 195.76 only so far", True),
        (TOTAL, {"payment_method": "Barter"}, "there is no payment method 'Barter'", False),
        (TOTAL, {"currency": "CHF"}, "its invoice is in EUR, not in CHF", False),
    ],
)
def test_what_the_invoice_does_not_take_is_told_before_anything_is_sent(
    town: Town, till: Tryton, amount: str, more: dict[str, Any], says: str, passes: bool
) -> None:
    sale = billed(town, till)
    writes = till.calls()["write"]
    result = book(till, payment(town, sale, amount, **more))
    assert isinstance(result, Failed)
    assert says in result.problem.message
    assert result.problem.transient is passes
    assert till.calls()["write"] == writes


def test_what_somebody_has_booked_by_hand_is_not_booked_again(town: Town, till: Tryton) -> None:
    sale = billed(town, till)
    (row,) = town.clerk.read("account.invoice", [["sales", "=", int(sale)]], "id")
    town.bookkeeper.pay(row["id"])
    result = book(till, payment(town, sale))
    assert isinstance(result, Failed)
    assert "only 0 are still open" in result.problem.message.replace("0.00", "0")
    assert "held dismiss" in result.problem.remedy


@pytest.mark.parametrize(("kind", "count"), [("lost_after", 1), ("lost_before", 0)])
def test_a_lost_answer_is_in_doubt_and_never_followed_by_another_call(
    town: Town, till: Tryton, kind: Any, count: int
) -> None:
    sale = billed(town, till)
    draft = payment(town, sale)
    town.wire.faults.add(FaultRule(kind, holds="wizard.account.invoice.pay.execute", times=1))
    assert isinstance(book(till, draft), InDoubt)
    found = till.find("payment", "reference", [draft.reference])[draft.reference]
    assert len(found) == count == len(invoice_of(town, sale)["payment_lines"])


@pytest.mark.parametrize("kind", ["lost_after", "lost_before"])
def test_before_the_last_step_nothing_is_booked(town: Town, till: Tryton, kind: Any) -> None:
    sale = billed(town, till)
    town.wire.faults.add(FaultRule(kind, holds="wizard.account.invoice.pay.create", times=1))
    assert isinstance(book(till, payment(town, sale)), NotSent)
    assert not invoice_of(town, sale)["payment_lines"]


def test_payments_of_others_are_read_too(town: Town, till: Tryton) -> None:
    """Without our reference they belong to nobody; the books decide, and not our links."""
    sale = billed(town, till)
    (row,) = town.clerk.read("account.invoice", [["sales", "=", int(sale)]], "id")
    start = town.now()
    town.bookkeeper.pay(row["id"])
    raws = [raw for page in till.changes("payment", start) for raw in page.records]
    assert [raw.data["sales"] for raw in raws][-1] == [int(sale)]
    assert sale in {str(raw.data["sales"][0]) for raw in raws}


def test_the_rights_that_payments_need_are_asked_for_by_name(erp: Tryton, till: Tryton) -> None:
    lacks = erp.identify().lacks_for["payment"]
    assert "create account.move" in lacks
    assert "write account.invoice" in lacks
    assert (till.identify().lacks, till.identify().lacks_for) == ((), {})
    with pytest.raises(AccessDenied):
        erp.find("payment", "reference", ["WC-1"])
