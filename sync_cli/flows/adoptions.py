"""Links by SKU that a plan wants to make: none while two articles claim the same shop product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

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
CountArticles = Callable[[Sequence[str]], Mapping[str, int]]
"""How many live articles of the ERP have each of these SKUs."""


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
        values = (article.id, article.birth, factor, product.sku, product.birth)
        self._links.append(product.id, "", values)

    def settle(self, writer: Writer, count: CountArticles | None = None) -> dict[str, str]:
        """Make the links, unless the writer's run is dry.

        `count` is asked how many articles have a SKU, where this run did not see all. Returns the
        shop products that several articles claim, each with the first of them: those stay without
        a link.
        """
        doubled: dict[str, str] = {}
        run = writer.run
        for batch in batched(self._settlements(doubled, count), LINKS_AT_ONCE):
            if not run.is_dry(writer.route):
                run.state.settle(ROUTE, run.number, batch, run.now())
        return doubled

    def _settlements(
        self, doubled: dict[str, str], count: CountArticles | None
    ) -> Iterator[Settlement]:
        for batch in batched(self._claims(), ASKED_AT_ONCE):
            skus = sorted({claim[3] for _, claims in batch for claim in claims.values()})
            counts = count(skus) if count is not None else {}
            for product, claims in batch:
                first = next(iter(claims))
                if len(claims) > 1 or counts.get(claims[first][3], 1) > 1:
                    doubled[product] = first
                else:
                    yield _link(product, claims[first])

    def _claims(self) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
        """Each shop product with the articles that claim it."""
        for product, rows in groupby(self._links.by_key(), key=lambda row: row.key):
            yield product, {row.values[0]: row.values for row in rows}


def _link(product_id: str, values: tuple[str, ...]) -> Settlement:
    article, article_birth, factor, sku, birth = values
    return link_settlement(
        Product(id=product_id, sku=sku, birth=birth),
        Product(id=article, birth=article_birth, unit_factor=Decimal(factor)),
    )


def double_sku(what: str) -> Problem:
    """Two articles of the ERP carry one SKU; `what` is not written until that is put right."""
    return Problem(
        "double-sku",
        "",
        "two articles of the ERP carry the SKU of one shop product",
        f"Give each article its own SKU; until then {what} is not written.",
        field="sku",
    )
