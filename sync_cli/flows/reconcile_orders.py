"""Compares the shop's orders with the ERP's sales documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Raw
from sync_cli.core.documents import total_of
from sync_cli.core.drift import ERP, SHOP, Drift
from sync_cli.core.drift_orders import ErpDocument, ShopOrder, compare_order, together
from sync_cli.core.families import BY_PARTS, ChildOrders
from sync_cli.core.findings import NOT_REACHED, Findings
from sync_cli.core.model import DocumentState, Order, OrderState
from sync_cli.core.parts import Part
from sync_cli.core.routing import SIGN, order_of
from sync_cli.flows.admission import admitted_since, brought_since
from sync_cli.flows.order_documents import document_rules
from sync_cli.flows.reconcile_documents import DocumentComparison
from sync_cli.flows.reconcile_pairs import Pair, Row, Subject
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable


class OrderComparison(DocumentComparison[ShopOrder, ErpDocument]):
    """Finds the drifts between the orders and documents that changed at or after `since`."""

    def __init__(
        self, systems: Systems, findings: Findings, since: datetime, *, windowed: bool
    ) -> None:
        self.settings = systems.config.orders
        self.admitted_since = admitted_since(systems)
        self.brought_since = brought_since(systems)
        self.rules = document_rules(systems)
        subject = Subject(
            part=Part.ORDERS,
            label="Order",
            plural="orders",
            documents="documents",
            entity="order",
            route="orders",
            template=self.settings.reference,
        )
        super().__init__(systems, findings, since, subject, windowed=windowed)

    def read_ours(self, raw: Raw) -> tuple[ShopOrder | None, str]:
        """The order as far as it is compared, or why it cannot be read."""
        try:
            order = self.systems.order(raw)
        except Unreadable as error:
            return None, error.problems[0].sentence()
        return self.compared(raw, order), ""

    def compared(self, raw: Raw, order: Order) -> ShopOrder:
        """The order as far as it is compared."""
        state = OrderState.TRASHED if "trashed" in raw.marks else order.state
        is_part = self._is_booked_elsewhere(order)
        wanted = state in self.settings.states and order.ordered_at >= self.admitted_since
        needs = wanted and not is_part
        return ShopOrder(
            raw.id,
            order.number,
            state,
            order.currency,
            total_of(order, self.rules),
            needs,
            is_part=is_part,
            unreached=order.ordered_at < self.brought_since,
        )

    def _is_booked_elsewhere(self, order: Order) -> bool:
        """Whether the other side of a split order is the one that is booked."""
        if self.settings.child_orders is not ChildOrders.CHILDREN:
            return bool(order.parent_id)
        reason = self.systems.run.state.skipped("orders", [order.id]).get(order.id, "")
        return reason.startswith(BY_PARTS)

    def read_theirs(self, raw: Raw) -> tuple[str, ErpDocument | None, str]:
        """The document's reference, the document, and why it cannot be read."""
        try:
            known = self.systems.document(raw)
        except Unreadable as error:
            return raw.birth, None, error.problems[0].sentence()
        part = known.reference.removeprefix(order_of(known.reference)).removeprefix(SIGN)
        document = ErpDocument(
            raw.id, known.number, known.state, known.currency, known.total, part=part
        )
        return known.reference, document, ""

    def our_row(self, ours: ShopOrder) -> Row:
        """The order as spooled."""
        total = f"{ours.total:f}"
        claims = (ours.needs, ours.is_part, ours.unreached)
        return (ours.number, ours.state, ours.currency, total, *claims)

    def their_row(self, document: ErpDocument) -> Row:
        """The document as spooled."""
        total = f"{document.total:f}"
        return (document.number, document.state, document.currency, total, document.part)

    def ours_from(self, id: str, values: Sequence[Any]) -> ShopOrder:
        """The order that was spooled."""
        number, state, currency, total, needs, is_part, unreached = values
        return ShopOrder(
            id,
            number,
            OrderState(state),
            currency,
            Decimal(total),
            needs,
            is_part=is_part,
            unreached=unreached,
        )

    def theirs_from(self, id: str, values: Sequence[Any]) -> ErpDocument:
        """The document that was spooled."""
        number, state, currency, total, part = values
        return ErpDocument(id, number, DocumentState(state), currency, Decimal(total), part=part)

    def drifts(self, pair: Pair[ShopOrder, ErpDocument], link: str = "") -> tuple[Drift, ...]:
        """Where an order and its documents disagree."""
        return compare_order(pair.reference, pair.ours, together(pair.documents), link=link)

    def set_aside(self, pair: Pair[ShopOrder, ErpDocument]) -> str:
        """An order that a backfill has yet to reach; what it reached has a link or is held."""
        order = pair.ours
        if order is None or not (order.needs and order.unreached) or pair.documents:
            return ""
        known = self.under_way([order.id])
        return "" if known.links or known.reasons else NOT_REACHED

    def amount_of(self, pair: Pair[ShopOrder, ErpDocument]) -> None:
        """Both sides of what was compared: orders that have or need a document, live documents."""
        live = [document for document in together(pair.documents) if document.is_live]
        order = pair.ours
        if order is not None and (order.needs or (live and order.may_keep)):
            self.findings.count(Part.ORDERS, SHOP, order.currency, order.total)
        for document in live:
            unit = document.currency or (order.currency if order else "")
            self.findings.count(Part.ORDERS, ERP, unit, document.total)

    def label_of(self, ours: ShopOrder | None, id: str) -> str:
        """The order as people call it."""
        return ours.label if ours is not None else super().label_of(ours, id)
