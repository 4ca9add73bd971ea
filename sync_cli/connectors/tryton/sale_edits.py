"""Late edits of sales: the comment, which alone Tryton still takes once a sale was quoted.

Addresses, lines and terms of a quotation it refuses, and of a waiting shipment too: what they say
was agreed on. Before anything is written it is asked where each sale stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sync_cli.connectors.base import Change, Done, Failed, InDoubt, Raw, Result
from sync_cli.connectors.http import RequestRefused
from sync_cli.connectors.marks import changed_by_others, marks_of_fields
from sync_cli.connectors.problems import edited_meanwhile, not_editable, not_found, not_kept
from sync_cli.connectors.tryton import problems
from sync_cli.connectors.tryton.documents import SALE, not_sent
from sync_cli.connectors.tryton.entities import SALE_EDITS
from sync_cli.connectors.tryton.parts import in_parts, unless_down
from sync_cli.connectors.tryton.read import Reader
from sync_cli.connectors.tryton.wire import Wire

ENTITY = "order"
_TAKES = ("draft", "quotation", "confirmed", "processing")


class SaleEdits:
    """`update` of sales, at most `batch` in a call."""

    def __init__(self, wire: Wire, reader: Reader, batch: int) -> None:
        self._wire = wire
        self._reader = reader
        self._batch = batch

    def update(self, changes: Sequence[Change]) -> Iterator[Result]:
        """See `Connector.update`."""
        for start in range(0, len(changes), self._batch):
            some = changes[start : start + self._batch]
            yield from unless_down(
                self._wire, partial(self._update, some), partial(not_sent, len(some))
            )

    def _update(self, changes: Sequence[Change]) -> list[Result]:
        there = self._sales([change.id for change in changes])
        refused = {id(one): self._refused(one, there.get(one.id)) for one in changes}
        asked = [one for one in changes if refused[id(one)] is None]
        written = iter(in_parts(self._wire, asked, self._batch, self._write, self._not_written))
        return [refused[id(one)] or next(written) for one in changes]

    def _sales(self, ids: Sequence[str]) -> Mapping[str, Raw]:
        known = [id_ for id_ in dict.fromkeys(ids) if id_.isdigit()]
        return {raw.id: raw for raw in self._reader.fetch(known)}

    def _refused(self, change: Change, sale: Raw | None) -> Failed | None:
        """Why the change cannot be made, in words."""
        system, id_ = self._wire.system, change.id
        if sale is None:
            return Failed(not_found(system, id_, ENTITY, id_), id_)
        why = ""
        if strange := sorted(change.fields.keys() - set(SALE_EDITS)):
            why = f"{', '.join(strange)} is never changed in a sale that was made"
        elif sale.data["state"] not in _TAKES:
            why = f"it is {sale.data['state']}"
        if not why:
            return self._edited_meanwhile(change, sale)
        return Failed(not_editable(system, id_, sorted(change.fields), why), id_)

    def _edited_meanwhile(self, change: Change, sale: Raw) -> Failed | None:
        """A second try finds what somebody corrected in the sale since the first."""
        now, new = (marks_of_fields(one, change.fields) for one in (sale.data, change.fields))
        others = changed_by_others(change, now, lambda name: now[name] == new[name])
        if not others:
            return None
        return Failed(edited_meanwhile(self._wire.system, change.id, others), change.id)

    def marks(self, changes: Sequence[Change]) -> dict[str, dict[str, str]]:
        """See `Marks.marks`."""
        there = self._sales([change.id for change in changes])
        return {
            change.id: marks_of_fields(there[change.id].data, change.fields)
            for change in changes
            if change.id in there
        }

    def _write(self, changes: Sequence[Change]) -> Sequence[Result]:
        """Absolute values, all in one call; what is stored then decides."""
        pairs: list[Any] = []
        for one in changes:
            values = {name: value or None for name, value in one.fields.items()}
            pairs += [[int(one.id)], values]
        self._wire.write(SALE, "write", *pairs, repeatable=True)
        return unless_down(
            self._wire,
            lambda: self._kept(changes),
            lambda why: [InDoubt(why, one.id) for one in changes],
        )

    def _kept(self, changes: Sequence[Change]) -> list[Result]:
        stored = self._sales([one.id for one in changes])
        return [self._judged(one, stored.get(one.id)) for one in changes]

    def _judged(self, change: Change, sale: Raw | None) -> Result:
        system, id_ = self._wire.system, change.id
        if sale is None:
            return Failed(not_found(system, id_, ENTITY, id_), id_)
        lost = [
            name
            for name, value in change.fields.items()
            if (sale.data.get(name) or "") != (value or "")
        ]
        if lost:
            return Failed(not_kept(system, id_, lost), id_)
        return Done(id_, sale.data, birth=sale.birth)

    def _not_written(self, change: Change, said: RequestRefused) -> Result:
        return Failed(problems.refused(self._wire.system, change.id, said), change.id)
