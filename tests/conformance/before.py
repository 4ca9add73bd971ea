"""An object before a request changed it: changed fields as others tell them, else undone."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.shop.times import parse_bound
from tests.conformance.recording import Recording

Json = dict[str, Any]
_DAY = 86_400
_OTHER_VALUES: Json = {
    "regular_price": "77.00",
    "sale_price": "",
    "tax_class": "reduced-rate",
    "images": [],
    "review": "before",
    "reviewer": "before",
    "rating": 1,
}
_RECALCULATING = (
    "billing",
    "shipping",
    "line_items",
    "shipping_lines",
    "fee_lines",
    "coupon_lines",
)
SUMS = ("total", "total_tax", "cart_tax", "shipping_total", "shipping_tax", "discount_total")
_LINES = ("line_items", "shipping_lines", "fee_lines")


def before_update(
    recording: Recording,
    kind: str,
    answer: Json,
    state: Json | None,
    *,
    change: Json | None = None,
) -> Json:
    """The object of `answer` before the request: changed fields from `state`, else other ones.

    Only fields that the request does not name are taken from the answer.
    """
    body = copy.deepcopy(answer)
    request = recording.body if change is None else change
    sent = request if isinstance(request, dict) and recording.method != "DELETE" else {}
    if sent:
        _undo_dates(body, recording, state, sent)
    for name, value in sent.items():
        if name == "id" or (value is None and change is not None):
            continue
        if state is not None and name in state and name != "status":
            body[name] = copy.deepcopy(state[name])
        else:
            _undo(body, kind, name, value)
    if kind == "order" and state is not None and not recalculates(sent):
        body |= {name: state[name] for name in SUMS if name in body and name in state}
    if kind == "order" and sent:
        _undo_order(body, sent, state, recording)
        if "total" in answer and "line_items" in sent and "line_items" in answer:
            body["hidden_rest"] = hidden_rest(answer)
    if kind == "review" and recording.method == "DELETE":
        body["status"] = "approved"
    if kind in ("product", "variation"):
        _undo_side_effects(body, sent, state)
    return body


def hidden_rest(order: Json) -> str:
    """What an order costs beside the lines of goods that a partial answer shows."""
    lines = order["line_items"]
    shown = sum(Decimal(line["total"]) + Decimal(line["total_tax"]) for line in lines)
    return str(Decimal(order["total"]) - shown)


def tells_sums(kind: str, state: Json, sent: Any) -> bool:
    """Whether the state says what the order cost before a request that does not change it."""
    return kind == "order" and "total" in state and not recalculates(sent)


def recalculates(sent: Any) -> bool:
    """Whether a request makes an order cost what its lines and today's rates say."""
    return isinstance(sent, dict) and any(name in sent for name in _RECALCULATING)


def _undo_dates(body: Json, recording: Recording, state: Json | None, sent: Json) -> None:
    """The date of change was another one; dates set by the request itself were not there."""
    for name in ("date_modified", "date_modified_gmt"):
        if recording.settings.order_storage != "posts":
            body.pop(name, None)
        if state is not None and name in state:
            body[name] = state[name]
    for name in ("date_paid", "date_completed"):
        bound = parse_bound(str(body.get(f"{name}_gmt")))
        set_now = bound is not None and abs(bound.shown - recording.moment) <= 2
        known = state.get(f"{name}_gmt") if state else None
        paying = sent.get("status") in ("processing", "completed") or sent.get("set_paid")
        if set_now and not known and paying:
            body[name] = body[f"{name}_gmt"] = None
            if sent.get("set_paid") and "status" not in sent:
                body["status"] = "pending"


def _undo(body: Json, kind: str, name: str, value: Any) -> None:
    """Give one changed field another value than the request's."""
    if name == "meta_data":
        _undo_meta(body, value)
    elif name == "stock_quantity":
        body[name] = None if body.get(name) is None else int(body[name]) + 5
    elif name == "manage_stock":
        body[name] = value is False
    elif name == "status":
        body[name] = _other_status(kind, value)
    elif name in ("billing", "shipping"):
        for key in value or {}:
            body.setdefault(name, {})[key] = "DE" if key == "country" else "before"
    elif name in _OTHER_VALUES:
        if name == "regular_price" and value and body.get(name) == "":
            body.setdefault("type", "variable")  # such a product takes no price of its own
        body[name] = copy.copy(_OTHER_VALUES[name])


