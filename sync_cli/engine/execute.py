"""Carries out a plan: intent, call, settlement; never a call without an intent on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from sync_cli.connectors.base import (
    Change,
    Done,
    Draft,
    Failed,
    InDoubt,
    NotSent,
    Result,
    batched,
)
from sync_cli.core.errors import Problem
from sync_cli.core.item import Intent, Item, Step, Why
from sync_cli.core.outcome import End, Settlement
from sync_cli.core.plan import (
    Adopt,
    Advance,
    Create,
    Defer,
    Operation,
    Reject,
    Skip,
    Update,
    in_doubt_until,
)
from sync_cli.engine.route import Route
from sync_cli.engine.run import Run
from sync_cli.engine.settling import Desk

SETTLE_AT_ONCE = 100
WRITE_AT_ONCE = 1000


class Writer:
    """Carries out operations of one route on master data; documents have a writer of their own."""

    def __init__(self, run: Run, route: Route) -> None:
        self.run = run
        self.route = route
        self.desk = Desk(run, route)

    def carry_out(self, operations: Sequence[Operation]) -> None:
        """Tell every operation; unless this run is dry, do them and settle each.

        What a person has dismissed is made only by a person's word.
        """
        operations = self.desk.by_hand(operations)
        with self.desk.counting(operations):
            if not self.run.is_dry(self.route):
                self._do(operations)

    def _do(self, operations: Sequence[Operation]) -> None:
        self.desk.close([op for op in operations if isinstance(op, Skip | Defer | Reject)])
        self.adopt([op for op in operations if isinstance(op, Adopt)])
        for batch in batched((op for op in operations if isinstance(op, Create)), self._batch()):
            self.create(batch)
        self.update([op.item for op in operations if isinstance(op, Update)])
        self.advance([op for op in operations if isinstance(op, Advance)])

    def create(self, operations: Sequence[Create]) -> None:
        """Make the records, one call a batch, and link each that was made."""
        intents = self.begin([(op.item, Step.CREATE, "") for op in operations])
        drafts = [Draft(op.item.reference, op.item.payload) for op in operations]
        results = self.route.target.create(self.route.target_entity, drafts)
        self._settle_each(
            (self.settlement_of(op.item, intent, result, "create"))
            for op, intent, result in zip(operations, intents, results, strict=True)
        )

    def adopt(self, operations: Sequence[Adopt]) -> None:
        """Link records that exist on both sides; nothing is written to either."""
        self.desk.settle(
            [
                self.linked(op.item, op.candidate.id, op.candidate.birth, "adopt", op.item.intent)
                for op in operations
            ]
        )

    def update(self, items: Sequence[Item]) -> None:
        """Write absolute values; they may be sent again after any accident."""
        if not items:
            return
        changes = [self.change_of(item) for item in items]
        before = self.before(items, changes)
        intents = self.begin([(item, Step.UPDATE, item.id) for item in items], before)
        results = self.route.target.update(self.route.target_entity, changes)
        self._settle_each(
            self.settlement_of(item, intent, result, "update")
            for item, intent, result in zip(items, intents, results, strict=True)
        )

    def advance(self, operations: Sequence[Advance]) -> None:
        """Master data has no states."""
        if operations:
            raise TypeError(f"route {self.route.name} is no document and cannot advance")

    def change_of(self, item: Item) -> Change:
        """The change that brings the linked record of `item` to its payload."""
        target = item.link.target if item.link is not None else item.id
        return Change(target, item.payload, item.parent, item.beside)

    def before(self, items: Sequence[Item], changes: Sequence[Change]) -> Mapping[str, str]:
        """What the target holds of the fields that are to change; master data is overwritten."""
        del items, changes
        return {}

    def begin(
        self, calls: Iterable[tuple[Item, Step, str]], before: Mapping[str, str] | None = None
    ) -> list[Intent]:
        """Write the intents of these calls, erasing their fingerprints, in one commit.

        `before` is what the target holds of the fields that are to change, by the item's id.
        """
        now = self.run.now()
        intents = [
            Intent(
                route=self.route.name,
                id=item.id,
                reference=item.reference,
                step=step,
                begun_at=now,
                request_id=self.run.request_ids(),
                run=self.run.number,
                payload=item.fingerprint,
                target=target,
                before=(before or {}).get(item.id, ""),
            )
            for item, step, target in calls
        ]
        return self.run.state.begin(intents) if intents else []

    def settlement_of(
        self, item: Item, intent: Intent, result: Result, operation: str
    ) -> Settlement:
        """What the result of a call leaves behind."""
        match result:
            case Done(id=target, birth=birth):
                self.run.tally.add(self.route.name, "written")
                return self.linked(item, target, birth, operation, intent)
            case Failed(problem=problem):
                why = Why.RETRY if problem.transient else Why.QUARANTINED
                return self.desk.hold(item, problem.about(item.label), why, intent=intent)
            case InDoubt(why=reason):
                return self.hold_in_doubt(item, intent, reason)
            case NotSent(why=reason):
                return self.desk.put_off(item, _not_sent(reason), self.run.now(), intent=intent)

    def hold_in_doubt(self, item: Item, intent: Intent, reason: str) -> Settlement:
        """The answer was lost: the intent stays open until its effect can be looked for."""
        now = self.run.now()
        # The call may have left long after its intent: others of its batch went before it.
        self.run.state.steps([(intent.number, intent.step, intent.target)], now)
        until = self.doubt_ends(replace(intent, begun_at=now))
        problem = Problem(
            "in-doubt",
            item.label,
            f"the answer of {self.route.target.name} was lost ({reason})",
            "It is looked for, and sent again only if it did not arrive.",
            system=self.route.target.name,
            transient=True,
        )
        return self.desk.hold(
            item, problem, Why.IN_DOUBT, until=until, intent=intent, keep_intent=True
        )

    def doubt_ends(self, intent: Intent) -> datetime:
        """When the record is looked at again: once the lost call can no longer take effect."""
        return in_doubt_until(intent, self.route.rules(self.run.options))

    def linked(
        self, item: Item, target: str, birth: str, operation: str, intent: Intent | None
    ) -> Settlement:
        """Link, fingerprint and journal of a record that is now in step: one commit."""
        return Settlement(
            item.id,
            label=item.label,
            entity=self.route.entity,
            intent=intent.number if intent else 0,
            ends=self.ends(item, target, birth or item.reference),
            applied=item.as_applied(),
            facts=item.facts,
            audit=self.desk.audit(
                operation, "done", item, item.because, intent=intent, target=target
            ),
        )

    def ends(self, item: Item, target: str, birth: str) -> tuple[End, End] | None:
        """Both ends of the link; None where the target is the linked record itself."""
        if item.link is not None:
            return None
        return (
            End(self.route.source_role, item.source, item.birth, self.route.source_part),
            End(self.route.target_role, target, birth, item.part),
        )

    def _settle_each(self, settlements: Iterator[Settlement]) -> None:
        for batch in batched(settlements, SETTLE_AT_ONCE):
            self.desk.settle(batch)

    def _batch(self) -> int:
        return self.route.target.traits(self.route.target_entity).batch


def _not_sent(reason: str) -> str:
    return f"the call was not sent ({reason})" if reason else "the call was not sent"


def together(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Items to write at a time; the variations of one parent stay together, so that they cost one
    call."""
    chunk: list[Item] = []
    for item in items:
        if len(chunk) >= WRITE_AT_ONCE and (not item.parent or item.parent != chunk[-1].parent):
            yield chunk
            chunk = []
        chunk.append(item)
    if chunk:
        yield chunk
