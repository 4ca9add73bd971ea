"""Makes credit notes: linked to the invoice that they reverse and to the lines of its order.

A note credits the posted invoice of its order (FACTS 7, recordings 124 and 144). It needs the
right of Invoicing / Billing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from sync_cli.connectors.base import Draft, NotSent
from sync_cli.connectors.odoo.asking import rows_where
from sync_cli.connectors.odoo.cells import cells
from sync_cli.connectors.odoo.loading import Load, Loader, Outcome, external_id
from sync_cli.connectors.odoo.making import Making, part_of
from sync_cli.connectors.odoo.order_loads import article_of, taxes_of
from sync_cli.connectors.odoo.problems import not_billed
from sync_cli.connectors.odoo.shapes import REFUND, shape_of
from sync_cli.connectors.odoo.values import Row, id_of, number_of, text_of
from sync_cli.connectors.odoo.writing import Desk

LINES = "invoice_line_ids"
ORDER_ID = "order_id"
_INVOICE_FIELDS = ("move_type", "state", "partner_id")
_ORDER_LINE_FIELDS = ("order_id", "product_id")
_LINE_COLUMNS = (
    *("id", "product_id/.id", "name", "quantity", "price_unit", "discount"),
    *("tax_ids/.id", "sale_line_ids/.id"),
)
_SPENT = frozenset({"article", "product_id", "tax_ids"})


class Billed(Struct, frozen=True):
    """What a credit note goes back to: the invoice, whom it was for, and the order's lines."""

    invoice: str = ""
    partner: str = ""
    lines: Sequence[Row] = ()

    def line_of(self, product: str) -> str:
        """The order line that sold this product, if only one did."""
        sold = [row for row in self.lines if id_of(row.get("product_id")) == product]
        return str(sold[0]["id"]) if len(sold) == 1 else ""


class Credits(Making):
    """`create` of credit notes."""

    unconfirmed = ("draft",)
    lines = LINES

    def __init__(self, desk: Desk) -> None:
        shape = shape_of(REFUND)
        super().__init__(desk, shape, Loader(desk.wire, shape.model))

    def loads_of(
        self, new: Sequence[tuple[Draft, int]], outcomes: dict[str, Outcome]
    ) -> Mapping[str, Load]:
        """See `Making.loads_of`; the invoices of all orders are looked up at once."""
        billed = self.desk.safely(lambda: self._billed([draft for draft, _ in new]))
        loads: dict[str, Load] = {}
        for draft, generation in new:
            load = billed if isinstance(billed, NotSent) else self._load(draft, billed, generation)
            if isinstance(load, Load):
                loads[draft.reference] = load
            else:
                outcomes[draft.reference] = load
        return loads

    def count_lines(self, id_: str) -> int:
        """The lines of a draft that carry money of their own, and no tax or total (078)."""
        domain = [["display_type", "=", "product"]]
        at = [number_of(id_)]
        rows = rows_where(
            self.desk.wire, "account.move.line", "move_id", at, ("move_id",), domain=domain
        )
        return len(list(rows))

    def further_lines(self, draft: Draft, count: int, generation: int) -> Load:
        """See `Making.further_lines`."""
        rows = self._lines(draft, Billed(), generation)[count:]
        return Load(draft.reference, {".id": draft.at}, rows)

    def _billed(self, drafts: Sequence[Draft]) -> Mapping[str, Billed]:
        """The oldest posted invoice and the lines of each order, by the order's id."""
        ids = sorted({number_of(_order_of(draft)) for draft in drafts})
        wire = self.desk.wire
        orders = list(rows_where(wire, "sale.order", "id", ids, ("invoice_ids",)))
        invoices = self._invoices(orders)
        lines = list(rows_where(wire, "sale.order.line", "order_id", ids, _ORDER_LINE_FIELDS))
        billed: dict[str, Billed] = {}
        for order in orders:
            own = [
                invoices[id_] for id_ in sorted(order.get("invoice_ids") or ()) if id_ in invoices
            ]
            sold = [row for row in lines if id_of(row.get("order_id")) == str(order["id"])]
            if own:
                partner = id_of(own[0].get("partner_id"))
                billed[str(order["id"])] = Billed(str(own[0]["id"]), partner, sold)
        return billed

    def _invoices(self, orders: Sequence[Row]) -> Mapping[int, Row]:
        ids = sorted({id_ for row in orders for id_ in row.get("invoice_ids") or ()})
        return {
            int(row["id"]): row
            for row in rows_where(self.desk.wire, "account.move", "id", ids, _INVOICE_FIELDS)
            if row.get("move_type") == "out_invoice" and row.get("state") == "posted"
        }

    def _load(self, draft: Draft, billed: Mapping[str, Billed], generation: int) -> Load | Outcome:
        own = billed.get(_order_of(draft))
        if own is None:
            return not_billed(self.desk.system, draft.reference)
        return self.named(draft, partial(self._note, draft, own, generation))

    def _note(self, draft: Draft, billed: Billed, generation: int) -> Load:
        payload = {
            name: value
            for name, value in draft.payload.items()
            if name not in (LINES, ORDER_ID) and value not in ("", None)
        }
        own = {
            "id": external_id(REFUND, draft.reference, part_of(generation)),
            "move_type": "out_refund",
            "reversed_entry_id/.id": billed.invoice,
            "partner_id/.id": billed.partner,
            **cells({**payload, "ref": draft.reference}),
        }
        return Load(draft.reference, own, self._lines(draft, billed, generation))

    def _lines(self, draft: Draft, billed: Billed, generation: int) -> list[dict[str, str]]:
        rows = []
        for number, line in enumerate(draft.payload.get(LINES, ()), start=1):
            own = self._line(number, line, billed)
            own["id"] = external_id(REFUND, draft.reference, part_of(generation, number))
            names = [*_LINE_COLUMNS, *(name for name in own if name not in _LINE_COLUMNS)]
            rows.append({f"{LINES}/{name}": own.get(name, "") for name in names})
        return rows

    def _line(self, number: int, line: Mapping[str, Any], billed: Billed) -> dict[str, str]:
        lookups = self.desk.lookups
        own = cells({name: value for name, value in line.items() if name not in _SPENT})
        product = article_of(number, line, {}, lookups)
        own["product_id/.id"] = product
        own["tax_ids/.id"] = ",".join(taxes_of(line.get("tax_ids"), lookups))
        own["sale_line_ids/.id"] = billed.line_of(product)
        return own


def _order_of(draft: Draft) -> str:
    return text_of(draft.payload.get(ORDER_ID))
