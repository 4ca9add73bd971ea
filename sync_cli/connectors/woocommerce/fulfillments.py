"""Fulfilments of orders, a feature that a shop has off unless somebody switched it on [17].

One is named "ORDER:ID". Each list comes whole, without paging. A new entry of metadata needs the id
0, else the shop drops it; what a PUT leaves out is gone [17.2, 17.4].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sync_cli.connectors.base import Change, Done, Draft, Failed, NotSent, Raw, Result
from sync_cli.connectors.http import Answer
from sync_cli.connectors.woocommerce.by_order import one_writer_an_order
from sync_cli.connectors.woocommerce.compare import differences, problem_of_differences
from sync_cli.connectors.woocommerce.entities import FULFILLMENT, Row, raw_of, shape_of
from sync_cli.connectors.woocommerce.notes import split_reference
from sync_cli.connectors.woocommerce.sending import send_one
from sync_cli.connectors.woocommerce.wire import Wire
from sync_cli.core.errors import Problem, SyncError

MARK = "_sync_cli_parcel"
"""The metadata by which ours are known; others have none."""
OWN_DATE = "_date_fulfilled"
"""The shop writes it anew by itself, and never in GMT [17.5]."""
FEATURE = "fulfillments"


def find_fulfillments(wire: Wire, orders: Sequence[str]) -> Iterator[tuple[str, list[Raw]]]:
    """All fulfilments of each order; one that is gone has none."""
    known = [order for order in orders if order.isdecimal()]
    tasks = [partial(_of_order, wire, order) for order in known]
    yield from zip(known, wire.pacing.run_in_order(tasks), strict=True) if tasks else ()


def create_fulfillments(wire: Wire, drafts: Sequence[Draft]) -> Iterator[Result]:
    """Make the fulfilments, one call each, never twice; results in order."""
    orders = [split_reference(draft.reference)[0] for draft in drafts]
    return one_writer_an_order(wire.pacing, orders, lambda at: _create(wire, drafts[at]))


def update_fulfillments(wire: Wire, changes: Sequence[Change]) -> Iterator[Result]:
    """Write fulfilments of ours anew, with what others put on them; results in order."""
    orders = [split_reference(change.id)[0] for change in changes]
    return one_writer_an_order(wire.pacing, orders, lambda at: _update(wire, changes[at]))


def _of_order(wire: Wire, order: str) -> list[Raw]:
    rows = wire.rows_below(f"orders/{order}", "fulfillments") or []
    return [_raw(order, row) for row in rows]


def _raw(order: str, row: Row) -> Raw:
    return raw_of(shape_of(FULFILLMENT), {**row, "id": f"{order}:{row['id']}"})


def _create(wire: Wire, draft: Draft) -> Result:
    order, place = split_reference(draft.reference)
    label = f"Fulfillment of order {order}"
    body = _body(draft.payload, ())
    if not place or _value(body["meta_data"], MARK) != place:
        return Failed(_markless(wire.name, label, place))
    return _sent(wire, "POST", f"orders/{order}/fulfillments", label, order, body)


def _update(wire: Wire, change: Change) -> Result:
    """One of ours, read first: what it holds besides is sent along, for it would be gone."""
    order, number = split_reference(change.id)
    label = f"Fulfillment {number} of order {order}"
    try:
        rows = {raw.id: raw.data for raw in (_of_order(wire, order) if order else ())}
    except SyncError as fault:
        wire.client.remember_fault(fault)
        return NotSent(str(fault))
    there = rows.get(change.id)
    if there is None:
        return Failed(_refused(wire.name, label, "it no longer exists in the shop"), change.id)
    if not _value(there["meta_data"], MARK):
        return Failed(_refused(wire.name, label, "somebody else entered it"), change.id)
    body = _body(change.fields, there["meta_data"])
    return _sent(wire, "PUT", f"orders/{order}/fulfillments/{number}", label, order, body)


def _body(fields: Mapping[str, Any], there: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What is sent: our entries but for empty ones, then those of others."""
    own = fields.get("meta_data", ())
    names = {entry["key"] for entry in own} | {OWN_DATE}
    kept = [entry for entry in there if entry["key"] not in names]
    entries = [entry for entry in (*own, *kept) if entry["value"] not in ("", None)]
    metas = [{"id": 0, "key": entry["key"], "value": entry["value"]} for entry in entries]
    return {**fields, "meta_data": metas}


def _sent(
    wire: Wire, method: str, path: str, label: str, order: str, body: Mapping[str, Any]
) -> Result:
    """One call, and whether the shop holds what was sent."""
    answer = send_one(wire, label, method, path, body, expect=_is_fulfillment)
    if not isinstance(answer, Answer):
        return answer
    id = f"{order}:{answer.data['id']}"
    # A shop that keeps no mark of ours knows it by its number: that alone is no failure.
    metas = [entry for entry in body["meta_data"] if entry["key"] != MARK]
    found = list(differences({**body, "meta_data": metas}, answer.data))
    if found:
        return Failed(problem_of_differences(wire.name, label, found, answer.data), id)
    return Done(id, answer.data)


def _value(metas: Sequence[Mapping[str, Any]], key: str) -> str:
    values = [entry["value"] for entry in metas if entry["key"] == key]
    return str(values[0]) if values else ""


def _is_fulfillment(data: Any) -> bool:
    return isinstance(data, dict) and "id" in data and isinstance(data.get("meta_data"), list)


def _markless(system: str, label: str, place: str) -> Problem:
    return Problem(
        "no-match-value",
        label,
        f"the parcel does not carry its name {place}, so that it could be made twice",
        f"Let the mapping `fulfillment` write {{meta: {MARK}}}.",
        system=system,
        field="meta_data",
    )


def _refused(system: str, label: str, why: str) -> Problem:
    return Problem(
        "not-our-parcel",
        label,
        f"{why}, so that its tracking number was not corrected",
        "Correct it in the shop by hand; then run `sync-cli held dismiss --route parcels`.",
        system=system,
        field="meta_data",
    )
