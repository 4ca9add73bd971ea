"""Brings documents to a state: sees where each stands, makes the missing steps, sees again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sync_cli.connectors.base import Done, Failed, InDoubt, Result
from sync_cli.connectors.problems import wrong_state
from sync_cli.connectors.rest.problems import Refusal
from sync_cli.connectors.rest.procedure import Procedure, Work, still_open
from sync_cli.connectors.rest.profile import Advance, Fault
from sync_cli.connectors.rest.sending import Sent

_READ_AGAIN = (Fault.STATE, Fault.ALREADY)
"""Refusals after which the document may stand where it should: somebody else was faster."""


class Advancing(Procedure):
    """`advance` of one entity."""

    def advance(self, words: Advance, ids: Sequence[str], to: str) -> Iterator[Result]:
        """See `Connector.advance`."""
        return self.in_groups(ids, len(ids), partial(self._bring, words, to))

    def _bring(self, words: Advance, to: str, ids: Sequence[str]) -> list[Result]:
        works = {id_: Work(id_, id_) for id_ in ids}
        every = list(works.values())
        self.look(every)
        self._settle(words, every)
        self._turn_away(words, to, every)
        for step in words.steps:
            waiting = [work for work in still_open(every) if work.pending is None]
            unless = step.unless
            todo = [work for work in waiting if unless is None or not unless.holds(work.data)]
            self.do(step, todo)
            self.look(every)
            self._settle(words, every)
        return [works[id_].result or self._ended(works[id_], to) for id_ in ids]

    def note(self, work: Work, sent: Sent) -> None:
        """A lost answer, and "not in that state", are settled by reading the document again."""
        if isinstance(sent, InDoubt):
            work.pending, work.data = InDoubt(sent.why, work.id), None
        elif isinstance(sent, Refusal) and sent.fault in _READ_AGAIN:
            work.pending, work.data = self.failed(work, sent), None
        else:
            super().note(work, sent)

    def _settle(self, words: Advance, works: Sequence[Work]) -> None:
        for work in still_open(works):
            if words.unless.holds(work.data):
                work.result = Done(work.id, work.data or {})

    def _turn_away(self, words: Advance, to: str, works: Sequence[Work]) -> None:
        """Let no call be made for a document from whose state there is no way."""
        only = words.only
        for work in still_open(works):
            if only is not None and not only.holds(work.data):
                work.result = self._stuck(work, to)

    def _ended(self, work: Work, to: str) -> Result:
        return work.pending or self._stuck(work, to)

    def _stuck(self, work: Work, to: str) -> Failed:
        find_state = self.desk.entity.state
        here = find_state(work.data) if find_state is not None else None
        state = "" if here is None else str(here)
        return Failed(wrong_state(self.wire.system, work.label, state, to), work.id)
