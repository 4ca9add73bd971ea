"""Writes products to the shop, and remembers what orders and stock must know of new ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from sync_cli.connectors.base import Done, Result, batched
from sync_cli.core.item import Intent, Item
from sync_cli.core.outcome import End, Settlement
from sync_cli.core.products import Product
from sync_cli.engine.execute import SETTLE_AT_ONCE, Writer
from sync_cli.engine.route import Route
from sync_cli.engine.run import Run
from sync_cli.flows.articles import PRODUCT, ROUTE, noted


class ProductWriter(Writer):
    """Updates and creates of products.

    A run of some fields only leaves no fingerprint and takes nothing off the held list: either
    would claim that all fields are written.
    """

    def __init__(self, run: Run, route: Route) -> None:
        super().__init__(run, route)
        self._facts: dict[str, dict[str, str]] = {}

    def settlement_of(
        self, item: Item, intent: Intent, result: Result, operation: str
    ) -> Settlement:
        """What the result of a call leaves behind; facts of a new product are noted."""
        record = item.record
        if isinstance(result, Done) and item.link is None and isinstance(record, Product):
            self._facts[result.id] = noted(record)
        return super().settlement_of(item, intent, result, operation)

    def linked(
        self, item: Item, target: str, birth: str, operation: str, intent: Intent | None
    ) -> Settlement:
        """The product holds these values now."""
        settlement = super().linked(item, target, birth, operation, intent)
        if not self.run.options.only:
            return settlement
        held = self.run.state.held_of(self.route.name, [item.id]).get(item.id)
        return replace(settlement, applied=None, held=held)

    def ends(self, item: Item, target: str, birth: str) -> tuple[End, End] | None:
        """Both ends of the link; the SKU is a reference and no birth mark."""
        return super().ends(item, target, "" if birth == item.reference else birth)

    def note_facts(self, facts: Mapping[str, Mapping[str, str]]) -> None:
        """Store what orders must know of the articles of these shop products, before a link is
        made: an order booked by the link must not miss it."""
        run = self.run
        if not facts or run.is_dry(self.route):
            return
        settlements = [Settlement(id, entity=PRODUCT, facts=dict(own)) for id, own in facts.items()]
        run.state.settle(ROUTE, run.number, settlements, run.now())

    def _settle_each(self, settlements: Iterator[Settlement]) -> None:
        for batch in batched(settlements, SETTLE_AT_ONCE):
            self.note_facts({id: each for id, each in self._facts.items() if each})
            self._facts.clear()
            self.desk.settle(batch)
