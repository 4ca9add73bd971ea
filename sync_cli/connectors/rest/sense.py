"""What a profile must have beyond the right words: placeholders that exist, and calls that lead on.

Each check yields the place in the profile and a sentence; `loading` adds file and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sync_cli.connectors.rest.calls import (
    Call,
    CursorPaging,
    Fetch,
    Find,
    KeysetPaging,
    Listing,
    OffsetPaging,
)
from sync_cli.connectors.rest.profile import (
    Advance,
    Complete,
    Create,
    Entity,
    LoginAuth,
    Profile,
    Step,
    Update,
)
from sync_cli.connectors.rest.template import placeholders
from sync_cli.mapping.errors import did_you_mean

Place = tuple[str | int, ...]
Flaw = tuple[Place, str]

_PAGING = frozenset({"after", "cursor", "offset", "page", "limit"})
_CHANGES = _PAGING | {"since"}
_FETCH = _PAGING | {"id", "ids"}
_FIND = _PAGING | {"value", "values"}
_CREATE = frozenset({"id", "ids", "item", "items", "reference"})
_UPDATE = frozenset({"id", "ids", "fields", "items", "parent"})
_ADVANCE = frozenset({"id", "ids"})
_RESERVED = _CHANGES | _FETCH | _FIND | _CREATE | _UPDATE


def flaws(profile: Profile) -> Iterator[Flaw]:
    """Everything that is wrong with a profile although each of its words is right."""
    given = frozenset(profile.credentials)
    for name in sorted(given & _RESERVED):
        yield ("credentials",), f"{name!r} is a placeholder of the calls; name it otherwise"
    yield from _call(("identify", "call"), profile.identify.call, given)
    yield from _stray(("headers",), profile.headers, given)
    yield from _auth(profile, given)
    for name, entity in profile.entities.items():
        for place, sentence in _entity(entity, given):
            yield ("entities", name, *place), sentence


def _auth(profile: Profile, given: frozenset[str]) -> Iterator[Flaw]:
    if isinstance(profile.auth, LoginAuth):
        yield from _call(("auth", "call"), profile.auth.call, given)
        yield from _stray(("auth", "headers"), profile.auth.headers, given | {"token"})
    else:
        yield from _stray(("auth",), profile.auth.model_dump(exclude={"kind"}), given)


def _entity(entity: Entity, given: frozenset[str]) -> Iterator[Flaw]:
    for word in ("changes", "census"):
        listing = getattr(entity, word)
        if listing is not None:
            yield from _listing((word,), listing, given | _CHANGES)
    if entity.changes is not None:
        yield from _delta(entity, entity.changes)
    if entity.fetch is not None:
        yield from _listing(("fetch",), entity.fetch, given | _FETCH)
        yield from _one_or_many(("fetch",), entity.fetch, "id")
    for key, find in entity.find.items():
        yield from _listing(("find", key), find, given | _FIND)
        yield from _one_or_many(("find", key), find, "value")
    yield from _writing(entity, given)


def _delta(entity: Entity, listing: Listing) -> Iterator[Flaw]:
    asks = "since" in listing.call.names()
    if entity.traits.delta and not asks:
        yield ("changes", "call"), "the call has no {since}; without one say `delta: false`"
    if asks and not entity.traits.delta:
        yield ("changes", "call"), "the call has a {since}, but the traits say `delta: false`"


def _listing(place: Place, listing: Listing, known: frozenset[str]) -> Iterator[Flaw]:
    yield from _call((*place, "call"), listing.call, known)
    needed = {KeysetPaging: {"after"}, CursorPaging: {"cursor"}, OffsetPaging: {"offset", "page"}}
    names = needed.get(type(listing.paging), set())  # type: ignore[arg-type]
    if names and names.isdisjoint(listing.call.names()):
        word = " or ".join(f"{{{name}}}" for name in sorted(names))
        yield (*place, "call"), f"this paging needs {word} in the call"


def _one_or_many(place: Place, listing: Fetch | Find, name: str) -> Iterator[Flaw]:
    if len(listing.call.names() & {name, f"{name}s"}) != 1:
        yield (*place, "call"), f"the call needs either {{{name}}} or {{{name}s}}"


def _writing(entity: Entity, given: frozenset[str]) -> Iterator[Flaw]:
    if entity.create is not None:
        yield from _create(entity, entity.create, given)
    if entity.complete is not None:
        yield from _complete(entity, entity.complete, given)
    if entity.update is not None:
        yield from _update(entity, entity.update, given)
    for state, advance in entity.advance.items():
        yield from _advance(entity, ("advance", state), advance, given)


def _create(entity: Entity, create: Create, given: frozenset[str]) -> Iterator[Flaw]:
    first = create.steps[0]
    yield from _idle(("create", "steps", 0), first, "unless")
    if first.item is None and first.id is None:
        yield ("create", "steps", 0), "the first step makes the record: give `item` or `id`"
    for at, step in enumerate(create.steps):
        place: Place = ("create", "steps", at)
        yield from _call((*place, "call"), step.call, given | _CREATE)
        yield from _step(entity, place, step)


def _complete(entity: Entity, complete: Complete, given: frozenset[str]) -> Iterator[Flaw]:
    if entity.fetch is None:
        yield ("complete",), "this entity has no `fetch`, so that nobody can see what a draft lacks"
    yield from _call(("complete", "call"), complete.call, given | _UPDATE)
    yield from _step(entity, ("complete",), complete)
    yield from _idle(("complete",), complete, "unless", "send")


def _update(entity: Entity, update: Update, given: frozenset[str]) -> Iterator[Flaw]:
    yield from _call(("update", "call"), update.call, given | _UPDATE)
    yield from _step(entity, ("update",), update)
    yield from _idle(("update",), update, "unless", "send")


def _advance(
    entity: Entity, place: Place, advance: Advance, given: frozenset[str]
) -> Iterator[Flaw]:
    if entity.fetch is None:
        yield place, "this entity has no `fetch`, so that nobody can see where a document stands"
    for at, step in enumerate(advance.steps):
        yield from _call((*place, "steps", at, "call"), step.call, given | _ADVANCE)
        yield from _step(entity, (*place, "steps", at), step)
        yield from _idle((*place, "steps", at), step, "send")


def _idle(place: Place, step: Step, *words: str) -> Iterator[Flaw]:
    """Words that a step of this procedure would not heed."""
    for word in words:
        if getattr(step, word) is not None:
            yield (*place, word), f"`{word}` has no meaning here"


def _step(entity: Entity, place: Place, step: Step) -> Iterator[Flaw]:
    told = (step.item, step.id, step.ok, step.error)
    if step.is_batch and step.results is None and any(word is not None for word in told):
        yield place, "a batch needs `results`: where the answer to each item stands"
    if step.item is None and entity.fetch is None:
        yield place, "without `item` the record is read again, and this entity has no `fetch`"


def _call(place: Place, call: Call, known: frozenset[str]) -> Iterator[Flaw]:
    if not call.path.startswith("/"):
        yield (*place, "path"), f"the path {call.path!r} must begin with a slash"
    for word in ("path", "params", "headers", "body"):
        yield from _stray((*place, word), getattr(call, word), known)


def _stray(place: Place, template: Any, known: frozenset[str]) -> Iterator[Flaw]:
    if isinstance(template, Mapping):
        for name, member in template.items():
            yield from _stray((*place, name), member, known)
        return
    for name in sorted(set(placeholders(template)) - known):
        yield place, f"there is no placeholder {{{name}}} here{did_you_mean(name, known)}"
