"""Makes records, in one step or in several; a half-made one can be completed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from sync_cli.connectors.base import Done, Draft, Result
from sync_cli.connectors.rest.procedure import Procedure, Work, still_open
from sync_cli.connectors.rest.profile import Create, Step
from sync_cli.connectors.rest.sending import Parcel


class Creating(Procedure):
    """`create` of one entity."""

    def create(self, words: Create, drafts: Sequence[Draft]) -> Iterator[Result]:
        """See `Connector.create`."""
        most = len(drafts) if words.steps[0].is_batch else 1
        return self.in_groups(drafts, most, partial(self._make, words))

    def _make(self, words: Create, drafts: Sequence[Draft]) -> list[Result]:
        works = [Work(draft.reference or draft.at, draft.at) for draft in drafts]
        self.look([work for work in works if work.id])
        for number, step in enumerate(words.steps):
            todo = self._todo(number, step, works)
            for work, draft in zip(works, drafts, strict=True):
                work.parcel = _parcel(step, draft)
            self.do(step, todo)
        self.look(works)
        return [work.result or Done(work.id, work.data or {}) for work in works]

    def _todo(self, number: int, step: Step, works: list[Work]) -> list[Work]:
        """The first step is for those that do not exist, the others for who lacks them."""
        if number == 0:
            return [work for work in still_open(works) if not work.id]
        unless = step.unless
        if unless is None:
            return still_open(works)
        self.look(works)
        return [work for work in still_open(works) if not unless.holds(work.data)]


def _parcel(step: Step, draft: Draft) -> Parcel:
    payload: Any = dict(draft.payload)
    item = step.send(payload) if step.send is not None else payload
    return Parcel(item=item, others={"reference": draft.reference})
