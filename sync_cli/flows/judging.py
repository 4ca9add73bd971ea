"""Whether a document of the ERP that carries our reference is the one that we would make."""

from __future__ import annotations

from sync_cli.core.item import Candidate, Item
from sync_cli.core.model import Document, DocumentState


def judge_document(item: Item, id: str, document: Document) -> Candidate:
    """Whether a document with our reference is this record's: same currency, date, total.

    The total of a draft is judged later, by the second proof, because it may be our own half.
    """
    cancelled = document.state is DocumentState.CANCELLED
    conflict = ""
    ours = item.record
    if isinstance(ours, Document) and not cancelled:
        if document.currency and document.currency != ours.currency:
            conflict = f"its currency is {document.currency} and not {ours.currency}"
        elif document.ordered_at and document.ordered_at != ours.ordered_at:
            conflict = f"it was ordered at {document.ordered_at}, not at {ours.ordered_at}"
        elif document.total != ours.total and not _is_our_half(item, document):
            conflict = f"its total is {document.total} and not {ours.total}"
    return Candidate(
        id,
        document.reference,
        str(document.state),
        agrees=not conflict,
        conflict=conflict,
        cancelled=cancelled,
    )


def _is_our_half(item: Item, document: Document) -> bool:
    return item.intent is not None and document.state is DocumentState.DRAFT
