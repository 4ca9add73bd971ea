"""Makes what has a reference: looked up first, loaded under external ids, read back.

What exists is never written again: a load on a confirmed order would change it (FACTS 6a).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar, TypeVar

from sync_cli.connectors.base import Done, Draft, Failed, NotSent, Raw, Result, batched
from sync_cli.connectors.odoo.loading import Load, Loaded, Loader, Outcome
from sync_cli.connectors.odoo.lookups import NotNamed
from sync_cli.connectors.odoo.problems import overtaken, refused, unnamed
from sync_cli.connectors.odoo.shapes import Shape
from sync_cli.connectors.odoo.values import text_of
from sync_cli.connectors.odoo.writing import Desk, result_of
from sync_cli.connectors.problems import not_found, wrong_state
from sync_cli.core.errors import ConfigError, SystemFault
from sync_cli.core.identity import lowest_first

T = TypeVar("T")
CANCELLED = "cancelled"


class Making(ABC):
    """`create` of one entity whose records carry our reference.

    `unconfirmed` are the states in which a document may still be completed; none for master data.
    `lines` is the name of a document's lines in its payload.
    """

    unconfirmed: ClassVar[tuple[str, ...]] = ()
    lines: ClassVar[str] = ""

    def __init__(self, desk: Desk, shape: Shape, loader: Loader) -> None:
        self.desk = desk
        self.shape = shape
        self.loader = loader

    def create(self, drafts: Sequence[Draft]) -> Iterator[Result]:
        """See `Connector.create`; one call a batch for records that are there already."""
        for some in batched(drafts, self.shape.traits.batch):
            # the same reference twice in one load would double its lines (FACTS 6a)
            own: dict[str, Draft] = {}
            for draft in some:
                own.setdefault(label_of(draft), draft)
            results = dict(zip(own, self._make(list(own.values())), strict=True))
            yield from (results[label_of(draft)] for draft in some)

    @abstractmethod
    def loads_of(
        self, new: Sequence[tuple[Draft, int]], outcomes: dict[str, Outcome]
    ) -> Mapping[str, Load]:
        """The rows of new records by their reference; why a record has none goes to `outcomes`.

        The number beside a draft is its generation: 2 where a cancelled one has the reference.
        """

    def after_load(  # noqa: B027 - most records need nothing besides
        self, drafts: Sequence[Draft], outcomes: dict[str, Outcome]
    ) -> None:
        """What a record needs besides its own rows; what becomes of that may change its outcome."""

    def count_lines(self, _id: str) -> int:
        """How many lines a document has."""
        raise NotImplementedError(f"{self.shape.label} has no lines")

    def further_lines(self, _draft: Draft, _count: int, _generation: int) -> Load:
        """The rows of the lines behind the first `count`. Raises NotNamed."""
        raise NotImplementedError(f"{self.shape.label} has no lines")

    def named(self, draft: Draft, make: Callable[[], T]) -> T | Outcome:
        """What `make` gives, or why a name in the payload cannot be found in Odoo."""
        try:
            return make()
        except NotNamed as no:
            return unnamed(self.desk.system, label_of(draft), str(no), no.field)
        except (SystemFault, ConfigError) as fault:
            self.desk.wire.remember(fault)
            return NotSent(str(fault))

    def read_back(self, outcomes: Mapping[str, Outcome]) -> dict[str, Result]:
        """The results of loads: the records as they are stored."""
        ids = [outcome.id for outcome in outcomes.values() if isinstance(outcome, Loaded)]
        stored = self.desk.stand(self.shape, ids) if ids else {}
        rows = {} if isinstance(stored, NotSent) else stored
        return {
            label: self._judged(
                label, outcome, rows.get(outcome.id) if isinstance(outcome, Loaded) else None
            )
            for label, outcome in outcomes.items()
        }

    def _judged(self, label: str, outcome: Outcome, raw: Raw | None) -> Result:
        """A load that met a document beyond its draft has written what it must not."""
        state = text_of(raw.data.get("state")) if raw is not None else ""
        if raw is None or not self.unconfirmed or state in self.unconfirmed:
            return result_of(outcome, raw)
        return Failed(overtaken(self.desk.system, label, state, raw.id), raw.id)

    def _make(self, drafts: Sequence[Draft]) -> list[Result]:
        """Results of drafts with different references."""
        found = self.desk.safely(lambda: self._standing(drafts))
        if isinstance(found, NotSent):
            return [found] * len(drafts)
        results: dict[str, Result] = {}
        new: list[tuple[Draft, int]] = []
        for draft in drafts:
            standing = found.get(draft.reference, ())
            if draft.at:
                results[label_of(draft)] = self._completed(draft, max(1, len(standing)))
            elif not draft.reference:
                problem = refused(self.desk.system, self.shape.label, "it has no reference")
                results[label_of(draft)] = Failed(problem)
            elif (live := live_of(standing, self.unconfirmed)) is not None:
                results[label_of(draft)] = Done(live.id, live.data, live.birth)
            else:
                new.append((draft, len(standing) + 1))
        results.update(self._made(new))
        return [results[label_of(draft)] for draft in drafts]

    def _standing(self, drafts: Sequence[Draft]) -> Mapping[str, Sequence[Raw]]:
        references = [draft.reference for draft in drafts if draft.reference]
        return self.desk.reader.find(self.shape, "reference", references)

    def _made(self, new: Sequence[tuple[Draft, int]]) -> dict[str, Result]:
        if not new:
            return {}
        outcomes: dict[str, Outcome] = {}
        loads = self.loads_of(new, outcomes)
        outcomes.update(zip(loads, self.loader.load(list(loads.values())), strict=True))
        self.after_load([draft for draft, _ in new], outcomes)
        return self.read_back(outcomes)

    def _completed(self, draft: Draft, generation: int) -> Result:
        """The lines that the draft `at` lacks are added; those it has are left as they are."""
        here = self.desk.stand(self.shape, [draft.at])
        if isinstance(here, NotSent):
            return here
        label, system, raw = label_of(draft), self.desk.system, here.get(draft.at)
        if raw is None:
            return Failed(not_found(system, label, self.shape.label.lower(), draft.at), draft.at)
        state = text_of(raw.data.get("state"))
        if state not in self.unconfirmed:
            return Failed(wrong_state(system, label, state, "completed"), draft.at)
        count = self.desk.safely(lambda: self.count_lines(draft.at))
        if isinstance(count, NotSent):
            return count
        if count >= len(draft.payload.get(self.lines, ())):
            return Done(raw.id, raw.data, raw.birth)
        load = self.named(draft, lambda: self.further_lines(draft, count, generation))
        outcome = self.loader.load([load])[0] if isinstance(load, Load) else load
        return self.read_back({label: outcome})[label]


def label_of(draft: Draft) -> str:
    """How messages name the record of a draft."""
    return draft.reference or draft.at


def live_of(standing: Sequence[Raw], unconfirmed: Sequence[str]) -> Raw | None:
    """The record to keep of those with one reference: a confirmed one, then the lowest id."""
    live = {raw.id: raw for raw in standing if CANCELLED not in raw.marks}
    if not live:
        return None
    confirmed = [id_ for id_, raw in live.items() if raw.data.get("state") not in unconfirmed]
    return live[lowest_first(confirmed or live)[0]]


def part_of(generation: int, line: int = 0) -> str:
    """What tells the external ids of one reference apart; "" for the first document."""
    parts = [f"v{generation}"] if generation > 1 else []
    return "_".join([*parts, f"l{line}"] if line else parts)
