"""Credit notes of the pretend ERP: from draft to confirmed, and the goods that come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sync_cli.sandbox.erp.batches import run_batch
from sync_cli.sandbox.erp.credit_records import (
    CHECKPOINTS,
    CREDIT_NOTE_FIELDS,
    CreditLine,
    CreditNote,
    CreditState,
)
from sync_cli.sandbox.erp.documents import each_shelf, find_order
from sync_cli.sandbox.erp.drafts import (
    read_id,
    read_lines,
    read_object,
    read_text,
    read_time,
    require,
)
from sync_cli.sandbox.erp.records import (
    ZERO,
    Json,
    Order,
    Shelf,
    as_json,
    decimal_text,
    milliseconds,
)
from sync_cli.sandbox.erp.referenced import create_referenced
from sync_cli.sandbox.erp.refusals import ItemError
from sync_cli.sandbox.erp.store import ErpStore

SOLD = ("confirmed", "shipped", "done")
DISPOSITIONS = ("restock", "scrap", "repair", "none")
_REACHED = ("authorised", "received", "inspected")
"""Checkpoints that a client may name, reached before the credit note was made."""
_FIELDS = (
    *("reference", "order_id", "refunded_at", "currency", "reason", "disposition", "lines"),
    *(f"{name}_at" for name in _REACHED),
)


@dataclass(frozen=True)
class _Draft:
    """A readable credit note that nothing speaks against, not yet stored."""

    given: Mapping[str, Any]
    order: Order
    lines: tuple[CreditLine, ...]


def create_credit_notes(store: ErpStore, items: Sequence[object]) -> list[Json]:
    """Create a draft of each credit note; the results of the batch."""
    return create_referenced(
        store,
        items,
        _read,
        lambda draft: str(draft.given.get("reference") or ""),
        partial(_holders, store),
        _add,
    )


def confirm_credit_notes(store: ErpStore, ids: Sequence[object]) -> list[Json]:
    """Confirm each draft; its pieces go back to MAIN unless people put them back by hand.

    Refused where the order's credit notes would exceed it.
    """
    find = _expect(store, ("draft",), "not_draft")

    def check(id: object) -> CreditNote:
        note = find(id)
        _refuse_excess(store, note)
        return note

    def confirm(note: CreditNote) -> Json:
        if note.pieces and not store.settings.returns_by_hand:
            _put_back(store, note)
        return _advance(store, note, "confirmed")

    with store.lock:
        return run_batch(ids, check, confirm, atomic=store.settings.atomic_batches)


def cancel_credit_notes(store: ErpStore, ids: Sequence[object]) -> list[Json]:
    """Cancel each draft; a confirmed credit note is booked and stays; the results of the batch."""
    with store.lock:
        return run_batch(
            ids,
            _expect(store, ("draft",), "not_cancellable"),
            lambda note: _advance(store, note, "cancelled"),
        )


def void_credit_note(store: ErpStore, note: CreditNote) -> Json:
    """Take a credit note back as a bookkeeper would, confirmed or not; goods stay where they are.

    The API cannot: it is an action of people.
    """
    with store.lock:
        return _advance(store, note, "cancelled")


def reach_checkpoint(store: ErpStore, note: CreditNote, checkpoint: str) -> Json:
    """The goods of a credit note are authorised, received, inspected or restocked now.

    Raises ItemError for another word, or for goods that are on the shelf already.
    """
    if checkpoint not in CHECKPOINTS or checkpoint in note.reached:
        message = f"{checkpoint!r} was reached, or is none of {', '.join(CHECKPOINTS)}"
        raise ItemError("invalid_value", message, "checkpoint")
    with store.lock:
        if checkpoint == "restocked":
            _put_back(store, note)
        else:
            note.reached[checkpoint] = store.stamp()
        _touch(store, note)
        _record(store, f"credit_note.{checkpoint}", note)
        return as_json(note, CREDIT_NOTE_FIELDS)


def find_credit_note(store: ErpStore, id: object) -> CreditNote:
    """The credit note of this id in text form; raises ItemError `not_found`."""
    number = read_id(id)
    note = None if number is None else store.credit_notes.get(number)
    if note is None:
        raise ItemError("not_found", f"there is no credit note {id}")
    return note


def _read(store: ErpStore, item: object) -> _Draft:
    given = read_object(item, None, _FIELDS)
    for name in ("order_id", "refunded_at", "currency"):
        require(given, name, name)
    order = find_order(store, given["order_id"])
    if order.state not in SOLD:
        message = f"order {order.number} is {order.state}; there is nothing to give back"
        raise ItemError("invalid_order", message, "order_id")
    read_time(given, "refunded_at")
    if read_text(given, "currency") != order.head.currency:
        message = f"order {order.number} is in {order.head.currency}"
        raise ItemError("invalid_currency", message, "currency")
    disposition = given.get("disposition", "none")
    if disposition not in DISPOSITIONS:
        message = f"{disposition!r} is none of {', '.join(DISPOSITIONS)}"
        raise ItemError("invalid_value", message, "disposition")
    for name in _REACHED:
        if given.get(f"{name}_at") is not None:
            read_time(given, f"{name}_at")
    return _Draft(given, order, _read_lines(store, given.get("lines")))


def _read_lines(store: ErpStore, given: object) -> tuple[CreditLine, ...]:
    """Lines as an order has them, and on each whether its pieces go back."""
    rows: list[Any] = given if isinstance(given, list) else []
    marks = [bool(row.get("restock")) if isinstance(row, dict) else False for row in rows]
    bare = [
        {name: value for name, value in row.items() if name != "restock"}
        if isinstance(row, dict)
        else row
        for row in rows
    ]
    lines = read_lines(
        bare if isinstance(given, list) else given,
        store.products.get,
        store.settings,
    )
    return tuple(CreditLine(line, mark) for line, mark in zip(lines, marks, strict=True))


def _holders(store: ErpStore, reference: str) -> list[CreditNote]:
    return [
        each
        for each in store.credit_notes.find("reference", reference)
        if each.reference == reference
    ]


def _refuse_excess(store: ErpStore, note: CreditNote) -> None:
    """Raise ItemError if the order's confirmed credit notes would give back more than it."""
    others = [
        each.total
        for each in store.credit_notes.find("order_id", str(note.order.id))
        if each.state == "confirmed"
    ]
    given = sum(others, ZERO) + note.total
    if given > note.order.total:
        order = note.order
        message = (
            f"the credit notes of order {order.number} would give back {decimal_text(given)}"
            f" of {decimal_text(order.total)}"
        )
        raise ItemError("over_credited", message, "lines")


