"""Payments, shop to ERP: money that the shop has received, booked once on the order's document.

Off unless it is asked for. What a refund pays back is not among it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from sync_cli.connectors.base import Found, Raw
from sync_cli.core.documents import total_of
from sync_cli.core.fingerprint import content_hash, digest
from sync_cli.core.identity import reference
from sync_cli.core.item import Candidate, Item, Kind
from sync_cli.core.model import Document, DocumentState, Order, OrderState
from sync_cli.core.payments import Payment, payment_conflict, payment_of, why_not_paid
from sync_cli.core.plan import Operation, decide
from sync_cli.engine.execute import Writer
from sync_cli.engine.gather import look_up, recall
from sync_cli.engine.guarding import stop_on_reused_ids
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Mode, Route
from sync_cli.flows.belonging import check_rights_for
from sync_cli.flows.bookings import booked_links
from sync_cli.flows.order_documents import OwnNames, document_rules
from sync_cli.flows.order_identity import check_references
from sync_cli.flows.order_route import whole_orders
from sync_cli.flows.payment_parts import ORDER, PAYMENT, PAYMENTS, Case, PaymentParts
from sync_cli.flows.renamed import Renamed
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

ORDERS = "orders"
NOT_IN_ERP = "its order is not in the ERP"


class PaymentFlow:
    """The route shop.orders -> erp payments; a payment has the id of its order."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.payments
        self.manual = frozenset(systems.config.orders.status.manual_payments)
        self.mapping = systems.erp_mapping(PAYMENT)
        self.document_rules = document_rules(systems)
        self.route = payment_route(systems)
        self.writer = Writer(self.run, self.route)
        self.rules = self.route.rules(self.run.options)
        self.parts = PaymentParts(systems)
        self.renamed = Renamed(self.run.state, PAYMENTS)
        if not self.run.plans_only:
            check_rights_for(ERP, systems.erp_identity, PAYMENT, PAYMENTS)

    def transfer(self) -> None:
        """Book the payments of the orders that changed, window by window."""
        check_references(self.systems, PAYMENT)
        for window in self._windows():
            self._transfer(window)

    def _windows(self) -> Iterator[Window]:
        """What changed, and what was left out with an order that is in the ERP now."""
        reading = Reading(self.run, self.route)
        yield from reading
        if not self.run.options.narrowed:
            yield from reading.windows_of(self._followers())

    def _followers(self) -> list[str]:
        state = self.run.state
        left_out = state.skipped(PAYMENTS).items()
        ids = [id for id, reason in left_out if reason.startswith(NOT_IN_ERP)]
        return sorted(booked_links(state, ids))

    def _transfer(self, window: Window) -> None:
        self.run.tally.add(self.route.name, "read", window.size)
        cases = [*map(self._read, window.records), *map(self._gone, window.missing)]
        cases = self.parts.divided(cases)
        names = {case.item.id for case in cases}
        if not window.asked_for:
            # The buffer reads it again and again; what the ERP refused is not sent each time.
            cases = self.writer.desk.due(cases, lambda case: case.item)
        items = recall(self.run.state, self.route, [case.item for case in cases])
        items = [_booked(item) if item.link else item for item in items]
        found = look_up(self.run.state, self.route, [item for item in items if not item.link])
        known = {item.id: _known_there(item) for item in found}
        cases = [
            replace(case, item=known.get(item.id, item))
            for case, item in zip(cases, items, strict=True)
        ]
        items = [case.item for case in self._with_payloads(cases)]
        operations: list[Operation] = [decide(item, self.rules, self.run.now()) for item in items]
        stop_on_reused_ids(operations)
        self.writer.carry_out(self.renamed.settled(operations, names))

    def _read(self, raw: Raw) -> Case:
        """The order's payment, or why there is none to book."""
        label = f"Payment of order {raw.data.get('number') or raw.id}"
        item = replace(
            self._item(raw.id), label=label, birth=raw.birth, content=content_hash(raw.data)
        )
        try:
            order = self.systems.order(raw)
        except Unreadable as error:
            return Case(replace(item, problem=error.problems[0].about(label)))
        if "trashed" in raw.marks:
            order = order.model_copy(update={"state": OrderState.TRASHED})
        reason = self._left_out(order)
        if reason:
            return Case(replace(item, filtered=reason))
        payment = payment_of(order, item.reference, self.document_rules.zone)
        due = total_of(order, self.document_rules)
        # The order changes with its state; what was paid does not.
        content = digest(payment.model_dump(mode="json"))
        return Case(replace(item, record=payment, content=content), payment, due)

    def _left_out(self, order: Order) -> str:
        since = self.settings.since
        if order.paid_at is not None and since is not None and order.paid_at < since:
            return "paid before payments.since"
        return why_not_paid(order, self.manual)

    def _item(self, order_id: str) -> Item:
        name = reference(self.settings.reference, self.systems.config.shop, order_id)
        return Item(
            id=order_id,
            label=f"Payment of order {order_id}",
            mapping=self.mapping.version,
            reference=name,
            match=name,
        )

    def _gone(self, order_id: str) -> Case:
        return Case(replace(self._item(order_id), filtered="its order no longer exists"))

    def _with_payloads(self, cases: Sequence[Case]) -> list[Case]:
        """The cases with all that is needed to book those that the ERP does not have yet."""
        new = [case.item.id for case in cases if _is_new(case.item) and not case.item.part]
        state = self.run.state
        linked = {id: link.target for id, link in state.links(ORDER, SHOP, ERP, new).items()}
        left_out = state.skipped(ORDERS, new)
        documents = self._documents(linked)
        return [
            self._with_payload(case, linked, left_out, documents.get(case.item.id))
            if _is_new(case.item) and case.payment is not None
            else case
            for case in cases
        ]

    def _documents(self, linked: Mapping[str, str]) -> dict[str, Document]:
        """The ERP's documents of orders; one that cannot be read is missing, and told elsewhere."""
        orders = {target: id for id, target in linked.items()}
        found = {}
        for raw in self.systems.erp.fetch(ORDER, sorted(orders)) if orders else ():
            try:
                found[orders[raw.id]] = self.systems.document(raw)
            except Unreadable as error:
                self.run.watcher.note(error.problems[0].sentence())
        return found

    def _with_payload(
        self,
        case: Case,
        linked: Mapping[str, str],
        left_out: Mapping[str, str],
        document: Document | None,
    ) -> Case:
        item, payment = case.item, case.payment
        assert payment is not None
        if item.part:
            return case if item.waits else self._written(case, payment, case.document)
        if item.id not in linked and item.id in left_out:
            return case.but(filtered=f"{NOT_IN_ERP}: {left_out[item.id]}")
        if item.id not in linked:
            return case.but(waits=f"{NOT_IN_ERP} yet")
        if document is None:
            return case.but(waits="its document cannot be read in the ERP")
        if document.state is DocumentState.CANCELLED:
            return case.but(filtered="its document was cancelled")
        conflict = payment_conflict(item.label, payment, document, case.due)
        if conflict is not None:
            return case.but(problem=conflict)
        return self._written(case, payment, linked[item.id])

    def _written(self, case: Case, payment: Payment, document: str) -> Case:
        try:
            payload = self.mapping.write(payment, {(ORDER, payment.order_id): document})
            named = self.mapping.write(payment, OwnNames())
        except Unreadable as error:
            return case.but(problem=error.problems[0].about(case.item.label))
        rows = self.mapping.rows_of("method", [payment.method])
        because = f"journal {', '.join(rows)}" if rows else ""
        return case.but(payload=payload, fingerprint=digest(named), because=because)


