"""The connector of every system that a profile describes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from msgspec.structs import replace

from sync_cli.connectors.base import (
    Change,
    Draft,
    Failed,
    Found,
    Identity,
    Json,
    NotSent,
    Page,
    Raw,
    References,
    Result,
    Seen,
    Traits,
)
from sync_cli.connectors.marks import changed_by_others, marks_of_fields
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.problems import edited_meanwhile
from sync_cli.connectors.rest.advance import Advancing
from sync_cli.connectors.rest.auth import Credentials
from sync_cli.connectors.rest.comparing import fields_not_kept
from sync_cli.connectors.rest.complete import Completing
from sync_cli.connectors.rest.create import Creating
from sync_cli.connectors.rest.identity import ask_identity, inspect
from sync_cli.connectors.rest.opening import HttpOptions, open_wire
from sync_cli.connectors.rest.procedure import Desk
from sync_cli.connectors.rest.profile import Complete, Create, Entity, Profile, Update
from sync_cli.connectors.rest.read import Reader
from sync_cli.connectors.rest.update import Changing
from sync_cli.core.checkup import Finding
from sync_cli.core.errors import ConfigError, SystemFault


def utc_now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


ORDER = "order"
"""The entity that `reference` speaks of: an ERP may refuse doubled orders and nothing else."""


class RestConnector:
    """`Connector` over HTTP as a profile describes it; see `sync_cli.connectors.base`.

    `credentials` must have every name that the profile asks for. `reference`, `in_doubt` and
    `taxes_given` replace the traits of all entities that have a reference: whether a system refuses
    a second one, or computes taxes, may be a setting of that very installation. Raises ConfigError
    for a missing credential or an unsafe address; calls nobody until it is asked something.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        profile: Profile,
        credentials: Credentials,
        *,
        pacing: Pacing | None = None,
        clock: Callable[[], datetime] = utc_now,
        options: HttpOptions | None = None,
        reference: References | None = None,
        in_doubt: timedelta | None = None,
        taxes_given: bool | None = None,
    ) -> None:
        self.name = name
        self._profile = profile
        self._traits = {
            entity: _overridden(
                words.traits.as_traits(),
                reference if entity == ORDER else None,
                in_doubt,
                taxes_given,
            )
            for entity, words in profile.entities.items()
        }
        self._wire = open_wire(
            name,
            base_url,
            profile,
            credentials,
            pacing=pacing or Pacing(),
            clock=clock,
            options=options or HttpOptions(),
        )

    def identify(self) -> Identity:
        """See `Connector.identify`; asks anew each time."""
        self._wire.raise_fault()
        return ask_identity(self._wire, self._profile)

    def traits(self, entity: str) -> Traits:
        """See `Connector.traits`."""
        self._words(entity)
        return self._traits[entity]

    def changes(
        self, entity: str, since: datetime | None, resume: str | None = None
    ) -> Iterator[Page]:
        """See `Connector.changes`.

        The date asked for stays the same for the whole read. A record that becomes visible later
        with an earlier date (a late commit) is the duty of the overlap, not of the read. A page
        is asked for while the caller works on the one before it.
        """
        reader = self._reader(entity)
        self._wire.raise_fault()
        return self._wire.pacing.one_ahead(reader.changes(since, resume))

    def fetch(self, entity: str, ids: Sequence[str]) -> Iterator[Raw]:
        """See `Connector.fetch`."""
        reader = self._reader(entity)
        self._wire.raise_fault()
        return reader.fetch(ids)

    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """See `Connector.find`."""
        self._wire.raise_fault()
        return self._reader(entity).find(key, values, self._traits[entity].find_batch)

    def census(self, entity: str, since: datetime | None = None) -> Iterator[Seen]:
        """See `Connector.census`."""
        reader = self._reader(entity)
        self._wire.raise_fault()
        return reader.census(since)

    def acknowledge(self, entity: str, position: str) -> None:
        """Nothing to let go of: the system keeps its records."""

    def create(self, entity: str, drafts: Sequence[Draft]) -> Iterator[Result]:
        """See `Connector.create`; half-made drafts go by `complete` where the profile has it."""
        words = self._words(entity)
        if words.create is None:
            raise self._cannot(entity, "create")
        self._wire.raise_fault()
        return self._create(words.create, words.complete, entity, drafts)

    def _create(
        self, create: Create, complete: Complete | None, entity: str, drafts: Sequence[Draft]
    ) -> Iterator[Result]:
        desk = self._desk(entity)
        for half_made, group in groupby(drafts, key=lambda draft: bool(draft.at)):
            if half_made and complete is not None:
                yield from Completing(desk).complete(complete, list(group))
            else:
                yield from Creating(desk).create(create, list(group))

    def update(self, entity: str, changes: Sequence[Change]) -> Iterator[Result]:
        """See `Connector.update`."""
        words = self._words(entity).update
        if words is None:
            raise self._cannot(entity, "update")
        self._wire.raise_fault()
        return self._update(entity, words, changes)

    def _update(self, entity: str, words: Update, changes: Sequence[Change]) -> Iterator[Result]:
        """The results in order; a second try is refused what somebody corrected since the first."""
        before = [change for change in changes if change.before]
        try:
            refused = self._edited_meanwhile(entity, before) if before else {}
        except SystemFault as fault:
            self._wire.remember(fault)
            yield from (NotSent(str(fault)) for _ in changes)
            return
        asked = [change for change in changes if change.id not in refused]
        results = iter(Changing(self._desk(entity)).update(words, asked))
        for change in changes:
            yield refused[change.id] if change.id in refused else next(results)

    def _edited_meanwhile(self, entity: str, changes: Sequence[Change]) -> dict[str, Failed]:
        refused = {}
        stored = self._stored(entity, changes)
        for change in changes:
            data = stored.get(change.id, {})
            moved = {name.partition(".")[0] for name in fields_not_kept(change.fields, data)}
            now = marks_of_fields(data, change.fields)
            others = changed_by_others(change, now, lambda name: name not in moved)  # noqa: B023
            if data and others:
                problem = edited_meanwhile(self.name, change.id, others)
                refused[change.id] = Failed(problem, change.id)
        return refused

    def marks(self, entity: str, changes: Sequence[Change]) -> Mapping[str, Mapping[str, str]]:
        """See `Marks.marks`."""
        stored = self._stored(entity, changes)
        return {
            change.id: marks_of_fields(stored[change.id], change.fields)
            for change in changes
            if change.id in stored
        }

    def _stored(self, entity: str, changes: Sequence[Change]) -> dict[str, Json]:
        found = self.fetch(entity, [change.id for change in changes])
        return {raw.id: raw.data for raw in found}

    def advance(self, entity: str, ids: Sequence[str], to: str) -> Iterator[Result]:
        """See `Connector.advance`."""
        words = self._words(entity).advance.get(to)
        if words is None:
            raise self._cannot(entity, f"advance.{to}")
        self._wire.raise_fault()
        return Advancing(self._desk(entity)).advance(words, ids, to)

    def inspect(self, *, writes: bool) -> Iterator[Finding]:
        """See `Inspects.inspect`."""
        self._wire.raise_fault()
        return inspect(self._wire, self._profile, writes=writes)

    def calls(self) -> Mapping[str, int]:
        """See `Connector.calls`."""
        return self._wire.calls()

    def close(self) -> None:
        """See `Connector.close`."""
        self._wire.close()

    def __repr__(self) -> str:
        return f"RestConnector({self.name!r}, {self._profile.kind!r})"

    def _words(self, entity: str) -> Entity:
        words = self._profile.entities.get(entity)
        if words is None:
            raise ConfigError(
                f"The profile {self._profile.kind} of {self.name} has no entity {entity!r};"
                f" it has {', '.join(self._profile.entities)}.",
                "Add it to the profile, or switch off the route that needs it.",
            )
        return words

    def _reader(self, entity: str) -> Reader:
        return Reader(self._wire, entity, self._words(entity), self._source_clock)

    def _source_clock(self) -> datetime:
        return ask_identity(self._wire, self._profile).clock

    def _desk(self, entity: str) -> Desk:
        batch = self._traits[entity].batch
        return Desk(self._wire, entity, self._words(entity), self._reader(entity), batch)

    def _cannot(self, entity: str, what: str) -> ConfigError:
        return ConfigError(
            f"The profile {self._profile.kind} of {self.name} has no `{what}` for {entity}.",
            "Add it to the profile, or switch off the route that needs it.",
        )


def _overridden(
    traits: Traits,
    reference: References | None,
    in_doubt: timedelta | None,
    taxes_given: bool | None,
) -> Traits:
    if traits.reference is not References.NONE and reference is not None:
        traits = replace(traits, reference=reference)
    if taxes_given is not None:
        traits = replace(traits, taxes_given=taxes_given)
    return traits if in_doubt is None else replace(traits, in_doubt=in_doubt)
