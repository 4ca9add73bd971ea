"""The shop's products and the ERP's articles on the disk while they are compared."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sync_cli.connectors.base import Connector, Found, Raw
from sync_cli.core.drift import ERP, SHOP
from sync_cli.core.identity import folded_sku
from sync_cli.core.products import Product, ProductKind, StockHolder
from sync_cli.flows.read_only import ReadOnly
from sync_cli.flows.reconcile_trust import SideCount
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable
from sync_cli.state.texts import (
    IN_IDS,
    exact_to_text,
    ids_to_text,
    optional_text_to_time,
    optional_time_to_text,
    text_to_exact,
)

PRODUCT = "product"
SOLD_ITSELF = frozenset(
    {ProductKind.SIMPLE, ProductKind.VARIATION, ProductKind.BUNDLE, ProductKind.OTHER}
)
"""Kinds that a line of an order can name; the others only hold or show such products."""
_TABLES = """
CREATE TABLE products (
    id TEXT PRIMARY KEY, sku TEXT, folded TEXT, parent_id TEXT, counts INTEGER, sold INTEGER,
    trashed INTEGER, birth TEXT, modified_at TEXT, data TEXT
) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, sku TEXT, folded TEXT, archived INTEGER
) WITHOUT ROWID;
"""
_NO_SKU_OF_ITS_OWN = """
UPDATE products SET sku = '', folded = '' WHERE parent_id != '' AND folded = (
    SELECT parent.folded FROM products parent WHERE parent.id = products.parent_id
)
"""
"""A variation without a SKU shows that of its product."""


class Shelf:
    """All products of the shop in a temporary file that vanishes with the process."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.executescript(_TABLES)
        self._file.execute("BEGIN")

    def close(self) -> None:
        """Give the space back."""
        self._file.close()

    def put(self, rows: Iterable[tuple[Raw, Product]], needs: frozenset[str]) -> None:
        """Keep products, of each only the raw fields in `needs`; the later reading counts."""
        self._file.executemany(
            "INSERT OR REPLACE INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_row(raw, product, needs) for raw, product in rows),
        )

    def index(self) -> None:
        """All products are there: searching may begin."""
        self._file.execute(_NO_SKU_OF_ITS_OWN)
        self._file.execute("CREATE INDEX by_sku ON products (sku)")
        self._file.execute("CREATE INDEX by_folded ON products (folded)")
        self._file.execute("CREATE INDEX by_parent ON products (parent_id)")

    def know(self, articles: Iterable[tuple[str, str, bool]]) -> None:
        """The ERP has these articles: id, SKU, and whether it is archived."""
        self._file.executemany(
            "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?)",
            ((id, sku, folded_sku(sku), archived) for id, sku, archived in articles),
        )

    def index_articles(self) -> None:
        """All articles are there."""
        self._file.execute("CREATE INDEX IF NOT EXISTS by_article_sku ON articles (sku)")
        self._file.execute("CREATE INDEX IF NOT EXISTS by_article_folded ON articles (folded)")

    def unknown_stock(self) -> Iterator[str]:
        """Ids of living products that count their own stock and whose SKU no article has."""
        return self._ids("counts AND NOT trashed AND sku NOT IN (SELECT sku FROM articles)")

    def unknown(self) -> Iterator[str]:
        """Ids of living products that can be sold or count stock, and whose SKU no article has.

        Without regard to case and accents.
        """
        known = "folded IN (SELECT folded FROM articles WHERE folded != '')"
        return self._ids(f"(counts OR sold) AND NOT trashed AND NOT ({known})")

    def doubled(self, side: str) -> Iterator[str]:
        """Folded SKUs that several living records of a side carry."""
        alive = "products WHERE NOT trashed" if side == SHOP else "articles WHERE NOT archived"
        query = f"SELECT folded FROM {alive} AND folded != '' GROUP BY folded HAVING COUNT(*) > 1"
        for row in self._file.execute(f"{query} ORDER BY folded"):
            yield row[0]

    def spellings(self, side: str, folded: Sequence[str]) -> list[str]:
        """The SKUs of a side as they are written, by their folded form."""
        table = {SHOP: "products", ERP: "articles"}[side]
        query = f"SELECT DISTINCT sku FROM {table} WHERE folded {IN_IDS} ORDER BY sku"
        return [row[0] for row in self._file.execute(query, (ids_to_text(folded),))]

    def by_id(self, ids: Sequence[str]) -> Iterator[Raw]:
        """The products with these ids."""
        for _, raw in self._search("id", ids):
            yield raw

    def by(self, column: str, values: Sequence[str]) -> dict[str, tuple[Raw, ...]]:
        """The products by "sku" or "parent_id"; of a SKU the trashed only where nobody else has it.

        So does the shop's own search.
        """
        found: defaultdict[str, list[Raw]] = defaultdict(list)
        for value, raw in self._search(column, [value for value in values if value]):
            found[value].append(raw)
        return {value: _alive(found[value]) for value in values}

    def _ids(self, condition: str) -> Iterator[str]:
        for row in self._file.execute(f"SELECT id FROM products WHERE {condition} ORDER BY id"):
            yield row[0]

    def _search(self, column: str, values: Sequence[str]) -> Iterator[tuple[str, Raw]]:
        query = f"SELECT {column}, id, birth, modified_at, trashed, data FROM products"
        for row in self._file.execute(f"{query} WHERE {column} {IN_IDS}", (ids_to_text(values),)):
            value, id, birth, modified_at, trashed, data = row
            marks = frozenset({"trashed"} if trashed else ())
            yield (
                value,
                Raw(id, text_to_exact(data), birth, optional_text_to_time(modified_at), marks),
            )


