"""Makes documents: draft, its total read back, confirmed; continued where an accident left it.

Every call has its own step in the journal. A kill between any two leaves an intent that names the
step, and a document that is found again by its reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.connectors.base import (
    Change,
    Done,
    Draft,
    Failed,
    InDoubt,
    Marks,
    NotSent,
    Raw,
    References,
    Result,
)
from sync_cli.core import refusals
from sync_cli.core.documents import pieces_of
from sync_cli.core.errors import Problem
from sync_cli.core.fingerprint import marks_of
from sync_cli.core.identity import lowest_first
from sync_cli.core.item import Applied, Intent, Item, Step, Why
from sync_cli.core.line_marks import line_marks
from sync_cli.core.model import Document, DocumentState
from sync_cli.core.money import plain
from sync_cli.core.outcome import Settlement, Stage
from sync_cli.core.plan import Adopt, Advance, Create
from sync_cli.core.second_proof import Apart, Equal, Short, differs
from sync_cli.core.states import has_reached
from sync_cli.engine.execute import Writer
from sync_cli.engine.proving import CANCELLED, Half, Prover
from sync_cli.engine.route import Route
from sync_cli.engine.run import Run


class _Sorted(Struct):
    """Drafts by what the second proof says of them."""

    equal: list[Half] = field(default_factory=list)
    short: list[tuple[Half, Decimal]] = field(default_factory=list)
    apart: list[tuple[Half, Problem]] = field(default_factory=list)


class DocumentWriter(Writer):
    """Carries out operations on documents."""

    def __init__(self, run: Run, route: Route) -> None:
        super().__init__(run, route)
        self.prover = Prover(route)

    def create(self, operations: Sequence[Create]) -> None:
        """Make drafts, read each back, prove it, and only then confirm it."""
        intents = self.begin([(op.item, Step.CREATE, "") for op in operations])
        drafts = [Draft(op.item.reference, op.item.payload) for op in operations]
        results = self.route.target.create(self.route.target_entity, drafts)
        born: list[Half] = []
        settlements: list[Settlement] = []
        for op, intent, result in zip(operations, intents, results, strict=True):
            if isinstance(result, Done):
                born.append(Half(op.item, intent, result.id))
            else:
                settlements.append(self.settlement_of(op.item, intent, result, "create"))
        self.desk.settle(settlements)
        self._complete(self._read_back(born))

    def adopt(self, operations: Sequence[Adopt]) -> None:
        """Take over documents that are there already, and continue each where it stands."""
        arrived = [op for op in operations if has_reached(op.candidate.state, op.item.wanted)]
        self.desk.settle(
            [
                self._arrived(op.item, op.candidate.id, op.item.intent, None, "adopt")
                for op in arrived
            ]
        )
        open_ones = [op for op in operations if op not in arrived]
        spare = {op.item.id: [c.id for c in op.spare] for op in operations if op.spare}
        halves = self._read_back([self._taken_up(op) for op in open_ones])
        self._withdraw_spare([id for ids in spare.values() for id in ids])
        self._complete(halves)

    def change_of(self, item: Item) -> Change:
        """As for all records; one whose answer was lost tells what had stood there before."""
        change = super().change_of(item)
        told = marks_of(item.intent.before) if item.intent is not None else {}
        own = {name: mark for name, mark in told.items() if name in change.fields}
        return replace(change, before=own)

    def before(self, items: Sequence[Item], changes: Sequence[Change]) -> Mapping[str, str]:
        """What the target holds of the fields that are to change, where it can be asked.

        Of a second try what it held before the first.
        """
        target = self.route.target
        if not isinstance(target, Marks):
            return {}
        marks = target.marks(self.route.target_entity, changes)
        return {
            item.id: " ".join(
                f"{name}={mark}"
                for name, mark in sorted({**marks.get(change.id, {}), **change.before}.items())
            )
            for item, change in zip(items, changes, strict=True)
        }

    def settlement_of(
        self, item: Item, intent: Intent, result: Result, operation: str
    ) -> Settlement:
        """As for all records; an update that was refused changed nothing of what was applied, and
        is a task: a person carries it over."""
        if operation == "update" and isinstance(result, Failed) and not result.problem.transient:
            target = item.link.target if item.link is not None else result.id
            task = refusals.late_edit(item.label, target, item.payload, result.problem.message)
            settlement = self.desk.hold(item, task, Why.TASK, intent=intent)
        else:
            settlement = super().settlement_of(item, intent, result, operation)
        if operation != "update" or isinstance(result, Done) or settlement.keep_intent:
            return settlement
        known = item.applied is not None
        return replace(settlement, applied=item.applied, keep_intent=not known)

    def advance(self, operations: Sequence[Advance]) -> None:
        """Bring linked documents to the state that the source asks for."""
        intents = self.begin([(op.item, Step.ADVANCE, op.target) for op in operations])
        halves = [
            Half(op.item, intent, op.target) for op, intent in zip(operations, intents, strict=True)
        ]
        for to in sorted({op.to for op in operations}):
            group = [half for op, half in zip(operations, halves, strict=True) if op.to == to]
            self._advance_to(group, to)

    def _taken_up(self, operation: Adopt) -> Half:
        """An adopted document; an open intent of ours is continued, else a new one begun."""
        item = operation.item
        if item.intent is not None:
            return Half(item, item.intent, operation.candidate.id)
        intent = self.begin([(item, Step.CREATE, operation.candidate.id)])[0]
        return Half(item, intent, operation.candidate.id)

    def _read_back(self, born: Sequence[Half]) -> list[Half]:
        """The documents as the target stored them; of several with one reference one stays."""
        if not born:
            return []
        traits = self.route.target.traits(self.route.target_entity)
        if traits.reference is References.UNIQUE:
            return self._fetched(born)
        references = [half.item.reference for half in born]
        found = self.route.target.find(self.route.target_entity, "reference", references)
        kept = [self._keep_one(half, found.get(half.item.reference, ())) for half in born]
        self._withdraw_spare(
            [
                raw.id
                for half in kept
                for raw in self._live(found.get(half.item.reference, ()))
                if raw.id != half.target
            ]
        )
        return kept

    def _fetched(self, born: Sequence[Half]) -> list[Half]:
        raws = self.route.target.fetch(self.route.target_entity, [half.target for half in born])
        stored = {raw.id: self._document(raw) for raw in raws}
        return [replace(half, document=stored.get(half.target)) for half in born]

    def _keep_one(self, half: Half, found: Sequence[Raw]) -> Half:
        """A confirmed one stays before a draft, then the lowest id: both writers choose alike."""
        live = {raw.id: self._document(raw) for raw in self._live(found)}
        if not live:
            return half
        confirmed = [id for id, document in live.items() if document.state != DocumentState.DRAFT]
        kept = lowest_first(confirmed or live)[0]
        return replace(half, target=kept, document=live[kept])

    @staticmethod
    def _live(found: Sequence[Raw]) -> list[Raw]:
        return [raw for raw in found if CANCELLED not in raw.marks]

    def _withdraw_spare(self, ids: Sequence[str]) -> None:
        """Cancel further drafts of a reference; they stay visible as cancelled in the target."""
        if not ids:
            return
        for id, result in zip(ids, self._call_advance(ids, CANCELLED), strict=True):
            self.run.watcher.note(f"A second draft {id} was cancelled: {type(result).__name__}.")

    def _complete(self, halves: Sequence[Half]) -> None:
        """Prove each document against its order, confirm the equal, withdraw the others.

        One that is a rounding line short is given that line, read again and proven again.
        """
        sorted_out = self._sort_out(halves)
        again = self._sort_out(self._round(sorted_out.short))
        left = [(half, self.prover.still_apart(half, by)) for half, by in again.short]
        self._withdraw([*sorted_out.apart, *again.apart, *left])
        proven = [*sorted_out.equal, *again.equal]
        for wanted in sorted({half.item.wanted for half in proven}):
            self._advance_to([half for half in proven if half.item.wanted == wanted], wanted)

    def _sort_out(self, halves: Sequence[Half]) -> _Sorted:
        """What may be confirmed, what is a rounding line short, and what must not be confirmed."""
        unseen = [half for half in halves if half.document is None]
        self.desk.settle(
            [self.hold_in_doubt(h.item, h.intent, "it is not visible yet") for h in unseen]
        )
        found = _Sorted()
        for half in [half for half in halves if half.document is not None]:
            match self.prover.verdict(half):
                case Equal():
                    found.equal.append(half)
                case Short(by=by):
                    found.short.append((half, by))
                case Apart() as apart:
                    problem = differs(half.item.label, apart, self.route.target.name)
                    found.apart.append((half, problem))
                case Problem() as problem:
                    found.apart.append((half, problem))
        return found

    def _round(self, halves: Sequence[tuple[Half, Decimal]]) -> list[Half]:
        """Give each draft its rounding line, a call with a step of its own, and read it back."""
        drafts = [
            (half.told(f"a rounding line of {plain(by)} was added"), self.prover.rounded(half, by))
            for half, by in halves
        ]
        self._withdraw([(half, made) for half, made in drafts if isinstance(made, Problem)])
        ready = [(half, made) for half, made in drafts if not isinstance(made, Problem)]
        if not ready:
            return []
        steps = [(half.intent.number, Step.COMPLETE, half.target) for half, _ in ready]
        self.run.state.steps(steps, self.run.now())
        results = self.route.target.create(self.route.target_entity, [made for _, made in ready])
        rounded, refused = [], []
        for (half, _), result in zip(ready, results, strict=True):
            if isinstance(result, Done):
                rounded.append(half)
            elif isinstance(result, Failed):
                refused.append((half, result.problem.about(half.item.label)))
            else:
                self.desk.settle([self._rounding_in_doubt(half, result.why)])
        self._withdraw(refused)
        return self._fetched(rounded)

    def _rounding_in_doubt(self, half: Half, why: str) -> Settlement:
        intent = replace(half.intent, step=Step.COMPLETE, target=half.target)
        return self.hold_in_doubt(half.item, intent, why or "the call was not sent")

    def _withdraw(self, halves: Sequence[tuple[Half, Problem]]) -> None:
        """Cancel drafts that must not be confirmed, and hold their orders."""
        if not halves:
            return
        now = self.run.now()
        self.run.state.steps(
            [(half.intent.number, Step.WITHDRAW, half.target) for half, _ in halves], now
        )
        results = self._call_advance([half.target for half, _ in halves], CANCELLED)
        settlements = [
            self._withdrawn(half, problem, result)
            for (half, problem), result in zip(halves, results, strict=True)
        ]
        self.desk.settle(settlements)

    def _withdrawn(self, half: Half, problem: Problem, result: object) -> Settlement:
        if isinstance(result, Done):
            why = Why.RETRY if problem.transient else Why.QUARANTINED
            return self.desk.hold(
                half.item, problem, why, intent=half.intent, withdrawn=half.target
            )
        intent = replace(half.intent, step=Step.WITHDRAW, target=half.target)
        return self.hold_in_doubt(half.item, intent, "the draft could not be cancelled yet")

    def _advance_to(self, halves: Sequence[Half], to: str) -> None:
        if not halves:
            return
        now = self.run.now()
        self.run.state.steps(
            [(half.intent.number, Step.ADVANCE, half.target) for half in halves], now
        )
        results = self._call_advance([half.target for half in halves], to)
        settlements = [
            self._advanced(half.advancing(), result, to)
            for half, result in zip(halves, results, strict=True)
        ]
        self.desk.settle(settlements)

    def _call_advance(self, ids: Sequence[str], to: str) -> list[Done | Failed | InDoubt | NotSent]:
        return list(self.route.target.advance(self.route.target_entity, ids, to))

    def _advanced(
        self, half: Half, result: Done | Failed | InDoubt | NotSent, to: str
    ) -> Settlement:
        item = half.item
        if not isinstance(result, Done):
            settlement = self.settlement_of(item, half.intent, result, "advance")
            # The call that failed changed no field: what was applied before still holds.
            return (
                settlement if settlement.keep_intent else replace(settlement, applied=item.applied)
            )
        self.run.tally.add(self.route.name, "written")
        document = self._document(Raw(result.id, result.as_stored))
        if item.link is None and to == CANCELLED:
            return self._called_off(half)
        return self._arrived(item, half.target, half.intent, document, "create")

    def _called_off(self, half: Half) -> Settlement:
        """A document whose order was left out meanwhile: cancelled, and not linked."""
        return Settlement(
            half.item.id,
            label=half.item.label,
            entity=self.route.entity,
            intent=half.intent.number,
            skipped=half.item.filtered,
            withdrawn=half.target,
            audit=self.desk.audit("withdraw", "done", half.item, target=half.target),
        )

    def _arrived(
        self,
        item: Item,
        target: str,
        intent: Intent | None,
        document: Document | None,
        operation: str,
    ) -> Settlement:
        """The document stands where it should: link, fingerprint, journal and stages at once.

        What was applied is what the intent sent; if the order changed since, a task remains.
        """
        now = self.run.now()
        settlement = self.linked(item, target, item.reference, operation, intent)
        confirmed = item.wanted != CANCELLED
        stages = {Stage.SEEN: intent.begun_at if intent else now}
        if confirmed:
            stages |= {Stage.CREATED: now, Stage.CONFIRMED: now}
        facts = {**settlement.facts, "reference": item.reference, "erp": target}
        if isinstance(item.record, Document) and item.record.order_number:
            facts["order_number"] = item.record.order_number
        if isinstance(item.record, Document) and confirmed and not _is_outdated(item, intent):
            pieces = pieces_of(item.record).items()
            facts["pieces"] = " ".join(f"{key}:{count.normalize():f}" for key, count in pieces)
            facts["lines"] = line_marks(item.record)
        if document is not None and document.number:
            facts["number"] = document.number
        settlement = replace(settlement, stages={**settlement.stages, **stages}, facts=facts)
        if intent is None or not _is_outdated(item, intent) or item.wanted == CANCELLED:
            return settlement
        task = self.desk.hold(item, refusals.late_edit(item.label, target), Why.TASK)
        applied = Applied(intent.payload, item.mapping, item.lasting, item.wanted)
        return replace(settlement, applied=applied, held=task.held)

    def _document(self, raw: Raw) -> Document:
        if self.route.read_document is None:
            raise TypeError(f"route {self.route.name} reads no documents")
        return self.route.read_document(raw)


def _is_outdated(item: Item, intent: Intent | None) -> bool:
    """Whether what was sent is not what the record is now."""
    return intent is not None and intent.payload not in ("", item.fingerprint)
