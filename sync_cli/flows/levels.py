"""Compares the ERP's stock levels with the shop's own numbers, and plans what differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.config.catalogue import ParentManaged
from sync_cli.connectors.base import Raw, batched
from sync_cli.core.errors import IdentityError, Problem
from sync_cli.core.item import Item, Link, Why
from sync_cli.core.plan import Reject, Skip, decide
from sync_cli.core.products import Product, ProductKind, StockHolder, StockLevel
from sync_cli.core.refusals import another_record, taken, target_gone
from sync_cli.core.sellable import StockPolicy, sellable, units_there
from sync_cli.engine.gather import recall
from sync_cli.engine.route import Route
from sync_cli.flows.articles import PRODUCT
from sync_cli.flows.stock_plan import StockPlan
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.flows.unseen import UnseenTotals
from sync_cli.mapping.errors import Unreadable

NOT_IN_SHOP = "not in the shop"
NOT_STOCKED = "not stocked in the ERP"
ARCHIVED = "archived in the ERP"
MAIN_ARTICLE = "a main article of the ERP, only its variants have stock"
NO_WAREHOUSE = "in none of the chosen warehouses"
UNMANAGED = "the shop does not manage its stock"
TRASHED = "in the trash of the shop"
NO_SKU = "no SKU and no link"
BY_PARENT = "the ERP knows the stock of its parent"
PARENTS_AT_ONCE = 100


class ShopRow(Struct, frozen=True):
    """A shop product as found, and whether it lies in the trash."""

    product: Product
    trashed: bool = False


Family = dict[str, Decimal]
"""Pieces by ERP article, of the variations that share their parent's number."""


class ShopRows(Struct, frozen=True):
    """The shop's side of some ERP rows: by shop id, by SKU, and whose the products are."""

    by_id: Mapping[str, ShopRow]
    by_sku: Mapping[str, ShopRow]
    owners: Mapping[str, str]


