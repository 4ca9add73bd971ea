"""The steps of Odoo's documents from state to state (FACTS 6 and 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sync_cli.connectors.base import Raw
from sync_cli.connectors.odoo.loading import UTC_CONTEXT, Load, Loader
from sync_cli.connectors.odoo.shapes import INVOICE, ORDER, REFUND, SHIPMENT
from sync_cli.connectors.odoo.standing import Step
from sync_cli.connectors.odoo.values import write_moment
from sync_cli.connectors.odoo.writing import Desk

Row = Mapping[str, Any]

CONFIRMED = "confirmed"
CANCELLED = "cancelled"
SHIPPED = "shipped"
_UNCONFIRMED = ("draft", "sent")
_SALE = ("sale", "done")
_NO_QUESTION = {"disable_cancel_warning": True}
_REST_LATER = {"skip_backorder": True}


def steps_of(entity: str, *, keep_dates: bool) -> Mapping[str, Step]:
    """The steps of an entity by the canonical state that each leads to; none for master data.

    `keep_dates` claims that a confirmed order with a delivery date gets its own date back.
    """
    match entity:
        case name if name == ORDER:
            return {CONFIRMED: _confirm(keep_dates=keep_dates), CANCELLED: _CANCEL}
        case name if name in (INVOICE, REFUND):
            return {CONFIRMED: _POST, CANCELLED: _CANCEL_MOVE}
        case name if name == SHIPMENT:
            return {SHIPPED: _SHIP}
    return {}


def _state_in(*states: str) -> Any:
    return lambda row: row.get("state") in states


def _may_be_cancelled(row: Row) -> bool:
    """Nothing of it has left the warehouse: that would be a return, and no cancellation."""
    begun = row.get("delivery_status") in ("partial", "full", "started")
    return row.get("state") in (*_UNCONFIRMED, "sale") and not begun


def _without_question(row: Row) -> Row:
    """A confirmed order is only cancelled if nobody is to be asked (099, 100)."""
    return _NO_QUESTION if row.get("state") == "sale" else {}


def _confirm(*, keep_dates: bool) -> Step:
    return Step(
        "action_confirm",
        there=_state_in(*_SALE),
        ready=_state_in(*_UNCONFIRMED),
        after=_give_dates_back if keep_dates else (lambda _desk, _raws: None),
    )


def _give_dates_back(desk: Desk, raws: Sequence[Raw]) -> None:
    """The date of the shop, which confirming replaced by now.

    Only where a delivery date is set: without one every later change of a quantity would miss the
    planned delivery (149, 150). If it cannot be written the order is right but for its date.
    """
    loads = [
        Load(raw.id, {".id": raw.id, "date_order": _written(raw.data["date_order"])})
        for raw in raws
        if raw.data.get("commitment_date") and raw.data.get("date_order")
    ]
    if loads:
        Loader(desk.wire, "sale.order", UTC_CONTEXT).load(loads)


def _written(moment: str) -> str:
    return write_moment(datetime.fromisoformat(f"{moment}+00:00"))


_CANCEL = Step(
    "action_cancel",
    there=_state_in("cancel"),
    ready=_may_be_cancelled,
    context=_without_question,
)
_POST = Step("action_post", there=_state_in("posted"), ready=_state_in("draft"))
_CANCEL_MOVE = Step("button_cancel", there=_state_in("cancel"), ready=_state_in("draft"))
_SHIP = Step(
    "button_validate",
    there=_state_in("done"),
    ready=_state_in("assigned", "confirmed"),
    context=lambda _row: _REST_LATER,
)
