"""Customers, shop to ERP: accounts of the shop are found or made there, and kept in step.

The whole run is planned before its first write, so that the guard sees all of it; then each batch
is decided anew right before it is written. Guests have no account: they come with their orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from msgspec.structs import replace

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.fingerprint import content_hash, digest
from sync_cli.core.guard import Guard, Harm
from sync_cli.core.item import Item, Link, Target
from sync_cli.core.model import Customer
from sync_cli.core.outcome import Settlement
from sync_cli.core.plan import NOT_OURS, Adopt, Operation, Skip, Update, decide
from sync_cli.engine.execute import Writer
from sync_cli.engine.gather import look_up, recall
from sync_cli.engine.guarding import judge, stop_on_reused_ids
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Route
from sync_cli.flows.customer_compare import differing_payload
from sync_cli.flows.customer_items import CUSTOMER, CustomerItems
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable
from sync_cli.state.spool import Spool, Spooled

CUSTOMERS = "customers"
AT_ONCE = 100
GONE = "it no longer exists in the shop"
TOO_OLD = "registered before customers.registered_since"
ARCHIVED = "archived in the ERP"


class CustomerWriter(Writer):
    """Links and writes customers. A link alone claims nothing of what the ERP holds."""

    def adopt(self, operations: Sequence[Adopt]) -> None:
        """Link customers that exist on both sides; what differs is written after that."""
        self.desk.settle(
            [
                replace(
                    self.linked(
                        op.item, op.candidate.id, op.candidate.birth, "adopt", op.item.intent
                    ),
                    applied=None,
                )
                for op in operations
            ]
        )


class CustomerFlow:
    """The route shop.customers -> erp.customers."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.state = systems.run.state
        self.settings = systems.config.customers
        self.items = CustomerItems(systems, by_email=self.settings.by_email)
        self.route = _route(systems, self.items)
        self.writer = CustomerWriter(self.run, self.route)
        self.guard = Guard(self.settings.limits())

    def transfer(self) -> None:
        """Plan all customers, ask the guard, write.

        Raises GuardTripped, and IdentityError if an id was used again, before the first write.
        """
        reading = Reading(self.run, self.route, stepwise=False)
        with closing(self.state.spool()) as plan:
            for window in _each_once(reading):
                self._plan(window, plan)
            self.guard.look_at_least(self.state.count_links(CUSTOMER))
            judge(self.run, self.route, self.guard)
            for rows in batched(plan, AT_ONCE):
                self._carry_out(self._items(map(_raw, rows)))
        reading.finish()

    def _plan(self, window: Window, plan: Spool) -> None:
        """Count what the guard must know; what is to be done goes to the disk."""
        self.run.tally.add(self.route.name, "read", window.size)
        self.guard.look(len(window.records))
        if self.run.options.ids and window.missing:
            self.run.watcher.note(f"The shop has no account {', '.join(window.missing)}.")
        raws = {raw.id: raw for raw in (*window.records, *map(_gone, window.missing))}
        items = self._items(raws.values())
        if not window.asked_for:
            items = self.writer.desk.due(items, lambda item: item)
        at_rest = [item for item in items if self._is_at_rest(item)]
        for operation in self._decide(at_rest):
            self.writer.desk.tell(operation)
        busy = [item for item in items if item not in at_rest]
        operations = self._decide(busy)
        stop_on_reused_ids(operations)
        for item in (op.item for op in operations if isinstance(op, Update)):
            self.guard.count(Harm.OVERWRITE, item.id, digest(item.payload))
        for raw in (raws[item.id] for item in busy):
            plan.append(raw.id, raw.birth, [raw.data])

    def _carry_out(self, items: Sequence[Item]) -> None:
        operations = self._decide(items)
        self.writer.carry_out(operations)
        in_step = [op.item for op in operations if isinstance(op, Skip) and op.item.same]
        self.writer.desk.settle([Settlement(i.id, applied=i.as_applied()) for i in in_step])

    def _items(self, raws: Iterable[Raw]) -> list[Item]:
        """What was read, with what we know of it."""
        read = [self._item(raw) for raw in raws]
        return [self._filtered(item) for item in recall(self.state, self.route, read)]

    def _item(self, raw: Raw) -> Item:
        item = Item(raw.id, f"Customer {raw.id}", birth=raw.birth, content=content_hash(raw.data))
        if not raw.data:
            return replace(item, filtered=GONE)
        try:
            customer = self.systems.shop_customer(raw)
        except Unreadable as error:
            return replace(item, problem=error.problems[0].about(item.label))
        return self.items.item(customer, item.content)

    def _filtered(self, item: Item) -> Item:
        """The item with the reason why it is no customer, or none that is made here."""
        record, reason = item.record, item.filtered
        if isinstance(record, Customer) and record.role not in self.settings.roles:
            reason = f"its role {record.role!r} is not in customers.roles"
        return replace(item, filtered=reason, problem=None, link=None) if reason else item

    def _is_at_rest(self, item: Item) -> bool:
        """Whether nothing is to be done, and nothing that was begun is to be closed."""
        if item.intent is not None or item.problem is not None or self.writer.desk.holds(item.id):
            return False
        if item.filtered:
            return True
        return item.link is not None and _is_same_thing(item, item.link) and self._is_known(item)

    def _is_known(self, item: Item) -> bool:
        """Whether the ERP got it as it is now, or shall not get it.

        Who names a customer, or wants all of them afresh, has it compared with the ERP itself.
        """
        if not self.settings.update:
            return True
        if self.run.options.afresh:
            return False
        return item.applied is not None and item.applied.payload == item.fingerprint

    def _decide(self, items: Sequence[Item]) -> list[Operation]:
        """The operations for these; who is linked now is compared with the ERP at once."""
        found = self._compared(look_up(self.state, self.route, items))
        operations = self._decided(found)
        adopted = [_as_linked(op) for op in operations if isinstance(op, Adopt)]
        return operations + self._decided(self._compared(adopted))

    def _decided(self, items: Sequence[Item]) -> list[Operation]:
        rules, now = self.route.rules(self.run.options), self.run.now()
        old = replace(rules, creates=False)
        operations = [decide(item, old if self._is_old(item) else rules, now) for item in items]
        return [
            Skip(op.item, TOO_OLD) if op == Skip(op.item, NOT_OURS) and rules.creates else op
            for op in operations
        ]

    def _is_old(self, item: Item) -> bool:
        """Whether the account is from before the time from which on accounts are made."""
        since, record = self.settings.registered_since, item.record
        registered = record.registered_at if isinstance(record, Customer) else None
        return since is not None and registered is not None and registered < since

    def _compared(self, items: Sequence[Item]) -> list[Item]:
        """The items; linked ones that changed carry only what the ERP holds otherwise."""
        links = {item.id: item.link.target for item in items if item.link and self._differs(item)}
        if not links:
            return list(items)
        found = self.systems.erp.fetch(CUSTOMER, sorted(links.values()))
        theirs = {raw.id: raw for raw in found}
        return [
            self._against(item, theirs.get(links[item.id])) if item.id in links else item
            for item in items
        ]

    def _differs(self, item: Item) -> bool:
        return item.problem is None and not self._is_known(item)

    def _against(self, item: Item, raw: Raw | None) -> Item:
        """The item compared with the ERP's customer, which is None if it was deleted."""
        ours = item.record
        if raw is None or not isinstance(ours, Customer):
            return replace(item, target=Target(gone=True))
        try:
            theirs = self.systems.erp_customer(raw)
            payload = differing_payload(self.systems, ours, theirs)
        except Unreadable as error:
            return replace(item, problem=error.problems[0].about(item.label))
        if theirs.archived:
            return replace(item, filtered=ARCHIVED, link=None)
        return replace(item, payload=payload, same=not payload)


