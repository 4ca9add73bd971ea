"""Corrections end with the record that they were for."""

from __future__ import annotations

from collections.abc import Iterable

from sync_cli.core.item import Item
from sync_cli.engine.route import Route
from sync_cli.engine.run import Run
from sync_cli.state.corrections import Corrected


def forget_others(run: Run, route: Route, items: Iterable[Item]) -> None:
    """Take away the corrections of another record that had the id of one of these before.

    One that is linked is left to the check of birth marks, which stops the run: should the shop be
    brought back as it was, they still count.
    """
    if run.is_dry(route):
        return
    for item in items:
        if item.link is None and item.birth:
            _forget(run, route, item)


def _forget(run: Run, route: Route, item: Item) -> None:
    record = Corrected(route.source_entity, route.name, item.id, item.label)
    gone = run.state.uncorrect_others(record, item.birth, run.now())
    if gone:
        run.watcher.note(
            f"{item.label} is another {route.source_entity} than the one that was corrected:"
            f" {', '.join(one.path for one in gone)} are the shop's again."
        )
