"""What the shop deleted for good: gone without a trace, so that only a census finds it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sync_cli.engine.reading import Reading, Window
from sync_cli.engine.route import Route
from sync_cli.flows.systems import SHOP, Systems

CENSUS_EVERY = timedelta(hours=24)
ALL_LINKS = 10_000_000


def gone(systems: Systems, route: Route, reading: Reading) -> Iterator[Window]:
    """Once a day: linked records that the shop lists no more, each asked for by its id first.

    Those in the trash are listed no more either, but are still there when they are asked for.
    """
    state, now, name = systems.run.state, systems.run.now(), f"{route.name}/census"
    last = state.watermark(name)
    if last is not None and timedelta(0) <= now - last.set_at < CENSUS_EVERY:
        return
    linked = {end.id for end in state.recent_links(route.entity, SHOP, ALL_LINKS)}
    if linked:
        there = {seen.id for seen in systems.shop.census(route.source_entity)}
        for window in reading.windows_of(sorted(linked - there)):
            yield Window((), window.missing, asked_for=True)
    if not systems.run.is_dry(route):
        state.set_watermark(name, now, "", now)
