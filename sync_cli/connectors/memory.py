"""The fake that ships: a system in memory that keeps the protocol's promises.

`MemorySystem` is the far side and outlives runs; `MemoryConnector` is opened on it for one run. A
`Network` stands between them, so that a test can lose, delay or refuse any call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.connectors.base import (
    Change,
    Done,
    Draft,
    Failed,
    Found,
    Identity,
    InDoubt,
    Json,
    NotSent,
    Page,
    Raw,
    References,
    Result,
    Seen,
    Traits,
)
from sync_cli.connectors.marks import changed_by_others, marks_of_fields
from sync_cli.connectors.problems import edited_meanwhile
from sync_cli.core.errors import ConfigError, Problem, SystemDown


class Fate(StrEnum):
    """What becomes of one writing call."""

    ARRIVES = "arrives"
    LOST_BEFORE = "lost before it arrived"
    LOST_AFTER = "carried out, the answer lost"
    LATE = "carried out later, the answer lost"
    REFUSED = "every record refused"
    DOWN = "the system is down"


Network = Callable[[str], Fate]


def calm(_call: str) -> Fate:
    """A network on which every call arrives."""
    return Fate.ARRIVES


def _reach(stored: dict[str, Any], state: str) -> None:
    stored["state"] = state


def _take_over(stored: dict[str, Any], fields: Json) -> None:
    stored.update(fields)


def _add_lines(stored: dict[str, Any], payload: Json) -> None:
    stored["lines"] = [*stored["lines"], *payload["lines"][len(stored["lines"]) :]]


class Shape(Struct, frozen=True):
    """How one entity's records are read: which keys hold the birth mark, date and state."""

    birth: Callable[[Json], str] = lambda data: str(data.get("birth", ""))
    modified: str = "changed_at"
    marks: Callable[[Json], frozenset[str]] = lambda _data: frozenset()
    write: Callable[[dict[str, Any], Json], None] = _take_over
    refuses: Callable[[Json], Problem | None] = lambda _data: None
    keys: Mapping[str, Callable[[Json], str]] = field(default_factory=dict)
    advance: Callable[[dict[str, Any], str], None] = _reach
    complete: Callable[[dict[str, Any], Json], None] = _add_lines


class MemorySystem(Struct):
    """One system's records. `clock` is its own; `shapes` names its entities."""

    name: str
    clock: Callable[[], datetime]
    shapes: Mapping[str, Shape]
    traits: Mapping[str, Traits] = field(default_factory=dict)
    identity: Identity | None = None
    lateness: timedelta = timedelta(seconds=5)
    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    dates: dict[tuple[str, str], datetime] = field(default_factory=dict)
    effects: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)
    next_id: int = 1

    def put(self, entity: str, data: Json, *, at: datetime | None = None) -> str:
        """Insert or replace a record; `at` older than now is a late commit."""
        record = dict(data)
        key = str(record.setdefault("id", self._new_id()))
        record["id"] = key
        self.tables.setdefault(entity, {})[key] = record
        self.dates[entity, key] = at or self.clock()
        return key

    def remove(self, entity: str, key: str) -> None:
        """Delete a record for good."""
        self.tables.get(entity, {}).pop(key, None)

    def records(self, entity: str) -> dict[str, dict[str, Any]]:
        """All records of an entity after what is due has taken effect."""
        self.settle_effects()
        return self.tables.setdefault(entity, {})

    def settle_effects(self) -> None:
        """Carry out the late effects whose time has come."""
        now = self.clock()
        due = [effect for when, effect in self.effects if when <= now]
        self.effects = [(when, effect) for when, effect in self.effects if when > now]
        for effect in due:
            effect()

    def raw(self, entity: str, key: str) -> Raw:
        """A record as a connector answers it."""
        shape = self.shapes[entity]
        data = deepcopy(self.tables[entity][key])
        when = self.dates[entity, key]
        return Raw(key, data, shape.birth(data), when, shape.marks(data))

    def _new_id(self) -> str:
        self.next_id += 1
        return str(self.next_id)


