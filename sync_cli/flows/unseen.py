"""Unseen sales: pieces that shop orders took from the stock and that the ERP does not know yet.

Read BEFORE the ERP's stock, so that an order that is confirmed in between is counted twice and
never not at all: an error is on the safe side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.model import ZERO, Order
from sync_cli.core.outcome import Stage
from sync_cli.core.routing import order_of, part_id
from sync_cli.core.states import HOLDS_STOCK, left_out
from sync_cli.flows.admission import admitted_since
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable

ORDERS = "orders"
CALLED_OFF = "cancelled"
_HOLDING = frozenset(left_out(state) for state in HOLDS_STOCK)


class Taken(Struct, frozen=True):
    """Pieces that one order line took from the stock; `parent` is the product of a variation."""

    key: str
    parent: str
    pieces: Decimal


class Unseen(Struct):
    """What each unseen order took; an order that is read again replaces what was known of it."""

    by_order: dict[str, tuple[Taken, ...]] = field(default_factory=dict)

    def put(self, order_id: str, taken: Iterable[Taken]) -> None:
        """Remember what the order took; nothing takes it off again."""
        pieces = tuple(taken)
        if pieces:
            self.by_order[order_id] = pieces
        else:
            self.by_order.pop(order_id, None)

    def totals(self) -> UnseenTotals:
        """The pieces of all orders together."""
        by_key: defaultdict[str, Decimal] = defaultdict(Decimal)
        by_parent: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(
            lambda: defaultdict(Decimal)
        )
        for taken in (each for lines in self.by_order.values() for each in lines):
            by_key[taken.key] += taken.pieces
            if taken.parent:
                by_parent[taken.parent][taken.key] += taken.pieces
        return UnseenTotals(by_key, by_parent)


class UnseenTotals(Struct, frozen=True):
    """Unseen pieces by product key, and by parent product with the variation that was sold."""

    by_key: Mapping[str, Decimal] = field(default_factory=dict)
    by_parent: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)

    def of(self, key: str) -> Decimal:
        """Pieces of a product or variation that holds its own number."""
        return self.by_key.get(key, ZERO)

    def of_parent(self, parent: str, variations: Iterable[str]) -> Decimal:
        """Pieces that were taken from a parent's number: its own, and those of `variations`."""
        sold = self.by_parent.get(parent, {})
        return self.of(parent) + sum((sold.get(id, ZERO) for id in variations), ZERO)


