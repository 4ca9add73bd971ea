"""Orders, shop to ERP: customers first, then drafts that are proven before they are confirmed."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.bundles import without_article
from sync_cli.core.corrections import corrected, said
from sync_cli.core.documents import document_of, why_held
from sync_cli.core.errors import IdentityError, Problem
from sync_cli.core.families import Family
from sync_cli.core.fingerprint import content_hash, digest
from sync_cli.core.guard import Guard, Harm
from sync_cli.core.identity import Seal, check_seal, read_seal, reference
from sync_cli.core.model import Document, DocumentState, Order, OrderLine, OrderState
from sync_cli.core.money import unit
from sync_cli.core.plan import (
    Advance,
    Item,
    Kind,
    Operation,
    Reject,
    Target,
    Why,
    decide,
)
from sync_cli.core.proof import Unproven, prove
from sync_cli.core.routing import order_of
from sync_cli.core.states import left_out, wanted_document_state
from sync_cli.core.suspicion import suspicious, suspicious_later
from sync_cli.engine.documents import DocumentWriter
from sync_cli.engine.gather import look_up, recall
from sync_cli.engine.guarding import judge, stop_on_reused_ids
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Route
from sync_cli.engine.run import Run
from sync_cli.flows.admission import admitted_since
from sync_cli.flows.articles import (
    Articles,
    known_articles,
    resolve_catch_all,
    resolve_lines,
)
from sync_cli.flows.families import Families
from sync_cli.flows.gone import gone
from sync_cli.flows.judging import judge_document
from sync_cli.flows.order_case import Case
from sync_cli.flows.order_customers import OrderCustomers, Resolved
from sync_cli.flows.order_documents import DocumentWords, document_rules
from sync_cli.flows.order_parts import OrderParts
from sync_cli.flows.order_problems import (
    article_trouble,
    cancelled_after_credit,
    deleted,
    trashed,
    unread_lines,
)
from sync_cli.flows.refund_sources import credited
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable
from sync_cli.mapping.paths import meta_entries

ORDER = "order"
ORDERS = "orders"
BACKFILL = "orders --backfill"
LAST_REFERENCES = 50
CALL_OFF_AT_ONCE = 100
STATE_FIELDS = frozenset(
    "status date_paid date_paid_gmt date_completed date_completed_gmt".split()  # noqa: SIM905
)


class OrderFlow:
    """The route shop.orders -> erp.orders with the customers and articles that it stands on."""

    def __init__(self, systems: Systems, since: datetime | None = None) -> None:
        """`since`: the orders placed from then on, in place of those that belong to the ERP."""
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.orders
        self._suspect = self.settings.fraud_hold.rules()
        self.since = since or admitted_since(systems)
        self.route = order_route(systems)
        self.customers = OrderCustomers(systems)
        self.writer = DocumentWriter(self.run, self.route)
        self._calling_off: dict[str, Advance] = {}
        self._looked_at = 0
        self.words = DocumentWords(systems)
        self.families = Families(systems)
        self.rules = document_rules(systems)
        self.parts = OrderParts(systems, self.route, self.writer.desk)
        self._edits = bool(systems.erp.traits(ORDER).editable)
        self._mapping = systems.shop_mapping(ORDER).version + self.words.version

    def transfer(self) -> None:
        """Bring the ERP in step with the shop's orders, window by window.

        Documents are called off last, once the guard has seen all that the run would call off;
        until then no position is stored, so that the next run would find the same plan.
        """
        check_references(self.systems)
        reading = Reading(self.run, self.route)
        for window in self._windows(reading):
            self._transfer(window)
            if self._calling_off:
                reading.hold_position()
        self._call_off()
        reading.finish()
        self._release_customers()

    def _windows(self, reading: Reading) -> Iterator[Window]:
        """What changed and, once a day, what was deleted for good."""
        yield from reading
        if not self.run.options.narrowed:
            yield from gone(self.systems, self.route, reading)

    def _release_customers(self) -> None:
        """Customers wait no longer for an order that was called off, or deleted, meanwhile."""
        if self.run.options.narrowed or not self.customers.unattended():
            return
        waiting = whole_orders([held.id for held in self.run.state.held(ORDERS)])
        read = (self._read(raw) for raw in self.systems.shop.fetch(ORDER, waiting))
        self.customers.release(case.order for case in read if case.order is not None)

    def transfer_window(self, window: Window) -> None:
        """Bring the ERP in step with the orders of one window, which is a plan of its own."""
        self._transfer(window)
        self._call_off()

    def _transfer(self, window: Window) -> None:
        self.run.tally.add(self.route.name, "read", len(window.records))
        read = [self._read(raw) for raw in window.records]
        if not window.asked_for:
            read = self._without_waiting(read)
        cases = self._recalled([*read, *(self._missing(id) for id in window.missing)])
        cases = self.parts.remembered(cases)
        for case in cases:
            self._check_seal(case)
        cases = self._in_families([self._suspected(case) for case in cases])
        articles = self._articles(cases)
        cases = self.parts.divided([self._proven(case, articles) for case in cases])
        if not window.asked_for:
            cases = self._without_waiting(cases)
        cases = [self._with_document(case, articles) for case in cases]
        customers = self.customers.ensure(
            case.order
            for case in cases
            if case.order is not None and (case.is_new or (self._edits and case.is_edited))
        )
        products = {("product", key): id for key, id in articles.ids.items()}
        items = [self._with_payload(case, customers, products).item for case in cases]
        items = look_up(self.run.state, self.route, items)
        rules = self.route.rules(self.run.options)
        operations = [decide(item, rules, self.run.now()) for item in items]
        operations = self.parts.settled(operations)
        self.writer.carry_out(self._without_calling_off(operations))
        stop_on_reused_ids(operations)

    def _without_calling_off(self, operations: Sequence[Operation]) -> list[Operation]:
        """The operations but those that call a document off: they are put by.

        A document with credit notes against it is never called off: the books would fall below
        zero by what was given back.
        """
        others: list[Operation] = []
        for operation in operations:
            # An order may be read twice in a run: its last standing counts.
            self._calling_off.pop(operation.item.id, None)
            if not isinstance(operation, Advance) or operation.to != DocumentState.CANCELLED:
                others.append(operation)
            elif credit := credited(self.systems, operation.item.source):
                task = cancelled_after_credit(operation.item, credit)
                others.append(Reject(operation.item, task, Why.TASK))
            else:
                self._calling_off[operation.item.id] = operation
        self._looked_at += len(operations)
        return others

    def _call_off(self) -> None:
        """Call documents off; raises GuardTripped if these are far more than usual."""
        guard = Guard(self.settings.limits())
        guard.look(self._looked_at)
        for operation in self._calling_off.values():
            guard.count(Harm.CANCEL, operation.item.id, operation.target)
        judge(self.run, self.route, guard)
        for batch in batched(self._calling_off.values(), CALL_OFF_AT_ONCE):
            self.writer.carry_out(batch)
        self._calling_off.clear()

    def _without_waiting(self, cases: Sequence[Case]) -> list[Case]:
        """The cases but those that failed as they are, and whose next try is not due yet.

        The buffer reads them again and again; a draft that was refused is not made each time.
        """
        return [case for case in cases if not self.writer.desk.waits(case.item)]

    def _recalled(self, cases: Sequence[Case]) -> list[Case]:
        items = recall(self.run.state, self.route, [case.item for case in cases])
        return [replace(case, item=item) for item, case in zip(items, cases, strict=True)]

    def _missing(self, order_id: str) -> Case:
        """An order that waited here and was deleted from the shop for good."""
        return Case(replace(self._item(order_id), filtered="it no longer exists in the shop"))

    def _item(self, order_id: str) -> Item:
        name = reference(self.settings.reference, self.systems.config.shop, order_id)
        return Item(
            id=order_id,
            label=f"Order {order_id}",
            mapping=self._mapping,
            reference=name,
            match=name,
        )

    def _read(self, raw: Raw) -> Case:
        """The order with its filter, or the problem that makes it unreadable."""
        corrections = self.run.state.corrections(ORDER, raw.id)
        item = replace(
            self._item(raw.id),
            label=f"Order {raw.data.get('number') or raw.id}",
            birth=raw.birth,
            content=corrected(content_hash(raw.data), corrections),
            substance=corrected(content_hash(_without_state(raw.data)), corrections),
            because=said(corrections),
        )
        try:
            order = self.systems.order(raw)
        except Unreadable as error:
            return Case(replace(item, problem=error.problems[0].about(item.label)))
        if "trashed" in raw.marks:
            order = order.model_copy(update={"state": OrderState.TRASHED})
        wanted = str(wanted_document_state(order.state))
        mark = self._suspect.mark(order.state, meta_entries(raw.data))
        item = replace(
            item,
            wanted=wanted,
            filtered=self._filtered(order, mark),
            known_there=bool(order.document),
            problem=unread_lines(self.systems.shop_mapping(ORDER), raw, item.label),
        )
        return Case(item, order, mark)

    def _in_families(self, cases: Sequence[Case]) -> list[Case]:
        """Of orders that the shop has as a whole and in parts only one side goes on."""
        families = self.families.of([case.order for case in cases if case.is_new and case.order])
        return [self._in_family(case, families.get(case.item.id)) for case in cases]

    def _in_family(self, case: Case, family: Family | None) -> Case:
        if family is None:
            return case
        booked = self.settings.child_orders
        if reason := family.left_out(booked):
            return case.but(filtered=reason)
        return case.but(problem=family.problem(case.item.label, booked))

    def _suspected(self, case: Case) -> Case:
        """A marked order is held; one that has a document already is a task, while it is open."""
        item = case.item
        if not case.mark or item.problem is not None or case.is_left_out:
            return case
        if item.link is None:
            return case.but(problem=suspicious(item.label, case.mark))
        if item.wanted == DocumentState.CANCELLED or self._is_off(case):
            return case
        return case.but(problem=suspicious_later(item.label, case.mark, item.link.target))

    def _filtered(self, order: Order, mark: str) -> str:
        if order.ordered_at < self.since:
            return "placed before start_at"
        if order.state not in self.settings.states and not (
            mark and order.state in self._suspect.states
        ):
            return left_out(order.state)
        return ""

    def _check_seal(self, case: Case) -> None:
        seal = read_seal(case.order.seal) if case.order is not None else None
        if seal is not None:
            check_own_seal(self.run, seal, case.item.label, before_writing=True)

    def _articles(self, cases: Sequence[Case]) -> Articles:
        """Articles of all lines: searched for by SKU only for orders that are to be made."""
        new = [line for case in cases if case.is_new for line in self._sold(case)]
        articles = resolve_lines(self.systems, new, dry=self.run.is_dry(self.route))
        if self.rules.catch_all and any(not line.product_key for line in new):
            resolve_catch_all(self.systems, self.settings.lines.catch_all, articles)
        rest = {line.product_key for case in cases for line in _lines(case)}
        known = known_articles(self.systems, sorted(rest - {""} - articles.ids.keys()))
        articles.ids.update(known.ids)
        articles.factors.update(known.factors)
        return articles

    def _sold(self, case: Case) -> list[OrderLine]:
        """The lines that need an article of the ERP."""
        order = case.order
        if order is None:
            return []
        left_out = without_article(order, self.rules.bundles)
        return [line for line in order.lines if line.id not in left_out]

    def _proven(self, case: Case, articles: Articles) -> Case:
        """The case with the proof of its order, or why there is nothing to make of it."""
        item, order = case.item, case.order
        if order is None and item.link is not None and item.problem is None:
            return case.but(same=True) if self._is_off(case) else case.but(problem=deleted(item))
        if order is None or item.problem is not None or case.is_left_out:
            return case
        if order.state is OrderState.TRASHED and item.link is not None:
            return case.but(same=True) if self._is_off(case) else case.but(problem=trashed(item))
        if order.state is OrderState.REFUNDED and self._was_called_off(case):
            return case.but(same=True)
        proof = prove(order, self.systems.decimals)
        if isinstance(proof, Unproven):
            return case.but(problem=proof.as_problem(item.label))
        trouble = why_held(order, self.rules)
        if trouble is None and case.is_new:
            trouble = article_trouble(item, order, self._sold(case), self.rules, articles)
        if trouble is not None:
            return case.but(problem=trouble.about(item.label))
        return replace(case, proof=proof)

    def _with_document(self, case: Case, articles: Articles) -> Case:
        """The document as the item's record in the ERP's units, its hash under our own names."""
        if case.proof is None or case.item.problem is not None or case.item.same:
            return case
        made = self._made(case, articles)
        if isinstance(made, Problem):
            return case.but(problem=made.about(case.item.label))
        document, named = made
        applied = case.item.applied
        if _lost_a_product(case) and applied is not None:
            named = self.words.with_lines_of(applied.payload, named)
        return self._settled(case.but(record=document, fingerprint=named))

    def _made(self, case: Case, articles: Articles) -> tuple[Document, str] | Problem:
        """The document in the ERP's units, and its hash under our own names, in pieces."""
        keys: set[str] = set()

        def one_piece(key: str) -> Decimal:
            keys.add(key)
            return Decimal(1)

        pieces = self._document(case, one_piece)
        named = pieces if isinstance(pieces, Problem) else self.words.fingerprint(pieces)
        if isinstance(named, Problem):
            return named
        if not isinstance(pieces, Problem) and all(articles.factor(key) == 1 for key in keys):
            return pieces, named
        document = self._document(case, articles.factor)
        return document if isinstance(document, Problem) else (document, named)

    def _was_called_off(self, case: Case) -> bool:
        """Whether its document was cancelled on the shop's word: what is refunded then was never
        booked."""
        applied = case.item.applied
        asked = applied is None or applied.wanted == DocumentState.CANCELLED
        return case.item.link is not None and asked and self._is_off(case)

    def _is_off(self, case: Case) -> bool:
        """Whether the ERP has cancelled all documents of the order already."""
        raws = list(self.systems.erp.fetch(ORDER, case.targets))
        states = [self.systems.document(raw).state for raw in raws]
        return bool(states) and all(state is DocumentState.CANCELLED for state in states)

    def _document(self, case: Case, unit_factor: Callable[[str], Decimal]) -> Document | Problem:
        """The document that the ERP should hold, in its digits; of a part what falls to it.

        Of a product that was deleted after the transfer the ERP has the article already.
        """
        item, order = case.item, case.order
        assert order is not None
        assert case.proof is not None
        rules = self.rules
        if _lost_a_product(case):
            rules = replace(rules, catch_all=True)
        whole = document_of(
            order,
            case.proof,
            reference=item.reference.removesuffix(f"#{item.part}"),
            customer_key=self.customers.key_of(order),
            wanted=DocumentState(item.wanted),
            unit_factor=unit_factor,
            rules=rules,
        )
        return self.words.in_its_digits(self.parts.document(case, whole))

    def _settled(self, case: Case) -> Case:
        """Waits while the shop's plug-ins may still be writing to an order that is new to us."""
        item, order = case.item, case.order
        unchanged = item.applied is not None and item.applied.payload == item.fingerprint
        if order is None or order.modified_at is None or unchanged:
            return case
        ready = order.modified_at + self.settings.settle
        if ready <= self.systems.shop_identity.clock:
            return case
        lag = self.run.now() - self.systems.shop_identity.clock
        seconds = int(self.settings.settle.total_seconds())
        return case.but(waits=f"it was changed less than {seconds} s ago", waits_until=ready + lag)

    def _with_payload(
        self, case: Case, customers: Resolved, products: dict[tuple[str, str], str]
    ) -> Case:
        """The payload with the ERP's ids; an order whose customer is not ready waits."""
        item, document = case.item, case.item.record
        if not isinstance(document, Document) or not (case.is_new or case.is_edited):
            return case
        key = document.customer_key
        if case.is_edited:
            return self._with_edit(case, customers.ids.get(key), products)
        if key not in customers.ids:
            why = customers.trouble.get(key, "it is not in the ERP yet")
            return case.but(waits=f"its customer is not ready: {why}")
        refs = _refs(document, products, customers.ids[key])
        payload = self.words.payload(document, refs)
        if isinstance(payload, Problem):
            return case.but(problem=payload.about(item.label))
        because = "; ".join(filter(None, (self.words.because(document), item.because)))
        return case.but(payload=payload, refs=refs, because=because)

    def _with_edit(
        self, case: Case, customer: str | None, products: dict[tuple[str, str], str]
    ) -> Case:
        """The payload of a late edit; without one, where an id is missing, it becomes a task."""
        document = case.item.record
        if customer is None or not isinstance(document, Document):
            return case
        payload = self.words.payload(document, _refs(document, products, customer))
        return case if isinstance(payload, Problem) else case.but(payload=payload)


