"""Refunds of orders that became several documents: one credit note for each part they touch.

Each part of a refund is an item of its own, "77#north", with its own credit note, fingerprint and
journal. What a refund was divided into is remembered before the first credit note is made: another
division later would give back too much of one part and too little of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from sync_cli.core.credits import Credit
from sync_cli.core.documents import document_of
from sync_cli.core.errors import Problem
from sync_cli.core.model import ZERO, Document, DocumentState, Order
from sync_cli.core.outcome import Settlement
from sync_cli.core.proof import Proven
from sync_cli.core.refund_parts import (
    below_zero,
    divide,
    exceeds,
    is_shared,
    redivided,
    unallotted,
    undecided,
)
from sync_cli.core.refund_records import Refund
from sync_cli.core.routing import part_id, split
from sync_cli.engine.gather import recall
from sync_cli.engine.route import Route
from sync_cli.flows.allotment import PARTS, Allotment, allotment_of
from sync_cli.flows.order_documents import document_rules
from sync_cli.flows.refund_case import Case
from sync_cli.flows.refund_sources import ORDER_FACT, REFUND, Sources, booked_cards
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.state.store import State

SHARES = "shares"
"""What each part gives back, in the order of the parts."""


class RefundParts:
    """Divides refunds, and remembers how."""

    def __init__(self, systems: Systems, route: Route) -> None:
        self.systems = systems
        self.run = systems.run
        self._route = route
        self._routing = systems.config.orders.routing.rules()
        self._rules = replace(document_rules(systems), catch_all=True)

    def remembered(self, cases: Sequence[Case]) -> list[Case]:
        """The cases; one that was divided before and is in the ERP with all its parts, or is gone
        from the shop, as these parts."""
        state = self.run.state
        ids = [case.item.id for case in cases if case.item.link is None]
        links = state.parts(REFUND, SHOP, ERP, ids) if ids else {}
        facts = state.facts(REFUND, ids) if ids else {}
        parts: list[Case] = []
        for case in cases:
            names = facts.get(case.item.id, {}).get(PARTS, "").split()
            linked = links.get(case.item.id, {})
            names = list(dict.fromkeys((*names, *linked)))
            whole = names and (case.refund is None or all(name in linked for name in names))
            parts += [case.of_part(name) for name in names] if whole else [case]
        return self.recalled(parts)

    def recalled(self, cases: Sequence[Case]) -> list[Case]:
        """The cases, parts among them with what our own state knows of each."""
        items = recall(self.run.state, self._route, [case.item for case in cases if case.item.part])
        known = {item.id: item for item in items}
        return [replace(case, item=known.get(case.item.id, case.item)) for case in cases]

    def divided(
        self,
        case: Case,
        sources: Sources,
        proof: Proven,
        credits: Sequence[tuple[Refund, Credit]],
        elsewhere: Mapping[str, Decimal],
    ) -> list[Case]:
        """The parts of a refund whose order is in several documents, or why it has none.

        `credits` are those of all refunds of the order, in order of time; `elsewhere` is what
        credit notes of other refunds give back, by the ERP's id of the document.
        """
        order = sources.orders[case.item.facts[ORDER_FACT]]
        names = sources.parts[order.id]
        allotment = allotment_of(order, names, sources.facts.get(order.id, {}), self._routing)
        if allotment is None:
            return [case.but(problem=unallotted(case.item.label, order.number or order.id, names))]
        documents = self._documents(order, proof, allotment, sources)
        decimals = self.systems.decimals
        shares = list(
            divide([credit for _, credit in credits], documents, allotment.lines, decimals)
        )
        at = next(at for at, (refund, _) in enumerate(credits) if refund.id == case.item.id)
        parts = self.recalled([_part(case, name, own) for name, own in shares[at].items()])
        before, is_begun = self._before(case)
        if not is_begun:
            problem = self._undecided(case, sources, allotment, credits[: at + 1])
            problem = problem or self._exceeding(case, sources, shares[: at + 1], elsewhere)
            return [case.but(problem=problem)] if problem else parts
        now = {part.item.part: _amount(part) for part in parts}
        if before == now:
            return parts
        problem = redivided(case.item.label, _said(before), _said(now))
        return [part if part.is_begun else part.but(problem=problem) for part in parts]

    def _before(self, case: Case) -> tuple[dict[str, str], bool]:
        """What each part gave back when it was divided before, and whether any part was begun."""
        shares = shares_of(self.run.state, [case.item.id]).get(case.item.id, {})
        begun = [part.is_begun for part in self.recalled([case.of_part(name) for name in shares])]
        return {part: f"{amount:f}" for part, amount in shares.items()}, any(begun)

    def _documents(
        self, order: Order, proof: Proven, allotment: Allotment, sources: Sources
    ) -> Mapping[str, Document]:
        """What each part of the order is over, by the order itself."""
        cards = booked_cards(order, sources, self._rules.gift_cards)
        whole = document_of(
            order,
            proof,
            reference=order.id,
            customer_key="",
            wanted=DocumentState.CONFIRMED,
            unit_factor=lambda _key: Decimal(1),
            rules=replace(self._rules, gift_cards=cards),
        )
        decimals = self.systems.decimals
        return split(whole, allotment.lines, allotment.names, decimals, allotment.shared)

    def _undecided(
        self,
        case: Case,
        sources: Sources,
        allotment: Allotment,
        credits: Sequence[tuple[Refund, Credit]],
    ) -> Problem | None:
        """Money for no goods in particular, while the ERP cancelled a part: unless it is all that
        was left of the order. `credits` end with that of the refund."""
        order = sources.orders[case.item.facts[ORDER_FACT]]
        documents = {
            name: sources.documents.get(part_id(order.id, name)) for name in allotment.names
        }
        off = [
            name
            for name, document in documents.items()
            if document is not None and document.state is DocumentState.CANCELLED
        ]
        given = sum((credit.total for _, credit in credits), ZERO)
        if not off or not is_shared(credits[-1][1], allotment.lines) or given == order.total:
            return None
        return undecided(case.item.label, off)

    def _exceeding(
        self,
        case: Case,
        sources: Sources,
        shares: Sequence[Mapping[str, Credit]],
        elsewhere: Mapping[str, Decimal],
    ) -> Problem | None:
        """A part of which the refunds until this one would take more back than it is over, or of
        which this one would take less than nothing."""
        order_id = case.item.facts[ORDER_FACT]
        for name, own in shares[-1].items():
            if own.total < 0:
                return below_zero(case.item.label, name, own.total)
            there = part_id(order_id, name)
            document = sources.documents.get(there)
            given = sum((one[name].total for one in shares if name in one), ZERO)
            given += elsewhere.get(sources.linked.get(there, ""), ZERO)
            if document is not None and given > document.total:
                return exceeds(case.item.label, name, given, document.total)
        return None

    def settle(self, cases: Sequence[Case]) -> None:
        """Remember how refunds are divided, before the first credit note of each is made."""
        wholes: dict[str, list[Case]] = {}
        for case in cases:
            if case.whole is not None and case.credit is not None:
                wholes.setdefault(case.whole.id, []).append(case)
        if not wholes or self.run.is_dry(self._route):
            return
        settlements = [
            Settlement(
                id,
                entity=REFUND,
                facts={
                    PARTS: " ".join(part.item.part for part in parts),
                    SHARES: " ".join(_amount(part) for part in parts),
                    ORDER_FACT: parts[0].item.facts[ORDER_FACT],
                },
            )
            for id, parts in wholes.items()
            if not any(part.is_begun for part in parts)
        ]
        self.run.state.settle(PARTS, self.run.number, settlements, self.run.now())


def _part(case: Case, name: str, credit: Credit) -> Case:
    """A part of the refund with what it gives back."""
    part = case.of_part(name, credit)
    return part.but(facts={**part.item.facts, "amount": f"{credit.total:f}"})


def _amount(part: Case) -> str:
    return part.item.facts["amount"]


def _said(amounts: Mapping[str, str]) -> str:
    """Amounts by part, in words."""
    return ", ".join(f"{part} {amount}" for part, amount in amounts.items())


def shares_of(state: State, refunds: Sequence[str]) -> dict[str, dict[str, Decimal]]:
    """What each part gives back of the refunds that were divided, by refund and part."""
    facts = state.facts(REFUND, refunds) if refunds else {}
    return {
        id: dict(zip(told[PARTS].split(), map(Decimal, told[SHARES].split()), strict=False))
        for id, told in facts.items()
        if told.get(PARTS) and told.get(SHARES)
    }
