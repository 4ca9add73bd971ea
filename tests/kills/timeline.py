"""How many pieces could be sold at each moment of a campaign, from what both ledgers tell.

Reads only ledgers; knows nothing of the program. Within one moment of the campaign the pieces that
an order took are either held by the shop or, once its document is confirmed, demanded in the ERP.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Json = Mapping[str, Any]
MAIN = "MAIN"
OPEN = "confirmed"
LIVE = frozenset({"confirmed", "shipped", "done"})
MILLISECOND = timedelta(milliseconds=1)


def machine_time(at: str, jumps: Sequence[str], jump: float) -> datetime:
    """The machine's time of a ledger's time, whose clock was put on at each of `jumps`."""
    told, step = datetime.fromisoformat(at), timedelta(seconds=jump)
    passed = sum(1 for before in jumps if told >= datetime.fromisoformat(before) + step)
    return told - passed * step


@dataclass(frozen=True)
class Change:
    """One effect in the machine's time."""

    at: datetime
    side: str
    effect: Json


@dataclass
class Row:
    """An ERP stock row as it was at a moment, in ERP units; `holder` is the shop's product id."""

    holder: str
    factor: Decimal
    on_hand: dict[str, Decimal]
    demand: Decimal = Decimal(0)

    @property
    def pieces(self) -> Decimal:
        """Pieces of the shop that are there and not demanded."""
        return (sum(self.on_hand.values(), Decimal(0)) - self.demand) / self.factor


@dataclass
class Timeline:
    """Sellable pieces of each shop product that holds a number, by the machine's time."""

    rows: dict[str, Row]
    lines: Mapping[str, Sequence[tuple[str, Decimal]]]
    times: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _held: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    _states: dict[str, str] = field(default_factory=dict)

    def follow(self, changes: Iterable[Change], start: datetime) -> None:
        """Take in all changes in their order, from the state before them at `start`."""
        for holder in {row.holder for row in self.rows.values()}:
            self._note(holder, start)
        for change in sorted(changes, key=lambda change: change.at):
            for holder in self._take_in(change):
                self._note(holder, change.at)

    def most(self, holder: str, since: datetime, until: datetime) -> int | None:
        """The most that could be sold at any moment from `since` to `until`; None if unknown."""
        times = self.times.get(holder)
        if not times:
            return None
        first = max(0, bisect_right(times, since) - 1)
        return max(self.numbers[holder][first : bisect_right(times, until)], default=None)

    def last(self, holder: str) -> int | None:
        """What can be sold in the end."""
        numbers = self.numbers.get(holder)
        return numbers[-1] if numbers else None

    def _note(self, holder: str, at: datetime) -> None:
        there = sum((r.pieces for r in self.rows.values() if r.holder == holder), Decimal(0))
        self.times[holder].append(at)
        self.numbers[holder].append(max(0, (there - self._held[holder]).__floor__()))

    def _take_in(self, change: Change) -> set[str]:
        """Apply a change; the holders whose number it may have moved."""
        effect = change.effect
        what, id = str(effect["what"]), str(effect["id"])
        if (change.side, what) == ("shop", "stock.set") and effect["by"] in ("order", "refund"):
            self._held[id] -= int(effect["new"]) - int(effect["old"])
            return {id}
        if (change.side, what) == ("erp", "stock.set") and id in self.rows:
            self.rows[id].on_hand[str(effect["warehouse"])] = Decimal(effect["on_hand"])
            return {self.rows[id].holder}
        if (change.side, what) == ("erp", "credit_note.confirmed"):
            return self._put_back(effect["pieces"])
        if change.side == "erp" and what.startswith("order.") and "state" in effect:
            return self._move_document(id, str(effect["state"]))
        return set()

    def _put_back(self, pieces: Mapping[str, str]) -> set[str]:
        """A credit note brings to the ERP's shelf what the shop has put back before."""
        moved = set()
        for product, units in pieces.items():
            row = self.rows.get(product)
            if row is not None:
                row.on_hand[MAIN] = row.on_hand.get(MAIN, Decimal(0)) + Decimal(units)
                self._held[row.holder] += Decimal(units) / row.factor
                moved.add(row.holder)
        return moved

    def _move_document(self, id: str, state: str) -> set[str]:
        """Demand is that of confirmed documents; what a live one holds the shop no longer does."""
        before = self._states.get(id, "draft")
        self._states[id] = state
        open_change = (state == OPEN) - (before == OPEN)
        live_change = (state in LIVE) - (before in LIVE)
        moved = set()
        for product, units in self.lines.get(id, ()):
            row = self.rows.get(product)
            if row is None:
                continue
            row.demand += open_change * units
            self._held[row.holder] -= live_change * units / row.factor
            if (before, state) == (OPEN, "shipped"):
                row.on_hand[MAIN] = row.on_hand.get(MAIN, Decimal(0)) - units
            moved.add(row.holder)
        return moved


def first_rows(stock: Iterable[Json], products: Sequence[Json]) -> dict[str, Row]:
    """The ERP's rows before the campaign, each with the shop product that holds its number."""
    by_sku = {product["sku"]: product for product in products if product["sku"]}
    by_id = {product["id"]: product for product in products}
    rows = {}
    for row in stock:
        product = by_sku.get(row["sku"])
        holder = None if product is None else holder_of(product, by_id)
        if holder is not None and row["stocked"]:
            rows[str(row["id"])] = Row(
                str(holder["id"]),
                Decimal(row["unit_factor"]),
                {shelf["code"]: Decimal(shelf["on_hand"]) for shelf in row["warehouses"]},
            )
    return rows


def holder_of(product: Json, by_id: Mapping[int, Json]) -> Json | None:
    """The product that holds the number of this one: itself, its parent, or none."""
    parent = by_id.get(product["parent_id"])
    for candidate in (product, parent):
        if candidate is not None and candidate["manage_stock"] is True:
            return candidate
    return None


def lines_of(documents: Iterable[Json]) -> dict[str, list[tuple[str, Decimal]]]:
    """Product and quantity of the product lines of each document, by its id."""
    return {
        str(document["id"]): [
            (str(line["product_id"]), Decimal(line["quantity"]))
            for line in document["lines"]
            if line["product_id"] is not None
        ]
        for document in documents
    }
