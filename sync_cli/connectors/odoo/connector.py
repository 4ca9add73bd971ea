"""The connector of Odoo: 17 over JSON-RPC as observed; 16, 18 and 19 by their documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
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
from sync_cli.connectors.odoo.credits import Credits
from sync_cli.connectors.odoo.identity import ask_identity
from sync_cli.connectors.odoo.inspection import inspect
from sync_cli.connectors.odoo.lookups import Lookups
from sync_cli.connectors.odoo.making import Making
from sync_cli.connectors.odoo.order_edits import Edits
from sync_cli.connectors.odoo.orders import Orders
from sync_cli.connectors.odoo.partners import Partners
from sync_cli.connectors.odoo.parts import Parts
from sync_cli.connectors.odoo.payments import Payments
from sync_cli.connectors.odoo.read import Reader
from sync_cli.connectors.odoo.shapes import (
    CUSTOMER,
    ORDER,
    PAGE_SIZE,
    PAYMENT,
    REFUND,
    Shape,
    shape_of,
)
from sync_cli.connectors.odoo.standing import Advancing
from sync_cli.connectors.odoo.steps import steps_of
from sync_cli.connectors.odoo.wire import Login, Wire
from sync_cli.connectors.odoo.writing import Desk
from sync_cli.connectors.pacing import Pacing
from sync_cli.core.checkup import Finding
from sync_cli.core.errors import ConfigError


class Choices(Struct, frozen=True):
    """What an admin may choose about one Odoo; see `OdooSettings`."""

    environment: str = "production"
    price_digits: int = 2
    keep_dates: bool = True
    in_doubt: timedelta | None = None


class Odoo:
    """One Odoo, opened for one run. See `Connector` for the promises of each method.

    `clock` gives this machine's time in aware UTC. `fields` names, for each entity, the keys of
    the records that the mapping reads; an entity that is not in it is read with all its parts.
    Raises ConfigError for plain http to another machine; calls nobody until it is asked something.
    """

    def __init__(
        self,
        name: str,
        login: Login,
        *,
        pacing: Pacing,
        clock: Callable[[], datetime],
        fields: Mapping[str, frozenset[str]] | None = None,
        choices: Choices | None = None,
        timeout: tuple[float, float] = (10.0, 60.0),
        verify: bool | str = True,
        page_size: int = PAGE_SIZE,
    ) -> None:
        self.name = name
        self._choices = choices or Choices()
        self._identity: Identity | None = None
        self._wire = Wire(name, login, pacing=pacing, clock=clock, timeout=timeout, verify=verify)
        lookups = Lookups(self._wire)
        parts = Parts(self._wire, lookups, fields)
        self._reader = Reader(self._wire, lookups, parts, page_size)
        self._desk = Desk(self._wire, lookups, parts, self._reader)
        self._partners = Partners(self._desk)
        self._edits = Edits(self._desk)
        self._makers: Mapping[str, Making] = {
            CUSTOMER: self._partners,
            ORDER: Orders(self._desk),
            REFUND: Credits(self._desk),
        }

    def __repr__(self) -> str:
        return f"Odoo({self.name!r}, {self._wire.login.url!r}, {self._wire.login.database!r})"

    def identify(self) -> Identity:
        """Who answers; asked once a run, later only its clock is reckoned on."""
        self._wire.client.raise_fault()
        clock = self._wire.clock_now()
        if self._identity is None or clock is None:
            self._identity = ask_identity(
                self._wire,
                environment=self._choices.environment,
                price_digits=self._choices.price_digits,
            )
            return self._identity
        return replace(self._identity, clock=clock)

    def inspect(self, *, writes: bool) -> Iterator[Finding]:
        """See `Inspects.inspect`."""
        return inspect(self._wire, writes=writes)

    def traits(self, entity: str) -> Traits:
        """See `Connector.traits`."""
        traits = replace(shape_of(entity).traits, price_digits=self._choices.price_digits)
        waits = self._choices.in_doubt
        return traits if waits is None else replace(traits, in_doubt=waits)

    def changes(
        self, entity: str, since: datetime | None, resume: str | None = None
    ) -> Iterator[Page]:
        """See `Connector.changes`; archived records come too, marked.

        Orders come also when one of their deliveries or invoices changed. What a slow transaction
        commits late carries an earlier date: the overlap is for that (FACTS 2, 091).
        """
        return self._reader.changes(self._shape(entity), since, resume)

    def fetch(self, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
        """See `Connector.fetch`."""
        return self._reader.fetch(self._shape(entity), ids)

    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """See `Connector.find`."""
        return self._reader.find(self._shape(entity), key, values)

    def census(self, entity: str, since: datetime | None = None) -> Iterator[Seen]:
        """See `Connector.census`; a deleted record leaves no other trace (045)."""
        return self._reader.census(self._shape(entity), since)

    def acknowledge(self, entity: str, position: str) -> None:
        """Odoo keeps no positions."""

    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        """Make customers, orders, credit notes or payments; see `Connector.create`."""
        if entity == PAYMENT:
            self._wire.client.raise_fault()
            return Payments(self._desk).create(drafts)
        maker = self._makers.get(entity)
        if maker is None:
            raise self._never(entity, "made")
        self._wire.client.raise_fault()
        return maker.create(drafts)

    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        """Write customers, and the late edits of orders; see `Connector.update`."""
        writer = {CUSTOMER: self._partners.update, ORDER: self._edits.update}.get(entity)
        if writer is None:
            raise self._never(entity, "changed")
        self._wire.client.raise_fault()
        return writer(changes)

    def marks(self, entity: str, changes: Sequence[Change]) -> Mapping[str, Mapping[str, str]]:
        """See `Marks.marks`; of orders, the only documents that are edited."""
        if entity != ORDER:
            return {}
        self._wire.client.raise_fault()
        return self._edits.marks(changes)

    def advance(self, entity: str, ids: Sequence[str], to: str) -> Iterator[Result]:
        """Confirm, cancel, post or ship documents; see `Connector.advance`."""
        shape = shape_of(entity)
        steps = steps_of(entity, keep_dates=self._choices.keep_dates)
        self._wire.client.raise_fault()
        return Advancing(self._desk, shape, steps).advance(ids, to)

    def calls(self) -> Mapping[str, int]:
        """See `Connector.calls`."""
        return self._wire.client.calls()

    def close(self) -> None:
        """See `Connector.close`."""
        self._wire.client.close()

    def _shape(self, entity: str) -> Shape:
        """How an entity lies in Odoo; raises what the last call left over."""
        shape = shape_of(entity)
        self._wire.client.raise_fault()
        return shape

    def _never(self, entity: str, what: str) -> ConfigError:
        label = shape_of(entity).label.lower()
        return ConfigError(f"A {label} of {self.name} is never {what} by this program.")
