"""The journeys of records, without any system: from what one side holds to what the other is sent.

The flows do the same with links, plans and states around it. Here a single record is carried
through the mappings, to look at it, to try a mapping on it, or to draw the way of its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sync_cli.config import Config
from sync_cli.connectors.base import Raw, Traits
from sync_cli.core.back_records import WriteBack
from sync_cli.core.documents import document_of
from sync_cli.core.errors import Problem
from sync_cli.core.identity import reference
from sync_cli.core.model import (
    ZERO,
    Customer,
    Document,
    Order,
    Product,
    ProductStatus,
    Record,
    StockLevel,
)
from sync_cli.core.proof import Unproven, prove
from sync_cli.core.sellable import StockPolicy, sellable, units_there
from sync_cli.core.states import wanted_document_state
from sync_cli.flows.levels import left_out_because
from sync_cli.flows.order_customers import customer_key
from sync_cli.flows.order_documents import OwnNames, in_digits
from sync_cli.flows.order_problems import unread_lines
from sync_cli.flows.products_payload import new_product
from sync_cli.flows.systems import ERP, SHOP
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.errors import Unreadable
from sync_cli.mapping.mapping_set import MappingSet

SEAL = "(installation:run)"
"""Stands for the seal, which only a run knows."""


MANY_DIGITS = Traits(price_digits=6, quantity_digits=6)
"""Of an ERP that nobody asked: it can hold whatever a shop sells."""


def _one(_key: str) -> Decimal:
    return Decimal(1)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a record is carried with: the configuration, the shop's decimals, the unit factors.

    `traits` are those of the ERP's documents: how many digits its prices and quantities have.
    """

    config: Config
    decimals: int = 2
    factor: Callable[[str], Decimal] = _one
    traits: Traits = MANY_DIGITS


Translate = Callable[[Any, Setting], Record]


def _never(_record: Any, _setting: Setting) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a journey: the system's role, its mapping, and what its connector reads."""

    role: str
    mapping: str
    entity: str


@dataclass(frozen=True, slots=True)
class Journey:
    """One way of one kind of record. `note` says what a run does besides.

    `left_out` gives the reason why a run would leave a record out, "" if it would not.
    """

    name: str
    source: End
    target: End
    translate: Translate
    note: str = ""
    left_out: Callable[[Any, Setting], str] = _never


@dataclass(frozen=True, slots=True)
class Carried:
    """One record on its journey, as far as it came; `problems` say why not further.

    `left_out` says why a run would leave it out.
    """

    raw: Raw
    canonical: Record | None = None
    translated: Record | None = None
    payload: Mapping[str, Any] | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()
    left_out: str = ""


def _document(order: Order, setting: Setting) -> Document:
    orders = setting.config.orders
    proof = prove(order, setting.decimals)
    if isinstance(proof, Unproven):
        raise Unreadable([proof.as_problem(f"Order {order.number or order.id}")])
    return document_of(
        order,
        proof,
        reference=reference(orders.reference, setting.config.shop, order.id),
        customer_key=customer_key(order, orders.guests.policy),
        wanted=wanted_document_state(order.state),
        unit_factor=setting.factor,
    )


def _write_back(document: Document, _setting: Setting) -> WriteBack:
    return WriteBack(
        id=document.id,
        number=document.number,
        state=document.state,
        seal=SEAL,
        invoice_number=document.invoice_number,
    )


def _customer(customer: Customer, setting: Setting) -> Customer:
    template = setting.config.orders.customer_reference
    name = reference(template, setting.config.shop, customer.id)
    return customer.model_copy(update={"key": customer.id, "reference": name})


def _number(customer: Customer, _setting: Setting) -> Customer:
    return Customer(id=customer.id, number=customer.number)


def _product(article: Product, setting: Setting) -> Product:
    return new_product(article, ProductStatus(setting.config.products.new_status))


def _stock(level: StockLevel, setting: Setting) -> Product:
    policy = _stock_policy(setting)
    units = units_there(level, policy)
    pieces = sellable(units or ZERO, level.unit_factor, ZERO, policy)
    return Product(id=level.id, sku=level.sku, stock=Decimal(pieces))


