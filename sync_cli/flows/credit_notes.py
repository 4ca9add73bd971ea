"""Credit notes of the ERP, read on their own: what they say of returns, and, where it is wanted,
refunds of the shop made of those that the ERP made itself.

Our own never come round again: they are linked, or carry a reference of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from sync_cli.connectors.base import Found, Raw
from sync_cli.core.drift_orders import reference_pattern
from sync_cli.core.errors import Problem
from sync_cli.core.fingerprint import digest
from sync_cli.core.item import Candidate, Item, Kind, Why
from sync_cli.core.model import DocumentState
from sync_cli.core.outcome import Audit, Settlement, Stage
from sync_cli.core.plan import Reject, Skip, decide
from sync_cli.core.refund_records import CreditNote, Refund
from sync_cli.core.routing import order_of, part_id
from sync_cli.engine.execute import Writer
from sync_cli.engine.gather import look_up, recall
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Mode, Route
from sync_cli.flows.refund_sources import ORDER, REFUND
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

CREDIT_NOTES = "credit-notes"
RETURNS = "returns"
"""The checkpoints of returns stand under this name in the audit."""


class Case(Struct, frozen=True):
    """One credit note of the ERP; `refund` is the shop's refund that belongs to it, or the part of
    one ("77#north"), "" if none."""

    item: Item
    note: CreditNote | None = None
    refund: str = ""


class CreditNoteFlow:
    """The route erp credit notes -> shop refunds, and the checkpoints of returns."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.settings = systems.config.refunds
        self.route = _route(systems)
        self.writer = Writer(self.run, self.route)
        own = replace(self.route, mode=min_mode(self.route.mode, self.settings.from_erp))
        self.maker = Writer(self.run, own)
        self.pattern = reference_pattern(self.settings.reference, systems.config.shop)

    def look(self) -> None:
        """Read what changed among the ERP's credit notes, window by window."""
        for window in Reading(self.run, self.route):
            self._look(window)

    def _look(self, window: Window) -> None:
        self.run.tally.add(self.route.name, "read", len(window.records))
        cases = self._linked([self._read(raw) for raw in window.records])
        self._tell_returns([case for case in cases if case.refund and case.note is not None])
        self._report_cancelled([case for case in cases if case.refund])
        own = [case for case in cases if not case.refund]
        if self.settings.from_erp is not Mode.OFF:
            self._give_back(own)
        else:
            self._leave(own)

    def _leave(self, cases: Sequence[Case]) -> None:
        """Nothing is to be done about these, and that is all that is told of them."""
        self.run.tally.add(self.route.name, "skip", len(cases))

    def _read(self, raw: Raw) -> Case:
        item = Item(
            id=raw.id,
            label=f"Credit note {raw.id}",
            birth=raw.birth,
            mapping=self.systems.shop_mapping(REFUND).version,
        )
        try:
            note = self.systems.credit_note(raw)
        except Unreadable as error:
            return Case(replace(item, problem=error.problems[0].about(item.label)))
        label = f"Credit note {note.number or raw.id}"
        told = digest([note.number, note.state, note.total, note.currency, note.document])
        return Case(replace(item, label=label, content=told), note)

    def _linked(self, cases: Sequence[Case]) -> list[Case]:
        """The cases with what our state knows of them: of a part, the name of that part."""
        known = recall(self.run.state, self.route, [case.item for case in cases])
        parts = self._parts([item.id for item in known if item.link is None])
        return [
            replace(case, item=item, refund=item.link.target)
            if item.link is not None
            else replace(case, item=item, refund=parts.get(item.id, ""))
            for case, item in zip(cases, known, strict=True)
        ]

    def _parts(self, notes: Sequence[str]) -> dict[str, str]:
        """The parts of refunds ("77#north") that these credit notes were made of, by their ids."""
        state = self.run.state
        refunds = state.linked_targets(REFUND, SHOP, ERP, notes) if notes else {}
        parts = state.parts(REFUND, SHOP, ERP, set(refunds.values())) if refunds else {}
        return {
            link.target: part_id(refund, part)
            for refund, links in parts.items()
            for part, link in links.items()
        }

    # Returns

    def _tell_returns(self, cases: Sequence[Case]) -> None:
        """Each checkpoint that a return has reached since is an event of its own, told once."""
        if not cases or self.run.is_dry(self.route):
            return
        settlements = [
            _event(case, stage, at)
            for case in cases
            if case.note is not None
            for known in [self.run.state.stages(REFUND, case.refund)]
            for stage, at in checkpoints(case.note).items()
            if stage not in known
        ]
        self.run.state.settle(RETURNS, self.run.number, settlements, self.run.now())
        self.run.tally.add(RETURNS, "reached", len(settlements))

    # Credit notes that were cancelled

    def _report_cancelled(self, cases: Sequence[Case]) -> None:
        """A task for each refund that stands in the shop while its credit note was cancelled."""
        cancelled = [
            case
            for case in cases
            if case.note is not None and case.note.state is DocumentState.CANCELLED
        ]
        held = self.run.state.held_of(self.route.name, [case.item.id for case in cases])
        agreed = [c for c in cases if c not in cancelled and c.item.id not in held]
        self._leave(agreed)
        if not cancelled and not held:
            return
        wanted = sorted({order_of(case.refund) for case in cancelled})
        standing = {raw.id for raw in self.systems.shop.fetch(REFUND, wanted)}
        self.writer.carry_out(
            [
                Reject(case.item, _cancelled(case), Why.TASK)
                if case in cancelled and order_of(case.refund) in standing
                else Skip(case.item, "shop and ERP agree on it")
                for case in cases
                if case in cancelled or case.item.id in held
            ]
        )

    # Credit notes that the ERP made itself

    def _give_back(self, cases: Sequence[Case]) -> None:
        """Make refunds of the ERP's own credit notes."""
        orders = self.run.state.linked_targets(
            ORDER, SHOP, ERP, [case.note.document for case in cases if case.note is not None]
        )
        items = [self._with_refund(case, orders) for case in cases]
        items = look_up(self.run.state, self.route, items)
        rules = self.route.rules(self.run.options)
        self.maker.carry_out([decide(item, rules, self.run.now()) for item in items])

    def _with_refund(self, case: Case, orders: dict[str, str]) -> Item:
        note, item = case.note, case.item
        if note is None:
            return item
        reason = self._left_out(note, orders)
        if reason:
            return replace(item, filtered=reason)
        order_id = orders[note.document]
        name = note.number or note.id
        refund = Refund(
            order_id=order_id,
            amount=note.total,
            refunded_at=note.ordered_at or self.run.now(),
            reason=note.reason,
            paid_back=self.settings.api_refund,
            credit_note=name,
        )
        payload = self.systems.shop_mapping(REFUND).write(refund)
        key = f"{order_id}:{name}"
        return replace(
            item,
            reference=key,
            match=key,
            payload=payload,
            fingerprint=digest(payload),
            record=refund,
        )

    def _left_out(self, note: CreditNote, orders: dict[str, str]) -> str:
        if self.pattern.fullmatch(order_of(note.reference)):
            return "it was made of a refund of the shop"
        if note.state is DocumentState.CANCELLED:
            return "it was cancelled"
        if note.state is DocumentState.DRAFT:
            return "it is not confirmed yet"
        if note.document not in orders:
            return "its order is none of this shop's"
        since = self.settings.from_erp_since
        if since is not None and note.ordered_at is not None and note.ordered_at < since:
            return "it was made before refunds.from_erp_since"
        return "" if note.total > 0 else "it gives nothing back"


