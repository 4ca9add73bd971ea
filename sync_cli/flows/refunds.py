"""Refunds, shop to ERP: each becomes one credit note, proven before it is confirmed.

They are read on their own, by the shop's list of refunds: gateways and older shops do not move the
order's date, and deleting a refund never does (FACTS 3.11).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from sync_cli.connectors.base import Raw
from sync_cli.core.corrections import Correction, corrected
from sync_cli.core.credits import Credit
from sync_cli.core.errors import Problem
from sync_cli.core.fingerprint import content_hash, digest
from sync_cli.core.identity import reference
from sync_cli.core.item import Item, Kind, Target, Why
from sync_cli.core.model import ZERO, DocumentState
from sync_cli.core.money import plain, unit
from sync_cli.core.plan import Operation, Reject, Skip, decide
from sync_cli.core.proof import Unproven, prove
from sync_cli.core.refund_records import CreditNote, Refund
from sync_cli.core.refunds import Unproven as UnprovenRefund
from sync_cli.core.refunds import prove_refunds
from sync_cli.engine.documents import DocumentWriter
from sync_cli.engine.gather import look_up, recall
from sync_cli.engine.guarding import stop_on_reused_ids
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Mode, Route
from sync_cli.flows.admission import admitted_since
from sync_cli.flows.bookings import booked_links
from sync_cli.flows.corrected import forget_others
from sync_cli.flows.gone import gone
from sync_cli.flows.idle_corrections import not_felt, otherwise, unhelped, without_effect
from sync_cli.flows.judging import judge_document
from sync_cli.flows.order_documents import DocumentWords
from sync_cli.flows.order_identity import check_references
from sync_cli.flows.order_route import whole_orders
from sync_cli.flows.refund_case import Case
from sync_cli.flows.refund_notes import NoteMaker
from sync_cli.flows.refund_parts import RefundParts
from sync_cli.flows.refund_problems import deleted, documentless, orphan, unreadable
from sync_cli.flows.refund_sources import (
    NOT_IN_ERP,
    ORDER,
    ORDER_FACT,
    REFUND,
    Sources,
    bar,
    booked_cards,
    credited_elsewhere,
    gather_sources,
    took_card,
)
from sync_cli.flows.renamed import Renamed
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

REFUNDS = "refunds"


class RefundFlow:
    """The route shop.refunds -> erp credit notes."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.refunds
        self.route = refund_route(systems)
        self.words = credit_note_words(systems)
        self.writer = DocumentWriter(self.run, self.route)
        self.notes = NoteMaker(systems, self.route, self.words)
        self.parts = RefundParts(systems, self.route)
        self.renamed = Renamed(self.run.state, self.route.name)

    def transfer(self) -> None:
        """Bring the ERP in step with the shop's refunds, window by window."""
        check_references(self.systems, REFUND)
        for window in self._windows():
            self._transfer(window)

    def _windows(self) -> Iterator[Window]:
        """What changed; refunds whose order has come; and, once a day, those that are gone."""
        ids = self.run.options.ids
        if ids:
            found = self.systems.shop.find(REFUND, ORDER, ids)
            yield Window(tuple(raw for raws in found.values() for raw in raws), asked_for=True)
            return
        reading = Reading(self.run, self.route)
        yield from reading
        if not self.run.options.narrowed:
            yield from reading.windows_of(self._followers())
            yield from gone(self.systems, self.route, reading)

    def _followers(self) -> list[str]:
        """Refunds that were left out with their order, which is in the ERP now."""
        state = self.run.state
        left_out = state.skipped(REFUNDS)
        ids = [id for id, reason in left_out.items() if reason.startswith(NOT_IN_ERP)]
        facts = state.facts(REFUND, ids)
        orders = {id: facts[id][ORDER_FACT] for id in ids if ORDER_FACT in facts.get(id, {})}
        linked = booked_links(state, list(set(orders.values())))
        return sorted(id for id, order in orders.items() if order in linked)

    def _transfer(self, window: Window) -> None:
        self.run.tally.add(self.route.name, "read", window.size)
        read = [*map(self._read, window.records), *map(self._lost, window.missing)]
        if not window.asked_for:
            # The buffer reads it again and again; what the ERP refused is not sent each time.
            read = self.writer.desk.due(read, lambda case: case.item)
        cases = self._recalled(read)
        forget_others(self.run, self.route, [case.item for case in cases])
        gone, cases = _parted(self.parts.remembered(cases))
        theirs = [case for case in cases if case.refund is not None and case.refund.credit_note]
        cases = [case for case in cases if case not in theirs]
        cases = [self._settled(case) if case.is_open else case for case in cases]
        sources = gather_sources(
            self.systems, [case.item.facts[ORDER_FACT] for case in cases if case.is_open]
        )
        cases = [part for case in cases for part in self._proven(case, sources)]
        names = {case.item.id for case in cases}
        # What a refund is divided into are all of its parts, those too that still wait.
        self.parts.settle(cases)
        if not window.asked_for:
            cases = self.writer.desk.due(cases, lambda case: case.item)
        cases = [self.notes.with_note(case, sources) for case in cases]
        items = look_up(self.run.state, self.route, [case.item for case in cases])
        rules = self.route.rules(self.run.options)
        operations = [decide(item, rules, self.run.now()) for item in items]
        stop_on_reused_ids(operations)
        skips = [Skip(case.item, case.item.filtered) for case in theirs]
        called_back = self._called_back(gone)
        self.writer.carry_out(self.renamed.settled([*operations, *called_back, *skips], names))

    # One refund

    def _recalled(self, cases: Sequence[Case]) -> list[Case]:
        items = recall(self.run.state, self.route, [case.item for case in cases])
        return [replace(case, item=item) for item, case in zip(items, cases, strict=True)]

    def _item(self, refund_id: str) -> Item:
        name = reference(self.settings.reference, self.systems.config.shop, refund_id)
        return Item(
            id=refund_id,
            label=f"Refund {refund_id}",
            mapping=self.words.version,
            reference=name,
            match=name,
            wanted=str(DocumentState.CONFIRMED),
        )

    def _lost(self, refund_id: str) -> Case:
        """A refund that waited here, or has a credit note, and was deleted from the shop."""
        return Case(replace(self._item(refund_id), filtered="it was deleted in the shop"))

    def _read(self, raw: Raw) -> Case:
        corrections = self.systems.corrections(REFUND, raw)
        item = replace(
            self._item(raw.id),
            birth=raw.birth,
            content=corrected(content_hash(raw.data), corrections),
            places=self.systems.shop_mapping(REFUND).places(raw.data),
        )
        refund = self._refund(raw, item, corrections)
        others = otherwise(corrections, lambda rest: self._refund(raw, item, rest))
        same = not_felt(others, refund)
        if isinstance(refund, Problem):
            return Case(replace(item, problem=unhelped(refund, same)))
        item = replace(
            item,
            label=f"Refund {raw.id} of order {refund.order_id}",
            fingerprint=_essence(refund),
            facts={ORDER_FACT: refund.order_id, "amount": plain(refund.amount)},
        )
        if refund.credit_note:
            item = replace(item, filtered=f"it was made of credit note {refund.credit_note}")
        return Case(item, refund, idle=same)

    def _refund(self, raw: Raw, item: Item, corrections: Sequence[Correction]) -> Refund | Problem:
        try:
            return self.systems.refund(raw, corrections)
        except Unreadable as error:
            return error.problems[0].about(item.label)

    def _settled(self, case: Case) -> Case:
        """Waits while the shop may still be putting the pieces back."""
        refund = case.refund
        if refund is None:
            return case
        settle = self.systems.config.orders.settle
        ready = refund.refunded_at + settle
        clock = self.systems.shop_identity.clock
        if ready <= clock:
            return case
        seconds = int(settle.total_seconds())
        return case.but(
            waits=f"it was made less than {seconds} s ago",
            waits_until=ready + (self.run.now() - clock),
        )

    def _proven(self, case: Case, sources: Sources) -> list[Case]:
        """The refund with what it gives back, in parts where its order is; or why there is none."""
        refund = case.refund
        if refund is None or not case.is_open:
            return [case]
        order_id = refund.order_id
        bars = bar(order_id, sources, admitted_since(self.systems))
        if bars.left_out or bars.waits:
            return [case.but(filtered=bars.left_out, waits=bars.waits)]
        match bars.problem:
            case "unreadable":
                problem = unreadable(case.item, sources.trouble[order_id])
                return [case.but(problem=unhelped(problem, case.idle))]
            case "order-gone":
                return [case.but(problem=unhelped(orphan(case.item), case.idle))]
            case "document-gone":
                problem = documentless(case.item, order_id)
                return [case.but(problem=unhelped(problem, case.idle))]
        return self._credited(case, refund, sources)

    def _credited(self, case: Case, refund: Refund, sources: Sources) -> list[Case]:
        order, siblings = sources.orders[refund.order_id], sources.refunds[refund.order_id]
        decimals = self.systems.decimals
        proof = prove(order, decimals)
        if isinstance(proof, Unproven):
            problem = proof.as_problem(f"Order {order.number or order.id}")
            return [case.but(problem=unhelped(problem, case.idle))]
        elsewhere = credited_elsewhere(
            self.systems, order.id, [refund.id, *(each.id for each in siblings)]
        )
        how = self.systems.config.orders.lines.gift_cards
        proven = list(
            prove_refunds(
                order,
                proof,
                siblings if any(each.id == refund.id for each in siblings) else (*siblings, refund),
                decimals,
                mismatch=self.settings.mismatch,
                elsewhere=sum(elsewhere.values(), ZERO),
                gift_cards=booked_cards(order, sources, how),
                carded=took_card(self.run.state, [each.id for each in siblings]),
            )
        )
        credit = next(found for each, found in proven if each.id == refund.id)
        if isinstance(credit, UnprovenRefund):
            problem = credit.as_problem(case.item.label)
            return [case.but(problem=unhelped(problem, case.idle))]
        if not credit.lines:
            return [case.but(filtered="it gives nothing back")]
        if case.idle:
            label, name = case.item.label, f"{case.item.id} --route refunds"
            self.run.watcher.note(without_effect(label, case.idle, name))
        if order.id not in sources.parts:
            return [replace(case, credit=credit)]
        given = [(each, found) for each, found in proven if isinstance(found, Credit)]
        return self.parts.divided(case, sources, proof, given, elsewhere)

    # Refunds that the shop no longer has

    def _called_back(self, cases: Sequence[Case]) -> list[Operation]:
        """A task for each credit note whose refund is gone, until somebody has cancelled it."""
        if not cases:
            return []
        notes = {
            raw.id: self.systems.credit_note(raw)
            for raw in self.systems.erp.fetch(
                REFUND, sorted(case.item.link.target for case in cases if case.item.link)
            )
        }
        return [self._call_back(case.item, notes) for case in cases]

    def _call_back(self, item: Item, notes: dict[str, CreditNote]) -> Operation:
        note = notes.get(item.link.target) if item.link is not None else None
        if note is None or note.state is DocumentState.CANCELLED:
            return Skip(item, "it was deleted in the shop, and so was its credit note")
        return Reject(item, deleted(item, note, self.systems.erp.name), Why.TASK)


