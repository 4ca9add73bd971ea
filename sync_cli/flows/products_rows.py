"""The shop's side of some ERP articles: by link, by SKU, and whose the products are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from sync_cli import __version__
from sync_cli.connectors.base import Raw
from sync_cli.core.errors import Problem
from sync_cli.core.fingerprint import digest
from sync_cli.core.item import Link
from sync_cli.core.products import Product
from sync_cli.flows.articles import PRODUCT
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.entity import EntityMapping
from sync_cli.mapping.errors import Unreadable

STOCK = "stock"
"""Moves with every sale, and no shipped rule for products writes it: that is the stock lane's."""


class ShopRow(Struct, frozen=True):
    """A shop product as found, and read."""

    product: Product
    raw: Raw

    @property
    def trashed(self) -> bool:
        """Whether it lies in the trash."""
        return "trashed" in self.raw.marks


class ShopRows:
    """Products of the shop, each read once it is asked for; most need not be read at all.

    `owners` are the articles of those that are linked. `problems` says of products that were asked
    for why they cannot be read.
    """

    def __init__(
        self,
        systems: Systems,
        raws: Mapping[str, Raw],
        by_sku: Mapping[str, tuple[Raw, ...]],
        owners: Mapping[str, str],
    ) -> None:
        self.owners = owners
        self.problems: dict[str, Problem] = {}
        self._systems = systems
        self._raws = raws
        self._by_sku = by_sku
        self._rows: dict[str, ShopRow | None] = {}

    def raw(self, id: str) -> Raw | None:
        """The product as the shop answered it, None if it is not there."""
        return self._raws.get(id)

    def row(self, id: str) -> ShopRow | None:
        """The product with this id, None if it is not there or cannot be read."""
        raw = self._raws.get(id)
        return None if raw is None else self._read(raw)

    def with_sku(self, sku: str) -> tuple[ShopRow, ...]:
        """The readable products with exactly this SKU."""
        rows = (self._read(raw) for raw in self._by_sku.get(sku, ()))
        return tuple(row for row in rows if row is not None)

    def _read(self, raw: Raw) -> ShopRow | None:
        if raw.id not in self._rows:
            self._rows[raw.id] = next(readable(self._systems, [raw], self.problems), None)
        return self._rows[raw.id]


class Appearance:
    """How a shop product looks: all that the mapping reads of it but its stock."""

    def __init__(self, mapping: EntityMapping, program: str = __version__) -> None:
        self._program = program
        fields = frozenset(rule.to.partition(".")[0] for rule in mapping.rules_read)
        if not mapping.writes(STOCK):
            fields -= {STOCK}
        self._keys = mapping.reading_only(fields).needs

    def of(self, raw: Raw) -> str:
        """The hash of it, with id, birth mark and standing: equal for what compares alike.

        A key that is gone is told from one that holds null. What an older program compared is
        compared anew by this one.
        """
        values = {key: value for key, value in raw.data.items() if key in self._keys}
        return digest([self._program, raw.id, raw.birth, sorted(raw.marks), values])


def shop_rows(
    systems: Systems,
    found: Mapping[str, tuple[Raw, ...]],
    links: Mapping[str, Link],
    known: Iterable[Raw] = (),
) -> ShopRows:
    """The rows `found` by SKU and those `known` from elsewhere; only linked products that were
    renamed cost another call."""
    raws = {raw.id: raw for raw in known}
    raws.update({raw.id: raw for some in found.values() for raw in some})
    wanted = {link.target for link in links.values()}
    renamed = sorted(wanted - raws.keys())
    if renamed:
        raws.update({raw.id: raw for raw in systems.shop.fetch(PRODUCT, renamed)})
    others = sorted(raws.keys() - wanted)
    elsewhere = systems.run.state.links(PRODUCT, SHOP, ERP, others) if others else {}
    owners = {link.target: link.source for link in links.values()}
    owners.update({id: link.target for id, link in elsewhere.items()})
    return ShopRows(systems, raws, found, owners)


def readable(
    systems: Systems, raws: Iterable[Raw], problems: dict[str, Problem]
) -> Iterator[ShopRow]:
    """The rows that the mapping can read; what is wrong with the others goes to `problems`."""
    for raw in raws:
        try:
            yield ShopRow(systems.whole_shop_product(raw), raw)
        except Unreadable as error:
            problems[raw.id] = error.problems[0]
            systems.run.watcher.note(error.problems[0].sentence())
