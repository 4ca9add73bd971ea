"""The decision table: what to do with one record, decided from all that is known of it.

Nothing here reads a clock or a network; `decide` is the table of ARCHITECTURE, row by row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.core import refusals
from sync_cli.core.errors import Problem
from sync_cli.core.fingerprint import changed_fields, fields_of
from sync_cli.core.identity import lowest_first
from sync_cli.core.item import (
    Candidate,
    Intent,
    Item,
    Kind,
    Link,
    Rules,
    Step,
    Why,
)
from sync_cli.core.model import DocumentState
from sync_cli.core.states import has_reached


class Create(Struct, frozen=True):
    item: Item


class Update(Struct, frozen=True):
    item: Item


class Advance(Struct, frozen=True):
    item: Item
    target: str
    to: str


class Adopt(Struct, frozen=True):
    """Link to `candidate`. `spare` are further drafts of the same reference, to be cancelled."""

    item: Item
    candidate: Candidate
    spare: tuple[Candidate, ...] = ()


class Skip(Struct, frozen=True):
    item: Item
    reason: str


class Defer(Struct, frozen=True):
    item: Item
    reason: str
    until: datetime
    why: Why = Why.DEFERRED


class Reject(Struct, frozen=True):
    item: Item
    problem: Problem
    why: Why = Why.QUARANTINED


Operation = Create | Update | Advance | Adopt | Skip | Defer | Reject

UNCHANGED = "unchanged"
MAPPING_CHANGED = "mapping changed"
NOT_OURS = "not ours"
NOT_CREATED = "nothing to update"

DRAFT = str(DocumentState.DRAFT)
CANCELLED = str(DocumentState.CANCELLED)

_TOO_LATE = (str(DocumentState.SHIPPED), str(DocumentState.DONE))

RETRY_DEFERRED = timedelta(minutes=1)


_PATIENCE: Mapping[Why, tuple[timedelta, ...]] = {
    Why.DEFERRED: (timedelta(minutes=1), timedelta(minutes=5)),
    Why.IN_DOUBT: (timedelta(minutes=1),),
    Why.RETRY: tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60)),
    Why.QUARANTINED: tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720)),
    Why.TASK: tuple(timedelta(minutes=minutes) for minutes in (60, 240, 1440)),
}


def next_try(why: Why, attempts: int, now: datetime) -> datetime:
    """When a held record is looked at again after `attempts` failed attempts; waits grow."""
    waits = _PATIENCE[why]
    return now + waits[min(max(attempts, 1), len(waits)) - 1]


def decide(item: Item, rules: Rules, now: datetime) -> Operation:
    """The operation for `item`: the first row of the decision table that fits."""
    if is_left_out(item):
        return Skip(item, item.filtered)
    if item.problem is not None:
        return Reject(item, item.problem)
    waiting = _still_waits(item, rules, now)
    if waiting is not None:
        return waiting
    if item.link is not None:
        return _decide_linked(item, item.link, rules)
    if item.filtered and item.intent is not None:
        return _call_off(item) if rules.kind is Kind.DOCUMENT else Skip(item, item.filtered)
    return _decide_unlinked(item, rules)


def said(item: Item) -> str:
    """The match value as it may be shown: some values, such as e-mail addresses, may not."""
    return item.match_said or repr(item.match)


def is_left_out(item: Item) -> bool:
    """Whether the filter leaves it out, and nothing of it was ever begun in the target."""
    return bool(item.filtered) and not (item.link or item.intent or item.known_there)


def in_doubt_until(intent: Intent, rules: Rules) -> datetime:
    """When a lost call can no longer take effect, so that "none found" counts."""
    return intent.begun_at + rules.in_doubt


def _still_waits(item: Item, rules: Rules, now: datetime) -> Defer | None:
    if item.waits:
        return Defer(item, item.waits, item.waits_until or now + RETRY_DEFERRED)
    if item.intent is None or not _is_unanswered(item, item.intent, rules):
        return None
    until = in_doubt_until(item.intent, rules)
    if now >= until:
        return None
    reason = f"the answer to an earlier {item.intent.step} was lost and it may still take effect"
    return Defer(item, reason, until, Why.IN_DOUBT)


def _is_unanswered(item: Item, intent: Intent, rules: Rules) -> bool:
    """Whether what can be seen of the target does not yet show that the lost call took effect."""
    found = [candidate for candidate in item.candidates if not candidate.cancelled]
    match intent.step:
        case Step.UPDATE:
            return False
        case Step.COMPLETE:
            # What it added may arrive yet: to add it again could add it twice.
            return True
        case Step.CREATE:
            return not found and item.link is None and not rules.unique_reference
        case Step.ADVANCE:
            here = found[0].state if found else item.target.state if item.target else ""
            return not has_reached(here, item.wanted)
        case Step.WITHDRAW:
            return any(candidate.id == intent.target for candidate in found)


def _decide_linked(item: Item, link: Link, rules: Rules) -> Operation:
    if item.birth and link.birth and item.birth != link.birth:
        return Reject(item, refusals.another_record(item.label, item.id, link.target))
    if item.target is not None and item.target.gone:
        return Reject(item, refusals.target_gone(item.label, link.target), Why.TASK)
    if _is_unchanged(item):
        return Skip(item, UNCHANGED)
    if rules.kind is Kind.DOCUMENT:
        return _decide_document(item, link, rules)
    return Update(item) if rules.updates else Skip(item, UNCHANGED)


def _is_unchanged(item: Item) -> bool:
    if item.same is not None:
        return item.same
    applied = item.applied
    if applied is None:
        return False
    return applied.payload == item.fingerprint and applied.wanted == item.wanted


def _decide_document(item: Item, link: Link, rules: Rules) -> Operation:
    applied, target = item.applied, item.target
    only_mapping = (
        applied is not None
        and applied.mapping != item.mapping
        and applied.content == item.lasting
        and not rules.remap
    )
    if only_mapping and applied is not None and applied.wanted == item.wanted:
        return Skip(item, MAPPING_CHANGED)
    here = target.state if target is not None else ""
    if item.wanted == CANCELLED and here in _TOO_LATE:
        return Reject(item, refusals.cancelled_too_late(item.label, link.target, here), Why.TASK)
    edit = None if item.wanted == CANCELLED or only_mapping else _late_edit(item, link, here, rules)
    if edit is not None:
        return edit
    if has_reached(here, item.wanted):
        return Adopt(item, Candidate(link.target, link.target_birth, here))
    if here == CANCELLED:
        return Reject(item, refusals.cancelled_over_there(item.label, link.target), Why.TASK)
    return Advance(item, link.target, item.wanted)


def _late_edit(item: Item, link: Link, here: str, rules: Rules) -> Operation | None:
    """What becomes of an edit after the transfer: written if the document still takes the fields,
    all of them, else a task."""
    applied, allowed = item.applied, rules.editable.get(here, frozenset())
    if applied is None:
        return _lost_edit(item, link, allowed)
    if applied.payload == item.fingerprint:
        return None
    changed = changed_fields(applied.payload, item.fingerprint)
    if changed and changed <= allowed and item.payload and has_reached(here, item.wanted):
        return _only(item, changed)
    return Reject(item, refusals.late_edit(item.label, link.target, changed), Why.TASK)


def _lost_edit(item: Item, link: Link, allowed: frozenset[str]) -> Operation | None:
    """A lost update is sent again with the fields that its intent tells, and those edited since;
    where it tells none, with all that may be written.

    One that the document does not take as a whole any more is a task: nobody knows what arrived.
    """
    intent = item.intent
    if intent is None or intent.step is not Step.UPDATE:
        return None
    begun = fields_of(intent.before)
    edited = begun | changed_fields(intent.payload, item.fingerprint)
    if item.payload and allowed and edited <= allowed:
        return _only(item, edited if begun else allowed)
    return Reject(item, refusals.late_edit(item.label, link.target, edited), Why.TASK)


def _only(item: Item, names: frozenset[str]) -> Update:
    """The update of these fields alone."""
    fields = {name: value for name, value in item.payload.items() if name in names}
    beside = {name: value for name, value in item.payload.items() if name not in names}
    return Update(replace(item, payload=fields, beside=beside))


def _call_off(item: Item) -> Operation:
    """An earlier create of a record that is now left out: its document is called off again."""
    live = [candidate for candidate in item.candidates if not candidate.cancelled]
    if not live:
        return Skip(item, item.filtered)
    return Advance(item, live[0].id, CANCELLED)


def _decide_unlinked(item: Item, rules: Rules) -> Operation:
    live = [candidate for candidate in item.candidates if not candidate.cancelled]
    candidates = live or list(item.candidates)
    if len(candidates) > 1:
        return _decide_several(item, candidates, rules)
    if candidates:
        return _decide_candidate(item, candidates[0])
    if item.filtered or not rules.creates:
        return Skip(item, item.filtered or NOT_OURS)
    if not item.match:
        return Reject(item, refusals.nothing_to_match(item.label))
    return Create(item)


def _decide_several(item: Item, candidates: list[Candidate], rules: Rules) -> Operation:
    """Drafts of one reference come from two writers at once: one stays, the others are spare.

    A confirmed one stays before a draft, then the lowest id, so that both writers choose alike.
    """
    confirmed = [candidate for candidate in candidates if candidate.state != DRAFT]
    if rules.kind is not Kind.DOCUMENT or rules.unique_reference or len(confirmed) > 1:
        return Reject(item, refusals.ambiguous(item.label, said(item), len(candidates)))
    by_id = {candidate.id: candidate for candidate in candidates}
    kept = confirmed[0] if confirmed else by_id[lowest_first(by_id)[0]]
    operation = _decide_candidate(item, kept)
    if not isinstance(operation, Adopt):
        return operation
    spare = tuple(candidate for candidate in candidates if candidate is not kept)
    return Adopt(item, kept, spare)


def _decide_candidate(item: Item, candidate: Candidate) -> Operation:
    if candidate.linked:
        return Reject(item, refusals.taken(item.label, said(item), candidate.id))
    if not candidate.agrees:
        return Reject(
            item, refusals.disagrees(item.label, said(item), candidate.id, candidate.conflict)
        )
    if candidate.cancelled and item.wanted and item.wanted != CANCELLED:
        return Reject(item, refusals.cancelled_over_there(item.label, candidate.id), Why.TASK)
    return Adopt(item, candidate)
