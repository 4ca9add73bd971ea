"""What came of an operation: one settlement per record, committed in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from msgspec import Struct, field

from sync_cli.core.item import Applied, Held
from sync_cli.core.values import Discreet


class Stage(StrEnum):
    """The stations of a record on its way, each with its time; the last five are a return's."""

    SEEN = "seen"
    CREATED = "created"
    CONFIRMED = "confirmed"
    WRITTEN_BACK = "written_back"
    AUTHORISED = "authorised"
    RECEIVED = "received"
    INSPECTED = "inspected"
    REFUNDED = "refunded"
    RESTOCKED = "restocked"


class End(Struct, frozen=True):
    """One end of a link: a record of one system. `part` is empty unless a thing has several."""

    system: str
    id: str
    birth: str = ""
    part: str = ""


class Audit(Discreet, Struct, frozen=True):
    """What one transfer did, for the auditor; `payload` has its personal fields masked."""

    hidden: ClassVar[frozenset[str]] = frozenset({"payload"})

    operation: str
    outcome: str
    reason: str = ""
    request_id: str = ""
    payload_hash: str = ""
    target: str = ""
    payload: Mapping[str, Any] | None = None


class Settlement(Struct, frozen=True):
    """All that one record leaves behind when its operation is over.

    `intent` closes that journal entry; `keep_intent` leaves it open (still in doubt). `ends` are
    linked as one thing. `applied` replaces the fingerprint. `held` puts it on the held list; None
    takes it off. `skipped` remembers why the route left the record out. `withdrawn` names a
    document of the target that we cancelled ourselves.
    """

    id: str
    label: str = ""
    intent: int = 0
    keep_intent: bool = False
    entity: str = ""
    ends: tuple[End, End] | None = None
    applied: Applied | None = None
    held: Held | None = None
    skipped: str = ""
    withdrawn: str = ""
    stages: Mapping[Stage, datetime] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    audit: Audit | None = None
