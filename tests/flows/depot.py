"""A town that makes two documents of an order: article 12 lies in the north."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from sync_cli.connectors.base import Json
from sync_cli.core.errors import Problem
from tests.flows.town import Town

ROUTING = {"parts": [{"part": "north", "lines": {"sku": ["SKU-12"]}}], "rest": "main"}
WHOLE = {"parts": [], "rest": ""}
BOTH = {"main": ["confirmed"], "north": ["confirmed"]}
CLOSED = Problem("closed", "", "it is closed", "Open it.")


@dataclass
class Depot:
    """A town whose article 12 lies in the north, and all others in the main warehouse."""

    town: Town

    def order(self, **how: Any) -> str:
        """One piece of 11 and two of 12, and a shipping of 4.90 net."""
        order = self.town.place_order([("11", 1), ("12", 2)], **how)
        data = self.town.shop_order(order)
        shipping = {"id": 900, "method_title": "Parcel", "method_id": "flat_rate"}
        line = {**shipping, "total": "4.900000", "total_tax": "0.930000",
                "taxes": [{"id": 1, "total": "0.931"}]}  # fmt: skip
        data["shipping_lines"] = [line]
        data["shipping_total"], data["shipping_tax"] = "4.900000", "0.930000"
        data["total_tax"] = f"{Decimal(data['total_tax']) + Decimal('0.93'):.6f}"
        data["total"] = f"{Decimal(data['total']) + Decimal('5.83'):.6f}"
        return order

    def part(self, order: str, part: str) -> list[Json]:
        """The documents of a part, cancelled ones too."""
        found = self.town.erp.records("order").values()
        return [one for one in found if one["reference"] == f"WC-main-{order}#{part}"]

    def only(self, order: str, part: str) -> Json:
        """The one document of a part."""
        [only] = self.part(order, part)
        return only

    def states(self, order: str) -> dict[str, list[str]]:
        """The states of all documents of each part."""
        return {p: [one["state"] for one in self.part(order, p)] for p in ("main", "north")}

    def set_in_erp(self, order: str, part: str, **fields: Any) -> None:
        """Somebody changes a document in the ERP."""
        id = self.only(order, part)["id"]
        self.town.erp.tables["order"][id].update(fields)
        self.town.erp.dates["order", id] = self.town.now


def refuse_north(depot: Depot, problem: Problem | None) -> None:
    """The ERP refuses documents of the north, or takes them again."""
    refuse(depot, problem, "#north")


def refuse(depot: Depot, problem: Problem | None, ending: str = "") -> None:
    """The ERP refuses documents whose reference ends so, or takes them again."""

    def refuses(data: Json) -> Problem | None:
        return problem if str(data.get("reference", "")).endswith(ending) else None

    shapes = depot.town.erp.shapes
    depot.town.erp.shapes = {**shapes, "order": replace(shapes["order"], refuses=refuses)}