def _row(raw: Raw, product: Product, needs: frozenset[str]) -> tuple[object, ...]:
    data = {key: value for key, value in raw.data.items() if key in needs}
    return (
        raw.id,
        product.sku,
        folded_sku(product.sku),
        product.parent_id,
        product.holder is StockHolder.OWN,
        product.kind in SOLD_ITSELF,
        "trashed" in raw.marks,
        raw.birth,
        optional_time_to_text(raw.modified_at),
        exact_to_text(data),
    )


def _alive(found: Sequence[Raw]) -> tuple[Raw, ...]:
    alive = tuple(raw for raw in found if "trashed" not in raw.marks)
    return alive or tuple(found)


class ShelvedShop(ReadOnly):
    """The shop whose products are read from the shelf instead of over the wire."""

    def __init__(self, inner: Connector, shelf: Shelf) -> None:
        super().__init__(inner)
        self._shelf = shelf

    def fetch(self, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
        """Products from the shelf, all else as the system answers."""
        return self._shelf.by_id(ids) if entity == PRODUCT else super().fetch(entity, ids)

    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """Products from the shelf, all else as the system answers."""
        if entity == PRODUCT:
            return self._shelf.by(key, values)
        return super().find(entity, key, values)


class ShopSide:
    """The shop's products, read once for all that is compared with them.

    `shop` answers from the shelf; `unread` says of products why they cannot be read.
    """

    def __init__(self, systems: Systems) -> None:
        self.count = SideCount("products of the shop")
        self.unread: dict[str, str] = {}
        self.shelf = Shelf()
        self.shop = ShelvedShop(systems.shop, self.shelf)
        self._systems = systems
        self._is_read = False

    def close(self) -> None:
        """Give the space back."""
        self.shelf.close()

    def read(self) -> None:
        """Read all products, unless that was done before."""
        if self._is_read:
            return
        self._is_read = True
        needs = self._systems.shop_mapping(PRODUCT).needs
        for page in self._systems.shop.changes(PRODUCT, None):
            self.count.read += len(page.records)
            self.shelf.put(self._readable(page.records), needs)
        self.shelf.index()

    def _readable(self, raws: Iterable[Raw]) -> Iterator[tuple[Raw, Product]]:
        for raw in raws:
            try:
                yield raw, self._systems.shop_product(raw)
            except Unreadable as error:
                problem = error.problems[0].sentence()
                self.unread[raw.id] = problem
                self.count.spoiled(problem)
