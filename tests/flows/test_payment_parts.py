"""The payment of an order in several documents: one for each, together to the cent, each once."""

from __future__ import annotations

from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.admin.story import describe, stories
from sync_cli.connectors.base import Json
from sync_cli.connectors.memory import Fate, Network
from sync_cli.core.errors import Problem
from tests.flows.depot import CLOSED, ROUTING, Depot, refuse_north
from tests.flows.town import hour
from tests.flows.town import town as found
from tests.properties.world import BEGIN, Killed

ON = {"mode": "on", "since": BEGIN}
MINUTES = 60
EVERY = 7


def depot_in(folder: Path, **orders: Any) -> Depot:
    """A town with two warehouses in which payments are booked."""
    return Depot(found(folder, orders={"routing": ROUTING, **orders}, payments=ON))


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    return depot_in(tmp_path)


def paid(depot: Depot, **fields: Any) -> str:
    """An order of two parts that was paid by card."""
    order = depot.order()
    pay(depot, order, **fields)
    return order


def pay(depot: Depot, order: str, **fields: Any) -> None:
    """The gateway says that the money has come."""
    facts = {"date_paid_gmt": f"{depot.town.now:%Y-%m-%dT%H:%M:%S}", "transaction_id": "tr_1"}
    depot.town.edit(order, **{**facts, **fields})


def booked(depot: Depot) -> dict[str, Json]:
    """What is booked, by reference."""
    payments = list(depot.town.erp.records("payment").values())
    by_name: dict[str, Json] = {str(one["reference"]): one for one in payments}
    assert len(by_name) == len(payments)
    return by_name


def amounts(depot: Depot) -> list[str]:
    return [one["amount"] for _, one in sorted(booked(depot).items())]


def refuse_payments(depot: Depot, ending: str) -> None:
    """The ERP refuses payments whose reference ends so."""

    def refuses(data: Json) -> Problem | None:
        return CLOSED if str(data["reference"]).endswith(ending) else None

    shapes = depot.town.erp.shapes
    depot.town.erp.shapes = {**shapes, "payment": replace(shapes["payment"], refuses=refuses)}


def failing(fate: Fate) -> Network:
    """A network on which the first call that makes a payment goes wrong."""
    left = [fate]
    return lambda call: left.pop() if call == "create" and left else Fate.ARRIVES


def test_each_document_gets_its_payment_and_the_sum_is_what_was_paid(depot: Depot) -> None:
    order = paid(depot)
    depot.town.orders()
    payments = booked(depot)
    assert set(payments) == {f"WC-main-P{order}#main", f"WC-main-P{order}#north"}
    for part in ("main", "north"):
        document, payment = depot.only(order, part), payments[f"WC-main-P{order}#{part}"]
        assert (payment["order_id"], payment["amount"]) == (document["id"], document["total"])
    assert sum(map(Decimal, amounts(depot))) == Decimal("41.53")
    assert not depot.town.held("payments")
    assert depot.town.orders().writes == 0


def test_what_gift_cards_paid_is_shared_out_and_not_booked(tmp_path: Path) -> None:
    depot = depot_in(tmp_path, lines={"gift_cards": "payment"})
    order = depot.order()
    cents = Decimal(depot.town.shop_order(order)["total"]) - Decimal("5.01")
    cards = [{"id": 1, "code": "SECRET-CODE", "amount": Decimal("5.01")}]
    pay(depot, order, gift_cards=cards, total=f"{cents:.6f}")
    depot.town.orders()
    documents = [depot.only(order, part) for part in ("main", "north")]
    own = [Decimal(one["total"]) - Decimal(one["prepaid"]) for one in documents]
    assert [Decimal(one) for one in amounts(depot)] == own
    assert sum(own) == cents


