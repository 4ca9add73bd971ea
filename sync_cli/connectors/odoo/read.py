"""Reading: changed records, records by id or key, and the census.

Every walk has a fixed date and goes by id: a date is shown to the second and stored to the
microsecond, so that a walk by date answers with its first page for ever (FACTS 2, 021, 034).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from sync_cli.connectors.base import Found, Page, Raw, Seen, batched
from sync_cli.connectors.odoo.asking import read_rows, rows_where, search_read
from sync_cli.connectors.odoo.lookups import Lookups
from sync_cli.connectors.odoo.parts import Parts
from sync_cli.connectors.odoo.shapes import (
    CUSTOMER,
    INVOICE,
    ORDER,
    PAGE_SIZE,
    PAYMENT,
    PRODUCT,
    SHIPMENT,
    STOCK,
    Domain,
    Shape,
    with_memo,
)
from sync_cli.connectors.odoo.stock import StockLevels
from sync_cli.connectors.odoo.values import (
    Row,
    id_of,
    number_of,
    read_moment,
    text_of,
    write_moment,
)
from sync_cli.connectors.odoo.wire import Wire
from sync_cli.connectors.positions import Position, read_position
from sync_cli.core.errors import ConfigError

EMAIL = "email"
DOCUMENT = "document"
_TOP_LEVEL: Domain = [["parent_id", "=", False]]
_OFFERED: Mapping[str, Domain] = {PRODUCT: [["sale_ok", "=", True]]}
"""Changes tell of articles that can be sold (020); others are still found and fetched."""
_MOVES: Domain = [["move_type", "in", ["out_invoice", "out_refund"]]]
_DELIVERIES: Domain = [["picking_type_code", "=", "outgoing"], ["sale_id", "!=", False]]


class Leg(Struct, frozen=True):
    """One part of a walk: the model that is walked by id, and the records that its rows tell of."""

    model: str
    domain: Domain
    fields: Sequence[str]
    records: Callable[[Sequence[Row]], Sequence[Raw]]


class Reader:
    """Reads one Odoo; see `Connector` for the promises. Raises SystemFault or ConfigError."""

    def __init__(
        self,
        wire: Wire,
        lookups: Lookups,
        parts: Parts,
        page_size: int = PAGE_SIZE,
    ) -> None:
        self._wire = wire
        self._lookups = lookups
        self._parts = parts
        self._page_size = page_size
        self._stock = StockLevels(wire, lookups)

    def changes(self, shape: Shape, since: datetime | None, resume: str | None) -> Iterator[Page]:
        """See `Connector.changes`; `since` stays the same for the whole read."""
        shape = self._as_spoken(shape)
        position = read_position(resume)
        if position is not None and position.ended:
            yield Page((), position.write(), position.clock)
            return
        since = position.since if position is not None else since
        clock = position.clock if position is not None else None
        first, last = _place(position)
        legs = self._legs(shape, since)
        met: set[str] = set()
        for number in range(first, len(legs)):
            for rows, began, ended in self._walk(legs[number], last if number == first else 0):
                clock = clock or began
                over = ended and number == len(legs) - 1
                place = f"{number + 1}:0" if ended else f"{number}:{rows[-1]['id']}"
                found = legs[number].records(rows) if rows else ()
                fresh = tuple(raw for raw in found if raw.id not in met)
                met.update(raw.id for raw in fresh)
                yield Page(fresh, Position(since, clock, place, over).write(), clock)

    def fetch(self, shape: Shape, ids: Sequence[str]) -> Iterator[Raw]:
        """See `Connector.fetch`."""
        shape = self._as_spoken(shape)
        numbers = list(dict.fromkeys(filter(None, map(number_of, ids))))
        for some in batched(numbers, self._page_size):
            if shape.name == STOCK:
                yield from self._raws(shape, self._stock.rows([["id", "in", some]]))
                continue
            yield from self.raws(
                shape, list(read_rows(self._wire, shape.model, some, self.fields(shape)))
            )

    def find(
        self, shape: Shape, key: str, values: Sequence[str]
    ) -> Mapping[str, tuple[Found, ...]]:
        """See `Connector.find`; e-mails keep their letters in Odoo and are compared without."""
        shape = self._as_spoken(shape)
        if key == DOCUMENT and shape.name in (SHIPMENT, INVOICE):
            return self._following(shape, values)
        name = shape.keys.get(key)
        if name is None:
            raise ConfigError(f"{self._wire.system} finds no {shape.label.lower()} by {key}.")
        found: dict[str, list[Found]] = {value: [] for value in values}
        folds = key == EMAIL
        asked: dict[str, list[str]] = {}
        for value in found:
            if value.strip():
                asked.setdefault(value.casefold() if folds else value, []).append(value)
        for some in batched(asked, shape.traits.find_batch):
            rows = self._rows_with(shape, name, some, folds=folds)
            for row, raw in zip(rows, self.raws(shape, rows), strict=True):
                own = text_of(row.get(name))
                for value in asked.get(own.casefold() if folds else own, ()):
                    found[value].append(raw)
        return {value: tuple(raws) for value, raws in found.items()}

    def _following(self, shape: Shape, values: Sequence[str]) -> Mapping[str, tuple[Found, ...]]:
        """The deliveries or invoices of orders; which belong to which, the orders know (108)."""
        found: dict[str, list[Found]] = {value: [] for value in values}
        orders = [number for value in found if str(number := number_of(value)) == value and number]
        if shape.name == SHIPMENT:
            of = "sale_id"
            rows = list(self._rows_of(shape, of, orders))
            owners = {row["id"]: [id_of(row[of])] for row in rows}
        else:
            owners = defaultdict(list)
            for order in rows_where(self._wire, "sale.order", "id", orders, ("invoice_ids",)):
                for id in order["invoice_ids"]:
                    owners[id].append(str(order["id"]))
            rows = list(self._rows_of(shape, "id", sorted(owners)))
        for row, raw in zip(rows, self.raws(shape, rows), strict=True):
            for order_id in owners[row["id"]]:
                found[order_id].append(raw)
        return {value: tuple(raws) for value, raws in found.items()}

    def _rows_of(self, shape: Shape, name: str, ids: Sequence[int]) -> Iterator[Row]:
        fields = sorted({*self.fields(shape), name} - {"id"})
        return rows_where(self._wire, shape.model, name, ids, fields, domain=shape.everything)

    def census(self, shape: Shape, since: datetime | None) -> Iterator[Seen]:
        """See `Connector.census`."""
        shape = self._as_spoken(shape)
        fields = sorted({shape.birth, "write_date"})
        leg = Leg(shape.model, self._since(shape.everything, since), fields, lambda _rows: ())
        for rows, _began, _ended in self._walk(leg, 0):
            for row in rows:
                yield Seen(str(row["id"]), shape.birth_of(row), read_moment(row.get("write_date")))

    def _as_spoken(self, shape: Shape) -> Shape:
        """The shape by the names of the version that answers."""
        return with_memo(shape, self._lookups.dialect.memo) if shape.name == PAYMENT else shape

    def fields(self, shape: Shape) -> list[str]:
        """The fields that records of this shape are asked for with."""
        return self._parts.fields_of(shape)

    def raws(self, shape: Shape, rows: Sequence[Row]) -> list[Raw]:
        """The rows with all that belongs to them, in their order."""
        return self._raws(shape, list(zip(rows, self._parts.complete(shape, rows), strict=True)))

    def _raws(self, shape: Shape, pairs: Sequence[tuple[Row, dict[str, Any]]]) -> list[Raw]:
        return [
            Raw(
                str(row["id"]),
                data,
                birth=shape.birth_of(row),
                modified_at=read_moment(row.get("write_date")),
                marks=shape.marks_of(row),
            )
            for row, data in pairs
        ]

    def _walk(self, leg: Leg, last: int) -> Iterator[tuple[list[Row], datetime, bool]]:
        """The rows of a leg after the id `last`, page by page; whether each page is the last."""
        ended = False
        while not ended:
            domain = [*leg.domain, ["id", ">", last]]
            ask = search_read(leg.model, domain, leg.fields, order="id asc", limit=self._page_size)
            reply = self._wire.look(ask)
            rows = list(reply.data)
            ended = len(rows) < self._page_size
            last = rows[-1]["id"] if rows else last
            yield rows, reply.began, ended

    def _legs(self, shape: Shape, since: datetime | None) -> list[Leg]:
        match shape.name:
            case name if name == STOCK:
                return [self._stock_leg(shape, since)]
            case name if name == CUSTOMER:
                return [self._customers_leg(shape, since)]
        legs = [
            Leg(
                shape.model,
                self._since([*_OFFERED.get(shape.name, ()), *shape.everything], since),
                self.fields(shape),
                lambda rows: self.raws(shape, rows),
            )
        ]
        if since is not None and shape.name == PRODUCT:
            legs.append(self._attributes_leg(shape, since))
        if since is not None and shape.name == ORDER:
            legs += self._legs_behind_orders(shape, since)
        return legs

    def _stock_leg(self, shape: Shape, since: datetime | None) -> Leg:
        """Which products changed is asked of the moves: a quant at zero vanishes (115, 116)."""
        domain = list(shape.everything)
        if since is not None:
            changed = ["write_date", ">=", write_moment(since)]
            domain = ["|", ["id", "in", self._stock.moved(since)], changed, *domain]

        def levels(rows: Sequence[Row]) -> list[Raw]:
            ids = [row["id"] for row in rows]
            return self._raws(shape, self._stock.rows([["id", "in", ids]]))

        return Leg(shape.model, domain, ["write_date"], levels)

    def _customers_leg(self, shape: Shape, since: datetime | None) -> Leg:
        """A changed address moves only its own date (042): its customer is read along with it."""
        fields = ["parent_id", "commercial_partner_id"]

        def customers(rows: Sequence[Row]) -> list[Raw]:
            tops = {int(id_of(row.get("commercial_partner_id")) or row["id"]) for row in rows}
            found = read_rows(self._wire, shape.model, sorted(tops), self.fields(shape))
            return self.raws(shape, list(found))

        return Leg(shape.model, self._since(shape.everything, since), fields, customers)

    def _attributes_leg(self, shape: Shape, since: datetime) -> Leg:
        """An extra price of an attribute moves the price of variants, but no date of them (038)."""

        def variants(rows: Sequence[Row]) -> list[Raw]:
            ids = [row["id"] for row in rows]
            name = "product_template_attribute_value_ids"
            found = rows_where(
                self._wire, shape.model, name, ids, self.fields(shape), domain=shape.everything
            )
            return self.raws(shape, list(found))

        model = "product.template.attribute.value"
        return Leg(model, self._since([], since), ["write_date"], variants)

    def _legs_behind_orders(self, shape: Shape, since: datetime) -> list[Leg]:
        """Tracking, posting and payment move no date of the order (FACTS 9, point 5)."""

        def delivered(rows: Sequence[Row]) -> list[Raw]:
            ids = sorted({int(id_of(row["sale_id"])) for row in rows if row.get("sale_id")})
            return self.raws(shape, self._orders_where(shape, "id", ids))

        def billed(rows: Sequence[Row]) -> list[Raw]:
            ids = [row["id"] for row in rows]
            return self.raws(shape, self._orders_where(shape, "invoice_ids", ids))

        return [
            Leg("stock.picking", self._since(_DELIVERIES, since), ["sale_id"], delivered),
            Leg("account.move", self._since(_MOVES, since), ["move_type"], billed),
        ]

    def _orders_where(self, shape: Shape, name: str, ids: Sequence[int]) -> list[Row]:
        return list(rows_where(self._wire, shape.model, name, ids, self.fields(shape)))

    def _rows_with(
        self, shape: Shape, name: str, values: Sequence[str], *, folds: bool
    ) -> list[Row]:
        own = _TOP_LEVEL if shape.name == CUSTOMER else []
        asked: Domain = [[name, "in", list(values)]]
        if folds:
            asked = [*["|"] * (len(values) - 1), *([name, "=ilike", value] for value in values)]
        domain = [*own, *shape.everything, *asked]
        ask = search_read(shape.model, domain, self.fields(shape), order="id")
        return list(self._wire.look(ask).data)

    @staticmethod
    def _since(domain: Domain, since: datetime | None) -> Domain:
        if since is None:
            return list(domain)
        return [["write_date", ">=", write_moment(since)], *domain]


def _place(position: Position | None) -> tuple[int, int]:
    """Leg and last id of a position; the beginning for one that names neither."""
    leg, _, last = str(position.place if position else "").partition(":")
    return number_of(leg), number_of(last)
