"""The demo's proof: both sides compared again and again, and told is only what is new."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, field

from sync_cli.core.drift import Drift
from sync_cli.core.findings import verdict
from sync_cli.flows.reconcile import Wish, reconcile

Tell = Callable[[str], None]


class Rehearsal(Struct):
    """Runs `reconcile` on the configuration, and remembers which drifts were told."""

    config: Path
    tell: Tell
    _told: dict[tuple[str, ...], Drift] = field(default_factory=dict)

    def compare(self) -> list[Drift]:
        """Compare both sides; returns the drifts that were not there the last time."""
        self.tell("$ sync-cli reconcile")
        _, report = reconcile(self.config, Wish())
        self.tell(verdict(report))
        before, self._told = self._told, {_name(drift): drift for drift in report.drifts}
        for name in before.keys() - self._told.keys():
            self.tell(f"  mended: {before[name].what}")
        same = len(before.keys() & self._told.keys())
        if same:
            self.tell(f"  as before: {same} drifts of articles that are wrong on purpose")
        news = [drift for name, drift in self._told.items() if name not in before]
        for drift in news:
            self.tell(f"  {drift.kind}: {drift.what} -> {drift.mend}")
        return news


def _name(drift: Drift) -> tuple[str, ...]:
    """The drift whatever its figures are by now."""
    return (str(drift.part), str(drift.kind), drift.id, drift.field)
