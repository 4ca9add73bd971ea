"""Adds to the records of a window all that the decision table must know of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from sync_cli.connectors.base import Found
from sync_cli.core.errors import Problem
from sync_cli.core.item import Candidate, Item, Kind, Link, Target
from sync_cli.core.plan import is_left_out, said
from sync_cli.engine.route import Route
from sync_cli.state.store import State


def recall(state: State, route: Route, items: Sequence[Item]) -> list[Item]:
    """The items with what our own state knows: link, fingerprint, open intent."""
    ids = [item.id for item in items]
    links = _links(state, route, items)
    applied = state.fingerprints(route.name, ids)
    intents = state.open_intents(route.name, ids)
    return [
        replace(
            item,
            link=links.get(item.id),
            applied=applied.get(item.id),
            intent=intents.get(item.id),
        )
        for item in items
    ]


def _links(state: State, route: Route, items: Sequence[Item]) -> dict[str, Link]:
    """The links of these items, of parts those to their own documents."""
    found: dict[str, Link] = {}
    for part in sorted({item.part for item in items}):
        own = {item.source: item.id for item in items if item.part == part}
        links = state.links(
            route.entity,
            route.source_role,
            route.target_role,
            own,
            part=route.source_part,
            target_part=part,
        )
        found.update((own[source], link) for source, link in links.items())
    return found


def look_up(state: State, route: Route, items: Sequence[Item]) -> list[Item]:
    """The items with what the target holds: candidates of the unlinked, standing of the linked.

    Asks only for records that could be written: one search per key for the whole window.
    """
    checked = _reject_doubles(route, items)
    candidates = _candidates(state, route, [item for item in checked if _is_searched(item)])
    targets = _targets(route, [item for item in checked if _is_looked_at(route, item)])
    return [
        replace(
            item,
            candidates=candidates.get(item.id, item.candidates),
            target=targets.get(item.id, item.target),
        )
        for item in checked
    ]


def _is_searched(item: Item) -> bool:
    if item.link is not None or item.problem is not None or item.waits:
        return False
    return not is_left_out(item)


def _is_looked_at(route: Route, item: Item) -> bool:
    if item.link is None or item.problem is not None or route.kind is not Kind.DOCUMENT:
        return False
    applied = item.applied
    return (
        applied is None
        or applied.payload != item.fingerprint
        or applied.wanted != item.wanted
        or item.intent is not None
    )


def _candidates(
    state: State, route: Route, items: Sequence[Item]
) -> dict[str, tuple[Candidate, ...]]:
    """What was found for each item by the first key that finds anything."""
    found: dict[str, tuple[Candidate, ...]] = {}
    left = list(items)
    for key in route.find_keys:
        values = {item.id: _value(item, key) for item in left}
        wanted = sorted({value for value in values.values() if value})
        answers = route.target.find(route.target_entity, key, wanted) if wanted else {}
        hits = {item.id: (item, answers.get(values[item.id], ())) for item in left}
        found.update(_judged(state, route, hits))
        left = [item for item in left if not found.get(item.id)]
    return found


def _value(item: Item, key: str) -> str:
    return item.reference if key == "reference" else item.match


def _judged(
    state: State, route: Route, hits: Mapping[str, tuple[Item, tuple[Found, ...]]]
) -> dict[str, tuple[Candidate, ...]]:
    ids = [found.id for _, founds in hits.values() for found in founds]
    if not ids:
        return {}
    taken = state.linked_targets(
        route.entity, route.source_role, route.target_role, ids, part=route.source_part
    )
    withdrawn = state.withdrawn(route.entity, ids)
    return {
        record: tuple(
            replace(
                route.judge(item, found), linked=taken.get(found.id, item.source) != item.source
            )
            for found in founds
            if found.id not in withdrawn and not _is_withdrawn_by(item, found)
        )
        for record, (item, founds) in hits.items()
    }


def _is_withdrawn_by(item: Item, found: Found) -> bool:
    """A document that an unfinished withdrawal of ours did cancel is out of the way."""
    intent = item.intent
    return (
        intent is not None
        and intent.step == "withdraw"
        and intent.target == found.id
        and "cancelled" in found.marks
    )


def _targets(route: Route, items: Sequence[Item]) -> dict[str, Target]:
    linked = {item.link.target: item.id for item in items if item.link is not None}
    if not linked:
        return {}
    standing = {record: Target(gone=True) for record in linked.values()}
    for raw in route.target.fetch(route.target_entity, sorted(linked)):
        standing[linked[raw.id]] = route.stand(raw)
    return standing


def _reject_doubles(route: Route, items: Sequence[Item]) -> list[Item]:
    """Two unlinked records with one match value: neither may claim the target's record."""
    counts = Counter(item.match for item in items if item.link is None and item.match)
    return [
        replace(item, problem=_double(item))
        if route.creates and item.link is None and counts[item.match] > 1 and not item.problem
        else item
        for item in items
    ]


def _double(item: Item) -> Problem:
    return Problem(
        "double-match",
        item.label,
        f"another record carries {said(item)} too",
        "Give each its own value; then run `sync-cli held retry`.",
    )