def min_mode(one: Mode, other: Mode) -> Mode:
    """The more careful of two modes."""
    order = (Mode.OFF, Mode.PLAN, Mode.ON)
    return min(one, other, key=order.index)


def _judge(systems: Systems, item: Item, found: Found) -> Candidate:
    """Whether a refund with our reference is the one of this credit note: the same amount."""
    refund, ours = systems.refund(found), item.record
    conflict = ""
    if isinstance(ours, Refund) and refund.amount != ours.amount:
        conflict = f"its amount is {refund.amount} and not {ours.amount}"
    return Candidate(found.id, found.birth, agrees=not conflict, conflict=conflict)


def checkpoints(note: CreditNote) -> dict[Stage, datetime]:
    """The stations that a return has reached, by the ERP's word."""
    booked = note.state not in (DocumentState.DRAFT, DocumentState.CANCELLED)
    refunded = note.ordered_at if booked else None
    known = {
        Stage.AUTHORISED: note.authorised_at,
        Stage.RECEIVED: note.received_at,
        Stage.INSPECTED: note.inspected_at,
        Stage.REFUNDED: refunded,
        Stage.RESTOCKED: note.restocked_at,
    }
    return {stage: at for stage, at in known.items() if at is not None}


def _event(case: Case, stage: Stage, at: datetime) -> Settlement:
    return Settlement(
        case.refund,
        label=f"Refund {case.refund}",
        entity=REFUND,
        stages={stage: at},
        audit=Audit(
            "return",
            str(stage),
            f"{at:%Y-%m-%d %H:%M:%S} UTC, {case.item.label}",
            target=case.item.id,
        ),
    )


def _cancelled(case: Case) -> Problem:
    return Problem(
        "credit-note-cancelled",
        case.item.label,
        f"it was cancelled in the ERP, but refund {case.refund} still stands in the shop",
        "Delete the refund in the shop if no money went back, or make a new credit note in the ERP"
        " by hand and run `sync-cli held dismiss`.",
        system="erp",
        field="state",
    )


def _route(systems: Systems) -> Route:
    orders, settings = systems.config.orders, systems.config.refunds
    mode = settings.mode if orders.mode is Mode.ON else orders.mode
    return Route(
        name=CREDIT_NOTES,
        entity=REFUND,
        source=systems.erp,
        target=systems.shop,
        source_entity=REFUND,
        target_entity=REFUND,
        source_role=ERP,
        target_role=SHOP,
        kind=Kind.MASTER,
        mode=mode,
        scope=digest([settings.from_erp, settings.from_erp_since]),
        buffer=systems.config.systems.erp.buffer,
        start_at=orders.start_at,
        creates=True,
        updates=False,
        find_keys=("reference",),
        judge=lambda item, found: _judge(systems, item, found),
    )
