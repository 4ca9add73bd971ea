"""Reads what is in Tryton: by date, by id, by key, and all of it in short.

A changed record is met by walking over the ids of all that changed since a fixed date: whatever
others edit meanwhile, dates only grow and ids stay, so that none is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sync_cli.connectors.base import Found, Page, Raw, Seen, batched
from sync_cli.connectors.positions import Position, read_position
from sync_cli.connectors.tryton.entities import (
    HALVES,
    REFERENCE_OF_PAYMENT,
    SHAPES,
    Shape,
)
from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.records import MAIN, raw_of
from sync_cli.connectors.tryton.stock import Levels
from sync_cli.connectors.tryton.values import moment
from sync_cli.connectors.tryton.wire import Domain, Wire

FETCH_AT_ONCE = 500
CENSUS_AT_ONCE = 5000
MOVES = "moved stock"
EVERY = ["active", "in", [True, False]]


class Reader:
    """Reads one entity."""

    def __init__(self, wire: Wire, house: House, entity: str, page: int | None = None) -> None:
        self._wire = wire
        self._most = page
        self._house = house
        self._entity = entity
        self._halves = HALVES.get(entity, (entity,))

    def changes(self, since: datetime | None, resume: str | None) -> Iterator[Page]:
        """See `Connector.changes`. Place is the half and the last id: "0:17"."""
        position = read_position(resume)
        if position is None:
            position = Position(since, self._wire.clock(), "0:0")
        seen: set[str] = set()
        if position.ended:
            yield Page((), position.write(), position.clock)
            return
        while True:
            rows, following = self._page(position)
            yield Page(self._raws(rows, position, seen), following.write(), following.clock)
            if following.ended:
                return
            position = following

    def fetch(self, ids: Sequence[str]) -> Iterator[Raw]:
        """See `Connector.fetch`."""
        if self._entity == "stock":
            yield from self._levels(ids)
            return
        for half in self._halves:
            own = _own_ids(half, ids)
            for batch in batched(own, FETCH_AT_ONCE):
                yield from self._search(half, [["id", "in", batch]])

    def find(self, key: str, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """See `Connector.find`."""
        found: dict[str, list[Found]] = {value: [] for value in values}
        wanted = sorted({value for value in values if value})
        for half in self._halves:
            shape = SHAPES[half]
            for batch in batched(wanted, shape.traits.find_batch):
                for raw in self._search(half, _keyed(shape, key, batch)):
                    for value in _values(raw, key):
                        for asked in _meant(value, key, batch):
                            found[asked].append(raw)
        return {value: tuple(raws) for value, raws in found.items()}

    def census(self, since: datetime | None) -> Iterator[Seen]:
        """See `Connector.census`."""
        for half in self._standing_halves:
            last = 0
            while rows := self._short_rows(half, since, last):
                for row in rows:
                    yield _seen(half, row)
                last = rows[-1]["id"]

    @property
    def _standing_halves(self) -> tuple[str, ...]:
        """Where records lie; a move of stock is none, it only tells of one."""
        return tuple(half for half in self._halves if half != MOVES)

    def _short_rows(self, half: str, since: datetime | None, last: int) -> list[dict[str, Any]]:
        shape = SHAPES[half]
        fields = ["create_date", "last_modified_at"]
        fields += [name for name in ("web_id", REFERENCE_OF_PAYMENT) if name in shape.fields]
        domain = [*self._base(half), *self._since(shape, since), ["id", ">", last]]
        return self._wire.search(shape.model, domain, fields, limit=CENSUS_AT_ONCE)

    def _page(self, position: Position) -> tuple[list[dict[str, Any]], Position]:
        """The next rows, and where those behind them begin."""
        half, last = _place(position)
        shape = SHAPES[self._halves[half]]
        base = self._base(self._halves[half])
        domain = [*base, *self._since(shape, position.since), ["id", ">", last]]
        size = min(self._most or shape.page, shape.page)
        rows = self._wire.search(shape.model, domain, self._fields(shape), limit=size)
        ended = len(rows) < size
        place = f"{half + 1}:0" if ended else f"{half}:{rows[-1]['id']}"
        # a read of all needs no moves: they tell of stock that was read already
        halves = self._halves if position.since is not None else self._standing_halves
        over = ended and half + 1 >= len(halves)
        return rows, Position(position.since, position.clock, place, over)

    def _raws(
        self, rows: Sequence[dict[str, Any]], position: Position, seen: set[str]
    ) -> tuple[Raw, ...]:
        half = self._halves[_place(position)[0]]
        if self._entity == "stock":
            moved = half == MOVES
            ids = dict.fromkeys(str(row["product"] if moved else row["id"]) for row in rows)
            fresh = [id_ for id_ in ids if id_ not in seen]
            seen.update(fresh)
            return tuple(self._levels(fresh))
        return tuple(raw_of(half, row, self._house) for row in rows)

    def _levels(self, ids: Sequence[str]) -> Iterator[Raw]:
        return Levels(self._wire, self._house).of([id_ for id_ in ids if id_.isdigit()])

    def _search(self, half: str, domain: Domain) -> Iterator[Raw]:
        shape = SHAPES[half]
        whole = [*self._base(half), *domain]
        for row in self._wire.search(shape.model, whole, self._fields(shape)):
            yield raw_of(half, row, self._house)

    def _fields(self, shape: Shape) -> list[str]:
        fields = list(shape.fields)
        for module, names in shape.optional.items():
            if module in self._house.modules:
                fields += names
        return fields

    def _base(self, half: str) -> Domain:
        """What belongs to the entity at all."""
        domain: Domain = [EVERY] if SHAPES[half].archives else []
        shop = self._house.shop.id
        match half:
            case "main article":
                domain.append(["products.suffix_code", "!=", None])
            case "order":
                domain += [["web_shop", "=", shop], _NO_REFUND]
            case "refund":
                domain += [["web_shop", "=", shop], ["origin", "like", "sale.sale,%"]]
            case "shipment":
                domain.append(["moves.sale.web_shop", "=", shop])
            case "invoice":
                # credit notes are invoices of a negative amount (FACTS 7)
                domain += [["type", "=", "out"], ["total_amount", ">=", Decimal(0)]]
                domain.append(["sales.web_shop", "=", shop])
            case "payment":
                domain += [["credit", ">", Decimal(0)], ["invoice_payments.type", "=", "out"]]
                domain.append(["invoice_payments.sales.web_shop", "=", shop])
        return domain

    def _since(self, shape: Shape, since: datetime | None) -> Domain:
        if since is None:
            return []
        there = [p for p, module in shape.touched_by.items() if self._has(module)]
        paths = ["last_modified_at", *(f"{path}.last_modified_at" for path in there)]
        clauses = [[path, ">=", since] for path in paths]
        return [["OR", *clauses]] if len(clauses) > 1 else clauses

    def _has(self, module: str) -> bool:
        return not module or module in self._house.modules


_NO_REFUND: Domain = ["OR", ["origin", "=", None], ["origin", "not like", "sale.sale,%"]]


def _place(position: Position) -> tuple[int, int]:
    half, _, last = str(position.place or "0:0").partition(":")
    return int(half), int(last)


def _own_ids(half: str, ids: Sequence[str]) -> list[int]:
    """The numbers among `ids` that are of this half; what is no id of Tryton is nowhere."""
    mark = MAIN if half == "main article" else ""
    own = (id_.removeprefix(mark) for id_ in ids if id_.startswith(mark))
    return [int(id_) for id_ in own if id_.isdigit()]


def _keyed(shape: Shape, key: str, values: Sequence[str]) -> Domain:
    """The clause that finds all records with one of these values, and perhaps some more."""
    path = shape.finds[key]
    if key == "email":
        return [["OR", *([path, "ilike", _escaped(value)] for value in values)]]
    if key == "document":
        return [[path, "in", [int(value) for value in values if value.isdigit()]]]
    return [[path, "in", list(values)]]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _values(raw: Raw, key: str) -> list[str]:
    """What a record has under a key of `find`."""
    match key:
        case "reference":
            name = next(key for key in ("code", "web_id", "description") if key in raw.data)
            return [str(raw.data[name])]
        case "sku":
            return [str(raw.data["code"])]
        case "email":
            return [str(raw.data["email"])]
        case _:
            return [str(sale) for sale in raw.data["sales"]]


def _meant(value: str, key: str, asked: Sequence[str]) -> list[str]:
    if key == "email":
        return [one for one in asked if one.lower() == value.lower()]
    return [value] if value in asked else []


def _seen(half: str, row: Mapping[str, Any]) -> Seen:
    mark = MAIN if half == "main article" else ""
    touched = row["last_modified_at"] or row["create_date"]
    named = row.get("web_id") or row.get("move.", {}).get("description")
    return Seen(f"{mark}{row['id']}", named or row["create_date"] or "", moment(touched))
