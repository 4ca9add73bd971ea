"""The connector of a WooCommerce shop: REST API v3, as observed with version 10.7."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

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
from sync_cli.connectors.http import HttpClient
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.woocommerce import read
from sync_cli.connectors.woocommerce.entities import (
    CUSTOMER,
    FULFILLMENT,
    NOTE,
    ORDER,
    PRODUCT,
    REFUND,
    TRACKING,
    shape_of,
)
from sync_cli.connectors.woocommerce.fulfillments import (
    FEATURE,
    create_fulfillments,
    find_fulfillments,
    update_fulfillments,
)
from sync_cli.connectors.woocommerce.identity import read_identity
from sync_cli.connectors.woocommerce.inspection import inspect, why_denied
from sync_cli.connectors.woocommerce.making import create_products
from sync_cli.connectors.woocommerce.notes import create_notes
from sync_cli.connectors.woocommerce.refunds import create_refunds
from sync_cli.connectors.woocommerce.refusals import refine
from sync_cli.connectors.woocommerce.trackings import Trackings
from sync_cli.connectors.woocommerce.wire import API, PAGE_SIZE, Wire, auth_of, home_of
from sync_cli.connectors.woocommerce.write import (
    advance_orders,
    update_customers,
    update_orders,
    update_products,
)
from sync_cli.core.checkup import Finding
from sync_cli.core.errors import AccessDenied, ConfigError, SyncError


class WooCommerce:
    """One shop, opened for one run. See `Connector` for the promises of each method.

    `url` is the shop's address; `clock` gives this machine's time in aware UTC. `fields` names,
    for each entity, the keys of the shop's records that the mapping reads; an entity that is not
    in it is read whole. `in_doubt` is how long a lost call may still take effect, in place of the
    default. Keys of records: orders, products with variations (`parent_id`, one entity), customers,
    refunds, and notes and refunds that we made by reference "ORDER:TEXT"; parcels are "ORDER:ID",
    made as "ORDER:PLACE" and found by their order. Raises ConfigError for
    plain http to another machine.
    """

    def __init__(
        self,
        name: str,
        url: str,
        key: str,
        secret: str,
        *,
        pacing: Pacing,
        clock: Callable[[], datetime],
        fields: Mapping[str, frozenset[str]] | None = None,
        auth_style: str = "basic",
        verify: bool | str = True,
        timeout: tuple[float, float] = (10.0, 60.0),
        in_doubt: timedelta | None = None,
        page_size: int = PAGE_SIZE,
    ) -> None:
        self.name = name
        self._in_doubt = in_doubt
        self._identity: Identity | None = None

        def open_client(style: str) -> HttpClient:
            return HttpClient(
                name,
                home_of(url) + API,
                auth=auth_of(style, key, secret),
                pacing=pacing,
                clock=clock,
                timeout=timeout,
                verify=verify,
                refine=refine,
            )

        self._client = open_client(auth_style)
        self._wire = Wire(self._client, fields or {}, clock, page_size)
        self._trackings = Trackings(self._wire)
        self._by_query = None if auth_style == "query" else partial(open_client, "query")

    def __repr__(self) -> str:
        return f"WooCommerce({self.name!r}, {home_of(self._client.base_url)!r})"

    def identify(self) -> Identity:
        """Who answers; asked once a run, later only its clock is reckoned on."""
        self._client.raise_fault()
        clock = self._wire.clock_now()
        if self._identity is None or clock is None:
            self._identity = read_identity(self._wire)
            return self._identity
        return replace(self._identity, clock=clock)

    def traits(self, entity: str) -> Traits:
        """See `Connector.traits`."""
        traits = shape_of(entity).traits
        return replace(traits, in_doubt=self._in_doubt) if self._in_doubt is not None else traits

    def changes(
        self, entity: str, since: datetime | None, resume: str | None = None
    ) -> Iterator[Page]:
        """See `Connector.changes`; trashed records come too, marked "trashed".

        A page is asked for while the caller works on the one before it. The walk knows where it
        goes on from that one's answer alone, and what the caller writes meanwhile moves behind the
        page that is asked for, as any other edit does.
        """
        return self._wire.pacing.one_ahead(read.changes(self._wire, entity, since, resume))

    def fetch(self, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
        """See `Connector.fetch`; trashed records come too, marked."""
        return read.fetch(self._wire, entity, ids)

    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """See `Connector.find`; parcels are found by "order", the id of the shop's order."""
        self._client.raise_fault()
        if entity in (FULFILLMENT, TRACKING) and key == ORDER:
            return self._parcels(entity, values)
        return read.find(self._wire, entity, key, values)

    def _parcels(self, entity: str, orders: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """The parcels of each order, in the order in which the shop lists them."""
        if entity == TRACKING:
            found = dict(self._trackings.find(orders))
        else:
            found = dict(find_fulfillments(self._wire, orders))
        return {order: tuple(found.get(order, ())) for order in orders}

    def census(self, entity: str, since: datetime | None = None) -> Iterator[Seen]:
        """See `Connector.census`; what lies in the trash is left out."""
        return read.census(self._wire, entity, since)

    def acknowledge(self, entity: str, position: str) -> None:
        """A shop keeps no positions."""

    def offers(self, entity: str) -> bool:
        """See `Offers.offers`: fulfilments are a feature, tracking entries are a plug-in's."""
        if entity == TRACKING:
            return self._trackings.are_there()
        return entity != FULFILLMENT or self.identify().facts.get(FEATURE) == "on"

    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        """Make notes, refunds, parcels or products; a variation's payload names its `parent_id`."""
        self._client.raise_fault()
        if entity == PRODUCT:
            return create_products(self._wire, drafts)
        if entity == NOTE:
            return create_notes(self._wire, drafts)
        if entity == REFUND:
            return create_refunds(self._wire, drafts)
        if entity == FULFILLMENT:
            return create_fulfillments(self._wire, drafts)
        if entity == TRACKING:
            return self._trackings.create(drafts)
        raise _not_written(entity, "made")

    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        """Write products (variations carry their `parent`), metadata and status of orders,
        fulfilments of ours, or metadata of customers.
        """
        self._client.raise_fault()
        if entity == PRODUCT:
            return update_products(self._wire, changes)
        if entity == ORDER:
            return update_orders(self._wire, changes)
        if entity == CUSTOMER:
            return update_customers(self._wire, changes)
        if entity == FULFILLMENT:
            return update_fulfillments(self._wire, changes)
        raise _not_written(entity, "changed")

    def advance(self, entity: str, ids: Sequence[str], to: str) -> Iterator[Result]:
        """Bring orders to the status `to`, in the shop's own words."""
        self._client.raise_fault()
        if entity != ORDER:
            raise _not_written(entity, "brought to another state")
        return advance_orders(self._wire, ids, to)

    def inspect(self, *, writes: bool) -> Iterator[Finding]:
        """See `Inspects.inspect`."""
        self._client.raise_fault()
        return inspect(self._wire, writes=writes)

    def diagnose(self, fault: SyncError) -> Iterator[Finding]:
        """Whether the key only lacks its way: in the query it may arrive; see `Diagnoses`."""
        if isinstance(fault, AccessDenied) and fault.status == 401 and self._by_query is not None:
            yield from why_denied(self._by_query())

    def calls(self) -> Mapping[str, int]:
        """See `Connector.calls`."""
        return self._client.calls()

    def close(self) -> None:
        """See `Connector.close`."""
        self._client.close()


def _not_written(entity: str, what: str) -> ConfigError:
    label = shape_of(entity).label.lower()
    return ConfigError(f"A {label} of the shop is never {what} by this program.")
