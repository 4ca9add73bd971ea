"""Reads what changed in a source, so that nothing is missed and an interrupted read goes on.

The watermark is the source's own clock at the start of the last complete read. It never passes
what is neither settled nor held, because it moves only after the last window was settled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from sync_cli.connectors.base import Page, Raw, batched
from sync_cli.engine.route import Route
from sync_cli.engine.run import Run
from sync_cli.engine.sweeping import sweep
from sync_cli.state.store import Position

DEEP = timedelta(days=3)
DEEP_EVERY = timedelta(hours=24)
DEEP_SUFFIX = "/deep"
UNFINISHED = "unfinished"
NOTICED = timedelta(seconds=10)
"""A clock that is less behind is not worth a word; systems round their clocks to seconds."""
DUE_AT_ONCE = 1000
AT_ONCE = 100


class Window(Struct, frozen=True):
    """Records that are settled together before the read goes on.

    `asked_for` claims that these were asked for by id; `missing` are those the source lost.
    `total` is how many records the whole read has, None where the source does not say it.
    """

    records: tuple[Raw, ...]
    missing: tuple[str, ...] = ()
    asked_for: bool = False
    total: int | None = None

    @property
    def size(self) -> int:
        """How many records were looked at, those that the source lost among them."""
        return len(self.records) + len(self.missing)


class Reading:
    """One read of all that a route must look at: what is held and due, then what changed.

    Iterating gives windows; the caller settles each before it asks for the next one. `stepwise`
    stores the position after each window and the watermark after the last. Otherwise nothing is
    stored until the caller calls `finish`, because it writes only after the whole read.
    """

    def __init__(self, run: Run, route: Route, *, stepwise: bool = True) -> None:
        self.run = run
        self.route = route
        self._stepwise = stepwise and not self._moves_nothing
        self._deep = False
        self._clock: datetime | None = None

    def __iter__(self) -> Iterator[Window]:
        yield from self._due()
        if self.run.options.ids:
            yield from self.windows_of(self.run.options.ids)
            return
        yield from self._changed()
        if self._stepwise:
            self.finish()

    def finish(self) -> None:
        """Move the watermark to the source's clock at the start of this read, if it was whole."""
        if self._moves_nothing or self._clock is None:
            return
        state, name, now = self.run.state, self.route.name, self.run.now()
        if self._deep:
            state.set_watermark(f"{name}{DEEP_SUFFIX}", self._clock, self.route.scope, now)
        state.set_watermark(name, self._clock, self.route.scope, now)

    def hold_position(self) -> None:
        """Store nothing from now on until the caller calls `finish`: something is still open."""
        self._stepwise = False

    def pass_until(self, clock: datetime) -> None:
        """Take all changes up to `clock` of the source as read, because they came another way."""
        self._clock = clock

    @property
    def is_whole(self) -> bool:
        """Whether this read goes over everything, not only over what changed."""
        return self._start().whole

    @property
    def _moves_nothing(self) -> bool:
        return self.run.options.narrowed or self.run.is_dry(self.route)

    def _due(self) -> Iterator[Window]:
        if not self.run.options.narrowed:
            yield from self.windows_of(
                self.run.state.due(self.route.name, self.run.now(), DUE_AT_ONCE)
            )

    def windows_of(self, ids: Sequence[str]) -> Iterator[Window]:
        """The records of these ids, and the ids of those that the source no longer has."""
        source = self.route.source
        for batch in batched(ids, AT_ONCE):
            wanted = self.route.source_ids(batch)
            records = tuple(source.fetch(self.route.source_entity, wanted))
            there = {raw.id for raw in records}
            yield Window(records, tuple(id for id in wanted if id not in there), asked_for=True)

    def _changed(self) -> Iterator[Window]:
        start = self._start()
        self._deep = start.deep
        self._mark_unfinished(start)
        count = 0
        for page in _limited(self._pages(start), self.run.options.limit):
            self._clock = page.clock
            count += len(page.records)
            self.run.watcher.reading(self.route.name, count, page.total)
            yield Window(page.records, total=page.total)
            if self._stepwise:
                position = Position(page.resume, start.since, page.clock, self.route.scope)
                self.run.state.set_position(self.route.name, position)

    def _pages(self, start: _Start) -> Iterator[Page]:
        source, entity = self.route.source, self.route.source_entity
        if start.since is None or source.traits(entity).delta:
            return source.changes(entity, start.since, start.resume or None)
        return sweep(source, entity, start.since, start.last)

    def _mark_unfinished(self, start: _Start) -> None:
        """A whole read that is interrupted must not look as if the last watermark still held."""
        if self._moves_nothing or not start.whole:
            return
        known = self.run.state.watermark(self.route.name)
        if known is not None and known.scope != UNFINISHED:
            self.run.state.set_watermark(self.route.name, known.at, UNFINISHED, self.run.now())

    def _start(self) -> _Start:
        options, state, route = self.run.options, self.run.state, self.route
        if options.since is not None:
            return _Start(options.since)
        position = state.position(route.name)
        if position is not None and position.scope == route.scope and not options.full:
            return _Start(position.since, position.resume)
        watermark = state.watermark(route.name)
        if watermark is None or watermark.scope != route.scope or options.full:
            return _Start(route.start_at, deep=True, whole=True)
        return self._delta_start(watermark.at)

    def _delta_start(self, watermark: datetime) -> _Start:
        route = self.route
        clock = route.source.identify().clock
        if clock < watermark - NOTICED:
            self.run.watcher.note(
                f"The clock of {route.source.name} is {watermark - clock} behind the last read:"
                " the watermark goes back, nothing is left out."
            )
        deep = self._deep_is_due()
        buffer = max(route.buffer, route.source.traits(route.source_entity).overlap)
        since = min(watermark, clock) - (max(DEEP, buffer) if deep else buffer)
        bound = max(since, route.start_at) if route.start_at else since
        return _Start(bound, deep=deep, last=watermark)

    def _deep_is_due(self) -> bool:
        last = self.run.state.watermark(f"{self.route.name}{DEEP_SUFFIX}")
        return last is None or not timedelta(0) <= self.run.now() - last.set_at < DEEP_EVERY


class _Start(Struct, frozen=True):
    """Where a read begins; `deep` reads three days again, `whole` reads everything.

    `last` is where the last complete read stood.
    """

    since: datetime | None
    resume: str = ""
    deep: bool = False
    whole: bool = False
    last: datetime | None = None


def _limited(pages: Iterator[Page], limit: int | None) -> Iterator[Page]:
    left = limit
    for page in pages:
        if left is None:
            yield page
            continue
        yield Page(page.records[:left], page.resume, page.clock, page.total)
        left -= len(page.records)
        if left <= 0:
            return
