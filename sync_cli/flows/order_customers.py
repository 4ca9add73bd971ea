"""The customers of orders: found or made in the ERP before the order that needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.config.orders import GuestPolicy
from sync_cli.connectors.base import Found
from sync_cli.core.identity import guest_key
from sync_cli.core.item import Item
from sync_cli.core.model import Customer, Order
from sync_cli.core.plan import Operation, decide
from sync_cli.engine.execute import Writer
from sync_cli.engine.gather import look_up, recall
from sync_cli.engine.route import Route
from sync_cli.flows.customer_items import CustomerItems
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

GUEST = "guest"
REGISTERED = "order-customers"
GUESTS = "order-guests"
NOT_NEEDED = "no order needs it any more"
RELEASED_AT_ONCE = 1000
NEW = "(new)"
"""Stands in a plan for the ERP's id of a customer that would be made."""


class Resolved(Struct):
    """What became of the customers of a window.

    `ids` maps a customer key to the ERP's id ("(new)" in a dry run), `trouble` to a sentence.
    """

    ids: dict[str, str] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)


class OrderCustomers:
    """Finds or makes the ERP customers of shop orders."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.settings = systems.config.orders
        self._accounts = CustomerItems(systems, by_email=systems.config.customers.by_email)
        self._visitors = CustomerItems(systems)
        self._registered = self._accounts.route(REGISTERED, self.settings.mode)
        self._guests = self._visitors.route(GUESTS, self.settings.mode, part=GUEST)
        self._planned: set[tuple[str, str]] = set()

    def key_of(self, order: Order) -> str:
        """The shop-side name of the order's customer, as the settings say."""
        return customer_key(order, self.settings.guests.policy)

    def ensure(self, orders: Iterable[Order]) -> Resolved:
        """ERP ids for the customers of `orders`; creates those that are found nowhere.

        Registered ones first, so that a guest order of the same person finds that customer.
        """
        by_key = {self.key_of(order): order for order in orders}
        resolved = Resolved()
        registered = {key: order for key, order in by_key.items() if order.customer_id}
        guests = {key: order for key, order in by_key.items() if not order.customer_id}
        if self.settings.guests.policy is GuestPolicy.SHARED and guests:
            guests.pop(GUEST)
            resolved.ids[GUEST] = self.settings.guests.customer
        accounts = [self._accounts.item(each) for each in self._read_registered(registered)]
        self._ensure(self._registered, accounts, resolved)
        visitors = [
            self._visitors.item(
                _guest(key, order), label=f"Customer of order {order.number or order.id}"
            )
            for key, order in guests.items()
        ]
        self._ensure(self._guests, visitors, resolved)
        return resolved

    def unattended(self) -> list[str]:
        """Held customers whose time has come, though no order of this run asked for them."""
        state, now = self.systems.run.state, self.systems.run.now()
        routes = (self._registered.name, self._guests.name)
        return [id for route in routes for id in state.due(route, now, RELEASED_AT_ONCE)]

    def release(self, waiting: Iterable[Order]) -> None:
        """Take held customers off the list that none of the `waiting` orders needs.

        One whose create is in doubt stays until it is known what became of it.
        """
        unneeded = set(self.unattended()) - {self.key_of(order) for order in waiting}
        for items_of, route in (
            (self._accounts, self._registered),
            (self._visitors, self._guests),
        ):
            held = self.systems.run.state.held_of(route.name, unneeded)
            self._release(route, [items_of.item(Customer(id=id, key=id)) for id in sorted(held)])

    def _release(self, route: Route, items: Sequence[Item]) -> None:
        run, rules = self.systems.run, route.rules(self.systems.run.options)
        items = [replace(item, filtered=NOT_NEEDED, problem=None) for item in items]
        items = look_up(run.state, route, recall(run.state, route, items))
        Writer(run, route).carry_out([decide(item, rules, run.now()) for item in items])

    def _ensure(self, route: Route, items: Sequence[Item], resolved: Resolved) -> None:
        if not items:
            return
        run = self.systems.run
        items = recall(run.state, route, items)
        for item in items:
            if item.link is not None:
                resolved.ids[item.id] = item.link.target
        unlinked = [item for item in items if item.link is None]
        for item in [item for item in unlinked if (route.name, item.id) in self._planned]:
            resolved.ids[item.id] = NEW
            unlinked.remove(item)
        unlinked = look_up(run.state, route, unlinked)
        if not unlinked:
            return
        rules = route.rules(run.options)
        operations = [decide(item, rules, run.now()) for item in unlinked]
        Writer(run, route).carry_out(operations)
        self._collect(route, operations, resolved)

    def _collect(self, route: Route, operations: Sequence[Operation], resolved: Resolved) -> None:
        run = self.systems.run
        ids = [operation.item.id for operation in operations]
        if run.is_dry(route):
            resolved.ids.update(dict.fromkeys(ids, NEW))
            self._planned.update((route.name, id) for id in ids)
            return
        links = run.state.links(route.entity, SHOP, ERP, ids, part=route.source_part)
        resolved.ids.update({id: link.target for id, link in links.items()})
        held = run.state.held_of(route.name, [id for id in ids if id not in links])
        resolved.trouble.update({id: held[id].problem.message for id in held})

    def _read_registered(self, orders: Mapping[str, Order]) -> list[Customer]:
        """The shop's customers; from the order itself where the account is gone."""
        linked = self.systems.run.state.links("customer", SHOP, ERP, list(orders))
        missing = [key for key in orders if key not in linked]
        known = {key: Customer(id=key, key=key) for key in linked}
        if missing:
            for raw in self.systems.shop.fetch("customer", missing):
                customer = self._read(raw)
                if customer is not None:
                    known[raw.id] = customer
        return [known.get(key) or _from_order(key, order) for key, order in orders.items()]

    def _read(self, raw: Found) -> Customer | None:
        try:
            return self.systems.shop_customer(raw).model_copy(update={"key": raw.id})
        except Unreadable as error:
            self.systems.run.watcher.note(error.problems[0].sentence())
            return None


def customer_key(order: Order, policy: GuestPolicy) -> str:
    """The shop-side name of an order's customer: the account's id, or a guest's as `policy` says.

    A guest without e-mail address is known by the order alone.
    """
    if order.customer_id:
        return order.customer_id
    match policy:
        case GuestPolicy.SHARED:
            return GUEST
        case GuestPolicy.PER_ORDER:
            return f"o{order.id}"
        case GuestPolicy.BY_EMAIL:
            return guest_key(order.billing.email) if order.billing.email else f"o{order.id}"


def _guest(key: str, order: Order) -> Customer:
    """A guest as customer: known by e-mail, or by this order alone."""
    shared = not key.startswith("o")
    customer = _from_order(key, order)
    return customer if shared else customer.model_copy(update={"email": ""})


def _from_order(key: str, order: Order) -> Customer:
    return Customer(
        id=key,
        key=key,
        email=order.billing.email,
        first_name=order.billing.first_name,
        last_name=order.billing.last_name,
        company=order.billing.company,
        vat_id=order.vat_id,
        billing=order.billing,
        shipping=order.shipping,
    )
