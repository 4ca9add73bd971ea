"""Compares the ERP's stock with the numbers that the shop shows, by the rules of `sync-cli stock`.

The shop's products are read once, to the disk; the ERP's rows stream past them. What differs is
read again on both sides before a word is said about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal

from msgspec.structs import replace

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.drift import (
    ERP,
    PIECES,
    SHOP,
    Drift,
    DriftKind,
    Waiting,
)
from sync_cli.core.drift_stock import stock_differs, stock_unknown
from sync_cli.core.errors import Problem
from sync_cli.core.findings import Findings
from sync_cli.core.model import ZERO
from sync_cli.core.parts import Part
from sync_cli.core.plan import Reject, Skip
from sync_cli.core.products import Product, StockHolder, StockLevel
from sync_cli.flows.articles import find_articles
from sync_cli.flows.reconcile_shelf import PRODUCT, ShopSide
from sync_cli.flows.reconcile_sight import Refusals, Sight, Spotter
from sync_cli.flows.reconcile_trust import Memory, SideCount
from sync_cli.flows.stock import STOCK, stock_route
from sync_cli.flows.systems import Systems
from sync_cli.flows.under_way import just_changed, open_reasons
from sync_cli.flows.unseen import UnseenSales, UnseenTotals
from sync_cli.mapping.errors import Unreadable

LOOK_AGAIN = 100


class StockComparison:
    """Finds the drifts between stock rows and products; writes nothing.

    `alone` claims that nobody compares the products themselves: then those that are doubled, gone
    or unknown to the ERP are told here.
    """

    def __init__(
        self, systems: Systems, findings: Findings, side: ShopSide, *, alone: bool = True
    ) -> None:
        self.systems = systems
        self.state = systems.run.state
        self.findings = findings
        self.settings = systems.config.reconcile
        self.alone = alone
        self.side = side
        self.in_erp = SideCount("stock rows of the ERP")
        self._suspects: set[str] = set()
        self._articles: list[tuple[str, str, bool]] = []

    def compare(self, memory: Memory) -> None:
        """Read both sides, compare all numbers, and look again at what differs."""
        unseen = self._unseen()
        self.side.read()
        with self._refusals() as plan:
            self._compare_all(plan, unseen)
            if self._is_doubtful(memory):
                return
            self._report_doubles(plan)
        if self.alone:
            self._report_unread()
        self._look_again(sorted(self._suspects))
        if self.alone and self.settings.extra_products:
            for batch in batched(self.side.shelf.unknown_stock(), LOOK_AGAIN):
                self._look_for_articles(batch)
        self.findings.compared(Part.STOCK)

    def _unseen(self) -> UnseenTotals:
        counts = self.systems.config.stock.count_unseen
        return UnseenSales(self.systems).collect() if counts else UnseenTotals()

    def _refusals(self) -> closing[Refusals]:
        return closing(Refusals(self.systems, self._first_word))

    def _is_doubtful(self, memory: Memory) -> bool:
        doubts = [memory.doubts(side) for side in (self.side.count, self.in_erp)]
        for doubt in filter(None, doubts):
            self.findings.doubt(f"Stock was not compared: {doubt}")
        if not any(doubts):
            memory.keep(self.side.count, self.in_erp)
        return any(doubts)

    # The first pass

    def _compare_all(self, plan: Refusals, unseen: UnseenTotals) -> None:
        systems = replace(self.systems, shop=self.side.shop)
        spotter = Spotter(systems, plan, unseen, self._first_sight, self._met)
        for page in self.systems.erp.changes(STOCK, None):
            self.in_erp.read += len(page.records)
            spotter.compare(page.records)
            self.side.shelf.know(self._articles)
            self._articles.clear()
        spotter.conclude(whole=True)
        self.side.shelf.index_articles()

    def _met(self, level: StockLevel) -> None:
        self._articles.append((level.id, level.sku, level.archived))

    def _first_sight(self, sight: Sight) -> None:
        if sight.agrees:
            self._count(sight)
        else:
            self._suspects |= sight.members

    def _first_word(self, operation: Reject | Skip) -> None:
        """What the comparer leaves out, holds, or cannot read."""
        if isinstance(operation, Skip):
            self.findings.leave_out(operation.reason)
            return
        self._suspects.add(operation.item.id)
        if operation.problem.code not in _NOT_COMPARED:
            self.in_erp.spoiled(operation.problem.about(operation.item.label).sentence())

    def _report_doubles(self, plan: Refusals) -> None:
        for sku, articles in plan.doubles():
            self._suspects.difference_update(articles)
            if self.alone:
                self.findings.drift(_doubled(sku, articles))

    # The second look

    def _look_again(self, articles: Sequence[str]) -> None:
        """Compare these rows once more, with all systems asked anew."""
        if not articles:
            return
        unseen = self._unseen()
        judge = _Judge(self.systems, self.findings, articles, alone=self.alone)
        with closing(Refusals(self.systems, judge.word)) as plan:
            spotter = Spotter(self.systems, plan, unseen, judge.sight)
            for batch in batched(articles, LOOK_AGAIN):
                spotter.compare(list(self.systems.erp.fetch(STOCK, batch)))
            spotter.conclude(whole=False)
        for sight in judge.counted:
            self._count(sight)

    def _look_for_articles(self, ids: Sequence[str]) -> None:
        """Products of the shop that no stock row stands behind, asked for once more by name."""
        clock = self.systems.shop.identify().clock
        found_again = self._readable(self.systems.shop.fetch(PRODUCT, ids))
        products = {each.id: each for each in found_again if each.holder is StockHolder.OWN}
        links = self.state.links(PRODUCT, SHOP, ERP, list(products))
        targets = [link.target for link in links.values()]
        rows = {raw.id for raw in self.systems.erp.fetch(STOCK, targets)}
        found = find_articles(self.systems, [each.sku for each in products.values()])
        for id, product in products.items():
            linked = id in links and links[id].target in rows
            if linked or found.get(product.sku):
                continue
            drift = stock_unknown(product.sku, id, product.stock)
            reason = just_changed(product.modified_at, clock, self.settings.grace, "shop")
            if reason:
                self.findings.wait(Waiting(Part.STOCK, drift.id, drift.label, reason))
            else:
                self.findings.drift(drift)

    def _readable(self, raws: Iterable[Raw]) -> Iterator[Product]:
        """Those that are not in the trash and can be read; the others were told of before."""
        for raw in raws:
            try:
                if "trashed" not in raw.marks:
                    yield self.systems.shop_product(raw)
            except Unreadable:
                continue

    def _report_unread(self) -> None:
        """Products that cannot be read: their numbers were not compared."""
        for id, problem in self.side.unread.items():
            self.findings.wait(Waiting(Part.STOCK, id, f"Product {id}", problem))

    def _count(self, sight: Sight) -> None:
        self.findings.count(Part.STOCK, SHOP, PIECES, sight.product.stock or ZERO)
        self.findings.count(Part.STOCK, ERP, PIECES, Decimal(sight.wanted))


class _Judge:
    """The last word about rows that were compared twice."""

    def __init__(
        self, systems: Systems, findings: Findings, articles: Sequence[str], *, alone: bool
    ) -> None:
        self.findings = findings
        self.alone = alone
        self.grace = systems.config.reconcile.grace
        self.counted: list[Sight] = []
        self._clocks = (systems.shop.identify().clock, systems.erp.identify().clock)
        route = stock_route(systems)
        self._reasons = open_reasons(systems.run.state, (route.name,), articles)

    def sight(self, sight: Sight) -> None:
        """Both numbers, read anew."""
        self.counted.append(sight)
        if sight.agrees:
            return
        level, product = sight.level, sight.product
        drift = stock_differs(level.id, level.sku, product.id, product.stock, sight.wanted)
        reason = self._reasons.get(level.id) or self._moved(level, product)
        if reason:
            self.findings.wait(Waiting(Part.STOCK, drift.id, drift.label, reason))
        else:
            self.findings.drift(drift)

    def word(self, operation: Reject | Skip) -> None:
        """Why a row is not compared."""
        if isinstance(operation, Skip):
            return
        item, problem = operation.item, operation.problem.about(operation.item.label)
        kind = _NOT_COMPARED.get(problem.code)
        if kind is None:
            self.findings.wait(Waiting(Part.STOCK, item.id, item.label, problem.sentence()))
        elif self.alone:
            self.findings.drift(_refused(item.id, item.label, kind, problem))

    def _moved(self, level: StockLevel, product: Product) -> str:
        """Why numbers that have just changed are not judged yet."""
        for at, clock, where in zip(
            (product.modified_at, level.modified_at), self._clocks, ("shop", "ERP"), strict=True
        ):
            if moved := just_changed(at, clock, self.grace, where):
                return moved
        return ""


_NOT_COMPARED: dict[str, DriftKind | None] = {
    "target-gone": DriftKind.MISSING,
    "taken": DriftKind.DUPLICATE,
    "parent-managed": None,
    "variant-set-as-main": None,
}
"""Refusals of the comparer that are no fault of reading, and what they are as a drift."""


def _refused(article: str, label: str, kind: DriftKind, problem: Problem) -> Drift:
    text = problem.message.rstrip(".")
    return Drift(
        Part.STOCK,
        kind,
        article,
        label,
        f"{label}: {text}.",
        problem.remedy,
        ERP,
        field=problem.field or "product",
    )


def _doubled(sku: str, articles: Sequence[str]) -> Drift:
    label = f"Stock of {sku}"
    names = ", ".join(articles)
    return Drift(
        Part.STOCK,
        DriftKind.DUPLICATE,
        sku,
        label,
        f"{label}: {len(articles)} articles of the ERP ({names}) carry this SKU of one product.",
        "Give each article its own SKU; until then its stock is not written.",
        ERP,
        field="sku",
        shop="1",
        erp=str(len(articles)),
    )
