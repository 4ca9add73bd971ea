"""Where to strike next, so that every dangerous phase gets its share of all kills."""

from __future__ import annotations

from collections import Counter
from random import Random
from threading import Lock

from tests.kills.child import Aim
from tests.kills.phases import DANGEROUS, Phase, share

ORDERS, STOCK = "orders", "stock"
_TIMES = (1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9)
_OFTEN = {
    ORDERS: {
        Phase.BEFORE: 7,
        Phase.IN_CALL: 10,
        Phase.AFTER: 10,
        Phase.SETTLED: 8,
        Phase.BETWEEN: 2,
    },
    STOCK: {Phase.BEFORE: 1},
}
"""How often a run that has something to do usually enters a phase: customers, drafts, confirming,
payments, credit notes and confirming those, writing back, notes. Other phases it enters twice."""
_LONGEST_PAUSE = {
    Phase.READING: 0.06,
    Phase.BEFORE: 0.002,
    Phase.IN_CALL: 0.4,
    Phase.BETWEEN: 0.002,
    Phase.AFTER: 0.004,
    Phase.SETTLED: 0.003,
}
"""Seconds that a run goes on after the aim at most, about as long as the phase lasts."""


class Aims:
    """The aims of `kills` kills, for all campaigns together. Thread-safe.

    `hits` counts the phases in which runs really died.
    """

    def __init__(self, kills: int) -> None:
        self.hits: Counter[Phase] = Counter()
        self._kills = kills
        self._taken: Counter[Phase] = Counter()
        self._lock = Lock()

    def take(self, chance: Random) -> Aim:
        """An aim at the dangerous phase that was hit and aimed at least so far.

        Half of the runs go on a little after it; none does once every kill left is needed for some
        phase's share.
        """
        with self._lock:
            counts = {phase: self.hits[phase] + self._taken[phase] for phase in DANGEROUS}
            least = min(counts.values())
            phase = chance.choice([phase for phase in DANGEROUS if counts[phase] == least])
            missing = sum(max(0, share(self._kills) - count) for count in counts.values())
            left = self._kills - self.hits.total() - self._taken.total()
            self._taken[phase] += 1
        if missing >= left:
            return Aim(ORDERS, phase)
        command = ORDERS if phase is Phase.BETWEEN else chance.choice((ORDERS, ORDERS, STOCK))
        nth = min(chance.choice(_TIMES), _OFTEN[command].get(phase, 2))
        pause = chance.uniform(0, _LONGEST_PAUSE[phase]) if chance.random() < 0.5 else None
        return Aim(command, phase, nth, pause)

    def give_back(self, aim: Aim, died_in: Phase | None) -> None:
        """What came of an aim: where the run died, None if it lived."""
        with self._lock:
            self._taken[aim.phase] -= 1
            if died_in is not None:
                self.hits[died_in] += 1
