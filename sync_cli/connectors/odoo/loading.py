"""`load`: many records in one call, found again by external ids, all of them or none (FACTS 6a).

The same rows again make nothing twice. Of calls that write the same at once one wins; the others
are told so inside a success, with nothing written, and are made again. Records that a message
names are taken out, and the rest is sent again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from msgspec import Struct

from sync_cli.connectors.base import InDoubt, NotSent
from sync_cli.connectors.http import AnswerLost, CallNotSent, RequestRefused
from sync_cli.connectors.http_answers import plain
from sync_cli.connectors.odoo.answers import NOT_SERIALIZED
from sync_cli.connectors.odoo.problems import busy, refused
from sync_cli.connectors.odoo.wire import Ask, Wire
from sync_cli.core.errors import AccessDenied, Problem, SyncError
from sync_cli.core.routing import SIGN
from sync_cli.core.values import Discreet

MODULE = "sync_cli"
"""The module in the external ids of all that we make."""
UTC_CONTEXT: Mapping[str, Any] = {"tz": "UTC"}
"""`load` takes times as those of the user's zone, unless told otherwise (146, 147)."""
_REPEATS = 6
_FIRST_PAUSE = 0.5
_NO_NAME = re.compile(r"[^A-Za-z0-9_]")


class Load(Discreet, Struct, frozen=True):
    """One record for `load`: its own columns, and below a prefix those of its lines.

    All columns but a line's are empty in the rows of the further lines.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"own", "lines"})

    label: str
    own: Mapping[str, str]
    lines: Sequence[Mapping[str, str]] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """What must be sent together: an empty cell means false, and not "default"."""
        below = dict.fromkeys(name for line in self.lines for name in line)
        return (*self.own, *below)

    def rows(self, columns: Sequence[str]) -> list[list[str]]:
        """The record as rows of these columns."""
        first, *further = self.lines or [{}]
        cells = [{**self.own, **first}, *further]
        return [[row.get(column, "") for column in columns] for row in cells]


class Loaded(Struct, frozen=True):
    """The record is stored under this id."""

    id: str


Outcome = Loaded | Problem | InDoubt | NotSent


def external_id(kind: str, reference: str, part: str = "") -> str:
    """The name under which Odoo knows what we made of `reference`; letters and digits only.

    The part of a divided order stands behind two dashes: one called l1 is no first line.
    """
    name = _NO_NAME.sub("_", reference.replace(SIGN, "__"))
    return f"{MODULE}.{kind}_{name}{f'_{part}' if part else ''}"


class Loader:
    """Loads records of one model; every record has an outcome, whatever happens."""

    def __init__(self, wire: Wire, model: str, context: Mapping[str, Any] | None = None) -> None:
        self._wire = wire
        self._model = model
        self._keywords = {"context": dict(context)} if context else {}

    def load(self, loads: Sequence[Load]) -> list[Outcome]:
        """What became of each, in order; those with the same columns go in one call."""
        became: dict[int, Outcome] = {}
        for columns, places in _alike(loads).items():
            self._load(columns, [(place, loads[place]) for place in places], became)
        return [became[place] for place in range(len(loads))]

    def _load(
        self,
        columns: Sequence[str],
        waiting: Sequence[tuple[int, Load]],
        became: dict[int, Outcome],
    ) -> None:
        repeats = 0
        while waiting:
            try:
                answer = self._call(columns, [load for _, load in waiting])
            except _Whole as whole:
                if whole.splits and len(waiting) > 1:
                    middle = len(waiting) // 2
                    self._load(columns, waiting[:middle], became)
                    waiting = waiting[middle:]
                    continue
                became.update({place: whole.outcome(load.label) for place, load in waiting})
                return
            if answer.ids is not None:
                became.update(_stored(waiting, answer.ids))
                return
            if denied := self._denied(answer.messages):
                became.update({place: NotSent(denied) for place, _ in waiting})
                return
            named = self._named(waiting, answer.messages)
            if not named and _is_contest(answer.messages) and repeats < _REPEATS:
                self._wire.client.pacing.sleep(_FIRST_PAUSE * 2**repeats)
                repeats += 1
                continue
            became.update(named or self._unnamed(waiting, answer.messages))
            waiting = [(place, load) for place, load in waiting if place not in became]

    def _call(self, columns: Sequence[str], loads: Sequence[Load]) -> _Answer:
        """One call. Raises _Whole for what concerns all of its records."""
        rows = [row for load in loads for row in load.rows(columns)]
        given = {"fields": list(columns), "data": rows}
        ask = Ask(self._model, "load", None, given, self._keywords)
        try:
            result = self._wire.write(ask)
        except AnswerLost as lost:
            raise _Whole(doubt=lost.why) from None
        except CallNotSent as unsent:
            raise _Whole(unsent=unsent.why) from None
        except SyncError as fault:
            self._wire.remember(fault)
            raise _Whole(unsent=str(fault)) from None
        except RequestRefused as no:
            raise _Whole(system=self._wire.system, said=no.message, splits=True) from None
        return _Answer.of(result)

    def _named(
        self, waiting: Sequence[tuple[int, Load]], messages: Sequence[Mapping[str, Any]]
    ) -> dict[int, Outcome]:
        """The records that messages accuse, but for contests with other writers."""
        accused: dict[int, Outcome] = {}
        for message in messages:
            at = message.get("record")
            if not isinstance(at, int) or not 0 <= at < len(waiting):
                continue
            said = _said(message)
            place, load = waiting[at]
            if place in accused or _is_passing(message):
                continue
            name = str(message.get("field") or "")
            accused[place] = refused(self._wire.system, load.label, plain(said), name)
        return accused

    def _unnamed(
        self, waiting: Sequence[tuple[int, Load]], messages: Sequence[Mapping[str, Any]]
    ) -> dict[int, Outcome]:
        """Messages that name no record concern all of them."""
        system = self._wire.system
        if _is_contest(messages):
            return {place: busy(system, load.label) for place, load in waiting}
        said = plain(next(map(_said, messages), "")) or "it was refused without a reason"
        return {place: refused(system, load.label, said) for place, load in waiting}

    def _denied(self, messages: Sequence[Mapping[str, Any]]) -> str:
        """A missing right comes as a message, and is no fault of a record (FACTS 1); "" if none."""
        said = next(filter(_is_denial, map(_said, messages)), "")
        if not said:
            return ""
        system = self._wire.system
        fault = AccessDenied(
            system,
            f"The user of {system} lacks a right: {plain(said.partition(chr(10))[0])}",
            "Give it in Odoo (Settings > Users); docs/odoo.md names the least that is needed.",
            status=200,
        )
        self._wire.remember(fault)
        return str(fault)


class _Answer(Struct, frozen=True):
    """What `load` answered: ids, or None and why not."""

    ids: tuple[str, ...] | None
    messages: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, result: Any) -> _Answer:
        """Read from the wire; an answer of another shape counts as one without ids."""
        fields = result if isinstance(result, dict) else {}
        ids = fields.get("ids")
        found = tuple(map(str, ids)) if isinstance(ids, list) else None
        return cls(found, [m for m in fields.get("messages") or () if isinstance(m, dict)])


class _Whole(Exception):
    """What a call met as a whole: its answer was lost, it was not sent, or it was refused."""

    def __init__(
        self,
        *,
        doubt: str = "",
        unsent: str = "",
        system: str = "",
        said: str = "",
        splits: bool = False,
    ) -> None:
        super().__init__(doubt or unsent or said)
        self.splits = splits
        self._doubt = doubt
        self._unsent = unsent
        self._system = system

    def outcome(self, label: str) -> Outcome:
        """The same for each of the call's records."""
        if self._doubt:
            return InDoubt(self._doubt)
        if self._unsent:
            return NotSent(self._unsent)
        return refused(self._system, label, str(self))


def _alike(loads: Sequence[Load]) -> dict[tuple[str, ...], list[int]]:
    """The places of the records by their columns, in order."""
    places: dict[tuple[str, ...], list[int]] = {}
    for place, load in enumerate(loads):
        places.setdefault(load.columns, []).append(place)
    return places


def _stored(waiting: Sequence[tuple[int, Load]], ids: Sequence[str]) -> dict[int, Outcome]:
    if len(ids) != len(waiting):
        why = f"it answered {len(ids)} ids for {len(waiting)} records"
        return {place: InDoubt(why) for place, _ in waiting}
    return {place: Loaded(id_) for (place, _), id_ in zip(waiting, ids, strict=True)}


def _said(message: Mapping[str, Any]) -> str:
    return str(message.get("message") or "")


def _is_denial(said: str) -> bool:
    return said.startswith("You are not allowed to")


def _is_contest(messages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether nothing but another writer was in the way (101, 136)."""
    errors = [_said(message) for message in messages if message.get("type") != "warning"]
    return bool(errors) and all(NOT_SERIALIZED.search(said) for said in errors)


def _is_passing(message: Mapping[str, Any]) -> bool:
    return bool(NOT_SERIALIZED.search(_said(message))) or message.get("type") == "warning"
