"""What all writing procedures share: groups of records, their steps, and how records stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar, TypeVar, assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.connectors.base import Failed, InDoubt, Json, NotSent, Result, batched
from sync_cli.connectors.problems import not_found
from sync_cli.connectors.rest.problems import Refusal
from sync_cli.connectors.rest.profile import Entity, Step
from sync_cli.connectors.rest.read import Reader
from sync_cli.connectors.rest.records import Records
from sync_cli.connectors.rest.sending import Parcel, Sender, Sent, Stored
from sync_cli.connectors.rest.wire import Wire
from sync_cli.core.errors import ConfigError, SystemFault
from sync_cli.core.values import Discreet

Thing = TypeVar("Thing")
_GROUPS_AHEAD = 4
"""Groups for each call at a time, after which the size of a batch is asked again."""


class Work(Discreet, Struct):
    """One record on its way through a procedure, open until it has a result.

    `data` is how the record stands, None where nobody knows. `touched` claims that a step of this
    procedure changed it. `pending` is its result unless reading shows that all is well.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"parcel", "data"})

    label: str
    id: str = ""
    parcel: Parcel = field(default_factory=Parcel)
    data: Json | None = None
    touched: bool = False
    pending: Result | None = None
    result: Result | None = None


def still_open(works: Sequence[Work]) -> list[Work]:
    """Those that have no result yet."""
    return [work for work in works if work.result is None]


class Desk(Struct, frozen=True):
    """One entity of one system, ready to be written; `batch` is the most records of a call."""

    wire: Wire
    name: str
    entity: Entity
    reader: Reader
    batch: int


class Procedure:
    """Writes one entity of one system; a fault of the system ends as results and in the wire."""

    def __init__(self, desk: Desk) -> None:
        self.wire = desk.wire
        self.desk = desk
        self._sender = Sender(desk.wire, Records(desk.name, desk.entity))

    def in_groups(
        self, things: Sequence[Thing], most: int, work: Callable[[Sequence[Thing]], list[Result]]
    ) -> Iterator[Result]:
        """The results of all things in order; `work` makes those of a group, some at a time."""
        pacing, done = self.wire.pacing, 0
        while done < len(things):
            size = min(most, self.desk.batch, pacing.batch)
            some = things[done : done + size * pacing.at_once * _GROUPS_AHEAD]
            tasks = [partial(work, group) for group in batched(some, size)]
            for results in pacing.run_in_order(tasks):
                yield from results
            done += len(some)

    def do(self, step: Step, works: Sequence[Work], *, repeatable: bool = False) -> None:
        """Make the step for these records and note what became of each."""
        if not works:
            return
        parcels = [replace(work.parcel, id=work.id) for work in works]
        sents = self._sender.send(step, parcels, repeatable=repeatable)
        for work, sent in zip(works, sents, strict=True):
            self.note(work, sent)

    def note(self, work: Work, sent: Sent) -> None:
        """What became of a step is the record's result, unless it went well."""
        match sent:
            case Stored():
                work.id, work.data, work.touched = sent.id, sent.data, True
            case Refusal():
                work.result = self.failed(work, sent)
            case InDoubt():
                work.result = replace(sent, id=work.id)
            case NotSent():
                work.result = _cut_short(work, sent.why)
            case _:
                assert_never(sent)

    def failed(self, work: Work, refusal: Refusal) -> Failed:
        """The refusal as a result; it says so if an earlier step has left something behind."""
        problem = refusal.problem(self.wire.system, work.label)
        if work.touched:
            message = f"{problem.message}; record {work.id} stays there half made"
            problem = replace(problem, message=message)
        return Failed(problem, refusal.holder or work.id)

    def look(self, works: Sequence[Work]) -> None:
        """Read how those stand of which nobody knows; who cannot be read has a result then."""
        unknown = [work for work in still_open(works) if work.data is None]
        if not unknown:
            return
        try:
            if self.wire.fault is not None:
                raise self.wire.fault
            found = {raw.id: raw.data for raw in self.desk.reader.fetch([it.id for it in unknown])}
        except (SystemFault, ConfigError) as fault:
            self.wire.remember(fault)
            for work in unknown:
                work.result = work.pending or _cut_short(work, str(fault))
            return
        for work in unknown:
            work.data = found.get(work.id)
            if work.data is None:
                work.result = work.pending or self._not_seen(work)

    def _not_seen(self, work: Work) -> Result:
        if work.touched:
            why = f"{self.wire.system} said it was done, but record {work.id} cannot be read"
            return InDoubt(why, work.id)
        return Failed(not_found(self.wire.system, work.label, self.desk.name, work.id), work.id)


def _cut_short(work: Work, why: str) -> Result:
    """A procedure that ended in the midst: as before only if no step of it was made."""
    if not work.touched:
        return NotSent(why)
    return InDoubt(f"record {work.id} was begun and not completed: {why}", work.id)
