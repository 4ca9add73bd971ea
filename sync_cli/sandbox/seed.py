"""Fills the pretend ERP with the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.erp.store import ErpStore

SEED_AGE = timedelta(days=7)


def seed_erp(store: ErpStore, articles: Iterable[Article]) -> int:
    """Add every article that is in the ERP, dated a week back, and return their number.

    Ids ascend from 5000 in the order of the articles. A main article has no stock row; each other
    product has one with MAIN and what else the article names, zeros for services and consumables.
    """
    ids_of_mains: dict[str, int] = {}
    before = len(store.products)
    with store.stamped(store.clock.now() - SEED_AGE):
        for article in articles:
            if article.in_erp:
                _add(store, article, ids_of_mains)
    return len(store.products) - before


def _add(store: ErpStore, article: Article, ids_of_mains: dict[str, int]) -> None:
    product = store.add_product(
        sku=article.sku,
        name=article.name,
        price=article.net_price,
        kind=article.kind,
        tax_code=article.tax_class or "standard",
        parent_id=ids_of_mains.get(article.main_sku) if article.main_sku else None,
        main_article=article.is_main,
        unit_factor=article.unit_factor,
        attributes=article.attributes,
        on_hand=article.warehouses,
    )
    if article.is_main:
        ids_of_mains[article.sku] = product.id
