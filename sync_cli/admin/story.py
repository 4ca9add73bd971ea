"""All that is known of one order and its refunds, in order of time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.config import Config
from sync_cli.core.corrections import Correction
from sync_cli.core.drift_orders import reference_pattern
from sync_cli.core.item import Held, Intent, Why
from sync_cli.core.outcome import Stage
from sync_cli.core.routing import order_of, part_id
from sync_cli.state.store import State
from sync_cli.state.story import AuditRow

ORDER = "order"
REFUND = "refund"
ROUTES = {
    ORDER: ("orders", "orders-back", "order-notes", "order-status", "payments"),
    REFUND: ("refunds", "returns"),
}
PARCELS = "parcels"
"""The route of parcels that are records of the shop; its records name their order as a fact."""
PARCEL_ENTITIES = frozenset({"fulfillment", "tracking"})
_FACTS = {
    "order_number": "number",
    "reference": "reference",
    "number": "ERP number",
    "document_state": "in the ERP",
    "order": "of order",
    "amount": "amount",
    "adjusted": "",
    "gift_card": "gift card",
    "parts": "parts",
}
"""The facts that a person reads, in words; all others are for machines."""
_REACHED = {
    Stage.SEEN: "seen in the shop",
    Stage.CREATED: "created in the ERP",
    Stage.CONFIRMED: "confirmed in the ERP",
    Stage.WRITTEN_BACK: "written back to the shop",
}
_DONE = {
    "create": "created",
    "update": "changed",
    "adopt": "linked to",
    "withdraw": "cancelled",
    "skip": "left as it is",
}
_BY_HAND = {"dismiss": "dismissed", "correct": "corrected", "uncorrect": "correction taken away"}
"""What the audit names by what was asked, as what was done."""


class Event(Struct, frozen=True):
    """Something that happened to a record at `at` (UTC)."""

    at: datetime
    what: str


class Story(Struct, frozen=True):
    """One order or refund: its names in both systems, what happened, and what it waits for.

    `skipped` is why it was left out itself, `left_out` why what follows it was, such as its
    payment, by route.
    """

    entity: str
    id: str
    facts: dict[str, str]
    document: str
    events: tuple[Event, ...]
    held: tuple[Held, ...]
    skipped: str
    open_intents: tuple[Intent, ...]
    parts: tuple[Story, ...] = ()
    refunds: tuple[Story, ...] = ()
    corrections: tuple[Correction, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)


class Named(Struct, frozen=True):
    """What our references look like: those of a kind of record, whose group is the id."""

    entity: str
    pattern: re.Pattern[str]


def references_of(config: Config) -> tuple[Named, ...]:
    """The references that this configuration gives; a payment has the id of its order."""
    templates = (
        (ORDER, config.orders.reference),
        (ORDER, config.payments.reference),
        (REFUND, config.refunds.reference),
    )
    return tuple(Named(of, reference_pattern(one, config.shop)) for of, one in templates)


def stories(state: State, name: str, references: Sequence[Named] = ()) -> list[Story]:
    """The stories of all orders that `name` may mean: id, number, reference or ERP number.

    What means a refund tells the story of its order. A record that is held has no reference in the
    ERP yet; it is found by what its reference would be.
    """
    ids = _ids(state, name)
    for each in references:
        if match := each.pattern.fullmatch(order_of(name)):
            ids |= {match[1]} if each.entity == ORDER else _orders_of(state, {match[1]})
    found = ((id, _with_parcels(state, _story(state, ORDER, id))) for id in sorted(ids))
    return [
        replace(story, parts=tuple(_parts(state, ORDER, id)), refunds=tuple(_refunds(state, id)))
        for id, story in found
        if story is not None
    ]


def _ids(state: State, name: str) -> set[str]:
    hits = state.search_facts(name)
    found = {order_of(id) for entity, id, _ in hits if entity == ORDER}
    refunds = {id for entity, id, fact in hits if entity == REFUND and fact != ORDER} | {name}
    found |= _orders_of(state, refunds)
    found |= {order_of_parcel(id) for entity, id, _ in hits if entity in PARCEL_ENTITIES}
    labels = {name, f"Order {name}"}
    found |= {
        order_of(held.id)
        for route in ROUTES[ORDER]
        for held in state.held(route)
        if labels & {held.id, held.label}
    }
    return found | {order_of(name)}


def order_of_parcel(id: str) -> str:
    """The order of a parcel, which is named "ORDER:PLACE"."""
    return id.partition(":")[0]


def _with_parcels(state: State, story: Story | None) -> Story | None:
    """An order's story with what happened to its parcels in between."""
    if story is None:
        return None
    hits = state.search_facts(story.id)
    ids = [id for entity, id, fact in hits if entity in PARCEL_ENTITIES and fact == ORDER]
    rows = [row for id in ids for row in reversed(state.audit(PARCELS, id))]
    events = [Event(row.at, _audited(row.label.partition(" of ")[0], row)) for row in rows]
    together = sorted([*story.events, *events], key=lambda event: event.at)
    held = state.held_of(PARCELS, ids)
    return replace(story, events=tuple(together), held=(*story.held, *held.values()))


