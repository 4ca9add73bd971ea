"""A refund goes to the ERP once, as a credit note of exactly its amount."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_cli.admin.keeping import forget_missing
from sync_cli.connectors.memory import Fate, MemoryConnector
from sync_cli.core.errors import IdentityError
from sync_cli.core.item import Why
from sync_cli.core.outcome import Stage
from tests.flows.refund_town import RefundTown
from tests.flows.town import Reads, hour, of_route
from tests.properties.refunding import Back, refund_config
from tests.properties.world import fates


@pytest.fixture
def town(tmp_path: Path) -> RefundTown:
    return RefundTown(tmp_path, config=refund_config())


def lines(note: Any) -> list[tuple[Any, ...]]:
    """A credit note's lines as kind, article, quantity, net, tax."""
    return [
        (line["kind"], line["product_id"], line["quantity"], line["net"], line["tax"])
        for line in note["lines"]
    ]


# What becomes of a refund


def test_a_refund_becomes_one_confirmed_credit_note_to_the_cent(town: RefundTown) -> None:
    order = town.sold()
    refund = town.give_back(order, "11.90", Back(1, pieces=1))
    town.orders()
    note = town.credit_note(refund)
    assert (note["state"], note["reference"]) == ("confirmed", f"WC-main-R{refund}")
    assert (note["total"], note["tax"], note["currency"]) == ("11.90", "1.90", "EUR")
    assert note["order_id"] == town.document(order)["id"]
    assert lines(note) == [("product", "911", "1", "10.00", "1.90")]


def test_a_refund_by_amount_alone_becomes_an_adjustment(town: RefundTown) -> None:
    order = town.sold()
    refund = town.give_back(order, "5.00")
    town.orders()
    assert lines(town.credit_note(refund)) == [("adjustment", None, "1", "4.20", "0.80")]


def a_set(town: RefundTown, how: str) -> str:
    """Article 11 holds two of 12 and one of 13 together, each at 10.00; it is in the ERP."""
    town.configure(orders={"lines": {"bundles": how}})
    order = town.place_order([("11", 2), ("12", 2), ("13", 1)])
    for line in town.shop_order(order)["line_items"][1:]:
        line.update(bundled_by=1)
    town.orders()
    return order


WHOLE = (Back(1, 1), Back(2, 1), Back(3, 1))


@pytest.mark.parametrize(
    ("how", "backs", "booked"),
    [
        ("lines", (Back(2, 1),), [("product", "912", "1", "10.00", "1.90")]),
        ("container", (Back(1, 1),), [("product", "911", "1", "10.00", "1.90")]),
        ("container", (Back(2, 1),), [("adjustment", None, "1", "10.00", "1.90")]),
        ("container", WHOLE, [("product", "911", "1", "30.00", "5.70")]),
        ("container", WHOLE[::-1], [("product", "911", "1", "30.00", "5.70")]),
        ("container", (Back(1, 0), Back(2, 1)), [("adjustment", None, "1", "10.00", "1.90")] * 2),
        ("contents", (Back(2, 1),), [("product", "912", "1", "10.00", "1.90")]),
        ("contents", (Back(1, 1),), [("adjustment", None, "1", "10.00", "1.90")]),
        (
            "contents",
            (Back(1, 1), Back(3, 1)),
            [("product", "913", "1", "10.00", "1.90"), ("adjustment", None, "1", "10.00", "1.90")],
        ),
    ],
)
def test_a_refund_of_a_bundle_is_booked_by_the_lines_that_its_document_has(
    town: RefundTown, how: str, backs: tuple[Back, ...], booked: list[tuple[Any, ...]]
) -> None:
    """No article of the ERP comes back that never went out under its own name."""
    for product in {"container": ("12", "13"), "contents": ("11",)}.get(how, ()):
        del town.erp.tables["product"][f"9{product}"]
    order = a_set(town, how)
    total = sum((back.net + back.tax for back in backs), Decimal(0))
    refund = town.give_back(order, f"{total}", *backs)
    town.orders()
    note = town.credit_note(refund)
    assert lines(note) == booked
    assert Decimal(note["total"]) == total
    assert not town.held("refunds")


