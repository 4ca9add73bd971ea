"""All that is known of one order, in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sync_cli.core.plan import Held, Intent
from sync_cli.state.store import State

ORDER = "order"
ROUTES = ("orders", "orders-back", "order-notes")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a record at `at` (UTC)."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Story:
    """One order: its names in both systems, what happened, and what it waits for."""

    id: str
    facts: dict[str, str]
    document: str
    events: tuple[Event, ...]
    held: tuple[Held, ...]
    skipped: str
    open_intents: tuple[Intent, ...]


def stories(state: State, name: str) -> list[Story]:
    """The stories of all orders that `name` may mean: id, number, reference or ERP number."""
    return [story for id in sorted(_ids(state, name)) if (story := _story(state, id)) is not None]


def _ids(state: State, name: str) -> set[str]:
    found = {id for entity, id, _ in state.search_facts(name) if entity == ORDER}
    labels = {name, f"Order {name}"}
    found |= {
        held.id for route in ROUTES for held in state.held(route) if labels & {held.id, held.label}
    }
    return found | {name}


def _story(state: State, id: str) -> Story | None:
    links = state.links(ORDER, "shop", "erp", [id])
    facts = state.facts(ORDER, [id]).get(id, {})
    held = [held[id] for route in ROUTES if id in (held := state.held_of(route, [id]))]
    skipped = state.skipped("orders", [id]).get(id, "")
    events = sorted(_events(state, id), key=lambda event: event.at)
    if not (links or facts or held or skipped or events):
        return None
    intents = [i[id] for route in ROUTES if id in (i := state.open_intents(route, [id]))]
    document = links[id].target if id in links else ""
    return Story(id, facts, document, tuple(events), tuple(held), skipped, tuple(intents))


def _events(state: State, id: str) -> Iterator[Event]:
    for stage, at in state.stages(ORDER, id).items():
        yield Event(at, f"stage {stage.replace('_', ' ')}")
    for route in ROUTES:
        for row in state.audit(route, id):
            target = f" {row.target}" if row.target else ""
            reason = f": {row.reason}" if row.reason else ""
            yield Event(
                row.at, f"{route} run {row.run}: {row.operation}{target} {row.outcome}{reason}"
            )


def describe(story: Story) -> Iterable[str]:
    """The story in lines for a person."""
    names = ", ".join(f"{fact} {value}" for fact, value in sorted(story.facts.items()))
    yield f"Order {story.id}" + (f" ({names})" if names else "")
    yield f"  ERP document {story.document}" if story.document else "  no ERP document yet"
    for event in story.events:
        yield f"  {event.at:%Y-%m-%d %H:%M:%S} UTC  {event.what}"
    for intent in story.open_intents:
        yield f"  open: {intent.step} since {intent.begun_at:%Y-%m-%d %H:%M:%S} UTC, answer unknown"
    if story.skipped:
        yield f"  left out: {story.skipped}"
    for held in story.held:
        yield f"  held ({held.why}) until {held.until:%Y-%m-%d %H:%M:%S} UTC,"
        yield f"  attempt {held.attempts}: {held.problem.sentence()}"
