"""A walk over whole lists by ascending id, whatever is deleted meanwhile.

Where the next pages begin is known beforehand, so some are asked for at the same time. Whether a
page goes on where the one before it ended is seen by its records, whichever was answered first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from msgspec.structs import replace

from sync_cli.connectors.woocommerce.entities import Listing, Row
from sync_cli.connectors.woocommerce.position import Position
from sync_cli.connectors.woocommerce.walk import PLUGIN
from sync_cli.connectors.woocommerce.wire import Rows, Wire
from sync_cli.core.errors import ConfigError


class IdWalk:
    """One read of listings; each request begins with the last record seen.

    If that is not there, records before it were deleted and the rest moved forward: the walk goes
    back until it meets known ground. New records have higher ids and come at the end.
    """

    def __init__(
        self,
        wire: Wire,
        listings: tuple[Listing, ...],
        params: Mapping[str, str],
        position: Position | None = None,
        *,
        ahead: bool = True,
    ) -> None:
        """`ahead` claims that pages may be asked for at the same time: not in a walk that is
        itself worked on beside others."""
        self.position = position
        self.total: int | None = None
        self._wire = wire
        self._listings = listings
        self._params = params
        self._ahead = ahead
        self._first: int | None = None
        self._asked: Iterator[Rows] = iter(())
        self._answers: tuple[Listing, int] | None = None

    def pages(self) -> Iterator[list[Row]]:
        """The new rows of each request, perhaps none; `position` is behind them.

        Raises SystemFault or ConfigError.
        """
        while self.position is None or self.position.listing < len(self._listings):
            yield self._next()

    def _next(self) -> list[Row]:
        listing = self._listings[self.position.listing if self.position else 0]
        skip = max(0, (self.position.offset if self.position else 0) - 1)
        page = self._page(listing, skip)
        position = self.position = self.position or Position(page.began)
        self.total = page.total
        ids = [int(row["id"]) for row in page.rows]
        self._check_order(listing, skip, ids)
        if skip and (not ids or ids[0] > position.last):
            self.position = replace(position, offset=max(0, skip - self._wire.page_size))
            return []
        self._go_on(position, skip, ids, goes_on=page.goes_on(skip))
        return [row for row, id in zip(page.rows, ids, strict=True) if id > position.last]

    def _page(self, listing: Listing, skip: int) -> Rows:
        """The page that begins behind `skip` records; those that will follow are on their way."""
        page = next(self._asked, None) if self._answers == (listing, skip) else None
        if page is None:
            page = self._ask(listing, skip)
            self._asked = self._ask_on(listing, skip, page)
        self._answers = (listing, skip + len(page.rows) - 1)
        return page

    def _ask(self, listing: Listing, skip: int) -> Rows:
        return self._wire.rows(listing.path, {**listing.params, **self._query(skip)})

    def _ask_on(self, listing: Listing, skip: int, page: Rows) -> Iterator[Rows]:
        """The pages behind this one, as far as the list is known to reach."""
        step = len(page.rows) - 1
        if step < 1 or page.total is None or not self._ahead:
            return iter(())
        places = range(skip + step, page.total - 1, step)
        asked = (partial(self._ask, listing, place) for place in places)
        return self._wire.pacing.run_in_order(asked)

    def _query(self, skip: int) -> Mapping[str, str]:
        return {
            **self._params,
            "orderby": "id",
            "order": "asc",
            "per_page": str(self._wire.page_size),
            "offset": str(skip),
        }

    def _go_on(self, position: Position, skip: int, ids: list[int], *, goes_on: bool) -> None:
        if not goes_on:
            self.position = Position(position.clock, position.listing + 1)
            return
        last = max(position.last, ids[-1])
        self.position = replace(position, last=last, offset=skip + len(ids))

    def _check_order(self, listing: Listing, skip: int, ids: list[int]) -> None:
        """Raise ConfigError if the shop ignores the order or the offset, which is no error to it.

        The very first record can never stand behind others.
        """
        if not skip:
            self._first = ids[0] if ids else None
        if ids != sorted(ids) or (skip and ids and ids[0] == self._first):
            raise ConfigError(
                f"{self._wire.name} ignores the order by id or the offset on {listing.path}.",
                PLUGIN,
            )
