"""Makes sales and brings them to a state: draft, quoted, confirmed, or cancelled.

All calls are for many at once, at most 20: SQLite takes no more (FACTS 8). Each can be cut off by a
kill: an address is found again, a second sale with one web_id is refused, and a button is pressed
only after the sale's own state was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sync_cli.connectors.base import (
    Done,
    Draft,
    Failed,
    InDoubt,
    Json,
    NotSent,
    Raw,
    Result,
    Traits,
)
from sync_cli.connectors.http import AnswerLost, CallNotSent, RequestRefused
from sync_cli.connectors.problems import not_found, wrong_state
from sync_cli.connectors.tryton import problems
from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.parts import in_parts, unless_down
from sync_cli.connectors.tryton.read import Reader
from sync_cli.connectors.tryton.sales import Impossible, Sales, unit_price
from sync_cli.connectors.tryton.wire import Wire

SALE = "sale.sale"
UNIQUE = "must be unique"
STEPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "confirmed": (("draft", "quote"), ("quotation", "confirm")),
    "cancelled": (("confirmed", "draft"), ("draft", "cancel"), ("quotation", "cancel")),
}
"""The way to each state: from which state of Tryton's which button is pressed, in this order."""
REACHED: Mapping[str, frozenset[str]] = {
    "confirmed": frozenset({"confirmed", "processing", "done"}),
    "cancelled": frozenset({"cancelled"}),
}
AFTER = {"quote": "quotation", "confirm": "processing", "draft": "draft", "cancel": "cancelled"}


