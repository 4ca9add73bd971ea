"""Refunds of orders: read below their order, made once, and found again by our reference.

Like a note, a refund has no field for a reference: one that we made is named "ORDER:TEXT", and TEXT
stands in its metadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sync_cli.connectors.base import Done, Draft, Failed, Raw, Result
from sync_cli.connectors.http import Answer
from sync_cli.connectors.woocommerce.compare import differences, problem_of_differences
from sync_cli.connectors.woocommerce.entities import PARENT, REFUND, Row, raw_of, shape_of
from sync_cli.connectors.woocommerce.notes import split_reference
from sync_cli.connectors.woocommerce.sending import send_one
from sync_cli.connectors.woocommerce.wire import Wire
from sync_cli.core.errors import Problem

REFERENCE = "_sync_cli_credit_note"
"""The metadata that holds our reference."""
_BY_ID = {"orderby": "id", "order": "asc"}
_SIGNED = frozenset({"amount", "reason"})


def refunds_of(wire: Wire, order: str) -> Iterator[Raw]:
    """All refunds of an order; none if the order is gone. There they do not name it [8.6]."""
    if not order.isdecimal():
        return
    listing = shape_of(REFUND).listings[0]
    size = wire.page_size
    page = 1
    while True:
        params = {**listing.params, "per_page": str(size), "page": str(page), **_BY_ID}
        rows = wire.rows_below(f"orders/{order}", "refunds", params) or []
        yield from (_raw(order, row) for row in rows)
        if len(rows) < size:
            return
        page += 1


def find_refunds(wire: Wire, references: Sequence[str]) -> Iterator[tuple[str, list[Raw]]]:
    """The refunds that we made under each reference."""
    orders = list(dict.fromkeys(order for r in references if (order := split_reference(r)[0])))
    tasks = [partial(_all_of, wire, order) for order in orders]
    known = dict(zip(orders, wire.pacing.run_in_order(tasks), strict=True)) if tasks else {}
    for reference in references:
        order, text = split_reference(reference)
        yield reference, [raw for raw in known.get(order, ()) if _told(raw.data) == text]


def create_refunds(wire: Wire, drafts: Sequence[Draft]) -> Iterator[Result]:
    """Make the refunds, one call each, never twice; results in order."""
    yield from wire.pacing.run_in_order([partial(_create, wire, draft) for draft in drafts])


def _all_of(wire: Wire, order: str) -> list[Raw]:
    return list(refunds_of(wire, order))


def _raw(order: str, row: Row) -> Raw:
    return raw_of(shape_of(REFUND), {**row, PARENT: int(order)})


def _told(row: Mapping[str, Any]) -> str:
    """Our reference in a refund's metadata, "" if it is none of ours."""
    values = [entry["value"] for entry in row["meta_data"] if entry.get("key") == REFERENCE]
    return str(values[0]) if values else ""


def _create(wire: Wire, draft: Draft) -> Result:
    """One refund, read back from the answer and compared [LESSONS: fields differ]."""
    order, text = split_reference(draft.reference)
    label = f"Refund of order {order}"
    body = {name: value for name, value in draft.payload.items() if name != PARENT}
    if not text or _told({"meta_data": (), **body}) != text:
        return Failed(_nameless(wire.name, label, text))
    answer = send_one(
        wire,
        label,
        "POST",
        f"orders/{order}/refunds",
        {"api_refund": False, **body},
        expect=_is_refund,
        params=dict(shape_of(REFUND).listings[0].params),
    )
    if not isinstance(answer, Answer):
        return answer
    row = {**answer.data, PARENT: int(order)}
    sent = {name: value for name, value in body.items() if name in _SIGNED}
    sent["refunded_payment"] = body.get("api_refund", False)
    found = list(differences(sent, row))
    if found:
        return Failed(problem_of_differences(wire.name, label, found, row), str(row["id"]))
    return Done(str(row["id"]), row, str(row.get(shape_of(REFUND).birth) or ""))


def _nameless(system: str, label: str, text: str) -> Problem:
    return Problem(
        "no-match-value",
        label,
        f"the refund does not carry its reference {text}, so that it could be made twice",
        f"Let the mapping `refund` write {{meta: {REFERENCE}}}.",
        system=system,
        field="meta_data",
    )


def _is_refund(data: Any) -> bool:
    return isinstance(data, dict) and "id" in data and "amount" in data
