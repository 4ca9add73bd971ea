"""From the payload of a mapping to the values of a sale: names become Tryton's ids.

`create` runs none of Tryton's on_change, so that everything a form would fill in is given here
(FACTS 6). Prices are net: Tryton knows no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sync_cli.connectors.base import Draft, Json
from sync_cli.connectors.tryton import problems
from sync_cli.connectors.tryton.addresses import Addresses, UnknownCountry, given
from sync_cli.connectors.tryton.house import House
from sync_cli.connectors.tryton.wire import Wire
from sync_cli.core.errors import Problem

PRICE_DIGITS = Decimal("0.0001")
ADDRESSES = ("invoice_address", "shipment_address")
GOODS = "product"
DISCOUNTS = "sale_discount"
"""The module that keeps the price before a discount."""


class Impossible(Exception):
    """A payload that no sale can be made of; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Sales:
    """Makes values of the payloads of one call."""

    def __init__(self, wire: Wire, house: House) -> None:
        self._wire = wire
        self._house = house
        self._addresses = Addresses(wire, house)
        self._units: dict[int, int] = {}

    def prepare(self, drafts: Sequence[Draft]) -> None:
        """Read the units of the articles, and have the addresses there. Raises as writing does."""
        self.read_units(line for draft in drafts for line in draft.payload["lines"])
        self._addresses.ensure(
            (int(draft.payload["party"]), address)
            for draft in drafts
            for address in given(draft.payload, ADDRESSES)
        )

    def check(self, draft: Draft) -> None:
        """Raise Impossible for names that Tryton does not know."""
        payload, house = draft.payload, self._house
        self._known(draft, "currency", payload["currency"], house.currencies)
        for address in given(payload, ADDRESSES):
            try:
                self._addresses.values(address)
            except UnknownCountry as unknown:
                self._known(draft, "country", str(unknown), house.countries)
        for line in payload["lines"]:
            if line.get("tax"):
                self._known(draft, "tax", line["tax"], house.taxes)
            if line.get("discount") and DISCOUNTS not in house.modules:
                raise Impossible(problems.no_module(self._wire.system, draft.reference, DISCOUNTS))
        if payload.get("payment_term"):
            self._known(draft, "payment term", payload["payment_term"], house.payment_terms)
        if payload.get("carrier"):
            self._known(draft, "carrier", payload["carrier"], house.carriers)
        if payload.get("warehouse"):
            self._known(draft, "warehouse", _folded(payload), house.warehouse_names)

    def values(self, draft: Draft) -> dict[str, Any]:
        """The values of a sale."""
        payload, shop = draft.payload, self._house.shop
        party = int(payload["party"])
        values = {
            "party": party,
            "company": shop.company,
            "currency": self._house.currencies[payload["currency"]],
            "web_shop": shop.id,
            "web_id": draft.reference,
            "reference": payload.get("reference") or None,
            "description": payload.get("description") or None,
            "comment": payload.get("comment") or None,
            "sale_date": _date(payload.get("sale_date")),
            "warehouse": self._warehouse(payload),
            "lines": [["create", self.lines(payload["lines"])]],
        }
        if not _goods_move(payload["lines"]):
            values["shipment_method"] = "manual"
        if payload.get("payment_term"):
            values["payment_term"] = self._house.payment_terms[payload["payment_term"]]
        if payload.get("origin"):
            values["origin"] = f"sale.sale,{payload['origin']}"
        if "sale_shipment_cost" in self._house.modules:
            values["shipment_cost_method"] = None
            values["carrier"] = self._house.carriers.get(payload.get("carrier") or "")
        return {**values, **self._addresses_of(party, payload)}

    def _warehouse(self, payload: Json) -> int | None:
        """Where goods leave or come back: the first of the web shop where none is named."""
        if payload.get("warehouse"):
            return self._house.warehouse_names[_folded(payload)]
        return next(iter(self._house.shop.warehouses), None)

    def lines(self, lines: Sequence[Json]) -> list[dict[str, Any]]:
        """The values of all lines.

        Tryton expects all goods of a credit note back, or none. Where only some come, the others
        are given back as amounts without their article.
        """
        some = _goods_move(lines)
        return [self._line(line, as_goods=not some or _moves(line)) for line in lines]

    def _line(self, line: Json, *, as_goods: bool) -> dict[str, Any]:
        """The values of one line: goods with their article and unit, all else as an amount."""
        tax = self._house.taxes[line["tax"]] if line.get("tax") else None
        values: dict[str, Any] = {
            "type": "line",
            "description": line.get("text") or None,
            "quantity": float(line["quantity"]),
            "unit_price": unit_price(line),
            "taxes": [["add", [tax]]] if tax is not None else [],
        }
        if line.get("discount"):
            # Tryton tells the percentage itself, of this and of the price that is paid (075).
            values["base_price"] = price_of_one(line["net_before"], line["quantity"])
        if line["kind"] == GOODS and as_goods:
            article = int(line["product"])
            values |= {"product": article, "unit": self._units.get(article)}
        return values

    def read_units(self, lines: Iterable[Json]) -> None:
        """Know the unit that the stock of each article is counted in."""
        goods = {int(line["product"]) for line in lines if line["kind"] == GOODS}
        if missing := sorted(goods - self._units.keys()):
            domain = [["id", "in", missing], ["active", "in", [True, False]]]
            rows = self._wire.search("product.product", domain, ["template.default_uom"])
            self._units.update((row["id"], row["template."]["default_uom"]) for row in rows)

    def _addresses_of(self, party: int, payload: Json) -> dict[str, Any]:
        """The id of each address; goods go to the invoice's where there is no other."""
        ids = {
            name: self._addresses.id_of(party, address)
            for name in ADDRESSES
            for address in given(payload, (name,))
        }
        first = next(iter(ids.values()), None)
        return {name: ids.get(name, first) for name in ADDRESSES}

    def _known(self, draft: Draft, what: str, name: str, names: Mapping[str, int]) -> None:
        if name not in names:
            system = self._wire.system
            raise Impossible(problems.unknown_name(system, draft.reference, what, name))


def _moves(line: Json) -> bool:
    """Whether a line of goods moves them: of a credit note only what goes back to the shelf."""
    return line.get("restock") is not False


def _goods_move(lines: Sequence[Json]) -> bool:
    goods = [line for line in lines if line["kind"] == GOODS]
    return not goods or any(map(_moves, goods))


def unit_price(line: Json) -> Decimal:
    """The net price that is paid for one."""
    return price_of_one(line["net"], line["quantity"])


def price_of_one(net: str, quantity: str) -> Decimal:
    """The price of one, to four digits: more Tryton refuses, and floats it refuses too."""
    return (Decimal(net) / Decimal(quantity)).quantize(PRICE_DIGITS, ROUND_HALF_UP)


def _folded(payload: Json) -> str:
    """The warehouse as the part of a divided order names it, in small letters."""
    return str(payload["warehouse"]).casefold()


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None
