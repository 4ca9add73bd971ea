"""A rig: one connector, a system behind it, and hands that reach into the system past it.

The promises (`tests.contract.promises`) know rigs alone, never a kind of system. What a rig cannot
show it says in `lacks`, with the reason; nothing is left out in silence.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sync_cli.connectors.base import Change, Connector, Draft, Json, Raw


class Ability(StrEnum):
    """What a promise needs of a rig, or of one kind of its records.

    Where several lack, the first one here gives the reason.
    """

    CREATE = "the connector makes records"
    UPDATE = "the connector changes records"
    ADVANCE = "the connector brings documents to another state"
    READ = "what changed can be read"
    FETCH = "records can be fetched by id"
    FIND = "records can be found by a key"
    CENSUS = "there is a census"
    MAKE = "records can be made behind the connector's back"
    EDIT = "records can be edited behind its back"
    REMOVE = "records can be deleted for good behind its back"
    ARCHIVE = "records can be archived, trashed or cancelled behind its back"
    LATE_COMMIT = "a record can become visible later than its date says"
    BAD_RECORD = "the system refuses some records by themselves"
    QUESTION = "the system asks something before it goes on"
    BIRTH = "a record has a birth mark"
    TEXT = "a record holds a text that the connector writes"
    AMOUNT = "a record holds an amount that the connector writes"
    MOMENT = "a record holds a moment that the connector writes"
    LOST_ANSWERS = "answers of writing calls can be lost"
    OVERLOAD = "the system can be overloaded or taken down"
    WRONG_SECRET = "wrong credentials can be tried"
    FEW_RIGHTS = "there is a user who may only read"
    TIME = "the system's clock can be moved on, or waited for"


class Fault(StrEnum):
    """What goes wrong on the wire, from `Rig.fault` to `Rig.heal`."""

    LOST_BEFORE = "the next writing call never arrives; its connection is closed without an answer"
    LOST_AFTER = "the next writing call is carried out, its answer is lost"
    LATE = "the next writing call loses its answer and is carried out only when `heal` is called"
    BUSY = "the next call is answered: too many requests"
    BUSY_FOR_A_SECOND = "the next call is answered: too many requests, come again in a second"
    BUSY_FOR_LONG = "every call is answered: too many requests, come again in ten minutes"
    DOWN = "every call meets a system that is down"


class CannotShow(Exception):
    """This very system cannot show it, which only came out when it was tried; says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A record that a rig made behind the connector's back, and the value it is found by."""

    id: str
    key: str