def test_what_came_back_of_a_bundle_is_told_by_both_names_and_in_its_story(
    town: RefundTown,
) -> None:
    order = a_set(town, "container")
    refund = town.give_back(order, "11.90", Back(2, 1))
    town.orders()
    assert town.credit_note(refund)["lines"][0]["text"] == "Article 11: Article 12"
    with closing(town.open_state()) as state:
        facts = state.facts("refund", [refund])[refund]
    assert "for which another line of the bundle stands" in facts["adjusted"]


def test_pieces_of_a_bundle_that_cost_nothing_make_no_credit_note(town: RefundTown) -> None:
    order = a_set(town, "container")
    refund = town.give_back(order, "0.00", Back(2, 1, Decimal(0), Decimal(0)))
    town.orders()
    assert "gives nothing back" in town.left_out(refund)


def test_several_refunds_up_to_all_of_the_order(town: RefundTown) -> None:
    order = town.sold()
    refunds = [town.give_back(order, amount) for amount in ("11.90", "3.80", "20.00")]
    town.orders()
    notes = [town.credit_note(refund) for refund in refunds]
    assert [note["total"] for note in notes] == ["11.90", "3.80", "20.00"]
    assert sum(Decimal(note["tax"]) for note in notes) == Decimal("5.70")


def test_refund_is_found_though_the_date_of_its_order_did_not_move(town: RefundTown) -> None:
    """Gateways and older shops refund without moving the order's date (#34798, #28969)."""
    order = town.sold()
    town.pass_time(hour(24 * 9))
    moved = town.shop.dates["order", order]
    refund = town.give_back(order, "5.00")
    town.shop.dates["order", order] = moved
    town.orders()
    assert town.credit_note(refund)["total"] == "5.00"


def test_a_second_run_makes_no_second_credit_note_nor_does_one_a_week_later(
    town: RefundTown,
) -> None:
    refund = town.give_back(town.sold(), "5.00")
    town.orders()
    assert town.orders().writes == 0
    town.pass_time(hour(24 * 7))
    assert town.orders().writes == 0
    assert town.orders(full=True).writes == 0
    assert len(town.credit_notes(refund)) == 1


def test_the_credit_note_is_read_back_before_it_is_confirmed(town: RefundTown) -> None:
    order = town.sold()
    town.give_back(order, "5.00")
    calls: list[str] = []
    town.wrap_erp = lambda connector: Reads(connector, calls)
    town.orders()
    made = calls.index("create refund")
    assert calls[made : made + 3] == ["create refund", "find refund", "advance refund"]


def test_a_credit_note_with_another_total_is_cancelled_and_the_refund_held(
    town: RefundTown,
) -> None:
    order = town.sold()
    refund = town.give_back(order, "5.00")
    town.wrong_note = {"total": "5.01"}
    town.orders()
    assert [note["state"] for note in town.credit_notes(refund)] == ["cancelled"]
    assert "total 5.01" in town.why_refund_held(refund)


@pytest.mark.parametrize("fate", [Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.LATE])
def test_a_lost_answer_makes_no_second_credit_note(town: RefundTown, fate: Fate) -> None:
    refund = town.give_back(town.sold(), "5.00")
    town.settle_down()
    town.go("orders", network=fates(fate))
    for _ in range(3):
        town.pass_time(hour())
        town.go("orders")
    assert [note["state"] for note in town.credit_notes(refund)] == ["confirmed"]


def test_a_dry_run_plans_the_credit_note_and_writes_nothing(town: RefundTown) -> None:
    refund = town.give_back(town.sold(), "5.00")
    town.settle_down()
    told = town.go("orders", dry_run=True)
    assert told.writes == 0
    [line] = of_route(told.ears.plan, "refunds")
    assert f"Refund {refund} of order" in line


def test_refunds_are_planned_only_where_their_mode_says_so(tmp_path: Path) -> None:
    town = RefundTown(tmp_path, config=refund_config(mode="plan"))
    refund = town.give_back(town.sold(), "5.00")
    assert len(of_route(town.orders().ears.plan, "refunds")) == 1
    assert town.credit_notes(refund) == []


def test_the_refunds_of_one_order_can_be_asked_for(town: RefundTown) -> None:
    orders = [town.sold(), town.sold()]
    refunds = [town.give_back(order, "5.00") for order in orders]
    town.orders(ids=(orders[1],))
    assert [len(town.credit_notes(refund)) for refund in refunds] == [0, 1]
    town.orders()
    assert [len(town.credit_notes(refund)) for refund in refunds] == [1, 1]


