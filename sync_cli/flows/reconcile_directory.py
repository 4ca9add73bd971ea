"""Where customers of the ERP are looked up: on the disk, or by asking the ERP itself."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from sync_cli.connectors.base import Connector, Raw
from sync_cli.core.model import Customer
from sync_cli.flows.customer_items import CUSTOMER
from sync_cli.state.texts import (
    IN_IDS,
    exact_to_text,
    ids_to_text,
    optional_text_to_time,
    optional_time_to_text,
    text_to_exact,
)

_TABLES = """
CREATE TABLE customers (
    id TEXT PRIMARY KEY, reference TEXT, email TEXT, birth TEXT, modified_at TEXT, data TEXT
) WITHOUT ROWID;
CREATE TABLE numbers (account TEXT PRIMARY KEY, number TEXT) WITHOUT ROWID;
"""


class Lookup(Protocol):
    """Finds customers of the ERP."""

    def by_id(self, ids: Sequence[str]) -> Iterable[Raw]:
        """Those with these ids."""

    def by(self, key: str, values: Sequence[str]) -> Mapping[str, Sequence[Raw]]:
        """Those by "reference" or "email"; of an address case does not count."""


class Asking:
    """Asks the ERP itself."""

    def __init__(self, erp: Connector) -> None:
        self._erp = erp

    def by_id(self, ids: Sequence[str]) -> Iterable[Raw]:
        """Those with these ids."""
        return self._erp.fetch(CUSTOMER, ids)

    def by(self, key: str, values: Sequence[str]) -> Mapping[str, Sequence[Raw]]:
        """Those by "reference" or "email"."""
        return self._erp.find(CUSTOMER, key, values) if values else {}


class Directory:
    """All customers of the ERP in a temporary file that vanishes with the process.

    It also notes which account of the shop carries which number.
    """

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.executescript(_TABLES)
        self._file.execute("BEGIN")

    def close(self) -> None:
        """Give the space back."""
        self._file.close()

    def put(self, rows: Iterable[tuple[Raw, Customer]]) -> None:
        """Keep customers; the later reading counts."""
        self._file.executemany(
            "INSERT OR REPLACE INTO customers VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    raw.id,
                    customer.reference,
                    customer.email.casefold(),
                    raw.birth,
                    optional_time_to_text(raw.modified_at),
                    exact_to_text(raw.data),
                )
                for raw, customer in rows
            ),
        )

    def index(self) -> None:
        """All customers are there: searching may begin."""
        self._file.execute("CREATE INDEX by_reference ON customers (reference)")
        self._file.execute("CREATE INDEX by_email ON customers (email)")

    def by_id(self, ids: Sequence[str]) -> Iterable[Raw]:
        """Those with these ids."""
        return [raw for _, raw in self._search("id", ids)]

    def by(self, key: str, values: Sequence[str]) -> Mapping[str, Sequence[Raw]]:
        """Those by "reference" or "email"; of an address case does not count."""
        folded = {value: value.casefold() if key == "email" else value for value in values if value}
        found: defaultdict[str, list[Raw]] = defaultdict(list)
        for value, raw in self._search(key, sorted(set(folded.values()))):
            found[value].append(raw)
        return {value: found[folded[value]] for value in folded}

    def note_number(self, account: str, number: str) -> None:
        """An account of the shop carries this number."""
        self._file.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?)", (account, number))

    def doubled_numbers(self) -> Iterator[tuple[str, list[str]]]:
        """Numbers that several accounts carry, with the accounts."""
        query = """SELECT number, json_group_array(account) FROM numbers WHERE number != ''
                   GROUP BY number HAVING COUNT(*) > 1 ORDER BY number"""
        for number, accounts in self._file.execute(query):
            yield number, list(text_to_exact(accounts))

    def _search(self, column: str, values: Sequence[str]) -> Iterator[tuple[str, Raw]]:
        query = f"SELECT {column}, id, birth, modified_at, data FROM customers"
        for row in self._file.execute(f"{query} WHERE {column} {IN_IDS}", (ids_to_text(values),)):
            value, id, birth, modified_at, data = row
            yield value, Raw(id, text_to_exact(data), birth, optional_text_to_time(modified_at))
