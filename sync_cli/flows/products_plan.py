"""A products run's whole plan, kept on disk until the guard has seen all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from sync_cli.connectors.base import batched
from sync_cli.core.guard import Guard, Harm
from sync_cli.core.identity import folded_sku
from sync_cli.core.item import Applied, Item, Link, Why
from sync_cli.core.outcome import Settlement
from sync_cli.core.plan import Create, Defer, Operation, Reject, Skip, Update, next_try
from sync_cli.core.products import Product
from sync_cli.engine.execute import together
from sync_cli.flows.adoptions import Adoptions, Doubled, LiveArticles
from sync_cli.flows.articles import PRODUCT
from sync_cli.flows.products_checks import double_new
from sync_cli.flows.products_rows import readable
from sync_cli.flows.products_write import ProductWriter
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.state.spool import Spool, Spooled

AT_ONCE = 1000
NEW_AT_ONCE = 100
NO_PARENT = "its main article is not in the shop yet"


class ProductPlan:
    """Collects what a run would do: links to adopt, products to make or to change, rows to hold."""

    def __init__(self, systems: Systems, writer: ProductWriter, guard: Guard) -> None:
        self.systems = systems
        self.writer = writer
        self.guard = guard
        state = systems.run.state
        self._adoptions = Adoptions(state)
        self._updates: Spool = state.spool()
        self._creates: Spool = state.spool()
        self._known: Spool = state.spool()
        self._new_mains: set[str] = set()
        self._closing: list[Operation] = []

    def close(self) -> None:
        """Give the disk space back."""
        self._adoptions.close()
        for spool in (self._updates, self._creates, self._known):
            spool.close()

    def unchanged(self) -> None:
        """An article that was applied as it is."""
        self.guard.look()
        self.writer.run.tally.add(self.writer.route.name, "skip")

    def leave_out(self, operation: Skip, *, was_open: bool) -> None:
        """An article that is left out, with the reason; closed later if it was held or begun."""
        if was_open:
            self._closing.append(operation)
        else:
            self.writer.desk.tell(operation)

    def close_later(self, operation: Operation) -> None:
        """An operation that calls nobody and is written up once the guard has passed."""
        self._closing.append(operation)

    def adopt(self, product: Product, article: Product) -> None:
        """A link to be made by SKU, unless a second article claims the same product."""
        self._adoptions.add(product, article)

    def in_step(self, item: Item) -> None:
        """A product that holds all values already: its fingerprint is stored with the rest.

        It is counted then too, for a second article may claim the product.
        """
        self.guard.look()
        target = item.link.target if item.link else ""
        self._known.append(item.id, target, _applied(item))

    def update(self, item: Item, *, overwrites: bool, prices: bool) -> None:
        """Fields to write; what the guard must know: is anything overwritten, are prices?"""
        target = item.link.target if item.link else ""
        self.guard.look()
        if overwrites:
            self.guard.count(Harm.OVERWRITE, item.id, item.fingerprint)
        if prices:
            self.guard.count(Harm.PRICE, item.id, item.fingerprint)
        values = (item.label, target, dict(item.payload), *_applied(item))
        self._updates.append(f"{target:>20}", item.parent, (item.id, *values))

    def create(self, item: Item, article: Product) -> None:
        """A product to make; a variation waits for its main article."""
        self.guard.look()
        if article.main_article:
            self._new_mains.add(item.id)
        factor = f"{article.unit_factor:f}"
        own = (item.id, item.label, item.match, item.birth, dict(item.payload), factor)
        values = (*own, article.main_article)
        self._creates.append(folded_sku(item.match), article.parent_id, (*values, *_applied(item)))

    def note_facts(self, facts: Mapping[str, Mapping[str, str]]) -> None:
        """Facts that changed count at once, also for an order of this minute."""
        self.writer.note_facts(facts)

    def carry_out(self, live: LiveArticles | None) -> None:
        """Make links, hold what is to be held, then write: products before their variations.

        `live` is asked which articles have a SKU, where not all of them were compared.
        """
        doubled = self._adoptions.settle(self.writer, live)
        doubles = [
            Reject(Item(article, f"Article {article}"), double.problem(f"product {product}"))
            for product, double in doubled.items()
            for article in double.claims
        ]
        self.writer.carry_out([*self._closing, *doubles])
        self._remember(doubled)
        self._change(doubled, variations=False)
        twice = self._twice()
        self._make(self._new(twice, variations=False))
        for batch in batched(self._new(twice, variations=True), NEW_AT_ONCE):
            self._make(self._with_parents(batch))
        self._change(doubled, variations=True)

    def _remember(self, doubled: Mapping[str, Doubled]) -> None:
        """Count what is in step already, and store its fingerprints.

        A run of some fields only has not seen that the others are in step.
        """
        for batch in batched(self._known.by_key(), AT_ONCE):
            rows = [row for row in batch if row.parent not in doubled]
            self.writer.run.tally.add(self.writer.route.name, "skip", len(rows))
            settlements = {
                row.key: Settlement(row.key, applied=_fingerprint(*row.values)) for row in rows
            }
            if not self.writer.run.options.only:
                self.writer.desk.settle(list(settlements.values()))

    def _change(self, doubled: Mapping[str, Doubled], *, variations: bool) -> None:
        for items in together(self._changed(doubled, variations=variations)):
            self.writer.carry_out([Update(item) for item in items])

    def _changed(self, doubled: Mapping[str, Doubled], *, variations: bool) -> Iterator[Item]:
        """The updates by parent and target; of two for one target the later one counts."""
        for (parent, _), rows in groupby(
            self._updates.by_parent(), key=lambda row: (row.parent, row.key)
        ):
            if bool(parent) is not variations:
                continue
            *_, row = rows
            id, label, target, payload, *applied = row.values
            if target not in doubled:
                link = Link(id, target, "")
                yield _item(id, label, payload, applied, link=link, parent=parent)

    def _twice(self) -> frozenset[str]:
        """The folded SKUs of which two articles are to be made; they are held."""
        twice = set()
        for sku, rows in groupby(self._creates.by_key(), key=lambda row: row.key):
            items = {item.id: item for item in map(_new_item, rows)}
            if len(items) > 1:
                twice.add(sku)
                rejected = [
                    Reject(item, double_new(item.label, item.match)) for item in items.values()
                ]
                self.writer.carry_out(rejected)
        return frozenset(twice)

    def _new(self, twice: frozenset[str], *, variations: bool) -> Iterator[Item]:
        for (parent, sku), rows in groupby(
            self._creates.by_parent(), key=lambda row: (row.parent, row.key)
        ):
            if bool(parent) is variations and sku not in twice:
                *_, row = rows
                yield replace(_new_item(row), parent=parent)

    def _make(self, items: Iterator[Item]) -> None:
        for batch in batched(items, NEW_AT_ONCE):
            self.writer.carry_out([Create(item) for item in batch])

    def _with_parents(self, items: Sequence[Item]) -> Iterator[Item]:
        """The variations with their product's id; those whose main article is missing wait."""
        run = self.systems.run
        mains = {item.parent for item in items}
        links = run.state.links(PRODUCT, ERP, SHOP, sorted(mains))
        shared = self._shared_attributes([link.target for link in links.values()])
        for item in items:
            link = links.get(item.parent)
            if link is not None:
                payload = _below(item.payload, link.target, shared.get(link.target, {}))
                yield replace(item, payload=payload, parent=link.target)
            elif run.is_dry(self.writer.route) and item.parent in self._new_mains:
                yield item
            else:
                until = next_try(Why.DEFERRED, 2, run.now())
                self.writer.carry_out([Defer(item, NO_PARENT, until)])

    def _shared_attributes(self, products: Sequence[str]) -> dict[str, dict[str, int]]:
        """By product the shop's numbers of attributes that many products share, by name."""
        rows = readable(self.systems, self.systems.shop.fetch(PRODUCT, products), {})
        return {
            row.product.id: {
                one.name.casefold(): int(one.id) for one in row.product.attributes if one.id
            }
            for row in rows
        }


