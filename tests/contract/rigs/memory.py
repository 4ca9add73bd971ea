"""The fake that ships, held to the same contract: what the simulations prove stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from msgspec.structs import replace

from sync_cli.connectors.base import Change, Draft, Json, Raw, References, Traits
from sync_cli.connectors.memory import Fate, MemoryConnector, MemorySystem, Shape
from sync_cli.core.errors import Problem
from tests.contract.rig import Ability, Fault, Made, Rig, Subject

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BAD = "refuse me"
_FATES = {
    Fault.LOST_BEFORE: Fate.LOST_BEFORE,
    Fault.LOST_AFTER: Fate.LOST_AFTER,
    Fault.LATE: Fate.LATE,
    Fault.DOWN: Fate.DOWN,
}
_TRAITS = {
    "document": Traits(drafts=True, states=("draft", "confirmed", "cancelled")),
    "note": Traits(reference=References.UNIQUE),
}


def _refuses(data: Json) -> Problem | None:
    if data.get("text") != BAD:
        return None
    return Problem("refused", "A record", "its text is refused", "Give it another text.", "memory")


def _marks(data: Json) -> frozenset[str]:
    return frozenset({"cancelled"} if data.get("state") == "cancelled" else ())


@dataclass
class MemorySubject(Subject):
    """A record in memory: reference, text, amount, moment, state."""

    system: MemorySystem = field(kw_only=True)

    def make(self, text: str) -> Made:
        id = self.system.put(self.entity, _record(text))
        return Made(id, text)

    def edit(self, id: str) -> None:
        data = self.system.records(self.entity)[id]
        self.system.put(self.entity, {**data, "note": f"{data.get('note', '')}!"})

    def remove(self, id: str) -> None:
        self.system.remove(self.entity, id)

    def archive(self, id: str) -> None:
        self.system.records(self.entity)[id]["state"] = "cancelled"

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        record = _record(text)
        return Draft(text, {**record, "amount": amount, "at": at})

    def bad_draft(self, text: str) -> Draft:
        return Draft(text, {**_record(text), "text": BAD})

    def change(self, id: str, text: str) -> Change:
        return Change(id, {"text": text})

    def bad_change(self, id: str) -> Change:
        return Change(id, {"text": BAD})

    def text_of(self, data: Json) -> str:
        return str(data["text"])

    def amount_of(self, data: Json) -> Any:
        return data["amount"]

    def moment_of(self, data: Json) -> datetime:
        return datetime.fromisoformat(data["at"])

    def state_of(self, raw: Raw) -> str:
        return str(raw.data["state"])


class MemoryParcels(MemorySubject):
    """Records that belong to another one and are found by it, as parcels are by their order."""

    def value_of(self, reference: str) -> str:
        return reference.partition(":")[0]

    def make(self, text: str) -> Made:
        made = super().make(f"{text}:1")
        return Made(made.id, text)

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        draft = super().draft(text, amount=amount, at=at)
        name = f"{text}:1"
        return Draft(name, {**draft.payload, "reference": name})


def _of_order(data: Json) -> str:
    return str(data["reference"]).partition(":")[0]


def _record(text: str) -> dict[str, Any]:
    return {"reference": text, "birth": text, "text": text, "state": "draft"}


class MemoryRig(Rig):
    """A system in memory whose clock stands still until it is moved."""

    name = "memory"
    lacks = {  # noqa: RUF012
        Ability.QUESTION: "a fake in memory asks nothing",
        Ability.OVERLOAD: "a fake in memory has no wire that is ever overloaded",
        Ability.WRONG_SECRET: "a fake in memory has no credentials",
        Ability.FEW_RIGHTS: "a fake in memory has no users",
    }

    def __init__(self) -> None:
        self._now = NOON
        self._numbers = count(1)
        self._fate = Fate.ARRIVES
        shapes = {
            name: Shape(birth=lambda data: str(data["birth"]), marks=_marks, refuses=_refuses)
            for name in _TRAITS
        }
        shapes["parcel"] = replace(shapes["note"], keys={"order": _of_order})
        self.system = MemorySystem("memory", self.now, shapes, _TRAITS)
        no_document = {Ability.ADVANCE: "it has no states"}
        moves = frozenset({"text"})
        self.subjects = [
            MemorySubject("document", system=self.system, moves=moves),
            MemorySubject("note", system=self.system, moves=moves, lacks=no_document),
            MemoryParcels("parcel", "order", system=self.system, moves=moves, lacks=no_document),
        ]

    def open(self, *, page: int = 100) -> MemoryConnector:
        return MemoryConnector(self.system, self._strike, page_size=page)

    def mark(self) -> str:
        return f"M-{next(self._numbers)}"

    def now(self) -> datetime:
        return self._now

    def pass_time(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def commit_late(self, subject: Subject, text: str, seconds: float) -> Made:
        back = self._now - timedelta(seconds=seconds)
        return Made(self.system.put(subject.entity, _record(text), at=back), text)

    def fault(self, fault: Fault) -> None:
        self._fate = _FATES[fault]

    def heal(self) -> None:
        self._fate = Fate.ARRIVES
        self.pass_time(self.system.lateness.total_seconds())
        self.system.settle_effects()

    def _strike(self, _call: str) -> Fate:
        fate, self._fate = self._fate, Fate.ARRIVES
        return fate


@contextmanager
def memory() -> Iterator[Rig]:
    """The fake."""
    yield MemoryRig()
