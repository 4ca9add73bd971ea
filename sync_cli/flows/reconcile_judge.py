"""The last word about articles and products that seemed to differ, once both were asked anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sync_cli.connectors.base import Raw, batched
from sync_cli.core.drift import ERP, SHOP, Drift, DriftKind, Waiting
from sync_cli.core.drift_products import (
    product_extra,
    product_label,
    product_missing,
    product_refused,
    sku_doubled,
    sku_written_otherwise,
)
from sync_cli.core.findings import Findings
from sync_cli.core.identity import folded_sku
from sync_cli.core.parts import Part
from sync_cli.core.plan import Defer, Operation, Reject
from sync_cli.core.products import Product, ProductStatus, StockHolder
from sync_cli.flows.articles import PRODUCT
from sync_cli.flows.products import PRODUCTS
from sync_cli.flows.reconcile_shelf import SOLD_ITSELF, Shelf
from sync_cli.flows.systems import Systems
from sync_cli.flows.under_way import just_changed, open_reasons
from sync_cli.mapping.errors import Unreadable

AT_ONCE = 100
_AS_DRIFT = {
    "target-gone": DriftKind.MISSING,
    "in-trash": DriftKind.MISSING,
    "kind-changed": DriftKind.DIFFERENT,
    "disagrees": DriftKind.DIFFERENT,
    "taken": DriftKind.DUPLICATE,
    "ambiguous": DriftKind.DUPLICATE,
}
"""Refusals of the comparer that are no fault of reading, and what they are as a drift."""
_TOLD_BY_DOUBLES = frozenset({"taken", "ambiguous"})


class ProductJudge:
    """Says of each article what differs, or why it waits."""

    def __init__(self, systems: Systems, findings: Findings, shelf: Shelf) -> None:
        self.systems = systems
        self.state = systems.run.state
        self.findings = findings
        self.grace = systems.config.reconcile.grace
        self._shelf = shelf
        self._doubled: set[str] = set()
        self._clocks = (systems.shop_identity.clock, systems.shop_identity.clock)
        self._reasons: Mapping[str, str] = {}
        self._linked: frozenset[str] = frozenset()
        self._lacking: dict[str, Product] = {}

    # SKUs that several records carry

    def doubles(self) -> None:
        """SKUs that several records of one side carry, each side asked for them once more."""
        for side in (SHOP, ERP):
            for batch in batched(self._shelf.doubled(side), AT_ONCE):
                self._report_doubles(side, batch)

    def _report_doubles(self, side: str, folded: Sequence[str]) -> None:
        found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for product in self._alive_with(side, self._shelf.spellings(side, folded)):
            found[folded_sku(product.sku)][product.id] = product.sku
        for sku in folded:
            if len(found[sku]) > 1:
                self._doubled.add(sku)
                first = min(found[sku].values())
                self.findings.drift(sku_doubled(side, first, list(found[sku])))

    def _alive_with(self, side: str, skus: Sequence[str]) -> Iterable[Product]:
        system = self.systems.shop if side == SHOP else self.systems.erp
        read = self.systems.shop_product if side == SHOP else self.systems.erp_product
        for raws in system.find(PRODUCT, "sku", skus).values():
            for raw in raws:
                try:
                    product = read(raw)
                except Unreadable:
                    continue
                if "trashed" not in raw.marks and not product.archived:
                    yield product

    # Articles that seemed to differ

    def begin(self, articles: Sequence[str]) -> None:
        """These articles are looked at again, after what is open for them."""
        self._clocks = (
            self.systems.shop.identify().clock,
            self.systems.erp.identify().clock,
        )
        self._reasons = open_reasons(self.state, (PRODUCTS,), articles)
        self._linked = frozenset(self.state.links(PRODUCT, ERP, SHOP, articles))

    def sight(self, article: Product, product: Product, drifts: Sequence[Drift]) -> None:
        """An article and its product, read anew."""
        for side in (SHOP, ERP):
            self.findings.count(Part.PRODUCTS, side)
        if article.id not in self._linked and folded_sku(article.sku) in self._doubled:
            return
        self._report(article, drifts, self._moved(product.modified_at, article.modified_at))

    def missing(self, article: Product) -> None:
        """An article without a product; told by `conclude`."""
        self._lacking[article.id] = article

    def word(self, operation: Operation) -> None:
        """Why an article is not compared."""
        item = operation.item
        if isinstance(operation, Defer):
            self._wait(item.id, item.label, operation.reason)
        if not isinstance(operation, Reject):
            return
        problem, article = operation.problem.about(item.label), item.record
        kind = _AS_DRIFT.get(problem.code)
        if kind is None or not isinstance(article, Product):
            self._wait(item.id, item.label, problem.sentence())
            return
        self.findings.count(Part.PRODUCTS, ERP)
        if problem.code in _TOLD_BY_DOUBLES and folded_sku(article.sku) in self._doubled:
            return
        self._report(article, [product_refused(article, kind, problem)])

    def conclude(self) -> None:
        """Tell of the articles that have no product, unless theirs cannot be read or found."""
        articles = list(self._lacking.values())
        self._lacking.clear()
        if not articles:
            return
        found = self.systems.shop.find(PRODUCT, "sku", [each.sku for each in articles])
        for article in articles:
            self.findings.count(Part.PRODUCTS, ERP)
            if folded_sku(article.sku) in self._doubled:
                continue
            unread = [raw for raw in found.get(article.sku, ()) if "trashed" not in raw.marks]
            if unread:
                why = f"its product {unread[0].id} in the shop cannot be read"
                self._wait(article.id, product_label(article.id, article.sku), why)
            else:
                drift = self._otherwise_written(article) or product_missing(article)
                self._report(article, [drift], self._moved(None, article.modified_at))

    def _otherwise_written(self, article: Product) -> Drift | None:
        """Whether the shop has the SKU with other capitals or accents."""
        spelled = self._shelf.spellings(SHOP, [folded_sku(article.sku)])
        for product in self._alive_with(SHOP, spelled):
            return sku_written_otherwise(article, product.id, product.sku)
        return None

    # Products that no article stands behind

    def unknown(self, ids: Sequence[str]) -> None:
        """Products of the shop, asked for once more by name."""
        clock = self.systems.shop.identify().clock
        products = {
            product.id: product
            for product in self._products(self.systems.shop.fetch(PRODUCT, ids))
            if _is_sold(product) or product.holder is StockHolder.OWN
        }
        links = self.state.links(PRODUCT, SHOP, ERP, list(products))
        targets = [link.target for link in links.values()]
        there = {raw.id for raw in self.systems.erp.fetch(PRODUCT, targets)}
        skus = sorted({product.sku for product in products.values() if product.sku})
        found = self.systems.erp.find(PRODUCT, "sku", skus) if skus else {}
        for id, product in products.items():
            if found.get(product.sku) or (id in links and links[id].target in there):
                continue
            self.findings.count(Part.PRODUCTS, SHOP)
            drift = product_extra(product)
            reason = just_changed(product.modified_at, clock, self.grace, "shop")
            if reason:
                self._wait(id, drift.label, reason)
            else:
                self.findings.drift(drift)

    def _products(self, raws: Iterable[Raw]) -> Iterable[Product]:
        for raw in raws:
            try:
                if "trashed" not in raw.marks:
                    yield self.systems.whole_shop_product(raw)
            except Unreadable as error:
                self._wait(raw.id, f"Product {raw.id}", error.problems[0].sentence())

    # What they have in common

    def _report(self, article: Product, drifts: Sequence[Drift], moved: str = "") -> None:
        reason = self._reasons.get(article.id) or moved
        if drifts and reason:
            self._wait(article.id, drifts[0].label, reason)
            return
        for drift in drifts:
            self.findings.drift(drift)

    def _wait(self, id: str, label: str, reason: str) -> None:
        self.findings.wait(Waiting(Part.PRODUCTS, id, label, reason))

    def _moved(self, in_shop: datetime | None, in_erp: datetime | None) -> str:
        """Why what has just changed is not judged yet."""
        shop_clock, erp_clock = self._clocks
        return just_changed(in_shop, shop_clock, self.grace, "shop") or just_changed(
            in_erp, erp_clock, self.grace, "ERP"
        )


def _is_sold(product: Product) -> bool:
    return product.kind in SOLD_ITSELF and product.status is ProductStatus.PUBLISHED