def test_the_stages_and_facts_of_a_refund_are_remembered(town: RefundTown) -> None:
    order = town.sold()
    refund = town.give_back(order, "5.00")
    town.orders()
    with closing(town.open_state()) as state:
        stages, facts = state.stages("refund", refund), state.facts("refund", [refund])[refund]
    assert stages.keys() == {Stage.SEEN, Stage.CREATED, Stage.CONFIRMED, Stage.REFUNDED}
    assert facts["order"] == order
    assert facts["number"] == town.credit_note(refund)["number"]
    assert facts["adjusted"] == "its lines give 5.00 less than its amount"


# Held, waiting, left out


def test_a_refund_waits_for_its_order_and_is_not_lost(town: RefundTown) -> None:
    order = town.buy("11", 3, off_by=Decimal("0.01"))
    refund = town.give_back(order, "5.00")
    town.orders()
    assert town.held("refunds")[refund].why is Why.DEFERRED
    assert f"it waits for order {order}" in town.why_refund_held(refund)
    town.edit(order, total="35.700000")
    for _ in range(3):
        town.pass_time(hour())
        town.orders()
    assert town.credit_note(refund)["total"] == "5.00"
    assert town.held("refunds") == {}


def test_a_refund_of_an_order_that_was_left_out_follows_it_when_it_comes(
    town: RefundTown,
) -> None:
    order = town.buy("11", 3, status="on-hold")
    refund = town.give_back(order, "5.00")
    town.orders()
    assert town.left_out(refund) == (
        "its order is not in the ERP: state on_hold is not transferred"
    )
    town.pass_time(hour(24 * 9))
    town.set_status(order, "processing")
    town.orders()
    assert town.credit_note(refund)["total"] == "5.00"


def test_a_refund_of_an_order_from_before_start_at_is_left_out(town: RefundTown) -> None:
    order = town.buy("11", 3)
    town.edit(order, date_created_gmt="2020-01-01T00:00:00")
    refund = town.give_back(order, "5.00")
    town.orders()
    assert town.left_out(refund) == "its order was placed before start_at"


def test_nothing_is_given_back_for_a_document_that_was_cancelled(town: RefundTown) -> None:
    order = town.sold()
    town.set_status(order, "cancelled")
    town.orders()
    refund = town.give_back(order, "35.70")
    town.orders()
    assert town.credit_notes(refund) == []
    assert "was cancelled" in town.left_out(refund)


def test_refund_one_cent_above_its_order_is_held_with_the_arithmetic(town: RefundTown) -> None:
    order = town.sold()
    refund = town.give_back(order, "35.71")
    town.orders()
    assert town.credit_notes(refund) == []
    assert "35.70 ≠ 35.71" in town.why_refund_held(refund)


def test_lines_that_disagree_are_held_where_the_setting_says_so(tmp_path: Path) -> None:
    town = RefundTown(tmp_path, config=refund_config(mismatch="hold"))
    refund = town.give_back(town.sold(), "5.00", Back(1, pieces=1))
    town.orders()
    assert "amount = its lines: 5.00" in town.why_refund_held(refund)
    assert town.credit_notes(refund) == []


def test_a_refund_that_is_still_being_made_waits(town: RefundTown) -> None:
    order = town.sold()
    refund = town.give_back(order, "5.00")
    town.go("orders")
    assert town.credit_notes(refund) == []
    town.orders()
    assert town.credit_note(refund)["state"] == "confirmed"


def test_an_unreadable_refund_is_held_and_stops_no_other(town: RefundTown) -> None:
    order, other = town.sold(), town.sold()
    bad, good = town.give_back(order, "5.00"), town.give_back(other, "6.00")
    later = town.give_back(order, "6.00")
    town.shop.tables["refund"][bad]["amount"] = "a lot"
    town.orders()
    assert "amount" in town.why_refund_held(bad)
    assert town.credit_note(good)["total"] == "6.00"
    assert f"stands on cannot be read: Refund {bad}" in town.why_refund_held(later)


