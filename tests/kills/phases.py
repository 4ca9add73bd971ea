"""The phases of a run as the crash table of ARCHITECTURE tells them apart, and how often each was
hit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import IntEnum


class Phase(IntEnum):
    """Where a run stands between its calls and its commits; the value fits into one byte."""

    START = 0
    READING = 1
    BEFORE = 2
    IN_CALL = 3
    BETWEEN = 4
    AFTER = 5
    SETTLED = 6
    MOVED = 7


LABELS: Mapping[Phase, str] = {
    Phase.START: "starting",
    Phase.READING: "reading",
    Phase.BEFORE: "before the call",
    Phase.IN_CALL: "in the call",
    Phase.BETWEEN: "between two calls",
    Phase.AFTER: "after the call",
    Phase.SETTLED: "after settle",
    Phase.MOVED: "watermark moved",
}
DANGEROUS = (
    Phase.READING,
    Phase.BEFORE,
    Phase.IN_CALL,
    Phase.BETWEEN,
    Phase.AFTER,
    Phase.SETTLED,
)
_BAR = 40


def histogram(hits: Counter[Phase]) -> str:
    """One line a phase: kills, share of all, and a bar."""
    total = hits.total() or 1
    return "\n".join(
        f"{LABELS[phase]:<18}{hits[phase]:>5}{hits[phase] / total:>7.0%}  "
        + "#" * round(_BAR * hits[phase] / total)
        for phase in Phase
    )


def share(kills: int) -> int:
    """A tenth of all kills, rounded up: what each dangerous phase must get."""
    return -(-kills // 10)


def too_rare(hits: Counter[Phase]) -> list[str]:
    """The dangerous phases that got less than a tenth of all kills."""
    return [LABELS[phase] for phase in DANGEROUS if hits[phase] < share(hits.total())]
