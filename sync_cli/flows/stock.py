"""Stock, ERP to shop: never above on hand less demand, unseen sales and safety stock.

The whole run is planned before its first write, so that the guard sees all of it. The number is
compared with the shop's own, not with a fingerprint: customers change it all the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.fingerprint import digest
from sync_cli.core.guard import Guard
from sync_cli.core.item import Intent, Item, Kind
from sync_cli.core.model import Order
from sync_cli.core.outcome import Settlement
from sync_cli.engine.execute import Writer
from sync_cli.engine.guarding import judge
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Route
from sync_cli.flows.articles import PRODUCT, find_articles, live_articles
from sync_cli.flows.levels import Comparer
from sync_cli.flows.stock_plan import StockPlan
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.flows.unseen import UnseenSales, UnseenTotals
from sync_cli.mapping.errors import Unreadable
from sync_cli.state.spool import Spool

STOCK = "stock"
SECOND = timedelta(seconds=1)
"""The shop's dates have whole seconds, so a second look begins one second early."""


class StockWriter(Writer):
    """Writes stock numbers; the shop's own number is the memory, so no fingerprint is kept."""

    def linked(
        self, item: Item, target: str, birth: str, operation: str, intent: Intent | None
    ) -> Settlement:
        """The number stands in the shop."""
        settlement = super().linked(item, target, birth, operation, intent)
        return replace(settlement, ends=None, applied=None)

    def doubt_ends(self, intent: Intent) -> datetime:
        """At once: the number is sent again, and a lost one that lands later moves the product."""
        return intent.begun_at


