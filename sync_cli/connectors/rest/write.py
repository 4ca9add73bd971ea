"""The procedures that write: create, update, and advance a document to a state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar, assert_never

from sync_cli.connectors.base import (
    Change,
    Done,
    Draft,
    Failed,
    InDoubt,
    Json,
    NotSent,
    Result,
    batched,
)
from sync_cli.connectors.rest.comparing import fields_not_kept
from sync_cli.connectors.rest.problems import Refusal
from sync_cli.connectors.rest.profile import Advance, Create, Entity, Fault, Step, Update
from sync_cli.connectors.rest.read import Reader
from sync_cli.connectors.rest.records import Records
from sync_cli.connectors.rest.sending import Parcel, Sender, Sent, Stored
from sync_cli.connectors.rest.wire import Wire
from sync_cli.core.errors import ConfigError, Problem, SystemFault

Thing = TypeVar("Thing")
_GROUPS_AHEAD = 4
"""Groups of a round for each call at a time; after a round the size of a batch is asked again."""


@dataclass(slots=True)
class _Work:
    """One record on its way through a procedure, open until it has a result.

    `data` is how the record stands, None where nobody knows. `was_there` claims that it was there
    before. `afterwards` is the result if the record turns out not to be where it should be.
    """

    label: str
    id: str = ""
    payload: Json = field(default_factory=dict, repr=False)
    was_there: bool = False
    touched: bool = False
    data: Json | None = field(default=None, repr=False)
    afterwards: Result | None = None
    result: Result | None = None


def _open(works: Sequence[_Work]) -> list[_Work]:
    return [work for work in works if work.result is None]


class Writer:
    """Writes one entity of one system; all system faults end as results, and in `Wire.remember`."""

    def __init__(self, wire: Wire, name: str, entity: Entity, reader: Reader, batch: int) -> None:
        self._wire = wire
        self._name = name
        self._entity = entity
        self._reader = reader
        self._batch = batch
        self._sender = Sender(wire, Records(name, entity))

    def create(self, words: Create, drafts: Sequence[Draft]) -> Iterator[Result]:
        """See `Connector.create`."""
        size = self._batch if words.steps[0].is_batch else 1
        return self._in_groups(drafts, size, partial(self._make, words))

    def update(self, words: Update, changes: Sequence[Change]) -> Iterator[Result]:
        """See `Connector.update`."""
        size = self._batch if words.is_batch else 1
        return self._in_groups(changes, size, partial(self._change, words))

    def advance(self, words: Advance, ids: Sequence[str], to: str) -> Iterator[Result]:
        """See `Connector.advance`."""
        return self._in_groups(ids, self._batch, partial(self._bring, words, to))

    def _in_groups(
        self,
        things: Sequence[Thing],
        most: int,
        work: Callable[[Sequence[Thing]], list[Result]],
    ) -> Iterator[Result]:
        """The results of all things in order, worked on in groups, some at a time."""
        pacing, done = self._wire.pacing, 0
        while done < len(things):
            size = min(most, pacing.batch)
            some = things[done : done + size * pacing.at_once * _GROUPS_AHEAD]
            tasks = [partial(work, group) for group in batched(some, size)]
            for results in pacing.run_in_order(tasks):
                yield from results
            done += len(some)

    def _make(self, words: Create, drafts: Sequence[Draft]) -> list[Result]:
        works = [
            _Work(draft.reference or draft.at, draft.at, dict(draft.payload), bool(draft.at))
            for draft in drafts
        ]
        self._look([work for work in works if work.was_there])
        for number, step in enumerate(words.steps):
            if number == 0:
                todo = [work for work in _open(works) if not work.id]
            else:
                todo = self._still_to_do(step, _open(works))
            self._do(step, todo)
        self._look(_open(works))
        return [work.result or _done(work) for work in works]

    def _still_to_do(self, step: Step, works: list[_Work]) -> list[_Work]:
        if step.unless is None:
            return works
        self._look(works)
        unless = step.unless
        return [work for work in _open(works) if not unless.holds(work.data)]

    def _do(self, step: Step, works: list[_Work]) -> None:
        if not works:
            return
        parcels = [self._parcel(step, work) for work in works]
        for work, sent in zip(works, self._sender.send(step, parcels), strict=True):
            self._note(work, sent)

    def _parcel(self, step: Step, work: _Work) -> Parcel:
        item = step.send(work.payload) if step.send is not None else work.payload
        return Parcel(work.id, item, {"reference": work.label})

    def _note(self, work: _Work, sent: Sent) -> None:
        match sent:
            case Stored():
                work.id, work.data, work.touched = sent.id, sent.data, True
            case Refusal():
                work.result = self._failed(work, sent)
            case InDoubt():
                work.result = replace(sent, id=work.id)
            case NotSent():
                work.result = _unsent(work, sent)
            case _:
                assert_never(sent)

    def _failed(self, work: _Work, refusal: Refusal) -> Failed:
        problem = refusal.problem(self._wire.system, work.label)
        if work.touched:
            message = f"{problem.message}; record {work.id} stays there half made"
            problem = replace(problem, message=message)
        return Failed(problem, refusal.holder or work.id)

    def _look(self, works: list[_Work]) -> None:
        """Read how those stand of which nobody knows; what cannot be read has a result then."""
        unknown = [work for work in works if work.data is None]
        if not unknown:
            return
        try:
            if self._wire.fault is not None:
                raise self._wire.fault
            found = {raw.id: raw.data for raw in self._reader.fetch([it.id for it in unknown])}
        except (SystemFault, ConfigError) as fault:
            self._wire.remember(fault)
            for work in unknown:
                work.result = work.afterwards or _unsent(work, NotSent(str(fault)))
            return
        for work in unknown:
            work.data = found.get(work.id)
            if work.data is None:
                work.result = self._not_seen(work)

    def _not_seen(self, work: _Work) -> Result:
        if work.touched:
            why = f"{self._wire.system} said it was done, but record {work.id} cannot be read"
            return InDoubt(why, work.id)
        return Failed(Refusal.not_found(self._name, work.id).problem(self._wire.system, work.label))