class UnseenSales:
    """Finds the orders that count: changed since the orders lane last looked, held, or left out."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.state = systems.run.state
        self.start_at = systems.config.orders.start_at
        self.admitted_since = admitted_since(systems)
        self.known: dict[str, int] = {}

    def collect(self) -> UnseenTotals:
        """All unseen sales now; `known` then says which orders were read, and how they stood."""
        unseen = Unseen()
        for batch in batched(self._orders(), 100):
            seen = self._seen([order.id for order in batch])
            for order in batch:
                self.known[order.id] = _standing(order)
                unseen.put(order.id, self._unseen_of(order, seen))
        return unseen.totals()

    def _unseen_of(self, order: Order, seen: Mapping[str, str]) -> Iterable[Taken]:
        """What the order took, beyond what its confirmed document holds."""
        if not self._counts(order):
            return ()
        if order.id not in seen:
            return _taken(order)
        return _beyond(_taken(order), seen[order.id])

    def news(self, since: datetime) -> list[Order]:
        """Orders changed at or after `since` that were not read before, or in another state."""
        return [
            order for order in self._changed(since) if self.known.get(order.id) != _standing(order)
        ]

    def _counts(self, order: Order) -> bool:
        """Whether it is an order whose pieces the ERP should know, one of a backfill too."""
        return order.state in HOLDS_STOCK and order.ordered_at >= self.admitted_since

    def _orders(self) -> Iterator[Order]:
        """Each order that may count; one that changes meanwhile may come again."""
        watermark = self.state.watermark(ORDERS)
        since = self.start_at
        if watermark is not None:
            overlap = self.systems.shop.traits("order").overlap
            since = max(since, watermark.at - max(overlap, self.systems.config.systems.shop.buffer))
        read: set[str] = set()
        for order in self._changed(since):
            read.add(order.id)
            yield order
        for batch in batched(sorted(self._waiting() - read), 100):
            yield from self._read(self.systems.shop.fetch("order", batch))

    def _changed(self, since: datetime) -> Iterator[Order]:
        for page in self.systems.shop.changes("order", since):
            yield from self._read(page.records)

    def _waiting(self) -> set[str]:
        """Orders that the orders lane looked at and did not bring to a confirmed document."""
        held = {order_of(held.id) for held in self.state.held(ORDERS)}
        left_out = self.state.skipped(ORDERS).items()
        skipped = {order_of(id) for id, reason in left_out if reason in _HOLDING}
        called_off = {
            order_of(id)
            for entity, id, fact in self.state.search_facts(CALLED_OFF)
            if (entity, fact) == ("order", "document_state")
        }
        dismissed = {order_of(id) for id in self.state.dismissed(ORDERS)}
        return held | skipped | called_off | dismissed

    def _seen(self, ids: list[str]) -> dict[str, str]:
        """Orders whose document is confirmed and not called off since, with the pieces in it.

        No pieces are told where nobody knows them, or where a person dismissed a later edit of the
        order: it was carried over by hand. Of an order in parts those count that are confirmed, and
        all else that was sold is unseen.
        """
        facts = self.state.facts("order", ids)
        names = {id: _names_of(id, facts.get(id, {})) for id in ids}
        parts = [part for of_order in names.values() for part in of_order if part not in facts]
        facts |= self.state.facts("order", parts) if parts else {}
        every = [part for of_order in names.values() for part in of_order]
        confirmed = self.state.at_stage("order", Stage.CONFIRMED, every)
        by_hand = self.state.dismissed(ORDERS, every)
        seen = {}
        for id, of_order in names.items():
            live = [
                part
                for part in of_order
                if part in confirmed and facts.get(part, {}).get("document_state") != CALLED_OFF
            ]
            pieces = [facts.get(part, {}).get("pieces", "") for part in live]
            if live == of_order:
                known = all(pieces) and not by_hand.keys() & set(live)
                seen[id] = " ".join(pieces) if known else ""
            elif any(pieces):
                seen[id] = " ".join(pieces)
        return seen

    def _read(self, raws: Iterable[Raw]) -> Iterator[Order]:
        for raw in raws:
            try:
                yield self.systems.order(raw)
            except Unreadable as error:
                self.systems.run.watcher.note(
                    f"Unseen sales may be counted too low. {error.problems[0].sentence()}"
                )


def _standing(order: Order) -> int:
    """Changes with all that matters for the stock; two changes may share one second."""
    return hash((order.modified_at, order.state, tuple(_taken(order))))


def _beyond(taken: Iterable[Taken], pieces: str) -> Iterator[Taken]:
    """What was taken beyond `pieces` ("11:2 12:1"); nothing where these are not known."""
    if not pieces:
        return
    known: defaultdict[str, Decimal] = defaultdict(Decimal)
    for key, _, count in (piece.partition(":") for piece in pieces.split()):
        known[key] += Decimal(count)
    for each in taken:
        held = known.get(each.key, ZERO)
        covered = min(held, each.pieces)
        known[each.key] = held - covered
        if each.pieces > covered:
            yield replace(each, pieces=each.pieces - covered)


def _names_of(order_id: str, facts: Mapping[str, str]) -> list[str]:
    """The records that hold what is known of an order's documents: its own, or its parts'."""
    parts = facts.get("parts", "").split()
    return [part_id(order_id, part) for part in parts] or [order_id]


def _taken(order: Order) -> Iterator[Taken]:
    """What the lines of an order took; as many as were sold where the shop does not say.

    A shop that has put all pieces of a line back says no longer what it took.
    """
    for line in order.lines:
        sold = line.quantity - line.restocked
        pieces = sold if line.reduced_stock is None else line.reduced_stock
        key = line.product_key
        if key and pieces > 0:
            yield Taken(key, line.product_id if key != line.product_id else "", pieces)
