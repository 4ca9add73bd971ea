"""Stock levels: what lies in each warehouse, and what is promised out of it.

On hand is Tryton's own quantity, today, one call a warehouse (without `locations` it answers 0 for
all and no error, FACTS 4). Demand is summed up from the moves that are not done yet, whatever
their planned date: `forecast_quantity` would leave out what is to be sent later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from msgspec import Struct

from sync_cli.connectors.base import Raw, batched
from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.values import moment
from sync_cli.connectors.tryton.wire import Wire

PRODUCTS_AT_ONCE = 1000
PRODUCT = (
    "code", "active", "suffix_code", "template.active", "template.type", "template.consumable",
    "template.sale_uom.factor", "template.default_uom.factor", "create_date", "last_modified_at",
)  # fmt: skip
MOVE = ("product", "from_location", "to_location", "internal_quantity", "state")
OPEN = ("draft", "assigned")
ZERO = Decimal(0)


class Open(Struct, frozen=True):
    """What the open moves do to one product in one warehouse."""

    demand: Decimal = ZERO
    reserved: Decimal = ZERO
    incoming: Decimal = ZERO


class Levels:
    """Reads the stock of products, all warehouses of each."""

    def __init__(self, wire: Wire, house: House) -> None:
        self._wire = wire
        self._house = house

    def of(self, ids: Sequence[str]) -> Iterator[Raw]:
        """The levels of these products; those that do not exist are absent."""
        for batch in batched(map(int, ids), PRODUCTS_AT_ONCE):
            yield from self._levels(batch)

    def _levels(self, ids: list[int]) -> Iterator[Raw]:
        domain = [["id", "in", ids], ["active", "in", [True, False]]]
        rows = self._wire.search("product.product", domain, PRODUCT)
        stocked = [row["id"] for row in rows if _is_stocked(row)]
        on_hand = {
            warehouse.code: self._on_hand(warehouse.id, stocked)
            for warehouse in self._house.warehouses
        }
        moving = self._moving(stocked)
        for row in rows:
            yield _level(row, on_hand, moving)

    def _on_hand(self, warehouse: int, ids: list[int]) -> Mapping[int, Decimal]:
        if not ids:
            return {}
        domain = [["id", "in", ids], ["active", "in", [True, False]]]
        rows = self._wire.search("product.product", domain, ["quantity"], locations=[warehouse])
        return {row["id"]: Decimal(str(row["quantity"])) for row in rows}

    def _moving(self, ids: list[int]) -> Mapping[tuple[int, str], Open]:
        """What is on its way, by product and code of the warehouse."""
        sums: dict[tuple[int, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for move in self._open_moves(ids):
            source = self._warehouse_of.get(move["from_location"], "")
            target = self._warehouse_of.get(move["to_location"], "")
            if source == target:
                # within one warehouse only what is taken off the shelf is reserved
                if move["state"] == "assigned":
                    sums[move["product"], source]["reserved"] += _amount(move)
                continue
            if source:
                sums[move["product"], source]["demand"] += _amount(move)
            if target:
                sums[move["product"], target]["incoming"] += _amount(move)
        return {key: Open(**found) for key, found in sums.items() if key[1]}

    def _open_moves(self, ids: list[int]) -> list[dict[str, Any]]:
        if not ids:
            return []
        domain = [["state", "in", list(OPEN)], ["product", "in", ids]]
        return self._wire.search("stock.move", domain, MOVE)

    @cached_property
    def _warehouse_of(self) -> Mapping[int, str]:
        """The code of the warehouse around each location; places outside have none."""
        codes = {warehouse.id: warehouse.code for warehouse in self._house.warehouses}
        domain = [["active", "in", [True, False]]]
        rows = self._wire.search("stock.location", domain, ["parent"])
        parents = {row["id"]: row["parent"] for row in rows}
        return {id_: _around(id_, parents, codes) for id_ in parents}


def _around(id_: int, parents: Mapping[int, int | None], codes: Mapping[int, str]) -> str:
    place: int | None = id_
    while place is not None and place not in codes:
        place = parents.get(place)
    return codes[place] if place is not None else ""


def _is_stocked(row: Mapping[str, Any]) -> bool:
    template = row["template."]
    return template["type"] == "goods" and not template["consumable"]


def _level(
    row: Mapping[str, Any],
    on_hand: Mapping[str, Mapping[int, Decimal]],
    moving: Mapping[tuple[int, str], Open],
) -> Raw:
    template = row["template."]
    active = bool(row["active"]) and bool(template["active"])
    nothing = Open()
    levels = []
    for code, pieces in on_hand.items():
        open_moves = moving.get((row["id"], code), nothing)
        levels.append(
            {
                "code": code,
                "on_hand": pieces.get(row["id"], ZERO),
                "demand": open_moves.demand,
                "reserved": open_moves.reserved,
                "incoming": open_moves.incoming,
            }
        )
    data = {
        "id": row["id"],
        "code": row["code"],
        "active": active,
        "stocked": _is_stocked(row),
        "unit_factor": ratio(template["sale_uom."], template["default_uom."]),
        "warehouses": levels,
    }
    marks = frozenset() if active else frozenset({"archived"})
    return Raw(
        str(row["id"]), data, row["create_date"] or "", moment(row["last_modified_at"]), marks
    )


def ratio(sold_in: Mapping[str, Any] | None, counted_in: Mapping[str, Any]) -> Decimal:
    """How many units of stock one unit of sale holds."""
    if sold_in is None:
        return Decimal(1)
    factor = Decimal(str(sold_in["factor"])) / Decimal(str(counted_in["factor"]))
    return round(factor, 6).normalize() + 0


def _amount(move: Mapping[str, Any]) -> Decimal:
    return Decimal(str(move["internal_quantity"]))