def test_paid_after_the_transfer_it_is_booked_then(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    assert not booked(depot)
    pay(depot, order)
    depot.town.orders()
    assert len(booked(depot)) == 2


def test_it_waits_until_all_documents_are_there(depot: Depot) -> None:
    refuse_north(depot, CLOSED)
    order = paid(depot)
    depot.town.orders()
    assert not booked(depot)
    for part in ("main", "north"):
        assert "not all documents of its order are in the ERP yet" in depot.town.why_held(
            f"{order}#{part}", "payments"
        )
    refuse_north(depot, None)
    depot.town.pass_time(hour())
    depot.town.orders()
    assert len(booked(depot)) == 2
    assert not depot.town.held("payments")


def test_documents_over_another_sum_hold_it(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    depot.set_in_erp(order, "north", total="1.00")
    pay(depot, order)
    depot.town.orders()
    assert not booked(depot)
    why = depot.town.why_held(f"{order}#main", "payments")
    assert "41.53 EUR were paid, but its document is over" in why


def test_documents_that_were_all_called_off_get_none(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    for part in ("main", "north"):
        depot.set_in_erp(order, part, state="cancelled")
    pay(depot, order)
    depot.town.orders()
    assert not booked(depot)
    assert not depot.town.held("payments")


def test_what_is_booked_stays_whatever_becomes_of_the_order(depot: Depot) -> None:
    order = paid(depot)
    depot.town.orders()
    depot.set_in_erp(order, "north", total="1.00")
    depot.town.edit(order, transaction_id="tr_2", status="completed")
    depot.town.orders()
    assert len(booked(depot)) == 2
    assert not depot.town.held("payments")


def test_what_keeps_one_part_from_being_booked_holds_no_other_that_is(depot: Depot) -> None:
    order = depot.order()
    depot.town.orders()
    refuse_payments(depot, "#north")
    pay(depot, order)
    depot.town.orders()
    assert list(booked(depot)) == [f"WC-main-P{order}#main"]
    depot.set_in_erp(order, "north", total="1.00")
    depot.town.edit(order, transaction_id="tr_2")
    depot.town.pass_time(hour())
    depot.town.orders()
    assert set(depot.town.held("payments")) == {f"{order}#north"}
    assert "its document is over" in depot.town.why_held(f"{order}#north", "payments")


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.LATE])
@pytest.mark.parametrize("status", ["cancelled", "failed", "trash", "deleted"])
def test_called_off_while_the_answer_is_missing_what_was_booked_is_known(
    depot: Depot, fate: Fate, status: str
) -> None:
    order = depot.order()
    depot.town.orders()
    pay(depot, order)
    depot.town.orders(network=failing(fate))
    if status == "deleted":
        depot.town.shop.tables["order"].pop(order)
    else:
        depot.town.edit(order, status=status)
    for _ in range(4):
        depot.town.pass_time(hour())
        depot.town.orders()
    assert not depot.town.held("payments")
    assert len(booked(depot)) == (0 if fate is Fate.LOST_BEFORE else 2)
    with closing(depot.town.open_state()) as state:
        linked = state.parts("payment", "shop", "erp", [order]).get(order, {})
    assert len(linked) == len(booked(depot))


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.LATE, Fate.REFUSED])
def test_whatever_happens_to_the_call_each_is_booked_once(depot: Depot, fate: Fate) -> None:
    order = depot.order()
    depot.town.orders()
    pay(depot, order)
    depot.town.orders(network=failing(fate))
    for _ in range(4):
        depot.town.pass_time(5 * MINUTES)
        depot.town.orders()
    assert sum(map(Decimal, amounts(depot))) == Decimal("41.53")
    assert len(booked(depot)) == 2
    assert not depot.town.held("payments")


def test_a_run_that_is_killed_anywhere_books_each_once(tmp_path: Path) -> None:
    steps = killed_at(tmp_path / "whole", None)
    assert steps > 20
    for step in range(0, steps, EVERY):
        killed_at(tmp_path / str(step), step)


def killed_at(folder: Path, step: int | None) -> int:
    """Kill the run that books a payment, go on, and look at the books; the steps of a whole run."""
    folder.mkdir()
    depot = depot_in(folder)
    order = depot.order()
    depot.town.orders()
    pay(depot, order)
    depot.town.settle_down()
    steps = 0
    with suppress(Killed):
        steps = depot.town.run("orders", kill_at=step).steps
    for _ in range(2):
        depot.town.pass_time(5 * MINUTES)
        depot.town.orders()
    assert len(booked(depot)) == 2
    assert not depot.town.held("payments")
    return steps


