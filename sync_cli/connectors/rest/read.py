"""Reading: changed records, records by id or key, and the census."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sync_cli.connectors.base import Found, Json, Page, Raw, Seen, batched
from sync_cli.connectors.positions import Place, Position, read_position
from sync_cli.connectors.rest.calls import Changes, Fetch, Find, Listing, Since
from sync_cli.connectors.rest.profile import Entity
from sync_cli.connectors.rest.records import Records
from sync_cli.connectors.rest.template import quoted
from sync_cli.connectors.rest.times import write_moment
from sync_cli.connectors.rest.walking import Turn, is_stable, walk
from sync_cli.connectors.rest.wire import NotThere, Wire
from sync_cli.core.errors import ConfigError, SystemDown

MOST_PASSES = 10


class Reader:
    """Reads one entity of one system; `source_clock` asks the system for its time."""

    def __init__(
        self, wire: Wire, name: str, entity: Entity, source_clock: Callable[[], datetime]
    ) -> None:
        self._wire = wire
        self._source_clock = source_clock
        self._name = name
        self._entity = entity
        self._records = Records(name, entity)

    def changes(self, since: datetime | None, resume: str | None) -> Iterator[Page]:
        """See `Connector.changes`; the date asked for stays the same for the whole read."""
        listing = self._listing()
        position = read_position(resume)
        if position is not None and position.ended:
            yield Page((), position.write(), position.clock)
            return
        asked = since if position is None else position.since
        walks = self._walks(listing, asked, position.place if position else None)
        clock, begun = position.clock if position else None, self._wire.now()
        for turn, items, ended in walks:
            clock = clock or turn.began or self._source_clock() - (self._wire.now() - begun)
            after = Position(asked, clock, turn.following, ended)
            yield Page(self._records.raws(items), after.write(), clock, turn.total)

    def census(self, since: datetime | None) -> Iterator[Seen]:
        """See `Connector.census`."""
        listing = self._entity.census or self._listing()
        for _, items, _ in self._walks(listing, since, None):
            yield from map(self._records.seen, items)

    def fetch(self, ids: Sequence[str]) -> Iterator[Raw]:
        """See `Connector.fetch`; what was not asked for is left out, whatever the system sends."""
        listing = self._entity.fetch
        if listing is None:
            raise self._cannot("fetch")
        missing = dict.fromkeys(id_ for id_ in ids if id_)
        for values in _asked(listing, "id", list(missing), listing.size):
            for item in self._items(listing, values):
                raw = self._records.raw(item)
                if raw.id in missing:
                    del missing[raw.id]
                    yield raw

    def find(self, key: str, values: Sequence[str], most: int) -> Mapping[str, tuple[Found, ...]]:
        """See `Connector.find`; asks for at most `most` values at once."""
        listing = self._entity.find.get(key)
        if listing is None:
            raise self._cannot(f"find by {key}")
        wanted = _Wanted(key, listing, values)
        for asked in _asked(listing, "value", wanted.worth_asking(), most):
            for item in self._items(listing, asked):
                wanted.offer(item, self._records)
        return wanted.found()

    def _listing(self) -> Changes:
        if self._entity.changes is None:
            raise self._cannot("changes")
        return self._entity.changes

    def _cannot(self, what: str) -> ConfigError:
        return ConfigError(
            f"The profile of {self._wire.system} has no `{what}` for {self._name}.",
            "Add it to the profile, or switch off the route that needs it.",
        )

    def _items(self, listing: Listing, values: Mapping[str, Any]) -> Iterator[Json]:
        """The records of one call and its further pages; none if its only one is not there."""
        try:
            for turn in walk(self._wire, listing, self._entity.id, values):
                yield from turn.items
        except NotThere:
            if {"id", "value"}.isdisjoint(listing.call.names()):
                raise

    def _walks(
        self, listing: Changes, since: datetime | None, place: Place
    ) -> Iterator[tuple[Turn, Iterable[Json], bool]]:
        """The pages of a read with their records, and whether the read ends with them."""
        values = {"since": self._written(listing.since, since)}
        turns = walk(self._wire, listing, self._entity.id, values, place)
        if is_stable(listing.paging):
            for turn in turns:
                yield turn, turn.items, turn.following is None
            return
        yield from self._passes(listing, values, turns)

    def _passes(
        self, listing: Changes, values: Mapping[str, Any], turns: Iterator[Turn]
    ) -> Iterator[tuple[Turn, Iterable[Json], bool]]:
        """Passes over pages that may shift, until a whole one brings no record that is new."""
        met: set[str] = set()
        for number in range(MOST_PASSES):
            known = len(met)
            for turn in turns:
                fresh = [item for item in turn.items if self._records.id_of(item) not in met]
                met.update(map(self._records.id_of, fresh))
                settled = number > 0 and turn.following is None and len(met) == known
                yield turn, fresh, settled
            if number > 0 and len(met) == known:
                return
            turns = walk(self._wire, listing, self._entity.id, values)
        raise SystemDown(
            self._wire.system,
            f"{self._wire.system} changes faster than its pages of {self._name} can be read.",
            "It is tried again by itself; if this stays, read by id instead (see `paging`).",
        )

    def _written(self, words: Since, since: datetime | None) -> str | None:
        moment = since or words.beginning
        if moment is None:
            return None
        step = self._entity.traits.resolution
        asked = moment - step if words.exclusive and since is not None else moment
        return write_moment(asked, words.form, words.zone, step)


def _asked(
    listing: Fetch | Find, name: str, wanted: list[str], most: int
) -> Iterator[dict[str, Any]]:
    """The values of each call: one for each of `wanted`, or several at once, as the call has it."""
    plural = f"{name}s"
    if plural not in listing.call.names():
        for one in wanted:
            yield {name: quoted(one, listing.text.quote), plural: None}
        return
    for some in batched(wanted, most):
        yield {name: None, plural: _joined(listing, some)}


def _joined(listing: Fetch | Find, some: list[str]) -> Any:
    """A list, which a body takes as it is; one text where the profile says how to join it."""
    text = listing.text
    if not text.model_fields_set:
        return some
    each = (text.each.replace("{value}", quoted(one, text.quote)) for one in some)
    return text.join.join(each)


class _Wanted:
    """The values of one `find`, and the records that really carry them."""

    def __init__(self, key: str, listing: Find, values: Sequence[str]) -> None:
        self._of = listing.of
        self._key = key
        compare = listing.compare or ("casefold" if key == "email" else "exact")
        self._folds = compare == "casefold"
        self._found: dict[str, dict[str, Raw]] = {value: {} for value in values}
        self._asked: dict[str, list[str]] = {}
        for value in self._found:
            if value.strip():
                self._asked.setdefault(self._form(value), []).append(value)

    def worth_asking(self) -> list[str]:
        """The values without the empty ones, which would match whatever is empty there."""
        return [value for values in self._asked.values() for value in values]

    def offer(self, item: Json, records: Records) -> None:
        """Take the record if it has one of the values."""
        carried = self._of(item) if self._of is not None else item.get(self._key)
        raw: Raw | None = None
        for own in carried if isinstance(carried, list) else [carried]:
            for value in self._asked.get(self._form(str(own)), ()) if own is not None else ():
                raw = raw or records.raw(item)
                self._found[value][raw.id] = raw

    def found(self) -> Mapping[str, tuple[Found, ...]]:
        return {value: tuple(raws.values()) for value, raws in self._found.items()}

    def _form(self, value: str) -> str:
        return value.casefold() if self._folds else value
