"""The shop's products on the disk while they are compared, and a connector that writes nothing."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NoReturn

from sync_cli.connectors.base import (
    Change,
    Connector,
    Draft,
    Found,
    Identity,
    Page,
    Raw,
    Result,
    Seen,
    Traits,
)
from sync_cli.core.model import Product, StockHolder
from sync_cli.state.texts import (
    IN_IDS,
    exact_to_text,
    ids_to_text,
    optional_text_to_time,
    optional_time_to_text,
    text_to_exact,
)

PRODUCT = "product"
_TABLES = """
CREATE TABLE products (
    id TEXT PRIMARY KEY, sku TEXT, parent_id TEXT, counts INTEGER, trashed INTEGER,
    birth TEXT, modified_at TEXT, data TEXT
) WITHOUT ROWID;
CREATE TABLE known (sku TEXT PRIMARY KEY) WITHOUT ROWID;
"""


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
            "INSERT OR REPLACE INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (_row(raw, product, needs) for raw, product in rows),
        )

    def index(self) -> None:
        """All products are there: searching may begin."""
        self._file.execute("CREATE INDEX by_sku ON products (sku)")
        self._file.execute("CREATE INDEX by_parent ON products (parent_id)")

    def know(self, skus: Iterable[str]) -> None:
        """The ERP has articles with these SKUs."""
        self._file.executemany("INSERT OR IGNORE INTO known VALUES (?)", ((sku,) for sku in skus))

    def unknown(self) -> Iterator[str]:
        """Ids of living products that count their own stock and whose SKU the ERP does not have."""
        query = "SELECT id FROM products WHERE counts AND NOT trashed AND sku NOT IN known"
        for row in self._file.execute(f"{query} ORDER BY id"):
            yield row[0]

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
        product.parent_id,
        product.holder is StockHolder.OWN,
        "trashed" in raw.marks,
        raw.birth,
        optional_time_to_text(raw.modified_at),
        exact_to_text(data),
    )


def _alive(found: Sequence[Raw]) -> tuple[Raw, ...]:
    alive = tuple(raw for raw in found if "trashed" not in raw.marks)
    return alive or tuple(found)


class ReadOnly:
    """A connector whose writing calls are a bug: a comparison writes nothing to any system."""

    def __init__(self, inner: Connector) -> None:
        self.inner = inner
        self.name = inner.name

    def identify(self) -> Identity:
        """As the system answers."""
        return self.inner.identify()

    def traits(self, entity: str) -> Traits:
        """As the connector says."""
        return self.inner.traits(entity)

    def changes(
        self, entity: str, since: datetime | None, resume: str | None = None
    ) -> Iterator[Page]:
        """As the system answers."""
        return self.inner.changes(entity, since, resume)

    def fetch(self, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
        """As the system answers."""
        return self.inner.fetch(entity, ids)

    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """As the system answers."""
        return self.inner.find(entity, key, values)

    def census(self, entity: str, since: datetime | None = None) -> Iterator[Seen]:
        """As the system answers."""
        return self.inner.census(entity, since)

    def acknowledge(self, entity: str, position: str) -> None:
        """Nothing was settled here."""

    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        """Raises AssertionError."""
        self._refuse(entity, len(drafts))

    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        """Raises AssertionError."""
        self._refuse(entity, len(changes))

    def advance(self, entity: str, ids: Sequence[str], to: str) -> Iterator[Result]:
        """Raises AssertionError."""
        self._refuse(f"{entity} to {to}", len(ids))

    def calls(self) -> Mapping[str, int]:
        """Calls made so far."""
        return self.inner.calls()

    def close(self) -> None:
        """Let go of connections."""
        self.inner.close()

    def _refuse(self, entity: str, count: int) -> NoReturn:
        raise AssertionError(f"a comparison tried to write {count} x {entity} to {self.name}")


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
