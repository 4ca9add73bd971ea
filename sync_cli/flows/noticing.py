"""What the ERP did to documents by itself, where nothing is written back to the shop.

Stock must know of a document that was called off: its pieces are held by a shop order that the ERP
no longer counts.
"""

from __future__ import annotations

from dataclasses import replace

from sync_cli.connectors.base import Raw
from sync_cli.core.outcome import Settlement
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Route
from sync_cli.flows.orders import ORDER, order_route
from sync_cli.flows.systems import ERP, SHOP, Systems
from sync_cli.mapping.errors import Unreadable

NUMBER, STATE = "number", "document_state"


class Noticing:
    """Reads the ERP's changed documents and remembers number and state; writes to no system."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.route = _noticing_route(systems)

    def look(self) -> None:
        """Remember how the documents of shop orders stand."""
        for window in Reading(self.run, self.route):
            self._remember(window)

    def _remember(self, window: Window) -> None:
        state, records = self.run.state, window.records
        orders = state.linked_targets(ORDER, SHOP, ERP, [raw.id for raw in records])
        facts = state.facts(ORDER, list(orders.values()))
        found = [
            Settlement(order, entity=ORDER, facts=told)
            for raw in records
            if (order := orders.get(raw.id)) and (told := self._told(raw))
            if told.items() - facts.get(order, {}).items()
        ]
        if found and not self.run.is_dry(self.route):
            state.settle(self.route.name, self.run.number, found, self.run.now())

    def _told(self, raw: Raw) -> dict[str, str]:
        try:
            document = self.systems.document(raw)
        except Unreadable as error:
            self.run.watcher.note(error.problems[0].sentence())
            return {}
        return {NUMBER: document.number, STATE: str(document.state)}


def _noticing_route(systems: Systems) -> Route:
    return replace(
        order_route(systems),
        name="orders-noticed",
        source=systems.erp,
        scope="1",
        buffer=systems.config.systems.erp.buffer,
        stage_entity="",
    )