def _orders_of(state: State, refunds: set[str]) -> set[str]:
    asked = refunds | {order_of(refund) for refund in refunds}
    return {facts[ORDER] for facts in state.facts(REFUND, asked).values() if ORDER in facts}


def _parts(state: State, entity: str, id: str) -> Iterator[Story]:
    """The stories of the parts that an order, or a refund of one in parts, was divided into."""
    names = state.facts(entity, [id]).get(id, {}).get("parts", "").split()
    for name in names:
        story = _story(state, entity, part_id(id, name), name)
        if story is not None:
            yield story


def _refunds(state: State, order_id: str) -> Iterator[Story]:
    hits = state.search_facts(order_id)
    found = {order_of(id) for entity, id, fact in hits if (entity, fact) == (REFUND, ORDER)}
    for id in sorted(found):
        story = _story(state, REFUND, id)
        if story is not None:
            yield replace(story, parts=tuple(_parts(state, REFUND, id)))


def _story(state: State, entity: str, id: str, part: str = "") -> Story | None:
    routes, source = ROUTES[entity], order_of(id)
    links = state.links(entity, "shop", "erp", [source], target_part=part)
    facts = state.facts(entity, [id]).get(id, {})
    held = [held[id] for route in routes if id in (held := state.held_of(route, [id]))]
    left_out = {r: skips[id] for r in routes if id in (skips := state.skipped(r, [id]))}
    skipped = left_out.pop(routes[0], "")
    events = sorted(_events(state, entity, id), key=lambda event: event.at)
    if not (links or facts or held or skipped or left_out or events):
        return None
    intents = [i[id] for route in routes if id in (i := state.open_intents(route, [id]))]
    return Story(
        entity,
        id,
        facts,
        document=links[source].target if source in links else "",
        events=tuple(events),
        held=tuple(held),
        skipped=skipped,
        open_intents=tuple(intents),
        corrections=state.corrections(entity, id),
        left_out=left_out,
    )


def _events(state: State, entity: str, id: str) -> Iterator[Event]:
    """The stages, of the same moment in their own order, and what each run and each person did."""
    stages = state.stages(entity, id)
    for stage in Stage:
        if stage in stages:
            yield Event(stages[stage], _REACHED.get(stage, f"return {stage}"))
    for route in ROUTES[entity]:
        for row in reversed(state.audit(route, id)):
            yield Event(row.at, _audited(route, row))


def _audited(route: str, row: AuditRow) -> str:
    """A line of the audit; what belongs to no run a person did."""
    if not row.run:
        return f"{route}, by hand: {_BY_HAND.get(row.operation, row.operation)} {row.reason}"
    if row.operation == "hold":
        return f"{route}, run {row.run}: {Why(row.outcome).word}: {row.reason}"
    done = f"{row.operation} {row.outcome}"
    if row.operation in _DONE:
        done = f"{_DONE[row.operation]} {row.target}".rstrip()
    reason = f"; {row.reason}" if row.reason else ""
    return f"{route}, run {row.run}: {done}{reason}"


def corrected_words(correction: Correction) -> str:
    """A correction in a line: what stands in place of the shop's value, by whom, since when."""
    since = f"{correction.at:%Y-%m-%d %H:%M} UTC"
    return f"corrected: {correction.shown}, by {correction.who} on {since}"


def _names(story: Story) -> Iterator[str]:
    """What a person knows the record by, in plain words."""
    for fact, word in _FACTS.items():
        value = story.facts.get(fact, "")
        if value and value != story.id:
            yield f"{word} {value}".strip()


def describe(story: Story) -> Iterable[str]:
    """The story in lines for a person, its refunds behind it."""
    names = ", ".join(_names(story))
    what = "credit note" if story.entity == REFUND else "document"
    yield f"{story.entity.capitalize()} {story.id}" + (f" ({names})" if names else "")
    if not story.parts:
        yield f"  ERP {what} {story.document}" if story.document else f"  no ERP {what} yet"
    for event in story.events:
        yield f"  {event.at:%Y-%m-%d %H:%M:%S} UTC  {event.what}"
    for correction in story.corrections:
        yield f"  {corrected_words(correction)}"
    for intent in story.open_intents:
        yield f"  open: {intent.step} since {intent.begun_at:%Y-%m-%d %H:%M:%S} UTC, answer unknown"
    if story.skipped:
        yield f"  left out: {story.skipped}"
    for route, reason in story.left_out.items():
        yield f"  {route}, left out: {reason}"
    for held in story.held:
        tried = f"attempt {held.attempts}, " if held.attempts else ""
        whose = "" if held.route == ROUTES[story.entity][0] else f"{held.route}, "
        yield f"  {whose}{held.why.word}: {held.problem.of_it()}"
        yield f"  {tried}looked at again {held.until:%Y-%m-%d %H:%M:%S} UTC"
    for below in (*story.parts, *story.refunds):
        yield from (f"  {line}" for line in describe(below))
