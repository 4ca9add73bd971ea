"""The status of shop orders, by what the ERP says: shipped, cancelled, paid.

A change of status mails the customer, so the guard judges all changes of a run before the first.
Orders whose document moved are put on the held list within the window that saw it, and decided
from fresh data at the end: a kill between the two loses none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.connectors.base import Change, Raw, batched
from sync_cli.core.back_records import StatusChange
from sync_cli.core.fingerprint import digest
from sync_cli.core.guard import Guard, Harm
from sync_cli.core.item import Intent, Item, Why
from sync_cli.core.model import Order, OrderState
from sync_cli.core.outcome import Settlement
from sync_cli.core.plan import UNCHANGED, Defer, Operation, Reject, Skip, Update
from sync_cli.core.refusals import another_record, partly_cancelled
from sync_cli.core.shipping import due_state, is_paid, says_something
from sync_cli.core.states import may_become
from sync_cli.engine.execute import Writer
from sync_cli.engine.gather import recall
from sync_cli.engine.guarding import judge
from sync_cli.engine.route import Mode, Route
from sync_cli.flows.admission import backfilled
from sync_cli.flows.bookings import Booked, Bookings, booked_links
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable

ORDER = "order"
STATUS = "status"
AT_ONCE = 100
DUE_AT_MOST = 100_000
ASK_AGAIN = timedelta(days=1)
NOT_PAID = (
    "it has left but is not paid yet; it is completed once the ERP says that it is paid, because"
    " the shop would show it as paid"
)


class StatusWriter(Writer):
    """Writes the status of orders; the record's id is the shop order's id."""

    def change_of(self, item: Item) -> Change:
        """The change of the shop's order itself, not of its counterpart."""
        return Change(item.id, item.payload)

    def linked(
        self, item: Item, target: str, birth: str, operation: str, intent: Intent | None
    ) -> Settlement:
        """The status is as it should be; the link of the order stays as it is."""
        settlement = super().linked(item, target, birth, operation, intent)
        return replace(settlement, ends=None)

    def leave(self, skips: Sequence[Skip]) -> None:
        """Remember that these need no change, as long as the ERP says nothing else."""
        self.desk.settle([self._left(op) for op in skips])

    def _left(self, skip: Skip) -> Settlement:
        item = skip.item
        said = skip.reason != UNCHANGED
        audit = self.desk.audit("skip", "skipped", item, skip.reason) if said else None
        return replace(self.linked(item, item.id, "", "skip", item.intent), audit=audit)


class Case(Struct, frozen=True):
    """A shop order with its document and what follows it."""

    item: Item
    order: Order
    booked: Booked