def test_a_name_that_is_too_long_holds_it_in_words(tmp_path: Path) -> None:
    payments = {**ON, "reference": "WC-{shop}-PAY{id}"}
    depot = Depot(found(tmp_path, orders={"routing": ROUTING}, payments=payments))
    order = paid(depot)
    depot.town.orders()
    assert "more than 20 characters" in depot.town.why_held(f"{order}#north", "payments")


def test_the_story_of_the_order_tells_the_payment_of_each_part(depot: Depot) -> None:
    order = paid(depot)
    depot.town.orders()
    with closing(depot.town.open_state()) as state:
        [story] = stories(state, order)
    text = "\n".join(describe(story))
    assert text.count("journal 'card' is 'CARD'") == 2


def dismiss(depot: Depot, record: str, route: str = "orders") -> None:
    """A person takes a record off the held list."""
    with closing(depot.town.open_state()) as state:
        assert state.dismiss(route, record, depot.town.now, "anna")


def half_made(depot: Depot, **fields: Any) -> str:
    """A paid order whose northern part the ERP refuses, while its main one is there."""
    refuse_north(depot, CLOSED)
    order = paid(depot, **fields)
    depot.town.orders()
    assert depot.states(order) == {"main": ["confirmed"], "north": []}
    return order


def test_the_payments_of_other_parts_go_on_once_a_part_is_dismissed(depot: Depot) -> None:
    order = half_made(depot)
    assert booked(depot) == {}, "the money waits for all parts"
    dismiss(depot, f"{order}#north")
    depot.town.pass_time(hour(24))
    depot.town.orders()
    assert list(booked(depot)) == [f"WC-main-P{order}#main"]
    assert amounts(depot) == [str(depot.only(order, "main")["total"])]
    assert depot.town.held("payments") == {}
    with closing(depot.town.open_state()) as state:
        [(_, why)] = state.skipped("payments", [f"{order}#north"]).items()
        [story] = stories(state, order)
    assert "settled it by hand" in why
    assert f"    payments, left out: {why}" in describe(story)
    assert depot.town.orders().writes == 0


def test_a_dismissed_order_in_parts_asks_for_no_payment_of_what_is_lacking(depot: Depot) -> None:
    order = half_made(depot)
    for part in ("north",):
        dismiss(depot, f"{order}#{part}")
    refuse_north(depot, None)
    depot.town.pass_time(hour(24))
    depot.town.orders()
    assert depot.states(order)["north"] == [], "a person has booked it"
    assert len(booked(depot)) == 1


def test_a_dismissed_part_lets_no_payment_through_that_is_over_more_than_was_paid(
    depot: Depot,
) -> None:
    order = half_made(depot)
    depot.set_in_erp(order, "main", total="999.00")
    dismiss(depot, f"{order}#north")
    depot.town.pass_time(hour(24))
    depot.town.orders()
    assert booked(depot) == {}
    assert "999" in depot.town.why_held(f"{order}#main", "payments")


def test_a_part_that_is_asked_for_again_has_its_payment_too(depot: Depot) -> None:
    order = half_made(depot)
    dismiss(depot, f"{order}#north")
    depot.town.pass_time(hour(24))
    depot.town.orders()
    refuse_north(depot, None)
    depot.town.orders(ids=(order,))
    for _ in range(2):
        depot.town.pass_time(hour(24))
        depot.town.orders()
    assert depot.states(order)["north"] == ["confirmed"]
    assert sorted(booked(depot)) == [f"WC-main-P{order}#main", f"WC-main-P{order}#north"]


def test_an_order_that_was_dismissed_and_asked_for_again_settles_no_part_that_waits(
    depot: Depot,
) -> None:
    order = paid(depot)
    total = depot.town.shop_order(order)["total"]
    depot.town.edit(order, total="1.000000")
    depot.town.orders()
    dismiss(depot, order)
    depot.town.edit(order, total=total)
    refuse_north(depot, CLOSED)
    depot.town.orders(ids=(order,))
    assert depot.states(order) == {"main": ["confirmed"], "north": []}
    depot.town.pass_time(hour(24))
    depot.town.orders()
    assert f"{order}#north" in depot.town.held()
    assert booked(depot) == {}, "the money waits for all parts"
    refuse_north(depot, None)
    for _ in range(2):
        depot.town.pass_time(hour(24))
        depot.town.orders()
    assert sorted(booked(depot)) == [f"WC-main-P{order}#main", f"WC-main-P{order}#north"]