def _parted(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Those that are gone from the shop but have a credit note, and all others."""
    gone = [case for case in cases if case.refund is None and case.item.filtered and case.item.link]
    return gone, [case for case in cases if case not in gone]


def credit_note_words(systems: Systems) -> DocumentWords:
    """How credit notes are put into the ERP's words."""
    return DocumentWords(systems, "credit_note", REFUND)


def refund_route(systems: Systems) -> Route:
    """The route that makes credit notes of shop refunds."""
    orders, settings = systems.config.orders, systems.config.refunds
    start_at = admitted_since(systems)
    return Route(
        name=REFUNDS,
        entity=REFUND,
        source=systems.shop,
        target=systems.erp,
        source_entity=REFUND,
        target_entity=REFUND,
        source_role=SHOP,
        target_role=ERP,
        kind=Kind.DOCUMENT,
        mode=settings.mode if orders.mode is Mode.ON else orders.mode,
        scope=digest([start_at]),
        buffer=systems.config.systems.shop.buffer,
        start_at=start_at,
        creates=True,
        find_keys=("reference",),
        judge=lambda item, found: judge_document(item, found.id, systems.credit_note(found)),
        stand=lambda raw: Target(state=str(systems.credit_note(raw).state)),
        read_document=systems.credit_note,
        write_document=credit_note_words(systems).payload,
        rounding=orders.rounding_limit * unit(systems.decimals),
        source_ids=whole_orders,
        stage_entity=REFUND,
    )


def _essence(refund: Refund) -> str:
    """A hash of what makes the refund: in the shop it cannot be changed, only deleted."""
    lines = [
        [line.sold_line, line.quantity, line.total, line.total_tax]
        for line in (*refund.lines, *refund.fees, *refund.shipping_lines)
    ]
    return digest([refund.order_id, refund.amount, refund.refunded_at, lines])
