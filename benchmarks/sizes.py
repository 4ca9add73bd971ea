"""How much is measured: a look whether it works, what takes minutes, what takes an hour."""

from __future__ import annotations

from enum import StrEnum


class Size(StrEnum):
    """`smoke` proves that the benchmarks run, its figures mean nothing; `large` is a whole shop."""

    SMOKE = "smoke"
    USUAL = "usual"
    LARGE = "large"

    def pick(self, *, smoke: int, usual: int, large: int) -> int:
        """The number that belongs to this size."""
        return {Size.SMOKE: smoke, Size.USUAL: usual, Size.LARGE: large}[self]

    @property
    def runs(self) -> int:
        """How often a run is measured; the median counts."""
        return self.pick(smoke=1, usual=3, large=3)
