"""A stock run's whole plan, kept on disk until the guard has seen all of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from itertools import groupby

from sync_cli.connectors.base import batched
from sync_cli.core.errors import Problem
from sync_cli.core.guard import Guard, Harm
from sync_cli.core.model import Product, StockLevel
from sync_cli.core.outcome import Settlement
from sync_cli.core.plan import Item, Link, Operation, Reject, Skip, Update
from sync_cli.engine.execute import Writer
from sync_cli.flows.articles import ROUTE as LINKS_ROUTE
from sync_cli.flows.articles import link_settlement
from sync_cli.state.spool import Spool
from sync_cli.state.store import State

WRITE_AT_ONCE = 1000


class StockPlan:
    """Collects what a run would do: links to adopt, numbers to write, rows to hold."""

    def __init__(self, state: State, writer: Writer, guard: Guard) -> None:
        self.state = state
        self.writer = writer
        self.guard = guard
        self._updates: Spool = state.spool()
        self._links: Spool = state.spool()
        self._closing: list[Operation] = []

    def close(self) -> None:
        """Give the disk space back."""
        self._updates.close()
        self._links.close()

    def unchanged(self) -> None:
        """A row whose number the shop has already."""
        self.guard.look()
        self.writer.run.tally.add(self.writer.route.name, "skip")

    def skip(self, operation: Skip) -> None:
        """A row that is left out, with the reason."""
        if operation.item.intent is not None or operation.item.applied is not None:
            self._closing.append(operation)
        else:
            self.writer.desk.tell(operation)

    def reject(self, operation: Reject) -> None:
        """A row that cannot be written."""
        self._closing.append(operation)

    def add(self, operation: Operation, sku: str, was: Decimal | None, wanted: int) -> None:
        """A decided row: updates are spooled and counted by the guard, others closed later."""
        if not isinstance(operation, Update):
            self._closing.append(operation)
            return
        item = operation.item
        self.guard.look()
        self.guard.count(Harm.OVERWRITE, item.id, wanted)
        if wanted == 0 and was is not None and was > 0:
            self.guard.count(Harm.ZERO, item.id, wanted)
        target = item.link.target if item.link else ""
        values = (item.id, item.label, target, sku, dict(item.payload), _plain(was), wanted)
        self._updates.append(f"{target:>20}", item.parent, values)

    def adopt(self, product: Product, level: StockLevel) -> None:
        """A link to be made by SKU, unless a second article claims the same product."""
        values = (level.id, level.birth, f"{level.unit_factor:f}", product.sku, product.birth)
        self._links.append(product.id, "", values)

    def carry_out(self) -> None:
        """Make the links, hold what is to be held, write the numbers in batches."""
        doubled: dict[str, str] = {}
        for batch in batched(self._settlements(doubled), WRITE_AT_ONCE):
            self._settle_links(batch)
        doubles = [_double(product, article) for product, article in doubled.items()]
        self.writer.carry_out([*self._closing, *doubles])
        for items in _chunks(self._planned(doubled.keys())):
            self.writer.carry_out([Update(item) for item in items])

    def _settlements(self, doubled: dict[str, str]) -> Iterator[Settlement]:
        """The links to make; products that several articles claim go to `doubled` instead."""
        for product, rows in groupby(self._links.by_key(), key=lambda row: row.key):
            claims = {row.values[0]: row.values for row in rows}
            first = next(iter(claims))
            if len(claims) > 1:
                doubled[product] = first
            else:
                yield _link(product, claims[first])

    def _settle_links(self, settlements: list[Settlement]) -> None:
        run = self.writer.run
        if not run.is_dry(self.writer.route):
            run.state.settle(LINKS_ROUTE, run.number, settlements, run.now())

    def _planned(self, doubled: Collection[str]) -> Iterator[Item]:
        """The updates by parent and target; of two for one target the later one counts."""
        for _, rows in groupby(self._updates.by_parent(), key=lambda row: (row.parent, row.key)):
            *_, row = rows
            id, label, target, _sku, payload, _was, _wanted = row.values
            if target not in doubled:
                link = Link(id, target, "")
                yield Item(id, label, payload=payload, parent=row.parent, link=link, same=False)


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Items to write at a time; the variations of one parent stay together, so that they cost one
    call."""
    chunk: list[Item] = []
    for item in items:
        if len(chunk) >= WRITE_AT_ONCE and (not item.parent or item.parent != chunk[-1].parent):
            yield chunk
            chunk = []
        chunk.append(item)
    if chunk:
        yield chunk


def _double(product_id: str, article: str) -> Reject:
    return Reject(Item(article, f"Stock of product {product_id}"), _DOUBLE)


def _link(product_id: str, values: tuple[str, ...]) -> Settlement:
    article, article_birth, factor, sku, birth = values
    return link_settlement(
        Product(id=product_id, sku=sku, birth=birth),
        Product(id=article, birth=article_birth, unit_factor=Decimal(factor)),
    )


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"


_DOUBLE = Problem(
    "double-sku",
    "",
    "two articles of the ERP carry the SKU of one shop product",
    "Give each article its own SKU; until then its stock is not written.",
    field="sku",
)