def payment_route(systems: Systems) -> Route:
    """The route that books the payments of shop orders."""
    orders, settings = systems.config.orders, systems.config.payments
    return Route(
        name=PAYMENTS,
        entity=PAYMENT,
        source=systems.shop,
        target=systems.erp,
        source_entity=ORDER,
        target_entity=PAYMENT,
        source_role=SHOP,
        target_role=ERP,
        kind=Kind.DOCUMENT,
        mode=settings.mode if orders.mode is Mode.ON else orders.mode,
        scope=digest([settings.since, sorted(orders.status.manual_payments)]),
        buffer=systems.config.systems.shop.buffer,
        start_at=settings.since,
        creates=True,
        updates=False,
        find_keys=("reference",),
        source_ids=whole_orders,
        judge=lambda item, found: _judged(systems, item, found),
    )


def _judged(systems: Systems, item: Item, found: Found) -> Candidate:
    """Whether a payment with our reference is this one: over the same amount."""
    payment, ours = systems.erp_record(PAYMENT, found), item.record
    conflict = ""
    if isinstance(payment, Payment) and isinstance(ours, Payment):
        theirs = (payment.amount, payment.currency)
        if theirs != (ours.amount, ours.currency):
            conflict = f"it is over {payment.amount} {payment.currency}, not {ours.amount}"
        elif not payment.booked:
            conflict = "it is only a draft there"
    cancelled = "cancelled" in found.marks
    return Candidate(
        found.id, found.birth, agrees=not conflict, conflict=conflict, cancelled=cancelled
    )


def _booked(item: Item) -> Item:
    """A payment that is booked stays as it is, whatever becomes of its order.

    What keeps other parts of the order from being paid is told of those alone.
    """
    booked = replace(item, same=True)
    return replace(booked, problem=None, waits="") if item.part else booked


def _known_there(item: Item) -> Item:
    """A payment that the ERP has is taken over, even if its order was called off meanwhile."""
    live = [one for one in item.candidates if not one.cancelled]
    return replace(item, filtered="") if live else item


def _is_new(item: Item) -> bool:
    """Whether it may have to be booked: nothing speaks against it, and the ERP has none."""
    return not (item.link or item.filtered or item.problem or item.candidates)
