"""A source in memory, a state file, and reads of one route between them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sync_cli.connectors.base import Traits
from sync_cli.connectors.memory import MemoryConnector, MemorySystem, Shape
from sync_cli.core.errors import Problem
from sync_cli.core.item import Held, Kind, Why
from sync_cli.core.outcome import Settlement
from sync_cli.engine.reading import Reading
from sync_cli.engine.route import Mode, Options, Route
from sync_cli.engine.run import Run, Silent
from sync_cli.state.store import Position, State, Watermark

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OVERLAP = timedelta(minutes=5)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ROUTE = "orders"


class Ears(Silent):
    """Remembers the notes of a run."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@dataclass
class Source:
    """The source's clock is `clock`; this machine's is that plus `host_offset`."""

    folder: Path
    clock: datetime = NOON
    host_offset: timedelta = timedelta(0)
    scope: str = "one"
    mode: Mode = Mode.ON
    buffer: timedelta = timedelta(0)
    start_at: datetime | None = None
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.system = MemorySystem("shop", lambda: self.clock, {"order": Shape()})
        self.system.traits = {"order": Traits(overlap=OVERLAP)}

    def put(self, id: str, ago: timedelta = timedelta(0)) -> None:
        """An order that was changed `ago`."""
        self.system.put("order", {"id": id}, at=self.clock - ago)

    def read(
        self,
        *,
        stop_after: int | None = None,
        stepwise: bool = True,
        finish: bool = False,
        page_size: int = 100,
        between_pages: Callable[[], None] = lambda: None,
        **options: Any,
    ) -> list[str]:
        """The ids that one run reads; `stop_after` so many windows it is killed."""
        with closing(State.open(self.path)) as state:
            ears = Ears()
            reading = self._reading(state, ears, stepwise, page_size, between_pages, options)
            ids: list[str] = []
            for count, window in enumerate(reading, start=1):
                ids += [raw.id for raw in window.records]
                ids += [f"missing {id}" for id in window.missing]
                if count == stop_after:
                    break
            if finish:
                reading.finish()
            self.notes = ears.notes
        return ids

    def _reading(
        self,
        state: State,
        ears: Ears,
        stepwise: bool,
        page_size: int,
        between_pages: Callable[[], None],
        options: dict[str, Any],
    ) -> Reading:
        run = Run(state, self.now, lambda: "request", Options(**options), ears, number=1)
        connector = MemoryConnector(self.system, page_size=page_size, between_pages=between_pages)
        route = Route(
            name=ROUTE,
            entity="order",
            source=connector,
            target=connector,
            source_entity="order",
            target_entity="order",
            source_role="shop",
            target_role="erp",
            kind=Kind.DOCUMENT,
            mode=self.mode,
            scope=self.scope,
            buffer=self.buffer,
            start_at=self.start_at,
        )
        return Reading(run, route, stepwise=stepwise)

    @property
    def path(self) -> Path:
        """The state file."""
        return self.folder / "state.sqlite"

    def now(self) -> datetime:
        """This machine's time."""
        return self.clock + self.host_offset

    def watermark(self) -> Watermark | None:
        """What is stored of the last complete read."""
        with closing(State.open(self.path)) as state:
            return state.watermark(ROUTE)

    def position(self) -> Position | None:
        """Where an interrupted read would go on."""
        with closing(State.open(self.path)) as state:
            return state.position(ROUTE)

    def hold(self, id: str, until: datetime) -> None:
        """Put an order on the held list."""
        problem = Problem("code", f"Order {id}", "it waits", "Wait.")
        held = Held(ROUTE, id, Why.DEFERRED, until, 0, self.now(), problem)
        with closing(State.open(self.path)) as state:
            state.settle(ROUTE, 1, [Settlement(id, held=held)], self.now())
