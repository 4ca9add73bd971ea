"""What the decision table says when it refuses a record, in words a clerk understands."""

from __future__ import annotations

from collections.abc import Collection

from sync_cli.core.errors import Problem

ANOTHER_RECORD = "another-record"
DISMISSED_CHANGED = "dismissed-changed"


def another_record(label: str, record_id: str, target: str) -> Problem:
    """The id was re-used: the link belongs to a record that is no more."""
    return Problem(
        "another-record",
        label,
        f"the id {record_id} now belongs to another record than the one linked to {target}",
        "Was this system restored or copied? Nothing was written. Compare both, then run"
        " `sync-cli state accept`.",
    )


def target_gone(label: str, target: str) -> Problem:
    """The linked record of the target was deleted."""
    return Problem(
        "target-gone",
        label,
        f"its counterpart {target} no longer exists",
        "Was it deleted, or was the system restored? It is not made a second time by itself.",
    )


def late_edit(label: str, target: str, fields: Collection[str] = (), why: str = "") -> Problem:
    """A document takes these fields no more; a person carries the change over.

    `why` is what the target says against it.
    """
    named = ", ".join(sorted(fields)) or "not known in which fields"
    said = f"it was changed after it was transferred as {target} ({named})"
    return Problem(
        "late-edit",
        label,
        f"{said}, but {why}" if why else said,
        "Make the same change in the ERP, then run `sync-cli held dismiss`.",
    )


def cancelled_too_late(label: str, target: str, state: str) -> Problem:
    """The shop called it off, but the ERP's document has gone too far for that."""
    return Problem(
        "cancelled-too-late",
        label,
        f"it was cancelled in the shop, but its document {target} is {state} already",
        "Agree on a return with the customer and book it in the ERP, or set the order back in the"
        " shop; then run `sync-cli held dismiss`.",
    )


def cancelled_over_there(label: str, target: str) -> Problem:
    """The ERP called the document off, the shop did not."""
    return Problem(
        "cancelled-in-target",
        label,
        f"its document {target} was cancelled in the ERP",
        "Cancel the order in the shop too, or make a new document in the ERP by hand.",
    )


def partly_cancelled(label: str, parts: Collection[str]) -> Problem:
    """The ERP called off some documents of an order and not the others."""
    return Problem(
        "cancelled-in-part",
        label,
        f"the ERP cancelled its document of {', '.join(parts)}, and not the others",
        "Refund that part in the shop, or make a new document in the ERP by hand; then run"
        " `sync-cli held dismiss --route order-status`.",
    )


def dismissed_and_changed(label: str) -> Problem:
    """What a person took off the list, perhaps because it was booked by hand, and has changed."""
    return Problem(
        "dismissed-changed",
        label,
        "a person dismissed it, and it has changed since; it is not made by itself, because it may"
        " have been booked by hand",
        "If it is not in the ERP yet, run `sync-cli held retry` with its id; if it is, make the"
        " same change there and run `sync-cli held dismiss` again.",
    )


def ambiguous(label: str, match: str, count: int) -> Problem:
    """Several records carry the match value."""
    return Problem(
        "ambiguous",
        label,
        f"{count} records of the other system carry {match}",
        "Leave one of them, or archive the others; then run `sync-cli held retry`.",
    )


def taken(label: str, match: str, target: str) -> Problem:
    """The only candidate belongs to another record."""
    return Problem(
        "taken",
        label,
        f"the record {target} that carries {match} already belongs to another record",
        "Give each its own value; then run `sync-cli held retry`.",
    )


def disagrees(label: str, match: str, target: str, conflict: str) -> Problem:
    """The only candidate is not the same thing."""
    return Problem(
        "disagrees",
        label,
        f"the record {target} carries {match}, but {conflict}",
        "Nothing was changed. Correct or cancel it there; then run `sync-cli held retry`.",
    )


def nothing_to_match(label: str) -> Problem:
    """A create that could not be found again could be made twice."""
    return Problem(
        "no-match-value",
        label,
        "it has no value by which it could be found again",
        "Fill it in; without it a repeated run could make it twice.",
    )
