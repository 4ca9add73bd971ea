"""What the ERP holds of shop orders: one document each, or several that are read as one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct, field

from sync_cli.connectors.base import Raw
from sync_cli.core.back_records import Invoice
from sync_cli.core.errors import Problem
from sync_cli.core.item import Link
from sync_cli.core.model import Document, DocumentState
from sync_cli.core.outcome import Settlement
from sync_cli.core.routing import joined, part_id
from sync_cli.core.shipping import Shipped, shipped
from sync_cli.core.states import has_reached
from sync_cli.flows.followers import Followed, Followers
from sync_cli.flows.settled import settled_by_hand
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable
from sync_cli.state.store import State

ORDER = "order"
ORDERS = "orders"
PARTS = "parts"
STATE = "document_state"


class Booked(Struct, frozen=True):
    """One shop order's documents, read as one; `problem` says why they cannot be.

    `states` says how each part stands, by its id; it is empty where there is one document. `lacks`
    names the parts that have none, yet or any more. `invoiced` claims that each document has an
    invoice that is booked.
    """

    order: str
    targets: tuple[str, ...]
    document: Document
    followed: Followed
    problem: Problem | None = None
    states: Mapping[str, DocumentState] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    invoiced: bool = True

    @property
    def left(self) -> Shipped:
        """How much of the order has left."""
        left = shipped(self.document, self.followed.shipments)
        if left is Shipped.NOTHING and any(map(_has_left, self.states.values())):
            return Shipped.PART
        return left

    @property
    def invoices(self) -> Sequence[Invoice]:
        """The invoices that tell whether the order is paid: none until all of it is invoiced."""
        return self.followed.invoices if self.invoiced else ()

    @property
    def called_off(self) -> list[str]:
        """The parts that the ERP cancelled, where it did not cancel all of them."""
        off = [id for id, state in self.states.items() if state is DocumentState.CANCELLED]
        return off if self.lacks or len(off) < len(self.states) else []


class Bookings:
    """Reads what the ERP holds of shop orders; without `followers` only the documents."""

    def __init__(self, systems: Systems, followers: Followers | None = None) -> None:
        self._systems = systems
        self._state = systems.run.state
        self._followers = followers

    def of_orders(self, orders: Sequence[str]) -> list[Booked]:
        """What is booked of these orders; one without a document is absent."""
        documents = targets_of(self._state, orders)
        return self.of(self._systems.erp.fetch(ORDER, documents)) if documents else []

    def of(self, documents: Iterable[Raw]) -> list[Booked]:
        """The orders of these documents, each with all of its documents; others are left out."""
        raws = {raw.id: raw for raw in documents}
        orders = self._state.linked_targets(ORDER, SHOP, ERP, list(raws))
        parts = self._state.parts(ORDER, SHOP, ERP, set(orders.values())) if orders else {}
        siblings = [link.target for links in parts.values() for link in links.values()]
        missing = [target for target in siblings if target not in raws]
        if missing:
            raws.update((raw.id, raw) for raw in self._systems.erp.fetch(ORDER, missing))
        own: dict[str, dict[str, str]] = {
            order: {target: "" for target, of in orders.items() if of == order}
            for order in dict.fromkeys(orders.values())
        }
        for order, links in parts.items():
            own[order] = {link.target: part for part, link in links.items() if link.target in raws}
        wanted = [target for targets in own.values() for target in targets]
        followed = self._followers.of(wanted) if self._followers is not None else {}
        lacks = self._lacks({order: set(own[order].values()) for order in parts})
        return [
            self._booked(order, own[order], raws, followed, lacks.get(order, ())) for order in own
        ]

    def _lacks(self, made: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
        """The parts without a document of these orders, but for those that a person settled."""
        facts = self._state.facts(ORDER, made) if made else {}
        told = {order: facts.get(order, {}).get(PARTS, "").split() for order in made}
        lacking = {
            order: [part for part in parts if part not in made[order]]
            for order, parts in told.items()
        }
        by_hand = settled_by_hand(self._state, lacking)
        return {
            order: tuple(part for part in parts if part not in by_hand[order])
            for order, parts in lacking.items()
        }

    def remember(self, booked: Iterable[Booked]) -> None:
        """Remember how each part stands: stock counts the pieces of those that were called off."""
        told = [
            Settlement(id, entity=ORDER, facts={STATE: str(state)})
            for one in booked
            for id, state in one.states.items()
        ]
        known = self._state.facts(ORDER, [each.id for each in told]) if told else {}
        news = [each for each in told if each.facts.items() - known.get(each.id, {}).items()]
        if news:
            run = self._systems.run
            self._state.settle(PARTS, run.number, news, run.now())

    def _booked(
        self,
        order: str,
        targets: Mapping[str, str],
        raws: Mapping[str, Raw],
        followed: Mapping[str, Followed],
        lacks: tuple[str, ...],
    ) -> Booked:
        followers = [followed.get(target, Followed()) for target in targets]
        together = Followed(
            [one for each in followers for one in each.shipments],
            [one for each in followers for one in each.invoices],
            next((each.problem for each in followers if each.problem), None),
        )
        try:
            documents = {target: self._systems.document(raws[target]) for target in targets}
        except Unreadable as error:
            return Booked(order, tuple(targets), Document(), together, error.problems[0])
        return Booked(
            order,
            tuple(targets),
            joined(list(documents.values()), lacks=bool(lacks)),
            together,
            together.problem,
            {part_id(order, part): documents[id].state for id, part in targets.items() if part},
            lacks=lacks,
            invoiced=not lacks and all(any(i.posted for i in f.invoices) for f in followers),
        )


def targets_of(state: State, orders: Sequence[str]) -> list[str]:
    """The ERP's ids of all documents of these orders."""
    whole = [link.target for link in state.links(ORDER, SHOP, ERP, orders).values()]
    parts = state.parts(ORDER, SHOP, ERP, orders).values()
    return [*whole, *(link.target for links in parts for link in links.values())]


def booked_links(state: State, orders: Sequence[str]) -> dict[str, Link]:
    """A link of each order that is in the ERP: of one in parts that of the first."""
    parts = state.parts(ORDER, SHOP, ERP, orders).items()
    found = {order: next(iter(links.values())) for order, links in parts}
    return {**found, **state.links(ORDER, SHOP, ERP, orders)}


def _has_left(state: DocumentState) -> bool:
    return has_reached(state, DocumentState.SHIPPED)
