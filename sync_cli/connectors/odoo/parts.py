"""What belongs to a record and lies in other models, put beside its fields."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sync_cli.connectors.odoo.asking import read_rows, rows_where
from sync_cli.connectors.odoo.lookups import Lookups
from sync_cli.connectors.odoo.shapes import (
    ARCHIVED_TOO,
    CUSTOMER,
    INVOICE,
    ORDER,
    PAYMENT,
    PRODUCT,
    REFUND,
    SHIPMENT,
    Shape,
)
from sync_cli.connectors.odoo.values import (
    Row,
    exact,
    id_of,
    name_of,
    plain,
    plain_row,
    text_of,
)
from sync_cli.connectors.odoo.wire import Wire

Records = list[dict[str, Any]]

ADDRESS_FIELDS = (
    *("name", "type", "parent_id", "street", "street2", "zip", "city", "state_id"),
    *("country_id", "email", "phone", "ref", "active"),
)
LINE_FIELDS = (
    *("order_id", "sequence", "display_type", "product_id", "name", "product_uom_qty"),
    *("price_unit", "discount", "price_subtotal", "price_tax", "price_total", "is_delivery"),
)
_PICKING_FIELDS = ("name", "state", "sale_id", "carrier_id", "carrier_tracking_ref", "date_done")
_INVOICE_FIELDS = ("name", "state", "move_type", "payment_state", "amount_total", "invoice_date")
_BETWEEN_NUMBERS = re.compile(r"[,;\n]")
_UNCONFIRMED = ("draft", "sent")
_SHIPS = frozenset({"partial", "full"})


class Parts:
    """Completes rows with the parts that the mapping reads.

    Of an entity that is not in `needs` all parts, but for the lines of orders: they are read only
    if they are named, for every look at an order would cost another call.
    """

    def __init__(
        self, wire: Wire, lookups: Lookups, needs: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        self._wire = wire
        self._lookups = lookups
        self._needs = needs or {}
        self._makers: Mapping[str, Callable[[Shape, Sequence[Row], Records], None]] = {
            PRODUCT: self._products,
            CUSTOMER: self._customers,
            ORDER: self._orders,
            SHIPMENT: self._shipments,
            INVOICE: self._orders_of_moves,
            REFUND: self._orders_of_moves,
            PAYMENT: self._orders_of_payments,
        }

    def fields_of(self, shape: Shape) -> list[str]:
        """The fields to ask for: the connector's own, and what else the mapping reads."""
        own = list(shape.fields)
        if shape.name == PRODUCT and self._lookups.dialect.stocked not in own:
            own.append(self._lookups.dialect.stocked)
        more = self._needs.get(shape.name, frozenset()) - shape.made_up - {"id", *own}
        return [*own, *sorted(more)]

    def complete(self, shape: Shape, rows: Sequence[Row]) -> Records:
        """The rows as plain data with their parts. Raises SystemFault or ConfigError."""
        records = [{**plain_row(row), "id": str(row["id"])} for row in rows]
        maker = self._makers.get(shape.name)
        if maker is not None and records:
            maker(shape, rows, records)
        return records

    def _wants(self, shape: Shape, part: str) -> bool:
        needs = self._needs.get(shape.name)
        return needs is None or part in needs

    def _products(self, shape: Shape, rows: Sequence[Row], records: Records) -> None:
        dialect = self._lookups.dialect
        values: Mapping[int, Mapping[str, str]] = {}
        if self._wants(shape, "attributes"):
            values = self._lookups.attributes(
                id_ for row in rows for id_ in row.get("product_template_attribute_value_ids") or ()
            )
        names: Mapping[int, str] = {}
        if self._wants(shape, "tax_names"):
            names = {int(tax["id"]): text_of(tax.get("name")) for tax in self._lookups.taxes}
        for row, record in zip(rows, records, strict=True):
            ids = row.get("product_template_attribute_value_ids") or ()
            record["attributes"] = [values[id_] for id_ in ids if id_ in values]
            record["tax_names"] = [names[id_] for id_ in row.get("taxes_id") or () if id_ in names]
            record["stocked"] = row.get(dialect.stocked) == dialect.stocked_is

    def _customers(self, shape: Shape, rows: Sequence[Row], records: Records) -> None:
        found: Sequence[Row] = ()
        if self._wants(shape, "addresses"):
            ids = [row["id"] for row in rows]
            found = list(
                rows_where(
                    self._wire,
                    "res.partner",
                    "parent_id",
                    ids,
                    ADDRESS_FIELDS,
                    domain=ARCHIVED_TOO,
                )
            )
        children = _by(found, "parent_id")
        self._name_countries([*rows, *found])
        for row, record in zip(rows, records, strict=True):
            record.update(self._codes_of(row))
            record["addresses"] = [
                {**plain_row(child), **self._codes_of(child)} for child in children[str(row["id"])]
            ]

    def _name_countries(self, rows: Sequence[Row]) -> None:
        self._lookups.codes("res.country", (id_of(row.get("country_id")) for row in rows))
        self._lookups.codes("res.country.state", (id_of(row.get("state_id")) for row in rows))

    def _codes_of(self, row: Row) -> dict[str, str]:
        countries = self._lookups.codes("res.country", ())
        states = self._lookups.codes("res.country.state", ())
        return {
            "country": countries.get(id_of(row.get("country_id")), ""),
            "state": states.get(id_of(row.get("state_id")), ""),
        }

    def _orders(self, shape: Shape, rows: Sequence[Row], records: Records) -> None:
        ids = [row["id"] for row in rows]
        named = ids if "lines" in self._needs.get(shape.name, ()) else []
        lines = self._below(shape, "lines", "sale.order.line", "order_id", named, LINE_FIELDS)
        moving = [row["id"] for row in rows if row.get("delivery_status") in _SHIPS]
        pickings = self._below(
            shape, "pickings", "stock.picking", "sale_id", moving, _PICKING_FIELDS
        )
        invoices = self._invoices(shape, rows)
        rates = self._rates(shape, rows)
        for row, record in zip(rows, records, strict=True):
            record["exchange_rate"] = rates.get(row["id"])
            record["lines"] = lines[record["id"]]
            record["pickings"] = pickings[record["id"]]
            billed = sorted(row.get("invoice_ids") or ())
            record["invoices"] = [invoices[id_] for id_ in billed if id_ in invoices]

    def _rates(self, shape: Shape, rows: Sequence[Row]) -> Mapping[int, Decimal]:
        """By which rate Odoo converts the drafts in another currency than its own: how much of it
        one of the company's buys on the order's day. It is Odoo's own and follows the date, which
        confirming replaces; so it is asked of drafts alone.
        """
        if not self._wants(shape, "exchange_rate"):
            return {}
        drafts = [row for row in rows if row.get("state") in _UNCONFIRMED]
        named = {name for row in drafts if (name := name_of(row.get("currency_id")))}
        own = self._lookups.currencies if named else frozenset()
        foreign = named - own if own else set()
        ids = [row["id"] for row in drafts if name_of(row.get("currency_id")) in foreign]
        found = read_rows(self._wire, shape.model, ids, ("currency_rate",))
        return {row["id"]: exact(Decimal(row["currency_rate"])) for row in found}

    def _below(
        self,
        shape: Shape,
        part: str,
        model: str,
        parent: str,
        ids: Sequence[int],
        fields: Sequence[str],
    ) -> Mapping[str, Records]:
        """The plain rows of another model by the id of the record that they belong to."""
        if not ids or not self._wants(shape, part):
            return defaultdict(list)
        found = rows_where(self._wire, model, parent, ids, fields)
        return _by(found, parent, plainly=True)

    def _invoices(self, shape: Shape, rows: Sequence[Row]) -> Mapping[int, dict[str, Any]]:
        ids = sorted({id_ for row in rows for id_ in row.get("invoice_ids") or ()})
        if not ids or not self._wants(shape, "invoices"):
            return {}
        found = rows_where(self._wire, "account.move", "id", ids, _INVOICE_FIELDS)
        return {int(row["id"]): plain_row(row) for row in found}

    def _shipments(self, shape: Shape, rows: Sequence[Row], records: Records) -> None:
        moved = self._lookups.dialect.moved
        fields = ("picking_id", "product_id", "product_uom_qty", moved, "state", "sale_line_id")
        ids = [row["id"] for row in rows]
        moves = self._below(shape, "moves", "stock.move", "picking_id", ids, fields)
        orders = sorted({int(id_of(row["sale_id"])) for row in rows if row.get("sale_id")})
        references: dict[str, str] = {}
        if self._wants(shape, "order_reference"):
            found = rows_where(self._wire, "sale.order", "id", orders, ("client_order_ref",))
            references = {str(row["id"]): text_of(row.get("client_order_ref")) for row in found}
        for row, record in zip(rows, records, strict=True):
            record["moves"] = [
                {**move, "quantity": move.get(moved)} for move in moves[record["id"]]
            ]
            record["order_reference"] = references.get(id_of(row.get("sale_id")), "")
            record["parcels"] = _parcels(row)

    def _orders_of_moves(self, shape: Shape, rows: Sequence[Row], records: Records) -> None:
        """The orders of invoices and credit notes: asked on the side of the orders (108).

        A credit note that names no line of an order belongs to that of the invoice it reverses.
        """
        reversed_ = {str(row["id"]): id_of(row.get("reversed_entry_id")) for row in rows}
        orders = self._orders_with(shape, (id_ for pair in reversed_.items() for id_ in pair))
        for record in records:
            own = orders[record["id"]]
            record["orders"] = own or orders[reversed_[record["id"]]]

    def _orders_of_payments(self, shape: Shape, rows: Sequence[Row], records: Records) -> None:
        """The orders whose invoices a payment settles; its memo by the name of Odoo 17."""
        memo = self._lookups.dialect.memo
        settled = [[str(id_) for id_ in row.get("reconciled_invoice_ids") or ()] for row in rows]
        orders = self._orders_with(shape, (id_ for ids in settled for id_ in ids))
        for ids, record in zip(settled, records, strict=True):
            told = {order["id"]: order for id_ in ids for order in orders[id_]}
            record |= {"orders": list(told.values()), "ref": record[memo]}

    def _orders_with(self, shape: Shape, invoices: Iterable[str]) -> Mapping[str, Records]:
        """The orders of invoices or credit notes, by the id of those."""
        orders: dict[str, Records] = defaultdict(list)
        ids = sorted({int(id_) for id_ in invoices if id_})
        if not ids or not self._wants(shape, "orders"):
            return orders
        fields = ("name", "client_order_ref", "invoice_ids")
        for order in rows_where(self._wire, "sale.order", "invoice_ids", ids, fields):
            told = {
                "id": str(order["id"]),
                "name": text_of(order.get("name")),
                "reference": text_of(order.get("client_order_ref")),
            }
            for id_ in order.get("invoice_ids") or ():
                orders[str(id_)].append(told)
        return orders


def _parcels(row: Row) -> Records:
    """The parcels of a delivery that has left: several tracking numbers may stand in its field."""
    if row.get("state") != "done":
        return []
    numbers = _BETWEEN_NUMBERS.split(text_of(row.get("carrier_tracking_ref")))
    return [
        {
            "number": number.strip(),
            "carrier": name_of(row.get("carrier_id")),
            "link": text_of(row.get("carrier_tracking_url")),
            "shipped_at": plain(row.get("date_done")),
        }
        for number in numbers
        if number.strip()
    ]


def _by(rows: Iterable[Row], parent: str, *, plainly: bool = False) -> Mapping[str, Any]:
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[id_of(row.get(parent))].append(plain_row(row) if plainly else row)
    return grouped