def _add(store: ErpStore, draft: _Draft) -> Json:
    given, now = draft.given, store.stamp()
    id = 1 + len(store.credit_notes)
    note = CreditNote(
        id,
        f"CN{id:05}",
        read_text(given, "reference") or None,
        draft.order,
        given["refunded_at"],
        given["currency"],
        read_text(given, "reason"),
        given.get("disposition", "none"),
        draft.lines,
        "draft",
        now,
        now,
        {
            name: milliseconds(datetime.fromisoformat(given[f"{name}_at"]))
            for name in _REACHED
            if given.get(f"{name}_at") is not None
        },
    )
    store.credit_notes.append(note)
    _record(store, "credit_note.created", note)
    return as_json(note, CREDIT_NOTE_FIELDS)


def _expect(
    store: ErpStore, states: tuple[CreditState, ...], code: str
) -> Callable[[object], CreditNote]:
    """A check that finds the credit note and insists on its state; an id twice fails."""
    seen: set[int] = set()

    def check(id: object) -> CreditNote:
        note = find_credit_note(store, id)
        if note.state not in states or note.id in seen:
            raise ItemError(code, f"credit note {note.number} is {note.state}", state=note.state)
        seen.add(note.id)
        return note

    return check


def _advance(store: ErpStore, note: CreditNote, to: CreditState) -> Json:
    note.state = to
    _touch(store, note)
    _record(store, f"credit_note.{to}", note)
    return as_json(note, CREDIT_NOTE_FIELDS)


def _put_back(store: ErpStore, note: CreditNote) -> None:
    def put(shelf: Shelf, count: Decimal) -> None:
        shelf.on_hand += count

    each_shelf(store, note.pieces, put, note.order.warehouse)
    note.reached["restocked"] = store.stamp()


def _touch(store: ErpStore, note: CreditNote) -> None:
    note.changed_at = store.stamp()
    store.credit_notes.changed(note)


def _record(store: ErpStore, what: str, note: CreditNote) -> None:
    store.ledger.record(
        what,
        str(note.id),
        note.reference,
        number=note.number,
        order=str(note.order.id),
        state=note.state,
        currency=note.currency,
        total=decimal_text(note.total),
        pieces={str(id): decimal_text(count) for id, count in note.pieces.items()},
    )
