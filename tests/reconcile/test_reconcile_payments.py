"""`reconcile` compares what the shop says was paid with what the ERP has booked for it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from sync_cli.connectors.memory import Fate
from sync_cli.core.findings import verdict
from sync_cli.core.parts import Part
from sync_cli.engine.route import Options
from sync_cli.flows.reconcile import Wish
from sync_cli.report.reconcile_words import as_data
from sync_cli.state.store import State
from tests.flows.depot import CLOSED, ROUTING, Depot, refuse_north
from tests.flows.town import Town
from tests.properties.world import BEGIN
from tests.reconcile.reconciling import HOUR, ComparedWorld, only, told

ON = {"mode": "on", "since": BEGIN}
ALONE = Wish(parts=(Part.PAYMENTS,))


@dataclass
class ComparedTill(ComparedWorld):
    """A world in which orders are paid, and both sides are compared."""

    def configured(self, **payments: Any) -> None:
        """The configuration with other settings of payments."""
        data = self.config.model_dump()
        self.config = type(self.config).model_validate({**data, "payments": {**ON, **payments}})

    def paid(self, *, sync: bool = True, **fields: Any) -> str:
        """An order of 11.90 that was paid by card."""
        order = self.place_order([("11", 1)])
        self.pay(order, **fields)
        if sync:
            self.sync()
        return order

    def pay(self, order: str, **fields: Any) -> None:
        """The gateway says that the money has come, or something else of the order changes."""
        data = self.shop.tables["order"][order]
        facts = {"date_paid_gmt": f"{self.now:%Y-%m-%dT%H:%M:%S}", "transaction_id": "tr_1"}
        self.shop.put("order", {**data, "payment_method": "card", **facts, **fields})

    def payment(self, order: str) -> dict[str, Any]:
        """The first payment of an order as the ERP has it."""
        return self.payments(order)[0]

    def payments(self, order: str) -> list[dict[str, Any]]:
        """All payments of an order."""
        name = f"WC-main-P{order}"
        return [one for one in self.erp.tables["payment"].values() if one["reference"] == name]


@pytest.fixture
def till(tmp_path: Path) -> ComparedTill:
    found = ComparedTill(tmp_path)
    found.configured()
    return found


def test_payments_in_step_are_counted_on_both_sides(till: ComparedTill) -> None:
    till.paid()
    till.place_order([("11", 1)])
    till.sync()
    report = till.reconcile()
    assert report.drifts == ()
    assert Part.PAYMENTS in report.compared
    sums = [(one.side, one.unit, one.records, one.amount)
            for one in report.sums if one.part is Part.PAYMENTS]  # fmt: skip
    assert sums == [("erp", "EUR", 1, Decimal("11.90")), ("shop", "EUR", 1, Decimal("11.90"))]
    assert "1 payment" in verdict(report)


def test_where_they_are_off_nothing_is_said_of_them(tmp_path: Path) -> None:
    till = ComparedTill(tmp_path)
    till.paid()
    report = till.reconcile()
    assert (report.drifts, Part.PAYMENTS in report.compared) == ((), False)


def test_one_that_nobody_booked_is_missing_and_its_command_books_it(till: ComparedTill) -> None:
    order = till.place_order([("11", 1)])
    till.sync()
    till.pay(order)
    till.pass_time(HOUR)
    drift = only(till.reconcile(ALONE))
    assert (str(drift.kind), drift.id, drift.field, drift.owner) == (
        "missing", order, "payment", "shop",
    )  # fmt: skip
    assert drift.what == f"Payment of order {order} (11.90 EUR) is not booked in the ERP."
    assert drift.mend == f"sync-cli orders --id {order}"
    till.run("orders", options=Options(ids=(order,)))
    till.pass_time(HOUR)
    assert till.reconcile(ALONE).drifts == ()


def test_one_that_vanished_from_the_erp_is_missing(till: ComparedTill) -> None:
    order, kept = till.paid(), till.paid()
    till.erp.remove("payment", till.payment(order)["id"])
    drift = only(till.reconcile(ALONE))
    assert (str(drift.kind), drift.id) == ("missing", order)
    assert "no longer exists in the ERP" in drift.what
    assert till.payment(kept)


def test_the_erp_is_asked_by_reference_and_never_by_our_links(till: ComparedTill) -> None:
    order = till.paid()
    payment = till.payment(order)
    till.erp.tables["payment"].pop(payment["id"])
    till.erp.put("payment", {**payment, "id": "888"})
    till.pass_time(HOUR)
    assert till.reconcile(ALONE).drifts == ()


def test_another_amount_or_currency_is_different(till: ComparedTill) -> None:
    order = till.paid()
    payment = till.erp.tables["payment"][till.payment(order)["id"]]
    payment["amount"] = "11.89"
    drift = only(till.reconcile(ALONE))
    assert (str(drift.kind), drift.field) == ("different", "amount")
    assert drift.what == (
        f"Payment of order {order}: 11.90 EUR were paid in the shop, but 11.89 EUR are booked in"
        " the ERP."
    )
    payment.update(amount="11.90", currency="CHF")
    assert told(till.reconcile(ALONE)) == {("different", order, "amount")}


def test_one_that_is_booked_twice_is_a_duplicate(till: ComparedTill) -> None:
    order = till.paid()
    payment = till.payment(order)
    till.erp.put("payment", {**payment, "id": "777", "number": "P777"})
    till.pass_time(HOUR)
    drift = only(till.reconcile(ALONE))
    assert (str(drift.kind), drift.id) == ("duplicate", order)
    assert f"Keep payment {payment['number']}" in drift.mend


def test_one_of_an_order_that_was_never_paid_is_too_much(till: ComparedTill) -> None:
    order = till.paid()
    till.pay(order, date_paid_gmt=None)
    till.pass_time(HOUR)
    drift = only(till.reconcile(ALONE))
    assert (str(drift.kind), drift.id) == ("extra", order)
    assert "should not be: it is not paid yet" in drift.what


def test_one_of_an_order_that_is_gone_is_too_much(till: ComparedTill) -> None:
    order = till.paid()
    till.paid()
    till.shop.remove("order", order)
    till.pass_time(HOUR)
    assert told(till.reconcile(ALONE)) == {("extra", f"WC-main-P{order}", "payment")}


def test_what_came_in_stays_booked_when_the_order_is_cancelled(till: ComparedTill) -> None:
    order = till.paid()
    till.pay(order, status="cancelled")
    till.sync()
    till.pass_time(HOUR)
    assert till.reconcile(ALONE).drifts == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"payment_method": "bacs"},
        {"date_paid_gmt": None},
        {"status": "cancelled"},
        {"date_paid_gmt": "2026-01-05T07:00:00"},
    ],
)
def test_what_need_not_be_booked_is_not_missed(till: ComparedTill, fields: dict[str, Any]) -> None:
    till.paid(sync=False, **fields)
    till.pass_time(HOUR)
    till.sync()
    assert till.reconcile(ALONE).drifts == ()


def test_what_was_paid_before_since_is_left_to_the_books(till: ComparedTill) -> None:
    order = till.place_order([("11", 1)])
    till.sync()
    till.pay(order)
    till.pass_time(HOUR)
    assert len(till.reconcile(ALONE).drifts) == 1
    till.configured(since=till.now)
    assert till.reconcile(ALONE).drifts == ()


def test_one_that_is_held_or_dismissed_waits_and_says_why(till: ComparedTill) -> None:
    order = till.paid(payment_method="magic")
    report = till.reconcile(ALONE)
    assert report.drifts == ()
    [waiting] = report.waiting
    assert (waiting.id, waiting.label) == (order, f"Payment of order {order}")
    assert "'magic'" in waiting.reason
    with closing(State.open(till.folder / "state.sqlite")) as state:
        assert state.dismiss("payments", order, till.now, "anna")
    [waiting] = till.reconcile(ALONE).waiting
    assert waiting.reason == "a person dismissed it"


def test_one_whose_answer_is_not_known_yet_waits(till: ComparedTill) -> None:
    order = till.place_order([("11", 1)])
    till.sync()
    till.pay(order)
    fates = [Fate.LOST_BEFORE]
    till.run(
        "orders", network=lambda call: fates.pop() if call == "create" and fates else Fate.ARRIVES
    )
    till.pass_time(HOUR / 2)
    report = till.reconcile(ALONE)
    assert (report.drifts, [one.id for one in report.waiting]) == ((), [order])


def test_an_order_without_its_document_is_told_once(till: ComparedTill) -> None:
    order = till.paid(sync=False)
    till.pass_time(HOUR)
    report = till.reconcile()
    assert told(report) == {("missing", order, "document")}
    assert [one.part for one in report.waiting] == [Part.PAYMENTS]


def test_the_report_for_machines_names_part_owner_and_command(till: ComparedTill) -> None:
    order = till.place_order([("11", 1)])
    till.sync()
    till.pay(order)
    till.pass_time(HOUR)
    [drift] = as_data(till.reconcile(ALONE))["drifts"]
    assert (drift["part"], drift["kind"]) == ("payments", "missing")
    assert drift["mend"] == f"sync-cli orders --id {order}"


@pytest.fixture
def divided(till: ComparedTill) -> tuple[ComparedTill, str]:
    """A paid order of two documents, and its id."""
    data = till.config.model_dump()
    data["orders"]["routing"] = ROUTING
    till.config = type(till.config).model_validate(data)
    order = till.place_order([("11", 1), ("12", 2)])
    till.pay(order)
    till.sync()
    return till, order


def part_of(till: ComparedTill, order: str, part: str) -> dict[str, Any]:
    """The payment of a part as the ERP has it."""
    name = f"WC-main-P{order}#{part}"
    (found,) = [one for one in till.erp.tables["payment"].values() if one["reference"] == name]
    return found


def test_payments_of_an_order_in_parts_are_compared_as_one(
    divided: tuple[ComparedTill, str],
) -> None:
    till, order = divided
    assert part_of(till, order, "main")["amount"] != part_of(till, order, "north")["amount"]
    report = till.reconcile(ALONE)
    assert report.drifts == ()
    total = Decimal(till.shop.tables["order"][order]["total"])
    assert [(one.side, one.records, one.amount) for one in report.sums] == [
        ("erp", 1, total), ("shop", 1, total),
    ]  # fmt: skip


def test_what_a_person_settled_of_an_order_in_parts_is_not_asked_for(
    divided: tuple[ComparedTill, str],
) -> None:
    till, _ = divided
    refuse_north(Depot(cast(Town, till)), CLOSED)
    order = till.place_order([("11", 1), ("12", 2)])
    till.pay(order)
    till.sync()
    with closing(State.open(till.folder / "state.sqlite")) as state:
        assert state.dismiss("orders", f"{order}#north", till.now, "anna")
    till.pass_time(24 * HOUR)
    till.sync()
    assert till.reconcile(ALONE).drifts == ()
    part_of(till, order, "main")["amount"] = "999.00"
    assert told(till.reconcile(ALONE)) == {("different", order, "amount")}


def test_a_part_that_lost_its_payment_is_a_drift(divided: tuple[ComparedTill, str]) -> None:
    till, order = divided
    till.erp.tables["payment"].pop(part_of(till, order, "north")["id"])
    till.pass_time(HOUR)
    drift = only(till.reconcile(ALONE))
    assert (str(drift.kind), drift.id, drift.field) == ("missing", order, "payment")
    assert "of part north no longer counts in the ERP" in drift.what
    assert "--erp-restored" in drift.mend


def test_an_order_in_parts_that_lost_all_its_payments_is_told_as_restored(
    divided: tuple[ComparedTill, str],
) -> None:
    till, order = divided
    till.paid()
    for part in ("main", "north"):
        till.erp.tables["payment"].pop(part_of(till, order, part)["id"])
    till.pass_time(HOUR)
    drift = only(till.reconcile(ALONE))
    assert (str(drift.kind), drift.id) == ("missing", order)
    assert "--erp-restored" in drift.mend


def test_a_part_that_is_booked_twice_is_a_duplicate(divided: tuple[ComparedTill, str]) -> None:
    till, order = divided
    payment = part_of(till, order, "north")
    till.erp.put("payment", {**payment, "id": "777", "number": "P777"})
    till.pass_time(HOUR)
    drift = only(till.reconcile(ALONE))
    assert (str(drift.kind), drift.id, drift.field, drift.erp) == (
        "duplicate",
        order,
        "payment",
        "2",
    )
    assert f"Keep payment {payment['number']}" in drift.mend
    assert part_of(till, order, "main")["number"] not in drift.what


@pytest.mark.parametrize("part", ["#north", ""])
def test_a_document_too_many_of_an_order_in_parts_is_named_with_its_part_alone(
    divided: tuple[ComparedTill, str], part: str
) -> None:
    till, order = divided
    documents = {one["reference"]: one for one in till.erp.tables["order"].values()}
    north = documents[f"WC-main-{order}#north"]
    spare = {"id": "888", "number": "SO888", "reference": f"WC-main-{order}{part}"}
    till.erp.put("order", {**north, **spare})
    till.pass_time(HOUR)
    drift = only(till.reconcile(Wish(parts=(Part.ORDERS,))))
    assert (str(drift.kind), drift.id, drift.erp) == ("duplicate", order, "2" if part else "3")
    assert "SO888" in drift.what
    known = [documents[f"WC-main-{order}{one}"]["number"] for one in ("#main", "#north")]
    kept = " and ".join(f"document {number}" for number in (known[1:] if part else known))
    assert drift.mend == f"Keep {kept} and cancel the others in the ERP."