def _refs(
    document: Document, products: dict[tuple[str, str], str], customer: str
) -> Mapping[tuple[str, str], str]:
    """The ERP's ids of all that the document names; those of its window's products are shared."""
    return ChainMap({("customer", document.customer_key): customer}, products)


def order_route(systems: Systems) -> Route:
    """The route that makes ERP documents of shop orders."""
    settings = systems.config.orders
    tables = systems.shop_mapping(ORDER).tables
    states = tables["order_states"].entries if "order_states" in tables else {}
    held_states = sorted(settings.fraud_hold.states)
    scope = digest(
        [sorted(settings.states), settings.start_at, states, *filter(None, [held_states])]
    )
    return Route(
        name="orders",
        entity=ORDER,
        source=systems.shop,
        target=systems.erp,
        source_entity=ORDER,
        target_entity=ORDER,
        source_role=SHOP,
        target_role=ERP,
        kind=Kind.DOCUMENT,
        mode=settings.mode,
        scope=scope,
        buffer=systems.config.systems.shop.buffer,
        start_at=settings.start_at,
        creates=True,
        find_keys=("reference",),
        judge=lambda item, found: judge_document(item, found.id, systems.document(found)),
        stand=lambda raw: Target(state=str(systems.document(raw).state)),
        read_document=systems.document,
        write_document=DocumentWords(systems).payload,
        rounding=settings.rounding_limit * unit(systems.decimals),
        source_ids=whole_orders,
        stage_entity=ORDER,
    )


