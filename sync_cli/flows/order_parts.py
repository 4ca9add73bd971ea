"""Orders that become several documents: divided by the rules of `orders.routing`.

Each part is an item of its own, "1042#north", with its own document, fingerprint and journal. What
an order was divided into is remembered before the first of its documents is made, and stays: a
later change of the order never makes a further document by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec.structs import replace

from sync_cli.core.identity import fitting
from sync_cli.core.model import Document, DocumentState
from sync_cli.core.outcome import Settlement
from sync_cli.core.plan import Operation
from sync_cli.core.routing import (
    WHOLE,
    half_made,
    named_in_order,
    part_id,
    rerouted,
    split,
)
from sync_cli.engine.gather import recall
from sync_cli.engine.route import Route
from sync_cli.flows.allotment import PARTS, remembered
from sync_cli.flows.order_case import Case
from sync_cli.flows.order_traces import OrderTraces
from sync_cli.flows.renamed import Renamed
from sync_cli.flows.systems import ERP, SHOP, Systems

ORDER = "order"


class OrderParts:
    """Divides orders, and remembers how."""

    def __init__(self, systems: Systems, route: Route) -> None:
        self.systems = systems
        self.run = systems.run
        self.routing = systems.config.orders.routing.rules()
        self._route = route
        self._traces = OrderTraces(systems)
        self._renamed = Renamed(self.run.state, route.name)

    def remembered(self, cases: Sequence[Case]) -> list[Case]:
        """The cases with the parts that they were divided into before.

        One with documents counts as linked, with the first of them.
        """
        state = self.run.state
        ids = [case.item.id for case in cases]
        links = state.parts(ORDER, SHOP, ERP, ids)
        facts = state.facts(ORDER, ids)
        found = []
        for case in cases:
            told = facts.get(case.item.id, {}).get(PARTS, "")
            linked = links.get(case.item.id, {})
            known = {name: linked.get(name) for name in told.split()} | linked
            if known and case.item.link is None:
                case = replace(case, known_parts=known)
                case = case.but(link=next(iter(linked.values()), None))
            found.append(case)
        return found

    def divided(self, cases: Sequence[Case]) -> list[Case]:
        """Each case that its rules or its past divide as several, all others as they are."""
        traces = self._traces.of(cases)
        found = [part for case in cases for part in self._divided(case, traces.get(case.item.id))]
        items = recall(self.run.state, self._route, [case.item for case in found if case.item.part])
        recalled = {item.id: item for item in items}
        return [replace(case, item=recalled.get(case.item.id, case.item)) for case in found]

    def document(self, case: Case, whole: Document) -> Document:
        """The case's share of the order's whole document."""
        if not case.item.part or case.order is None:
            return whole
        names = named_in_order(case.allotted)
        of_lines = {
            line.id: part for line, part in zip(case.order.lines, case.allotted, strict=False)
        }
        parts = split(whole, of_lines, names, self.systems.decimals, self.routing.shared)
        return parts[case.item.part]

    def all_or_none(self, cases: Sequence[Case]) -> list[Case]:
        """The cases, but of orders of which nothing was begun and a part cannot go: held whole.

        What the ERP alone refuses cannot be foreseen; then that part waits, and the others go.
        """
        barred = {
            case.whole.id: replace(case, item=replace(case.whole, problem=case.item.problem))
            for case in cases
            if case.whole is not None and case.item.problem is not None
        }
        begun = {case.whole.id for case in cases if case.whole is not None and _is_under_way(case)}
        for id in begun:
            barred.pop(id, None)
        ids = [case.whole.id if case.whole is not None else "" for case in cases]
        others = [case for id, case in zip(ids, cases, strict=True) if id not in barred]
        return [*others, *barred.values()]

    def settled(self, operations: Sequence[Operation], current: Collection[str]) -> list[Operation]:
        """The operations, and the end of what was held of the same orders under another name.

        `current` are the names that the orders and their parts have by now.
        """
        return self._renamed.settled(operations, current)

    def _divided(self, case: Case, there: frozenset[str] | None) -> Iterator[Case]:
        """Its parts; `there` are those that the ERP has of an order unknown to this state."""
        order = case.order
        if case.proof is None or order is None:
            yield case
            return
        if self._is_begun_whole(case) or there == frozenset({WHOLE}):
            yield replace(case, known_parts={})
            return
        allotted = self.routing.parts_of(order)
        names = named_in_order(allotted)
        if there is not None and (problem := self._traces.problem(case, there, names)):
            yield case.but(problem=problem)
            return
        others = set(names) != set(case.known_parts)
        if case.known_parts and others and self._is_begun(case):
            yield from self._otherwise(case, names)
            return
        if names == (WHOLE,):
            if case.known_parts:
                self._remember(case, (), ())
            yield replace(case, known_parts={})
            return
        if others:
            self._remember(case, names, allotted)
        for name in names:
            yield self._part(replace(case, allotted=allotted), name)

    @staticmethod
    def _is_begun_whole(case: Case) -> bool:
        """Whether the whole order has a document, or may have one of which nobody knows yet."""
        if any(case.known_parts.values()):
            return False
        return case.item.link is not None or case.item.intent is not None

    def _is_begun(self, case: Case) -> bool:
        """Whether any part has a document, or may have one of which nobody knows yet."""
        if any(case.known_parts.values()):
            return True
        ids = [part_id(case.item.id, name) for name in case.known_parts]
        return bool(self.run.state.open_intents(self._route.name, ids))

    def _otherwise(self, case: Case, names: Iterable[str]) -> Iterator[Case]:
        """Rules that changed divide no order anew; an order that changed is for a person.

        One that is called off is called off as it was divided, whatever else changed.
        """
        known = case.known_parts
        ids = {name: part_id(case.item.id, name) for name in known}
        applied = self.run.state.fingerprints(self._route.name, ids.values())
        missing = [name for name, link in known.items() if link is None]
        unchanged = any(one.content == case.item.lasting for one in applied.values())
        if case.item.wanted != DocumentState.CANCELLED and missing:
            yield case.but(problem=half_made(case.item.label, missing))
        elif case.item.wanted != DocumentState.CANCELLED and not unchanged:
            yield case.but(problem=rerouted(case.item.label, known, names))
        else:
            payloads = {id: one.payload for id, one in applied.items()}
            for name, id in ids.items():
                part = self._part(replace(case, proof=None), name)
                yield part.but(fingerprint=payloads.get(id, ""))

    def _remember(self, case: Case, names: Sequence[str], allotted: Sequence[str]) -> None:
        if self.run.is_dry(self._route):
            return
        facts = remembered(case.order, names, allotted, self.routing.shared)
        settlement = Settlement(case.item.id, entity=ORDER, facts=facts)
        self.run.state.settle(PARTS, self.run.number, [settlement], self.run.now())

    def _part(self, case: Case, name: str) -> Case:
        item = case.item
        id = part_id(item.id, name)
        return replace(
            case,
            whole=item,
            item=replace(
                item,
                id=id,
                part=name,
                label=f"{item.label}, part {name or 'the rest'}",
                reference=fitting(part_id(item.reference, name)),
                match=part_id(item.match, name),
                link=None,
            ),
        )


def _is_under_way(case: Case) -> bool:
    """Whether this part has a document, or may have one of which nobody knows yet."""
    return case.item.link is not None or case.item.intent is not None
