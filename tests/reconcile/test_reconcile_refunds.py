"""`reconcile` compares refunds with credit notes, and asks for goods that never came back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.core.findings import verdict
from sync_cli.core.parts import Part
from sync_cli.flows.reconcile import Wish
from tests.properties.refunding import Back, Refunding, refund_config
from tests.reconcile.reconciling import HOUR, ComparedWorld, only, told

DAY = 24 * HOUR


@dataclass
class ComparedRefunds(Refunding, ComparedWorld):
    """A world with refunds whose two sides are compared."""

    def refunded(self, *lines: Back, amount: str = "5.00") -> str:
        """A refund of an order of three pieces; both are in the ERP."""
        order = self.place_order([("11", 3)])
        self.sync()
        refund = self.give_back(order, amount, *lines)
        self.sync()
        return refund


@pytest.fixture
def world(tmp_path: Path) -> ComparedRefunds:
    return ComparedRefunds(tmp_path, config=refund_config())


def test_refunds_in_step_are_counted_on_both_sides(world: ComparedRefunds) -> None:
    world.refunded(Back(1, pieces=1), amount="11.90")
    report = world.reconcile()
    assert report.drifts == ()
    assert Part.REFUNDS in report.compared
    sums = {(each.side, each.unit): (each.records, each.amount) for each in report.sums}
    assert sums["shop", "EUR"] == sums["erp", "EUR"]
    assert [each.amount for each in report.sums if each.part is Part.REFUNDS] == [
        Decimal("11.90")
    ] * 2
    assert "1 refund" in verdict(report)


def test_a_refund_without_its_credit_note_is_missing(world: ComparedRefunds) -> None:
    order = world.place_order([("11", 3)])
    world.sync()
    world.config = refund_config(mode="plan")
    refund = world.give_back(order, "5.00")
    world.pass_time(DAY)
    drift = only(world.reconcile(Wish(parts=(Part.REFUNDS,))))
    assert (str(drift.kind), drift.id, drift.field) == ("missing", refund, "credit_note")
    assert drift.mend == f"sync-cli orders --id {order}"


def test_a_credit_note_that_vanished_from_the_erp_is_missing(world: ComparedRefunds) -> None:
    refund = world.refunded()
    kept = world.refunded()
    world.erp.remove("refund", world.credit_note(refund)["id"])
    drift = only(world.reconcile())
    assert (str(drift.kind), drift.id) == ("missing", refund)
    assert "no longer exists in the ERP" in drift.what
    assert world.credit_note(kept)["state"] == "confirmed"


def test_a_deleted_refund_leaves_a_credit_note_too_much(world: ComparedRefunds) -> None:
    refund = world.refunded()
    world.delete_refund(refund)
    world.refunded()
    assert told(world.reconcile()) == {("extra", f"WC-main-R{refund}", "credit_note")}


def test_another_amount_and_a_draft_are_different(world: ComparedRefunds) -> None:
    refund = world.refunded()
    note = world.erp.tables["refund"][world.credit_note(refund)["id"]]
    note.update(total="5.01")
    assert told(world.reconcile()) == {("different", refund, "amount")}
    note.update(total="5.00", state="draft")
    assert told(world.reconcile()) == {("different", refund, "state")}


def test_two_credit_notes_of_one_refund_are_a_duplicate(world: ComparedRefunds) -> None:
    refund = world.refunded()
    note = world.credit_note(refund)
    world.erp.put("refund", {**note, "id": "777", "number": "CN777"})
    world.pass_time(HOUR)
    drift = only(world.reconcile())
    assert (str(drift.kind), drift.id) == ("duplicate", refund)
    assert f"Keep credit note {note['number']}" in drift.mend


def test_a_cancelled_credit_note_is_missing_or_known_as_a_task(world: ComparedRefunds) -> None:
    refund = world.refunded()
    note = world.erp.tables["refund"][world.credit_note(refund)["id"]]
    note["state"] = "cancelled"
    assert "was cancelled in the ERP" in only(world.reconcile()).what


def test_goods_that_were_refunded_and_never_restocked_are_a_drift(world: ComparedRefunds) -> None:
    world.by_hand = True
    refund = world.refunded(Back(1, pieces=1), amount="11.90")
    assert world.reconcile().drifts == ()
    world.pass_time(15 * DAY)
    drift = only(world.reconcile())
    assert (str(drift.kind), drift.id, drift.field) == ("missing", refund, "restock")
    assert "refunded on 2026-01-05 and never restocked" in drift.what
    world.restock(world.erp.tables["refund"][world.credit_note(refund)["id"]])
    world.run("stock")
    assert world.reconcile().drifts == ()


@pytest.mark.parametrize("disposition", ["scrap", "repair", "none"])
def test_goods_that_are_not_to_come_back_are_no_drift(tmp_path: Path, disposition: str) -> None:
    world = ComparedRefunds(tmp_path, config=refund_config(disposition=disposition))
    world.by_hand = True
    world.refunded(Back(1, pieces=1), amount="11.90")
    world.pass_time(15 * DAY)
    assert world.reconcile().drifts == ()


def test_what_waits_or_needs_no_credit_note_is_no_drift(world: ComparedRefunds) -> None:
    broken = world.place_order([("11", 3)], off_by=Decimal("0.01"))
    held = world.place_order([("11", 3)], status="on-hold")
    sold = world.place_order([("11", 3)])
    world.sync()
    waiting, left_out = world.give_back(broken, "5.00"), world.give_back(held, "5.00")
    too_much = world.give_back(sold, "99.00")
    world.sync()
    report = world.reconcile(Wish(parts=(Part.REFUNDS,)))
    assert report.drifts == ()
    assert {each.id for each in report.waiting} == {waiting, too_much}
    assert left_out not in {each.id for each in report.waiting}


def test_a_refund_made_just_now_is_in_flight(world: ComparedRefunds) -> None:
    order = world.place_order([("11", 3)])
    world.sync()
    refund = world.give_back(order, "5.00")
    report = world.reconcile()
    assert report.drifts == ()
    assert [each.id for each in report.waiting if each.part is Part.REFUNDS] == [refund]


def test_refunds_that_are_off_are_not_compared(tmp_path: Path) -> None:
    world = ComparedRefunds(tmp_path, config=refund_config(mode="off"))
    assert Part.REFUNDS not in world.reconcile().compared


def test_credit_notes_that_are_all_gone_are_doubted_and_not_told_one_by_one(
    world: ComparedRefunds,
) -> None:
    for _ in range(3):
        world.refunded()
    for id in list(world.erp.records("refund")):
        world.erp.remove("refund", id)
    report = world.reconcile()
    assert report.drifts == ()
    assert any("none of the credit notes" in doubt for doubt in report.doubts)


def test_a_single_refund_that_cannot_be_read_waits(world: ComparedRefunds) -> None:
    refunds = [world.refunded() for _ in range(7)]
    world.shop.tables["refund"][refunds[3]]["amount"] = "a lot"
    report = world.reconcile(Wish(parts=(Part.REFUNDS,)))
    assert report.drifts == ()
    assert [each.id for each in report.waiting] == [refunds[3]]


# Refunds of orders in several documents


@pytest.fixture
def divided(world: ComparedRefunds) -> tuple[ComparedRefunds, str]:
    """A refund of 10.00 of an order that is two documents: 5.00 of each."""
    data = world.config.model_dump()
    rules = {"parts": [{"part": "north", "lines": {"sku": ["SKU-12"]}}], "rest": "main"}
    world.config = type(world.config).model_validate(
        {**data, "orders": {**data["orders"], "routing": rules}}
    )
    order = world.place_order([("11", 1), ("12", 1)])
    world.sync()
    refund = world.give_back(order, "10.00")
    world.sync()
    return world, refund


def part_note(world: ComparedRefunds, refund: str, part: str) -> dict[str, Any]:
    notes = world.erp.tables["refund"].values()
    [note] = [one for one in notes if one["reference"] == f"WC-main-R{refund}#{part}"]
    return note


REFUNDS = Wish(parts=(Part.REFUNDS,))


def test_the_parts_of_a_refund_are_compared_as_one(divided: tuple[ComparedRefunds, str]) -> None:
    world, refund = divided
    assert [part_note(world, refund, part)["total"] for part in ("main", "north")] == ["5.00"] * 2
    world.pass_time(DAY)
    report = world.reconcile(REFUNDS)
    assert report.drifts == ()
    assert [each.amount for each in report.sums] == [Decimal("10.00")] * 2


def test_a_part_of_a_refund_that_lost_a_cent_is_a_drift(
    divided: tuple[ComparedRefunds, str],
) -> None:
    world, refund = divided
    part_note(world, refund, "north")["total"] = "4.99"
    world.pass_time(DAY)
    drift = only(world.reconcile(REFUNDS))
    assert (str(drift.kind), drift.id, drift.shop, drift.erp) == (
        "different", refund, "10.00", "9.99",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "says", "mend"),
    [("cancelled", "was cancelled", "by hand"), ("", "no longer exists", "--erp-restored")],
)
def test_a_part_without_its_credit_note_is_named(
    divided: tuple[ComparedRefunds, str], state: str, says: str, mend: str
) -> None:
    world, refund = divided
    note = part_note(world, refund, "north")
    note["state"] = state
    if not state:
        world.erp.remove("refund", note["id"])
    world.pass_time(DAY)
    drift = only(world.reconcile(REFUNDS))
    assert (str(drift.kind), drift.field) == ("missing", "credit_note")
    assert says in drift.what
    assert "of part north" in drift.what
    assert mend in drift.mend


def test_two_credit_notes_of_one_part_are_one_too_many(
    divided: tuple[ComparedRefunds, str],
) -> None:
    world, refund = divided
    note = part_note(world, refund, "north")
    world.erp.put("refund", {**note, "id": "99001", "number": "CN-TWICE"})
    world.pass_time(DAY)
    drift = only(world.reconcile(REFUNDS))
    assert (str(drift.kind), drift.erp) == ("duplicate", "2")
    assert "CN-TWICE" in drift.what


def test_a_part_whose_document_was_cancelled_needs_no_credit_note(
    divided: tuple[ComparedRefunds, str],
) -> None:
    world, _ = divided
    order = world.place_order([("11", 1), ("12", 1)])
    world.sync()
    for document in world.erp.tables["order"].values():
        if document["reference"] == f"WC-main-{order}#north":
            document["state"] = "cancelled"
    world.give_back(order, "23.80", Back(1, pieces=1), Back(2, pieces=1))
    world.sync()
    world.pass_time(DAY)
    assert world.reconcile(REFUNDS).drifts == ()