def _below(payload: Mapping[str, Any], parent: str, shared: Mapping[str, int]) -> dict[str, Any]:
    """A variation's payload below its product, by the product's own attributes."""
    attributes = [
        {"id": shared[name], **one} if (name := str(one["name"]).casefold()) in shared else one
        for one in payload.get("attributes", ())
    ]
    return {**payload, "attributes": attributes, "parent_id": parent}


def _applied(item: Item) -> tuple[str, str, str, str]:
    return (item.fingerprint, item.mapping, item.content, item.seen)


def _fingerprint(payload: str, mapping: str, content: str, seen: str) -> Applied:
    return Applied(payload, mapping, content, seen=seen)


def _new_item(row: Spooled) -> Item:
    id, label, sku, birth, payload, factor, main, *applied = row.values
    record = Product(id=id, sku=sku, unit_factor=Decimal(factor), main_article=bool(main))
    return replace(_item(id, label, payload, applied), birth=birth, match=sku, record=record)


def _item(
    id: str,
    label: str,
    payload: Mapping[str, Any],
    applied: Sequence[str],
    *,
    link: Link | None = None,
    parent: str = "",
) -> Item:
    fingerprint, mapping, content, seen = applied
    return Item(
        id,
        label,
        content=content,
        mapping=mapping,
        payload=payload,
        fingerprint=fingerprint,
        link=link,
        parent=parent,
        same=False,
        seen=seen,
    )
