"""The suite would notice: a connector that breaks one promise is found out by that promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from sync_cli.connectors.base import Change, Done, Draft, Found, InDoubt, Page, Raw, Result, Seen
from sync_cli.connectors.memory import MemoryConnector
from sync_cli.core.errors import ConfigError
from tests.contract.cells import BROKEN, cells_of, judge
from tests.contract.rigs.memory import MemoryRig


class _Liar(MemoryConnector):
    """A connector in which a lie is told."""


class ForgetsTheLast(_Liar):
    def changes(self, entity: str, since: datetime | None, resume: str | None = None) -> Any:
        for page in super().changes(entity, since, resume):
            yield replace(page, records=page.records[:-1]) if len(page.records) > 1 else page


class ReadsFromTheDateOnly(_Liar):
    def changes(self, entity: str, since: datetime | None, resume: str | None = None) -> Any:
        later = since + timedelta(microseconds=1) if since else None
        return super().changes(entity, later, resume)


class CountsPages(_Liar):
    """Pages by number over "modified, ascending", as most connectors do."""

    def changes(self, entity: str, since: datetime | None, resume: str | None = None) -> Any:
        begun, _, page = (resume or f"{self.system.clock().isoformat()}|0").partition("|")
        for number in range(int(page), 50):
            dates = self.system.dates
            keys = [key for key in self.system.records(entity)
                    if since is None or dates[entity, key] >= since]  # fmt: skip
            keys.sort(key=lambda key: (dates[entity, key], int(key)))
            shown = keys[number * self._page_size :][: self._page_size]
            records = tuple(self.system.raw(entity, key) for key in shown)
            yield Page(records, f"{begun}|{number + 1}", datetime.fromisoformat(begun))
            if not shown:
                return


class ResumesTooLate(_Liar):
    def changes(self, entity: str, since: datetime | None, resume: str | None = None) -> Any:
        for page in super().changes(entity, since, resume):
            yield replace(page, resume=f"{page.resume}99")


class EndsWithoutAPage(_Liar):
    def changes(self, entity: str, since: datetime | None, resume: str | None = None) -> Any:
        return (page for page in super().changes(entity, since, resume) if page.records)


class TellsAFutureClock(_Liar):
    def changes(self, entity: str, since: datetime | None, resume: str | None = None) -> Any:
        for page in super().changes(entity, since, resume):
            yield replace(page, clock=page.clock + timedelta(hours=1))


class InventsRecords(_Liar):
    def fetch(self, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
        yield from super().fetch(entity, ids)
        yield from (Raw(id, {}) for id in ids if id == "0")


class FoldsCase(_Liar):
    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        found = super().find(entity, key, values)
        folded = {value.casefold(): records for value, records in found.items() if records}
        return {value: folded.get(value.casefold(), ()) for value in values}


class LeavesValuesOut(_Liar):
    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        found = super().find(entity, key, values)
        return {value: records for value, records in found.items() if records}


class TakesEmptyForAll(_Liar):
    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        every = tuple(self.system.raw(entity, id) for id in self.system.records(entity))
        any_raw = every or (Raw("1", {}),)
        found = super().find(entity, key, values)
        return {value: found[value] if value else any_raw for value in values}


class ForgetsMarks(_Liar):
    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        found = super().find(entity, key, values)
        return {
            value: tuple(replace(raw, marks=frozenset()) for raw in records)
            for value, records in found.items()
        }


class CensusWithoutBirths(_Liar):
    def census(self, entity: str, since: datetime | None = None) -> Iterator[Seen]:
        yield from (replace(row, birth="") for row in super().census(entity, since))


class MakesTwice(_Liar):
    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        for result in super().create(entity, drafts):
            if isinstance(result, InDoubt):
                list(super().create(entity, drafts))
            yield result


class CallsDoubtDone(_Liar):
    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        for result in super().create(entity, drafts):
            yield Done("1", {}) if isinstance(result, InDoubt) else result


class ShufflesResults(_Liar):
    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        return reversed(list(super().create(entity, drafts)))


class WritesMore(_Liar):
    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        wider = [replace(change, fields={**change.fields, "note": "x"}) for change in changes]
        return super().update(entity, wider)


class StopsAtABadOne(_Liar):
    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        for result in super().update(entity, changes):
            yield result
            if not isinstance(result, Done):
                return


class SaysDoneBeforeItIs(_Liar):
    def advance(self, entity: str, ids: Sequence[str], to: str) -> Iterator[Result]:
        return iter([Done(id, {}) for id in ids])


class CutsAccents(_Liar):
    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        plain = [
            replace(change, fields={name: str(value).encode("ascii", "ignore").decode()
                                    for name, value in change.fields.items()})
            for change in changes
        ]  # fmt: skip
        return super().update(entity, plain)


class UsesFloats(_Liar):
    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        rough = [
            replace(draft, payload={**draft.payload, "amount": float(draft.payload["amount"])})
            if "amount" in draft.payload else draft
            for draft in drafts
        ]  # fmt: skip
        return super().create(entity, rough)


class ForgetsTheZone(_Liar):
    def fetch(self, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
        for raw in super().fetch(entity, ids):
            at = raw.modified_at
            yield replace(raw, modified_at=at + timedelta(hours=1) if at else None)


class CountsNothing(_Liar):
    def calls(self) -> Mapping[str, int]:
        return {}


class KnowsEverything(_Liar):
    def changes(self, entity: str, since: datetime | None, resume: str | None = None) -> Any:
        try:
            yield from super().changes(entity, since, resume)
        except ConfigError:
            yield Page((), "", self.system.clock())


LIES: Mapping[type[_Liar], str] = {
    ForgetsTheLast: "changes-bring-everything",
    ReadsFromTheDateOnly: "changes-include-the-date-itself",
    CountsPages: "changes-survive-edits",
    ResumesTooLate: "changes-go-on-from-any-position",
    EndsWithoutAPage: "changes-answer-even-without-records",
    TellsAFutureClock: "changes-tell-the-next-watermark",
    InventsRecords: "fetch-leaves-missing-ones-out",
    FoldsCase: "find-compares-exactly",
    LeavesValuesOut: "find-answers-every-value",
    TakesEmptyForAll: "find-finds-nothing-for-an-empty-value",
    ForgetsMarks: "find-marks-the-archived",
    CensusWithoutBirths: "census-tells-ids-births-and-dates",
    MakesTwice: "create-is-in-doubt-when-the-answer-is-lost",
    CallsDoubtDone: "create-never-claims-what-did-not-arrive",
    ShufflesResults: "create-answers-in-order",
    WritesMore: "update-writes-only-what-is-named",
    StopsAtABadOne: "update-lets-a-bad-one-spoil-no-other",
    SaysDoneBeforeItIs: "advance-reaches-the-state",
    CutsAccents: "texts-stay-as-written",
    UsesFloats: "amounts-stay-to-the-cent",
    ForgetsTheZone: "dates-of-change-are-utc",
    CountsNothing: "calls-are-counted",
    KnowsEverything: "unknown-kinds-of-record-are-refused",
}


class LyingRig(MemoryRig):
    """The fake, with a lie in it."""

    def __init__(self, liar: type[_Liar]) -> None:
        super().__init__()
        self._liar = liar

    def open(self, *, page: int = 100) -> MemoryConnector:
        return self._liar(self.system, self._strike, page_size=page)


@pytest.mark.parametrize(
    ("liar", "promise"), LIES.items(), ids=lambda it: getattr(it, "__name__", it)
)
def test_a_lie_is_found_out_by_the_promise_that_it_breaks(
    liar: Callable[..., Any], promise: str
) -> None:
    rig = LyingRig(liar)  # type: ignore[arg-type]
    cells = [cell for cell in cells_of(rig) if cell.promise.name == promise and not cell.lack]
    assert judge(cells[0], rig).startswith(BROKEN)
