"""Compares the ERP's articles with the shop's products, by the rules of `sync-cli products`.

The shop's products are read once, to the disk; the ERP's articles stream past them. What differs
is read again on both sides before a word is said about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.drift import ERP, SHOP, Drift, Waiting
from sync_cli.core.drift_products import product_differs
from sync_cli.core.findings import Findings
from sync_cli.core.item import Item, Link
from sync_cli.core.parts import Part
from sync_cli.core.plan import Operation, Reject, Skip
from sync_cli.core.products import Product
from sync_cli.flows.articles import PRODUCT
from sync_cli.flows.products import products_route
from sync_cli.flows.products_compare import ProductComparer
from sync_cli.flows.products_look import Article
from sync_cli.flows.products_payload import only, wanted_product
from sync_cli.flows.products_rows import ShopRow, ShopRows
from sync_cli.flows.reconcile_judge import ProductJudge
from sync_cli.flows.reconcile_shelf import ShopSide
from sync_cli.flows.reconcile_trust import Memory, SideCount
from sync_cli.flows.systems import Systems
from sync_cli.mapping.compiler import path_of
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.rules import UNSET

LOOK_AGAIN = 100


class ProductSight(Struct, frozen=True):
    """An article and its product; `drifts` say in which fields of the ERP's they differ."""

    article: Product
    product: Product
    drifts: tuple[Drift, ...]


class Sights:
    """What the comparer of the products command finds; plans nothing."""

    def __init__(
        self,
        *,
        agrees: Callable[[], None],
        missing: Callable[[Product], None],
        told: Callable[[Operation], None],
    ) -> None:
        self._agrees = agrees
        self._missing = missing
        self._told = told

    def unchanged(self) -> None:
        """An article whose product holds all that it asks for."""
        self._agrees()

    def leave_out(self, operation: Skip, *, was_open: bool) -> None:
        """An article that is not compared."""
        del was_open
        self._told(operation)

    def close_later(self, operation: Operation) -> None:
        """An article that cannot be compared, or not yet."""
        self._told(operation)

    def adopt(self, product: Product, article: Product) -> None:
        """They are compared as if they were linked."""

    def in_step(self, item: Item) -> None:
        """A product that holds all values, which was not known before."""
        del item
        self._agrees()

    def update(self, item: Item, *, overwrites: bool, prices: bool) -> None:
        """Told as a sight."""

    def create(self, item: Item, article: Product) -> None:
        """An article that the shop should have."""
        del item
        self._missing(article)

    def note_facts(self, facts: Mapping[str, Mapping[str, str]]) -> None:
        """Nothing is remembered."""


class ProductSpotter(ProductComparer):
    """The comparer of the products command; what it would write is told as drifts."""

    def __init__(
        self, systems: Systems, sights: Sights, sight: Callable[[ProductSight], None]
    ) -> None:
        super().__init__(systems, products_route(systems), sights)
        self._sight = sight
        self._fields = fields_of(self.mapping)
        targets = frozenset(rule.payload_key for rule in self.mapping.rules_write)
        self._compared = targets - self.targets.unseen - self.targets.marks
        self.met: list[Product] = []

    def spot(self, raws: Sequence[Raw]) -> None:
        """Compare all of these, also those that are as they were when they were applied."""
        look = self.look(raws, afresh=True)
        for each in look.standing:
            article = self._looker.read(each.raw, each.applied.content, each.applied)
            look.articles += [article] if article is not None else []
        look.standing.clear()
        self.compare(look, self.search(look))

    def _compare(self, article: Article, link: Link | None, rows: ShopRows) -> None:
        self.met.append(article.record)
        super()._compare(article, link, rows)

    def _decide(
        self,
        article: Article,
        link: Link,
        row: ShopRow,
        wanted: Mapping[str, Any],
        changes: Mapping[str, Any],
    ) -> None:
        del link, wanted
        product = row.product
        found = only(changes, self._compared)
        record = article.record
        drifts = tuple(self._drifts(record, product, found)) if found else ()
        self._sight(ProductSight(record, product, drifts))

    def _drifts(
        self, article: Product, product: Product, changes: Mapping[str, Any]
    ) -> Iterator[Drift]:
        """One drift for each canonical field of what a run would write."""
        wanted = wanted_product(article, product)
        for field in dict.fromkeys(self._fields.get(key, key) for key in _keys(changes)):
            says = "archived" if article.archived else getattr(wanted, field, "")
            yield product_differs(article, field, says, getattr(product, field, ""))


