"""Making products and variations: in batches, each once, the answer of each compared.

A create is never repeated here. A lost answer leaves its products in doubt; they are found again by
their SKU, which the shop does not take twice [4.8].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from msgspec import Struct

from sync_cli.connectors.base import Done, Draft, Failed, InDoubt, Json, NotSent, Result
from sync_cli.connectors.http import AnswerLost, CallNotSent, RequestRefused
from sync_cli.connectors.woocommerce.checks import refuse_product
from sync_cli.connectors.woocommerce.compare import differences, problem_of_differences
from sync_cli.connectors.woocommerce.entities import PRODUCT, shape_of
from sync_cli.connectors.woocommerce.refusals import problem_of
from sync_cli.connectors.woocommerce.wire import Wire
from sync_cli.core.errors import Problem
from sync_cli.core.values import Discreet

PARENT = "parent_id"
_TOO_LARGE = 413


class _New(Discreet, Struct, frozen=True):
    """One product to make: its place among the results, and what to call it in messages."""

    hidden: ClassVar[frozenset[str]] = frozenset({"body"})

    place: int
    label: str
    body: Json


_Placed = list[tuple[int, Result]]


def create_products(wire: Wire, drafts: Sequence[Draft]) -> Iterator[Result]:
    """Make products in batches, and variations in those of their parents; results in order."""
    results: dict[int, Result] = {}
    groups: dict[str, list[_New]] = {}
    for place, draft in enumerate(drafts):
        label = f"Product {draft.reference or place + 1}"
        body = {name: value for name, value in draft.payload.items() if name != PARENT}
        problem = refuse_product(wire.name, label, body) or _refuse_nameless(wire, label, draft)
        if problem is not None:
            results[place] = Failed(problem)
        else:
            groups.setdefault(_path(draft), []).append(_New(place, label, body))
    for placed in wire.pacing.run_in_order(_batches(wire, groups)):
        results.update(placed)
    yield from (results[place] for place in range(len(drafts)))


def _path(draft: Draft) -> str:
    parent = str(draft.payload.get(PARENT) or "")
    return f"products/{parent}/variations" if parent else "products"


def _refuse_nameless(wire: Wire, label: str, draft: Draft) -> Problem | None:
    """One without SKU could not be found again, so that it could be made twice."""
    if draft.payload.get("sku"):
        return None
    return Problem(
        "no-match-value",
        label,
        "it has no SKU, so that it could be made twice",
        "Give it a SKU. Nothing was written.",
        system=wire.name,
        field="sku",
    )


def _batches(wire: Wire, groups: Mapping[str, list[_New]]) -> Iterator[partial[_Placed]]:
    """Batches of each group, cut when they are due, as large as the shop bears by then."""
    for path, items in groups.items():
        start = 0
        while start < len(items):
            size = wire.pacing.batch
            yield partial(_send, wire, path, items[start : start + size])
            start += size


def _send(wire: Wire, path: str, items: list[_New]) -> _Placed:
    """One call; only a batch that was refused as a whole for its size goes again, in halves."""
    try:
        answer = wire.client.call(
            "POST",
            f"{path}/batch",
            body={"create": [item.body for item in items]},
            repeatable=False,
            expect=partial(_answers, len(items)),
            write=True,
        )
    except CallNotSent as fault:
        return [(item.place, NotSent(fault.why)) for item in items]
    except AnswerLost as lost:
        wire.pacing.shrink_batch(len(items))
        return [(item.place, InDoubt(lost.why)) for item in items]
    except RequestRefused as refused:
        if refused.status == _TOO_LARGE and len(items) > 1:
            wire.pacing.shrink_batch(len(items))
            half = (len(items) + 1) // 2
            return _send(wire, path, items[:half]) + _send(wire, path, items[half:])
        return [(item.place, _refused(wire, item, refused)) for item in items]
    wire.pacing.grow_batch(len(items))
    rows = answer.data["create"]
    return [(item.place, _judged(wire, item, row)) for item, row in zip(items, rows, strict=True)]


def _answers(count: int, data: Any) -> bool:
    """One result an item, in order; a failed create has the id 0 [6.2]."""
    rows = data.get("create") if isinstance(data, dict) else None
    return (
        isinstance(rows, list)
        and len(rows) == count
        and all(isinstance(row, dict) and ("error" in row or row.get("id")) for row in rows)
    )


def _refused(wire: Wire, item: _New, refused: RequestRefused) -> Result:
    return Failed(problem_of(wire.name, item.label, refused.body, refused.status))


def _judged(wire: Wire, item: _New, row: dict[str, Any]) -> Result:
    """Done, if the answer holds what was sent; else it was made all the same, and is named."""
    if "error" in row:
        return Failed(problem_of(wire.name, item.label, row["error"]))
    id = str(row["id"])
    found = list(differences(item.body, row))
    if found:
        return Failed(problem_of_differences(wire.name, item.label, found, row), id)
    return Done(id, row, str(row.get(shape_of(PRODUCT).birth) or ""))