@dataclass
class Subject(ABC):
    """One kind of record of a rig, and all that a promise may do to it behind the connector.

    `entity` is its name in the protocol. `key` is what `find` is asked for, the reference where
    the records have one; `folds_case` says that it is compared without regard to case, as e-mails
    are. `several` values are more than one call holds, or enough where each is a call of its own.
    `goal` and `cancelled` are the states that documents are brought to. `moves` names the
    top-level keys of a record that may move when only its text is changed.
    """

    entity: str
    key: str = "reference"
    folds_case: bool = False
    several: int = 201
    goal: str = "confirmed"
    cancelled: str = "cancelled"
    moves: frozenset[str] = frozenset()
    lacks: Mapping[Ability, str] = field(default_factory=dict)

    def make(self, text: str) -> Made:
        """Make a record that carries `text`; its key is derived from it."""
        raise NotImplementedError(f"{self.entity}: make")

    def make_several(self, texts: Sequence[str]) -> list[Made]:
        """As `make`, one record a text; at once where the system is much faster so."""
        return [self.make(text) for text in texts]

    def edit(self, id: str) -> None:
        """Change the record in a way that moves its date, as the system's own people do."""
        raise NotImplementedError(f"{self.entity}: edit")

    def remove(self, id: str) -> None:
        """Delete the record for good."""
        raise NotImplementedError(f"{self.entity}: remove")

    def archive(self, id: str) -> None:
        """Archive, trash or cancel the record."""
        raise NotImplementedError(f"{self.entity}: archive")

    def draft(self, text: str, *, amount: Decimal = Decimal("12.50"), at: str = "") -> Draft:
        """A record that the connector may make, with a reference of its own.

        `at` is an ISO moment in UTC, where the record holds one that is written.
        """
        raise NotImplementedError(f"{self.entity}: draft")

    def bad_draft(self, text: str) -> Draft:
        """A record that the system refuses by itself, alone or among good ones."""
        raise NotImplementedError(f"{self.entity}: bad_draft")

    def change(self, id: str, text: str) -> Change:
        """The change of the one field that holds the text."""
        raise NotImplementedError(f"{self.entity}: change")

    def bad_change(self, id: str) -> Change:
        """A change that the system refuses, or that must not be sent."""
        raise NotImplementedError(f"{self.entity}: bad_change")

    def value_of(self, reference: str) -> str:
        """The value of `key` by which a record with this reference is found."""
        return reference

    def asking(self, text: str) -> str:
        """The id of a document about which the system asks something on the way to `goal`."""
        raise NotImplementedError(f"{self.entity}: asking")

    def text_of(self, data: Json) -> str:
        """The text in a record as the connector read it."""
        raise NotImplementedError(f"{self.entity}: text_of")

    def amount_of(self, data: Json) -> Any:
        """The amount in a record as the connector read it: a Decimal, or a text to be one."""
        raise NotImplementedError(f"{self.entity}: amount_of")

    def moment_of(self, data: Json) -> datetime:
        """The written moment in a record as the connector read it, aware."""
        raise NotImplementedError(f"{self.entity}: moment_of")

    def state_of(self, raw: Raw) -> str:
        """The state of a document as the connector read it."""
        return str(raw.data.get("state", ""))


class Rig(ABC):
    """One connector and the system behind it.

    `name` is the column of the table of results. Rigs may share a running system: promises use
    marks of their own (`mark`) and judge only records that carry them. `secrets` are texts that no
    message may hold.
    """

    name: str
    slack: timedelta = timedelta(0)
    """How far the dates of records may lie before the clock that the system tells."""
    subjects: Sequence[Subject]
    lacks: Mapping[Ability, str] = MappingProxyType({})
    secrets: tuple[str, ...] = ()

    @abstractmethod
    def open(self, *, page: int = 100) -> Connector:
        """The connector, opened for one run, with pages of so many records where it can be told.

        Its waits take no time where the system is a pretended one; `waited` counts them.
        """

    @abstractmethod
    def mark(self) -> str:
        """A text that no other record carries: letters, digits and dashes, at most 24 of them."""

    @abstractmethod
    def now(self) -> datetime:
        """The system's clock, aware UTC."""

    def pass_time(self, seconds: float) -> None:
        """Let so many seconds pass on the system's clock."""
        raise NotImplementedError(f"{self.name}: pass_time")

    def commit_late(self, subject: Subject, text: str, seconds: float) -> Made:
        """Make a record that becomes visible now and is dated so many seconds back."""
        raise NotImplementedError(f"{self.name}: commit_late")

    def open_with_wrong_secret(self) -> Connector:
        """As `open`, with a secret that is none."""
        raise NotImplementedError(f"{self.name}: open_with_wrong_secret")

    def open_with_few_rights(self) -> Connector:
        """As `open`, as a user who may read and not write."""
        raise NotImplementedError(f"{self.name}: open_with_few_rights")

    def fault(self, fault: Fault) -> None:
        """Let this go wrong, until `heal`."""
        raise NotImplementedError(f"{self.name}: fault")

    @abstractmethod
    def heal(self) -> None:
        """Nothing goes wrong any more, and what was under way has had its effect."""

    def waited(self) -> float:
        """How many seconds the opened connectors have waited so far, together."""
        raise NotImplementedError(f"{self.name}: waited")

    def lack(self, subject: Subject, needs: frozenset[Ability]) -> str:
        """Why something that needs these abilities cannot be shown with the subject; else ""."""
        reasons = {**self.lacks, **subject.lacks}
        return next((reasons[need] for need in Ability if need in needs and need in reasons), "")