class ProductComparison:
    """Finds the drifts between articles and products; writes nothing."""

    def __init__(self, systems: Systems, findings: Findings, side: ShopSide) -> None:
        self.systems = systems
        self.state = systems.run.state
        self.findings = findings
        self.side = side
        self.in_erp = SideCount("articles of the ERP")
        self._suspects = self.state.spool()

    def compare(self, memory: Memory) -> None:
        """Read both sides, compare all articles, and look again at what differs."""
        with closing(self._suspects):
            self.side.read()
            self._compare_all()
            if self._is_doubtful(memory):
                return
            self._report_unread()
            judge = ProductJudge(self.systems, self.findings, self.side.shelf)
            judge.doubles()
            for batch in batched(self._each_suspect(), LOOK_AGAIN):
                self._look_again(batch, judge)
            if self.systems.config.reconcile.extra_products:
                for batch in batched(self.side.shelf.unknown(), LOOK_AGAIN):
                    judge.unknown(batch)
        self.findings.compared(Part.PRODUCTS)

    def _is_doubtful(self, memory: Memory) -> bool:
        doubts = [memory.doubts(side) for side in (self.side.count, self.in_erp)]
        for doubt in filter(None, doubts):
            self.findings.doubt(f"Products were not compared: {doubt}")
        if not any(doubts):
            memory.keep(self.side.count, self.in_erp)
        return any(doubts)

    def _report_unread(self) -> None:
        """Products of the shop that cannot be read: they were not compared."""
        for id, problem in self.side.unread.items():
            self.findings.wait(Waiting(Part.PRODUCTS, id, f"Product {id}", problem))

    # The first pass

    def _compare_all(self) -> None:
        systems = replace(self.systems, shop=self.side.shop)
        sights = Sights(
            agrees=self._agree,
            missing=lambda article: self._suspect(article.id),
            told=self._first_word,
        )
        spotter = ProductSpotter(systems, sights, self._first_sight)
        for page in self.systems.erp.changes(PRODUCT, None):
            self.in_erp.read += len(page.records)
            spotter.spot(page.records)
            self.side.shelf.know((each.id, each.sku, each.archived) for each in spotter.met)
            spotter.met.clear()
        self.side.shelf.index_articles()

    def _agree(self) -> None:
        for side in (SHOP, ERP):
            self.findings.count(Part.PRODUCTS, side)

    def _first_sight(self, sight: ProductSight) -> None:
        if sight.drifts:
            self._suspect(sight.article.id)
        else:
            self._agree()

    def _first_word(self, operation: Operation) -> None:
        """What is left out, held, or cannot be read."""
        if isinstance(operation, Skip):
            self.findings.leave_out(operation.reason)
            return
        self._suspect(operation.item.id)
        if isinstance(operation, Reject) and operation.item.record is None:
            self.in_erp.spoiled(operation.problem.sentence())

    def _suspect(self, article: str) -> None:
        self._suspects.append(article, "", ())

    def _each_suspect(self) -> Iterator[str]:
        last = None
        for row in self._suspects.by_key():
            if row.key != last:
                yield row.key
            last = row.key

    # The second look

    def _look_again(self, ids: Sequence[str], judge: ProductJudge) -> None:
        """Compare these articles once more, with both systems asked anew."""
        judge.begin(ids)
        sights = Sights(agrees=self._agree, missing=judge.missing, told=judge.word)
        spotter = ProductSpotter(
            self.systems,
            sights,
            lambda sight: judge.sight(sight.article, sight.product, sight.drifts),
        )
        spotter.spot(list(self.systems.erp.fetch(PRODUCT, ids)))
        judge.conclude()


def fields_of(mapping: EntityMapping) -> dict[str, str]:
    """The canonical field behind each target that a mapping writes: payload key, "meta:key"."""
    return {
        rule.payload_key: sorted(path_of(rule).roots)[0]
        for rule in mapping.rules_write
        if rule.value is UNSET and path_of(rule).roots
    }


def _keys(changes: Mapping[str, Any]) -> Iterable[str]:
    yield from (key for key in changes if key != "meta_data")
    yield from (f"meta:{entry['key']}" for entry in changes.get("meta_data", ()))