def whole_orders(ids: Sequence[str]) -> list[str]:
    """The orders that these are, or are parts of, each once."""
    return list(dict.fromkeys(map(order_of, ids)))


def check_own_seal(run: Run, seal: Seal, label: str, *, before_writing: bool = False) -> None:
    """Raise IdentityError unless the seal is of a run that this state knows to have written it.

    `before_writing` claims that this run has sealed nothing yet: its own number is another's.
    """
    state = run.state
    wrote = state.command_of(seal.run) in (None, ORDERS, BACKFILL)
    if before_writing and not run.plans_only:
        wrote &= seal.run != run.number
    check_seal(seal, state.installation, state.last_run_number(), label, wrote=wrote)


def check_references(systems: Systems, entity: str = ORDER) -> None:
    """Raise IdentityError if references that we made are gone from the ERP: was it restored?"""
    ends = systems.run.state.recent_links(entity, ERP, LAST_REFERENCES)
    names = [end.birth for end in ends if end.birth]
    if not names:
        return
    found = systems.erp.find(entity, "reference", names)
    missing = [name for name in names if not found.get(name)]
    if missing:
        raise IdentityError(
            f"{len(missing)} of the last {len(names)} {entity}s are gone from {systems.erp.name}"
            f" (first {missing[0]}): it seems restored from a backup. Nothing was written.",
            f"Find out first. To have the lost {entity}s made again, run"
            " `sync-cli state accept --erp-restored`.",
        )


def _without_state(data: Mapping[str, Any]) -> dict[str, Any]:
    """An order's content apart from its state and what moves along with it."""
    kept = {key: value for key, value in data.items() if key not in STATE_FIELDS}
    lines = kept.get("line_items")
    if isinstance(lines, list):
        kept["line_items"] = [
            {key: value for key, value in line.items() if key != "meta_data"}
            if isinstance(line, Mapping)
            else line
            for line in lines
        ]
    return kept


def _lines(case: Case) -> tuple[OrderLine, ...]:
    return case.order.lines if case.order is not None else ()


def _lost_a_product(case: Case) -> bool:
    """Whether the shop deleted a product after its order went to the ERP: its line stays there."""
    gone = any(not line.product_key for line in _lines(case))
    return case.item.link is not None and gone