def _route(systems: Systems, items: CustomerItems) -> Route:
    settings, shop = systems.config.customers, systems.config.systems.shop
    choices = [sorted(settings.roles), settings.create, settings.registered_since, settings.update]
    mappings = [systems.shop_mapping(CUSTOMER).version, systems.erp_mapping(CUSTOMER).version]
    return replace(
        items.route(CUSTOMERS, settings.mode),
        scope=digest([*choices, settings.by_email, *mappings]),
        buffer=shop.buffer,
        creates=settings.create,
        updates=settings.update,
    )


def _each_once(reading: Reading) -> Iterator[Window]:
    """The windows, without records that were asked for before: a plan names each only once."""
    asked: set[str] = set()
    for window in reading:
        if window.asked_for:
            asked |= {raw.id for raw in window.records}
            yield window
        else:
            fresh = tuple(raw for raw in window.records if raw.id not in asked)
            yield replace(window, records=fresh)


def _gone(id: str) -> Raw:
    return Raw(id, {})


def _raw(row: Spooled) -> Raw:
    return Raw(row.key, row.values[0], row.parent)


def _as_linked(operation: Adopt) -> Item:
    item, candidate = operation.item, operation.candidate
    link = Link(item.id, candidate.id, item.birth, candidate.birth)
    return replace(item, link=link, candidates=(), intent=None)


def _is_same_thing(item: Item, link: Link) -> bool:
    return not item.birth or not link.birth or item.birth == link.birth
