"""What all recordings together tell about the objects of the shop, by kind, id and time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sync_cli.sandbox.shop.times import parse_bound
from tests.conformance.recording import Recording

Json = dict[str, Any]
_ROUTES = (
    (re.compile(r"products(?:/\d+|/batch|/suggested-products)?"), "product"),
    (re.compile(r"products/\d+/variations(?:/\d+|/batch)?|variations"), "variation"),
    (re.compile(r"orders(?:/\d+|/batch)?"), "order"),
    (re.compile(r"orders/\d+/refunds(?:/\d+)?|refunds"), "refund"),
    (re.compile(r"orders/\d+/notes(?:/\d+)?"), "note"),
    (re.compile(r"orders/\d+/fulfillments(?:/\d+)?"), "fulfillment"),
    (re.compile(r"customers(?:/\d+|/batch)?"), "customer"),
    (re.compile(r"coupons(?:/\d+|/batch)?"), "coupon"),
    (re.compile(r"webhooks(?:/\d+|/batch)?"), "webhook"),
    (re.compile(r"products/brands(?:/\d+|/batch)?"), "brand"),
    (re.compile(r"products/categories(?:/\d+|/batch)?"), "category"),
    (re.compile(r"products/tags(?:/\d+|/batch)?"), "tag"),
    (re.compile(r"products/shipping_classes(?:/\d+|/batch)?"), "shipping_class"),
    (re.compile(r"products/attributes(?:/\d+|/batch)?"), "attribute"),
    (re.compile(r"products/attributes/\d+/terms(?:/\d+|/batch)?"), "option"),
    (re.compile(r"products/reviews(?:/\d+|/batch)?"), "review"),
    (re.compile(r"taxes(?:/\d+|/batch)?"), "rate"),
)


_PAUSE = 600
_MOVES_NO_DATE = frozenset(
    {"refunds", "stock_quantity", "stock_status", "on_sale", "price", "price_html", "_links",
     "related_ids", "purchasable", "variations", "categories", "total_sales", "parent_id"}
)  # fmt: skip


@dataclass(frozen=True)
class State:
    """An object as one recording shows it; fields may be missing."""

    recording: Recording
    body: Json


def kind_of(path: str) -> str | None:
    """The kind of objects that a path answers."""
    return next((kind for pattern, kind in _ROUTES if pattern.fullmatch(path)), None)


def bodies_of(recording: Recording) -> Iterator[Json]:
    """The objects in a recording's answer, of lists and batches each one."""
    answer = recording.answer
    if recording.status >= 400 or kind_of(recording.path) is None:
        return
    if recording.path.endswith("/batch"):
        parts: Iterable[Any] = answer.values() if isinstance(answer, dict) else ()
        entries: Iterable[Any] = (entry for part in parts for entry in part)
    else:
        entries = answer if isinstance(answer, list) else [answer]
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("id"), int) and "error" not in entry:
            yield _with_parent(recording, entry)


def _with_parent(recording: Recording, body: Json) -> Json:
    """The object with the parent that only the path or its links name."""
    parts = recording.path.split("/")
    if "parent_id" in body:
        return body
    if len(parts) > 2 and parts[1].isdecimal():
        return {**body, "parent_id": int(parts[1])}
    above = body.get("_links", {}).get("up") or ()
    kind = kind_of(recording.path)
    if kind not in ("product", "order") or not above:
        return body
    shown = {"type": "variation"} if kind == "product" else {}
    return {**shown, **body, "parent_id": int(above[0]["href"].rpartition("/")[2])}