def test_a_refund_of_nothing_is_left_out(town: RefundTown) -> None:
    refund = town.give_back(town.sold(), "0.00")
    town.orders()
    assert town.left_out(refund) == "it gives nothing back"


def test_same_refund_id_with_another_birth_stops_the_lane(town: RefundTown) -> None:
    order = town.sold()
    refund = town.give_back(order, "5.00")
    town.orders()
    town.shop.tables["refund"][refund]["date_created_gmt"] = "2026-01-06T00:00:00"
    town.shop.dates["refund", refund] = town.now
    with pytest.raises(IdentityError, match=f"Refund {refund}"):
        town.orders()


def test_credit_notes_that_are_gone_from_the_erp_stop_the_lane(town: RefundTown) -> None:
    refund = town.give_back(town.sold(), "5.00")
    town.orders()
    town.erp.remove("refund", town.credit_note(refund)["id"])
    with pytest.raises(IdentityError, match="restored from a backup"):
        town.orders()


# Deleted in the shop


def test_a_refund_deleted_after_its_credit_note_is_a_task_until_that_is_cancelled(
    town: RefundTown,
) -> None:
    refund = town.give_back(town.sold(), "5.00")
    town.orders()
    town.delete_refund(refund)
    town.pass_time(hour(25))
    town.orders()
    held = town.held("refunds")[refund]
    assert held.why is Why.TASK
    number = town.credit_note(refund)["number"]
    assert f"after credit note {number} over 5.00 EUR was made of it" in held.problem.sentence()
    town.erp.tables["refund"][town.credit_note(refund)["id"]]["state"] = "cancelled"
    town.pass_time(hour(2))
    town.orders()
    assert town.held("refunds") == {}


def test_a_deleted_refund_still_counts_until_its_credit_note_is_cancelled(
    town: RefundTown,
) -> None:
    order = town.sold()
    first = town.give_back(order, "30.00")
    town.orders()
    town.delete_refund(first)
    second = town.give_back(order, "6.00")
    town.orders()
    assert "35.70 ≠ 36.00" in town.why_refund_held(second)
    town.erp.tables["refund"][town.credit_note(first)["id"]]["state"] = "cancelled"
    town.pass_time(hour(1))
    town.orders()
    assert town.credit_note(second)["total"] == "6.00"


def test_a_refund_deleted_while_it_waited_is_forgotten(town: RefundTown) -> None:
    order = town.buy("11", 3, off_by=Decimal("0.01"))
    refund = town.give_back(order, "5.00")
    town.orders()
    town.delete_refund(refund)
    town.pass_time(hour(1))
    town.orders()
    assert town.held("refunds") == {}
    assert town.left_out(refund) == "it was deleted in the shop"


# Stock


def restocks(note: Any) -> list[bool]:
    """Which lines of a credit note go back to the shelf."""
    return [line["restock"] for line in note["lines"]]


@pytest.mark.parametrize("restock", [True, False])
def test_pieces_go_back_to_the_shelf_of_the_erp_where_the_shop_put_them_back(
    town: RefundTown, restock: bool
) -> None:
    refund = town.give_back(town.sold(), "11.90", Back(1, pieces=1), restock=restock)
    town.orders()
    assert restocks(town.credit_note(refund)) == [restock]
    town.stock()
    assert town.shop_stock("11") == town.expected_stock("11") == (48 if restock else 47)


@pytest.mark.parametrize("disposition", ["scrap", "repair", "none"])
def test_goods_that_do_not_go_back_are_not_offered_again(tmp_path: Path, disposition: str) -> None:
    town = RefundTown(tmp_path, config=refund_config(disposition=disposition))
    refund = town.give_back(town.sold(), "11.90", Back(1, pieces=1))
    town.orders()
    assert town.credit_note(refund)["disposition"] == disposition
    town.stock()
    assert town.shop_stock("11") == 47


def test_the_refund_itself_says_what_becomes_of_its_goods(town: RefundTown) -> None:
    meta = [{"id": 1, "key": "_return_disposition", "value": "repair"}]
    refund = town.give_back(town.sold(), "11.90", Back(1, pieces=1), meta_data=meta)
    town.orders()
    assert town.credit_note(refund)["disposition"] == "repair"


