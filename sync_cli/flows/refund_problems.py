"""What keeps a refund from becoming a credit note, in a clerk's words."""

from __future__ import annotations

from decimal import Decimal

from sync_cli.core.errors import Problem
from sync_cli.core.item import Item
from sync_cli.core.refund_records import CreditNote


def unreadable(item: Item, trouble: Problem) -> Problem:
    """A record that it stands on cannot be read."""
    return Problem(
        "refund-unreadable",
        item.label,
        f"a record that it stands on cannot be read: {trouble.sentence()}",
        "Correct that record; the refund then goes on by itself.",
    )


def orphan(item: Item) -> Problem:
    """Its order was deleted from the shop."""
    return Problem(
        "order-gone",
        item.label,
        "its order no longer exists in the shop",
        "Give the money back in the ERP by hand, then run `sync-cli held dismiss`.",
        system="shop",
    )


def documentless(item: Item, order_id: str) -> Problem:
    """What it should take back from was deleted in the ERP."""
    return Problem(
        "document-gone",
        item.label,
        f"the document of order {order_id} no longer exists in the ERP",
        "Find out first: was the ERP restored? `sync-cli reconcile` tells what is missing.",
        system="erp",
    )


def deleted(item: Item, note: CreditNote, system: str) -> Problem:
    """It was deleted in the shop while its credit note stands."""
    return Problem(
        "refund-deleted",
        item.label,
        f"it was deleted in the shop after credit note {note.number} over"
        f" {_amount(note)} was made of it",
        "Cancel that credit note in the ERP if the refund is off; the task then goes away by"
        " itself. If the refund stands, run `sync-cli held dismiss`.",
        system=system,
    )


def _amount(note: CreditNote) -> str:
    total: Decimal = note.total
    return f"{total:f} {note.currency}"
