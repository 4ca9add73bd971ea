"""Refunds, shop to ERP: each becomes one credit note, proven before it is confirmed.

They are read on their own, by the shop's list of refunds: gateways and older shops do not move the
order's date, and deleting a refund never does (FACTS 3.11).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Raw
from sync_cli.core.corrections import corrected
from sync_cli.core.credit_notes import credit_note_of
from sync_cli.core.errors import Problem
from sync_cli.core.fingerprint import content_hash, digest
from sync_cli.core.identity import reference
from sync_cli.core.model import Disposition, Document, DocumentState, Order
from sync_cli.core.money import unit
from sync_cli.core.plan import (
    Item,
    Kind,
    Operation,
    Reject,
    Skip,
    Target,
    Why,
    decide,
)
from sync_cli.core.proof import Unproven, prove
from sync_cli.core.refund_records import CreditNote, Refund
from sync_cli.core.refunds import Unproven as UnprovenRefund
from sync_cli.core.refunds import prove_refund, said
from sync_cli.core.routing import in_parts
from sync_cli.engine.documents import DocumentWriter
from sync_cli.engine.gather import look_up, recall
from sync_cli.engine.guarding import stop_on_reused_ids
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Mode, Route
from sync_cli.flows.admission import admitted_since
from sync_cli.flows.articles import resolve_lines
from sync_cli.flows.corrected import forget_others
from sync_cli.flows.gone import gone
from sync_cli.flows.judging import judge_document
from sync_cli.flows.order_customers import OrderCustomers
from sync_cli.flows.order_documents import DocumentWords, document_rules
from sync_cli.flows.order_identity import check_references
from sync_cli.flows.refund_sources import (
    NOT_IN_ERP,
    ORDER,
    ORDER_FACT,
    REFUND,
    Sources,
    bar,
    credited_elsewhere,
    gather_sources,
)
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

REFUNDS = "refunds"


@dataclass(frozen=True, slots=True)
class Case:
    """One refund under way: what the engine sees of it, and the refund if it was readable."""

    item: Item
    refund: Refund | None = None

    @property
    def is_open(self) -> bool:
        """Whether a credit note may have to be made of it: nothing speaks against it yet."""
        item = self.item
        return item.link is None and item.problem is None and not item.waits and not item.filtered

    def but(self, **changes: Any) -> Case:
        """The same case with another item."""
        return replace(self, item=replace(self.item, **changes))


class RefundFlow:
    """The route shop.refunds -> erp credit notes."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.refunds
        self.route = refund_route(systems)
        self.words = credit_note_words(systems)
        self.writer = DocumentWriter(self.run, self.route)
        self.customers = OrderCustomers(systems)

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
        linked = state.links(ORDER, SHOP, ERP, set(orders.values()))
        return sorted(id for id, order in orders.items() if order in linked)

    def _transfer(self, window: Window) -> None:
        self.run.tally.add(self.route.name, "read", window.size)
        read = [*map(self._read, window.records), *map(self._lost, window.missing)]
        if not window.asked_for:
            # The buffer reads it again and again; what the ERP refused is not sent each time.
            read = self.writer.desk.due(read, lambda case: case.item)
        cases = self._recalled(read)
        forget_others(self.run, self.route, [case.item for case in cases])
        gone, cases = _parted(cases)
        theirs = [case for case in cases if case.refund is not None and case.refund.credit_note]
        cases = [case for case in cases if case not in theirs]
        cases = [self._settled(case) if case.is_open else case for case in cases]
        sources = gather_sources(
            self.systems, [case.item.facts[ORDER_FACT] for case in cases if case.is_open]
        )
        cases = [self._with_note(case, sources) for case in cases]
        items = look_up(self.run.state, self.route, [case.item for case in cases])
        rules = self.route.rules(self.run.options)
        operations = [decide(item, rules, self.run.now()) for item in items]
        stop_on_reused_ids(operations)
        skips = [Skip(case.item, case.item.filtered) for case in theirs]
        self.writer.carry_out([*operations, *self._called_back(gone), *skips])

    # One refund

    def _recalled(self, cases: Sequence[Case]) -> list[Case]:
        items = recall(self.run.state, self.route, [case.item for case in cases])
        return [Case(item, case.refund) for item, case in zip(items, cases, strict=True)]

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
        item = replace(
            self._item(raw.id),
            birth=raw.birth,
            content=corrected(content_hash(raw.data), self.systems.corrections(REFUND, raw)),
            places=self.systems.shop_mapping(REFUND).places(raw.data),
        )
        try:
            refund = self.systems.refund(raw)
        except Unreadable as error:
            return Case(replace(item, problem=error.problems[0].about(item.label)))
        item = replace(
            item,
            label=f"Refund {raw.id} of order {refund.order_id}",
            fingerprint=_essence(refund),
            facts={ORDER_FACT: refund.order_id, "amount": f"{refund.amount:f}"},
        )
        if refund.credit_note:
            item = replace(item, filtered=f"it was made of credit note {refund.credit_note}")
        return Case(item, refund)

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

    def _with_note(self, case: Case, sources: Sources) -> Case:
        """The proven credit note as the item's record, and its payload with the ERP's ids."""
        refund = case.refund
        if refund is None or not case.is_open:
            return case
        order_id = refund.order_id
        bars = bar(order_id, sources, admitted_since(self.systems))
        if bars.left_out:
            return case.but(filtered=bars.left_out)
        if bars.waits:
            return case.but(waits=bars.waits)
        match bars.problem:
            case "unreadable":
                return case.but(problem=_unreadable(case.item, sources.trouble[order_id]))
            case "order-gone":
                return case.but(problem=_orphan(case.item))
            case "document-gone":
                return case.but(problem=_documentless(case.item, order_id))
            case "order-in-parts":
                parts = sources.in_parts[order_id]
                return case.but(problem=in_parts(case.item.label, "a refund", parts))
        return self._proven(case, refund, sources)

    def _proven(self, case: Case, refund: Refund, sources: Sources) -> Case:
        order, siblings = sources.orders[refund.order_id], sources.refunds[refund.order_id]
        decimals = self.systems.decimals
        proof = prove(order, decimals)
        if isinstance(proof, Unproven):
            return case.but(problem=proof.as_problem(f"Order {order.number or order.id}"))
        credit = prove_refund(
            order,
            proof,
            siblings if any(each.id == refund.id for each in siblings) else (*siblings, refund),
            refund.id,
            decimals,
            mismatch=self.settings.mismatch,
            elsewhere=credited_elsewhere(
                self.systems, order.id, [refund.id, *(each.id for each in siblings)]
            ),
        )
        if isinstance(credit, UnprovenRefund):
            return case.but(problem=credit.as_problem(case.item.label))
        if not credit.lines:
            return case.but(filtered="it gives nothing back")
        if words := said(credit):
            case = case.but(facts={**case.item.facts, "adjusted": words})
        sold = [line.sold for line in credit.lines if line.sold is not None and line.pieces]
        articles = resolve_lines(self.systems, sold, dry=self.run.is_dry(self.route)).of(sold)
        note = credit_note_of(
            order,
            refund,
            credit,
            reference=case.item.reference,
            customer_key=self.customers.key_of(order),
            disposition=self._disposition(refund),
            unit_factor=articles.factor,
            rules=document_rules(self.systems),
        )
        written = self.words.in_its_digits(note)
        if isinstance(written, Problem):
            return case.but(problem=written.about(case.item.label))
        return self._with_payload(case.but(record=written), order, written, articles.ids)

    def _disposition(self, refund: Refund) -> Disposition | None:
        """What the refund itself says of its goods, else the configuration."""
        if refund.disposition in list(Disposition):
            return Disposition(refund.disposition)
        return self.settings.disposition.fixed

    def _with_payload(
        self, case: Case, order: Order, note: Document, articles: dict[str, str]
    ) -> Case:
        state, key = self.run.state, note.customer_key
        refs = {("product", product): id for product, id in articles.items()}
        links = state.links(ORDER, SHOP, ERP, [order.id])
        refs[ORDER, order.id] = links[order.id].target
        resolved = self.customers.ensure([order])
        if key in resolved.ids:
            refs["customer", key] = resolved.ids[key]
        payload = self.words.payload(note, refs)
        if isinstance(payload, Problem):
            return case.but(problem=payload.about(case.item.label))
        return case.but(payload=payload, refs=refs, because=self.words.because(note))

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
        return Reject(item, _deleted(item, note, self.systems.erp.name), Why.TASK)


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
        stage_entity=REFUND,
    )


