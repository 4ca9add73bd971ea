"""One record with all that is known of it, of which the decision table decides what to do.

The words Link, Applied, Intent and Held are what the state file keeps between runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from msgspec import Struct, field

from sync_cli.core.errors import Problem
from sync_cli.core.model import Record
from sync_cli.core.values import Discreet


class Kind(StrEnum):
    """Master data is overwritten; a document has states and is never rewritten."""

    MASTER = "master"
    DOCUMENT = "document"


class Step(StrEnum):
    """Which call of an operation an intent stands for."""

    CREATE = "create"
    COMPLETE = "complete"
    UPDATE = "update"
    ADVANCE = "advance"
    WITHDRAW = "withdraw"


class Why(StrEnum):
    """Why a record is held."""

    DEFERRED = "deferred"
    RETRY = "retry"
    IN_DOUBT = "in_doubt"
    QUARANTINED = "quarantined"
    TASK = "task"

    @property
    def needs_somebody(self) -> bool:
        """Whether a person must put something right; all others go on by themselves."""
        return self in (Why.QUARANTINED, Why.TASK)

    @property
    def word(self) -> str:
        """The plain word for it: what needs nobody only waits."""
        return "held" if self.needs_somebody else "waiting"


class Link(Struct, frozen=True):
    """The same thing in two systems, with the birth mark that each side had when linked."""

    source: str
    target: str
    birth: str
    target_birth: str = ""


class Applied(Struct, frozen=True):
    """The fingerprint of what a route last applied for a record.

    `seen` is the hash of the target's record as it was found to hold all of that, "" where no such
    look followed.
    """

    payload: str
    mapping: str
    content: str
    wanted: str = ""
    seen: str = ""


class Intent(Struct, frozen=True):
    """A call that was about to be made: written before it, closed with what came of it.

    `before` is a fingerprint by field of what the target held of the fields that were to change,
    where it could be read: a second try must not take a correction made meanwhile for its own.
    """

    route: str
    id: str
    reference: str
    step: Step
    begun_at: datetime
    request_id: str
    run: int
    payload: str = ""
    target: str = ""
    number: int = 0
    before: str = ""


class Held(Struct, frozen=True):
    """A record that waits: why, until when, and how often it was tried.

    `birth` and `places` are those of its item, by which a correction knows what it is for.
    """

    route: str
    id: str
    why: Why
    until: datetime
    attempts: int
    since: datetime
    problem: Problem
    label: str = ""
    content: str = ""
    birth: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.route, self.id, self.since))


class Candidate(Struct, frozen=True):
    """A record of the target that carries the match value.

    `agrees` claims that birth mark, currency and total fit; `conflict` says what does not.
    `linked` claims that it already belongs to another record of the source.
    """

    id: str
    birth: str = ""
    state: str = ""
    agrees: bool = True
    conflict: str = ""
    linked: bool = False
    cancelled: bool = False


class Target(Struct, frozen=True):
    """Where the linked record of the target stands; `editable` claims it still takes fields."""

    state: str = ""
    gone: bool = False
    editable: bool = True


class Item(Discreet, Struct, frozen=True):
    """One record of a window with all that was gathered about it.

    `part` names one of several documents that an order becomes; its `id` then ends with it.
    `content` is the hash of all of it, `substance` that without what its state brings along;
    `places` has a mark of each entry of its lists, as in `lines[1]`.
    `filtered` says why the route leaves it out, `problem` why it cannot be transferred, `waits`
    why not yet (with `waits_until`). `match_said` stands for a match value that must
    not be shown. `wanted` is the document state it should reach. `same` claims
    that the target already holds these values, where a route compares them itself, and `seen` is
    the hash of the target's record that does. `beside` is the
    rest of a payload of which only some fields are to be written. `facts` are
    remembered of it, whatever becomes of it. `refs` are the target's ids of what the payload
    refers to, by (entity, source id); `because` says what decided about the payload, for the audit.
    """

    hidden: ClassVar[frozenset[str]] = frozenset(
        {"places", "match", "payload", "beside", "refs", "record"}
    )

    id: str
    label: str
    part: str = ""
    birth: str = ""
    content: str = ""
    substance: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    mapping: str = ""
    reference: str = ""
    match: str = ""
    match_said: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, Any] = field(default_factory=dict)
    refs: Mapping[tuple[str, str], str] = field(default_factory=dict)
    because: str = ""
    fingerprint: str = ""
    wanted: str = ""
    filtered: str = ""
    known_there: bool = False
    problem: Problem | None = None
    waits: str = ""
    waits_until: datetime | None = None
    link: Link | None = None
    applied: Applied | None = None
    intent: Intent | None = None
    target: Target | None = None
    same: bool | None = None
    seen: str = ""
    candidates: tuple[Candidate, ...] = ()
    parent: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    record: Record | None = None

    def as_applied(self) -> Applied:
        """The fingerprint to store once this item is applied."""
        return Applied(self.fingerprint, self.mapping, self.lasting, self.wanted, self.seen)

    @property
    def source(self) -> str:
        """The id of the record in its source: of a part that of the whole order."""
        return self.id.removesuffix(f"#{self.part}") if self.part else self.id

    @property
    def lasting(self) -> str:
        """The hash of the content that does not move with the record's state."""
        return self.substance or self.content


class Rules(Struct, frozen=True):
    """What a route may do, and what its target promises about repeated creates.

    `editable` says which fields of a document it takes in each state.
    """

    kind: Kind
    creates: bool = False
    updates: bool = True
    unique_reference: bool = False
    in_doubt: timedelta = timedelta(minutes=15)
    remap: bool = False
    editable: Mapping[str, frozenset[str]] = field(default_factory=dict)
