"""The long lists of a side, read while other things are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from sync_cli.connectors.base import Connector, Page
from sync_cli.core.parts import Part
from sync_cli.engine.aside import ReadAside
from sync_cli.flows.bookings import ORDER
from sync_cli.flows.customer_items import CUSTOMER
from sync_cli.flows.payment_parts import PAYMENT
from sync_cli.flows.read_only import ReadOnly
from sync_cli.flows.reconcile_shelf import PRODUCT
from sync_cli.flows.refund_sources import REFUND
from sync_cli.flows.stock import STOCK

WHOLE = {
    Part.CUSTOMERS: (CUSTOMER, CUSTOMER),
    Part.PRODUCTS: (PRODUCT, PRODUCT),
    Part.STOCK: (PRODUCT, STOCK),
}
"""What is read whole of shop and ERP for a part, and therefore ahead of it."""
CHANGED = {
    Part.ORDERS: (ORDER, ORDER),
    Part.REFUNDS: (REFUND, REFUND),
    Part.PAYMENTS: (ORDER, PAYMENT),
    Part.PARCELS: (ORDER, ORDER),
}
"""Of what shop and ERP list the changes for a part."""


class Lists(Struct, frozen=True):
    """What some parts need of one side: the entities that are listed whole, in the order of the
    parts, and those of which several parts need the same changes.
    """

    whole: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()


def of_shop(parts: Sequence[Part]) -> Lists:
    """The lists of the shop that these parts need."""
    return _lists(parts, side=0)


def of_erp(parts: Sequence[Part]) -> Lists:
    """The lists of the ERP that these parts need."""
    return _lists(parts, side=1)


def _lists(parts: Sequence[Part], side: int) -> Lists:
    whole = dict.fromkeys(WHOLE[part][side] for part in parts if part in WHOLE)
    changed = Counter(CHANGED[part][side] for part in parts if part in CHANGED)
    shared = frozenset(entity for entity, count in changed.items() if count > 1)
    return Lists(tuple(whole), shared)


class ReadAhead(ReadOnly):
    """A system, of which the whole lists are read from now on, one after the other.

    The first `changes` of such a list gives what was read; all else asks the system. Lists that
    are asked for in another order than they are read in are read anew. What several parts share is
    asked for once and kept for all of them.
    """

    def __init__(self, inner: Connector, lists: Lists) -> None:
        super().__init__(inner)
        self._lists = lists
        self._unread = set(lists.whole)
        self._aside = ReadAside(_whole_lists(inner, lists.whole))
        self._pages = iter(self._aside)
        self._kept: dict[tuple[str, datetime], ReadAside[Page]] = {}

    def changes(
        self, entity: str, since: datetime | None, resume: str | None = None
    ) -> Iterator[Page]:
        """The pages that were read already, or as the system answers."""
        if resume is not None:
            return super().changes(entity, since, resume)
        if since is not None:
            return self._changes_since(entity, since)
        if entity not in self._unread:
            return super().changes(entity, since)
        self._unread.remove(entity)
        return self._pages_of(entity)

    def close(self) -> None:
        """Read no more; the connections belong to the run."""
        self._aside.close()
        for kept in self._kept.values():
            kept.close()

    def _changes_since(self, entity: str, since: datetime) -> Iterator[Page]:
        if entity not in self._lists.shared:
            return super().changes(entity, since)
        known = self._kept.get((entity, since))
        if known is None:
            known = self._kept[entity, since] = ReadAside(super().changes(entity, since))
        return iter(known)

    def _pages_of(self, entity: str) -> Iterator[Page]:
        for of, page in self._pages:
            if of == entity:
                if page is None:
                    return
                yield page
            self._unread.discard(of)
        raise AssertionError(f"the list of {entity} did not end")


def _whole_lists(
    connector: Connector, entities: Sequence[str]
) -> Iterator[tuple[str, Page | None]]:
    """All pages, each with its entity; none ends the list of an entity."""
    for entity in entities:
        for page in connector.changes(entity, None):
            yield entity, page
        yield entity, None
