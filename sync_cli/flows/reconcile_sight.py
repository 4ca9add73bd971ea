"""How a stock number is seen on both sides: the comparer of the stock command, without its plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import groupby

from msgspec import Struct

from sync_cli.connectors.base import Raw
from sync_cli.core.guard import Guard
from sync_cli.core.item import Link
from sync_cli.core.plan import Operation, Reject, Skip
from sync_cli.core.products import Product, StockLevel
from sync_cli.flows.levels import Comparer, Family
from sync_cli.flows.stock import StockWriter, stock_route
from sync_cli.flows.stock_plan import StockPlan
from sync_cli.flows.systems import Systems
from sync_cli.flows.unseen import UnseenTotals


class Sight(Struct, frozen=True):
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
