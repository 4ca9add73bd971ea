"""Compares the shop's refunds with the ERP's credit notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from sync_cli.connectors.base import Raw
from sync_cli.core.drift import ERP, SHOP, Drift
from sync_cli.core.drift_refunds import ErpNote, ShopRefund, compare_refund
from sync_cli.core.findings import Findings
from sync_cli.core.model import Disposition, DocumentState
from sync_cli.core.parts import Part
from sync_cli.core.refund_records import CreditNote
from sync_cli.core.routing import SIGN, order_of, part_id
from sync_cli.flows.admission import admitted_since
from sync_cli.flows.reconcile_documents import DocumentComparison
from sync_cli.flows.reconcile_pairs import Pair, Row, Subject
from sync_cli.flows.refund_parts import shares_of
from sync_cli.flows.refund_sources import REFUND, bar, gather_sources
from sync_cli.flows.systems import Systems
from sync_cli.mapping.errors import Unreadable

RESTOCKED = "restocked_at"


class RefundComparison(DocumentComparison[ShopRefund, ErpNote]):
    """Finds the drifts between refunds and credit notes that changed at or after `since`.

    Refunds that were made of credit notes of the ERP are not among them: they have no reference of
    ours in the ERP.
    """

    def __init__(
        self, systems: Systems, findings: Findings, since: datetime, *, windowed: bool
    ) -> None:
        subject = Subject(
            part=Part.REFUNDS,
            label="Refund",
            plural="refunds",
            documents="credit notes",
            entity=REFUND,
            route="refunds",
            template=systems.config.refunds.reference,
        )
        super().__init__(systems, findings, since, subject, windowed=windowed)
        rules = systems.erp_mapping("credit_note").rules_read
        self._told_restock = any(rule.to == RESTOCKED for rule in rules)
        self._restock_by = systems.run.now() - systems.config.reconcile.restock_within

    def read_ours(self, raw: Raw) -> tuple[ShopRefund | None, str]:
        """The refund as far as it is compared, or why it cannot be read."""
        try:
            refund = self.systems.refund(raw)
        except Unreadable as error:
            return None, error.problems[0].sentence()
        why_not = "" if refund.amount else "it gives nothing back"
        if refund.credit_note:
            why_not = "it was made of a credit note"
        return ShopRefund(raw.id, refund.order_id, refund.amount, not why_not, why_not), ""

    def read_theirs(self, raw: Raw) -> tuple[str, ErpNote | None, str]:
        """The credit note's reference, the credit note, and why it cannot be read."""
        try:
            note = self.systems.credit_note(raw)
        except Unreadable as error:
            return raw.birth, None, error.problems[0].sentence()
        waits = self._restock_from(note)
        part = note.reference.removeprefix(order_of(note.reference)).removeprefix(SIGN)
        known = ErpNote(raw.id, note.number, note.state, note.currency, note.total, part, waits)
        return note.reference, known, ""

    def _restock_from(self, note: CreditNote) -> datetime | None:
        """Since when its goods are missing on the shelf, where the ERP tells of shelves at all."""
        if not self._told_restock or note.disposition is not Disposition.RESTOCK:
            return None
        return None if note.restocked_at is not None else note.ordered_at

    def our_row(self, ours: ShopRefund) -> Row:
        """The refund as spooled."""
        return (ours.order_id, f"{ours.amount:f}", ours.needs, ours.why_not)

    def their_row(self, document: ErpNote) -> Row:
        """The credit note as spooled."""
        waits = document.restock_from.isoformat() if document.restock_from else ""
        total = f"{document.total:f}"
        known = (document.number, document.state, document.currency, total)
        return (*known, waits, document.part)

    def ours_from(self, id: str, values: Sequence[Any]) -> ShopRefund:
        """The refund that was spooled."""
        order_id, amount, needs, why_not = values
        return ShopRefund(id, order_id, Decimal(amount), needs, why_not)

    def theirs_from(self, id: str, values: Sequence[Any]) -> ErpNote:
        """The credit note that was spooled."""
        number, state, currency, total, waits, part = values
        since = datetime.fromisoformat(waits) if waits else None
        stands = DocumentState(state)
        return ErpNote(id, number, stands, currency, Decimal(total), part, since)

    def drifts(self, pair: Pair[ShopRefund, ErpNote], link: str = "") -> tuple[Drift, ...]:
        """Where a refund and its credit notes disagree."""
        return compare_refund(
            pair.reference, pair.ours, pair.documents, link=link, restock_by=self._restock_by
        )

    def looked_at(self, pairs: list[Pair[ShopRefund, ErpNote]]) -> list[Pair[ShopRefund, ErpNote]]:
        """What the order of a refund says of it: left out, still waiting, or cancelled, the whole
        of it or parts."""
        wanting = [pair.ours.order_id for pair in pairs if pair.ours and pair.ours.needs]
        sources = gather_sources(self.systems, wanting)
        start_at = admitted_since(self.systems)
        ids = [pair.ours.id for pair in pairs if pair.ours]
        shares = shares_of(self.state, ids)
        made = self.state.parts(REFUND, SHOP, ERP, ids)
        looked = []
        for pair in pairs:
            refund = pair.ours
            if refund is not None and refund.needs:
                bars = bar(refund.order_id, sources, start_at)
                if bars.left_out:
                    gone = replace(refund, needs=False, why_not=bars.left_out)
                    pair = replace(pair, ours=gone)
                elif bars.waits:
                    pair = replace(pair, moved=bars.waits)
                elif refund.id in shares:
                    known = {part: link.target for part, link in made.get(refund.id, {}).items()}
                    divided = self._in_parts(refund, shares[refund.id])
                    pair = replace(pair, ours=replace(divided, made=known))
            looked.append(pair)
        return looked

    def _in_parts(self, refund: ShopRefund, shares: Mapping[str, Decimal]) -> ShopRefund:
        """What must be credited of a refund that was divided: not where the ERP had cancelled the
        document of a part."""
        ids = {part_id(refund.id, part): part for part in shares}
        reasons = self.state.skipped(self.subject.route, list(ids))
        left_out = {ids[id] for id in reasons}
        amounts = [amount for part, amount in shares.items() if part not in left_out]
        if not amounts:
            return replace(refund, needs=False, why_not=next(iter(reasons.values())))
        wanted = tuple(part for part in shares if part not in left_out)
        return replace(refund, parts=wanted, amount=sum(amounts, Decimal(0)))

    def amount_of(self, pair: Pair[ShopRefund, ErpNote]) -> None:
        """Both sides of what was compared; the shop's refunds do not name their currency."""
        live = [note for note in pair.documents if note.is_live]
        unit = live[0].currency if live else ""
        if pair.ours is not None and pair.ours.needs:
            self.findings.count(Part.REFUNDS, SHOP, unit, pair.ours.amount)
        for note in live:
            self.findings.count(Part.REFUNDS, ERP, note.currency, note.total)

    def label_of(self, ours: ShopRefund | None, id: str) -> str:
        """The refund as people call it."""
        return ours.label if ours is not None else super().label_of(ours, id)
