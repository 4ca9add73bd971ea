"""The simulated world with refunds: people give money back, and pieces return to the shelf."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sync_cli.config import Config
from sync_cli.connectors.base import Json
from sync_cli.connectors.memory import Shape
from sync_cli.core.errors import Problem
from sync_cli.flows.credit_notes import CreditNoteFlow
from sync_cli.flows.refunds import RefundFlow
from sync_cli.flows.systems import Systems
from sync_cli.flows.write_back import WriteBackFlow
from tests.properties.world import World, config_for

CHECKPOINTS = ("authorised_at", "received_at", "inspected_at", "restocked_at")


@dataclass(frozen=True)
class Back:
    """What a refund gives back of the order's `line` (from 1): pieces, net and tax."""

    line: int
    pieces: int = 0
    net: Decimal = Decimal("10.00")
    tax: Decimal = Decimal("1.90")


def refund_config(**refunds: Any) -> Config:
    """A configuration with the refunds on too."""
    data = config_for().model_dump()
    return Config.model_validate({**data, "refunds": {"mode": "on", **refunds}})


@dataclass
class Refunding(World):
    """A world whose orders can be refunded.

    `by_hand`: people put returned pieces back. `wrong_note` is what the ERP miscalculates.
    """

    config: Config = field(default_factory=refund_config)
    next_refund: int = 5000
    by_hand: bool = False
    wrong_note: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        order = self.erp.traits["order"]
        self.shop.traits = {**self.shop.traits, "refund": self.shop.traits["order"]}
        self.erp.traits = {**self.erp.traits, "refund": order}

    def _shop_shapes(self) -> dict[str, Shape]:
        return {
            **super()._shop_shapes(),
            "refund": Shape(
                birth=lambda data: str(data["date_created_gmt"]),
                write=self._write_refund,
                refuses=self._refuses_refund,
                keys={"order": lambda data: str(data["parent_id"]), "reference": _told},
            ),
        }

    def _erp_shapes(self) -> dict[str, Shape]:
        return {
            **super()._erp_shapes(),
            "refund": Shape(
                birth=lambda data: str(data["reference"]),
                marks=lambda data: frozenset({"cancelled"} if data["state"] == "cancelled" else ()),
                write=self._write_note,
                refuses=self._refuses_note,
                advance=self._advance_note,
            ),
        }

    def _write_note(self, stored: dict[str, Any], fields: Json) -> None:
        lines = fields["lines"]
        net = sum((Decimal(line["net"]) for line in lines), Decimal(0))
        tax = sum((Decimal(line["tax"]) for line in lines), Decimal(0))
        stored.update(fields, state="draft", tax=str(tax), total=str(net + tax))
        stored.update(number=f"CN{self.erp.next_id:05}")
        stored.update({name: fields.get(name) for name in CHECKPOINTS})
        stored.update(self.wrong_note)

    def _refuses_note(self, data: Json) -> Problem | None:
        sold = self.erp.records("order").get(data["order_id"])
        if sold is None or sold["state"] in ("draft", "cancelled"):
            return Problem("invalid_order", "", "the order is not sold", "Confirm it.")
        return None

    def _advance_note(self, note: dict[str, Any], to: str) -> None:
        note["state"] = to
        if to == "confirmed" and not self.by_hand:
            self.restock(note)

    def restock(self, note: dict[str, Any]) -> None:
        """The pieces of a credit note go back to the shelf."""
        pieces = [line for line in note["lines"] if line["restock"]]
        for line in pieces:
            self.move_stock(line["product_id"], on_hand=int(line["quantity"]))
        if pieces:
            note["restocked_at"] = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"

    # What people do

    def give_back(
        self, order: str, amount: str | Decimal, *lines: Back, restock: bool = True, **facts: Any
    ) -> str:
        """The shop refunds an order; its id. Pieces go back to the shop's stock at once."""
        self.next_refund += 1
        at = f"{self.now:%Y-%m-%dT%H:%M:%S}"
        refund = {
            "id": str(self.next_refund),
            "parent_id": int(order),
            "date_created_gmt": at,
            "amount": f"{Decimal(amount):.6f}",
            "reason": "",
            "refunded_payment": False,
            "meta_data": [],
            "line_items": [self._refund_line(order, line) for line in lines],
            "shipping_lines": [],
            "fee_lines": [],
            "tax_lines": [],
            **facts,
        }
        if restock:
            for line in lines:
                self._put_back(order, line)
        self.shop.dates["order", order] = self.now
        return self.shop.put("refund", refund)

    def _refund_line(self, order: str, back: Back) -> Json:
        sold = self.shop.tables["order"][order]["line_items"][back.line - 1]
        return {
            "id": 900 + back.line,
            "product_id": sold["product_id"],
            "variation_id": 0,
            "sku": sold["sku"],
            "name": sold["name"],
            "quantity": -back.pieces,
            "total": f"{-back.net:.6f}",
            "total_tax": f"{-back.tax:.6f}",
            "tax_class": sold["tax_class"],
            "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(sold["id"])}],
        }

    def _put_back(self, order: str, back: Back) -> None:
        """As the shop does: as many as the line had taken, counted on the order's line."""
        sold = self.shop.tables["order"][order]["line_items"][back.line - 1]
        meta = {entry["key"]: entry["value"] for entry in sold["meta_data"]}
        pieces = min(back.pieces, int(meta.get("_reduced_stock", "0")))
        if not pieces:
            return
        reduced = int(meta.pop("_reduced_stock")) - pieces
        if reduced:
            meta["_reduced_stock"] = str(reduced)
        counted = int(meta.get("_restock_refunded_items", "0"))
        meta["_restock_refunded_items"] = str(counted + pieces)
        sold["meta_data"] = [{"id": 1, "key": key, "value": meta[key]} for key in meta]
        product = self.shop.tables["product"][str(sold["product_id"])]
        product["stock_quantity"] += pieces
        self.shop.dates["product", str(sold["product_id"])] = self.now

    def delete_refund(self, refund: str) -> None:
        """The shop's staff delete a refund; neither its order nor its stock moves."""
        self.shop.remove("refund", refund)

    def _refuses_refund(self, data: Json) -> Problem | None:
        """As the shop does: no more than what is left of the order."""
        order = str(data["parent_id"])
        given = sum((Decimal(refund["amount"]) for refund in self.refunds_of(order)), Decimal(0))
        if given + Decimal(data["amount"]) <= Decimal(self.shop.tables["order"][order]["total"]):
            return None
        return Problem("refund-refused", "", "invalid refund amount", "See what is left.")

    def _write_refund(self, stored: dict[str, Any], fields: Json) -> None:
        order = str(fields["parent_id"])
        self.next_refund += 1
        stored.update(
            id=str(self.next_refund),
            parent_id=int(order),
            date_created_gmt=f"{self.now:%Y-%m-%dT%H:%M:%S}",
            refunded_payment=bool(fields.get("api_refund")),
            meta_data=list(fields.get("meta_data", [])),
            amount=f"{Decimal(fields['amount']):.6f}",
            reason=fields.get("reason", ""),
            line_items=[],
            shipping_lines=[],
            fee_lines=[],
            tax_lines=[],
        )
        self.shop.dates["order", order] = self.now

    def erp_credit(self, order: str, amount: str, **fields: Any) -> str:
        """The bookkeeper makes and confirms a credit note in the ERP; its id."""
        note = {
            "reference": "",
            "order_id": fields.get("order_id") or self.document_id(order),
            "refunded_at": f"{self.now:%Y-%m-%dT%H:%M:%SZ}",
            "currency": "EUR",
            "lines": [],
            "state": "confirmed",
            "tax": "0.00",
            "total": amount,
            "reason": "Goodwill",
            "disposition": "none",
            **dict.fromkeys(CHECKPOINTS),
            **fields,
        }
        id = self.erp.put("refund", note)
        self.erp.tables["refund"][id]["number"] = f"CN{id}"
        return id

    def refunds_of(self, order: str) -> list[Any]:
        """The shop's refunds of an order."""
        found = self.shop.records("refund").values()
        return [refund for refund in found if str(refund["parent_id"]) == order]

    def document_id(self, order: str) -> str:
        """The ERP's id of an order's live document."""
        return str(self.documents()[f"WC-main-{order}"][0]["id"])

    # The sync

    def _flow(self, lane: str, systems: Systems) -> None:
        if lane != "orders":
            super()._flow(lane, systems)
            return
        self.order_flow(systems).transfer()
        RefundFlow(systems).transfer()
        CreditNoteFlow(systems).look()
        WriteBackFlow(systems).write_back()

    # Verdicts

    def unseen_pieces(self, product: str) -> int:
        """What orders without a confirmed document still hold; refunds have put some back."""
        documents = self.documents()
        total = 0
        for order in self.shop.records("order").values():
            own = documents.get(f"WC-main-{order['id']}", [])
            holds = order["status"] in ("processing", "completed", "on-hold", "refunded")
            if not holds or any(document["state"] != "draft" for document in own):
                continue
            for line in order["line_items"]:
                if str(line["product_id"]) == product:
                    total += int(_meta(line, "_reduced_stock", "0"))
        return total

    def credit_notes(self, refund: str) -> list[Json]:
        """Every credit note with the refund's reference, cancelled ones too."""
        notes = self.erp.records("refund").values()
        return [note for note in notes if note["reference"] == f"WC-main-R{refund}"]

    def credit_note(self, refund: str) -> Json:
        """The one live credit note of a refund."""
        [only] = [note for note in self.credit_notes(refund) if note["state"] != "cancelled"]
        return only


def _told(data: Json) -> str:
    name = _meta(data, "_sync_cli_credit_note", "")
    return f"{data['parent_id']}:{name}" if name else ""


def _meta(data: Json, key: str, otherwise: str) -> str:
    values = [entry["value"] for entry in data["meta_data"] if entry["key"] == key]
    return str(values[0]) if values else otherwise
