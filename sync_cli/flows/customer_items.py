"""Customers of the shop as the engine sees them, whether an order or an account brings them."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.connectors.base import Found
from sync_cli.core.errors import ConfigError, Problem
from sync_cli.core.fingerprint import digest
from sync_cli.core.identity import reference
from sync_cli.core.item import Candidate, Item, Kind
from sync_cli.core.model import Customer
from sync_cli.engine.route import Mode, Route
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

CUSTOMER = "customer"


class CustomerItems(Struct, frozen=True):
    """Makes items of customers: their reference, how they are found, and what the ERP gets.

    Without `by_email` an ERP customer is known by our reference alone.
    """

    systems: Systems
    by_email: bool = True

    def route(self, name: str, mode: Mode, *, part: str = "") -> Route:
        """A route shop.customers -> erp.customers that makes what is found nowhere."""
        return Route(
            name=name,
            entity=CUSTOMER,
            source=self.systems.shop,
            target=self.systems.erp,
            source_entity=CUSTOMER,
            target_entity=CUSTOMER,
            source_role=SHOP,
            target_role=ERP,
            kind=Kind.MASTER,
            mode=mode,
            creates=True,
            updates=False,
            find_keys=("reference", "email") if self.by_email else ("reference",),
            source_part=part,
            judge=_judge,
        )

    def item(self, customer: Customer, content: str = "", label: str = "") -> Item:
        """The customer with its payload, or with the problem that keeps it from having one.

        `label` is what people call it, by default after its id.
        """
        label = label or f"Customer {customer.id}"
        mapping = self.systems.erp_mapping(CUSTOMER)
        item = Item(
            customer.id, label, birth=customer.birth, content=content, mapping=mapping.version
        )
        try:
            name = self._reference(customer.id)
        except ConfigError:
            return replace(item, problem=_no_name(label))
        email = customer.email if self.by_email else ""
        record = customer.model_copy(update={"reference": name})
        item = replace(
            item,
            reference=name,
            match=email or name,
            match_said="the same e-mail address" if email else "",
            record=record,
        )
        try:
            payload = mapping.write(record)
        except Unreadable as error:
            return replace(item, problem=error.problems[0].about(label))
        return replace(item, payload=payload, fingerprint=digest(payload))

    def _reference(self, customer_id: str) -> str:
        config = self.systems.config
        return reference(config.orders.customer_reference, config.shop, customer_id)


def _judge(_item: Item, found: Found) -> Candidate:
    if "archived" in found.marks:
        return Candidate(found.id, found.birth, agrees=False, conflict="it is archived")
    return Candidate(found.id, found.birth)


def _no_name(label: str) -> Problem:
    return Problem(
        "reference-too-long",
        label,
        "our name for it in the ERP would be longer than 20 characters",
        "Choose a shorter `orders.customer_reference` in the configuration.",
    )
