"""Orders, shop to ERP: customers first, then drafts that are proven before they are confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from sync_cli.core.plan import decide
from sync_cli.engine.documents import DocumentWriter
from sync_cli.engine.gather import look_up, recall
from sync_cli.engine.guarding import stop_on_reused_ids
from sync_cli.engine.reading import Reading, Window
from sync_cli.flows.admission import admitted_since
from sync_cli.flows.calling_off import CallingOff
from sync_cli.flows.corrected import forget_others
from sync_cli.flows.gone import gone
from sync_cli.flows.order_case import Case
from sync_cli.flows.order_customers import OrderCustomers
from sync_cli.flows.order_documents import DocumentWords
from sync_cli.flows.order_identity import check_references
from sync_cli.flows.order_making import OrderMaker
from sync_cli.flows.order_parts import OrderParts
from sync_cli.flows.order_reading import OrderReader
from sync_cli.flows.order_route import ORDER, ORDERS, order_route, whole_orders
from sync_cli.flows.systems import Systems


class OrderFlow:
    """The route shop.orders -> erp.orders with the customers and articles that it stands on."""

    def __init__(self, systems: Systems, since: datetime | None = None) -> None:
        """`since`: the orders placed from then on, in place of those that belong to the ERP."""
        self.systems = systems
        self.run = systems.run
        self.route = order_route(systems)
        self.writer = DocumentWriter(self.run, self.route)
        self.customers = OrderCustomers(systems)
        self.parts = OrderParts(systems, self.route)
        self.calling_off = CallingOff(systems, self.route, self.writer)
        words = DocumentWords(systems)
        rules = systems.shop_mapping(ORDER).version + words.version
        self.reader = OrderReader(systems, since or admitted_since(systems), rules)
        self.maker = OrderMaker(systems, self.route, words, self.reader, self.customers, self.parts)
        self._edits = bool(systems.erp.traits(ORDER).editable)

    def transfer(self) -> None:
        """Bring the ERP in step with the shop's orders, window by window.

        Documents are called off last, once the guard has seen all that the run would call off;
        until then no position is stored, so that the next run would find the same plan.
        """
        check_references(self.systems)
        reading = Reading(self.run, self.route)
        for window in self._windows(reading):
            self._transfer(window)
            if self.calling_off.is_due:
                reading.hold_position()
        self.calling_off.carry_out()
        reading.finish()
        self._release_customers()

    def _windows(self, reading: Reading) -> Iterator[Window]:
        """What changed and, once a day, what was deleted for good."""
        for window in reading:
            if self.run.options.ids and window.missing:
                self.run.watcher.note(f"The shop has no order {', '.join(window.missing)}.")
            yield window
        if not self.run.options.narrowed:
            yield from gone(self.systems, self.route, reading)

    def _release_customers(self) -> None:
        """Customers wait no longer for an order that was called off, or deleted, meanwhile."""
        if self.run.options.narrowed or not self.customers.unattended():
            return
        waiting = whole_orders([held.id for held in self.run.state.held(ORDERS)])
        read = (self.reader.read(raw) for raw in self.systems.shop.fetch(ORDER, waiting))
        self.customers.release(case.order for case in read if case.order is not None)

    def transfer_window(self, window: Window) -> None:
        """Bring the ERP in step with the orders of one window, which is a plan of its own."""
        self._transfer(window)
        self.calling_off.carry_out()

    def _transfer(self, window: Window) -> None:
        self.run.tally.add(self.route.name, "read", window.size)
        read = [self.reader.read(raw) for raw in window.records]
        if not window.asked_for:
            read = self._without_waiting(read)
        cases = self._recalled([*read, *(self.reader.missing(id) for id in window.missing)])
        cases = self.parts.remembered(cases)
        forget_others(self.run, self.route, [case.item for case in cases])
        cases = self.reader.barred(cases)
        articles = self.maker.articles(cases)
        cases = self.parts.divided([self.maker.proven(case, articles) for case in cases])
        names = {case.item.id for case in cases}
        if not window.asked_for:
            cases = self._without_waiting(cases)
        cases = [self.maker.with_document(case, articles) for case in cases]
        customers = self.customers.ensure(
            case.order
            for case in cases
            if case.order is not None and (case.is_new or (self._edits and case.is_edited))
        )
        products = articles.refs
        cases = [self.maker.with_payload(case, customers, articles, products) for case in cases]
        cases = self.parts.all_or_none(cases)
        items = look_up(self.run.state, self.route, [case.item for case in cases])
        rules = self.route.rules(self.run.options)
        operations = [decide(item, rules, self.run.now()) for item in items]
        operations = self.parts.settled(operations, names)
        self.writer.carry_out(self.calling_off.put_by(operations))
        stop_on_reused_ids(operations)

    def _without_waiting(self, cases: Sequence[Case]) -> list[Case]:
        """The cases but those that failed as they are, and whose next try is not due yet.

        The buffer reads them again and again; a draft that was refused is not made each time.
        """
        return self.writer.desk.due(cases, lambda case: case.item)

    def _recalled(self, cases: Sequence[Case]) -> list[Case]:
        items = recall(self.run.state, self.route, [case.item for case in cases])
        return [replace(case, item=item) for item, case in zip(items, cases, strict=True)]
