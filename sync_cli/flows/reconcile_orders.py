"""Compares the shop's orders with the ERP's documents, found by their reference alone.

Both sides are spooled and joined on the disk. What seems to differ is read again by name, together
with what the state file says is under way, before a word is said about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.drift import (
    ERP,
    SHOP,
    ErpDocument,
    ShopOrder,
    Waiting,
    compare_order,
    reference_pattern,
)
from sync_cli.core.findings import Findings
from sync_cli.core.identity import reference
from sync_cli.core.model import DocumentState, OrderState
from sync_cli.core.parts import Part
from sync_cli.core.plan import Link
from sync_cli.flows.reconcile_trust import Memory, SideCount
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable
from sync_cli.state.spool import Spool, Spooled

ORDER = "order"
ORDERS = "orders"
LOOK_AGAIN = 100
MEANWHILE = "it was transferred while this report was made; the next one tells"


@dataclass(frozen=True, slots=True)
class Pair:
    """One order and the documents with its reference; either may be absent.

    `trouble` says why a record of it cannot be read, `moved` why it may still be moving.
    """

    reference: str
    order: ShopOrder | None = None
    documents: tuple[ErpDocument, ...] = ()
    trouble: str = ""
    moved: str = ""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What the state file knows of some orders at one moment, by the order's id."""

    reasons: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)

    def link(self, order_id: str) -> str:
        """The document that belongs to the order, "" if none is known."""
        return self.links[order_id].target if order_id in self.links else ""


