"""Fields that Odoo computes: stock of products, money and progress of orders, of invoices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.odoo.store import OdooStore, Row
from sync_cli.sandbox.odoo.values import cents

INTERNAL, CUSTOMERS = "internal", "customer"
_GONE = ("done", "cancel")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Net, tax and both of a line or a document."""

    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True)
class Computed:
    """The computed fields over one store; `context` may name a warehouse."""

    store: OdooStore
    context: Mapping[str, Any] = field(default_factory=dict)

    def value(self, model: str, row: Row, name: str) -> Any:
        """The value of a computed field of a row."""
        return self.all(model, row)[name]

    def all(self, model: str, row: Row) -> Row:
        """All computed fields of a row."""
        return _FIELDS[model](self, row)

    def line_amounts(self, row: Row, quantity: str, taxes: str) -> Amounts:
        """What one line comes to: tax is rounded per line and per tax (FACTS 6, 095, 096)."""
        price = row["price_unit"] * (1 - row["discount"] / 100) * row[quantity]
        rates = [self.store.row("account.tax", id_) for id_ in row[taxes]]
        included = sum((r["amount"] for r in rates if r["price_include"]), Decimal(0))
        net = cents(price / (1 + included / 100))
        tax = cents(price) - net if included else Decimal(0)
        tax += sum(
            (cents(net * r["amount"] / 100) for r in rates if not r["price_include"]), Decimal(0)
        )
        return Amounts(net, tax)

    def lines_of(self, model: str, parent: str, id_: int) -> list[Row]:
        """The lines of a document, by their sequence."""
        rows = self.store.where(model, parent, id_)
        return sorted(rows, key=lambda row: (row.get("sequence") or 0, row["id"]))

    def order_amounts(self, order: int) -> Amounts:
        """The sums over the lines of an order."""
        lines = self.lines_of("sale.order.line", "order_id", order)
        return _sum(self.line_amounts(line, "product_uom_qty", "tax_id") for line in lines)

    def move_amounts(self, move: int) -> Amounts:
        """The sums over the lines of an invoice or credit note."""
        lines = self.lines_of("account.move.line", "move_id", move)
        return _sum(self.line_amounts(line, "quantity", "tax_ids") for line in lines)

    def locations(self) -> set[int]:
        """The stock locations of the warehouse of the context, or of all."""
        only = self.context.get("warehouse")
        warehouses = self.store.table("stock.warehouse").values()
        return {w["lot_stock_id"] for w in warehouses if only in (None, w["id"])}

    def moves_of(self, name: str, id_: int) -> list[Row]:
        """The stock moves with this value."""
        return self.store.where("stock.move", name, id_)

    def pickings_of(self, order: int) -> list[Row]:
        """The deliveries and returns of an order."""
        return self.store.where("stock.picking", "sale_id", order)

    def picking_state(self, row: Row) -> str:
        """A delivery stands where its moves stand."""
        states = {move["state"] for move in self.moves_of("picking_id", row["id"])} - {"cancel"}
        if not states:
            return "cancel" if self.moves_of("picking_id", row["id"]) else "draft"
        if states == {"done"}:
            return "done"
        return "assigned" if states <= {"assigned", "done"} else "confirmed"

    def _product(self, row: Row) -> Row:
        template = self.store.row("product.template", row["product_tmpl_id"])
        values = row["product_template_attribute_value_ids"]
        extra = sum(
            (self.store.row("product.template.attribute.value", v)["price_extra"] for v in values),
            Decimal(0),
        )
        code = f"[{row['default_code']}] " if row["default_code"] else ""
        names = [self.store.row("product.template.attribute.value", v)["name"] for v in values]
        variant = f" ({', '.join(names)})" if names else ""
        return {
            "display_name": f"{code}{template['name']}{variant}",
            "price_extra": extra,
            "lst_price": template["list_price"] + extra,
            **self._quantities(row, template),
        }

    def _quantities(self, row: Row, template: Row) -> Row:
        """On hand, free, forecast; all zero for what is not stocked (028)."""
        if template["type"] != "product":
            zero = Decimal(0)
            names = ("qty_available", "free_qty", "virtual_available", "outgoing_qty")
            return dict.fromkeys((*names, "incoming_qty"), zero)
        here = self.locations()
        quants = [
            quant
            for quant in self.store.where("stock.quant", "product_id", row["id"])
            if quant["location_id"] in here
        ]
        moves = [m for m in self.moves_of("product_id", row["id"]) if m["state"] not in _GONE]
        on_hand = _total(quants, "quantity")
        out = _total((m for m in moves if m["location_id"] in here), "product_uom_qty")
        into = _total((m for m in moves if m["location_dest_id"] in here), "product_uom_qty")
        return {
            "qty_available": on_hand,
            "free_qty": on_hand - _total(quants, "reserved_quantity"),
            "outgoing_qty": out,
            "incoming_qty": into,
            "virtual_available": on_hand + into - out,
        }

    def _order(self, row: Row) -> Row:
        amounts = self.order_amounts(row["id"])
        lists, companies = self.store.table("product.pricelist"), self.store.table("res.company")
        sold_in = lists.get(row["pricelist_id"]) or companies[row["company_id"]]
        done = [p for p in self.pickings_of(row["id"]) if p["date_done"]]
        outgoing = [p["date_done"] for p in done if p["picking_type_code"] == "outgoing"]
        return {
            "amount_untaxed": amounts.net,
            "amount_tax": amounts.tax,
            "amount_total": amounts.total,
            "currency_id": sold_in["currency_id"],
            "currency_rate": self._rate(row, companies[row["company_id"]], sold_in["currency_id"]),
            "delivery_status": self._delivery_status(row),
            "effective_date": min(outgoing, default=None),
            "invoice_ids": self.moves_of_order(row["id"]),
            "invoice_status": self._invoice_status(row),
        }

    def _rate(self, row: Row, company: Row, currency: int) -> Decimal:
        """How much of the currency one of the company's buys on the day of the order; 1 where the
        table has none."""
        if currency == company["currency_id"]:
            return Decimal(1)
        rates = [
            rate
            for rate in self.store.where("res.currency.rate", "currency_id", currency)
            if rate["name"] <= row["date_order"].date()
        ]
        return max(rates, key=lambda rate: rate["name"])["rate"] if rates else Decimal(1)

    def _delivery_status(self, row: Row) -> str | None:
        """Over the deliveries; a return changes nothing of it (086)."""
        outgoing = [p for p in self.pickings_of(row["id"]) if p["picking_type_code"] == "outgoing"]
        states = [state for p in outgoing if (state := self.picking_state(p)) != "cancel"]
        if not states:
            return None
        if all(state == "done" for state in states):
            return "full"
        return "partial" if "done" in states else "pending"

    def _invoice_status(self, row: Row) -> str:
        if row["state"] != "sale":
            return "no"
        lines = self.lines_of("sale.order.line", "order_id", row["id"])
        goods = [line for line in lines if not line["display_type"]]
        billed = all(self.billed(line) >= line["product_uom_qty"] for line in goods)
        return "invoiced" if billed and goods else "to invoice"

    def billed(self, line: Row) -> Decimal:
        """How much of an order line is invoiced, less what is credited; drafts count too."""
        found = Decimal(0)
        for other in self.store.table("account.move.line").values():
            move = self.store.row("account.move", other["move_id"])
            if line["id"] in other["sale_line_ids"] and move["state"] != "cancel":
                sign = 1 if move["move_type"] == "out_invoice" else -1
                found += sign * other["quantity"]
        return found

    def moves_of_order(self, order: int) -> list[int]:
        """The invoices and credit notes of an order, the newest first."""
        own = {line["id"] for line in self.lines_of("sale.order.line", "order_id", order)}
        lines = self.store.table("account.move.line").values()
        return sorted({line["move_id"] for line in lines if own & set(line["sale_line_ids"])})[::-1]

    def _order_line(self, row: Row) -> Row:
        amounts = self.line_amounts(row, "product_uom_qty", "tax_id")
        moves = [m for m in self.moves_of("sale_line_id", row["id"]) if m["state"] == "done"]
        here = {w["lot_stock_id"] for w in self.store.table("stock.warehouse").values()}
        back = _total((m for m in moves if m["location_dest_id"] in here), "quantity")
        return {
            "price_subtotal": amounts.net,
            "price_tax": amounts.tax,
            "price_total": amounts.total,
            "qty_delivered": _total(moves, "quantity") - 2 * back,
            "qty_invoiced": self.billed(row),
        }

    def _move(self, row: Row) -> Row:
        amounts = self.move_amounts(row["id"])
        left = amounts.total - (row["paid"] or 0)
        paid = "paid" if not left else ("partial" if row["paid"] else "not_paid")
        return {
            "amount_untaxed": amounts.net,
            "amount_tax": amounts.tax,
            "amount_total": amounts.total,
            "amount_residual": left,
            "payment_state": paid if row["state"] == "posted" else "not_paid",
            "access_url": f"/my/invoices/{row['id']}",
        }

    def _move_line(self, row: Row) -> Row:
        amounts = self.line_amounts(row, "quantity", "tax_ids")
        return {"price_subtotal": amounts.net, "price_total": amounts.total}

    def _partner(self, row: Row) -> Row:
        top = row
        while top["parent_id"] and not top["is_company"]:
            top = self.store.row("res.partner", top["parent_id"])
        return {"commercial_partner_id": top["id"]}

    def _quant(self, row: Row) -> Row:
        return {"available_quantity": row["quantity"] - row["reserved_quantity"]}

    def _picking(self, row: Row) -> Row:
        return {"state": self.picking_state(row)}


_FIELDS: Mapping[str, Callable[[Computed, Row], Row]] = {
    "product.product": Computed._product,
    "sale.order": Computed._order,
    "sale.order.line": Computed._order_line,
    "account.move": Computed._move,
    "account.move.line": Computed._move_line,
    "res.partner": Computed._partner,
    "stock.quant": Computed._quant,
    "stock.picking": Computed._picking,
}


def _sum(amounts: Iterable[Amounts]) -> Amounts:
    found: Sequence[Amounts] = list(amounts)
    net = sum((amount.net for amount in found), Decimal(0))
    return Amounts(net, sum((amount.tax for amount in found), Decimal(0)))


def _total(rows: Iterable[Row], name: str) -> Decimal:
    return sum((row[name] or Decimal(0) for row in rows), Decimal(0))