class OrderStatus:
    """The route erp.orders -> shop.orders that changes nothing but the status."""

    def __init__(self, systems: Systems, back: Route, bookings: Bookings) -> None:
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.orders.status
        self.rules = self.settings.rules()
        self.bookings = bookings
        mode = self.settings.mode if back.mode is Mode.ON else back.mode
        self.route = replace(back, name="order-status", mode=mode)
        self.writer = StatusWriter(self.run, self.route)
        self._noted: dict[str, None] = {}

    def note(self, ours: Sequence[Booked]) -> None:
        """Let the orders wait whose documents say something else than when last decided.

        What is unreadable is held elsewhere. Orders that came by a backfill are left alone: nobody
        gets a mail because of them.
        """
        if self.settings.mode is Mode.OFF:
            return
        silent = backfilled(self.systems, [booked.order for booked in ours])
        loud = [booked for booked in ours if booked.order not in silent and not booked.problem]
        said = [self._item(booked) for booked in loud if _says_something(booked)]
        moved = [item for item in recall(self.run.state, self.route, said) if _is_new(item)]
        self._noted.update((item.id, None) for item in moved)
        desk, now = self.writer.desk, self.run.now()
        desk.settle([desk.put_off(item, "its document has moved", now) for item in moved])

    def carry_out(self) -> None:
        """Decide on every order that waits, have the guard judge them all, then write.

        Raises GuardTripped before the first write; the orders then wait on the held list.
        """
        if self.settings.mode is Mode.OFF:
            return
        operations = [operation for batch in self._batches() for operation in self._decide(batch)]
        guard = Guard(self.systems.config.orders.limits())
        guard.look_at_least(self.run.state.count_links(ORDER))
        for operation in operations:
            if isinstance(operation, Update):
                guard.count(Harm.MAIL, operation.item.id, operation.item.payload)
        judge(self.run, self.route, guard)
        for some in batched(operations, AT_ONCE):
            self.writer.leave([op for op in some if isinstance(op, Skip)])
            self.writer.carry_out([op for op in some if not isinstance(op, Skip)])

    def _batches(self) -> Iterator[list[str]]:
        waiting = dict(self._noted)
        if not self.run.options.narrowed:
            due = self.run.state.due(self.route.name, self.run.now(), DUE_AT_MOST)
            waiting.update(dict.fromkeys(due))
        return batched(waiting, AT_ONCE)

    def _item(self, booked: Booked) -> Item:
        """The fingerprint is all that the status hangs on, the settings too."""
        said = digest(
            [
                booked.document.state,
                booked.left,
                booked.document.paid,
                [[one.number, one.posted, one.paid] for one in booked.followed.invoices],
                self.settings.model_dump(mode="json", exclude={"mode"}),
                *booked.called_off,
            ]
        )
        return Item(booked.order, f"Order {booked.order}", fingerprint=said, content=said)

    def _decide(self, ids: Sequence[str]) -> Iterator[Operation]:
        """One operation for each order, from what both systems say now."""
        booked = {one.order: one for one in self.bookings.of_orders(ids)}
        orders = {raw.id: raw for raw in self.systems.shop.fetch(ORDER, list(booked))}
        cases = []
        for id in ids:
            if id not in booked or id not in orders:
                yield Skip(Item(id, f"Order {id}"), "the order or its document is gone")
                continue
            case = self._case(orders[id], booked[id])
            if isinstance(case, Case):
                cases.append(case)
            else:
                yield case
        items = recall(self.run.state, self.route, [case.item for case in cases])
        links = booked_links(self.run.state, [item.id for item in items])
        for case, item in zip(cases, items, strict=True):
            yield self._weighed(replace(case, item=replace(item, link=links.get(item.id))))

    def _case(self, order_raw: Raw, booked: Booked) -> Case | Reject:
        label = f"Order {order_raw.data.get('number') or order_raw.id}"
        if booked.problem is not None:
            return Reject(Item(order_raw.id, label), booked.problem.about(label))
        try:
            order = self.systems.order(order_raw)
        except Unreadable as error:
            return Reject(Item(order_raw.id, label), error.problems[0].about(label))
        item = replace(self._item(booked), label=label, reference=" ".join(booked.targets))
        return Case(item, order, booked)

    def _weighed(self, case: Case) -> Operation:
        """What the ERP's word asks for, unless something speaks against it."""
        order, booked = case.order, case.booked
        link = case.item.link
        if link is not None and order.birth != link.birth:
            return Reject(case.item, another_record(case.item.label, order.id, link.target))
        if booked.called_off and may_become(order.state, OrderState.CANCELLED):
            return Reject(case.item, partly_cancelled(case.item.label, booked.called_off), Why.TASK)
        paid = is_paid(order, booked.document, booked.invoices, self.rules)
        wanted = due_state(order, booked.document, booked.left, paid=paid, rules=self.rules)
        if wanted is order.state:
            return Skip(case.item, UNCHANGED)
        age = self.systems.shop_identity.clock - order.ordered_at
        if age > self.rules.oldest:
            return Skip(case.item, f"older than {self.rules.oldest.days} days, no mail is caused")
        if wanted is OrderState.COMPLETED and not paid and not self.rules.complete_unpaid:
            return Defer(case.item, NOT_PAID, self.run.now() + ASK_AGAIN)
        change = StatusChange(id=order.id, state=wanted)
        try:
            payload = self.systems.shop_mapping(STATUS).write(change)
        except Unreadable as error:
            return Reject(case.item, error.problems[0].about(case.item.label))
        return Update(replace(case.item, record=change, payload=payload))


def _is_new(item: Item) -> bool:
    return item.applied is None or item.applied.payload != item.fingerprint


def _says_something(booked: Booked) -> bool:
    """Whether the ERP's word may ask for a state, or a person must hear of it."""
    asks = says_something(booked.document, booked.left, booked.followed.invoices)
    return asks or bool(booked.called_off)
