"""Whatever happens, nothing is lost, nothing is made twice, and a further run writes nothing.

Kills, lost answers whose effect lands later, late commits, edits while pages are read, old copies
of the state, re-used ids, two lanes, changed filters, a host whose clock is wrong.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
)

from sync_cli.connectors.memory import Fate
from sync_cli.core.errors import IdentityError, SystemFault
from tests.properties.world import PRODUCTS, Killed, SyncResult, World, config_for, fates

LANES = ("orders", "stock")
FATES = st.lists(st.sampled_from(list(Fate)), max_size=4)
LINES = st.lists(
    st.tuples(st.sampled_from(PRODUCTS), st.integers(1, 3)),
    min_size=1,
    max_size=2,
    unique_by=lambda line: line[0],
)


class Sync(RuleBasedStateMachine):
    """The world, and rules for everything that people, networks and time do to it."""

    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.good: set[str] = set()
        self.bad: set[str] = set()
        self.cancelled: set[str] = set()
        self.has_copy = False

    @initialize(unique=st.booleans(), offset=st.sampled_from([-15, 0, 15]))
    def begin(self, unique: bool, offset: int) -> None:
        self.world = World(
            Path(self._folder.name),
            unique_references=unique,
            host_offset=timedelta(minutes=offset),
        )

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self._settle()
            self._judge()
        self._folder.cleanup()

    # What customers and admins do

    @rule(
        target=orders,
        lines=LINES,
        customer=st.sampled_from([0, 0, 7]),
        email=st.sampled_from(["a@example.com", "b@example.com"]),
        status=st.sampled_from(["processing", "processing", "on-hold", "pending"]),
        late=st.sampled_from([0, 0, 30, 200]),
    )
    def buy(
        self, lines: list[tuple[str, int]], customer: int, email: str, status: str, late: int
    ) -> str:
        order = self.world.place_order(
            lines,
            status=status,
            customer=customer,
            email=f"registered-{email}" if customer else email,
            late_by=timedelta(seconds=late),
        )
        self.good.add(order)
        return order

    @rule(lines=LINES)
    def buy_what_does_not_add_up(self, lines: list[tuple[str, int]]) -> None:
        self.bad.add(self.world.place_order(lines, off_by=Decimal("0.01")))

    @rule()
    def buy_what_the_erp_does_not_know(self) -> None:
        self.bad.add(self.world.place_order([("99", 1)]))

    @rule(order=orders, status=st.sampled_from(["processing", "completed", "on-hold"]))
    def change_status(self, order: str, status: str) -> None:
        if order not in self.cancelled:
            self.world.set_status(order, status)

    @rule(order=consumes(orders))
    def cancel(self, order: str) -> None:
        self.world.set_status(order, "cancelled")
        self.cancelled.add(order)

    @rule(product=st.sampled_from(PRODUCTS), pieces=st.integers(-5, 20))
    def move_stock(self, product: str, pieces: int) -> None:
        self.world.move_stock(f"9{product}", on_hand=pieces)

    @rule(seconds=st.sampled_from([1, 30, 61, 130, 400, 4000]))
    def wait(self, seconds: int) -> None:
        self.world.pass_time(seconds)

    # What becomes of the runs

    @rule(lane=st.sampled_from(LANES), script=FATES)
    def run_over_a_bad_line(self, lane: str, script: list[Fate]) -> None:
        self._run(lane, network=fates(*script))

    @rule(lane=st.sampled_from(LANES), at=st.integers(0, 200), script=FATES)
    def run_and_kill(self, lane: str, at: int, script: list[Fate]) -> None:
        with contextlib.suppress(Killed):
            self._run(lane, kill_at=at, network=fates(*script))

    @rule(lines=LINES)
    def buy_while_pages_are_read(self, lines: list[tuple[str, int]]) -> None:
        made: list[str] = []

        def edit() -> None:
            if len(made) < 3:
                made.append(self.world.place_order(lines))

        self._run("orders", between_pages=edit)
        self._run("stock", between_pages=edit)
        self.good.update(made)

    @rule()
    def run_both_lanes_at_once(self) -> None:
        begun: list[bool] = []

        def other_lane() -> None:
            if not begun:
                begun.append(True)
                self._run("stock")

        self._run("orders", between_pages=other_lane)

    @rule()
    def widen_the_filter(self) -> None:
        self.world.config = config_for(("processing", "completed", "on_hold"))

    @rule()
    def narrow_the_filter(self) -> None:
        self.world.config = config_for()

    # Copies and restored systems

    @rule()
    def keep_a_copy_of_the_state(self) -> None:
        self.world.copy_state("copy.sqlite")
        self.has_copy = True

    @precondition(lambda self: self.has_copy)
    @rule()
    def run_with_the_old_copy(self) -> None:
        """An old state either stops, or does no harm; afterwards the newest is brought back."""
        self.world.copy_state("newest.sqlite")
        self.world.bring_back_state("copy.sqlite")
        self._run("orders")
        self.world.bring_back_state("newest.sqlite")
        self.world.rebuild_state()

    @precondition(lambda self: bool(self.good - self.cancelled))
    @rule(data=st.data())
    def restore_the_shop(self, data: st.DataObject) -> None:
        """An id is used again for a stranger's order: the lane stops until it is put right."""
        order = data.draw(st.sampled_from(sorted(self.good - self.cancelled)))
        kept = dict(self.world.shop.tables["order"][order])
        if not self._is_linked(order):
            return
        self.world.place_order([("11", 1)], status="processing", order_id=int(order))
        try:
            self.world.pass_time(120)
            self.world.run("orders")  # may only finish a read that was interrupted before
            self.world.run("orders")
            raise AssertionError("a re-used order id did not stop the lane")
        except (IdentityError, SystemFault):
            pass
        self.world.shop.put("order", kept)
        self.world.shop.tables["product"]["11"]["stock_quantity"] += 1

    @invariant()
    def nothing_is_doubled(self) -> None:
        if hasattr(self, "world"):
            for reference, documents in self.world.documents().items():
                confirmed = [d for d in documents if d["state"] != "draft"]
                assert len(confirmed) <= 1, f"{reference} was confirmed {len(confirmed)} times"

    # Verdicts

    def _run(self, lane: str, **how: Any) -> SyncResult | None:
        try:
            return self.world.run(lane, **how)
        except (IdentityError, SystemFault):
            return None

    def _is_linked(self, order: str) -> bool:
        return self.world.is_linked(order)

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
        documents = world.documents()
        states = {str(state).replace("_", "-") for state in world.config.orders.states}
        for order in self.good:
            data = world.shop.records("order")[order]
            own = documents.get(f"WC-main-{order}", [])
            assert len(own) <= 1, f"order {order} has {len(own)} documents"
            if data["status"] == "cancelled":
                assert not own, f"order {order} is cancelled, its document is {own[0]['state']}"
            elif data["status"] in states:
                assert own, f"order {order} was lost"
                assert own[0]["state"] == "confirmed"
                assert Decimal(own[0]["total"]) == Decimal(data["total"])
                assert world.written_back(order) == own[0]["number"]
                assert world.notes(order) == 1
        for order in self.bad:
            assert not documents.get(f"WC-main-{order}"), f"order {order} does not add up"
        emails = [c["email"] for c in world.erp.records("customer").values()]
        assert len(emails) == len(set(emails)), "a customer was made twice"
        for product in PRODUCTS:
            assert world.shop_stock(product) == world.expected_stock(product), product
        assert all(world.run(lane).writes == 0 for lane in LANES), "a further run wrote"


TestSync = Sync.TestCase
TestSync.settings = settings(
    max_examples=int(os.environ.get("MACHINE_EXAMPLES", "60")),
    stateful_step_count=30,
    phases=(Phase.explicit, Phase.reuse, Phase.generate)
    if "MACHINE_EXAMPLES" in os.environ
    else tuple(Phase),
)
