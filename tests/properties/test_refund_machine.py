"""Whatever happens, each refund is credited once and to the cent, or held; never above its order.

Kills, lost answers whose effect lands later, refunds deleted meanwhile, credit notes that the ERP
makes itself, both lanes at once.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import IdentityError, SystemFault
from tests.properties.refunding import Back, Refunding, refund_config
from tests.properties.world import PRODUCTS, Killed, SyncResult, fates

LANES = ("orders", "stock")
FATES = st.lists(st.sampled_from(list(Fate)), max_size=5)
CENT = Decimal("0.01")
PIECE = Decimal("11.90")


class RefundSync(RuleBasedStateMachine):
    """The world with refunds, and rules for everything that people, networks and time do to it."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.orders: list[str] = []
        self.waiting: set[str] = set()
        self.refunds: set[str] = set()
        self.booked: set[str] = set()

    @initialize(unique=st.booleans(), by_hand=st.booleans(), offset=st.sampled_from([-15, 0, 15]))
    def begin(self, unique: bool, by_hand: bool, offset: int) -> None:
        self.world = Refunding(
            Path(self._folder.name),
            config=refund_config(from_erp="on", from_erp_since="2020-01-01"),
            unique_references=unique,
            by_hand=by_hand,
            host_offset=timedelta(minutes=offset),
        )
        self.buy("11", 3)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self._settle()
            self._judge()
        self._folder.cleanup()

    # What customers and staff do

    @rule(product=st.sampled_from(PRODUCTS), pieces=st.integers(1, 3))
    def buy(self, product: str, pieces: int) -> None:
        self.orders.append(self.world.place_order([(product, pieces)]))

    @rule(product=st.sampled_from(PRODUCTS))
    def buy_and_pay_later(self, product: str) -> None:
        order = self.world.place_order([(product, 2)], status="on-hold")
        self.orders.append(order)
        self.waiting.add(order)

    @precondition(lambda self: bool(self.waiting))
    @rule(data=st.data())
    def pay(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(sorted(self.waiting)))
        self.waiting.discard(order)
        self.world.set_status(order, "processing")

    @rule(data=st.data(), cents=st.integers(1, 4000))
    def refund_an_amount(self, data: st.DataObject, cents: int) -> None:
        self._refund(data, cents * CENT)

    @rule(data=st.data(), pieces=st.integers(1, 3), off_by=st.sampled_from([0, 0, -10, 25]))
    def refund_pieces(self, data: st.DataObject, pieces: int, off_by: int) -> None:
        net, tax = 10 * pieces * Decimal("1.00"), Decimal("1.90") * pieces
        self._refund(data, PIECE * pieces + off_by * CENT, Back(1, pieces, net, tax))

    @rule(data=st.data())
    def refund_all_that_is_left(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self.orders))
        left = self._total(order) - self._given(order)
        if left > 0:
            self.refunds.add(self.world.give_back(order, left, restock=False))

    def _refund(self, data: st.DataObject, amount: Decimal, *lines: Back) -> None:
        """As the shop does it: never more than what is left; all pieces of an order alike."""
        order = data.draw(st.sampled_from(self.orders))
        if amount <= self._total(order) - self._given(order):
            restock = int(order) % 2 == 0
            self.refunds.add(self.world.give_back(order, amount, *lines, restock=restock))

    @precondition(lambda self: bool(self.refunds))
    @rule(data=st.data())
    def delete_a_refund(self, data: st.DataObject) -> None:
        refund = data.draw(st.sampled_from(sorted(self.refunds)))
        self.refunds.discard(refund)
        self.world.delete_refund(refund)

    @rule(data=st.data(), cents=st.integers(1, 50))
    def credit_in_the_erp(self, data: st.DataObject, cents: int) -> None:
        order = data.draw(st.sampled_from(self.orders))
        if self.world.is_linked(order):
            note = self.world.erp_credit(order, f"{cents * CENT}")
            self.booked.add(note)

    @rule(seconds=st.sampled_from([1, 30, 61, 130, 400, 4000, 90000]))
    def wait(self, seconds: int) -> None:
        self.world.pass_time(seconds)

    # What becomes of the runs

    @rule(lane=st.sampled_from(LANES), script=FATES)
    def run_over_a_bad_line(self, lane: str, script: list[Fate]) -> None:
        self._run(lane, network=fates(*script))

    @rule(lane=st.sampled_from(LANES), at=st.integers(0, 260), script=FATES)
    def run_and_kill(self, lane: str, at: int, script: list[Fate]) -> None:
        with contextlib.suppress(Killed):
            self._run(lane, kill_at=at, network=fates(*script))

    @rule()
    def run_both_lanes_at_once(self) -> None:
        begun: list[bool] = []

        def other_lane() -> None:
            if not begun:
                begun.append(True)
                self._run("stock")

        self._run("orders", between_pages=other_lane)

    @invariant()
    def nothing_is_doubled_or_too_much(self) -> None:
        if not hasattr(self, "world"):
            return
        given: defaultdict[str, Decimal] = defaultdict(Decimal)
        seen = set()
        for note in self.world.erp.records("refund").values():
            if note["state"] == "confirmed" and note["reference"]:
                assert note["reference"] not in seen, f"{note['reference']} was confirmed twice"
                seen.add(note["reference"])
                given[note["order_id"]] += Decimal(note["total"])
        for document in self.world.erp.records("order").values():
            assert given[document["id"]] <= Decimal(document["total"])
        told = [
            entry["value"]
            for refund in self.world.shop.records("refund").values()
            for entry in refund["meta_data"]
        ]
        assert len(told) == len(set(told)), "a credit note became two refunds"

    # Verdicts

    def _run(self, lane: str, **how: Any) -> SyncResult | None:
        try:
            return self.world.run(lane, **how)
        except (IdentityError, SystemFault):
            return None

    def _total(self, order: str) -> Decimal:
        return Decimal(self.world.shop.records("order")[order]["total"]).quantize(CENT)

    def _given(self, order: str) -> Decimal:
        """What the refunds of an order give back, also those whose credit note outlived them."""
        return sum((Decimal(each["amount"]) for each in self.world.refunds_of(order)), Decimal(0))

    def _settle(self) -> None:
        """The line is good again, time passes, and the sync runs until nothing is left to do."""
        self.world.pass_time(3600)
        for _ in range(12):
            self.world.pass_time(3600 * 13)
            writes = [self.world.run(lane).writes for lane in LANES]
            if not any(writes):
                break

    def _judge(self) -> None:
        world = self.world
        for refund in self.refunds:
            data = world.shop.records("refund")[refund]
            order = str(data["parent_id"])
            notes = [note for note in world.credit_notes(refund) if note["state"] != "cancelled"]
            assert len(notes) <= 1, f"refund {refund} has {len(notes)} credit notes"
            assert all(note["state"] == "confirmed" for note in notes)
            assert all(Decimal(note["total"]) == Decimal(data["amount"]) for note in notes)
            must = order not in self.waiting and self._elsewhere(order) + self._given(
                order
            ) <= self._total(order)
            assert notes or not must, f"refund {refund} was lost"
        self._judge_own()
        for product in PRODUCTS:
            assert world.shop_stock(product) == world.expected_stock(product), product
        assert all(world.run(lane).writes == 0 for lane in LANES), "a further run wrote"

    def _elsewhere(self, order: str) -> Decimal:
        """What credit notes give back whose refunds were deleted."""
        there = {f"WC-main-R{refund['id']}" for refund in self.world.refunds_of(order)}
        document = self.world.document_id(order)
        return sum(
            (
                Decimal(note["total"])
                for note in self.world.erp.records("refund").values()
                if note["order_id"] == document
                and note["state"] == "confirmed"
                and note["reference"]
                and note["reference"] not in there
            ),
            Decimal(0),
        )

    def _judge_own(self) -> None:
        """Each credit note of the ERP became one refund, or the shop had nothing left."""
        told: defaultdict[str, list[Any]] = defaultdict(list)
        for refund in self.world.shop.records("refund").values():
            for entry in refund["meta_data"]:
                told[entry["value"]].append(refund)
        for id in self.booked:
            note = self.world.erp.records("refund")[id]
            made = told.get(note["number"], [])
            if made:
                [refund] = made
                assert Decimal(refund["amount"]) == Decimal(note["total"])
                assert self.world.credit_notes(refund["id"]) == []
            else:
                assert self.world.is_held("credit-notes"), f"{note['number']} was lost"


TestRefundSync = RefundSync.TestCase
TestRefundSync.settings = settings(
    max_examples=int(os.environ.get("MACHINE_EXAMPLES", "40")),
    stateful_step_count=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate)
    if "MACHINE_EXAMPLES" in os.environ
    else tuple(Phase),
)
