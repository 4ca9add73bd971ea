"""What a comparison of two systems found, and the one sentence that says whether they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct, field
from msgspec.structs import replace

from sync_cli.core.drift import SHOP, Drift, DriftKind, Sum, Waiting
from sync_cli.core.model import ZERO
from sync_cli.core.parts import Part

NOT_REACHED = "not yet reached by the backfill"
"""Why an order has no document that will have one without anybody's doing."""


class Findings:
    """Collects what a comparison finds: all of it in numbers, of each part the first `shown`."""

    def __init__(self, shown: int) -> None:
        self._shown = shown
        self._drifts: list[Drift] = []
        self._waiting: list[Waiting] = []
        self._listed: Counter[Part] = Counter()
        self._kinds: Counter[tuple[Part, DriftKind]] = Counter()
        self._waits = 0
        self._records: Counter[tuple[Part, str, str]] = Counter()
        self._amounts: dict[tuple[Part, str, str], Decimal] = {}
        self._left_out: Counter[str] = Counter()
        self._doubts: list[str] = []
        self._compared: list[Part] = []

    def drift(self, drift: Drift) -> None:
        """Both sides differ."""
        self._kinds[drift.part, drift.kind] += 1
        if self._listed[drift.part] < self._shown:
            self._listed[drift.part] += 1
            self._drifts.append(drift)

    def wait(self, waiting: Waiting) -> None:
        """Both sides differ, and it is known why."""
        self._waits += 1
        if len(self._waiting) < self._shown:
            reason = waiting.reason.removeprefix(f"{waiting.label}: ")
            self._waiting.append(replace(waiting, reason=reason))

    def count(self, part: Part, side: str, unit: str = "", amount: Decimal = ZERO) -> None:
        """One record of a side, with its amount where it has one."""
        key = (part, side, unit)
        self._records[key] += 1
        self._amounts[key] = self._amounts.get(key, ZERO) + amount

    def leave_out(self, reason: str) -> None:
        """A record that has no counterpart on purpose."""
        self._left_out[reason] += 1

    def doubt(self, sentence: str) -> None:
        """Why a part could not be compared."""
        self._doubts.append(sentence)

    def compared(self, part: Part) -> None:
        """A part that was compared from end to end."""
        self._compared.append(part)

    def report(
        self,
        *,
        shop: str,
        at: datetime,
        since: Mapping[Part, datetime],
        notes: Sequence[str],
        causes: Mapping[str, str],
    ) -> Report:
        """All findings; `since` names the parts of which only newer records were read.

        `causes` is what is said of all that wait for the same, by the reason of one of them.
        """
        sums = [
            Sum(*key, records, self._amounts[key]) for key, records in sorted(self._records.items())
        ]
        return Report(
            shop=shop,
            at=at,
            since=dict(since),
            compared=tuple(self._compared),
            drifts=tuple(self._drifts),
            kinds=dict(self._kinds),
            waiting=tuple(
                replace(each, cause=causes.get(each.reason, "")) for each in self._waiting
            ),
            waits=self._waits,
            sums=tuple(sums),
            left_out=dict(self._left_out),
            doubts=tuple(self._doubts),
            notes=tuple(notes),
        )


class Report(Struct, frozen=True):
    """What a comparison came to. `drifts` and `waiting` may be cut; `kinds` and `waits` are not."""

    shop: str
    at: datetime
    since: Mapping[Part, datetime]
    compared: tuple[Part, ...]
    drifts: tuple[Drift, ...] = ()
    kinds: Mapping[tuple[Part, DriftKind], int] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()
    waits: int = 0
    sums: tuple[Sum, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def drift_count(self) -> int:
        """All drifts, the ones that are not listed too."""
        return sum(self.kinds.values())

    @property
    def in_step(self) -> bool:
        """Whether all that was asked for was compared, and nothing differs but what waits."""
        return not self.drift_count and not self.doubts

    def records(self, part: Part, side: str) -> int:
        """How many records of a side were compared."""
        return sum(each.records for each in self.sums if (each.part, each.side) == (part, side))


def verdict(report: Report) -> str:
    """One sentence that says whether both sides agree."""
    waits = f"; {_many(report.waits, 'record')} in flight or held" if report.waits else ""
    if later := report.left_out.get(NOT_REACHED):
        waits += f"; {_many(later, 'order')} {NOT_REACHED}"
    if report.drift_count:
        parts = f" among {_extent(report)}" if report.compared else ""
        doubt = "; not all could be compared" if report.doubts else ""
        kinds = ", ".join(f"{n} {kind}" for kind, n in _by_kind(report).items())
        number = _many(report.drift_count, "drift")
        return f"Shop and ERP do not agree: {number} ({kinds}){parts}{waits}{doubt}."
    if report.doubts:
        return f"It cannot be said whether shop and ERP agree: {report.doubts[0]}"
    if not report.compared:
        return "Nothing was compared: all that was asked for is off in the configuration."
    return f"Shop and ERP agree on {_extent(report)}{waits}."


def _by_kind(report: Report) -> dict[str, int]:
    counts = dict.fromkeys(DriftKind, 0)
    for (_, kind), number in report.kinds.items():
        counts[kind] += number
    return {str(kind): number for kind, number in counts.items() if number}


def _extent(report: Report) -> str:
    names: dict[Part, Callable[[int], str]] = {
        Part.ORDERS: lambda n: _many(n, "order"),
        Part.REFUNDS: lambda n: _many(n, "refund"),
        Part.PAYMENTS: lambda n: _many(n, "payment"),
        Part.PARCELS: lambda n: _many(n, "parcel"),
        Part.CUSTOMERS: lambda n: _many(n, "customer"),
        Part.PRODUCTS: lambda n: _many(n, "product"),
        Part.STOCK: lambda n: _many(n, "stock number"),
    }
    extents = []
    for part in report.compared:
        since = f" changed since {at:%Y-%m-%d}" if (at := report.since.get(part)) else ""
        extents.append(names[part](report.records(part, SHOP)) + since)
    *others, last = extents
    return f"{', '.join(others)} and {last}" if others else last


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
