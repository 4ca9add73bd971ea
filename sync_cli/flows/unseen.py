"""Unseen sales: pieces that shop orders took from the stock and that the ERP does not know yet.

Read BEFORE the ERP's stock, so that an order that is confirmed in between is counted twice and
never not at all: an error is on the safe side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.model import ZERO, Order, OrderLine
from sync_cli.core.outcome import Stage
from sync_cli.core.states import HOLDS_STOCK, left_out
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable

ORDERS = "orders"
CALLED_OFF = "cancelled"
_HOLDING = frozenset(left_out(state) for state in HOLDS_STOCK)


@dataclass(slots=True)
class Unseen:
    """Pieces by product key, and by parent product with the variation that was sold."""

    by_key: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_parent: defaultdict[str, dict[str, Decimal]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def add(self, line: OrderLine) -> None:
        """Count the pieces that `line` took from the stock."""
        pieces = line.quantity if line.reduced_stock is None else line.reduced_stock
        key = line.product_key
        if not key or pieces <= 0:
            return
        self.by_key[key] += pieces
        if key != line.product_id:
            sold = self.by_parent[line.product_id]
            sold[key] = sold.get(key, ZERO) + pieces

    def of(self, key: str) -> Decimal:
        """Pieces of a product or variation that holds its own number."""
        return self.by_key.get(key, ZERO)

    def of_parent(self, parent: str, variations: Iterable[str]) -> Decimal:
        """Pieces that were taken from a parent's number: its own, and those of `variations`."""
        sold = self.by_parent.get(parent, {})
        return self.of(parent) + sum((sold.get(id, ZERO) for id in variations), ZERO)

    def keys(self) -> set[str]:
        """All products and variations with unseen pieces."""
        return set(self.by_key)


class UnseenSales:
    """Finds the orders that count: changed since the orders lane last looked, held, or left out."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.state = systems.run.state
        self.start_at = systems.config.orders.start_at

    def collect(self) -> Unseen:
        """All unseen sales now."""
        unseen = Unseen()
        for batch in batched(self._orders(), 100):
            seen = self._seen([order.id for order in batch])
            for order in batch:
                if order.id not in seen:
                    self._count(order, unseen)
        return unseen

    def changed_since(self, since: datetime) -> dict[str, Order]:
        """Orders that were placed or changed at or after `since`, by id."""
        pages = self.systems.shop.changes("order", since)
        raws = (raw for page in pages for raw in page.records)
        return {order.id: order for order in self._read(raws)}

    def _count(self, order: Order, unseen: Unseen) -> None:
        if order.state in HOLDS_STOCK and order.ordered_at >= self.start_at:
            for line in order.lines:
                unseen.add(line)

    def _orders(self) -> Iterator[Order]:
        """Each order that may count, once."""
        watermark = self.state.watermark(ORDERS)
        since = self.start_at
        if watermark is not None:
            overlap = self.systems.shop.traits("order").overlap
            since = max(since, watermark.at - max(overlap, self.systems.config.systems.shop.buffer))
        changed = self.changed_since(since)
        yield from changed.values()
        waiting = self._waiting() - changed.keys()
        for batch in batched(sorted(waiting), 100):
            yield from self._read(self.systems.shop.fetch("order", batch))

    def _waiting(self) -> set[str]:
        """Orders that the orders lane looked at and did not bring to a confirmed document."""
        held = {held.id for held in self.state.held(ORDERS)}
        skipped = {id for id, reason in self.state.skipped(ORDERS).items() if reason in _HOLDING}
        called_off = {
            id
            for entity, id, fact in self.state.search_facts(CALLED_OFF)
            if (entity, fact) == ("order", "document_state")
        }
        return held | skipped | called_off

    def _seen(self, ids: list[str]) -> set[str]:
        """Orders whose document is confirmed, and not called off since."""
        confirmed = self.state.at_stage("order", Stage.CONFIRMED, ids)
        facts = self.state.facts("order", list(confirmed))
        return {id for id in confirmed if facts.get(id, {}).get("document_state") != CALLED_OFF}

    def _read(self, raws: Iterable[Raw]) -> Iterator[Order]:
        for raw in raws:
            try:
                yield self.systems.order(raw)
            except Unreadable as error:
                self.systems.run.watcher.note(
                    f"Unseen sales may be counted too low. {error.problems[0].sentence()}"
                )