def _essence(refund: Refund) -> str:
    """A hash of what makes the refund: in the shop it cannot be changed, only deleted."""
    lines = [
        [line.sold_line, line.quantity, line.total, line.total_tax]
        for line in (*refund.lines, *refund.fees, *refund.shipping_lines)
    ]
    return digest([refund.order_id, refund.amount, refund.refunded_at, lines])


def _unreadable(item: Item, trouble: Problem) -> Problem:
    return Problem(
        "refund-unreadable",
        item.label,
        f"a record that it stands on cannot be read: {trouble.sentence()}",
        "Correct that record; the refund then goes on by itself.",
    )


def _orphan(item: Item) -> Problem:
    return Problem(
        "order-gone",
        item.label,
        "its order no longer exists in the shop",
        "Give the money back in the ERP by hand, then run `sync-cli held dismiss`.",
        system="shop",
    )


def _documentless(item: Item, order_id: str) -> Problem:
    return Problem(
        "document-gone",
        item.label,
        f"the document of order {order_id} no longer exists in the ERP",
        "Find out first: was the ERP restored? `sync-cli reconcile` tells what is missing.",
        system="erp",
    )


def _deleted(item: Item, note: CreditNote, system: str) -> Problem:
    return Problem(
        "refund-deleted",
        item.label,
        f"it was deleted in the shop after credit note {note.number} over"
        f" {_amount(note)} was made of it",
        "Cancel that credit note in the ERP if the refund is off; the task then goes away by"
        " itself. If the refund stands, run `sync-cli held dismiss`.",
        system=system,
    )


def _amount(note: CreditNote) -> str:
    total: Decimal = note.total
    return f"{total:f} {note.currency}"