class StockFlow:
    """The route erp.stock -> shop.products, and what moved in the shop meanwhile."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.stock
        self.route = stock_route(systems)
        self.shop_route = _shop_route(systems, self.route)
        self.sales = UnseenSales(systems)
        self.writer = StockWriter(self.run, self.route)

    def sync(self) -> None:
        """Plan all rows, ask the guard, write, and look again for orders placed meanwhile."""
        begun = self.systems.shop.identify().clock
        unseen = self._unseen()
        reading = Reading(self.run, self.route, stepwise=False)
        shop_reading = Reading(self.run, self.shop_route, stepwise=False)
        guard = Guard(self.settings.limits())
        with closing(StockPlan(self.run.state, self.writer, guard)) as plan:
            comparer = Comparer(self.systems, self.route, plan, unseen)
            all_compared = self._plan(comparer, reading, shop_reading, begun)
            comparer.conclude(whole=all_compared)
            guard.look_at_least(self.run.state.count_links(PRODUCT))
            judge(self.run, self.route, guard)
            plan.carry_out(None if all_compared else partial(live_articles, self.systems))
        reading.finish()
        shop_reading.finish()
        self._look_again(begun)

    def _unseen(self) -> UnseenTotals:
        return self.sales.collect() if self.settings.count_unseen else UnseenTotals()

    def _plan(
        self, comparer: Comparer, reading: Reading, shop_reading: Reading, begun: datetime
    ) -> bool:
        """Plan the rows of this run; returns whether these were all that the ERP has."""
        options = self.run.options
        if options.skus:
            self._compare(comparer, self._rows_of_skus(options.skus))
            return False
        whole = reading.is_whole
        if whole:
            for window in reading:
                self._compare_window(comparer, window, window.records)
            shop_reading.pass_until(begun)
            return not options.ids and options.limit is None
        with self.run.state.spool() as done:
            self._plan_changes(comparer, reading, done)
            if not options.ids:
                self._plan_shop_changes(comparer, shop_reading, done)
        return False

    def _plan_changes(self, comparer: Comparer, reading: Reading, done: Spool) -> None:
        """Rows that moved in the ERP; on the disk in `done`, for there may be very many."""
        for window in reading:
            known = done.among(raw.id for raw in window.records)
            fresh = [raw for raw in window.records if raw.id not in known]
            self._compare_window(comparer, window, fresh)
            done.note(raw.id for raw in fresh)

    def _compare_window(self, comparer: Comparer, window: Window, rows: Sequence[Raw]) -> None:
        self._say_missing(window.missing)
        self.run.tally.add(self.route.name, "read", len(rows))
        comparer.compare(rows)

    def _plan_shop_changes(self, comparer: Comparer, reading: Reading, done: Spool) -> None:
        """Rows whose product moved in the shop, though not in the ERP."""
        for window in reading:
            ids = self._articles_of(window.records)
            news = sorted(ids - done.among(ids))
            self._compare(comparer, self.systems.erp.fetch(STOCK, news))
            done.note(news)

    def _articles_of(self, raws: Iterable[Raw]) -> set[str]:
        """The ERP articles of shop products, by link, else by SKU."""
        products = {raw.id: raw for raw in raws}
        links = self.run.state.links(PRODUCT, SHOP, ERP, list(products))
        skus = []
        for raw in (raw for id, raw in products.items() if id not in links):
            try:
                skus.append(self.systems.shop_product(raw).sku)
            except Unreadable as error:
                self.run.watcher.note(error.problems[0].sentence())
        return {link.target for link in links.values()} | self._articles_by_sku(skus)

    def _articles_by_sku(self, skus: Iterable[str]) -> set[str]:
        found = find_articles(self.systems, skus)
        return {article.id for articles in found.values() for article in articles}

    def _rows_of_skus(self, skus: tuple[str, ...]) -> Iterable[Raw]:
        ids = sorted(self._articles_by_sku(skus))
        if not ids:
            self.run.watcher.note(f"No article of the ERP has the SKU {', '.join(skus)}.")
        return self.systems.erp.fetch(STOCK, ids)

    def _say_missing(self, ids: Sequence[str]) -> None:
        """Say of each id that was asked for and is no article, what it may be instead."""
        if not self.run.options.ids:
            return
        links = self.run.state.links(PRODUCT, SHOP, ERP, ids)
        for id in ids:
            article = links[id].target if id in links else ""
            hint = (
                f"it is a product of the shop, whose article is {article}: use --id {article}"
                if article
                else "--id takes the ids of the ERP; a product of the shop is named by --sku"
            )
            self.run.watcher.note(f"The ERP has no stock of an article {id}: {hint}.")

    def _compare(self, comparer: Comparer, raws: Iterable[Raw]) -> None:
        for batch in batched(raws, 100):
            self.run.tally.add(self.route.name, "read", len(batch))
            comparer.compare(batch)

    def _look_again(self, begun: datetime) -> None:
        """Orders changed since the run began: their rows are written again, until none came.

        Looks back by the overlap, because an order may become visible later than its date.
        """
        if self.run.is_dry(self.route) or not self.settings.count_unseen:
            return
        since = begun - max(self.systems.shop.traits("order").overlap, SECOND)
        for _ in range(self.settings.second_looks):
            news = self.sales.news(since)
            if not news:
                return
            self._rewrite(news)

    def _rewrite(self, orders: list[Order]) -> None:
        unseen = self._unseen()
        lines = [line for order in orders for line in order.lines]
        keys = {line.product_key for line in lines} | {line.product_id for line in lines}
        links = self.run.state.links(PRODUCT, SHOP, ERP, sorted(keys - {""}))
        if not links:
            return
        with closing(StockPlan(self.run.state, self.writer, Guard({}))) as plan:
            comparer = Comparer(self.systems, self.route, plan, unseen)
            ids = sorted(link.target for link in links.values())
            self._compare(comparer, self.systems.erp.fetch(STOCK, ids))
            comparer.conclude(whole=False)
            plan.carry_out(partial(live_articles, self.systems))


def stock_route(systems: Systems) -> Route:
    """The route that writes the ERP's stock to the shop."""
    settings = systems.config.stock
    choices = [
        settings.basis,
        sorted(settings.warehouses),
        settings.safety_stock,
        settings.parent_managed,
        settings.count_unseen,
        systems.erp_mapping(STOCK).version,
    ]
    return Route(
        name=STOCK,
        entity=PRODUCT,
        source=systems.erp,
        target=systems.shop,
        source_entity=STOCK,
        target_entity=PRODUCT,
        source_role=ERP,
        target_role=SHOP,
        kind=Kind.MASTER,
        mode=settings.mode,
        scope=digest(choices),
        buffer=systems.config.systems.erp.buffer,
    )


def _shop_route(systems: Systems, route: Route) -> Route:
    """What moved in the shop: read only, to compare those rows again."""
    return replace(
        route,
        name="stock-shop",
        source=systems.shop,
        source_entity=PRODUCT,
        source_role=SHOP,
        target=systems.erp,
        target_entity=STOCK,
        target_role=ERP,
        buffer=systems.config.systems.shop.buffer,
    )
