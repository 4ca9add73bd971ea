"""What the ERP did to documents by itself, where nothing is written back to the shop.

Stock must know of a document that was called off: its pieces are held by a shop order that the ERP
no longer counts.
"""

from __future__ import annotations

from msgspec.structs import replace

from sync_cli.core.outcome import Settlement
from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Route
from sync_cli.flows.bookings import Bookings
from sync_cli.flows.order_route import ORDER, order_route
from sync_cli.flows.systems import Systems

NUMBER, STATE = "number", "document_state"


class Noticing:
    """Reads the ERP's changed documents and remembers number and state; writes to no system."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self.run = systems.run
        self.route = _noticing_route(systems)
        self.bookings = Bookings(systems)

    def look(self) -> None:
        """Remember how the documents of shop orders stand."""
        for window in Reading(self.run, self.route):
            self._remember(window)

    def _remember(self, window: Window) -> None:
        state, booked = self.run.state, self.bookings.of(window.records)
        for one in booked:
            if one.problem is not None:
                self.run.watcher.note(one.problem.sentence())
        facts = state.facts(ORDER, [one.order for one in booked])
        found = [
            Settlement(one.order, entity=ORDER, facts=told)
            for one in booked
            if one.problem is None
            and (told := {NUMBER: one.document.number, STATE: str(one.document.state)}).items()
            - facts.get(one.order, {}).items()
        ]
        if self.run.is_dry(self.route):
            return
        self.bookings.remember(booked)
        if found:
            state.settle(self.route.name, self.run.number, found, self.run.now())


def _noticing_route(systems: Systems) -> Route:
    return replace(
        order_route(systems),
        name="orders-noticed",
        source=systems.erp,
        scope="1",
        buffer=systems.config.systems.erp.buffer,
        stage_entity="",
    )
