"""Links by SKU that a plan wants to make: none while two articles claim the same shop product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from msgspec import Struct

from sync_cli.connectors.base import batched
from sync_cli.core.errors import Problem
from sync_cli.core.outcome import Settlement
from sync_cli.core.products import Product
from sync_cli.engine.execute import Writer
from sync_cli.flows.articles import ROUTE, link_settlement
from sync_cli.state.spool import Spool
from sync_cli.state.store import State

LINKS_AT_ONCE = 1000
ASKED_AT_ONCE = 100
LiveArticles = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
"""The ids of all live articles of the ERP that have each of these SKUs."""


class Doubled(Struct, frozen=True):
    """A shop product that stays without a link.

    `claims` are the articles of this run that are the product by its SKU, `others` those that have
    the SKU too, though this run did not look at them.
    """

    sku: str
    claims: tuple[str, ...]
    others: tuple[str, ...] = ()

    def problem(self, what: str) -> Problem:
        """Why `what` is not written until that is put right."""
        articles = ", ".join(sorted({*self.claims, *self.others}))
        return Problem(
            "double-sku",
            "",
            f"several articles of the ERP ({articles}) carry the SKU {self.sku} of one shop"
            " product",
            f"Give each article its own SKU; until then {what} is not written.",
            field="sku",
        )


class Adoptions:
    """Collects links on the disk, and makes them once the whole plan is known."""

    def __init__(self, state: State) -> None:
        self._links: Spool = state.spool()

    def close(self) -> None:
        """Give the disk space back."""
        self._links.close()

    def add(self, product: Product, article: Product) -> None:
        """A shop product and the ERP article of its SKU; nothing is linked yet."""
        factor = f"{article.unit_factor:f}"
        own = (article.id, article.birth, factor, product.sku, product.birth)
        values = (*own, article.main_article)
        self._links.append(product.id, "", values)

    def settle(self, writer: Writer, live: LiveArticles | None) -> dict[str, Doubled]:
        """Make the links, unless the writer's run is dry.

        `live` is asked which articles have a SKU, where this run did not see all. Returns the shop
        products that several articles claim, by their ids: those stay without a link.
        """
        doubled: dict[str, Doubled] = {}
        run = writer.run
        for batch in batched(self._settlements(doubled, live), LINKS_AT_ONCE):
            if not run.is_dry(writer.route):
                run.state.settle(ROUTE, run.number, batch, run.now())
        return doubled

    def _settlements(
        self, doubled: dict[str, Doubled], live: LiveArticles | None
    ) -> Iterator[Settlement]:
        for batch in batched(self._claims(), ASKED_AT_ONCE):
            skus = sorted({claim[3] for _, claims in batch for claim in claims.values()})
            found = live(skus) if live is not None else {}
            for product, claims in batch:
                first = next(iter(claims.values()))
                others = {*found.get(first[3], ())} - claims.keys()
                if len(claims) > 1 or others:
                    doubled[product] = Doubled(first[3], tuple(claims), tuple(others))
                else:
                    yield _link(product, first)

    def _claims(self) -> Iterator[tuple[str, dict[str, tuple[Any, ...]]]]:
        """Each shop product with the articles that claim it."""
        for product, rows in groupby(self._links.by_key(), key=lambda row: row.key):
            yield product, {row.values[0]: row.values for row in rows}


def _link(product_id: str, values: tuple[Any, ...]) -> Settlement:
    article, article_birth, factor, sku, birth, main = values
    return link_settlement(
        Product(id=product_id, sku=sku, birth=birth),
        Product(
            id=article, birth=article_birth, unit_factor=Decimal(factor), main_article=bool(main)
        ),
    )