def test_stock_is_never_above_what_is_there_while_a_refund_is_under_way(
    town: RefundTown,
) -> None:
    order = town.sold()
    town.give_back(order, "11.90", Back(1, pieces=1))
    town.stock()
    assert town.shop_stock("11") <= 48
    town.orders()
    town.stock()
    assert town.shop_stock("11") == town.expected_stock("11") == 48


def test_a_refund_before_the_order_came_to_the_erp_leaves_the_stock_right(
    town: RefundTown,
) -> None:
    order = town.buy("11", 3)
    town.give_back(order, "11.90", Back(1, pieces=1))
    town.stock()
    assert town.shop_stock("11") == 48
    town.orders()
    town.stock()
    assert town.shop_stock("11") == town.expected_stock("11") == 48


def test_pieces_that_all_came_back_before_the_order_came_are_no_unseen_sale(
    town: RefundTown,
) -> None:
    """Once nothing of a line is taken any more, the shop deletes its count of it."""
    order = town.buy("11", 3, status="on-hold")
    town.give_back(order, "35.70", Back(1, pieces=3))
    assert all(entry["key"] != "_reduced_stock" for entry in _meta_of(town, order))
    town.stock()
    assert town.shop_stock("11") == 50


def _meta_of(town: RefundTown, order: str) -> list[Any]:
    line: dict[str, Any] = town.shop_order(order)["line_items"][0]
    return list(line["meta_data"])


def test_an_order_cancelled_after_a_partial_refund_is_a_task_and_the_books_stay_above_zero(
    town: RefundTown,
) -> None:
    order = town.sold()
    refund = town.give_back(order, "5.00")
    town.orders()
    town.set_status(order, "cancelled")
    town.orders()
    assert town.states(order) == ["confirmed"]
    held = town.held()[order]
    assert held.why is Why.TASK
    assert "credit notes over 5.00 stand against its document" in held.problem.sentence()
    note = town.erp.tables["refund"][town.credit_note(refund)["id"]]
    note["state"] = "cancelled"
    town.pass_time(hour(2))
    town.orders()
    assert town.states(order) == ["cancelled"]
    assert not town.held()


# Cancelled before, or lost


def test_an_order_that_was_cancelled_and_then_refunded_in_full_is_no_task(town: RefundTown) -> None:
    order = town.sold()
    town.set_status(order, "cancelled")
    town.orders()
    assert town.states(order) == ["cancelled"]
    town.give_back(order, "35.70")
    town.edit(order, status="refunded")
    told = town.orders()
    assert not town.held()
    assert not town.held("refunds")
    assert told.writes == 0
    town.edit(order, customer_note="thank you")
    town.orders()
    assert not town.held()


def test_an_order_that_the_erp_cancelled_and_the_shop_refunded_keeps_its_story(
    town: RefundTown,
) -> None:
    order = town.sold()
    town.erp.tables["order"][town.document(order)["id"]]["state"] = "cancelled"
    town.edit(order, status="refunded")
    town.orders()
    assert not town.held()


def test_after_a_persons_word_credit_notes_that_the_erp_lost_are_made_again(
    town: RefundTown,
) -> None:
    order = town.sold()
    lost, kept = town.give_back(order, "5.00"), town.give_back(order, "6.00")
    town.orders()
    town.erp.remove("refund", town.credit_note(lost)["id"])
    with pytest.raises(IdentityError, match="1 of the last 2 refunds are gone"):
        town.orders()
    with closing(town.open_state()) as state:
        assert forget_missing(state, MemoryConnector(town.erp), town.now) == 1
    town.orders()
    assert town.credit_note(lost)["total"] == "5.00"
    assert town.credit_note(kept)["total"] == "6.00"
    assert town.orders().writes == 0


def test_one_that_the_erp_refused_is_not_sent_again_before_its_next_try(town: RefundTown) -> None:
    order = town.sold()
    town.orders()
    refund = town.give_back(order, "11.90", Back(1, pieces=1))
    tries: list[str] = []

    def refusing(call: str) -> Fate:
        tries.extend([call] if call == "create" else [])
        return Fate.REFUSED if call == "create" else Fate.ARRIVES

    town.settle_down()
    for _ in range(3):
        town.go("orders", network=refusing)
    assert len(tries) == 1
    town.pass_time(hour())
    town.orders()
    assert town.credit_note(refund)["total"] == "11.90"
