"""A stock run's whole plan, kept on disk until the guard has seen all of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import groupby

from sync_cli.core.guard import Guard, Harm
from sync_cli.core.item import Item, Link
from sync_cli.core.plan import Operation, Reject, Skip, Update
from sync_cli.core.products import Product, StockLevel
from sync_cli.engine.execute import Writer, together
from sync_cli.flows.adoptions import Adoptions, Doubled, LiveArticles
from sync_cli.state.spool import Spool
from sync_cli.state.store import State


class StockPlan:
    """Collects what a run would do: links to adopt, numbers to write, rows to hold."""

    def __init__(self, state: State, writer: Writer, guard: Guard) -> None:
        self.state = state
        self.writer = writer
        self.guard = guard
        self._updates: Spool = state.spool()
        self._adoptions = Adoptions(state)
        self._closing: list[Operation] = []

    def close(self) -> None:
        """Give the disk space back."""
        self._updates.close()
        self._adoptions.close()

    def unchanged(self) -> None:
        """A row whose number the shop has already."""
        self.guard.look()
        self.writer.run.tally.add(self.writer.route.name, "skip")

    def count_with_others(self, rows: int) -> None:
        """Rows that are left out, because another one of the same number stands for them."""
        self.writer.run.tally.add(self.writer.route.name, "skip", rows)

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
        article = Product(id=level.id, birth=level.birth, unit_factor=level.unit_factor)
        self._adoptions.add(product, article)

    def carry_out(self, live: LiveArticles | None) -> None:
        """Make the links, hold what is to be held, write the numbers in batches.

        `live` is asked which articles have a SKU, where not all of them were compared.
        """
        doubled = self._adoptions.settle(self.writer, live)
        doubles = [_double(product, double) for product, double in doubled.items()]
        self.writer.carry_out([*self._closing, *doubles])
        for items in together(self._planned(doubled.keys())):
            self.writer.carry_out([Update(item) for item in items])

    def _planned(self, doubled: Collection[str]) -> Iterator[Item]:
        """The updates by parent and target; of two for one target the later one counts.

        A product that several articles claim counts as held and not as one of its rows: for each
        that has no update here, all rows were counted already.
        """
        uncounted = 0
        for _, rows in groupby(self._updates.by_parent(), key=lambda row: (row.parent, row.key)):
            *earlier, row = rows
            self.count_with_others(len(earlier))
            id, label, target, _sku, payload, _was, _wanted = row.values
            if target in doubled:
                uncounted += 1
                continue
            link = Link(id, target, "")
            yield Item(id, label, payload=payload, parent=row.parent, link=link, same=False)
        self.count_with_others(uncounted - len(doubled))


def _double(product_id: str, double: Doubled) -> Reject:
    """One row for all articles of the product, named by the first of them."""
    item = Item(double.claims[0], f"Stock of product {product_id}")
    return Reject(item, double.problem("its stock"))


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"
