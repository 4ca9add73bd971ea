"""Completes half-made records: adds the lines that they lack, and touches none that is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sync_cli.connectors.base import Done, Draft, Failed, Result
from sync_cli.connectors.problems import wrong_state
from sync_cli.connectors.rest.procedure import Procedure, Work, still_open
from sync_cli.connectors.rest.profile import Complete
from sync_cli.connectors.rest.sending import Parcel


class Completing(Procedure):
    """`create` of drafts with `at`, for one entity."""

    def complete(self, words: Complete, drafts: Sequence[Draft]) -> Iterator[Result]:
        """See `Connector.create` and `Draft`."""
        most = len(drafts) if words.is_batch else 1
        return self.in_groups(drafts, most, partial(self._complete, words))

    def _complete(self, words: Complete, drafts: Sequence[Draft]) -> list[Result]:
        works = [Work(draft.at, draft.at) for draft in drafts]
        self.look(works)
        lacking = [
            work
            for work, draft in zip(works, drafts, strict=True)
            if work.result is None and self._lacks(words, work, draft)
        ]
        self.do(words, still_open(lacking))
        self.look(works)
        return [work.result or Done(work.id, work.data or {}) for work in works]

    def _lacks(self, words: Complete, work: Work, draft: Draft) -> bool:
        """Whether there is anything to add; the work then carries it, or why it cannot be added."""
        there = words.held(work.data) or []
        lines = (words.wanted(dict(draft.payload)) or [])[len(there) :]
        if lines and words.only is not None and not words.only.holds(work.data):
            work.result = self._refused(work)
        fields = {words.id_as: work.id, words.lines_as: lines}
        work.parcel = Parcel(work.id, fields, {"fields": {words.lines_as: lines}})
        return bool(lines)

    def _refused(self, work: Work) -> Failed:
        find_state = self.desk.entity.state
        here = find_state(work.data) if find_state is not None else None
        state = "" if here is None else str(here)
        return Failed(wrong_state(self.wire.system, work.label, state, "completed"), work.id)
