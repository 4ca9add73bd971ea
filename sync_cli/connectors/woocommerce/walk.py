"""Walks over what changed while others edit it, so that no record is left out.

Page numbers would: a record that changes moves to the end, and all behind it slide one place
forward [2.6]. So each request asks for page 1 anew, from the last second seen on, without the ids
already seen in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from sync_cli.connectors.base import Page, Raw
from sync_cli.connectors.woocommerce.clock_change import repeated_hour, seconds_ahead
from sync_cli.connectors.woocommerce.crowd import CrowdReader, changed_from
from sync_cli.connectors.woocommerce.entities import (
    LOCAL,
    MODIFIED,
    Listing,
    Row,
    Shape,
    second,
    shifted,
)
from sync_cli.connectors.woocommerce.position import Crowd, Position
from sync_cli.connectors.woocommerce.wire import Rows, Wire
from sync_cli.core.errors import ConfigError

PAGES_EXCLUDED = 3
"""More pages than these of one second are read by id instead: addresses end at 8 kB [2.11]."""
LATE_PAGES = 100
"""Pages behind the read's start, at least, after which what is left waits for the next read."""
PLUGIN = "A plug-in or cache of the shop seems to change the lists of its REST API; switch it off."


class ModifiedWalk:
    """One read of what changed at or after `since`, through all listings of an entity.

    A listing ends with a page that is not full: then every record that was there when the read
    began was seen, at its place or moved behind by an edit. If edits keep all pages full, it ends
    far behind its start; what is left then was changed after the start and is the next read's.
    """

    def __init__(
        self,
        wire: Wire,
        entity: str,
        shape: Shape,
        since: datetime,
        position: Position | None,
    ) -> None:
        self._wire = wire
        self._shape = shape
        self._since = second(since)
        self._fields = wire.fields_of(entity)
        self._position = position
        self._crowd: Iterator[tuple[list[Row], int]] | None = None
        self._most_late: int | None = None
        self._total: int | None = None
        self._count = 0

    @property
    def position(self) -> Position | None:
        """Where the walk stands, None before its first answer."""
        return self._position

    def pages(self) -> Iterator[Page]:
        """All pages, at least one. Raises SystemFault or ConfigError."""
        came = False
        while (position := self._position) is None or position.listing < len(self._shape.listings):
            records = self._next()
            if records:
                came = True
                yield self._page(records)
        if not came:
            yield self._page(())

    def _page(self, records: tuple[Raw, ...]) -> Page:
        position = self._known_position()
        return Page(records, position.write(), position.clock, self._total)

    def _next(self) -> tuple[Raw, ...]:
        position = self._position
        if position is not None and position.crowd is not None:
            rows = self._next_of_crowd(position, position.crowd)
        else:
            rows = self._next_in_order()
        self._count += len(rows)
        return tuple([self._wire.raw_of(self._shape, row) for row in rows])

    def _known_position(self) -> Position:
        if self._position is None:
            raise RuntimeError("a walk has no position before its first call")
        return self._position

    def _listing(self) -> Listing:
        return self._shape.listings[self._position.listing if self._position else 0]

    def _next_in_order(self) -> list[Row]:
        page = self._ask()
        position = self._position = self._position or Position(page.began)
        self._check_filter(position.at or self._since, page.rows)
        self._measure(page)
        if not page.goes_on(0):
            self._begin_listing(position.listing + 1)
            return _without(page.rows, position.seen)
        self._check_order(page.rows)
        fresh = _without(page.rows, position.seen)
        if not fresh or len(position.seen) >= PAGES_EXCLUDED * self._wire.page_size:
            until = shifted(position.at, 1) if position.at else ""
            self._position = replace(position, crowd=Crowd(position.at, until))
            return []
        self._go_on(position, fresh)
        return fresh

    def _ask(self) -> Rows:
        position, listing = self._position, self._listing()
        at = position.at if position is not None else ""
        params = {
            **listing.params,
            **self._fields,
            **changed_from(at or self._since),
            "orderby": "modified",
            "order": "asc",
            "per_page": str(self._wire.page_size),
        }
        if position is not None and position.seen:
            params["exclude"] = ",".join(position.seen)
        return self._wire.rows(listing.path, params)

    def _go_on(self, position: Position, fresh: list[Row]) -> None:
        """Behind the last second of a full page; rows without a date stay excluded by id."""
        dated = [row for row in fresh if row.get(MODIFIED)]
        last: str = dated[-1][MODIFIED] if dated else position.at
        ids = tuple([str(row["id"]) for row in fresh if (row.get(MODIFIED) or last) == last])
        late = position.late + (last > second(position.clock))
        if self._most_late is not None and late > self._most_late:
            self._begin_listing(position.listing + 1)
            return
        crowd = repeated_hour(dated, position.ahead)
        if crowd is not None:
            crowd = replace(crowd, since=max(crowd.since, self._since))
        self._position = replace(
            position,
            at=last,
            seen=(*position.seen, *ids) if last == position.at else ids,
            ahead=seconds_ahead(dated[-1]) if dated else position.ahead,
            crowd=crowd,
            late=late,
        )

    def _begin_listing(self, number: int) -> None:
        self._position = Position(self._known_position().clock, number)
        self._crowd = None
        self._most_late = None

    def _measure(self, page: Rows) -> None:
        """The total for whoever watches, and how far behind the start this listing may be read."""
        total = page.total or 0
        self._total = self._count + total
        if self._most_late is None:
            self._most_late = LATE_PAGES + 10 * total // self._wire.page_size

    def _check_filter(self, bound: str, rows: list[Row]) -> None:
        """Raise ConfigError if the shop ignored the filter, which is no error to it [2.9].

        A record without a date is let through.
        """
        older = [date for row in rows if (date := row.get(MODIFIED)) and date < bound]
        if older:
            raise ConfigError(
                f"{self._wire.name} ignores the filter `modified_after` on {self._listing().path}:"
                f" it was asked for changes since {bound} and answered with one of {older[0]}.",
                PLUGIN,
            )

    def _check_order(self, rows: list[Row]) -> None:
        """Raise ConfigError if the page is ordered neither by UTC nor by local time."""
        for key in (MODIFIED, LOCAL):
            dates = [date for row in rows if (date := row.get(key))]
            if dates == sorted(dates):
                return
        raise ConfigError(
            f"{self._wire.name} ignores the order by modification on {self._listing().path}.",
            PLUGIN,
        )

    def _next_of_crowd(self, position: Position, crowd: Crowd) -> list[Row]:
        if self._crowd is None:
            reader = CrowdReader(self._wire, self._listing(), self._fields, crowd)
            self._crowd = reader.batches(frozenset(position.seen))
        rows, done = next(self._crowd, ([], None))
        if done is None:
            self._leave_crowd(position, crowd)
        else:
            self._position = replace(position, crowd=replace(crowd, done=done))
        return rows

    def _leave_crowd(self, position: Position, crowd: Crowd) -> None:
        """On behind the window; records without any date were a crowd of the whole list."""
        self._crowd = None
        if crowd.until:
            self._position = replace(position, at=crowd.until, seen=(), ahead=None, crowd=None)
        else:
            self._begin_listing(position.listing + 1)


def _without(rows: list[Row], seen: tuple[str, ...]) -> list[Row]:
    """The rows but those of these ids, if the shop did not leave them out itself."""
    if not seen:
        return rows
    known = frozenset(seen)
    return [row for row in rows if str(row["id"]) not in known]