def _other_status(kind: str, value: Any) -> str:
    if kind == "review":
        return {"approved": "hold", "unspam": "spam", "untrash": "trash"}.get(value, "approved")
    if kind != "order":
        return "publish"
    return "processing" if value == "pending" else "pending"


def _undo_meta(body: Json, changes: Any) -> None:
    """Entries that the request names had another value; deleted ones were there."""
    entries = {entry["key"]: entry for entry in body.get("meta_data") or ()}
    named = {change.get("key") for change in changes or ()}
    newest = max((entry["id"] for key, entry in entries.items() if key not in named), default=0)
    for change in changes or ():
        if change.get("value") is None:
            entries[change.get("key", "gone")] = {
                "id": change.get("id") or 1, "key": change.get("key"), "value": "before",
            }  # fmt: skip
        elif change.get("id"):
            entries[change["key"]] = {"id": change["id"], "key": change["key"], "value": "before"}
        elif entries.get(change.get("key"), {"id": newest + 1})["id"] > newest:
            entries.pop(change.get("key"), None)
        else:
            entries[change["key"]]["value"] = "before"
    body["meta_data"] = list(entries.values())


def _undo_order(body: Json, sent: Json, state: Json | None, recording: Recording) -> None:
    if state is not None and "status" in state and "status" in sent:
        body["status"] = state["status"]
    if sent.get("status") == "refunded" or recording.path.endswith("refunds"):
        known = {r["id"] for r in (state or {}).get("refunds", ())}
        body["refunds"] = [r for r in body.get("refunds") or () if r["id"] in known]
    for name in _LINES:
        if name in sent and name in body and (state is None or name not in state):
            _undo_lines(body, name, sent[name])
    _undo_internal(body, sent)


def _undo_lines(body: Json, name: str, posted: list[Json]) -> None:
    lines = {line["id"]: line for line in body.get(name) or ()}
    added = sum("id" not in line for line in posted)
    for number in sorted(lines)[len(lines) - added :] if added else ():
        del lines[number]
    for change in posted:
        line = lines.get(change.get("id"))
        if line is None:
            _add_removed(lines, change)
            continue
        for field in ("subtotal", "total"):
            if field in change:
                line[field] = "1.00"
        if "quantity" in change:
            for meta in line["meta_data"]:
                if meta["key"] == "_reduced_stock":
                    meta["value"] = "1"
            line["price"] = line["price"] * line["quantity"]
            line["quantity"] = 1
    body[name] = list(lines.values())


def _add_removed(lines: dict[int, Json], change: Json) -> None:
    """A line that the request removes was like another one."""
    if change.get("id") and lines:
        model = copy.deepcopy(next(iter(lines.values())))
        lines[change["id"]] = {**model, "id": change["id"], "meta_data": []}


def _undo_internal(body: Json, sent: Json) -> None:
    """Meta entries that are written to a field of an address had changed that field."""
    for change in sent.get("meta_data") or ():
        side, _, field = str(change.get("key", "")).lstrip("_").partition("_")
        if side in ("billing", "shipping") and field in body.get(side, {}):
            body[side][field] = "before"


def _undo_side_effects(body: Json, sent: Json, state: Json | None) -> None:
    """Fields that follow from the request's ones."""
    if "stock_quantity" in sent or "manage_stock" in sent:
        body.pop("stock_status", None)
    if state is None and sent.get("manage_stock") is False:
        body["manage_stock"], body["stock_quantity"] = True, 5
    if sent.get("manage_stock") is True and body.get("manage_stock") is not True:
        body["stock_quantity"] = None
    if sent.get("stock_quantity", 0) is None and body.get("manage_stock"):
        body["stock_quantity"] = 5
    if "global_unique_id" in sent:
        body["global_unique_id"] = ""
