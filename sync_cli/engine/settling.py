"""What each decision leaves behind: settlements, counts, and words for whoever looks on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sync_cli.core.errors import Problem
from sync_cli.core.item import Held, Intent, Item, Kind, Why
from sync_cli.core.outcome import Audit, Settlement, Stage
from sync_cli.core.plan import UNCHANGED, Create, Defer, Operation, Reject, Skip, next_try
from sync_cli.core.privacy import masked
from sync_cli.core.refusals import ANOTHER_RECORD, dismissed_and_changed
from sync_cli.engine.counting import HELD, Counting
from sync_cli.engine.route import Route
from sync_cli.engine.run import Run

DISMISSED = "a person dismissed it"
T = TypeVar("T")


class Desk:
    """Where the operations of one route are written up: settles, counts, tells the watcher."""

    def __init__(self, run: Run, route: Route) -> None:
        self.run = run
        self.route = route
        self._held = {held.id: held for held in run.state.held(route.name)}
        self._counting = Counting(())

    @contextmanager
    def counting(self, operations: Sequence[Operation]) -> Iterator[None]:
        """Tell and count these operations: planned ones at once, others by what came of them.

        What a run that is broken off did until then is counted too.
        """
        tally, route = self.run.tally, self.route.name
        self._counting = Counting(operations)
        for operation in operations:
            self._show(operation)
        if rejected := sum(isinstance(each, Reject) for each in operations):
            tally.add(route, "reject", rejected)
        if self.run.is_dry(self.route):
            tally.add_all(route, self._counting.planned(), planned=True)
            yield
            return
        try:
            yield
        finally:
            tally.add_all(route, self._counting.done())
            self._counting = Counting(())

    def close(self, operations: list[Operation]) -> None:
        """Settle the operations that call nobody: Skip, Defer, Reject."""
        dismissed = self._dismissed(operations)
        settlements = [
            settlement
            for operation in operations
            if (settlement := self._settlement(operation, dismissed)) is not None
        ]
        self.settle(settlements)

    def by_hand(self, operations: Sequence[Operation]) -> list[Operation]:
        """The operations, but none that makes a document which a person has dismissed.

        It may have been booked by hand. Whoever names it in the command wants it made, and takes
        the dismissal back: of an order in parts that of the whole too.
        """
        if self.route.kind is not Kind.DOCUMENT:
            return list(operations)
        made = [op.item for op in operations if isinstance(op, Create | Defer) and not op.item.link]
        names = [{item.id, item.source} for item in made]
        wanted = {id for each in names if each & {*self.run.options.ids} for id in each}
        if wanted and not self.run.is_dry(self.route):
            self.run.state.retry_now(self.route.name, sorted(wanted), self.run.now())
        asked = {id for each in names for id in each} - wanted
        dismissed = self.run.state.dismissed(self.route.name, asked) if asked else {}
        return [self._by_hand(operation, dismissed) for operation in operations]

    def settle(self, settlements: list[Settlement]) -> None:
        """Commit all settlements in one transaction."""
        if not settlements or self.run.is_dry(self.route):
            return
        self.run.state.settle(self.route.name, self.run.number, settlements, self.run.now())
        self._counting.settle(settlements)
        for settlement in settlements:
            if settlement.held is None:
                self._held.pop(settlement.id, None)
            else:
                self._held[settlement.id] = settlement.held

    def tell(self, operation: Operation) -> None:
        """Tell and count an operation on a record that is left alone and leaves nothing behind."""
        self.run.tally.add_all(self.route.name, Counting([operation]).planned())
        self._show(operation)

    def _show(self, operation: Operation) -> None:
        """Unchanged records are only counted."""
        if not (isinstance(operation, Skip) and operation.reason == UNCHANGED):
            self.run.watcher.planned(self.route.name, operation)

    def holds(self, record_id: str) -> bool:
        """Whether the record is on the route's held list."""
        return record_id in self._held

    def waits(self, item: Item) -> bool:
        """Whether it failed just as it is now, and its next try is not due yet."""
        held = self._held.get(item.id)
        return (
            held is not None
            and held.why in (Why.QUARANTINED, Why.RETRY)
            and held.problem.code != ANOTHER_RECORD
            and held.until > self.run.now()
            and held.content == item.content
        )

    def due(self, records: Sequence[T], item_of: Callable[[T], Item]) -> list[T]:
        """The records but those that still wait, which count as held."""
        due = [record for record in records if not self.waits(item_of(record))]
        if still := len(records) - len(due):
            self.run.tally.add(self.route.name, HELD, still)
        return due

    def hold(
        self,
        item: Item,
        problem: Problem,
        why: Why,
        *,
        until: datetime | None = None,
        intent: Intent | None = None,
        keep_intent: bool = False,
        withdrawn: str = "",
        facts: Mapping[str, str] | None = None,
    ) -> Settlement:
        """A settlement that puts `item` on the held list; told as new if it was not there."""
        problem = problem if problem.record else problem.about(item.label)
        held = self._hold(item, problem, why, until)
        self._tell_failure(item, problem, why)
        return Settlement(
            item.id,
            label=item.label,
            entity=self.route.entity,
            intent=self._number(item, intent),
            keep_intent=keep_intent,
            held=held,
            withdrawn=withdrawn,
            facts={**item.facts, **(facts or {})},
            stages=self._seen(item),
            audit=self.audit("hold", str(why), item, problem.message, intent=intent),
        )

    def audit(
        self,
        operation: str,
        outcome: str,
        item: Item,
        reason: str = "",
        *,
        intent: Intent | None = None,
        target: str = "",
    ) -> Audit:
        """The auditor's row for `item`, personal fields masked."""
        return Audit(
            operation,
            outcome,
            reason,
            request_id=intent.request_id if intent else "",
            payload_hash=item.fingerprint,
            target=target,
            payload=masked(item.payload) if item.payload else None,
        )

    def _settlement(self, operation: Operation, dismissed: Mapping[str, str]) -> Settlement | None:
        match operation:
            case Skip(item=item, reason=reason):
                return self._skip(item, reason)
            case Defer(item=item, reason=reason, until=until, why=why):
                return self.put_off(item, reason, until, why, keep_intent=True)
            case Reject(item=item, problem=problem, why=why):
                if item.id in dismissed and dismissed[item.id] == item.content:
                    self._counting.leave(item.id)
                    return None
                return self.hold(item, problem, why, keep_intent=True)
            case _:
                raise TypeError(f"{type(operation).__name__} needs a call and is not closed here")

    def _skip(self, item: Item, reason: str) -> Settlement | None:
        """Nothing to store for an unchanged record, unless it was held or half-done before."""
        left_out = item.filtered if self.route.kind is Kind.DOCUMENT else ""
        if not left_out and item.id not in self._held and item.intent is None:
            return None
        return Settlement(
            item.id,
            label=item.label,
            entity=self.route.entity,
            intent=self._number(item, None),
            skipped=left_out,
            facts=item.facts,
            stages=self._seen(item),
            audit=None if left_out else self.audit("skip", "skipped", item, reason),
        )

    def put_off(
        self,
        item: Item,
        reason: str,
        until: datetime,
        why: Why = Why.DEFERRED,
        *,
        intent: Intent | None = None,
        keep_intent: bool = False,
    ) -> Settlement:
        """A settlement that lets `item` wait; it costs no attempt and is no failure."""
        problem = Problem(str(why), item.label, reason, "It is tried again by itself.")
        before = self._held.get(item.id)
        held = Held(
            self.route.name,
            item.id,
            why,
            until,
            before.attempts if before else 0,
            before.since if before else self.run.now(),
            problem,
            item.label,
            item.content,
            item.birth,
            item.places,
        )
        return Settlement(
            item.id,
            label=item.label,
            entity=self.route.entity,
            intent=self._number(item, intent),
            keep_intent=keep_intent,
            held=held,
            facts=item.facts,
            stages=self._seen(item),
        )

    def _hold(self, item: Item, problem: Problem, why: Why, until: datetime | None) -> Held:
        now = self.run.now()
        before = self._held.get(item.id)
        again = before is not None and before.content == item.content
        if before and again and before.until > now and before.problem.code == problem.code:
            # Read again by the buffer alone: that is no attempt, and its wait does not grow.
            return before
        attempts = (before.attempts if before and again else 0) + 1
        return Held(
            self.route.name,
            item.id,
            why,
            until or next_try(why, attempts, now),
            attempts,
            before.since if before else now,
            problem,
            item.label,
            item.content,
            item.birth,
            item.places,
        )

    def _tell_failure(self, item: Item, problem: Problem, why: Why) -> None:
        before = self._held.get(item.id)
        new = before is None or before.problem.code != problem.code
        if new and why is not Why.IN_DOUBT:
            self.run.tally.new_failures += 1
        self.run.watcher.failed(self.route.name, item, problem, new=new)

    @staticmethod
    def _by_hand(operation: Operation, dismissed: Mapping[str, str]) -> Operation:
        item = operation.item
        content = dismissed.get(item.id, dismissed.get(item.source))
        if content is None or item.link or not isinstance(operation, Create | Defer):
            return operation
        if content == item.content:
            return Skip(item, DISMISSED)
        if isinstance(operation, Create):
            return Reject(item, dismissed_and_changed(item.label), Why.TASK)
        return operation

    def _dismissed(self, operations: list[Operation]) -> Mapping[str, str]:
        ids = [operation.item.id for operation in operations if isinstance(operation, Reject)]
        return self.run.state.dismissed(self.route.name, ids) if ids else {}

    def _seen(self, item: Item) -> Mapping[Stage, datetime]:
        if self.route.stage_entity != self.route.entity or not self.route.stage_entity:
            return {}
        return {Stage.SEEN: self.run.now()} if item.link is None else {}

    @staticmethod
    def _number(item: Item, intent: Intent | None) -> int:
        known = intent or item.intent
        return known.number if known else 0
