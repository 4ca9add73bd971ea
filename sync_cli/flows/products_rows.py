"""The shop's side of some ERP articles: by link, by SKU, and whose the products are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sync_cli.connectors.base import Raw
from sync_cli.core.errors import Problem
from sync_cli.core.model import Product
from sync_cli.core.plan import Link
from sync_cli.flows.articles import PRODUCT
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable


@dataclass(frozen=True, slots=True)
class ShopRow:
    """A shop product as found, and whether it lies in the trash."""

    product: Product
    trashed: bool = False


@dataclass(frozen=True, slots=True)
class ShopRows:
    """Products by their id and by SKU; `owners` are the articles of those that are linked.

    `problems` says of products that are there why they cannot be read.
    """

    by_id: Mapping[str, ShopRow]
    by_sku: Mapping[str, tuple[ShopRow, ...]]
    owners: Mapping[str, str]
    problems: Mapping[str, Problem]


def shop_rows(
    systems: Systems,
    articles: Sequence[Product],
    links: Mapping[str, Link],
    known: Iterable[Raw] = (),
) -> ShopRows:
    """One search by SKU for all; only linked products that were renamed cost another call.

    `known` are products that were read just now.
    """
    problems: dict[str, Problem] = {}
    by_id = {row.product.id: row for row in readable(systems, known, problems)}
    skus = sorted({a.sku for a in articles if a.sku and _target(links, a) not in by_id})
    found = systems.shop.find(PRODUCT, "sku", skus) if skus else {}
    by_sku = {sku: tuple(readable(systems, raws, problems)) for sku, raws in found.items()}
    by_id.update({row.product.id: row for rows in by_sku.values() for row in rows})
    wanted = {link.target for link in links.values()}
    renamed = sorted(wanted - by_id.keys() - problems.keys())
    if renamed:
        fetched = systems.shop.fetch(PRODUCT, renamed)
        by_id.update({row.product.id: row for row in readable(systems, fetched, problems)})
    others = sorted(by_id.keys() - wanted)
    elsewhere = systems.run.state.links(PRODUCT, SHOP, ERP, others) if others else {}
    owners = {link.target: link.source for link in links.values()}
    owners.update({id: link.target for id, link in elsewhere.items()})
    return ShopRows(by_id, by_sku, owners, problems)


def readable(
    systems: Systems, raws: Iterable[Raw], problems: dict[str, Problem]
) -> Iterator[ShopRow]:
    """The rows that the mapping can read; what is wrong with the others goes to `problems`."""
    for raw in raws:
        try:
            yield ShopRow(systems.whole_shop_product(raw), "trashed" in raw.marks)
        except Unreadable as error:
            problems[raw.id] = error.problems[0]
            systems.run.watcher.note(error.problems[0].sentence())


def _target(links: Mapping[str, Link], article: Product) -> str:
    link = links.get(article.id)
    return link.target if link is not None else ""