class MemoryConnector:
    """The protocol over a `MemorySystem`; `between_pages` runs after each page of a read."""

    def __init__(
        self,
        system: MemorySystem,
        network: Network = calm,
        *,
        page_size: int = 100,
        between_pages: Callable[[], None] = lambda: None,
    ) -> None:
        self.system = system
        self.name = system.name
        self._network = network
        self._page_size = page_size
        self._between_pages = between_pages
        self._calls: Counter[str] = Counter()
        self._down = False

    def identify(self) -> Identity:
        """The identity given to the system, with its clock now."""
        self._ask("read")
        known = self.system.identity or Identity("memory", "1", self.name, "", self.system.clock())
        return replace(known, clock=self.system.clock())

    def traits(self, entity: str) -> Traits:
        """The traits given to the system, else the defaults."""
        return self.system.traits.get(entity, Traits())

    def changes(
        self, entity: str, since: datetime | None, resume: str | None = None
    ) -> Iterator[Page]:
        """Pages by id over a fixed bound, so that no edit can hide a record."""
        self._insist_on(entity)
        begun, _, last = (resume or f"{self.system.clock().isoformat()}|").partition("|")
        clock = datetime.fromisoformat(begun)
        while True:
            self._ask("read")
            keys = self._behind(entity, last, since)[: self._page_size]
            last = keys[-1] if keys else last
            yield Page(
                tuple(self.system.raw(entity, key) for key in keys), f"{begun}|{last}", clock
            )
            if len(keys) < self._page_size:
                return
            self._between_pages()

    def _behind(self, entity: str, last: str, since: datetime | None) -> list[str]:
        records = self.system.records(entity)
        behind = sorted((key for key in records if _order(key) > _order(last)), key=_order)
        return [key for key in behind if since is None or self.system.dates[entity, key] >= since]

    def fetch(self, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
        """The records that exist."""
        self._ask("read")
        records = self.system.records(entity)
        known = [key for key in dict.fromkeys(ids) if key in records]
        yield from [self.system.raw(entity, key) for key in known]

    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """Records by the value of `key`, or by the function that the shape names for it."""
        self._ask("read")
        read = self.system.shapes[entity].keys.get(key) or partial(_text_at, key)
        found: dict[str, tuple[Found, ...]] = dict.fromkeys(values, ())
        for record, data in self.system.records(entity).items():
            value = read(data)
            if value and value in found:
                found[value] = (*found[value], self.system.raw(entity, record))
        return found

    def census(self, entity: str, since: datetime | None = None) -> Iterator[Seen]:
        """Every record's id, birth mark and date."""
        for key in self._behind(entity, "", since):
            raw = self.system.raw(entity, key)
            yield Seen(raw.id, raw.birth, raw.modified_at)

    def acknowledge(self, entity: str, position: str) -> None:
        """Nothing to let go of."""

    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        """One call for all drafts; the network decides what becomes of it."""
        yield from self._write("create", [partial(self._create, entity, draft) for draft in drafts])

    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        """One call for all changes."""
        yield from self._write(
            "update", [partial(self._update, entity, change) for change in changes]
        )

    def advance(self, entity: str, ids: Sequence[str], to: str) -> Iterator[Result]:
        """One call for all documents that are not there yet; without one there is no call."""
        steps = [partial(self._advance, entity, key, to) for key in ids]
        if all(self._stands(entity, key, to) for key in ids):
            yield from [step() for step in steps]
        else:
            yield from self._write("advance", steps)

    def marks(self, entity: str, changes: Sequence[Change]) -> Mapping[str, Mapping[str, str]]:
        """See `Marks.marks`."""
        self._ask("read")
        records = self.system.records(entity)
        return {
            change.id: marks_of_fields(records[change.id], change.fields)
            for change in changes
            if change.id in records
        }

    def offers(self, entity: str) -> bool:
        """Whether the system has a shape for such records."""
        return entity in self.system.shapes

    def calls(self) -> Mapping[str, int]:
        """Calls made so far."""
        return self._calls

    def close(self) -> None:
        """Nothing is open."""

    def _insist_on(self, entity: str) -> None:
        if entity not in self.system.shapes:
            known = ", ".join(self.system.shapes)
            raise ConfigError(f"{self.name} has no records of kind {entity!r}.", f"It has {known}.")

    def _stands(self, entity: str, key: str, state: str) -> bool:
        stored = self.system.tables.get(entity, {}).get(key)
        return stored is not None and stored.get("state") == state

    def _ask(self, kind: str) -> None:
        if self._down:
            raise SystemDown(self.name, f"{self.name} is down.", "It is tried again by itself.")
        self._calls[kind] += 1

    def _write(self, call: str, effects: Sequence[Callable[[], Result]]) -> Iterator[Result]:
        if not effects:
            return
        self._ask("write")
        self.system.settle_effects()
        fate = self._network(call)
        match fate:
            case Fate.ARRIVES:
                yield from [effect() for effect in effects]
            case Fate.LOST_BEFORE:
                yield from [InDoubt("connection reset") for _ in effects]
            case Fate.LOST_AFTER:
                for effect in effects:
                    effect()
                yield from [InDoubt("time-out") for _ in effects]
            case Fate.LATE:
                when = self.system.clock() + self.system.lateness
                self.system.effects.extend((when, effect) for effect in effects)
                yield from [InDoubt("time-out") for _ in effects]
            case Fate.REFUSED:
                yield from [Failed(_refusal(self.name)) for _ in effects]
            case Fate.DOWN:
                self._down = True
                yield from [NotSent("the system is down") for _ in effects]

    def _create(self, entity: str, draft: Draft) -> Result:
        if draft.at:
            return self._complete(entity, draft)
        shape = self.system.shapes[entity]
        problem = shape.refuses(draft.payload)
        if problem is None and self.traits(entity).reference is References.UNIQUE:
            problem = self._duplicate(entity, draft.reference)
        if problem is not None:
            return Failed(problem)
        stored: dict[str, Any] = {}
        shape.write(stored, draft.payload)
        stored.setdefault("reference", draft.reference)
        key = self.system.put(entity, stored)
        raw = self.system.raw(entity, key)
        return Done(key, raw.data, raw.birth)

    def _complete(self, entity: str, draft: Draft) -> Result:
        stored = self.system.tables.get(entity, {}).get(draft.at)
        if stored is None:
            return Failed(_gone(self.name, draft.at), draft.at)
        if stored.get("state") != "draft":
            return Failed(_no_draft(self.name, draft.at), draft.at)
        self.system.shapes[entity].complete(stored, draft.payload)
        self.system.dates[entity, draft.at] = self.system.clock()
        return Done(draft.at, self.system.raw(entity, draft.at).data)

    def _duplicate(self, entity: str, reference: str) -> Problem | None:
        taken = (
            any(data.get("reference") == reference for data in self.system.tables[entity].values())
            if entity in self.system.tables
            else False
        )
        return _duplicate_problem(self.name, reference) if taken else None

    def _update(self, entity: str, change: Change) -> Result:
        stored = self.system.tables.get(entity, {}).get(change.id)
        if stored is None:
            return Failed(_gone(self.name, change.id), change.id)
        now, new = (marks_of_fields(one, change.fields) for one in (stored, change.fields))
        others = changed_by_others(change, now, lambda name: now[name] == new[name])
        if others:
            return Failed(edited_meanwhile(self.name, change.id, others), change.id)
        problem = self.system.shapes[entity].refuses(change.fields)
        if problem is not None:
            return Failed(problem, change.id)
        self.system.shapes[entity].write(stored, change.fields)
        self.system.dates[entity, change.id] = self.system.clock()
        return Done(change.id, self.system.raw(entity, change.id).data)

    def _advance(self, entity: str, key: str, to: str) -> Result:
        stored = self.system.tables.get(entity, {}).get(key)
        if stored is None:
            return Failed(_gone(self.name, key), key)
        if stored.get("state") != to:
            self.system.shapes[entity].advance(stored, to)
            self.system.dates[entity, key] = self.system.clock()
        return Done(key, self.system.raw(entity, key).data)


def _text_at(key: str, data: Json) -> str:
    return str(data.get(key, ""))


def _order(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() else (0, key)


def _refusal(system: str) -> Problem:
    said = f"{system} refused it"
    return Problem("refused", "A record", said, "Try again.", system, transient=True)


def _duplicate_problem(system: str, reference: str) -> Problem:
    said = f"{reference} exists already"
    return Problem("duplicate-reference", f"Record {reference}", said, "Look it up.", system)


def _no_draft(system: str, key: str) -> Problem:
    return Problem("wrong-state", "", f"{key} is no draft any more", "Look at it there.", system)


def _gone(system: str, key: str) -> Problem:
    said = f"{system} has no record {key}"
    return Problem("not-found", f"Record {key}", said, "Was it deleted?", system)