class Documents:
    """`create` and `advance` of sales; refunds are sales of negative quantities (FACTS 7)."""

    def __init__(
        self, wire: Wire, house: House, entity: str, traits: Traits, reader: Reader
    ) -> None:
        self._wire = wire
        self._house = house
        self._entity = entity
        self._batch = traits.batch
        self._reader = reader
        self._sales = Sales(wire, house)

    def create(self, drafts: Sequence[Draft]) -> Iterator[Result]:
        """See `Connector.create`."""
        for start in range(0, len(drafts), self._batch):
            batch = drafts[start : start + self._batch]
            yield from unless_down(
                self._wire, partial(self._create, batch), partial(not_sent, len(batch))
            )

    def advance(self, ids: Sequence[str], to: str) -> Iterator[Result]:
        """See `Connector.advance`."""
        for start in range(0, len(ids), self._batch):
            batch = ids[start : start + self._batch]
            yield from unless_down(
                self._wire,
                partial(self._advance, batch, to),
                partial(not_sent, len(batch)),
            )

    def _create(self, drafts: Sequence[Draft]) -> list[Result]:
        results: dict[int, Result] = {}
        possible: list[int] = []
        for place, draft in enumerate(drafts):
            try:
                self._sales.check(draft)
                possible.append(place)
            except Impossible as impossible:
                results[place] = Failed(impossible.problem)
        new = [place for place in possible if not drafts[place].at]
        made = self._made([drafts[place] for place in new])
        results.update(zip(new, made, strict=True))
        for place in possible:
            if drafts[place].at:
                results[place] = self._complete(drafts[place])
        return [results[place] for place in range(len(drafts))]

    def _made(self, drafts: Sequence[Draft]) -> list[Result]:
        try:
            self._sales.prepare(drafts)
        except AnswerLost as lost:
            # Only addresses can have been made, and these are found again.
            return [NotSent(lost.why) for _ in drafts]
        except CallNotSent as unsent:
            return [NotSent(unsent.why) for _ in drafts]
        except RequestRefused:
            return self._made_apart(drafts)
        return in_parts(self._wire, drafts, self._batch, self._send, self._not_made)

    def _made_apart(self, drafts: Sequence[Draft]) -> list[Result]:
        """An address was refused: its document alone is to blame."""
        if len(drafts) > 1:
            return [result for draft in drafts for result in self._made([draft])]
        try:
            self._sales.prepare(drafts)
        except RequestRefused as refused:
            return [Failed(problems.refused(self._wire.system, drafts[0].reference, refused))]
        except (AnswerLost, CallNotSent) as fault:
            return [NotSent(fault.why)]
        return in_parts(self._wire, drafts, 1, self._send, self._not_made)

    def _send(self, drafts: Sequence[Draft]) -> Sequence[Result]:
        ids = self._wire.write(SALE, "create", [self._sales.values(draft) for draft in drafts])
        return [
            Done(str(id_), {}, birth=draft.reference)
            for id_, draft in zip(ids, drafts, strict=True)
        ]

    def _not_made(self, draft: Draft, refused: RequestRefused) -> Result:
        """A cancelled sale keeps its web id (FACTS 6), and would bar the way of a new one for ever.

        Drafts that were withdrawn are made anew, so that one makes room: it stays there, cancelled,
        and its web id names the sale that it was.
        """
        return unless_down(
            self._wire,
            lambda: [self._made_anew(draft, refused)],
            lambda why: [NotSent(why)],
        )[0]

    def _made_anew(self, draft: Draft, refused: RequestRefused) -> Result:
        holders: tuple[Raw, ...] = ()
        if UNIQUE in refused.message:
            holders = self._reader.find("reference", [draft.reference])[draft.reference]
        if not holders or any("cancelled" not in raw.marks for raw in holders):
            return refusal_of(self._wire, self._reader, draft, refused)
        try:
            for raw in holders:
                aside = {"web_id": f"{draft.reference}~{raw.id}"}
                self._wire.write(SALE, "write", [int(raw.id)], aside, repeatable=True)
            return self._send([draft])[0]
        except RequestRefused as again:
            return refusal_of(self._wire, self._reader, draft, again)
        except AnswerLost as lost:
            return InDoubt(lost.why)
        except CallNotSent as unsent:
            return NotSent(unsent.why)

    def _complete(self, draft: Draft) -> Result:
        """Add the lines that a half-made sale lacks; a quotation becomes a draft again first."""
        system, sale = self._wire.system, int(draft.at)
        fields = ["state", "lines"]
        found = self._wire.search(SALE, [["id", "=", sale]], fields)
        if not found:
            return Failed(not_found(system, draft.at, self._entity, draft.at), draft.at)
        state = found[0]["state"]
        if state not in ("draft", "quotation"):
            return Failed(problems.fixed(system, draft.reference, state), draft.at)
        try:
            if missing := self._missing_lines(draft):
                if state == "quotation":
                    self._wire.write(SALE, "draft", [sale])
                self._wire.write(SALE, "write", [sale], {"lines": [["create", missing]]})
        except RequestRefused as refused:
            return Failed(problems.refused(system, draft.reference, refused), draft.at)
        except AnswerLost as lost:
            return InDoubt(lost.why, draft.at)
        except CallNotSent as unsent:
            return NotSent(unsent.why)
        return Done(draft.at, {}, birth=draft.reference)

    def _missing_lines(self, draft: Draft) -> list[dict[str, Any]]:
        fields = ["product", "description", "quantity", "unit_price"]
        rows = self._wire.search("sale.line", [["sale", "=", int(draft.at)]], fields)
        there = [_line_key(row) for row in rows]
        self._sales.read_units(draft.payload["lines"])
        missing = []
        lines = draft.payload["lines"]
        for line, values in zip(lines, self._sales.lines(lines), strict=True):
            key = _line_key({**values, "unit_price": unit_price(line)})
            if key in there:
                there.remove(key)
            else:
                missing.append(values)
        return missing

    def _advance(self, ids: Sequence[str], to: str) -> list[Result]:
        states = self._states(ids)
        refusals: dict[str, Result] = {}
        for state, button in STEPS.get(to, ()):
            todo = [id_ for id_ in ids if states.get(id_) == state and id_ not in refusals]
            for id_, result in zip(todo, self._press(button, todo), strict=True):
                if isinstance(result, Done):
                    states[id_] = AFTER[button]
                else:
                    refusals[id_] = result
        return unless_down(
            self._wire,
            lambda: self._seen(ids, to, refusals),
            lambda why: [refusals.get(id_) or InDoubt(why, id_) for id_ in ids],
        )

    def _seen(self, ids: Sequence[str], to: str, refusals: Mapping[str, Result]) -> list[Result]:
        stored = {raw.id: raw for raw in self._reader.fetch(list(dict.fromkeys(ids)))}
        return [self._arrived(id_, to, stored.get(id_), refusals.get(id_)) for id_ in ids]

    def _states(self, ids: Sequence[str]) -> dict[str, str]:
        numbers = [int(id_) for id_ in ids if id_.isdigit()]
        rows = self._wire.search(SALE, [["id", "in", numbers]], ["state"])
        return {str(row["id"]): row["state"] for row in rows}

    def _press(self, button: str, ids: Sequence[str]) -> list[Result]:
        def press(part: Sequence[str]) -> Sequence[Result]:
            self._wire.write(SALE, button, [int(id_) for id_ in part])
            return [Done(id_, {}) for id_ in part]

        def refused(id_: str, said: RequestRefused) -> Result:
            return Failed(problems.refused(self._wire.system, id_, said), id_)

        return in_parts(self._wire, ids, self._batch, press, refused)

    def _arrived(self, id_: str, to: str, raw: Raw | None, refusal: Result | None) -> Result:
        """What the sale itself says counts, not the answer of a button."""
        system = self._wire.system
        if raw is None:
            return refusal or Failed(not_found(system, id_, self._entity, id_), id_)
        if raw.data["state"] in REACHED.get(to, ()):
            return Done(id_, raw.data, birth=raw.birth)
        if refusal is not None:
            return InDoubt(refusal.why, id_) if isinstance(refusal, InDoubt) else refusal
        name = str(raw.data["number"] or raw.birth)
        return Failed(wrong_state(system, name, str(raw.data["state"]), to), id_)


def not_sent(count: int, why: str) -> list[Result]:
    """So many records that were not sent."""
    return [NotSent(why) for _ in range(count)]


def refusal_of(wire: Wire, reader: Reader, draft: Draft, refused: RequestRefused) -> Result:
    """Why a record was not made; where its reference is taken, by whom."""
    name = draft.reference
    plain = Failed(problems.refused(wire.system, name, refused))
    if UNIQUE not in refused.message:
        return plain
    holders: list[Result] = unless_down(
        wire,
        lambda: [
            Failed(problems.duplicate(wire.system, name, raw.id), raw.id)
            for raw in reader.find("reference", [name])[name]
        ],
        lambda _why: [],
    )
    return next(iter(holders), plain)


def _line_key(line: Json) -> tuple[Any, ...]:
    return (
        line.get("product"),
        line["description"] or "",
        float(line["quantity"]),
        line["unit_price"],
    )
