"""Compares what the shop says was paid with the payments that the ERP has booked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from sync_cli.connectors.base import Raw
from sync_cli.core.drift import ERP, SHOP, Drift
from sync_cli.core.drift_orders import ErpDocument, together
from sync_cli.core.drift_payments import ShopPayment, compare_payment
from sync_cli.core.findings import Findings
from sync_cli.core.identity import reference
from sync_cli.core.model import DocumentState
from sync_cli.core.parts import Part
from sync_cli.core.payments import Payment, why_not_paid
from sync_cli.core.routing import SIGN, order_of, part_id
from sync_cli.flows.payment_parts import ORDER, PAYMENT, PAYMENTS
from sync_cli.flows.reconcile_documents import DocumentComparison
from sync_cli.flows.reconcile_orders import OrderComparison
from sync_cli.flows.reconcile_pairs import Pair, Row, Subject
from sync_cli.flows.settled import BY_HAND
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable

NOT_REACHED = "of orders not yet reached by the backfill"
NO_DOCUMENT = "its order has no document in the ERP, which is told there"


class PaymentComparison(DocumentComparison[ShopPayment, ErpDocument]):
    """Finds the drifts between paid orders and payments that changed at or after `since`.

    What was paid before `payments.since` is left to the books. Payments of the ERP without our
    reference are nobody's here.
    """

    def __init__(
        self, systems: Systems, findings: Findings, since: datetime, *, windowed: bool
    ) -> None:
        settings = systems.config.payments
        self.paid_since = settings.since
        self.manual = frozenset(systems.config.orders.status.manual_payments)
        self.orders = OrderComparison(systems, Findings(0), since, windowed=windowed)
        subject = Subject(
            part=Part.PAYMENTS,
            label="Payment of order",
            plural="payments",
            documents="payments",
            entity=PAYMENT,
            route=PAYMENTS,
            template=settings.reference,
            of=ORDER,
        )
        later = max(since, settings.since) if settings.since is not None else since
        super().__init__(systems, findings, later, subject, windowed=windowed)

    def read_ours(self, raw: Raw) -> tuple[ShopPayment | None, str]:
        """The order's payment as far as it is compared, or why it cannot be read."""
        try:
            order = self.systems.order(raw)
        except Unreadable as error:
            return None, error.problems[0].sentence()
        compared = self.orders.compared(raw, order)
        at, since = order.paid_at, self.paid_since
        why_not = why_not_paid(order.model_copy(update={"state": compared.state}), self.manual)
        if at is not None and since is not None and at < since:
            why_not = "it was paid before payments.since"
        if not why_not and not compared.needs:
            why_not = "its order needs no document in the ERP"
        came = at is not None and order.payment_method not in self.manual
        payment = ShopPayment(
            raw.id,
            order.number,
            order.currency,
            order.total,
            needs=not why_not,
            why_not=why_not,
            kept=came,
            unreached=compared.unreached,
        )
        return payment, ""

    def read_theirs(self, raw: Raw) -> tuple[str, ErpDocument | None, str]:
        """The payment's reference, the payment, and why it cannot be read."""
        try:
            known = self.systems.erp_record(PAYMENT, raw)
        except Unreadable as error:
            return raw.birth, None, error.problems[0].sentence()
        if not isinstance(known, Payment):
            raise TypeError(f"a mapping made {type(known).__name__} of a payment")
        state = DocumentState.CONFIRMED if known.booked else DocumentState.DRAFT
        if "cancelled" in raw.marks:
            state = DocumentState.CANCELLED
        part = known.reference.removeprefix(order_of(known.reference)).removeprefix(SIGN)
        booked = ErpDocument(raw.id, known.number, state, known.currency, known.amount, part=part)
        return known.reference, booked, ""

    def our_row(self, ours: ShopPayment) -> Row:
        """The payment as spooled."""
        claims = (ours.needs, ours.why_not, ours.kept, ours.unreached)
        return (ours.number, ours.currency, f"{ours.amount:f}", *claims)

    def their_row(self, document: ErpDocument) -> Row:
        """The booked payment as spooled."""
        return self.orders.their_row(document)

    def ours_from(self, id: str, values: Sequence[Any]) -> ShopPayment:
        """The payment that was spooled."""
        number, currency, amount, needs, why_not, kept, unreached = values
        return ShopPayment(
            id, number, currency, Decimal(amount), bool(needs), why_not, bool(kept), bool(unreached)
        )

    def theirs_from(self, id: str, values: Sequence[Any]) -> ErpDocument:
        """The booked payment that was spooled."""
        return self.orders.theirs_from(id, values)

    def drifts(self, pair: Pair[ShopPayment, ErpDocument], link: str = "") -> tuple[Drift, ...]:
        """Where an order's payment and what is booked disagree."""
        return compare_payment(pair.reference, pair.ours, pair.documents, link=link)

    def parts_of(self, ids: Iterable[str]) -> dict[str, list[str]]:
        """What the orders of these payments were divided into."""
        return self.orders.parts_of(ids)

    def set_aside(self, pair: Pair[ShopPayment, ErpDocument]) -> str:
        """The payment of an order that a backfill has yet to reach."""
        ours = pair.ours
        if ours is None or not (ours.needs and ours.unreached) or pair.documents:
            return ""
        known = self.under_way([ours.id])
        return "" if known.links or known.reasons else NOT_REACHED

    def looked_at(
        self, pairs: list[Pair[ShopPayment, ErpDocument]]
    ) -> list[Pair[ShopPayment, ErpDocument]]:
        """What the documents of the orders say: a payment needs one that is not called off."""
        wanting = [pair.ours.id for pair in pairs if pair.ours and pair.ours.needs]
        template, shop = self.systems.config.orders.reference, self.systems.config.shop
        ids = {reference(template, shop, id): id for id in wanting}
        names = self.orders.names_of(ids)
        every = [each for own in names.values() for each in own]
        found = self.systems.erp.find(ORDER, "reference", every) if every else {}
        there = {
            ids[name]: [raw for each in own for raw in found.get(each, ())]
            for name, own in names.items()
        }
        parts = self._with_parts(wanting)
        return [
            self._with_documents(
                replace(pair, ours=replace(pair.ours, **parts[pair.ours.id])), there
            )
            if pair.ours and pair.ours.id in parts
            else self._with_documents(pair, there)
            for pair in pairs
        ]

    def _with_parts(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Of orders in several documents: the parts that must be paid, and what the sync knows."""
        parts = self.parts_of(ids)
        names = {part_id(id, part): part for id, own in parts.items() for part in own}
        left_out = self.state.skipped(PAYMENTS, names) if names else {}
        made = self.state.parts(PAYMENT, SHOP, ERP, parts) if parts else {}
        return {
            id: {
                "parts": tuple(part for part in own if part_id(id, part) not in left_out),
                "by_hand": any(left_out.get(part_id(id, part)) == BY_HAND for part in own),
                "made": {part: link.target for part, link in made.get(id, {}).items()},
            }
            for id, own in parts.items()
        }

    @staticmethod
    def _with_documents(
        pair: Pair[ShopPayment, ErpDocument], there: Mapping[str, Sequence[Raw]]
    ) -> Pair[ShopPayment, ErpDocument]:
        ours = pair.ours
        if ours is None or ours.id not in there:
            return pair
        documents = there[ours.id]
        if not documents:
            return replace(pair, moved=pair.moved or NO_DOCUMENT)
        if all("cancelled" in raw.marks for raw in documents):
            why = "its document was cancelled"
            return replace(pair, ours=replace(ours, needs=False, why_not=why))
        return pair

    def amount_of(self, pair: Pair[ShopPayment, ErpDocument]) -> None:
        """Both sides of what was compared: what must or may be booked, and what is."""
        live = [one for one in together(pair.documents) if one.is_live]
        ours = pair.ours
        if ours is not None and (ours.needs or (live and ours.kept)):
            self.findings.count(Part.PAYMENTS, SHOP, ours.currency, ours.amount)
        for one in live:
            unit = one.currency or (ours.currency if ours else "")
            self.findings.count(Part.PAYMENTS, ERP, unit, one.total)

    def label_of(self, ours: ShopPayment | None, id: str) -> str:
        """The payment as people call it."""
        return ours.label if ours is not None else super().label_of(ours, id)
