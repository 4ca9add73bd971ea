"""A connector that writes nothing, for whoever only compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NoReturn

from sync_cli.connectors.base import (
    Change,
    Connector,
    Draft,
    Found,
    Identity,
    Offers,
    Page,
    Raw,
    Result,
    Seen,
    Traits,
)


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

    def offers(self, entity: str) -> bool:
        """As the connector says; one that says nothing offers nothing."""
        return isinstance(self.inner, Offers) and self.inner.offers(entity)

    def calls(self) -> Mapping[str, int]:
        """Calls made so far."""
        return self.inner.calls()

    def close(self) -> None:
        """Let go of connections."""
        self.inner.close()

    def _refuse(self, entity: str, count: int) -> NoReturn:
        raise AssertionError(f"a comparison tried to write {count} x {entity} to {self.name}")
