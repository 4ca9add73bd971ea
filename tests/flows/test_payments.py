"""Payments: booked in the ERP where the shop says that money came, once, whatever happens."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.admin.keeping import forget_missing
from sync_cli.admin.story import describe, stories
from sync_cli.config.refunds import PaymentsSettings
from sync_cli.connectors.base import Json
from sync_cli.connectors.memory import Fate, MemoryConnector, Network
from sync_cli.core.errors import IdentityError
from tests.flows.town import Told, Town, hour, of_route
from tests.flows.town import town as found
from tests.properties.world import BEGIN, Killed

MINUTES = 60
EVERY = 4
"""Kills fall on every so many steps; `make kills` tries the real program at any."""


@dataclass
class Till:
    """A town in which orders are paid."""

    town: Town

    def paid(self, **fields: Any) -> str:
        """An order of 11.90 that was paid by card at the checkout."""
        order = self.town.buy()
        self.pay(order, **fields)
        return order

    def pay(self, order: str, **fields: Any) -> None:
        """The gateway says that the money has come."""
        facts = {"date_paid_gmt": f"{self.town.now:%Y-%m-%dT%H:%M:%S}", "transaction_id": "tr_1"}
        self.town.edit(order, **{**facts, **fields})

    def payments(self) -> list[Json]:
        """What is booked in the ERP."""
        return list(self.town.erp.records("payment").values())

    def why_left_out(self, order: str) -> str:
        """Why no payment is booked for an order."""
        with closing(self.town.open_state()) as state:
            return state.skipped("payments", [order]).get(order, "")


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(found(tmp_path, payments={"mode": "on", "since": BEGIN}))


def failing(call: str, fate: Fate, *, times: int = 1) -> Network:
    """A network on which the first calls that make a payment go wrong."""
    left = [times]

    def network(name: str) -> Fate:
        if name == call and left[0]:
            left[0] -= 1
            return fate
        return Fate.ARRIVES

    return network


def test_off_by_default_nothing_is_booked(town: Town) -> None:
    till = Till(town)
    till.paid()
    town.orders()
    assert not till.payments()


def test_switched_on_it_must_say_since_when() -> None:
    with pytest.raises(ValueError, match="needs `since`"):
        PaymentsSettings.model_validate({"mode": "on"})


def test_a_paid_order_is_booked_on_its_document_in_the_journal_of_the_table(till: Till) -> None:
    order = till.paid()
    till.town.orders()
    [payment] = till.payments()
    document = till.town.document(order)
    assert (payment["reference"], payment["order_id"]) == (f"WC-main-P{order}", document["id"])
    assert (payment["amount"], payment["currency"]) == ("11.90", "EUR")
    assert (payment["journal"], payment["transaction_id"]) == ("CARD", "tr_1")
    assert payment["paid_at"] == "2026-01-05T08:00:00Z"


def test_a_method_without_a_journal_holds_the_payment_and_not_the_order(till: Till) -> None:
    order = till.paid(payment_method="magic")
    till.town.orders()
    assert till.town.states(order) == ["confirmed"]
    assert "'magic'" in till.town.why_held(order, "payments")
    assert not till.payments()
    till.town.edit(order, payment_method="paypal")
    till.town.orders()
    assert [one["journal"] for one in till.payments()] == ["PAYPAL"]
    assert not till.town.held("payments")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"date_paid_gmt": None}, "it is not paid yet"),
        ({"payment_method": "bacs"}, "bacs counts as paid only when the ERP says so"),
        ({"payment_method": "cod"}, "cod counts as paid only when the ERP says so"),
        ({"date_paid_gmt": "2026-01-05T07:59:59"}, "paid before payments.since"),
        ({"status": "cancelled"}, "its state is cancelled"),
        ({"status": "on-hold"}, "its order is not in the ERP: state on_hold is not transferred"),
    ],
)
def test_what_is_not_booked_says_why(till: Till, fields: dict[str, Any], reason: str) -> None:
    order = till.paid(**fields)
    till.town.orders()
    assert not till.payments()
    assert till.why_left_out(order) == reason


def test_an_order_that_costs_nothing_has_no_payment(till: Till) -> None:
    order = till.town.place_order([])
    till.pay(order)
    till.town.orders()
    assert till.why_left_out(order) == "there was nothing to pay"


def test_paid_after_the_transfer_it_is_booked_then(till: Till) -> None:
    order = till.town.buy()
    till.town.orders()
    assert not till.payments()
    till.pay(order)
    till.town.orders()
    assert len(till.payments()) == 1


def test_it_waits_for_an_order_that_is_held_and_follows_it(till: Till) -> None:
    order = till.town.buy("99")
    till.pay(order)
    till.town.orders()
    assert "its order is not in the ERP yet" in till.town.why_held(order, "payments")
    with closing(till.town.open_state()) as state:
        [story] = stories(state, order)
    assert "  payments, waiting: its order is not in the ERP yet" in "\n".join(describe(story))
    till.town.new_article("99")
    till.town.pass_time(hour())
    till.town.orders()
    assert len(till.payments()) == 1
    assert not till.town.held("payments")


def test_it_follows_an_order_that_was_left_out_and_came_later(till: Till) -> None:
    order = till.paid(status="on-hold")
    till.town.orders()
    till.town.set_status(order, "processing")
    till.town.orders()
    assert len(till.payments()) == 1


def test_an_edited_order_whose_document_is_over_another_amount_is_held(till: Till) -> None:
    order = till.town.buy()
    till.town.orders()
    document = till.town.erp.tables["order"][till.town.document(order)["id"]]
    document["total"] = "12.90"
    till.pay(order)
    till.town.orders()
    assert "11.90 EUR were paid, but its document is over 12.90 EUR" in till.town.why_held(
        order, "payments"
    )
    assert not till.payments()


def test_a_document_that_was_cancelled_gets_no_payment(till: Till) -> None:
    order = till.town.buy()
    till.town.orders()
    till.town.erp.tables["order"][till.town.document(order)["id"]]["state"] = "cancelled"
    till.pay(order)
    till.town.orders()
    assert till.why_left_out(order) == "its document was cancelled"


def test_what_is_booked_stays_whatever_becomes_of_the_order(till: Till) -> None:
    order = till.paid()
    till.town.orders()
    till.town.edit(order, transaction_id="tr_2", status="completed")
    till.town.orders()
    till.town.set_status(order, "cancelled")
    till.town.orders()
    assert len(till.payments()) == 1
    assert not till.town.held("payments")
    assert till.town.orders().writes == 0


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.LATE, Fate.REFUSED])
def test_whatever_happens_to_the_call_it_is_booked_once(till: Till, fate: Fate) -> None:
    till.town.buy()
    till.town.orders()
    [order] = till.town.shop.records("order")
    till.pay(order)
    till.town.orders(network=failing("create", fate))
    for _ in range(4):
        till.town.pass_time(5 * MINUTES)
        till.town.orders()
    assert len(till.payments()) == 1
    assert not till.town.held("payments")


def test_a_run_that_is_killed_anywhere_books_it_once(tmp_path: Path) -> None:
    steps = killed_at(tmp_path / "whole", None)
    assert steps > 20
    for step in range(0, steps, EVERY):
        killed_at(tmp_path / str(step), step)


def killed_at(folder: Path, step: int | None) -> int:
    """Kill the run that books a payment, go on, and look at the books; the steps of a whole run."""
    folder.mkdir()
    till = Till(found(folder, payments={"mode": "on", "since": BEGIN}))
    till.town.buy()
    till.town.orders()
    till.pay("1001")
    till.town.settle_down()
    steps = 0
    with suppress(Killed):
        steps = till.town.run("orders", kill_at=step).steps
    for _ in range(2):
        till.town.pass_time(5 * MINUTES)
        till.town.orders()
    assert len(till.payments()) == 1
    assert not till.town.held("payments")
    return steps


def test_booked_by_a_lost_call_and_cancelled_since_it_is_taken_over(till: Till) -> None:
    order = till.town.buy()
    till.town.orders()
    till.pay(order)
    till.town.orders(network=failing("create", Fate.LOST_AFTER))
    till.town.set_status(order, "cancelled")
    for _ in range(4):
        till.town.pass_time(5 * MINUTES)
        till.town.orders()
    assert len(till.payments()) == 1
    assert not till.town.held("payments")


def test_a_payment_of_the_same_name_over_another_amount_is_not_taken_over(till: Till) -> None:
    order = till.town.buy()
    till.town.orders()
    document = till.town.document(order)
    strange = {"reference": f"WC-main-P{order}", "order_id": document["id"], "amount": "1.00"}
    strange |= {"number": "P9", "currency": "EUR", "paid_at": None, "transaction_id": ""}
    till.town.erp.put("payment", strange)
    till.pay(order)
    till.town.orders()
    assert "it is over 1.00 EUR, not 11.90" in till.town.why_held(order, "payments")
    assert len(till.payments()) == 1


def test_a_dry_run_says_what_would_be_booked(till: Till) -> None:
    order = till.town.buy()
    till.town.orders()
    till.pay(order)
    told: Told = till.town.orders(dry_run=True)
    assert of_route(told.ears.plan, "payments") == [
        f"create Payment of order {order} as WC-main-P{order}: 11.90 EUR by card"
    ]
    assert not till.payments()


def test_the_story_of_the_order_tells_the_payment_and_its_journal(till: Till) -> None:
    order = till.paid()
    till.town.orders()
    with closing(till.town.open_state()) as state:
        [story] = stories(state, order)
    text = "\n".join(describe(story))
    assert "payments, run 1: created" in text
    assert "journal 'card' is 'CARD' (tables.journals, sandbox-erp/payment.yaml" in text
    assert "tr_1" not in text


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"payment_method": "cod"}, "cod counts as paid only when the ERP says so"),
        ({"date_paid_gmt": None}, "it is not paid yet"),
        ({"date_paid_gmt": "2026-01-01T00:00:00"}, "paid before payments.since"),
    ],
)
def test_the_story_of_the_order_tells_why_its_payment_was_left_out(
    till: Till, fields: dict[str, Any], why: str
) -> None:
    order = till.paid(**fields)
    till.town.orders()
    with closing(till.town.open_state()) as state:
        [story] = stories(state, order)
    assert f"  payments, left out: {why}" in describe(story)
    assert story.left_out == {"payments": why}


def test_after_a_persons_word_payments_that_the_erp_lost_are_booked_again(till: Till) -> None:
    till.paid()
    till.town.orders()
    [payment] = till.payments()
    till.town.erp.remove("payment", payment["id"])
    with pytest.raises(IdentityError, match="1 of the last 1 payments are gone"):
        till.town.orders()
    with closing(till.town.open_state()) as state:
        assert forget_missing(state, MemoryConnector(till.town.erp), till.town.now) == 1
    till.town.orders()
    assert len(till.payments()) == 1


@pytest.mark.parametrize("how", ["line", "payment"])
def test_what_a_gift_card_paid_is_not_booked_as_money(till: Till, how: str) -> None:
    lines = till.town.config.orders.lines.model_dump()
    till.town.configure(orders={"lines": {**lines, "gift_cards": how}})
    cards = [{"id": 1, "code": "SECRET-CODE", "amount": Decimal("5.00")}]
    order = till.paid(gift_cards=cards, total="6.900000")
    till.town.orders()
    assert till.town.document(order)["total"] == ("6.90" if how == "line" else "11.90")
    assert [payment["amount"] for payment in till.payments()] == ["6.90"]


def test_a_payment_that_a_person_booked_and_dismissed_is_not_booked_again(till: Till) -> None:
    order = till.town.buy()
    till.town.orders()
    document = till.town.erp.tables["order"][till.town.document(order)["id"]]
    document["total"] = "12.90"
    till.pay(order)
    till.town.orders()
    with closing(till.town.open_state()) as state:
        assert state.dismiss("payments", order, till.town.now, "anna")
    document["total"] = "11.90"
    till.town.pass_time(hour(25))
    till.town.orders()
    till.town.set_status(order, "completed")
    till.town.orders()
    assert not till.payments()
    assert not till.town.held("payments")


def test_one_that_the_erp_refused_is_not_sent_again_before_its_next_try(till: Till) -> None:
    order = till.town.buy()
    till.town.orders()
    till.pay(order)
    tries: list[str] = []

    def refusing(call: str) -> Fate:
        tries.extend([call] if call == "create" else [])
        return Fate.REFUSED if call == "create" else Fate.ARRIVES

    till.town.settle_down()
    for _ in range(3):
        till.town.go("orders", network=refusing)
    assert len(tries) == 1
    assert till.town.held("payments")[order].attempts == 1
    till.town.orders(ids=(order,))
    assert len(till.payments()) == 1
