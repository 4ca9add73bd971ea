"""A town whose orders can be refunded."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tests.flows.town import Town
from tests.properties.refunding import Refunding


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