def _stock_left_out(level: StockLevel, setting: Setting) -> str:
    return left_out_because(level, units_there(level, _stock_policy(setting)))


def _stock_policy(setting: Setting) -> StockPolicy:
    stock = setting.config.stock
    return StockPolicy(stock.basis, frozenset(stock.warehouses), stock.safety_stock)


JOURNEYS = (
    Journey(
        "order",
        End(SHOP, "order", "order"),
        End(ERP, "document", "order"),
        _document,
        "Ids of the ERP are put in for `product:` and `customer:` names.",
    ),
    Journey(
        "document",
        End(ERP, "document", "order"),
        End(SHOP, "write_back", "order"),
        _write_back,
        "Metadata of the shop's order; the seal is that of the run.",
    ),
    Journey(
        "customer", End(SHOP, "customer", "customer"), End(ERP, "customer", "customer"), _customer
    ),
    Journey(
        "product",
        End(ERP, "product", "product"),
        End(SHOP, "product", "product"),
        _product,
        "As it would be made anew; of a product that is there only differing fields are sent.",
    ),
    Journey(
        "stock",
        End(ERP, "stock", "stock"),
        End(SHOP, "stock", "product"),
        _stock,
        "A run also takes off the sales that the ERP has not seen yet.",
        _stock_left_out,
    ),
)


def kinds_of(config: Config) -> dict[str, str]:
    """The folders of rules by role."""
    systems = config.systems
    return {SHOP: systems.shop.mapping_folder, ERP: systems.erp.mapping_folder}


@dataclass(frozen=True, slots=True)
class Way:
    """A journey with the two mappings that it takes in one configuration."""

    journey: Journey
    source: EntityMapping
    target: EntityMapping

    def carry(
        self, raw: Raw, setting: Setting, refs: Mapping[tuple[str, str], str] | None = None
    ) -> Carried:
        """The record as far as it comes; `refs` are the target's ids, our own names without it."""
        canonical = translated = None
        try:
            canonical = self.read(raw)
            self._refuse_unread(raw)
            left_out = self.journey.left_out(canonical, setting)
            if left_out:
                return Carried(raw, canonical, left_out=left_out)
            translated = self.fitted(self.journey.translate(canonical, setting), setting)
            names = OwnNames() if refs is None else refs
            return Carried(raw, canonical, translated, self.target.write(translated, names))
        except Unreadable as error:
            return Carried(raw, canonical, translated, problems=error.problems)

    def fitted(self, record: Record, setting: Setting) -> Record:
        """A document as the ERP can hold it, others as they are; raises Unreadable."""
        if not isinstance(record, Document):
            return record
        how = setting.config.orders.unit_prices
        found = in_digits(record, self.target, setting.traits, setting.decimals, how)
        if isinstance(found, Problem):
            raise Unreadable([found.about(f"Order {record.order_number}")])
        return found

    def read(self, raw: Raw) -> Record:
        """The canonical record; raises Unreadable."""
        return self.source.read(
            raw.data, id=raw.id, birth=raw.birth, modified_at=raw.modified_at, label=self.label(raw)
        )

    def _refuse_unread(self, raw: Raw) -> None:
        """Raise Unreadable for an order with lines of a kind that no rule reads."""
        unread = unread_lines(self.source, raw, self.label(raw)) if self._is_of_orders else None
        if unread is not None:
            raise Unreadable([unread])

    @property
    def _is_of_orders(self) -> bool:
        return self.source.model is Order

    def label(self, raw: Raw) -> str:
        """What people call the record."""
        return f"{self.journey.name.capitalize()} {raw.data.get('number') or raw.id}"


def ways(kinds: Mapping[str, str], mappings: MappingSet) -> list[Way]:
    """The journeys for which there are mappings, by the folders of rules of each role."""
    found = []
    for journey in JOURNEYS:
        source = (kinds[journey.source.role], journey.source.mapping)
        target = (kinds[journey.target.role], journey.target.mapping)
        if mappings.has(*source) and mappings.has(*target):
            found.append(Way(journey, mappings.of(*source), mappings.of(*target)))
    return found
