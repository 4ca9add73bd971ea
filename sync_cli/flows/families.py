"""Looks up what orders belong to: the whole that they are a part of, and parts of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.families import ChildOrders, Family
from sync_cli.core.identity import lowest_first
from sync_cli.core.model import Order, OrderState
from sync_cli.core.outcome import Settlement
from sync_cli.core.states import left_out
from sync_cli.flows.bookings import booked_links
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable

ORDER = "order"
ORDERS = "orders"
SPLITS = "splits_orders"
AT_ONCE = 100
DEAD = frozenset({OrderState.DRAFT, OrderState.CANCELLED, OrderState.FAILED, OrderState.TRASHED})
"""States of a part in which it is no sale."""


class Families:
    """The families of the orders of a window.

    Parts of an order are asked for only where the shop is known to split orders, or where the
    configuration says that these are booked: most shops never do, and a call is a call.
    """

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.settings = systems.config.orders
        self._state = systems.run.state
        self._splits = SPLITS in self._state.facts(ORDERS, [ORDERS]).get(ORDERS, {})

    def of(self, orders: Sequence[Order]) -> dict[str, Family]:
        """The families of these orders, by id; an order without one is absent."""
        parts = [order for order in orders if order.parent_id]
        if parts and not self._splits:
            self._remember()
        found = self._of_parts(parts)
        for whole, children in self._children(orders).items():
            if children and whole not in found:
                found[whole] = Family(children=tuple(lowest_first(children)))
        return found

    def _remember(self) -> None:
        """This shop splits orders: from now on every order is asked for its parts."""
        self._splits = True
        run = self.systems.run
        if not (run.plans_only or run.options.dry_run):
            facts = {SPLITS: "yes"}
            settlement = Settlement(ORDERS, entity=ORDERS, facts=facts)
            self._state.settle(SPLITS, run.number, [settlement], run.now())

    def _of_parts(self, parts: Sequence[Order]) -> dict[str, Family]:
        wholes = {order.parent_id for order in parts}
        booked = booked_links(self._state, sorted(wholes))
        standing = self._standing(sorted(wholes - booked.keys()))
        return {
            order.id: Family(
                parent=order.parent_id,
                booked=order.parent_id in booked,
                expected=not standing.get(order.parent_id, ""),
                standing=standing.get(order.parent_id, ""),
            )
            for order in parts
        }

    def _standing(self, wholes: Sequence[str]) -> dict[str, str]:
        """Why each of these orders does not go to the ERP; "" for those that do."""
        standing = dict.fromkeys(wholes, "it no longer exists in the shop")
        for batch in batched(wholes, AT_ONCE):
            for raw in self.systems.shop.fetch(ORDER, batch):
                standing[raw.id] = self._why_not(raw)
        return standing

    def _why_not(self, raw: Raw) -> str:
        try:
            order = self.systems.order(raw)
        except Unreadable:
            return ""  # It is held, and so expected.
        if "trashed" in raw.marks:
            return "it lies in the shop's trash"
        return "" if order.state in self.settings.states else left_out(order.state)

    def _children(self, orders: Iterable[Order]) -> Mapping[str, list[str]]:
        """The ids of the living parts of these orders, where they are asked for."""
        asks = self.settings.child_orders is ChildOrders.CHILDREN or (
            self._splits and self.settings.child_orders is ChildOrders.HOLD
        )
        found: dict[str, list[str]] = {}
        ids = [order.id for order in orders] if asks else []
        for batch in batched(ids, AT_ONCE):
            for whole, raws in self.systems.shop.find(ORDER, "parent", batch).items():
                found[whole] = [raw.id for raw in raws if self._lives(raw)]
        return found

    def _lives(self, raw: Raw) -> bool:
        try:
            return "trashed" not in raw.marks and self.systems.order(raw).state not in DEAD
        except Unreadable:
            return True
