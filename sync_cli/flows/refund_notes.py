"""Makes credit notes of proven refunds: in the ERP's units, with the ERP's ids."""

from __future__ import annotations

from sync_cli.core.bundle_credits import as_booked, without_shelf
from sync_cli.core.credit_notes import credit_note_of
from sync_cli.core.credits import said
from sync_cli.core.errors import Problem
from sync_cli.core.gift_cards import paid_by_gift_card
from sync_cli.core.model import ZERO, Disposition, Document, LineKind, Order
from sync_cli.core.money import plain
from sync_cli.core.refund_records import Refund
from sync_cli.core.routing import part_id
from sync_cli.engine.route import Route
from sync_cli.flows.articles import resolve_lines
from sync_cli.flows.order_customers import OrderCustomers
from sync_cli.flows.order_documents import DocumentWords, document_rules
from sync_cli.flows.refund_case import Case
from sync_cli.flows.refund_problems import documentless
from sync_cli.flows.refund_sources import GIFT_CARD, ORDER, Sources, document_bar
from sync_cli.flows.systems import Systems


class NoteMaker:
    """Brings refunds that are proven on their way to a payload; what speaks against it stays."""

    def __init__(self, systems: Systems, route: Route, words: DocumentWords) -> None:
        self.systems = systems
        self.settings = systems.config.refunds
        self.route = route
        self.words = words
        self.customers = OrderCustomers(systems)

    def with_note(self, case: Case, sources: Sources) -> Case:
        """The credit note as the item's record, and its payload with the ERP's ids."""
        refund, credit = case.refund, case.credit
        if refund is None or credit is None or not case.is_open:
            return case
        order = sources.orders[refund.order_id]
        name = part_id(order.id, case.item.part)
        bars = document_bar(name, sources)
        if bars.left_out or bars.waits:
            return case.but(filtered=bars.left_out, waits=bars.waits)
        if bars.problem:
            return case.but(problem=documentless(case.item, name))
        rules = document_rules(self.systems)
        words = (said(credit), without_shelf(order, credit, rules.bundles))
        credit = as_booked(order, credit, rules.bundles)
        if not credit.lines:
            return case.but(filtered="it gives nothing back")
        if any(words):
            adjusted = "; ".join(filter(None, words))
            case = case.but(facts={**case.item.facts, "adjusted": adjusted})
        if paid_by_gift_card(order):
            cards = [line.net for line in credit.lines if line.kind is LineKind.GIFT_CARD]
            told = plain(-sum(cards, ZERO)) if cards else ""
            case = case.but(facts={**case.item.facts, GIFT_CARD: told})
        sold = [line.sold for line in credit.lines if line.sold is not None and line.pieces]
        dry = self.systems.run.is_dry(self.route)
        articles = resolve_lines(self.systems, sold, dry=dry).of(sold)
        note = credit_note_of(
            order,
            refund,
            credit,
            reference=case.item.reference,
            customer_key=self.customers.key_of(order),
            disposition=self._disposition(refund),
            unit_factor=articles.factor,
            rules=rules,
        ).model_copy(update={"part": case.item.part})
        written = self.words.in_its_digits(note)
        if isinstance(written, Problem):
            return case.but(problem=written.about(case.item.label))
        refs = {("product", product): id for product, id in articles.ids.items()}
        refs[ORDER, order.id] = sources.linked[name]
        return self._with_payload(case.but(record=written), order, written, refs)

    def _disposition(self, refund: Refund) -> Disposition | None:
        """What the refund itself says of its goods, else the configuration."""
        if refund.disposition in list(Disposition):
            return Disposition(refund.disposition)
        return self.settings.disposition.fixed

    def _with_payload(
        self, case: Case, order: Order, note: Document, refs: dict[tuple[str, str], str]
    ) -> Case:
        key = note.customer_key
        resolved = self.customers.ensure([order])
        if key in resolved.ids:
            refs["customer", key] = resolved.ids[key]
        payload = self.words.payload(note, refs)
        if isinstance(payload, Problem):
            return case.but(problem=payload.about(case.item.label))
        return case.but(payload=payload, refs=refs, because=self.words.because(note))
