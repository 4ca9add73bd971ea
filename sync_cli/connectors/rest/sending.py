"""Sends one step of a procedure for some records, and tells what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from msgspec import Struct, field

from sync_cli.connectors.base import InDoubt, Json, NotSent
from sync_cli.connectors.http import AnswerLost, CallNotSent
from sync_cli.connectors.rest.problems import Refusal, read_refusal
from sync_cli.connectors.rest.profile import Fault, Step
from sync_cli.connectors.rest.records import Records
from sync_cli.connectors.rest.wire import Refused, Wire
from sync_cli.core.errors import ConfigError
from sync_cli.core.values import Discreet

_NO_VALUES: Mapping[str, Any] = dict.fromkeys(
    ("id", "ids", "item", "items", "fields", "parent", "reference")
)
_TOO_LARGE = 413
_OF_ONE_ITEM = (Fault.BATCH, Fault.DUPLICATE, Fault.STATE, Fault.ALREADY)
"""Faults that a whole batch is refused for because one of its items has them."""


class Parcel(Discreet, Struct, frozen=True):
    """What one record brings to a call: its id if it has one, and the values of placeholders."""

    hidden: ClassVar[frozenset[str]] = frozenset({"item", "others"})

    id: str = ""
    item: Any = None
    others: Mapping[str, Any] = field(default_factory=dict)


class Stored(Discreet, Struct, frozen=True):
    """The system took it; `data` is the record as the answer has it, None if it has none."""

    hidden: ClassVar[frozenset[str]] = frozenset({"data"})

    id: str
    data: Json | None


Sent = Stored | Refusal | InDoubt | NotSent


class Sender:
    """Sends steps to one entity of one system. A writing call is made once, unless `repeatable`."""

    def __init__(self, wire: Wire, records: Records) -> None:
        self._wire = wire
        self._records = records

    def send(
        self, step: Step, parcels: Sequence[Parcel], *, repeatable: bool = False
    ) -> list[Sent]:
        """What became of each parcel, in order; raises nothing of the system's."""
        if not step.is_batch:
            return [self._send_one(step, parcel, repeatable) for parcel in parcels]
        return self._send_together(step, parcels, repeatable)

    def _send_one(self, step: Step, parcel: Parcel, repeatable: bool) -> Sent:
        sent = self._attempt(step, [parcel], repeatable)
        return sent.alone() if isinstance(sent, Refusal) else sent[0]

    def _send_together(self, step: Step, parcels: Sequence[Parcel], repeatable: bool) -> list[Sent]:
        """One call; a batch that is refused because of one item is parted until that is alone."""
        became: dict[int, Sent] = {}
        waiting = [list(range(len(parcels)))]
        while waiting:
            places = waiting.pop()
            sent = self._attempt(step, [parcels[place] for place in places], repeatable)
            if not isinstance(sent, Refusal):
                became.update(zip(places, sent, strict=True))
            elif len(places) > 1 and self._is_for_one(step, sent, len(places)):
                waiting.extend(reversed(_parted(places, sent.index)))
            else:
                became.update(dict.fromkeys(places, sent.alone()))
        return [became[place] for place in range(len(parcels))]

    def _is_for_one(self, step: Step, refusal: Refusal, size: int) -> bool:
        if refusal.status == _TOO_LARGE:
            self._wire.pacing.shrink_batch(size)
        return step.atomic or refusal.fault in _OF_ONE_ITEM

    def _attempt(
        self, step: Step, parcels: Sequence[Parcel], repeatable: bool
    ) -> list[Sent] | Refusal:
        def fits(data: Any) -> bool:
            return step.results is None or _is_list_of(step.results(data), len(parcels))

        try:
            reply = self._wire.write(step.call, _values(step, parcels), fits, repeatable=repeatable)
        except Refused as refused:
            return refused.refusal
        except AnswerLost as lost:
            if len(parcels) > 1:
                self._wire.pacing.shrink_batch(len(parcels))
            return [InDoubt(lost.why, parcel.id) for parcel in parcels]
        except CallNotSent as unsent:
            return [NotSent(unsent.why) for _ in parcels]
        if step.is_batch:
            self._wire.pacing.grow_batch(len(parcels))
        return self._read(step, parcels, reply.data)

    def _read(self, step: Step, parcels: Sequence[Parcel], data: Any) -> list[Sent]:
        """What the answer says of each; where the profile does not fit it, all is in doubt."""
        try:
            answers = _answers(step, parcels, data)
            return [
                self._read_one(step, parcel, answer)
                for parcel, answer in zip(parcels, answers, strict=True)
            ]
        except ConfigError as error:
            self._wire.remember(error)
            return [InDoubt(str(error), parcel.id) for parcel in parcels]

    def _read_one(self, step: Step, parcel: Parcel, answer: Any) -> Sent:
        error = step.error(answer) if step.error is not None else None
        if error or (step.ok is not None and not step.ok.holds(answer)):
            return read_refusal(self._wire.errors, error or answer)
        found = step.item(answer) if step.item is not None else None
        data = found if isinstance(found, dict) else None
        id_ = self._id_in(step, answer, data)
        if parcel.id and id_ and parcel.id != id_:
            return InDoubt(f"the answer is about {id_} instead", parcel.id)
        if not parcel.id and not id_:
            return InDoubt("the answer says it was done, but not under which id")
        return Stored(parcel.id or id_, data)

    def _id_in(self, step: Step, answer: Any, data: Json | None) -> str:
        if step.id is not None:
            found = step.id(answer)
            return "" if found is None else str(found)
        return self._records.id_of(data) if data is not None else ""


def _answers(step: Step, parcels: Sequence[Parcel], data: Any) -> Sequence[Any]:
    if not step.is_batch:
        return [data]
    if step.results is None:
        return [None] * len(parcels)
    results: Sequence[Any] = step.results(data)
    return results


def _is_list_of(found: Any, count: int) -> bool:
    return isinstance(found, list) and len(found) == count


def _values(step: Step, parcels: Sequence[Parcel]) -> Mapping[str, Any]:
    if step.is_batch:
        items = [parcel.item for parcel in parcels]
        return {**_NO_VALUES, "items": items, "ids": [parcel.id for parcel in parcels]}
    parcel = parcels[0]
    own = {"id": parcel.id or None, "item": parcel.item}
    return {**_NO_VALUES, **own, **parcel.others}


def _parted(places: list[int], index: int | None) -> list[list[int]]:
    """The accused item alone and the rest; two halves where the system accuses none."""
    if index is not None and 0 <= index < len(places):
        return [[places[index]], places[:index] + places[index + 1 :]]
    middle = len(places) // 2
    return [places[:middle], places[middle:]]
