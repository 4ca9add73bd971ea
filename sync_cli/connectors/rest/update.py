"""Writes absolute values, and believes only an answer that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sync_cli.connectors.base import Change, Done, Failed, Result
from sync_cli.connectors.problems import not_kept
from sync_cli.connectors.rest.comparing import fields_not_kept
from sync_cli.connectors.rest.procedure import Procedure, Work
from sync_cli.connectors.rest.profile import Update
from sync_cli.connectors.rest.sending import Parcel


class Changing(Procedure):
    """`update` of one entity."""

    def update(self, words: Update, changes: Sequence[Change]) -> Iterator[Result]:
        """See `Connector.update`."""
        most = len(changes) if words.is_batch else 1
        return self.in_groups(changes, most, partial(self._change, words))

    def _change(self, words: Update, changes: Sequence[Change]) -> list[Result]:
        works = [Work(change.id, change.id, _parcel(words, change)) for change in changes]
        self.do(words, works, repeatable=True)
        self.look(works)
        return [self._compared(work, change) for work, change in zip(works, changes, strict=True)]

    def _compared(self, work: Work, change: Change) -> Result:
        if work.result is not None:
            return work.result
        stored = work.data or {}
        names = tuple(fields_not_kept(change.fields, stored))
        if names:
            return Failed(not_kept(self.wire.system, work.label, names), work.id)
        return Done(work.id, stored)


def _parcel(words: Update, change: Change) -> Parcel:
    fields = dict(change.fields)
    others = {"fields": fields, "parent": change.parent or None}
    return Parcel(change.id, {words.id_as: change.id, **fields}, others)
