"""A town whose orders can be refunded."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tests.flows.town import Town
from tests.properties.refunding import CHECKPOINTS, Refunding


@dataclass
class RefundTown(Refunding, Town):
    """A town whose orders can be refunded."""

    def sold(self, pieces: int = 3, **how: Any) -> str:
        """An order of article 11 that is in the ERP."""
        order = self.buy("11", pieces, **how)
        self.orders()
        return order

    def why_refund_held(self, refund: str) -> str:
        """The whole sentence that a held refund shows."""
        return self.why_held(refund, "refunds")

    def left_out(self, refund: str) -> str:
        """Why the refunds route left a refund out."""
        with closing(self.open_state()) as state:
            return state.skipped("refunds", [refund]).get(refund, "")

    def erp_credit(self, order: str, amount: str, **fields: Any) -> str:
        """The bookkeeper makes and confirms a credit note in the ERP; its id."""
        note = {
            "reference": "",
            "order_id": self.document(order)["id"],
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

    def return_events(self, refund: str) -> list[tuple[str, str]]:
        """The checkpoints of a return as the audit tells them, the oldest first."""
        with closing(self.open_state()) as state:
            rows = state.audit("returns", refund)
        return [(row.outcome, row.reason) for row in reversed(rows)]

    def reach(self, refund: str, **checkpoints: str) -> None:
        """The warehouse notes checkpoints on a refund's credit note."""
        note = self.credit_note(refund)
        self.erp.tables["refund"][note["id"]].update(checkpoints)
        self.erp.dates["refund", note["id"]] = self.now
