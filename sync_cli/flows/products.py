"""Products, ERP to shop: what the ERP leads is written, what the shop owns is never touched.

The whole run is planned before its first write, so that the guard sees all of it. An article is
compared with the shop's own values, and only fields that differ are sent. Nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial

from msgspec.structs import replace

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.errors import ConfigError
from sync_cli.core.fingerprint import content_hash, digest
from sync_cli.core.guard import Guard
from sync_cli.core.item import Item, Kind
from sync_cli.engine.ahead import asked_ahead
from sync_cli.engine.guarding import judge
from sync_cli.engine.reading import Reading
from sync_cli.engine.route import Route
from sync_cli.flows.articles import PRODUCT, live_articles
from sync_cli.flows.products_compare import ProductComparer
from sync_cli.flows.products_look import Look
from sync_cli.flows.products_plan import ProductPlan
from sync_cli.flows.products_write import ProductWriter
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.state.spool import Spool

PRODUCTS = "products"
ONLY_PRICES = "prices"
AT_ONCE = 200
"""Articles compared together: the shop is asked for their SKUs in lists, two at a time."""


class ProductFlow:
    """The route erp.products -> shop.products, and what moved in the shop meanwhile."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.products
        self.route = products_route(systems)
        self.shop_route = _shop_route(systems, self.route)
        self.writer = ProductWriter(self.run, self.route)

    def sync(self) -> None:
        """Plan all articles, ask the guard, write. Raises GuardTripped before the first write."""
        if self.run.options.only not in ("", ONLY_PRICES):
            raise ConfigError(
                f"Products have no group of fields {self.run.options.only!r}.",
                f"Write --only {ONLY_PRICES}.",
            )
        begun = self.systems.shop.identify().clock
        reading = Reading(self.run, self.route, stepwise=False)
        shop_reading = Reading(self.run, self.shop_route, stepwise=False)
        guard = Guard(self.settings.limits())
        whole = reading.is_whole
        with closing(ProductPlan(self.systems, self.writer, guard)) as plan:
            comparer = ProductComparer(self.systems, self.route, plan)
            if self.run.options.skus:
                self._plan_skus(comparer, self.run.options.skus)
            elif whole:
                self._plan_articles(comparer, reading)
                shop_reading.pass_until(begun)
            else:
                self._plan_changes(comparer, reading, shop_reading)
            judge(self.run, self.route, guard)
            saw_all = whole and not self.run.options.narrowed
            plan.carry_out(None if saw_all else partial(live_articles, self.systems))
        reading.finish()
        shop_reading.finish()

    def _plan_articles(
        self, comparer: ProductComparer, reading: Reading, done: Spool | None = None
    ) -> None:
        """What is held and what changed in the ERP; `done` collects what was compared."""
        afresh = self.run.options.afresh
        self._compare(comparer, self._records(comparer, reading), afresh=afresh, done=done)

    def _plan_changes(
        self, comparer: ProductComparer, reading: Reading, shop_reading: Reading
    ) -> None:
        with self.run.state.spool() as done:
            self._plan_articles(comparer, reading, done)
            if not self.run.options.ids and not self.run.options.only:
                self._plan_shop_changes(comparer, shop_reading, done)

    def _plan_shop_changes(self, comparer: ProductComparer, reading: Reading, done: Spool) -> None:
        """Articles whose product moved in the shop, though they did not in the ERP."""
        for window in reading:
            raws = {raw.id: raw for raw in window.records}
            links = self.run.state.links(PRODUCT, SHOP, ERP, list(raws))
            compared = done.among(link.target for link in links.values())
            news = {
                link.target: raws[id] for id, link in links.items() if link.target not in compared
            }
            if news:
                articles = self.systems.erp.fetch(PRODUCT, sorted(news))
                self._compare(comparer, articles, list(news.values()), afresh=True)
                done.note(news)

    def _records(self, comparer: ProductComparer, reading: Reading) -> Iterator[Raw]:
        """The articles of all windows, each once; what the ERP lost is left to the comparer."""
        asked_for: set[str] = set()
        for window in reading:
            if window.asked_for:
                asked_for.update(raw.id for raw in window.records)
                yield from window.records
            else:
                yield from self._due(raw for raw in window.records if raw.id not in asked_for)
            comparer.gone(window.missing)

    def _due(self, raws: Iterable[Raw]) -> Iterator[Raw]:
        """The articles but those that failed as they are, and whose next try is not due yet.

        The buffer reads them again and again; what the shop refused is not sent each time.
        """
        desk = self.writer.desk
        for raw in raws:
            if desk.holds(raw.id) and desk.waits(Item(raw.id, "", content=content_hash(raw.data))):
                self.run.tally.add(self.route.name, "read")
                self.run.tally.add(self.route.name, "held")
            else:
                yield raw

    def _plan_skus(self, comparer: ProductComparer, skus: tuple[str, ...]) -> None:
        found = self.systems.erp.find(PRODUCT, "sku", sorted(set(skus)))
        missing = [sku for sku in skus if not found.get(sku)]
        if missing:
            self.run.watcher.note(f"No article of the ERP has the SKU {', '.join(missing)}.")
        raws = {raw.id: raw for founds in found.values() for raw in founds}
        self._compare(comparer, raws.values(), afresh=True)

    def _compare(
        self,
        comparer: ProductComparer,
        raws: Iterable[Raw],
        known: Sequence[Raw] = (),
        *,
        afresh: bool,
        done: Spool | None = None,
    ) -> None:
        """Compare articles with the shop, whose products are searched while others are compared."""
        looks = self._looks(comparer, raws, known, afresh=afresh)
        for look, found in asked_ahead(looks, comparer.search):
            comparer.compare(look, found)
            if done is not None:
                done.note(look.ids)

    def _looks(
        self, comparer: ProductComparer, raws: Iterable[Raw], known: Sequence[Raw], *, afresh: bool
    ) -> Iterator[Look]:
        for batch in batched(raws, AT_ONCE):
            self.run.tally.add(self.route.name, "read", len(batch))
            yield comparer.look(batch, known, afresh=afresh)


def products_route(systems: Systems) -> Route:
    """The route that writes the ERP's articles to the shop's products."""
    settings = systems.config.products
    choices = [
        settings.create,
        settings.archived,
        settings.mark_unchanged,
        systems.erp_mapping(PRODUCT).version,
        systems.shop_mapping(PRODUCT).version,
    ]
    return Route(
        name=PRODUCTS,
        entity=PRODUCT,
        source=systems.erp,
        target=systems.shop,
        source_entity=PRODUCT,
        target_entity=PRODUCT,
        source_role=ERP,
        target_role=SHOP,
        kind=Kind.MASTER,
        mode=settings.mode,
        scope=digest(choices),
        buffer=systems.config.systems.erp.buffer,
        creates=settings.create,
    )


def _shop_route(systems: Systems, route: Route) -> Route:
    """What moved in the shop: read only, to compare those products again."""
    return replace(
        route,
        name="products-shop",
        source=systems.shop,
        source_role=SHOP,
        target=systems.erp,
        target_role=ERP,
        buffer=systems.config.systems.shop.buffer,
    )