class OrderComparison:
    """Finds the drifts between the orders and documents that changed at or after `since`."""

    def __init__(
        self, systems: Systems, findings: Findings, since: datetime, *, windowed: bool
    ) -> None:
        self.systems = systems
        self.state = systems.run.state
        self.findings = findings
        self.settings = systems.config.orders
        self.since = since
        self.windowed = windowed
        self.grace = systems.config.reconcile.grace
        self.pattern = reference_pattern(self.settings.reference, systems.config.shop)
        self.in_shop = SideCount("orders of the shop")
        self.in_erp = SideCount("documents of the ERP with our reference")

    def compare(self, memory: Memory) -> None:
        """Read both sides, join them, and look again at what differs."""
        with closing(self.state.spool()) as spool:
            self._read_shop(spool)
            self._read_erp(spool)
            if self._is_doubtful(memory):
                return
            for batch in batched(self._suspects(spool), LOOK_AGAIN):
                self._look_again(batch)
        self.findings.compared(Part.ORDERS)

    def _is_doubtful(self, memory: Memory) -> bool:
        """Whether a side must not be believed; a window has no size that could shrink."""
        if self.windowed:
            memory = Memory(self.systems.run, "", accept=True)
        doubts = [memory.doubts(side) for side in (self.in_shop, self.in_erp)]
        if not self.in_erp.read and not memory.accept and self.state.recent_links(ORDER, ERP, 1):
            doubts.append(_NO_DOCUMENTS)
        for doubt in filter(None, doubts):
            self.findings.doubt(f"Orders were not compared: {doubt}")
        if any(doubts):
            return True
        if not self.windowed:
            memory.keep(self.in_shop, self.in_erp)
        return False

    # The first pass

    def _read_shop(self, spool: Spool) -> None:
        for page in self.systems.shop.changes(ORDER, self.since):
            for raw in page.records:
                self.in_shop.read += 1
                order, trouble = self._order(raw)
                if trouble:
                    self.in_shop.spoiled(trouble)
                spool.append(self._reference(raw.id), SHOP, _shop_row(raw.id, order))

    def _read_erp(self, spool: Spool) -> None:
        for page in self.systems.erp.changes(ORDER, self.since):
            for raw in page.records:
                name, document, trouble = self._document(raw)
                if not self.pattern.fullmatch(name):
                    continue
                self.in_erp.read += 1
                if trouble:
                    self.in_erp.spoiled(trouble)
                spool.append(name, ERP, _erp_row(raw.id, document))

    def _suspects(self, spool: Spool) -> Iterator[str]:
        """References whose two sides differ at first sight; all others are counted."""
        for name, rows in groupby(spool.by_key(), key=lambda row: row.key):
            pair = _pair(name, rows)
            if pair.trouble or compare_order(name, pair.order, pair.documents):
                yield name
            else:
                self._count(pair)

    # The second look

    def _look_again(self, names: Sequence[str]) -> None:
        """Read these orders and documents again, and what is under way before and after."""
        ids = {name: self._order_id(name) for name in names}
        before = self._under_way(list(ids.values()))
        pairs = self._pairs(ids)
        after = self._under_way(list(ids.values()))
        for pair in pairs:
            self._judge(pair, ids[pair.reference], before, after)

    def _judge(self, pair: Pair, order_id: str, before: UnderWay, after: UnderWay) -> None:
        self._count(pair)
        link = after.link(order_id)
        drifts = compare_order(pair.reference, pair.order, pair.documents, link=link)
        if not drifts and not pair.trouble:
            return
        reason = (
            after.reasons.get(order_id)
            or before.reasons.get(order_id)
            or pair.trouble
            or (MEANWHILE if before.link(order_id) != link else "")
            or pair.moved
        )
        if reason:
            label = pair.order.label if pair.order else f"Order {order_id}"
            self.findings.wait(Waiting(Part.ORDERS, order_id, label, reason))
            return
        for drift in drifts:
            self.findings.drift(drift)

    def _pairs(self, ids: Mapping[str, str]) -> list[Pair]:
        shop_clock = self.systems.shop.identify().clock
        erp_clock = self.systems.erp.identify().clock
        orders = {raw.id: raw for raw in self.systems.shop.fetch(ORDER, list(ids.values()))}
        found = self.systems.erp.find(ORDER, "reference", list(ids))
        pairs = []
        for name, order_id in ids.items():
            raw = orders.get(order_id)
            order, trouble = self._order(raw) if raw is not None else (None, "")
            moved = self._moved(raw, shop_clock, "in the shop")
            documents = []
            for each in found.get(name, ()):
                _, document, wrong = self._document(each)
                trouble = trouble or wrong
                moved = moved or self._moved(each, erp_clock, "in the ERP")
                documents += [document] if document is not None else []
            pairs.append(Pair(name, order, tuple(documents), trouble, moved))
        return pairs

    def _moved(self, raw: Raw | None, clock: datetime, where: str) -> str:
        """Why a record that has just changed is not judged yet."""
        if raw is None or raw.modified_at is None or raw.modified_at <= clock - self.grace:
            return ""
        minutes = int((clock - raw.modified_at).total_seconds() // 60)
        return f"it changed {minutes} min ago {where}; the next run or the next report tells"

    def _under_way(self, ids: Sequence[str]) -> UnderWay:
        reasons = {
            **dict.fromkeys(self.state.dismissed(ORDERS, ids), "a person dismissed it"),
            **{
                id: f"held ({held.why}): {held.problem.sentence()}"
                for id, held in self.state.held_of(ORDERS, ids).items()
            },
            **{
                id: f"the answer to an earlier {intent.step} is not known yet"
                for id, intent in self.state.open_intents(ORDERS, ids).items()
            },
        }
        return UnderWay(reasons, self.state.links(ORDER, SHOP, ERP, ids))

    # One record

    def _order(self, raw: Raw) -> tuple[ShopOrder | None, str]:
        """The order as far as it is compared, or why it cannot be read."""
        try:
            order = self.systems.order(raw)
        except Unreadable as error:
            return None, error.problems[0].sentence()
        state = OrderState.TRASHED if "trashed" in raw.marks else order.state
        is_part = bool(order.parent_id)
        wanted = state in self.settings.states and order.ordered_at >= self.settings.start_at
        needs = wanted and not is_part
        return (
            ShopOrder(
                raw.id, order.number, state, order.currency, order.total, needs, is_part=is_part
            ),
            "",
        )

    def _document(self, raw: Raw) -> tuple[str, ErpDocument | None, str]:
        """The document's reference, the document, and why it cannot be read."""
        try:
            known = self.systems.document(raw)
        except Unreadable as error:
            return raw.birth, None, error.problems[0].sentence()
        document = ErpDocument(raw.id, known.number, known.state, known.currency, known.total)
        return known.reference, document, ""

    def _reference(self, order_id: str) -> str:
        return reference(self.settings.reference, self.systems.config.shop, order_id)

    def _order_id(self, name: str) -> str:
        match = self.pattern.fullmatch(name)
        return match[1] if match else ""

    def _count(self, pair: Pair) -> None:
        """Both sides of what was compared: orders that have or need a document, live documents."""
        live = [document for document in pair.documents if document.is_live]
        order = pair.order
        if order is not None and (order.needs or (live and order.may_keep)):
            self.findings.count(Part.ORDERS, SHOP, order.currency, order.total)
        for document in live:
            unit = document.currency or (order.currency if order else "")
            self.findings.count(Part.ORDERS, ERP, unit, document.total)


_NO_DOCUMENTS = (
    "the ERP has none of the documents that were made for this shop. Find out first: was it"
    " restored, or is it another database?"
)


def _shop_row(order_id: str, order: ShopOrder | None) -> tuple[object, ...]:
    """An order as spooled; one that cannot be read has its id alone."""
    if order is None:
        return (order_id,)
    total = f"{order.total:f}"
    return (order_id, order.number, order.state, order.currency, total, order.needs, order.is_part)


def _erp_row(document_id: str, document: ErpDocument | None) -> tuple[object, ...]:
    if document is None:
        return (document_id,)
    total = f"{document.total:f}"
    return (document_id, document.number, document.state, document.currency, total)


def _pair(name: str, rows: Iterable[Spooled]) -> Pair:
    """What was spooled of one reference; of a record that was read twice the later reading."""
    order: ShopOrder | None = None
    documents: dict[str, ErpDocument] = {}
    trouble = ""
    for row in rows:
        if len(row.values) == 1:
            trouble = "unreadable"
        elif row.parent == SHOP:
            id, number, state, currency, total, needs, is_part = row.values
            order = ShopOrder(
                id, number, OrderState(state), currency, Decimal(total), needs, is_part=is_part
            )
        else:
            id, number, state, currency, total = row.values
            stand = DocumentState(state)
            documents[id] = ErpDocument(id, number, stand, currency, Decimal(total))
    return Pair(name, order, tuple(documents.values()), trouble)
