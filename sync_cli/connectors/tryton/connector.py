"""Tryton behind the protocol of connectors; what it is asked and what it said: FACTS of Tryton."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from sync_cli.connectors.base import (
    Change,
    Draft,
    Found,
    Identity,
    Page,
    Raw,
    Result,
    Seen,
    Traits,
)
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.tryton.documents import STEPS, Documents
from sync_cli.connectors.tryton.entities import ENTITIES, SHAPES
from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.identity import ask_identity
from sync_cli.connectors.tryton.inspection import inspect
from sync_cli.connectors.tryton.parties import Parties
from sync_cli.connectors.tryton.payments import Payments
from sync_cli.connectors.tryton.read import Reader
from sync_cli.connectors.tryton.sale_edits import SaleEdits
from sync_cli.connectors.tryton.settings import TrytonSettings
from sync_cli.connectors.tryton.wire import Wire
from sync_cli.core.checkup import Finding
from sync_cli.core.errors import ConfigError

CUSTOMER = "customer"
PAYMENT = "payment"
ORDER = "order"
SALES = (ORDER, "refund")


def utc_now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


class Tryton:
    """`Connector` for Tryton 8.2 over JSON-RPC; see `sync_cli.connectors.base`.

    Calls nobody until it is asked something; then it logs in once. `page` is the most records of
    a reading call, if fewer than usual. Raises ConfigError for an unsafe address.
    """

    def __init__(
        self,
        name: str,
        settings: TrytonSettings,
        password: str,
        *,
        pacing: Pacing | None = None,
        clock: Callable[[], datetime] = utc_now,
        timeout: tuple[float, float] = (10.0, 60.0),
        verify: bool | str = True,
        page: int | None = None,
    ) -> None:
        self.name = name
        self._settings = settings
        self._page = page
        self._wire = Wire(
            name,
            settings.url,
            settings.database,
            (settings.user, password),
            pacing=pacing or Pacing(),
            clock=clock,
            timeout=timeout,
            verify=verify,
        )
        self._house = House(self._wire, settings.web_shop)

    def identify(self) -> Identity:
        """See `Connector.identify`; asks anew each time."""
        self._wire.http.raise_fault()
        return ask_identity(self._wire, self._house, self._settings)

    def inspect(self, *, writes: bool) -> Iterator[Finding]:
        """See `Inspects.inspect`."""
        return inspect(self._wire, self._house, writes=writes)

    def traits(self, entity: str) -> Traits:
        """See `Connector.traits`."""
        if entity not in ENTITIES:
            raise ConfigError(
                f"{self.name} (Tryton) has no {entity!r}; it has {', '.join(ENTITIES)}.",
                "Switch off the route that needs it.",
            )
        traits = SHAPES[entity].traits
        in_doubt = self._settings.in_doubt
        return traits if in_doubt is None else replace(traits, in_doubt=in_doubt)

    def changes(
        self, entity: str, since: datetime | None, resume: str | None = None
    ) -> Iterator[Page]:
        """See `Connector.changes`.

        A record that becomes visible later with an earlier date (a long transaction) is the duty
        of the overlap.
        """
        return self._reader(entity).changes(since, resume)

    def fetch(self, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
        """See `Connector.fetch`."""
        return self._reader(entity).fetch(ids)

    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """See `Connector.find`."""
        reader = self._reader(entity)
        if key not in SHAPES[entity].finds:
            raise ConfigError(f"{self.name} (Tryton) finds no {entity} by {key!r}.")
        return reader.find(key, values)

    def census(self, entity: str, since: datetime | None = None) -> Iterator[Seen]:
        """See `Connector.census`."""
        return self._reader(entity).census(since)

    def acknowledge(self, entity: str, position: str) -> None:
        """Nothing to let go of: Tryton keeps its records."""

    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        """See `Connector.create`."""
        reader = self._reader(entity)
        if entity == CUSTOMER:
            return self._parties(reader).create(drafts)
        if entity == PAYMENT:
            return Payments(self._wire, self._house, reader).create(drafts)
        return self._documents(entity, reader).create(drafts)

    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        """See `Connector.update`."""
        reader = self._reader(entity)
        if entity == ORDER:
            batch = self.traits(ORDER).batch
            return SaleEdits(self._wire, reader, batch).update(changes)
        if entity != CUSTOMER:
            raise self._cannot(entity, "changed")
        return self._parties(reader).update(changes)

    def marks(self, entity: str, changes: Sequence[Change]) -> Mapping[str, Mapping[str, str]]:
        """See `Marks.marks`; of sales, the only documents that are edited."""
        if entity != ORDER:
            return {}
        batch = self.traits(ORDER).batch
        return SaleEdits(self._wire, self._reader(entity), batch).marks(changes)

    def advance(self, entity: str, ids: Sequence[str], to: str) -> Iterator[Result]:
        """See `Connector.advance`."""
        reader = self._reader(entity)
        if to not in STEPS:
            raise self._cannot(entity, f"brought to {to!r}")
        return self._documents(entity, reader).advance(ids, to)

    def calls(self) -> Mapping[str, int]:
        """See `Connector.calls`."""
        return self._wire.http.calls()

    def close(self) -> None:
        """See `Connector.close`."""
        self._wire.close()

    def __repr__(self) -> str:
        return f"Tryton({self.name!r}, {self._settings.url!r}, {self._settings.database!r})"

    def _reader(self, entity: str) -> Reader:
        self.traits(entity)
        self._wire.http.raise_fault()
        return Reader(self._wire, self._house, entity, self._page)

    def _documents(self, entity: str, reader: Reader) -> Documents:
        if entity not in SALES:
            raise self._cannot(entity, "made")
        return Documents(self._wire, self._house, entity, self.traits(entity), reader)

    def _parties(self, reader: Reader) -> Parties:
        return Parties(self._wire, self._house, self.traits(CUSTOMER), reader)

    def _cannot(self, entity: str, what: str) -> ConfigError:
        return ConfigError(
            f"In {self.name} (Tryton) no {entity} can be {what} by sync-cli.",
            "Switch off the route that needs it.",
        )