class Comparer:
    """Plans the stock numbers of ERP rows; writes nothing to any system."""

    def __init__(
        self, systems: Systems, route: Route, plan: StockPlan, unseen: UnseenTotals
    ) -> None:
        self.systems = systems
        self.route = route
        self.plan = plan
        self.unseen = unseen
        self.settings = systems.config.stock
        self.policy = StockPolicy(
            self.settings.basis, frozenset(self.settings.warehouses), self.settings.safety_stock
        )
        self.rules = route.rules(systems.run.options)
        state = systems.run.state
        self._open = state.open_intents(route.name).keys() | {
            held.id for held in state.held(route.name)
        }
        self._new_parents: set[str] = set()
        self._families: defaultdict[str, Family] = defaultdict(dict)

    def compare(self, raws: Sequence[Raw]) -> None:
        """Plan each row; those that share their parent's number wait for `conclude`."""
        levels = list(self._levels(raws))
        links = self.systems.run.state.links(PRODUCT, ERP, SHOP, [level.id for level in levels])
        rows = self._shop_rows(levels, links)
        for level in levels:
            self._compare(level, links.get(level.id), rows)

    def conclude(self, *, whole: bool) -> None:
        """Plan each parent whose variations share its number.

        `whole` claims that all rows of the ERP were compared; else the rest is asked for.
        """
        self.plan.count_with_others(sum(len(each) - 1 for each in self._families.values()))
        for batch in batched(self._families.items(), PARENTS_AT_ONCE):
            self._compare_parents(dict(batch), whole=whole)
        self._families.clear()

    def _levels(self, raws: Iterable[Raw]) -> Iterator[StockLevel]:
        for raw in raws:
            try:
                yield self.systems.stock_level(raw)
            except Unreadable as error:
                problem = error.problems[0]
                self._reject(Item(raw.id, problem.record), problem)

    def _shop_rows(self, levels: Sequence[StockLevel], links: Mapping[str, Link]) -> ShopRows:
        """One search by SKU for all rows; only linked products that were renamed cost another."""
        skus = sorted({level.sku for level in levels if level.sku and level.stocked})
        found = self.systems.shop.find(PRODUCT, "sku", skus) if skus else {}
        by_sku = {row.product.sku: row for row in self._readable(found.values())}
        by_id = {row.product.id: row for row in by_sku.values()}
        wanted = {links[level.id].target for level in levels if level.id in links}
        renamed = sorted(wanted - by_id.keys())
        if renamed:
            fetched = self._readable([tuple(self.systems.shop.fetch(PRODUCT, renamed))])
            by_id.update({row.product.id: row for row in fetched})
        unlinked = sorted(by_id.keys() - wanted)
        known = self.systems.run.state.links(PRODUCT, SHOP, ERP, unlinked) if unlinked else {}
        owners = {link.target: link.source for link in links.values()}
        owners.update({id: link.target for id, link in known.items()})
        return ShopRows(by_id, by_sku, owners)

    def _readable(self, founds: Iterable[Iterable[Raw]]) -> Iterator[ShopRow]:
        for group in founds:
            for raw in group:
                try:
                    yield ShopRow(self.systems.shop_product(raw), "trashed" in raw.marks)
                except Unreadable as error:
                    self.systems.run.watcher.note(error.problems[0].sentence())

    def _compare(self, level: StockLevel, link: Link | None, rows: ShopRows) -> None:
        units = units_there(level, self.policy)
        reason = left_out_because(level, units)
        row = rows.by_id.get(link.target) if link else rows.by_sku.get(level.sku)
        if not reason and row is None and link is None:
            reason = NOT_IN_SHOP if level.sku else NO_SKU
        if reason or units is None:
            self._skip(level, link, reason)
        elif row is not None:
            self._compare_row(level, units, link, row, rows)
        elif link is not None:
            self._reject(self._item(level, link), target_gone(_label(level), link.target), Why.TASK)

    def _compare_row(
        self, level: StockLevel, units: Decimal, link: Link | None, row: ShopRow, rows: ShopRows
    ) -> None:
        product = row.product
        if link is None:
            problem = self._refusal(level, product, rows)
            if problem is not None:
                self._reject(self._item(level, None), problem)
                return
            if not row.trashed:
                self.plan.adopt(product, level)
                if product.kind is ProductKind.VARIABLE:
                    self._new_parents.add(product.id)
        else:
            self._check_birth(level, link, product)
        if row.trashed or product.holder is StockHolder.NONE:
            self._skip(level, link, TRASHED if row.trashed else UNMANAGED)
            return
        if product.holder is StockHolder.PARENT:
            self._families[product.parent_id][level.id] = units / level.unit_factor
            return
        unseen = self.unseen.of(product.id)
        if product.kind is ProductKind.VARIABLE:
            unseen = self._unseen_of_parent(product.id)
        wanted = sellable(units, level.unit_factor, unseen, self.policy)
        self._decide(level, product, wanted, Link(level.id, product.id, ""))

    def _decide(self, level: StockLevel, product: Product, wanted: int, link: Link) -> None:
        """An update where the shop's own number is another one."""
        same = product.stock == wanted
        if same and level.id not in self._open:
            self.plan.unchanged()
            return
        payload = self.systems.shop_mapping("stock").write(
            product.model_copy(update={"stock": Decimal(wanted)})
        )
        item = Item(
            level.id,
            _label(level),
            birth=level.birth,
            match=level.sku,
            payload=payload,
            same=same,
            parent=product.parent_id if product.kind is ProductKind.VARIATION else "",
            link=link,
        )
        if level.id in self._open:
            item = replace(recall(self.systems.run.state, self.route, [item])[0], link=link)
        operation = decide(item, self.rules, self.systems.run.now())
        self.plan.add(operation, level.sku, product.stock, wanted)

    def _refusal(self, level: StockLevel, product: Product, rows: ShopRows) -> Problem | None:
        """Why an article may not be linked to the shop product of its SKU."""
        if product.id in rows.owners:
            return taken(_label(level), level.sku, product.id)
        if product.kind is ProductKind.VARIABLE and product.holder is not StockHolder.OWN:
            return Problem(
                "variant-set-as-main",
                _label(level),
                f"in the shop {level.sku} is the main article of product {product.id}, which has"
                " variations and no stock of its own",
                "Give each variation its own SKU, or let the main article manage the stock.",
                field="sku",
            )
        return None

    def _check_birth(self, level: StockLevel, link: Link, product: Product) -> None:
        """Raise IdentityError if the shop uses the linked product's id for another product now.

        The mark is the creation time, which moves when a draft is published: the same id with the
        same SKU is the same product still.
        """
        if product.sku and product.sku == level.sku:
            return
        if link.target_birth and product.birth and link.target_birth != product.birth:
            problem = another_record(_label(level), product.id, link.source)
            raise IdentityError(problem.sentence())

    def _compare_parents(self, families: dict[str, Family], *, whole: bool) -> None:
        """Parents that hold one number for all their variations."""
        linked = self.systems.run.state.links(PRODUCT, SHOP, ERP, list(families))
        known = [id for id in families if id in linked or id in self._new_parents]
        for parent in known:
            self.plan.skip(Skip(_first_item(families.pop(parent)), BY_PARENT))
        if self.settings.parent_managed is ParentManaged.HOLD:
            for family in families.values():
                self._reject(_first_item(family), _HELD)
            return
        if not whole:
            self._complete(families)
        gone = set(families)
        for row in self._readable([tuple(self.systems.shop.fetch(PRODUCT, list(families)))]):
            gone.discard(row.product.id)
            family = families[row.product.id]
            if row.trashed:
                self.plan.skip(Skip(_first_item(family), TRASHED))
            else:
                self._sum_up(row.product, family)
        for id in sorted(gone):
            self.plan.skip(Skip(_first_item(families[id]), NOT_IN_SHOP))

    def _complete(self, families: Mapping[str, Family]) -> None:
        """Add the variations that this run did not compare."""
        shared = self._sharing(list(families))
        links = self.systems.run.state.links(PRODUCT, SHOP, ERP, list(shared))
        parents = {link.target: shared[id] for id, link in links.items()}
        left = [id for id, parent in parents.items() if id not in families[parent]]
        for level in self._levels(self.systems.erp.fetch("stock", sorted(left))):
            families[parents[level.id]][level.id] = self._pieces(level)

    def _sum_up(self, parent: Product, family: Family) -> None:
        """Write the sum of all variations that share the parent's number to the parent."""
        pieces = sum(family.values(), Decimal(0))
        unseen = self._unseen_of_parent(parent.id)
        wanted = sellable(pieces, Decimal(1), unseen, self.policy)
        level = StockLevel(id=min(family), sku=parent.sku or parent.name)
        self._decide(level, parent, wanted, Link(level.id, parent.id, ""))

    def _pieces(self, level: StockLevel) -> Decimal:
        units = units_there(level, self.policy)
        return (
            Decimal(0)
            if units is None or left_out_because(level, units)
            else units / level.unit_factor
        )

    def _unseen_of_parent(self, parent: str) -> Decimal:
        """What was sold from a parent's own number: itself, and variations without their own."""
        if parent not in self.unseen.by_parent:
            return self.unseen.of(parent)
        return self.unseen.of_parent(parent, self._sharing([parent]))

    def _sharing(self, parents: Sequence[str]) -> dict[str, str]:
        """The variations whose number is their parent's, with that parent."""
        found = self.systems.shop.find(PRODUCT, "parent_id", parents)
        return {
            row.product.id: row.product.parent_id
            for row in self._readable(found.values())
            if row.product.holder is StockHolder.PARENT
        }

    def _item(self, level: StockLevel, link: Link | None) -> Item:
        return Item(level.id, _label(level), birth=level.birth, match=level.sku, link=link)

    def _skip(self, level: StockLevel, link: Link | None, reason: str) -> None:
        item = self._item(level, link)
        if level.id in self._open:
            item = recall(self.systems.run.state, self.route, [item])[0]
        self.plan.skip(Skip(item, reason))

    def _reject(self, item: Item, problem: Problem, why: Why = Why.QUARANTINED) -> None:
        self.plan.reject(Reject(item, problem, why))


_HELD = Problem(
    "parent-managed",
    "",
    "its stock is managed by its parent in the shop, and the ERP knows only the variation's",
    "Switch on stock management on each variation, or set stock.parent_managed to sum.",
    field="manage_stock",
)


def left_out_because(level: StockLevel, units: Decimal | None) -> str:
    """Why the ERP's row is no stock that the shop could show; never a reason to write zero."""
    if level.archived:
        return ARCHIVED
    if level.main_article:
        return MAIN_ARTICLE
    if not level.stocked:
        return NOT_STOCKED
    return NO_WAREHOUSE if units is None else ""


def _first_item(family: Family) -> Item:
    return Item(min(family), f"Stock of article {min(family)}")


def _label(level: StockLevel) -> str:
    return f"Stock of {level.sku or f'article {level.id}'}"