class Known:
    """All states of all objects, found by kind and id."""

    def __init__(self, recordings: Iterable[Recording]) -> None:
        self._states: dict[tuple[str, int], list[State]] = defaultdict(list)
        self._gone: dict[tuple[str, int], list[Recording]] = defaultdict(list)
        self._recordings = found = sorted(recordings, key=_order)
        self._sessions = _sessions(found)
        for recording in found:
            for number in _deleted(recording):
                self._gone[str(kind_of(recording.path)), number].append(recording)
            kind = kind_of(recording.path)
            for body in bodies_of(recording) if recording.inbound else ():
                is_variation = kind == "product" and body.get("type") == "variation"
                self._states["variation" if is_variation else str(kind), int(body["id"])].append(
                    State(recording, body)
                )

    def apart(self, recording: Recording) -> Known:
        """What is known of a recording's own objects and of the tax rates, and of nothing else."""
        kind = kind_of(recording.path)
        own = {int(body["id"]) for body in bodies_of(recording)}
        telling = [
            other
            for other in self._recordings
            if (kind_of(other.path) == "rate" and other.method == "GET")
            or (kind_of(other.path) == kind and own & {int(b["id"]) for b in bodies_of(other)})
        ]
        found = Known(telling)
        found._sessions = self._sessions
        return found

    def states(self, kind: str, number: int, near: Recording) -> list[State]:
        """The states of an object in other recordings, those before `near` first, nearest first."""
        others = [
            state
            for state in self._states.get((kind, number), ())
            if state.recording.name != near.name
            and (kind == "rate" or self._same_shop(state.recording, near))
        ]
        before = [s for s in others if _order(s.recording) <= _order(near)]
        after = [s for s in others if _order(s.recording) > _order(near)]
        return [*reversed(before), *after]

    def _same_shop(self, one: Recording, other: Recording) -> bool:
        """Whether both were taken in one session; between sessions the shop was another one."""
        return self._sessions.get(one.name) == self._sessions.get(other.name, -1)

    def is_gone(self, kind: str, number: int, near: Recording) -> bool:
        """Whether an exchange before `near` took the object out for good."""
        return any(
            _order(recording) < _order(near) and self._same_shop(recording, near)
            for recording in self._gone.get((kind, number), ())
        )

    def merged(self, kind: str, number: int, near: Recording, *, later: bool = False) -> Json:
        """All that is known of an object from before `near`, the nearest state's values first."""
        merged: Json = {}
        if self.is_gone(kind, number, near):
            return merged
        for state in reversed(self.states(kind, number, near)):
            if later or _order(state.recording) <= _order(near):
                merged.update(state.body)
        return merged

    def settled(self, kind: str, body: Json, near: Recording) -> Json:
        """What another recording tells of the object since its last change, if both came after it.

        Whatever moves no date of change (`_MOVES_NO_DATE`) is left out.
        """
        changed = parse_bound(str(body.get("date_modified_gmt")))
        if changed is None or near.moment <= changed.shown:
            return {}
        for state in self.states(kind, int(body["id"]), near):
            same = state.body.get("date_modified_gmt") == body["date_modified_gmt"]
            later = state.recording.moment > changed.shown and state.recording.method == "GET"
            alike = _is_shown_alike(state.recording, near)
            if same and later and alike:
                return {n: v for n, v in state.body.items() if n in body and _moves_date(n)}
        return {}

    def ids(self, kind: str) -> list[int]:
        """The ids of all objects of a kind."""
        return [number for name, number in self._states if name == kind]


def _is_shown_alike(one: Recording, other: Recording) -> bool:
    """Whether both show amounts in one shop with as many decimals."""
    return one.shop == other.shop and one.query.get("dp") == other.query.get("dp")


def _order(recording: Recording) -> tuple[int, str]:
    return recording.moment, recording.name


def _moves_date(name: str) -> bool:
    return name not in _MOVES_NO_DATE and not name.startswith("date_")


def _sessions(recordings: Iterable[Recording]) -> dict[str, int]:
    """The session of each recording by name: a pause of more than ten minutes begins another."""
    sessions: dict[str, int] = {}
    number, last = 0, 0
    for recording in recordings:
        if recording.moment - last > _PAUSE:
            number += 1
        last = recording.moment
        sessions[recording.name] = number
    return sessions


def _deleted(recording: Recording) -> list[int]:
    """The ids that an exchange took out for good."""
    if recording.status >= 400:
        return []
    if recording.path.endswith("/batch"):
        asked = recording.body.get("delete") if isinstance(recording.body, dict) else None
        return [number for number in asked or () if isinstance(number, int)]
    last = recording.path.rpartition("/")[2]
    forced = recording.method == "DELETE" and recording.query.get("force") == "true"
    return [int(last)] if forced and last.isdecimal() else []
