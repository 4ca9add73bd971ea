"""Looks at both sides of a case's stage: what is there, and how it differs from what must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sync_cli.admin.case_stage import Stage
from sync_cli.admin.cases import Back, Expect
from sync_cli.core.routing import order_of
from sync_cli.state.store import State

ORDERS = "orders"
TRACKING = "_wc_shipment_tracking_items"
META = "_sync_cli_"


def differences(stage: Stage, expect: Expect) -> list[str]:
    """Every difference from what must be, each as a sentence; none where all is right."""
    return list(_differences(stage, expect))


def _differences(stage: Stage, expect: Expect) -> Iterator[str]:
    if expect.held is not None:
        yield from _held(stage, expect.held)
    if expect.left_out is not None:
        yield from _left_out(stage, expect.left_out)
    if expect.documents is not None:
        yield from _all("document", expect.documents, documents(stage))
    if expect.credit_notes is not None:
        yield from _all("credit note", expect.credit_notes, credit_notes(stage))
    if expect.payments is not None:
        yield from _all("payment", expect.payments, payments(stage))
    if expect.back is not None:
        yield from _back(stage, expect.back)
    if expect.customers is not None:
        count = len(stage.sandbox.erp.ledger.state()["customers"])
        yield from _same("the ERP's customers", expect.customers, count)
    if expect.writes is not None:
        yield from _same("writes", expect.writes, stage.effects() - stage.seen_effects)
    stage.seen_effects = stage.effects()


def documents(stage: Stage) -> list[dict[str, Any]]:
    """The ERP's sales documents of the case's order, the oldest first, each line with its SKU."""
    state = stage.sandbox.erp.ledger.state()
    own = [one for one in state["orders"] if order_of(one["reference"] or "") == stage.reference]
    return [_with_skus(one, state["products"]) for one in own]


def credit_notes(stage: Stage) -> list[dict[str, Any]]:
    """The ERP's credit notes of the order's documents, the oldest first."""
    state = stage.sandbox.erp.ledger.state()
    named = [(one["id"], order_of(one["reference"] or "")) for one in state["orders"]]
    orders = {id for id, name in named if name == stage.reference}
    own = [one for one in state.get("credit_notes", ()) if one["order_id"] in orders]
    return [_with_skus(one, state["products"]) for one in own]


def payments(stage: Stage) -> list[dict[str, Any]]:
    """The ERP's payments of the order's documents, the oldest first."""
    state = stage.sandbox.erp.ledger.state()
    orders = {one["id"] for one in state["orders"] if one["reference"] == stage.reference}
    return [one for one in state["payments"] if one["order_id"] in orders]


def _with_skus(
    document: Mapping[str, Any], products: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    skus = {one["id"]: one["sku"] for one in products}
    lines = [{**line, "sku": skus.get(line["product_id"])} for line in document["lines"]]
    return {**document, "lines": lines}


def shop_order(stage: Stage) -> dict[str, Any]:
    """The shop's order with its notes, as it is now."""
    orders = stage.sandbox.shop.ledger.state()["orders"]
    return next(one for one in orders if str(one["id"]) == stage.order_id)


def fulfillments(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parcels in the shop's own list: the number of each, and its pieces by SKU."""
    skus = {line["id"]: line["sku"] for line in order["line_items"]}
    found = []
    for one in order["fulfillments"]:
        metas = {entry["key"]: entry["value"] for entry in one["meta_data"]}
        pieces = {skus[item["item_id"]]: item["qty"] for item in metas["_items"]}
        found.append({"number": metas.get("_tracking_number", ""), "pieces": pieces})
    return found


def _held(stage: Stage, wanted: str) -> Iterator[str]:
    with State.open(stage.config.state) as state:
        said = [held.problem.sentence() for held in state.held(ORDERS) if held.id == stage.order_id]
    if not wanted:
        yield from (f"it is held: {sentence}" for sentence in said)
    elif not said:
        yield f"it is not held; it should be, with {wanted!r}"
    elif not any(wanted in sentence for sentence in said):
        yield f"it is held with another reason: {said[0]}"


def _left_out(stage: Stage, wanted: str) -> Iterator[str]:
    with State.open(stage.config.state) as state:
        said = state.skipped(ORDERS, [stage.order_id]).get(stage.order_id, "")
    if wanted not in said or bool(wanted) != bool(said):
        yield f"it is left out because of {said!r}, not {wanted!r}"


def _all(
    what: str, wanted: Sequence[Mapping[str, Any]], there: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    yield from _same(f"{what}s", len(wanted), len(there))
    for at, (one, other) in enumerate(zip(wanted, there, strict=False)):
        name = what if len(wanted) == 1 else f"{what} {at + 1}"
        yield from _compared(name, one, other)


def _compared(name: str, wanted: Any, there: Any) -> Iterator[str]:
    """Only what is wanted is compared; amounts by value, lists item by item."""
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        for key, inner in wanted.items():
            yield from _compared(f"{name}.{key}", inner, there.get(key))
    elif isinstance(wanted, list | tuple) and isinstance(there, list | tuple):
        yield from _same(f"the number of {name}", len(wanted), len(there))
        for at, (one, other) in enumerate(zip(wanted, there, strict=False)):
            yield from _compared(f"{name}[{at}]", one, other)
    else:
        yield from _same(name, wanted, there)


def _same(name: str, wanted: Any, there: Any) -> Iterator[str]:
    if wanted == there or (None not in (wanted, there) and _number(wanted) == _number(there)):
        return
    yield f"{name} is {there}, it should be {wanted}"


def _number(value: Any) -> Any:
    """A text of digits as number, any other value as it is."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


def _back(stage: Stage, back: Back) -> Iterator[str]:
    order = shop_order(stage)
    metas = {entry["key"]: entry["value"] for entry in order["meta_data"]}
    numbers = {one["number"] for one in documents(stage)}
    if back.document_state is not None:
        yield from _same("document_state", back.document_state, metas.get(f"{META}state"))
        if not numbers.issuperset((metas.get(f"{META}document") or "none").split(", ")):
            yield f"the shop's order names the document {metas.get(f'{META}document')}"
    if back.status is not None:
        yield from _same("the shop's status", back.status, order["status"])
    if back.invoice is not None:
        yield from _same("the invoice", back.invoice, metas.get(f"{META}invoice"))
    if back.parcels is not None:
        told = [one["tracking_number"] for one in metas.get(TRACKING, ())]
        yield from _same("the parcels", list(back.parcels), told)
    if back.fulfillments is not None:
        yield from _all("fulfilment", back.fulfillments, fulfillments(order))
    if back.notes is not None:
        notes = [note for note in order["notes"] if stage.reference in note["note"]]
        yield from _same("our notes", back.notes, len(notes))
