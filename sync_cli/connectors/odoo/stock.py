"""Stock per warehouse, read from the products; which of them changed, from the moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sync_cli.connectors.odoo.asking import search_read
from sync_cli.connectors.odoo.lookups import Lookups
from sync_cli.connectors.odoo.shapes import ARCHIVED_TOO, Domain
from sync_cli.connectors.odoo.values import Row, id_of, plain, plain_row, text_of, write_moment
from sync_cli.connectors.odoo.wire import Ask, Wire

_QUANTITIES = ("qty_available", "free_qty", "outgoing_qty", "incoming_qty")
_FIELDS = ("default_code", "active", "create_date", "write_date")


class StockLevels:
    """What each warehouse holds. Never asked of stock.quant, whose zeros are deleted (115)."""

    def __init__(self, wire: Wire, lookups: Lookups) -> None:
        self._wire = wire
        self._lookups = lookups

    def moved(self, since: datetime) -> list[int]:
        """The products of which a move in any state changed at or after `since` (117)."""
        given = {
            "domain": [["write_date", ">=", write_moment(since)]],
            "fields": ["product_id"],
            "groupby": ["product_id"],
        }
        groups = self._wire.look(Ask("stock.move", "read_group", None, given)).data
        return sorted(int(id_of(group["product_id"])) for group in groups if group["product_id"])

    def rows(self, domain: Domain) -> list[tuple[Row, dict[str, Any]]]:
        """The products in `domain`, each with its levels: one call a warehouse.

        `demand` is all that is to leave, reserved or not; `reserved` what is on hand and not free
        (FACTS 4). Services and consumables are `stocked: false`: their zeros are no stock (028).
        """
        dialect = self._lookups.dialect
        fields = (*_FIELDS, dialect.stocked)
        levels: dict[int, list[dict[str, Any]]] = {}
        rows: dict[int, Row] = {}
        for warehouse in self._lookups.warehouses:
            context = {"warehouse": int(warehouse["id"])}
            for row in self._ask(domain, (*fields, *_QUANTITIES), context):
                rows.setdefault(int(row["id"]), row)
                levels.setdefault(int(row["id"]), []).append(_level(warehouse, row))
        return [
            (row, self._record(row, levels[id_], dialect.stocked, dialect.stocked_is))
            for id_, row in rows.items()
        ]

    def _ask(
        self, domain: Domain, fields: Sequence[str], context: Mapping[str, Any]
    ) -> Sequence[Row]:
        ask = search_read(
            "product.product", [*domain, *ARCHIVED_TOO], fields, order="id", context=context
        )
        found: Sequence[Row] = self._wire.look(ask).data
        return found

    @staticmethod
    def _record(
        row: Row, levels: Sequence[Mapping[str, Any]], stocked: str, stocked_is: str | bool
    ) -> dict[str, Any]:
        kept = plain_row({name: row.get(name) for name in _FIELDS})
        return {
            **kept,
            "id": str(row["id"]),
            "stocked": row.get(stocked) == stocked_is,
            "warehouses": list(levels),
        }


def _level(warehouse: Row, row: Row) -> dict[str, Any]:
    on_hand, free = plain(row["qty_available"]), plain(row["free_qty"])
    return {
        "code": text_of(warehouse.get("code")),
        "name": text_of(warehouse.get("name")),
        "on_hand": on_hand,
        "demand": plain(row["outgoing_qty"]),
        "reserved": on_hand - free,
        "incoming": plain(row["incoming_qty"]),
    }
