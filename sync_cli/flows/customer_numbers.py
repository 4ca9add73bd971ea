"""The way back of customers: the ERP's number is written to the shop's account, as metadata."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from sync_cli.connectors.base import Change, Raw
from sync_cli.core.fingerprint import digest
from sync_cli.core.item import Item, Kind
from sync_cli.core.model import Customer
from sync_cli.core.outcome import Settlement
from sync_cli.core.plan import Operation, Skip, decide
from sync_cli.engine.execute import Writer
from sync_cli.engine.gather import recall
from sync_cli.engine.guarding import stop_on_reused_ids
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Mode, Route
from sync_cli.flows.customer_items import CUSTOMER
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.errors import Unreadable

CUSTOMERS_BACK = "customers-back"
NO_NUMBER = "the ERP gave it no number"
GONE = "it no longer exists in the shop"
GONE_THERE = "its counterpart no longer exists in the ERP"
NO_CUSTOMER = "its role is not in customers.roles"


class NumberWriter(Writer):
    """Writes metadata of accounts; the record's id is the account's id."""

    def change_of(self, item: Item) -> Change:
        """The change of the account itself, not of its counterpart."""
        return Change(item.id, item.payload)


class CustomerNumberFlow:
    """The route erp.customers -> shop.customers: only accounts whose number is another one."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.route = _route(systems)
        self.writer = NumberWriter(self.run, self.route)

    def write_back(self) -> None:
        """Bring the numbers in the shop in step with the ERP, window by window.

        Raises IdentityError if an account's id was used again.
        """
        for window in Reading(self.run, self.route):
            self._write_back(window)

    def _write_back(self, window: Window) -> None:
        self.run.tally.add(self.route.name, "read", len(window.records))
        raws = {raw.id: raw for raw in window.records}
        accounts = self._accounts_of([*raws, *window.missing])
        items = [self._item(account, raws.get(id)) for id, account in accounts.items()]
        self.run.tally.add(self.route.name, "skip", len(raws.keys() - accounts.keys()))
        items = recall(self.run.state, self.route, items)
        operations = self._decided(self._compared(items))
        stop_on_reused_ids(operations)
        self.writer.carry_out(operations)
        in_step = [op.item for op in operations if isinstance(op, Skip) and op.item.same]
        self.writer.desk.settle([Settlement(i.id, applied=i.as_applied()) for i in in_step])

    def _accounts_of(self, customers: Sequence[str]) -> dict[str, str]:
        """The accounts of ERP customers; guests have none."""
        return self.run.state.linked_targets(CUSTOMER, SHOP, ERP, customers)

    def _decided(self, items: Sequence[Item]) -> list[Operation]:
        rules, now = self.route.rules(self.run.options), self.run.now()
        return [decide(item, rules, now) for item in items]

    def _item(self, account: str, raw: Raw | None) -> Item:
        """The account with the number of its counterpart, which is None if it was deleted."""
        item = Item(account, f"Customer {account}")
        if raw is None:
            return replace(item, filtered=GONE_THERE)
        try:
            number = self.systems.erp_customer(raw).number
            told = digest([number])
            item = replace(item, fingerprint=told, content=told)
            if not number:
                return replace(item, filtered=NO_NUMBER)
            record = Customer(id=account, number=number)
            return replace(item, record=record, payload=self._mapping.write(record))
        except Unreadable as error:
            return replace(item, problem=error.problems[0].about(item.label))

    def _compared(self, items: Sequence[Item]) -> list[Item]:
        """The items, once the accounts were looked at of those that were not told yet."""
        afresh = self.run.options.afresh
        news = {item.id for item in items if item.record and (afresh or not _is_told(item))}
        accounts = {raw.id: raw for raw in self.systems.shop.fetch(CUSTOMER, sorted(news))}
        return [
            self._against(item, accounts.get(item.id)) if item.id in news else _only_seen(item)
            for item in items
        ]

    def _against(self, item: Item, raw: Raw | None) -> Item:
        """The item compared with its account, which is None if it was deleted."""
        if raw is None:
            return _only_seen(replace(item, filtered=GONE))
        try:
            account = self.systems.shop_customer(raw)
        except Unreadable as error:
            return replace(item, problem=error.problems[0].about(item.label))
        if account.role not in self.systems.config.customers.roles:
            return _only_seen(replace(item, filtered=NO_CUSTOMER))
        wanted = item.record
        same = isinstance(wanted, Customer) and account.number == wanted.number
        return replace(item, birth=raw.birth, same=same)

    @property
    def _mapping(self) -> EntityMapping:
        return self.systems.shop_mapping(CUSTOMER)


def _is_told(item: Item) -> bool:
    return item.applied is not None and item.applied.payload == item.fingerprint


def _only_seen(item: Item) -> Item:
    """Nothing is written to an account that is gone or no customer; its link says nothing here."""
    return replace(item, link=None) if item.filtered else item


def _route(systems: Systems) -> Route:
    settings = systems.config.customers
    mode = settings.write_back if settings.mode is Mode.ON else settings.mode
    return Route(
        name=CUSTOMERS_BACK,
        entity=CUSTOMER,
        source=systems.erp,
        target=systems.shop,
        source_entity=CUSTOMER,
        target_entity=CUSTOMER,
        source_role=SHOP,
        target_role=ERP,
        kind=Kind.MASTER,
        mode=mode,
        scope=digest([sorted(settings.roles), systems.shop_mapping(CUSTOMER).version]),
        buffer=systems.config.systems.erp.buffer,
        source_ids=lambda accounts: _customer_ids(systems, accounts),
    )


def _customer_ids(systems: Systems, accounts: Sequence[str]) -> list[str]:
    """The ERP customers of accounts."""
    links = systems.run.state.links(CUSTOMER, SHOP, ERP, accounts)
    return [link.target for link in links.values()]
