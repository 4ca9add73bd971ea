"""Notes on orders: made once, and found again by our reference in square brackets in their text.

A note has no field for a reference, so one is written "ORDER:TEXT" and stands as "[TEXT]" in the
notes of that order.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from sync_cli.connectors.base import Done, Draft, Failed, Raw, Result
from sync_cli.connectors.http import Answer
from sync_cli.connectors.woocommerce.entities import NOTE, Row, raw_of, shape_of
from sync_cli.connectors.woocommerce.sending import send_one
from sync_cli.connectors.woocommerce.wire import Wire
from sync_cli.core.errors import Problem


def split_reference(reference: str) -> tuple[str, str]:
    """The order's id and the text of a note's reference; two empty texts if it is none."""
    order, _, text = reference.partition(":")
    return (order, text) if order.isdecimal() and text else ("", "")


def find_notes(wire: Wire, references: Sequence[str]) -> Iterator[tuple[str, list[Raw]]]:
    """The notes with each reference; an order that is gone has none."""
    orders = list(dict.fromkeys(order for r in references if (order := split_reference(r)[0])))
    tasks = [partial(_notes_of, wire, order) for order in orders]
    notes = dict(zip(orders, wire.pacing.run_in_order(tasks), strict=True)) if tasks else {}
    for reference in references:
        order, text = split_reference(reference)
        yield (
            reference,
            [_raw(order, reference, row) for row in notes.get(order, []) if _has(row, text)],
        )


def create_notes(wire: Wire, drafts: Sequence[Draft]) -> Iterator[Result]:
    """Make the notes, one call each, never twice; results in order."""
    yield from wire.pacing.run_in_order([partial(_create, wire, draft) for draft in drafts])


def _notes_of(wire: Wire, order: str) -> list[Row]:
    """All notes of an order come at once, without paging [2.2]."""
    return wire.rows_below(f"orders/{order}", "notes") or []


def _has(row: Row, text: str) -> bool:
    return f"[{text}]" in html.unescape(str(row.get("note") or ""))


def _raw(order: str, reference: str, row: Row) -> Raw:
    return replace(raw_of(shape_of(NOTE), {**row, "order_id": order}), birth=reference)


def _create(wire: Wire, draft: Draft) -> Result:
    order = str(draft.payload.get("order_id") or split_reference(draft.reference)[0])
    label = f"Note of order {order}"
    body = {name: value for name, value in draft.payload.items() if name != "order_id"}
    problem = _refuse(wire.name, label, order, draft, body)
    if problem is not None:
        return Failed(problem)
    answer = send_one(wire, label, "POST", f"orders/{order}/notes", body, expect=_is_note)
    if not isinstance(answer, Answer):
        return answer
    return Done(str(answer.data["id"]), answer.data)


def _refuse(
    system: str, label: str, order: str, draft: Draft, body: Mapping[str, Any]
) -> Problem | None:
    """A note without its order, or one that could not be found again, is not made."""
    text = split_reference(draft.reference)[1]
    if order.isdecimal() and text and f"[{text}]" in str(body.get("note", "")):
        return None
    return Problem(
        "no-match-value",
        label,
        f"the note does not carry its reference [{text}], so that it could be made twice",
        "Let the text of the note hold the reference in square brackets.",
        system=system,
        field="note",
    )


def _is_note(data: Any) -> bool:
    return isinstance(data, dict) and "id" in data and "note" in data
