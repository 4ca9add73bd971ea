"""Drifts between refunds and credit notes, and goods that were refunded and never put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial

from msgspec import Struct, field

from sync_cli.core.drift import ERP, RESTORED, Drift, DriftKind, drift_of, money
from sync_cli.core.drift_orders import ErpDocument, duplicate_of, orphan_of, to_keep, twice
from sync_cli.core.model import DocumentState
from sync_cli.core.parts import Part

_drift = partial(drift_of, Part.REFUNDS)


class ShopRefund(Struct, frozen=True):
    """A shop refund as far as it is compared; `needs` claims that it must have a credit note.

    `why_not` says why it needs none. Of one whose order is in several documents `parts` names those
    of them that must have one, where that is known, and `amount` is what these give back; `made`
    are the credit notes of parts that the sync knows, by part.
    """

    id: str
    order_id: str
    amount: Decimal
    needs: bool
    why_not: str = ""
    parts: tuple[str, ...] = ()
    made: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The refund as people call it."""
        return f"Refund {self.id} of order {self.order_id}"


class ErpNote(ErpDocument, frozen=True):
    """An ERP credit note as far as it is compared.

    `restock_from` is when its goods were refunded that are to be put back and were not (aware UTC),
    None if nothing is missing on the shelf.
    """

    restock_from: datetime | None = None

    @property
    def name(self) -> str:
        """The credit note as people call it."""
        return f"credit note {self.number or self.id}"


def compare_refund(
    reference: str,
    refund: ShopRefund | None,
    notes: Sequence[ErpNote],
    *,
    link: str = "",
    restock_by: datetime,
) -> tuple[Drift, ...]:
    """Where a refund and the credit notes with its reference disagree; nothing if they are in step.

    Where its order is in several documents it has a credit note for each part that it touches.

    `link` is the id of the credit note that the sync knows as the refund's. Goods that were
    refunded before `restock_by` should be on the shelf.
    """
    live = [note for note in notes if note.is_live]
    if refund is None:
        return tuple(_orphan(reference, note) for note in live)
    if not refund.needs:
        return tuple(_uncalled(refund, note) for note in live)
    if not live:
        return (_missing(refund, notes, link),)
    if doubled := twice(live):
        return (_duplicate(refund, doubled, link),)
    if missing := [part for part in refund.parts if part not in {note.part for note in live}]:
        return tuple(_lacking(refund, part, notes) for part in missing)
    return tuple(_differences(refund, live, restock_by))


def _lacking(refund: ShopRefund, part: str, notes: Sequence[ErpNote]) -> Drift:
    """A part without a credit note, while others of the refund have theirs."""
    what, mend = f"{refund.label} has no credit note of part {part}.", _mend(refund)
    if cancelled := [note for note in notes if note.part == part]:
        what = f"{refund.label}: its {cancelled[0].name} of part {part} was cancelled in the ERP."
        mend = "Make a new credit note in the ERP by hand, if the money went back."
    elif link := refund.made.get(part):
        what = f"{refund.label}: its credit note {link} of part {part} no longer exists in the ERP."
        mend = RESTORED
    return _drift(refund, DriftKind.MISSING, what, mend, "credit_note")


def _mend(refund: ShopRefund) -> str:
    return f"sync-cli orders --id {refund.order_id}"


def _missing(refund: ShopRefund, notes: Sequence[ErpNote], link: str) -> Drift:
    what, mend = f"{refund.label} ({money(refund.amount)}) has no credit note.", _mend(refund)
    if notes:
        what = f"{refund.label}: its {notes[0].name} was cancelled in the ERP."
        mend = "Delete the refund in the shop, or make a new credit note in the ERP by hand."
    elif link:
        what = f"{refund.label}: its credit note {link} no longer exists in the ERP."
        mend = RESTORED
    return _drift(refund, DriftKind.MISSING, what, mend, "credit_note", shop=money(refund.amount))


def _orphan(reference: str, note: ErpNote) -> Drift:
    amount = f"{money(note.total)} {note.currency}".strip()
    mend = f"Cancel {note.name} in the ERP if the refund was deleted, or refund again in the shop."
    return orphan_of(Part.REFUNDS, reference, note.name, amount, "refund", mend, "credit_note")


def _uncalled(refund: ShopRefund, note: ErpNote) -> Drift:
    return _drift(
        refund,
        DriftKind.EXTRA,
        f"{refund.label} has {note.name} in the ERP, but should have none: {refund.why_not}.",
        f"Cancel {note.name} in the ERP.",
        "credit_note",
        erp=money(note.total),
    )


def _duplicate(refund: ShopRefund, live: Sequence[ErpNote], link: str) -> Drift:
    kept = to_keep([one.id for one in live], link)
    said = f"{refund.label} has {len(live)} live credit notes"
    return duplicate_of(Part.REFUNDS, refund, said, live, kept, "credit_note")


def _differences(
    refund: ShopRefund, live: Sequence[ErpNote], restock_by: datetime
) -> Iterable[Drift]:
    total = sum((note.total for note in live), Decimal(0))
    if total != refund.amount:
        shop, erp = money(refund.amount), money(total)
        what = f"{refund.label}: amount is {shop} in the shop, but {erp} in the ERP."
        names = " and ".join(note.name for note in live)
        mend = f"Correct {names} in the ERP: the sync never rewrites one."
        yield _drift(refund, DriftKind.DIFFERENT, what, mend, "amount", shop=shop, erp=erp)
    for note in live:
        if note.state is DocumentState.DRAFT:
            wanted, here = str(DocumentState.CONFIRMED), str(note.state)
            what = f"{refund.label}: its {note.name} should be {wanted}, but is {here} in the ERP."
            mend = _mend(refund)
            yield _drift(refund, DriftKind.DIFFERENT, what, mend, "state", shop=wanted, erp=here)
        elif note.restock_from is not None and note.restock_from < restock_by:
            yield _never_restocked(refund, note, note.restock_from)


def _never_restocked(refund: ShopRefund, note: ErpNote, since: datetime) -> Drift:
    return Drift(
        Part.REFUNDS,
        DriftKind.MISSING,
        refund.id,
        refund.label,
        f"{refund.label}: its goods were refunded on {since:%Y-%m-%d} and never restocked"
        f" ({note.name}).",
        "Put the goods back in the ERP, or note there that they are scrapped or repaired.",
        ERP,
        field="restock",
        shop="refunded",
        erp="not restocked",
    )
