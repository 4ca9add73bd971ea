"""Compares the ERP's stock with the numbers that the shop shows, by the rules of `sync-cli stock`.

The shop's products are read once, to the disk; the ERP's rows stream past them. What differs is
read again on both sides before a word is said about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from sync_cli.connectors.base import Connector, Raw, batched
from sync_cli.core.drift import (
    ERP,
    PIECES,
    SHOP,
    Drift,
    DriftKind,
    Waiting,
    stock_differs,
    stock_unknown,
)
from sync_cli.core.errors import Problem
from sync_cli.core.findings import Findings
from sync_cli.core.guard import Guard
from sync_cli.core.model import ZERO, Product, StockHolder, StockLevel
from sync_cli.core.parts import Part
from sync_cli.core.plan import Link, Operation, Reject, Skip
from sync_cli.flows.articles import find_articles
from sync_cli.flows.levels import Comparer, Family
from sync_cli.flows.reconcile_shelf import PRODUCT, Shelf, ShelvedShop
from sync_cli.flows.reconcile_trust import Memory, SideCount
from sync_cli.flows.stock import STOCK, StockWriter, stock_route
from sync_cli.flows.stock_plan import StockPlan
from sync_cli.flows.systems import Systems
from sync_cli.flows.unseen import UnseenSales, UnseenTotals
from sync_cli.mapping.errors import Unreadable

LOOK_AGAIN = 100


@dataclass(frozen=True, slots=True)
class Sight:
    """One stock number as both sides have it; `members` are the articles it is the sum of."""

    level: StockLevel
    product: Product
    wanted: int
    members: frozenset[str]

    @property
    def agrees(self) -> bool:
        """Whether the shop shows what may be sold."""
        return self.product.stock == self.wanted


class Refusals(StockPlan):
    """A plan that plans nothing: keeps what the comparer says of rows that it does not compare."""

    def __init__(self, systems: Systems, told: Callable[[Reject | Skip], None]) -> None:
        state = systems.run.state
        super().__init__(state, StockWriter(systems.run, stock_route(systems)), Guard({}))
        self._told = told
        self._claims = state.spool()

    def close(self) -> None:
        """Give the disk space back."""
        self._claims.close()
        super().close()

    def unchanged(self) -> None:
        """Numbers are told as sights."""

    def skip(self, operation: Skip) -> None:
        """A row that is left out."""
        self._told(operation)

    def reject(self, operation: Reject) -> None:
        """A row that cannot be compared."""
        self._told(operation)

    def add(self, operation: Operation, sku: str, was: Decimal | None, wanted: int) -> None:
        """Numbers are told as sights."""

    def adopt(self, product: Product, level: StockLevel) -> None:
        """An article that claims a product by its SKU."""
        self._claims.append(product.id, "", (level.id, product.sku))

    def doubles(self) -> Iterator[tuple[str, list[str]]]:
        """Products that several articles claim: the SKU and the articles."""
        for _, rows in groupby(self._claims.by_key(), key=lambda row: row.key):
            claims = {row.values[0]: row.values[1] for row in rows}
            if len(claims) > 1:
                yield next(iter(claims.values())), sorted(claims)


class Spotter(Comparer):
    """The comparer of the stock command, up to the two numbers; what follows from them is ours."""

    def __init__(
        self,
        systems: Systems,
        plan: StockPlan,
        unseen: UnseenTotals,
        sight: Callable[[Sight], None],
        met: Callable[[StockLevel], None] = lambda _level: None,
    ) -> None:
        super().__init__(systems, stock_route(systems), plan, unseen)
        self._sight = sight
        self._met = met
        self._members: dict[str, frozenset[str]] = {}

    def _levels(self, raws: Iterable[Raw]) -> Iterator[StockLevel]:
        for level in super()._levels(raws):
            self._met(level)
            yield level

    def _sum_up(self, parent: Product, family: Family) -> None:
        self._members[parent.id] = frozenset(family)
        super()._sum_up(parent, family)

    def _decide(self, level: StockLevel, product: Product, wanted: int, _link: Link) -> None:
        members = self._members.pop(product.id, frozenset({level.id}))
        self._sight(Sight(level, product, wanted, members))


class StockComparison:
    """Finds the drifts between stock rows and products; writes nothing."""

    def __init__(self, systems: Systems, findings: Findings) -> None:
        self.systems = systems
        self.state = systems.run.state
        self.findings = findings
        self.settings = systems.config.reconcile
        self.in_shop = SideCount("products of the shop")
        self.in_erp = SideCount("stock rows of the ERP")
        self._suspects: set[str] = set()
        self._unread: dict[str, str] = {}
        self._skus: set[str] = set()

    def compare(self, memory: Memory) -> None:
        """Read both sides, compare all numbers, and look again at what differs."""
        unseen = self._unseen()
        with closing(Shelf()) as shelf:
            self._read_shop(shelf)
            shop = ShelvedShop(self.systems.shop, shelf)
            with self._refusals() as plan:
                self._compare_all(shop, shelf, plan, unseen)
                if self._is_doubtful(memory):
                    return
                self._report_doubles(plan)
            self._report_unread()
            self._look_again(sorted(self._suspects))
            if self.settings.extra_stock:
                for batch in batched(shelf.unknown(), LOOK_AGAIN):
                    self._look_for_articles(batch)
        self.findings.compared(Part.STOCK)

    def _unseen(self) -> UnseenTotals:
        counts = self.systems.config.stock.count_unseen
        return UnseenSales(self.systems).collect() if counts else UnseenTotals()

    def _refusals(self) -> closing[Refusals]:
        return closing(Refusals(self.systems, self._first_word))

    def _is_doubtful(self, memory: Memory) -> bool:
        doubts = [memory.doubts(side) for side in (self.in_shop, self.in_erp)]
        for doubt in filter(None, doubts):
            self.findings.doubt(f"Stock was not compared: {doubt}")
        if not any(doubts):
            memory.keep(self.in_shop, self.in_erp)
        return any(doubts)

    # The first pass

    def _read_shop(self, shelf: Shelf) -> None:
        needs = self.systems.shop_mapping(PRODUCT).needs
        for page in self.systems.shop.changes(PRODUCT, None):
            self.in_shop.read += len(page.records)
            shelf.put(self._readable(page.records), needs)
        shelf.index()

    def _readable(self, raws: Iterable[Raw]) -> Iterator[tuple[Raw, Product]]:
        for raw in raws:
            try:
                yield raw, self.systems.shop_product(raw)
            except Unreadable as error:
                problem = error.problems[0].sentence()
                self._unread[raw.id] = problem
                self.in_shop.spoiled(problem)

    def _compare_all(
        self, shop: Connector, shelf: Shelf, plan: Refusals, unseen: UnseenTotals
    ) -> None:
        systems = replace(self.systems, shop=shop)
        spotter = Spotter(systems, plan, unseen, self._first_sight, self._met)
        for page in self.systems.erp.changes(STOCK, None):
            self.in_erp.read += len(page.records)
            spotter.compare(page.records)
            shelf.know(self._skus)
            self._skus.clear()
        spotter.conclude(whole=True)

    def _met(self, level: StockLevel) -> None:
        self._skus.add(level.sku)

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
            self.findings.drift(_doubled(sku, articles))

    # The second look

    def _look_again(self, articles: Sequence[str]) -> None:
        """Compare these rows once more, with all systems asked anew."""
        if not articles:
            return
        unseen = self._unseen()
        judge = _Judge(self.systems, self.findings)
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
        products = {
            raw.id: product
            for raw, product in self._readable(self.systems.shop.fetch(PRODUCT, ids))
            if "trashed" not in raw.marks and product.holder is StockHolder.OWN
        }
        links = self.state.links(PRODUCT, SHOP, ERP, list(products))
        targets = [link.target for link in links.values()]
        rows = {raw.id for raw in self.systems.erp.fetch(STOCK, targets)}
        found = find_articles(self.systems, [each.sku for each in products.values()])
        for id, product in products.items():
            linked = id in links and links[id].target in rows
            if linked or found.get(product.sku):
                continue
            drift = stock_unknown(product.sku, id, product.stock)
            if _is_fresh(product.modified_at, clock, self.settings.grace):
                reason = f"it changed {_minutes(product.modified_at, clock)} min ago in the shop"
                self.findings.wait(Waiting(Part.STOCK, drift.id, drift.label, reason))
            else:
                self.findings.drift(drift)

    def _report_unread(self) -> None:
        """Products that cannot be read: their numbers were not compared."""
        for id, problem in self._unread.items():
            self.findings.wait(Waiting(Part.STOCK, id, f"Product {id}", problem))

    def _count(self, sight: Sight) -> None:
        self.findings.count(Part.STOCK, SHOP, PIECES, sight.product.stock or ZERO)
        self.findings.count(Part.STOCK, ERP, PIECES, Decimal(sight.wanted))


class _Judge:
    """The last word about rows that were compared twice."""

    def __init__(self, systems: Systems, findings: Findings) -> None:
        self.findings = findings
        self.grace = systems.config.reconcile.grace
        self.counted: list[Sight] = []
        self._clocks = (systems.shop.identify().clock, systems.erp.identify().clock)
        route = stock_route(systems)
        self._reasons = {
            id: f"the answer to an earlier {intent.step} is not known yet"
            for id, intent in systems.run.state.open_intents(route.name).items()
        } | {
            held.id: f"held ({held.why}): {held.problem.sentence()}"
            for held in systems.run.state.held(route.name)
        }

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
        else:
            self.findings.drift(_refused(item.id, item.label, kind, problem))

    def _moved(self, level: StockLevel, product: Product) -> str:
        """Why numbers that have just changed are not judged yet."""
        for at, clock, where in zip(
            (product.modified_at, level.modified_at), self._clocks, ("shop", "ERP"), strict=True
        ):
            if _is_fresh(at, clock, self.grace):
                return f"it changed {_minutes(at, clock)} min ago in the {where}"
        return ""


def _is_fresh(at: datetime | None, clock: datetime, grace: timedelta) -> bool:
    return at is not None and at > clock - grace


def _minutes(at: datetime | None, clock: datetime) -> int:
    return int((clock - at).total_seconds() // 60) if at is not None else 0


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
